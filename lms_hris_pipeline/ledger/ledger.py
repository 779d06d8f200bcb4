"""The ledger: one object with the use cases of the other modules."""

from __future__ import annotations

from lms_hris_pipeline.ledger.cases import Cases
from lms_hris_pipeline.ledger.deltas import Deltas
from lms_hris_pipeline.ledger.identity import Identity
from lms_hris_pipeline.ledger.outbox import Outbox
from lms_hris_pipeline.ledger.records import Records
from lms_hris_pipeline.ledger.roles import Roles
from lms_hris_pipeline.ledger.store import open_store


class Ledger(Identity, Roles, Cases, Deltas, Outbox, Records):
    """Links, decisions, cases, deltas, attempts, records. Safe to use from several threads and processes."""


def open_ledger(url: str) -> Ledger:
    """The ledger at a database URL (sqlite:///… or postgresql+psycopg://…), its tables migrated.

    Raises:
        BadInput: no database URL.
        Permanent: the database cannot be reached, or is newer than this version.
    """
    return Ledger(*open_store(url))
