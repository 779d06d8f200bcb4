"""What may be sent now: the phase of each family, and the breaker for changes larger than the firm allows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.model.errors import BreakerTripped
from lms_hris_pipeline.settings import PolicySettings, PublishSettings

Kind = tuple[str, str]
POLICY = "policy"
"""Who approved what nobody decided on."""
DESTRUCTIVE: frozenset[Kind] = frozenset({("account", "deactivate"), ("account", "merge")})
BULK: Mapping[Kind, str] = {
    ("account", "update"): "changes of names, addresses and user names",
    ("account", "reactivate"): "reactivations",
    ("branch", "update"): "changes of branch",
    ("groups", "set_groups"): "changes of groups",
    ("manager", "set_manager"): "changes of manager",
    ("profile", "update"): "changes of profiles",
}
BULK_FACTOR = 5
"""Changes that can be undone may touch five times the share of destructive ones: a reorganisation still trips."""


@dataclass(frozen=True, slots=True)
class Held:
    """Deltas that the breaker keeps back.

    Args:
        what: the changes in words, for example "deactivations and merges".
        count: how many wait.
        recent: how many of their kind were sent within the window.
        limit: how many the firm allows within the window.
    """

    what: str
    count: int
    recent: int
    limit: int
    window_days: int
    delta_ids: tuple[str, ...]

    def error(self) -> BreakerTripped:
        """The reason in words."""
        return BreakerTripped(
            f"{self.count} {self.what} wait, and {self.recent} were sent within {self.window_days} days; "
            f"the firm allows {self.limit}\n"
            "  Look at them: lms-hris deltas list; then a named person may let them pass: "
            "lms-hris publish --override-breaker --by <name>"
        )


def kept_by_phase(deltas: Sequence[Delta], policy: PolicySettings) -> dict[str, str]:
    """Why approved deltas may not be sent under the phases as they are now, by delta id.

    Phases count when a change is sent, not when it was approved: who turns a family off means from now on. What a
    person takes back goes out in every phase but `off`: it ends what the family did.
    """
    kept = {}
    for delta in deltas:
        phase = policy.phase_of(delta.family)
        if phase == "off" or (phase == "shadow" and delta.rolls_back is None):
            kept[delta.delta_id] = f"{delta.family} is in phase {phase}"
        elif delta.decided_by == POLICY and not policy.approves(delta.family, delta.risk):
            kept[delta.delta_id] = f"policy no longer approves {delta.family} of {delta.risk} risk"
    return kept


def judge(
    deltas: Sequence[Delta],
    *,
    recent: Mapping[Kind, int],
    active_accounts: int,
    settings: PublishSettings,
) -> list[Held]:
    """What is to be held back: changes of existing accounts of which there are too many. Others go on.

    Destructive changes count together, against a number and a share of the accounts; each kind of bulk change counts
    by itself, against a larger share. All that wait of a kind wait together: which of them are wrong is not known.

    Args:
        recent: changes sent within the rolling window by entity and operation, so that many small nights trip as
            one big night does.
        active_accounts: what the share is taken of.
    """
    share = max(1, int(settings.breaker_share * active_accounts))
    bulk_share = max(1, int(min(1.0, BULK_FACTOR * settings.breaker_share) * active_accounts))
    rules: list[tuple[frozenset[Kind], int, str]] = [
        (DESTRUCTIVE, min(settings.breaker_count, share), "deactivations and merges"),
        *((frozenset({kind}), bulk_share, what) for kind, what in BULK.items()),
    ]
    held = []
    for kinds, limit, what in rules:
        ids = tuple(
            delta.delta_id
            for delta in deltas
            if (delta.entity, delta.operation) in kinds and delta.target_key.startswith("learner:")
        )
        before = sum(count for kind, count in recent.items() if kind in kinds)
        if ids and len(ids) + before > limit:
            held.append(Held(what, len(ids), before, limit, settings.breaker_window_days, ids))
    return held


def overridden(held: Sequence[Held]) -> dict[str, object]:
    """What a person let pass, for the audit trail: counts by kind of change."""
    return {one.what: one.count for one in held}
