"""Deltas: taking in the wishes of a batch, listing and counting. Deciding and sending are in `outbox`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.cases import TUG_OF_WAR
from lms_hris_pipeline.ledger.rows import ProposalSummary
from lms_hris_pipeline.ledger.store import Store, aware, in_parts, naive, updated
from lms_hris_pipeline.model.delta import OPEN_STATES, UNSENT_STATES, Delta, DeltaState, ProposedDelta
from lms_hris_pipeline.model.wish import delta_id
from lms_hris_pipeline.settings import PolicySettings

TUG_WINDOW_DAYS = 30
TUG_GENERATIONS = 3
"""The third time within the window that the same wish comes back after it was verified, a person looks at it."""


class Deltas(Store):
    """Use cases of proposed changes."""

    def propose(
        self,
        wishes: Sequence[ProposedDelta],
        *,
        batch_id: str,
        as_of: datetime,
        now: datetime,
        policy: PolicySettings,
        is_complete: bool,
        rejection_days: int,
    ) -> ProposalSummary:
        """Take in the wishes of a batch in one transaction; proposing twice is proposing once.

        Open deltas that a complete batch no longer wishes are superseded, unless they are being sent. A rejection
        of the same wish (the same base) holds for `rejection_days`. Families that are `off` record nothing. A wish
        that was verified since `as_of` is passed over: the batch may have read the target before that.
        """
        with self._transaction() as connection:
            past = _Past(connection, as_of, now, rejection_days)
            wanted = {wish.wish_id: wish for wish in wishes}
            new, contested, off, held, newer = [], [], [], 0, 0
            for key, wish in sorted(wanted.items()):
                phase = policy.phase_of(wish.family, is_pilot=wish.is_pilot)
                if phase == "off":
                    off.append(key)
                elif key in past.open:
                    continue
                elif key in past.newer:
                    newer += 1
                elif key in past.rejected:
                    held += 1
                else:
                    contested += [key] if past.is_contested(key) else []
                    is_auto = past.is_left_to_policy(key) and policy.approves(
                        wish.family, wish.risk, is_pilot=wish.is_pilot
                    )
                    new.append(_row(wish, past.generations.get(key, 0) + 1, phase, is_auto, batch_id, now))
            if new:
                connection.execute(sa.insert(schema.deltas), new)
            known = [wanted[key] for key in past.open if key in wanted and policy.phase_of(wanted[key].family) != "off"]
            self._follow_policy(connection, known, past, policy, now)
            gone = [key for key in past.open if key not in wanted] if is_complete else []
            superseded = self._supersede(connection, gone + [key for key in off if key in past.open], now)
            _open_tugs(connection, contested, batch_id, now)
            _close_tugs(connection, now)
            summary = ProposalSummary(len(new), len(known), held, newer, len(off), superseded, len(contested))
            _note_batch(connection, batch_id, as_of, now, is_complete, len(wanted))
            audit.append(connection, now, "pipeline", "deltas_proposed", batch_id, asdict(summary))
        return summary

    def _follow_policy(
        self,
        connection: Connection,
        wishes: Sequence[ProposedDelta],
        past: _Past,
        policy: PolicySettings,
        now: datetime,
    ) -> None:
        """Open deltas follow phase and pilot as they are now: into or out of shadow, to automatic approval or back."""
        table = schema.deltas
        for is_shadow in (True, False):
            ids = [
                past.open[wish.wish_id][0]
                for wish in wishes
                if (policy.phase_of(wish.family, is_pilot=wish.is_pilot) == "shadow") is is_shadow
                and past.open[wish.wish_id][2] is not is_shadow
            ]
            for part in in_parts(ids):
                connection.execute(sa.update(table).where(table.c.delta_id.in_(part)).values(is_shadow=is_shadow))
        automatic = [
            past.open[wish.wish_id][0]
            for wish in wishes
            if policy.approves(wish.family, wish.risk, is_pilot=wish.is_pilot)
            and past.open[wish.wish_id][1] == DeltaState.PROPOSED
            and past.is_left_to_policy(wish.wish_id)
        ]
        for part in in_parts(automatic):
            connection.execute(
                sa.update(table)
                .where(table.c.delta_id.in_(part), table.c.state == DeltaState.PROPOSED, table.c.rolls_back.is_(None))
                .values(state=DeltaState.AUTO_APPROVED, decided_by="policy", decided_at=naive(now))
            )

        withdrawn = [
            past.open[wish.wish_id][0]
            for wish in wishes
            if past.open[wish.wish_id][1] == DeltaState.AUTO_APPROVED
            and not (
                policy.approves(wish.family, wish.risk, is_pilot=wish.is_pilot) and past.is_left_to_policy(wish.wish_id)
            )
        ]
        for part in in_parts(withdrawn):
            connection.execute(
                sa.update(table)
                .where(table.c.delta_id.in_(part), table.c.state == DeltaState.AUTO_APPROVED)
                .values(state=DeltaState.PROPOSED, decided_by=None, decided_at=None)
            )

    def _supersede(self, connection: Connection, wish_ids: Sequence[str], now: datetime) -> int:
        table = schema.deltas
        gone = updated(
            connection,
            wish_ids,
            lambda part: (
                sa.update(table)
                .where(table.c.wish_id.in_(part), table.c.state.in_(UNSENT_STATES), table.c.rolls_back.is_(None))
                .values(state=DeltaState.SUPERSEDED, finished_at=naive(now))
                .returning(table.c.delta_id)
            ),
        )
        return len(gone)

    def deltas(
        self,
        *,
        states: Sequence[str] = (),
        family: str | None = None,
        operation: str | None = None,
        id_prefix: str = "",
        ids: Sequence[str] = (),
        is_shadow: bool | None = None,
        limit: int | None = None,
    ) -> list[Delta]:
        """Deltas by state, family, operation, id or beginning of the id, in the order in which they were proposed."""
        table = schema.deltas
        query = sa.select(table).order_by(table.c.proposed_at, table.c.delta_id)
        query = query.where(table.c.state.in_(states)) if states else query
        query = query.where(table.c.family == family) if family else query
        query = query.where(table.c.operation == operation) if operation else query
        query = query.where(table.c.delta_id.startswith(id_prefix, autoescape=True)) if id_prefix else query
        query = query.where(table.c.delta_id.in_(ids)) if ids else query
        query = query.where(table.c.is_shadow == is_shadow) if is_shadow is not None else query
        query = query.limit(limit) if limit else query
        with self._transaction() as connection:
            return [as_delta(row) for row in connection.execute(query).mappings()]

    def standings(self, wish_ids: Sequence[str]) -> dict[str, tuple[int, str, bool]]:
        """(generation, state, whether in shadow) of the latest delta of each of these wishes."""
        table = schema.deltas.c
        latest: dict[str, tuple[int, str, bool]] = {}
        with self._transaction() as connection:
            for part in in_parts(wish_ids):
                query = sa.select(table.wish_id, table.generation, table.state, table.is_shadow)
                query = query.where(table.wish_id.in_(part)).order_by(table.wish_id, table.generation)
                for wish, generation, state, is_shadow in connection.execute(query):
                    latest[wish] = (int(generation), str(state), bool(is_shadow))
        return latest

    def states_of(self, wish_ids: Sequence[str]) -> dict[str, str]:
        """State of the latest delta of each of these wishes; `shadow` where it is proposed and never sent."""
        return {
            wish: "shadow" if is_shadow and state == DeltaState.PROPOSED else state
            for wish, (_, state, is_shadow) in self.standings(wish_ids).items()
        }

    def count_deltas(self) -> dict[tuple[str, str], int]:
        """Deltas by operation and state; shadow ones count as `shadow`."""
        table = schema.deltas.c
        query = sa.select(table.operation, table.state, table.is_shadow, sa.func.count()).group_by(
            table.operation, table.state, table.is_shadow
        )
        counts: dict[tuple[str, str], int] = {}
        with self._transaction() as connection:
            for operation, state, is_shadow, count in connection.execute(query):
                shown = "shadow" if is_shadow and state == DeltaState.PROPOSED else str(state)
                counts[operation, shown] = counts.get((operation, shown), 0) + int(count)
        return dict(sorted(counts.items()))

    def sent_since(self, since: datetime) -> dict[tuple[str, str], int]:
        """Deltas on existing accounts that were sent since an instant, by entity and operation."""
        table = schema.deltas.c
        query = (
            sa.select(table.entity, table.operation, sa.func.count())
            .where(
                table.sent_at >= naive(since),
                table.state.in_((DeltaState.SENDING, DeltaState.SENT, DeltaState.VERIFIED)),
                table.target_key.startswith("learner:"),
            )
            .group_by(table.entity, table.operation)
        )
        with self._transaction() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}


class _Past:
    """What the ledger holds already, by wish."""

    def __init__(self, connection: Connection, as_of: datetime, now: datetime, rejection_days: int) -> None:
        table = schema.deltas.c
        rows = sa.select(table.wish_id, table.delta_id, table.state, table.is_shadow).where(
            table.state.in_(OPEN_STATES)
        )
        self.open = {row[0]: (str(row[1]), str(row[2]), bool(row[3])) for row in connection.execute(rows)}
        self.rejected = {
            row[0]
            for row in connection.execute(
                sa.select(table.wish_id).where(
                    table.state == DeltaState.REJECTED, table.decided_at > naive(now) - timedelta(days=rejection_days)
                )
            )
        }
        highest = sa.select(table.wish_id, sa.func.max(table.generation)).group_by(table.wish_id)
        self.generations = {row[0]: int(row[1]) for row in connection.execute(highest)}
        done = (
            sa.select(table.wish_id, sa.func.count())
            .where(
                table.state.in_((DeltaState.VERIFIED, DeltaState.ROLLED_BACK)),
                table.finished_at > naive(now) - timedelta(days=TUG_WINDOW_DAYS),
            )
            .group_by(table.wish_id)
        )
        self.verified = {row[0]: int(row[1]) for row in connection.execute(done)}
        since = sa.select(table.wish_id).where(
            table.state == DeltaState.VERIFIED, table.finished_at > naive(as_of), table.finished_at <= naive(now)
        )
        self.newer = {row[0] for row in connection.execute(since)}
        taken_back = sa.select(table.wish_id).where(table.state == DeltaState.ROLLED_BACK)
        self.taken_back = {row[0] for row in connection.execute(taken_back)}

    def is_contested(self, wish: str) -> bool:
        """Whether somebody keeps changing it back."""
        return self.verified.get(wish, 0) + 1 >= TUG_GENERATIONS

    def is_left_to_policy(self, wish: str) -> bool:
        """Whether policy may approve it: not where it is contested, nor where a person had it taken back."""
        return wish not in self.taken_back and not self.is_contested(wish)


def _row(
    wish: ProposedDelta, generation: int, phase: str, is_auto: bool, batch_id: str, now: datetime
) -> dict[str, Any]:
    return {
        **{name: getattr(wish, name) for name in ProposedDelta.__slots__ if name != "is_pilot"},
        "delta_id": delta_id(wish.wish_id, generation),
        "generation": generation,
        "state": DeltaState.AUTO_APPROVED if is_auto else DeltaState.PROPOSED,
        "is_shadow": phase == "shadow",
        "decided_by": "policy" if is_auto else None,
        "decided_at": naive(now) if is_auto else None,
        "proposed_at": naive(now),
        "proposed_batch": batch_id,
    }


def as_delta(row: Mapping[Any, Any]) -> Delta:
    """A row of the table as a value."""
    values = {name: row[name] for name in Delta.__slots__}
    values |= {name: aware(row[name]) for name in ("proposed_at", "sent_at", "finished_at")}
    values |= {
        "desired": json.loads(row["desired"]),
        "base": json.loads(row["base"]),
        "state": DeltaState(row["state"]),
    }
    return Delta(**values)


def _tug_id(wish: str) -> str:
    return hashlib.sha256(f"{TUG_OF_WAR}:{wish}".encode()).hexdigest()


def _open_tugs(connection: Connection, wishes: Sequence[str], batch_id: str, now: datetime) -> None:
    table = schema.cases
    for wish in wishes:
        seen = {"last_seen_at": naive(now), "last_batch": batch_id, "closed_at": None}
        key = _tug_id(wish)
        if connection.execute(sa.update(table).where(table.c.exception_id == key).values(**seen)).rowcount == 0:
            first = {"first_seen_at": naive(now), "first_batch": batch_id, "type": TUG_OF_WAR, "wish_id": wish}
            connection.execute(sa.insert(table).values(exception_id=key, **first, **seen))


def _close_tugs(connection: Connection, now: datetime) -> None:
    """A tug of war is over once its wish is open no more."""
    table, deltas = schema.cases, schema.deltas
    is_open = sa.exists().where(deltas.c.wish_id == table.c.wish_id, deltas.c.state.in_(OPEN_STATES))
    connection.execute(
        sa.update(table)
        .where(table.c.type == TUG_OF_WAR, table.c.closed_at.is_(None), ~is_open)
        .values(closed_at=naive(now))
    )


def _note_batch(
    connection: Connection, batch_id: str, as_of: datetime, now: datetime, is_complete: bool, wishes: int
) -> None:
    table = schema.batches
    if not connection.execute(sa.select(table.c.batch_id).where(table.c.batch_id == batch_id)).first():
        connection.execute(
            sa.insert(table).values(
                batch_id=batch_id,
                as_of=naive(as_of),
                first_seen_at=naive(now),
                is_complete=is_complete,
                wishes=wishes,
            )
        )
