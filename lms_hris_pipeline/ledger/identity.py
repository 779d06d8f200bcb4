"""Who is who, as recorded: links between accounts and workers, and people's decisions on pairs and tags."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lms_hris_pipeline.ledger import audit, schema
from lms_hris_pipeline.ledger.roles import latest_role_decisions
from lms_hris_pipeline.ledger.rows import CrosswalkPair, LedgerSnapshot, PairDecision, TagDecision
from lms_hris_pipeline.ledger.store import Store, naive
from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.model.wish import canonical_json

_LINK_ROLES = ("primary", "duplicate")
_VERDICTS = ("same", "different")


class Identity(Store):
    """Use cases of links and decisions."""

    def snapshot(self, now: datetime, settle_hours: int) -> LedgerSnapshot:
        """All that a batch needs to know, in one transaction and in a fixed order.

        Pending changes are those sent, not yet seen at the vendor, and still within the settle window.
        """
        links, pairs, deltas = schema.links.c, schema.pair_decisions.c, schema.deltas.c
        tags, refused = schema.tag_decisions.c, schema.tag_refusals.c
        queries: tuple[sa.Select[Any], ...] = (
            sa.select(
                links.link_id, links.learner_id_lms, links.worker_id_hris, links.role, links.origin, links.recorded_at
            )
            .where(links.retired_at.is_(None))
            .order_by(links.learner_id_lms),
            sa.select(
                pairs.learner_id_lms, pairs.worker_id_hris, pairs.verdict, pairs.decided_by, pairs.decided_at
            ).order_by(pairs.learner_id_lms, pairs.worker_id_hris),
            sa.select(tags.tag, tags.skill_id, tags.decided_by, tags.decided_at).order_by(tags.tag),
            sa.select(refused.tag, refused.skill_id, refused.decided_by, refused.decided_at).order_by(
                refused.tag, refused.skill_id
            ),
            latest_role_decisions(),
            sa.select(deltas.delta_id, deltas.entity, deltas.operation, deltas.target_key, deltas.sent_at)
            .where(
                deltas.state.in_((DeltaState.SENT, DeltaState.SENDING)),
                deltas.sent_at > naive(now) - timedelta(hours=settle_hours),
            )
            .order_by(deltas.delta_id),
        )
        with self._transaction() as connection:
            found = [tuple(tuple(row) for row in connection.execute(query)) for query in queries]
        return LedgerSnapshot(*found)

    def live_links(self) -> dict[str, str]:
        """Worker by account, of all live first accounts."""
        links = schema.links.c
        query = sa.select(links.learner_id_lms, links.worker_id_hris).where(
            links.retired_at.is_(None), links.role == "primary"
        )
        with self._transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query.order_by(links.learner_id_lms))}

    def record_links(
        self, rows: Iterable[tuple[str, str, str, str]], *, batch_id: str, now: datetime, by: str = "pipeline"
    ) -> int:
        """Record `(learner, worker, role, origin)`; accounts with a live link keep it. The number that is new.

        Raises:
            BadInput: an unknown role.
        """
        with self._transaction() as connection:
            return self._add_links(connection, rows, batch_id=batch_id, now=now, by=by)

    def _add_links(
        self,
        connection: Connection,
        rows: Iterable[tuple[str, str, str, str]],
        *,
        batch_id: str,
        now: datetime,
        by: str,
    ) -> int:
        live = _live(connection)
        new: dict[str, dict[str, Any]] = {}
        for learner, worker, role, origin in sorted(rows):
            if role not in _LINK_ROLES:
                raise BadInput(f"A link is primary or duplicate, not {role!r}")
            if learner in live or learner in new:
                continue
            name = canonical_json([learner, worker, batch_id, naive(now).isoformat()])
            new[learner] = {
                "link_id": hashlib.sha256(name.encode()).hexdigest(),
                "learner_id_lms": learner,
                "worker_id_hris": worker,
                "role": role,
                "origin": origin,
                "recorded_at": naive(now),
                "recorded_by": by,
                "recorded_batch": batch_id,
            }
        if new:
            connection.execute(sa.insert(schema.links), list(new.values()))
            audit.append(connection, now, by, "links_recorded", batch_id, {"count": len(new)})
        return len(new)

    def retire_link(self, learner_id: str, *, because: str, now: datetime, by: str) -> bool:
        """End the live link of an account; whether there was one."""
        links = schema.links
        with self._transaction() as connection:
            changed = connection.execute(
                sa.update(links)
                .where(links.c.learner_id_lms == learner_id, links.c.retired_at.is_(None))
                .values(retired_at=naive(now), retired_because=because)
            ).rowcount
            if changed:
                audit.append(connection, now, by, "link_retired", learner_id, {"because": because})
            return bool(changed)

    def import_crosswalk(self, pairs: Sequence[CrosswalkPair], *, now: datetime, by: str) -> int:
        """Record known pairs `(learner, worker)` as links of first accounts, all or none; the number that is new.

        Raises:
            BadInput: a pair contradicts another one or a live link; all contradictions are listed.
        """
        with self._transaction() as connection:
            faults = _contradictions(pairs, _live(connection))
            if faults:
                raise BadInput(
                    "The crosswalk contradicts itself or the ledger; nothing was imported\n  "
                    + "\n  ".join(faults[:50])
                    + (f"\n  … and {len(faults) - 50} more" if len(faults) > 50 else "")
                )
            rows = [(learner, worker, "primary", "crosswalk") for learner, worker in pairs]
            return self._add_links(connection, rows, batch_id="crosswalk", now=now, by=by)

    def record_match_review(
        self, pairs: Sequence[PairDecision], tags: Sequence[TagDecision], *, by: str, now: datetime
    ) -> None:
        """Record what a person decided of several pairs and tags, all or none.

        Raises:
            BadInput: a decision that `decide_pair` or `refuse_tag` would not take.
        """
        with self._transaction() as connection:
            for pair in pairs:
                _decide_pair(connection, pair, by, now)
            for tag in tags:
                _decide_tag(connection, tag, by, now)

    def decide_pair(
        self, learner_id: str, worker_id: str, verdict: str, *, by: str, now: datetime, reason: str = ""
    ) -> None:
        """Record that a pair is the `same` person or `different`; a later decision replaces an earlier one.

        "different" ends a live link of that very pair.

        Raises:
            BadInput: another verdict.
        """
        self.record_match_review([PairDecision(learner_id, worker_id, verdict, reason)], (), by=by, now=now)

    def decide_tag(self, tag: str, skill_id: str | None, *, by: str, now: datetime, reason: str = "") -> None:
        """Record which skill a tag means; None: no skill of the framework. That it does not mean that one is taken back."""
        self.record_match_review((), [TagDecision(tag, skill_id, False, reason)], by=by, now=now)

    def refuse_tag(self, tag: str, skill_id: str, *, by: str, now: datetime, reason: str = "") -> None:
        """Record that a tag does not mean a skill, whatever else it means. A decision that it does is taken back."""
        self.record_match_review((), [TagDecision(tag, skill_id, True, reason)], by=by, now=now)


def _decide_pair(connection: Connection, pair: PairDecision, by: str, now: datetime) -> None:
    if pair.verdict not in _VERDICTS:
        raise BadInput(f"A pair is the same or different, not {pair.verdict!r}")
    key = {"learner_id_lms": pair.learner_id_lms, "worker_id_hris": pair.worker_id_hris}
    decided = {"verdict": pair.verdict, "reason": pair.reason}
    _replace(connection, schema.pair_decisions, key, decided, by, now)
    if pair.verdict == "different":
        links = schema.links
        connection.execute(
            sa.update(links)
            .where(
                links.c.learner_id_lms == pair.learner_id_lms,
                links.c.worker_id_hris == pair.worker_id_hris,
                links.c.retired_at.is_(None),
            )
            .values(retired_at=naive(now), retired_because="decided different")
        )
    subject = f"{pair.learner_id_lms}/{pair.worker_id_hris}"
    audit.append(connection, now, by, "pair_decided", subject, {"verdict": pair.verdict})


def _decide_tag(connection: Connection, said: TagDecision, by: str, now: datetime) -> None:
    """Record a word on a tag; the opposite word on the same tag and skill is taken back."""
    decided, refused = schema.tag_decisions, schema.tag_refusals
    key = {"tag": said.tag, "skill_id": said.skill_id}
    opposite = decided if said.is_refusal else refused
    connection.execute(sa.delete(opposite).where(opposite.c.tag == said.tag, opposite.c.skill_id == said.skill_id))
    if said.is_refusal:
        if said.skill_id is None:
            raise BadInput(f"That the tag {said.tag!r} does not mean no skill says nothing")
        _replace(connection, refused, key, {"reason": said.reason}, by, now)
    else:
        values = {"skill_id": said.skill_id, "reason": said.reason}
        _replace(connection, decided, {"tag": said.tag}, values, by, now)
    action = "tag_refused" if said.is_refusal else "tag_decided"
    audit.append(connection, now, by, action, said.tag, {"skill_id": said.skill_id})


def _live(connection: Connection) -> dict[str, str]:
    links = schema.links.c
    query = sa.select(links.learner_id_lms, links.worker_id_hris).where(links.retired_at.is_(None))
    return {row[0]: row[1] for row in connection.execute(query)}


def _contradictions(pairs: Sequence[CrosswalkPair], live: Mapping[str, str]) -> list[str]:
    holders = {worker: learner for learner, worker in live.items()}
    by_learner: dict[str, str] = {}
    by_worker: dict[str, str] = {}
    faults = []
    for learner, worker in pairs:
        if by_learner.setdefault(learner, worker) != worker:
            faults.append(f"account {learner} is given to {by_learner[learner]} and to {worker}")
        if by_worker.setdefault(worker, learner) != learner:
            faults.append(f"worker {worker} is given {by_worker[worker]} and {learner}")
        if live.get(learner, worker) != worker:
            faults.append(f"account {learner} is linked to {live[learner]}, the file says {worker}")
        elif holders.get(worker, learner) != learner:
            faults.append(f"worker {worker} is linked to {holders[worker]}, the file says {learner}")
    return faults


def _replace(
    connection: Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any], by: str, now: datetime
) -> None:
    found = [table.c[name] == value for name, value in key.items()]
    decided = {**values, "decided_by": by, "decided_at": naive(now)}
    if connection.execute(sa.update(table).where(*found).values(**decided)).rowcount == 0:
        connection.execute(sa.insert(table).values(**key, **decided))
