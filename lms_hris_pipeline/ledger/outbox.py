"""Deciding on deltas and sending them: every change of state is conditional and on the audit trail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.store import Store, in_parts, naive, updated
from lms_hris_pipeline.model.delta import ADVICE, OPEN_STATES, SENDABLE_STATES, Delta, DeltaState, states_before
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.model.wish import canonical_json, delta_id, wish_id

IDS_SHOWN = 50
Outcome = tuple[DeltaState, str]


class Outbox(Store):
    """Use cases of approval and publication."""

    def approve(self, ids: Sequence[str], *, by: str, now: datetime, reason: str = "") -> int:
        """Approve deltas that wait; the number that did. Shadow ones and advice are never approved."""
        return len(self._decide(ids, DeltaState.APPROVED, by, now, reason))

    def reject(self, ids: Sequence[str], *, by: str, now: datetime, reason: str = "") -> int:
        """Reject deltas that wait or were approved and are not being sent; the number that were."""
        return len(self._decide(ids, DeltaState.REJECTED, by, now, reason))

    def _decide(self, ids: Sequence[str], verdict: DeltaState, by: str, now: datetime, reason: str) -> list[str]:
        if not by.strip():
            raise BadInput("A decision needs a name\n  Add --by <name>.")
        before = (DeltaState.PROPOSED,) if verdict is DeltaState.APPROVED else states_before(verdict)
        values = {"state": verdict, "decided_by": by, "decided_at": naive(now), "decision_reason": reason}
        if verdict is DeltaState.REJECTED:
            values["finished_at"] = naive(now)
        with self._transaction() as connection:
            is_approval = verdict is DeltaState.APPROVED
            is_shadow = False if is_approval else None
            moved = _move(connection, ids, before, values, is_shadow=is_shadow, with_advice=not is_approval)
            if moved:
                decision = {"verdict": verdict, "decided_by": by, "decided_at": naive(now), "reason": reason}
                connection.execute(sa.insert(schema.approvals), [{"delta_id": key, **decision} for key in moved])
                audit.append(connection, now, by, f"deltas_{verdict}", f"{len(moved)} deltas", _shown(moved))
        return moved

    def sendable(self) -> list[Delta]:
        """Deltas that are approved and not in shadow; never advice."""
        from lms_hris_pipeline.ledger.deltas import as_delta

        table = schema.deltas
        query = (
            sa.select(table)
            .where(table.c.state.in_(SENDABLE_STATES), table.c.is_shadow.is_(False), table.c.operation.not_in(ADVICE))
            .order_by(table.c.proposed_at, table.c.delta_id)
        )
        with self._transaction() as connection:
            return [as_delta(row) for row in connection.execute(query).mappings()]

    def begin_sending(self, ids: Sequence[str], *, now: datetime) -> list[str]:
        """Note the intent to send before anything is sent; the ids that may be sent (at most 50 at once).

        Those that were rejected, superseded or taken by another publisher meanwhile are not among them.

        Raises:
            BadInput: more than 50.
        """
        if len(ids) > IDS_SHOWN:
            raise BadInput(f"Intents are recorded in groups of at most {IDS_SHOWN}, not {len(ids)}")
        with self._transaction() as connection:
            values = {"state": DeltaState.SENDING, "sent_at": naive(now)}
            moved = _move(connection, ids, SENDABLE_STATES, values, is_shadow=False)
            if moved:
                connection.execute(
                    sa.insert(schema.attempts), [{"delta_id": key, "began_at": naive(now)} for key in moved]
                )
                audit.append(connection, now, "publisher", "deltas_sending", f"{len(moved)} deltas", _shown(moved))
        return moved

    def finish(self, outcomes: Mapping[str, Outcome], *, now: datetime) -> int:
        """Note what became of deltas, state and message by id, in one transaction; the number that changed.

        APPROVED means: not sent, or sent and nothing had arrived; a delta that policy approved is auto_approved again.
        """
        groups: dict[Outcome, list[str]] = {}
        for key, outcome in outcomes.items():
            groups.setdefault(outcome, []).append(key)
        changed = 0
        with self._transaction() as connection:
            for (state, message), ids in sorted(groups.items()):
                moved = _move(connection, ids, states_before(state) if state not in SENDABLE_STATES else
                              (DeltaState.SENDING,), _values(state, message, now))  # fmt: skip
                changed += len(moved)
                for part in in_parts(moved):
                    connection.execute(
                        sa.update(schema.attempts)
                        .where(schema.attempts.c.delta_id.in_(part), schema.attempts.c.ended_at.is_(None))
                        .values(ended_at=naive(now), outcome=state, message=message)
                    )
                if moved:
                    detail = {**_shown(moved), "message": message}
                    audit.append(connection, now, "publisher", f"deltas_{state}", f"{len(moved)} deltas", detail)
                if state is DeltaState.VERIFIED:
                    _mark_rolled_back(connection, moved, now)
        return changed

    def attempts(self, delta: str) -> list[dict[str, Any]]:
        """The attempts to send a delta, in order: began_at, ended_at, outcome, message."""
        table = schema.attempts
        query = sa.select(table).where(table.c.delta_id == delta).order_by(table.c.attempt_no)
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def decisions(self, delta: str) -> list[dict[str, Any]]:
        """People's decisions on a delta, in order: verdict, decided_by, decided_at, reason."""
        table = schema.approvals
        query = sa.select(table).where(table.c.delta_id == delta).order_by(table.c.approval_no)
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def propose_rollback(
        self, inverses: Sequence[tuple[Delta, Mapping[str, Any], Mapping[str, Any], str]], *, by: str, now: datetime
    ) -> list[str]:
        """Propose the inverse of verified deltas: `(delta, desired, base, operation)`; ids of what now waits."""
        ids = []
        with self._transaction() as connection:
            table = schema.deltas
            for delta, desired, base, operation in inverses:
                wish = wish_id(delta.target_system, delta.entity, delta.target_key, operation, desired, base)
                found = connection.execute(
                    sa.select(table.c.generation, table.c.state).where(table.c.wish_id == wish)
                ).all()
                if any(row.state in OPEN_STATES for row in found):
                    continue
                generation = max((row.generation for row in found), default=0) + 1
                ids.append(delta_id(wish, generation))
                names = ("family", "target_system", "entity", "target_key", "worker_id_hris", "learner_id_lms")
                connection.execute(
                    sa.insert(table).values(
                        delta_id=ids[-1], wish_id=wish, generation=generation, operation=operation,
                        desired=canonical_json(dict(desired)), base=canonical_json(dict(base)), risk="high",
                        reason="Takes back a published change.", state=DeltaState.PROPOSED, is_shadow=False,
                        proposed_at=naive(now), proposed_batch="rollback", rolls_back=delta.delta_id,
                        **{name: getattr(delta, name) for name in names},
                    )
                )  # fmt: skip
            if ids:
                audit.append(connection, now, by, "rollback_proposed", f"{len(ids)} deltas", _shown(ids))
        return ids


def _values(state: DeltaState, message: str, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": state, "message": message}
    if state in SENDABLE_STATES:
        by_policy = schema.deltas.c.decided_by == "policy"
        values["state"] = sa.case(
            (by_policy, sa.literal(DeltaState.AUTO_APPROVED)), else_=sa.literal(DeltaState.APPROVED)
        )
        values["sent_at"] = None
    elif state is not DeltaState.SENT:
        values["finished_at"] = naive(now)
    return values


def _move(
    connection: Connection,
    ids: Sequence[str],
    before: Sequence[str],
    values: Mapping[str, Any],
    *,
    is_shadow: bool | None = None,
    with_advice: bool = False,
) -> list[str]:
    """Change those in one of the states `before`; their ids. Advice is passed over unless asked for."""
    table = schema.deltas

    def statement(part: list[str]) -> sa.Update:
        found = sa.update(table).where(table.c.delta_id.in_(part), table.c.state.in_(before))
        if is_shadow is not None:
            found = found.where(table.c.is_shadow.is_(is_shadow))
        if not with_advice:
            found = found.where(table.c.operation.not_in(ADVICE))
        return found.values(**values).returning(table.c.delta_id)

    return updated(connection, ids, statement)


def _mark_rolled_back(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """The deltas whose inverses were verified are rolled back."""
    table = schema.deltas
    for part in in_parts(ids):
        undone = connection.execute(
            sa.select(table.c.rolls_back).where(table.c.delta_id.in_(part), table.c.rolls_back.is_not(None))
        ).scalars()
        values = {"state": DeltaState.ROLLED_BACK, "finished_at": naive(now)}
        _move(connection, list(undone), states_before(DeltaState.ROLLED_BACK), values)


def _shown(ids: Sequence[str]) -> dict[str, Any]:
    digest = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
    return {"count": len(ids), "ids": sorted(ids)[:IDS_SHOWN], "ids_sha256": digest}
