"""Workday's REST service Staffing v6: workers, job profiles, supervisory organisations, skill items.

Lists have `limit` (20, at most 100) and `offset` from 0. Not here: reports and SOAP.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any

from lms_hris_pipeline.sandbox.api.paging import shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Problem, Reply, answer, like_true, load
from lms_hris_pipeline.sandbox.api.world import World

LIMIT, MAX_LIMIT = 20, 100
WORKER_TYPE_WIDS = {False: "d957" + "0" * 27 + "1", True: "d957" + "0" * 27 + "2"}


def rest_error(status: int, message: str, *, code: str = "", field: str = "", path: str = "") -> Reply:
    """An error body: {error, errors:[{error, code, field, path}]}."""
    details = {"error": message, "code": code or "A0001", "field": field, "path": path}
    return answer({"error": message, "errors": [details]}, status)


def _refuse(status: int, message: str, **details: str) -> Problem:
    return Problem(rest_error(status, message, **details))


def check_tenant(world: World, call: Call) -> None:
    """404 for another tenant's path."""
    if call.path_values["tenant"] != world.options.tenant:
        raise _refuse(404, "tenant not found", code="A0404")


def _window(call: Call) -> tuple[int, int]:
    """(offset, limit); a larger limit than MAX_LIMIT is refused."""
    numbers = []
    for name, default in (("offset", 0), ("limit", LIMIT)):
        text = call.first(name, str(default))
        if not text.isdecimal() or (name == "limit" and not 1 <= int(text) <= MAX_LIMIT):
            raise _refuse(400, f"invalid value of {name}", field=name, path=call.path)
        numbers.append(int(text))
    return numbers[0], numbers[1]


def _page(call: Call, items: Sequence[Any]) -> Reply:
    offset, limit = _window(call)
    return answer({"data": items[offset : offset + limit], "total": len(items)})


def list_workers(world: World, call: Call) -> Reply:
    """GET /workers: `total` is an independent count of the worker records."""
    check_tenant(world, call)
    offset, limit = _window(call)
    where: list[str] = []
    values: list[object] = []
    if not like_true(call.first("includeTerminatedWorkers")):
        where.append("is_terminated = 0")
    words = call.first("search").split()
    if words:
        names = "json_extract(record, '$.Legal_First_Name') || ' ' || json_extract(record, '$.Legal_Last_Name')"
        where.append(f"({' or '.join([f'employee_id = ? or {names} like ?'] * len(words))})")
        values.extend(value for word in words for value in (word, f"%{word}%"))
    condition = f"where {' and '.join(where)}" if where else ""
    query = f"select wid from hris_workers {condition} order by wid"  # noqa: S608 - own conditions
    if world.shuffle_seed is None:
        connection = world.connection()
        count = f"select count(*) from hris_workers {condition}"  # noqa: S608 - own conditions
        total = world.cached(("count", count, tuple(values)), lambda c: int(c.execute(count, values).fetchone()[0]))
        wids = [row[0] for row in connection.execute(f"{query} limit ? offset ?", (*values, limit, offset))]
    else:
        every = world.cached(
            ("wids", query, tuple(values), world.shuffle_seed),
            lambda c: shuffled(world, query, [row[0] for row in c.execute(query, values)]),
        )
        total, wids = len(every), every[offset : offset + limit]
    return answer({"data": [_worker(world, wid) for wid in wids], "total": total})


def view_worker(world: World, call: Call) -> Reply:
    """GET /workers/{ID}"""
    check_tenant(world, call)
    return answer(_worker(world, call.path_values["id"]))


def _worker(world: World, wid: str) -> dict[str, Any]:
    row = world.connection().execute("select record from hris_workers where wid = ?", (wid,)).fetchone()
    if row is None:
        raise _refuse(404, "worker not found", code="A0404", field="ID")
    record = load(row[0])
    first = record.get("Preferred_First_Name") or record.get("Legal_First_Name", "")
    last = record.get("Preferred_Last_Name") or record.get("Legal_Last_Name", "")
    name = f"{first} {last}".strip()
    contingent = record.get("Worker_Type") != "Employee"
    worker: dict[str, Any] = {
        "id": wid,
        "descriptor": name,
        "workerId": record.get("Employee_ID", ""),
        "person": {"id": record.get("Universal_ID") or wid, "descriptor": name, "email": record.get("Email_Work")},
        "workerType": {"id": WORKER_TYPE_WIDS[contingent], "descriptor": record.get("Worker_Type", "")},
    }
    if worker["person"]["email"] is None:
        del worker["person"]["email"]
    job = _primary_job(record, world.now().date().isoformat())
    if job is not None:
        worker["primaryJob"] = _job_view(world, job)
    return worker


def _primary_job(record: dict[str, Any], today: str) -> dict[str, Any] | None:
    """The primary assignment in force today, else the last one."""
    jobs = sorted(
        (job for job in record.get("Jobs_group", []) if job.get("Is_Primary") == "1"),
        key=lambda job: (job["Start_Date"], job.get("Recorded_Moment", ""), job["Assignment_ID"]),
    )
    current = [job for job in jobs if job["Start_Date"] <= today <= (job.get("End_Date") or "9999-12-31")]
    found: dict[str, Any] | None = (current or jobs or [None])[-1]
    return found


def _job_view(world: World, job: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": job["Position_ID"],
        "descriptor": job["Business_Title"],
        "businessTitle": job["Business_Title"],
        "jobProfile": _reference(world, "jobProfiles", job["Job_Profile_ID"]),
        "supervisoryOrganization": _reference(world, "supervisoryOrganizations", job["Supervisory_Organization_ID"]),
        "location": {"id": job["Location_ID"], "descriptor": _location_name(world, job["Location_ID"])},
    }


def _reference(world: World, kind: str, code: str) -> dict[str, str]:
    by_code = world.cached(("codes", kind), lambda c: {item.get("code"): item for item in _objects(c, kind)})
    item = by_code.get(code, {})
    return {"id": item.get("id", code), "descriptor": item.get("descriptor") or item.get("name") or code}


def _location_name(world: World, location_id: str) -> str:
    names = world.cached(
        "location_names",
        lambda c: {item["Location_ID"]: item.get("Location_Name") for item in _objects(c, "INT_LMS_Locations")},
    )
    return names.get(location_id) or location_id


def _objects(connection: sqlite3.Connection, kind: str) -> list[dict[str, Any]]:
    rows = connection.execute("select record from hris_objects where report = ? order by id", (kind,))
    return [load(row[0]) for row in rows]


def list_job_profiles(world: World, call: Call) -> Reply:
    """GET /jobProfiles"""
    return _list_objects(world, call, "jobProfiles")


def list_organizations(world: World, call: Call) -> Reply:
    """GET /supervisoryOrganizations"""
    return _list_objects(world, call, "supervisoryOrganizations")


def _list_objects(world: World, call: Call, kind: str) -> Reply:
    check_tenant(world, call)
    items: list[dict[str, Any]] = world.cached(("objects", kind), lambda c: _objects(c, kind))
    if not like_true(call.first("includeInactive")):
        items = [item for item in items if not item.get("inactive")]
    return _page(call, shuffled(world, kind, items))


def view_object(world: World, call: Call) -> Reply:
    """GET /jobProfiles/{ID} and /supervisoryOrganizations/{ID}"""
    check_tenant(world, call)
    kind = call.path.rstrip("/").split("/")[-2]
    for item in world.cached(("objects", kind), lambda c: _objects(c, kind)):
        if item.get("id") == call.path_values["id"]:
            return answer(item)
    raise _refuse(404, "resource not found", code="A0404", field="ID")


def list_skill_items(world: World, call: Call) -> Reply:
    """GET /workers/{ID}/skillItems"""
    check_tenant(world, call)
    wid = _known_worker(world.connection(), call.path_values["id"])
    rows = world.connection().execute(
        "select item_id, skill_id, skill_name, remote_id from hris_skill_items where wid = ? order by item_id", (wid,)
    )
    items = [_skill_item(*row) for row in rows]
    return _page(call, shuffled(world, f"skillItems/{wid}", items))


def _skill_item(item_id: str, skill_id: str | None, name: str, remote_id: str | None) -> dict[str, Any]:
    item: dict[str, Any] = {"id": item_id, "descriptor": name, "skillName": name}
    if skill_id:
        item["skillItem"] = {"id": skill_id, "descriptor": name}
    if remote_id:
        item["remoteID"] = remote_id
    return item


def _known_worker(connection: sqlite3.Connection, wid: str) -> str:
    if connection.execute("select 1 from hris_workers where wid = ?", (wid,)).fetchone() is None:
        raise _refuse(404, "worker not found", code="A0404", field="ID")
    return wid


def add_skill_items(world: World, call: Call) -> Reply:
    """POST /workers/{ID}/skillItems: the same call twice makes the same item twice."""
    check_tenant(world, call)
    try:
        wanted = load(call.body).get("skillItems")
    except (ValueError, AttributeError):
        raise _refuse(400, "the body is not a JSON object") from None
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise _refuse(400, "skillItems is required", code="A0019", field="skillItems", path="/skillItems")
    added = []
    with world.writing() as connection:
        wid = _known_worker(connection, call.path_values["id"])
        for number, item in enumerate(wanted):
            path = f"/skillItems/{number}"
            reference = (item.get("skillItem") or {}).get("id")
            # A reference is a bare id, or `<type of id>=<id>` as the specification has it.
            skill_id = reference.rpartition("=")[2] if isinstance(reference, str) else None
            known_name = _skill_name(connection, skill_id, path) if skill_id else ""
            name = str(item.get("skillName") or known_name)
            if not name:
                raise _refuse(400, "a skill item needs a skill", code="A0021", field="skillName", path=path)
            count = connection.execute("select coalesce(max(rowid), 0) from hris_skill_items").fetchone()[0]
            text = f"{wid}/{name}/{count}/{world.now().isoformat()}"
            item_id = hashlib.sha256(text.encode()).hexdigest()[:32]
            remote_id = item.get("remoteID")
            connection.execute(
                "insert into hris_skill_items(item_id, wid, skill_id, skill_name, remote_id) values(?, ?, ?, ?, ?)",
                (item_id, wid, skill_id, name, remote_id),
            )
            echo = {"skillItem": {"id": reference}} if reference else {}
            added.append(_skill_item(item_id, skill_id, name, remote_id) | echo)
    return answer({"skillItems": added}, 201)


def _skill_name(connection: sqlite3.Connection, skill_id: str, path: str) -> str:
    """The framework's name of a skill; 400 if there is no such skill."""
    row = connection.execute(
        "select record from hris_objects where report = 'INT_LMS_Skills' and id = ?", (skill_id,)
    ).fetchone()
    if row is None:
        raise _refuse(400, "invalid skill", code="A0021", field="skillItem", path=path)
    return str(load(row[0]).get("Skill_Name", ""))
