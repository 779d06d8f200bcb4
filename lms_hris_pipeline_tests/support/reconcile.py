"""Makes small worlds for the reconcile room: a batch with canonical and match tables, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from lms_hris_pipeline.match.roles import match_roles
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import match, reconcile
from lms_hris_pipeline.tables.contract import Table
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.stage import (
    AS_OF,
    ORGANISATION,
    Record,
    build_all,
    load_raw,
    open_batch,
    rows_of,
    sandbox_settings,
    wid,
)

DECIDED = datetime(2026, 1, 1)  # noqa: DTZ001 - a DuckDB timestamp is naive UTC
_TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "JSON": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(7,6)": pa.decimal128(7, 6),
}


def link(user_number: int, worker_number: int | None, decision: str = "link", **changes: Any) -> Record:
    """The matcher's word on the account of made-up worker `user_number`."""
    return {
        "learner_id_lms": str(10_000 + user_number),
        "worker_id_hris": None if worker_number is None else wid(worker_number),
        "decision": decision,
        "method": "none" if decision == "no_match" else "key",
        "score": None,
        "reason": "made up",
        "primary_learner_id_lms": None,
        "runner_up_worker_id_hris": None,
        "runner_up_score": None,
        "evidence": "{}",
        **changes,
    }


def recorded(user_number: int, worker_number: int, role: str = "primary") -> Record:
    """A link that the ledger holds."""
    return {
        "link_id": f"L-{user_number}",
        "learner_id_lms": str(10_000 + user_number),
        "worker_id_hris": wid(worker_number),
        "role": role,
        "origin": "matcher",
        "recorded_at": DECIDED,
    }


def pending(entity: str, operation: str, target_key: str) -> Record:
    """A change that was sent and is not seen yet."""
    return {
        "delta_id": f"{entity}-{operation}-{target_key}",
        "entity": entity,
        "operation": operation,
        "target_key": target_key,
        "sent_at": DECIDED,
    }


def meaning(tag: str, skill_id: str | None, decision: str = "accept") -> Record:
    """What the skill matcher says of a tag."""
    return {
        "tag": tag,
        "skill_id": skill_id,
        "decision": decision,
        "method": "exact" if skill_id else "none",
        "confidence": None,
        "held_back": None,
        "matched_alias": None,
        "candidates": "[]",
        "model": None,
    }


def decided_role(
    source: str,
    value: str,
    group_id: str,
    verdict: str = "approved",
    counts: tuple[int, int] | None = None,
    **changes: Any,
) -> Record:
    """A person's word on a role mapping, made when `counts` (people, members) were seen."""
    people, members = counts or (None, None)
    return {
        "source": source,
        "value": value,
        "group_id_lms": group_id,
        "group_name": f"Group {group_id}",
        "verdict": verdict,
        "people": people,
        "members": members,
        "decided_by": "Ada",
        "decided_at": DECIDED,
        **changes,
    }


def write_rows(batch: Batch, table: Table, rows: Iterable[Record]) -> None:
    """Fill a contracted table with `rows`; a confidence that is not given is 1."""
    listed = list(rows)
    columns: dict[str, Any] = {}
    for column in table.columns:
        values = [row[column.name] for row in listed]
        if column.name == "confidence":
            columns[column.name] = pa.array([1.0 if value is None else value for value in values], pa.float64())
        else:
            columns[column.name] = pa.array(values, _TYPES[column.type])
    batch.write(table, pa.table(columns))


def reconciled(
    hris: Mapping[str, Iterable[Record | str]] | None = None,
    lms: Mapping[str, Iterable[Record | str]] | None = None,
    *,
    people: Iterable[Record] = (),
    skills: Iterable[Record] = (),
    links: Iterable[Record] = (),
    waiting: Iterable[Record] = (),
    roles: Iterable[Record] = (),
    incomplete: Iterable[str] = (),
    settings: Settings | None = None,
    as_of: datetime = AS_OF,
) -> Batch:
    """A batch with every canonical and reconcile table built from vendor records and the matchers' words."""
    batch = open_batch(settings, as_of)
    load_raw(batch, {**ORGANISATION, **(hris or {})}, lms, incomplete)
    build_all(batch)
    match_and_reconcile(
        batch, people=people, skills=skills, links=links, waiting=waiting, roles=roles, settings=settings
    )
    return batch


def match_and_reconcile(
    batch: Batch,
    *,
    people: Iterable[Record] = (),
    skills: Iterable[Record] = (),
    links: Iterable[Record] = (),
    waiting: Iterable[Record] = (),
    roles: Iterable[Record] = (),
    settings: Settings | None = None,
) -> None:
    """Fill the match tables as told, work out the role mappings, and build every reconcile table."""
    write_rows(batch, match.PEOPLE, people)
    write_rows(batch, match.SKILLS, skills)
    write_rows(batch, match.TAG_DRIFT, [])
    write_rows(batch, match.RECORDED_LINKS, links)
    write_rows(batch, match.PENDING_CHANGES, waiting)
    write_rows(batch, match.ROLE_DECISIONS, roles)
    batch.write(match.ROLES, match_roles(batch, settings or sandbox_settings()).rows)
    build_all(batch, reconcile.TABLES)


def deltas_of(batch: Batch) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """The proposed deltas: (entity, operation, target key) to the desired values of each, sorted."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows_of(batch, reconcile.PROPOSED_DELTAS):
        key = (row["entity"], row["operation"], row["target_key"])
        found.setdefault(key, []).append(json.loads(row["desired"]))
    return {key: sorted(values, key=str) for key, values in found.items()}


def findings_of(batch: Batch) -> set[tuple[Any, ...]]:
    """The exceptions as (type, worker, learner, field, HR value, LMS value)."""
    columns = ("type", "worker_id_hris", "learner_id_lms", "field", "hris_value", "lms_value")
    return {tuple(row[name] for name in columns) for row in rows_of(batch, reconcile.EXCEPTIONS)}


def situations_of(batch: Batch) -> dict[str, str]:
    """Situation by `worker:<id>` or `learner:<id>`."""
    return {
        f"{row['record_kind']}:{row['record_id']}": row["situation"] for row in rows_of(batch, reconcile.SITUATIONS)
    }
