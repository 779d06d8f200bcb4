"""A proposed change, the states it may pass through and which may follow which. Pure; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms_hris_pipeline.model.wish import Scalar


class DeltaState(StrEnum):
    """Where a delta stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    AUTO_APPROVED = "auto_approved"
    REJECTED = "rejected"
    SENDING = "sending"
    SENT = "sent"
    VERIFIED = "verified"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    STALE = "stale"
    ROLLED_BACK = "rolled_back"


_S = DeltaState
SENDABLE_STATES = (_S.APPROVED, _S.AUTO_APPROVED)
UNSENT_STATES = (_S.PROPOSED, *SENDABLE_STATES)
ADVICE = frozenset({"recommend"})
"""Operations that are advice to people: nobody can approve them, and nothing sends them."""

OPEN_STATES = (*UNSENT_STATES, _S.SENDING, _S.SENT)
"""A wish has at most one delta in one of these."""

TRANSITIONS: Mapping[DeltaState, frozenset[DeltaState]] = {
    _S.PROPOSED: frozenset({_S.APPROVED, _S.AUTO_APPROVED, _S.REJECTED, _S.SUPERSEDED}),
    _S.APPROVED: frozenset({_S.REJECTED, _S.SENDING, _S.VERIFIED, _S.FAILED, _S.SUPERSEDED, _S.STALE}),
    _S.AUTO_APPROVED: frozenset({_S.REJECTED, _S.SENDING, _S.VERIFIED, _S.FAILED, _S.SUPERSEDED, _S.STALE}),
    _S.SENDING: frozenset({_S.SENT, _S.VERIFIED, _S.FAILED, _S.APPROVED, _S.AUTO_APPROVED}),
    _S.SENT: frozenset({_S.VERIFIED, _S.FAILED}),
    _S.VERIFIED: frozenset({_S.ROLLED_BACK}),
    _S.REJECTED: frozenset(),
    _S.FAILED: frozenset(),
    _S.SUPERSEDED: frozenset(),
    _S.STALE: frozenset(),
    _S.ROLLED_BACK: frozenset(),
}
"""What may follow what. From `sending` back to approved only after the target was read: nothing had arrived."""


def states_before(state: DeltaState) -> tuple[DeltaState, ...]:
    """The states from which `state` may be reached, in a fixed order."""
    return tuple(before for before in DeltaState if state in TRANSITIONS[before])


@dataclass(frozen=True, slots=True)
class ProposedDelta:
    """A change that a batch proposes: one row of reconcile.proposed_deltas, columns in the contract's order.

    `desired` and `base` are canonical JSON texts. Outside the pilot (`is_pilot`) every family is in shadow.
    """

    wish_id: str
    family: str
    target_system: str
    entity: str
    operation: str
    target_key: str
    worker_id_hris: str | None
    learner_id_lms: str | None
    desired: str
    base: str
    reason: str
    risk: str
    is_pilot: bool = True


@dataclass(frozen=True, slots=True)
class Delta:
    """One occurrence of a wish, as the ledger keeps it. Instants are aware, in UTC."""

    delta_id: str
    wish_id: str
    generation: int
    family: str
    target_system: str
    entity: str
    operation: str
    target_key: str
    worker_id_hris: str | None
    learner_id_lms: str | None
    desired: Mapping[str, Scalar]
    base: Mapping[str, object]
    reason: str
    risk: str
    state: DeltaState
    is_shadow: bool
    proposed_at: datetime
    decided_by: str | None = None
    decision_reason: str | None = None
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    message: str | None = None
    rolls_back: str | None = None
