"""What the pages need that is not in the batch: the firm, the age of each case, the phases, what became of the deltas.

The caller reads it from settings and ledger. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.model.wish import delta_id
from lms_hris_pipeline.settings import PolicySettings


class Outlook(StrEnum):
    """What happens to a proposed change next, as far as was known when the batch was sealed."""

    AUTOMATIC = "automatic"
    APPROVED = "approved"
    WAITING = "waiting"
    ADVICE = "advice"
    SHADOW = "shadow"
    OFF = "off"
    REJECTED = "rejected"
    UNDER_WAY = "under_way"


_OUTLOOKS = {
    DeltaState.APPROVED: Outlook.APPROVED,
    DeltaState.AUTO_APPROVED: Outlook.AUTOMATIC,
    DeltaState.REJECTED: Outlook.REJECTED,
    DeltaState.SENDING: Outlook.UNDER_WAY,
    DeltaState.SENT: Outlook.UNDER_WAY,
}
ADVICE_RISK = "advice"
"""The risk of what people are told and nothing sends."""

_LASTING = (*_OUTLOOKS, DeltaState.PROPOSED)


@dataclass(frozen=True, slots=True)
class DeltaStanding:
    """The latest delta of a wish in the ledger."""

    generation: int
    state: DeltaState


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What settings and ledger say about a night.

    Args:
        first_seen: when each open case was first seen, by exception id; an exception that is not there is new tonight.
        deltas: the latest delta of each wish that the ledger knows, by wish id, from when the batch began or later. A
            wish that is not there has never been proposed before.
    """

    firm_name: str
    zone: ZoneInfo
    policy: PolicySettings
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    deltas: Mapping[str, DeltaStanding] = field(default_factory=dict)

    def delta_id(self, wish_id: str) -> str:
        """The id of the wish's open or rejected delta, else of the one that is proposed next."""
        standing = self.deltas.get(wish_id)
        if standing is None:
            return delta_id(wish_id, 1)
        return delta_id(wish_id, standing.generation + (0 if standing.state in _LASTING else 1))

    def outlook(self, wish_id: str, family: str, risk: str, *, is_pilot: bool) -> Outlook:
        """What happens to a proposed change next."""
        standing = self.deltas.get(wish_id)
        if standing is not None and standing.state in _OUTLOOKS:
            return _OUTLOOKS[standing.state]
        phase = self.policy.phase_of(family, is_pilot=is_pilot)
        if phase in ("off", "shadow"):
            return Outlook(phase)
        if risk == ADVICE_RISK:
            return Outlook.ADVICE
        # one that is proposed already waits even in `auto`: policy has had its turn
        is_known = standing is not None and standing.state is DeltaState.PROPOSED
        is_automatic = self.policy.approves(family, risk, is_pilot=is_pilot) and not is_known
        return Outlook.AUTOMATIC if is_automatic else Outlook.WAITING
