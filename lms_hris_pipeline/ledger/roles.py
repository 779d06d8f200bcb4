"""What people decided of role mappings, and the reviews in which they did. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.rows import RoleDecision, RoleReview
from lms_hris_pipeline.ledger.store import Store, naive
from lms_hris_pipeline.model.errors import BadInput, StaleBase

_VERDICTS = ("approved", "rejected")


def latest_role_decisions() -> sa.Select[Any]:
    """The last word on each mapping, in the order of the contract of match.role_decisions."""
    table = schema.role_decisions.c
    last = sa.select(sa.func.max(table.decision_no)).group_by(table.source, table.value, table.group_id_lms)
    return (
        sa.select(
            table.source,
            table.value,
            table.group_id_lms,
            table.group_name,
            table.verdict,
            table.people,
            table.members,
            table.decided_by,
            table.decided_at,
        )
        .where(table.decision_no.in_(last))
        .order_by(table.source, table.value, table.group_id_lms)
    )


class Roles(Store):
    """Use cases of role mappings."""

    def last_role_decision(self) -> int:
        """The number of the last decision on a role mapping; 0 before the first."""
        with self._transaction() as connection:
            return _last(connection)

    def record_role_review(
        self,
        decisions: Sequence[RoleDecision],
        *,
        after: int,
        batch_id: str,
        mappings: int,
        is_whole: bool,
        by: str,
        now: datetime,
    ) -> None:
        """Record a review and all that was decided in it, or nothing.

        Args:
            after: the last decision that the review took into account.
            mappings: how many mappings the reviewer gave a word on.
            is_whole: whether these were all there are.

        Raises:
            BadInput: another verdict than approved or rejected.
            StaleBase: somebody decided on a mapping since `after`.
        """
        for decision in decisions:
            if decision.verdict not in _VERDICTS:
                raise BadInput(f"A role mapping is approved or rejected, not {decision.verdict!r}")
        with self._transaction() as connection:
            if _last(connection) != after:
                raise StaleBase(
                    "Somebody else decided on role mappings in the meantime; nothing was recorded\n"
                    "  Export the review anew: lms-hris roles review --out <file>."
                )
            review = connection.execute(
                sa.insert(schema.role_reviews)
                .values(batch_id=batch_id, mappings=mappings, is_whole=is_whole, reviewed_by=by, reviewed_at=naive(now))
                .returning(schema.role_reviews.c.review_no)
            ).scalar_one()
            for decision in decisions:
                told = asdict(decision)
                connection.execute(
                    sa.insert(schema.role_decisions).values(
                        review_no=review, decided_by=by, decided_at=naive(now), **told
                    )
                )
                subject = f"{decision.source}={decision.value}/{decision.group_id_lms}"
                shown = {name: told[name] for name in ("verdict", "people", "members")}
                audit.append(connection, now, by, "role_decided", subject, shown)
            counts = {"mappings": mappings, "decisions": len(decisions), "is_whole": is_whole}
            audit.append(connection, now, by, "roles_reviewed", batch_id, counts)

    def last_whole_role_review(self) -> RoleReview | None:
        """The last review of all mappings; None before the first."""
        table = schema.role_reviews.c
        query = (
            sa.select(table.batch_id, table.mappings, table.reviewed_by, table.reviewed_at)
            .where(table.is_whole)
            .order_by(table.review_no.desc())
            .limit(1)
        )
        with self._transaction() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else RoleReview(row[0], row[1], row[2], row[3].replace(tzinfo=UTC))


def _last(connection: Connection) -> int:
    found = connection.execute(sa.select(sa.func.max(schema.role_decisions.c.decision_no))).scalar_one()
    return int(found or 0)
