"""What the breaker of the next publication would say of single changes. The rule itself is `publish.policy`'s."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.delta import Delta, DeltaState
from lms_hris_pipeline.model.wish import delta_id
from lms_hris_pipeline.publish.policy import Held, judge
from lms_hris_pipeline.settings import PublishSettings


def what_the_breaker_holds(
    ledger: Ledger, wishes: Sequence[str], *, active_accounts: int, settings: PublishSettings, now: datetime
) -> dict[str, str]:
    """Why the breaker would hold back the changes of these wishes, in words by wish; those that pass are not there.

    An approved change counts among all that are approved. One that waits for a person is judged as approved now beside
    those, and, where it would pass so, as approved together with everything that waits.
    """
    ids = [delta_id(wish, generation) for wish, (generation, _, _) in ledger.standings(wishes).items()]
    mine = ledger.deltas(ids=ids) if ids else []
    recent = ledger.sent_since(now - timedelta(days=settings.breaker_window_days))

    def held_among(deltas: Sequence[Delta]) -> dict[str, Held]:
        held = judge(deltas, recent=recent, active_accounts=active_accounts, settings=settings)
        return {key: one for one in held for key in one.delta_ids}

    approved = ledger.sendable()
    waiting = ledger.deltas(states=[DeltaState.PROPOSED], is_shadow=False)
    asked = [delta for delta in mine if delta.state == DeltaState.PROPOSED and not delta.is_shadow]
    now_held, alone, together = held_among(approved), held_among([*approved, *asked]), held_among([*approved, *waiting])
    words = {}
    for delta in mine:
        key = delta.delta_id
        for held, what in (
            (now_held, "The breaker holds it"),
            (alone, "Once approved, the breaker would hold it"),
            (together, "Approved together with all that wait, the breaker would hold it"),
        ):
            if key in held:
                words[delta.wish_id] = f"{what}: {_figures(held[key])}"
                break
    return words


def _figures(held: Held) -> str:
    return (
        f"{held.count:,} {held.what} to be sent and {held.recent:,} sent within {held.window_days} days; "
        f"the firm allows {held.limit:,}. lms-hris publish --override-breaker --by <name> lets them pass."
    )
