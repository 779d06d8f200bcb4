"""Exception cases: the same finding from its first night to its last. Opened and closed by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.rows import CaseRow, Finding
from lms_hris_pipeline.ledger.store import Store, aware, naive

TUG_OF_WAR = "tug_of_war"
"""A case of the ledger's own: somebody keeps changing back what was published."""


class Cases(Store):
    """Use cases of exception cases."""

    def upsert_cases(
        self, findings: Iterable[Finding], *, batch_id: str, now: datetime, is_complete: bool
    ) -> dict[str, datetime]:
        """Take in the findings of a batch; when each open case was first seen, by exception id.

        New ones open, known ones go on with their age, closed ones that come back begin anew. Those absent from a
        complete batch close; from the absence in an incomplete one nothing follows.
        """
        table = schema.cases
        instant = naive(now)
        wanted = {finding.exception_id: finding for finding in findings}
        seen = {"last_seen_at": instant, "last_batch": batch_id}
        with self._transaction() as connection:
            known = {row.exception_id: row for row in connection.execute(sa.select(table))}
            new = [
                {
                    "exception_id": key,
                    "type": finding.type,
                    "first_seen_at": instant,
                    "first_batch": batch_id,
                    "closed_at": None,
                    **seen,
                }
                for key, finding in sorted(wanted.items())
                if key not in known
            ]
            again = [key for key in wanted if key in known and known[key].closed_at is not None]
            going_on = [key for key in wanted if key in known and known[key].closed_at is None]
            gone = [
                key
                for key, row in known.items()
                if row.closed_at is None and key not in wanted and row.type != TUG_OF_WAR
            ]
            if new:
                connection.execute(sa.insert(table), new)
            self._set(connection, going_on, seen)
            self._set(connection, again, {**seen, "first_seen_at": instant, "first_batch": batch_id, "closed_at": None})
            if is_complete:
                self._set(connection, gone, {"closed_at": instant})
            counts = {"opened": len(new), "reopened": len(again), "closed": len(gone) if is_complete else 0}
            audit.append(connection, now, "pipeline", "cases_seen", batch_id, counts)
            open_ones = connection.execute(
                sa.select(table.c.exception_id, table.c.first_seen_at).where(table.c.closed_at.is_(None))
            )
            return {key: aware(first) or now for key, first in open_ones}

    def _set(self, connection: sa.Connection, keys: Iterable[str], values: dict[str, Any]) -> None:
        table = schema.cases
        rows = [{"key_": key} for key in sorted(keys)]
        if rows:
            connection.execute(
                sa.update(table).where(table.c.exception_id == sa.bindparam("key_")).values(**values), rows
            )

    def cases(self, *, open_only: bool = True, type_: str | None = None) -> list[CaseRow]:
        """Cases, the oldest first."""
        table = schema.cases.c
        names = [table[name] for name in CaseRow.__slots__]
        query = sa.select(*names).order_by(table.first_seen_at, table.exception_id)
        if open_only:
            query = query.where(table.closed_at.is_(None))
        if type_:
            query = query.where(table.type == type_)
        with self._transaction() as connection:
            return [
                CaseRow(
                    exception_id=row.exception_id,
                    type=row.type,
                    first_seen_at=aware(row.first_seen_at) or row.first_seen_at,
                    first_batch=row.first_batch,
                    last_seen_at=aware(row.last_seen_at) or row.last_seen_at,
                    last_batch=row.last_batch,
                    closed_at=aware(row.closed_at),
                )
                for row in connection.execute(query)
            ]
