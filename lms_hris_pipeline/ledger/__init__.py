"""The SQL database of what was decided and sent. The only room that imports sqlalchemy."""

from __future__ import annotations

from lms_hris_pipeline.ledger.ledger import Ledger, open_ledger
from lms_hris_pipeline.ledger.rows import (
    CaseRow,
    CrosswalkPair,
    Finding,
    LedgerSnapshot,
    PairDecision,
    ProposalSummary,
    RoleDecision,
    RoleReview,
    TagDecision,
)

__all__ = [
    "CaseRow",
    "CrosswalkPair",
    "Finding",
    "Ledger",
    "LedgerSnapshot",
    "PairDecision",
    "ProposalSummary",
    "RoleDecision",
    "RoleReview",
    "TagDecision",
    "open_ledger",
]
