"""What the pages need that is not in the batch: the firm, the age of each case, the phases, what became of the deltas.

The caller reads it from settings and ledger. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms_hris_pipeline.model.delta import Delta, DeltaState
from lms_hris_pipeline.settings import PolicySettings

_RISKS = ("low", "normal", "high")


class Outlook(StrEnum):
    """What happens to a proposed change next, as far as was known when the batch was sealed."""

    AUTOMATIC = "automatic"
    APPROVED = "approved"
    WAITING = "waiting"
    SHADOW = "shadow"
    OFF = "off"
    REJECTED = "rejected"
    UNDER_WAY = "under_way"


_OUTLOOKS = {
    DeltaState.PROPOSED: Outlook.WAITING,
    DeltaState.AUTO_APPROVED: Outlook.AUTOMATIC,
    DeltaState.APPROVED: Outlook.APPROVED,
    DeltaState.REJECTED: Outlook.REJECTED,
}


@dataclass(frozen=True, slots=True)
class DeltaStanding:
    """The delta of a wish in the ledger."""

    delta_id: str
    state: DeltaState
    is_shadow: bool = False


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What settings and ledger say about a night.

    Args:
        first_seen: when each open case was first seen, by exception id; an aware instant.
        deltas: the ledger's delta of each wish, by wish id. A wish that is not there is judged by its phase alone.
    """

    firm_name: str
    time_zone: str
    policy: PolicySettings
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    deltas: Mapping[str, DeltaStanding] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The firm's time zone, in which the pages tell the time."""
        return ZoneInfo(self.time_zone)

    def outlook(self, wish_id: str, family: str, risk: str) -> Outlook:
        """What happens to a proposed change next."""
        standing = self.deltas.get(wish_id)
        phase = self.policy.phase_of(family)
        if standing is not None:
            if standing.is_shadow and standing.state is DeltaState.PROPOSED:
                return Outlook.SHADOW
            return _OUTLOOKS.get(standing.state, Outlook.UNDER_WAY)
        if phase in ("off", "shadow"):
            return Outlook(phase)
        is_low = _RISKS.index(risk) <= _RISKS.index(self.policy.auto_approve_risk)
        return Outlook.AUTOMATIC if phase == "auto" and is_low else Outlook.WAITING


def standings_of(deltas: Iterable[Delta]) -> dict[str, DeltaStanding]:
    """The latest delta of each wish, as `NightFacts.deltas` wants it; open and rejected ones are worth giving."""
    latest: dict[str, Delta] = {}
    for delta in deltas:
        known = latest.get(delta.wish_id)
        if known is None or known.generation < delta.generation:
            latest[delta.wish_id] = delta
    return {wish: DeltaStanding(found.delta_id, found.state, found.is_shadow) for wish, found in latest.items()}
