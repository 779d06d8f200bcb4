"""What the ledger takes in and gives out, as plain values. Deltas are in `model.delta`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

CrosswalkPair = tuple[str, str]
"""Learner id, worker id."""


@dataclass(frozen=True, slots=True)
class LedgerSnapshot:
    """What the ledger knew when a batch began; rows in the order of the contracts in tables/match.py."""

    recorded_links: tuple[tuple[Any, ...], ...]
    pair_decisions: tuple[tuple[Any, ...], ...]
    tag_decisions: tuple[tuple[Any, ...], ...]
    tag_refusals: tuple[tuple[Any, ...], ...]
    role_decisions: tuple[tuple[Any, ...], ...]
    pending_changes: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class PairDecision:
    """A person's word on an account and a worker: they are the `same` person, or `different` ones."""

    learner_id_lms: str
    worker_id_hris: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TagDecision:
    """A person's word on a skill tag.

    Args:
        skill_id: the skill; None for no skill of the framework.
        is_refusal: that it does not mean the skill, whatever else it means.
    """

    tag: str
    skill_id: str | None
    is_refusal: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """A person's word on one role mapping, and the evidence that lay before them.

    Args:
        verdict: `approved` or `rejected`.
        people: accounts whose person had the value; None where that could not be counted.
        members: how many of them were in the group.
    """

    source: str
    value: str
    group_id_lms: str
    group_name: str
    verdict: str
    people: int | None
    members: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoleReview:
    """When a person last went through all role mappings, and of which batch."""

    batch_id: str
    mappings: int
    reviewed_by: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalSummary:
    """What became of the wishes of a batch: counts."""

    new: int
    known: int
    rejected_before: int
    already_done: int
    switched_off: int
    superseded: int
    contested: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An exception of a batch, as the ledger needs it."""

    exception_id: str
    type: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """An exception case: the same finding from its first night to its last. Open while `closed_at` is None."""

    exception_id: str
    type: str
    first_seen_at: datetime
    first_batch: str
    last_seen_at: datetime
    last_batch: str
    closed_at: datetime | None

    def age_days(self, now: datetime) -> int:
        """Whole days since it was first seen."""
        return max(0, ((self.closed_at or now) - self.first_seen_at).days)
