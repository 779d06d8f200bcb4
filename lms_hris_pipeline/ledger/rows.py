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
    pending_changes: tuple[tuple[Any, ...], ...]


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
