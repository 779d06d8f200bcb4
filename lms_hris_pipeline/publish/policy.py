"""The breaker: destructive and bulk changes larger than the firm allows wait for a person. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.model.errors import BreakerTripped
from lms_hris_pipeline.settings import PublishSettings

DESTRUCTIVE = frozenset({("account", "deactivate"), ("account", "merge")})
BULK = frozenset({("groups", "set_groups"), ("branch", "update"), ("profile", "update")})
BULK_FACTOR = 5
"""Changes that can be undone may touch five times the share of destructive ones: a reorganisation still trips."""


@dataclass(frozen=True, slots=True)
class Held:
    """Deltas of one family that the breaker keeps back."""

    family: str
    count: int
    recent: int
    limit: int
    delta_ids: tuple[str, ...]

    def error(self) -> BreakerTripped:
        """The reason in words."""
        return BreakerTripped(
            f"{self.count} changes of the family {self.family} wait, {self.recent} of their kind were sent within the "
            f"window; the firm allows {self.limit}\n"
            "  Look at them with `lms-hris deltas list`; then a named person may override the breaker."
        )


def judge(
    deltas: Sequence[Delta],
    *,
    recent: Mapping[tuple[str, str], int],
    active_accounts: int,
    settings: PublishSettings,
) -> list[Held]:
    """Families whose destructive or bulk changes are too many, with what is to be held back; others go on.

    Args:
        recent: changes sent within the rolling window by entity and operation, so that many small nights trip as
            one big night does.
        active_accounts: what the share is taken of.
    """
    share = max(1, int(settings.breaker_share * active_accounts))
    bulk_share = max(1, int(min(1.0, BULK_FACTOR * settings.breaker_share) * active_accounts))
    held = []
    for kinds, limit in ((DESTRUCTIVE, min(settings.breaker_count, share)), (BULK, bulk_share)):
        concerned = [
            delta
            for delta in deltas
            if (delta.entity, delta.operation) in kinds and delta.target_key.startswith("learner:")
        ]
        before = sum(count for kind, count in recent.items() if kind in kinds)
        if not concerned or len(concerned) + before <= limit:
            continue
        for family, count in sorted(Counter(delta.family for delta in concerned).items()):
            ids = tuple(delta.delta_id for delta in concerned if delta.family == family)
            held.append(Held(family, count, before, limit, ids))
    return held
