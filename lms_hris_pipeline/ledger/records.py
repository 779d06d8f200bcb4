"""What else outlives a batch: watermarks, calls spent, batches seen, and the proof of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.store import Store, naive


class Records(Store):
    """Use cases of watermarks, call usage, batches and the audit trail."""

    def set_watermark(self, system: str, entity: str, value: str, *, batch_id: str, now: datetime) -> None:
        """Note up to where `entity` has been read completely."""
        table = schema.watermarks
        values = {"value": value, "batch_id": batch_id, "set_at": naive(now)}
        with self._transaction() as connection:
            known = connection.execute(
                sa.update(table).where(table.c.system == system, table.c.entity == entity).values(**values)
            ).rowcount
            if not known:
                connection.execute(sa.insert(table).values(system=system, entity=entity, **values))

    def watermarks(self) -> dict[tuple[str, str], str]:
        """Watermarks by system and entity."""
        table = schema.watermarks.c
        with self._transaction() as connection:
            rows = connection.execute(
                sa.select(table.system, table.entity, table.value).order_by(table.system, table.entity)
            )
            return {(row.system, row.entity): row.value for row in rows}

    def add_calls(self, system: str, counts: Mapping[str, int], *, now: datetime) -> None:
        """Add calls by endpoint to the running hour."""
        table = schema.call_usage
        hour = naive(now).replace(minute=0, second=0, microsecond=0)
        with self._transaction() as connection:
            for endpoint, count in sorted(counts.items()):
                known = connection.execute(
                    sa.update(table)
                    .where(table.c.system == system, table.c.endpoint == endpoint, table.c.hour == hour)
                    .values(calls=table.c.calls + count)
                ).rowcount
                if not known:
                    connection.execute(
                        sa.insert(table).values(system=system, endpoint=endpoint, hour=hour, calls=count)
                    )

    def calls_since(self, system: str, since: datetime) -> dict[str, int]:
        """Calls by endpoint in the hours from `since` on."""
        table = schema.call_usage.c
        query = (
            sa.select(table.endpoint, sa.func.sum(table.calls))
            .where(table.system == system, table.hour >= naive(since).replace(minute=0, second=0, microsecond=0))
            .group_by(table.endpoint)
            .order_by(table.endpoint)
        )
        with self._transaction() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def batches(self) -> list[str]:
        """The batches whose wishes were taken in, in their order."""
        table = schema.batches.c
        with self._transaction() as connection:
            return [row[0] for row in connection.execute(sa.select(table.batch_id).order_by(table.batch_id))]

    def note_event(self, event: str, subject: str, detail: Mapping[str, object], *, by: str, now: datetime) -> None:
        """Put an event of another room on the audit trail, for example an overridden breaker."""
        with self._transaction() as connection:
            audit.append(connection, now, by, event, subject, detail)

    def verify_audit(self) -> int:
        """Check the chain of audit events against its head and anchor; their number.

        Raises:
            Permanent: events were changed or removed.
        """
        with self._transaction() as connection:
            return audit.verify(connection, self._anchor)
