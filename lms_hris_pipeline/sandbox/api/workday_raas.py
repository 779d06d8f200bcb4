"""Workday's custom reports (RaaS): the whole report in one answer, cut down by prompts, no pages.

Values are texts; what is null is left out. Rows are spliced together as JSON text, since a report may
hold a million of them. Not here: REST and SOAP.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from lms_hris_pipeline.sandbox.api.paging import shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Problem, Reply, answer, dump
from lms_hris_pipeline.sandbox.api.world import World

OWNER = "INT_LMS"
PLAIN_REPORTS = frozenset(
    {
        "INT_LMS_Locations",
        "INT_LMS_Cost_Centers",
        "INT_LMS_Companies",
        "INT_LMS_Requisitions",
        "INT_LMS_Skills",
        "INT_LMS_Training_Requirements",
        "INT_LMS_Supplier_Invoices",
        "INT_LMS_Licence_Contracts",
    }
)
T = TypeVar("T")
CHUNK_ROWS = 500
Texts = list[bytes]
"""Rows as JSON text, one or several in each text, in the order of this run."""


def report(world: World, call: Call) -> Reply:
    """GET /ccx/service/customreport2/{tenant}/{owner}/{report}?format=json&<prompts>"""
    name = call.path_values["report"]
    if call.path_values["tenant"] != world.options.tenant or call.path_values["owner"] != OWNER:
        raise Problem(answer({"error": "report not found"}, 404))
    if name in PLAIN_REPORTS:
        prompts: tuple[str, ...] = ()
        make: Callable[[World, Call], Texts] = _objects
    elif name in REPORTS:
        prompts, make = REPORTS[name]
    else:
        raise Problem(answer({"error": "report not found"}, 404))
    unknown = sorted(set(call.query) - set(prompts) - {"format"})
    if unknown:
        raise _bad(f"unknown prompt: {', '.join(unknown)}")
    if call.first("format") != "json":
        raise _bad("format must be json")
    rows = make(world, call)
    size = sum(map(len, rows)) + len(rows)
    if size > world.options.raas_limit_bytes:
        raise Problem(answer({"error": "the report is larger than the limit of 2 GB: narrow it by a prompt"}, 500))
    return Reply(200, b'{"Report_Entry":[' + b",".join(rows) + b"]}")


def _bad(message: str) -> Problem:
    return Problem(answer({"error": message}, 400))


def _date(call: Call, prompt: str) -> str:
    text = call.first(prompt)
    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise _bad(f"{prompt} must be a date YYYY-MM-DD") from None
    return text


def _plain_cursor(world: World) -> sqlite3.Cursor:
    cursor = world.connection().cursor()
    cursor.row_factory = None
    return cursor


def _objects(world: World, call: Call) -> Texts:
    rows = _plain_cursor(world).execute(
        "select record from hris_objects where report = ? order by id", (call.path_values["report"],)
    )
    return _in_order(world, call, [row[0].encode() for row in rows])


def _in_order(world: World, call: Call, rows: list[T]) -> list[T]:
    return shuffled(world, f"{call.path}?{sorted(call.query.items())}", rows)


def _workers(world: World, call: Call) -> Texts:
    """One row a worker with any assignment spell in the location, whenever; skills are joined in."""
    location = call.first("Location")
    if not location:
        raise _bad("the prompt Location is required")
    _date(call, "Effective_Date")
    cursor = _plain_cursor(world)
    skills: dict[str, list[dict[str, str]]] = {}
    for wid, skill_id, skill_name, level in cursor.execute(
        "select s.wid, s.skill_id, s.skill_name, s.level from hris_worker_locations l join hris_skill_items s on s.wid = l.wid"
        " where l.location_id = ? order by s.wid, s.item_id",
        (location,),
    ):
        entry = {"Skill_ID": skill_id, "Skill_Name": skill_name, "Skill_Level": level}
        skills.setdefault(wid, []).append({name: value for name, value in entry.items() if value})
    rows = []
    for wid, record in cursor.execute(
        "select w.wid, w.record from hris_worker_locations l join hris_workers w on w.wid = l.wid"
        " where l.location_id = ? order by w.wid",
        (location,),
    ):
        held = skills.get(wid)
        text = record.encode()
        rows.append(text[:-1] + b',"Skills_group":' + dump(held) + b"}" if held else text)
    return _in_order(world, call, rows)


def _learning_records(world: World, call: Call) -> Texts:
    where: list[str] = []
    values: list[str] = []
    for prompt, comparison in (("Completed_From", ">="), ("Completed_To", "<=")):
        text = _date(call, prompt)
        if text:
            where.append(f"completion_date {comparison} ?")
            values.append(text)
    workers = call.many("Worker")
    if workers:
        where.append(f"wid in ({','.join('?' * len(workers))})")
        values.extend(workers)
    condition = f"where {' and '.join(where)}" if where else ""
    cursor = _plain_cursor(world).execute(
        "select record_id, wid, content_id, completion_date, score, expiration_date, recorded_moment, source, rescinded"  # noqa: S608
        f" from hris_learning_records {condition} order by record_id",
        values,
    )
    rows = _in_order(world, call, cursor.fetchall())
    # Many rows in one text: a text for each would cost five times the memory.
    chunks = (rows[start : start + CHUNK_ROWS] for start in range(0, len(rows), CHUNK_ROWS))
    return [dump([_learning_row(row) for row in chunk])[1:-1] for chunk in chunks]


def _learning_row(row: tuple[object, ...]) -> dict[str, object]:
    record_id, wid, content_id, completed, score, expires, recorded, source, rescinded = row
    entry: dict[str, object] = {
        "Learning_Record_ID": record_id,
        "Worker_WID": wid,
        "Learning_Content_ID": content_id,
        "Completion_Date": completed,
        "Recorded_Moment": recorded,
        "Source": source,
        "Rescinded": "1" if rescinded else "0",
    }
    if score is not None:
        entry["Overall_Score"] = score
    if expires is not None:
        entry["Expiration_Date"] = expires
    return entry


def _learning_count(world: World, call: Call) -> Texts:
    count = world.cached(
        "learning_count", lambda c: c.execute("select count(*) from hris_learning_records").fetchone()[0]
    )
    return [dump({"Record_Count": str(count)})]


def _tenant(world: World, call: Call) -> Texts:
    entry = {"Tenant": world.options.tenant, "Environment": "SANDBOX", "Tenant_Key": world.options.hris_tenant_key}
    return [dump(entry)]


REPORTS: dict[str, tuple[tuple[str, ...], Callable[[World, Call], Texts]]] = {
    "INT_LMS_Workers": (("Location", "Effective_Date"), _workers),
    "INT_LMS_Learning_Records": (("Completed_From", "Completed_To", "Worker"), _learning_records),
    "INT_LMS_Learning_Record_Count": ((), _learning_count),
    "INT_LMS_Tenant": ((), _tenant),
}
"""The reports that are more than a list of objects: their prompts and how their rows are made."""
