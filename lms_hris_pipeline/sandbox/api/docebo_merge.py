"""Merging two Docebo accounts: the previews, and the merge with its documented traps.

The first account in the path is kept, the second one disappears. Its enrolments move over where the
first has none for the course; where both have one the first one's stays, unless the call names the
second as `old_user_id`. The second account's archived enrolments are lost, and of two certificates
for one certification the first one's stays, even if the second one's is better.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_user_writes import remove_user
from lms_hris_pipeline.sandbox.api.docebo_users import user_data, user_items
from lms_hris_pipeline.sandbox.api.docebo_wire import (
    bad_request,
    data_reply,
    integer,
    json_body,
    not_found,
    path_id,
    small_page,
)
from lms_hris_pipeline.sandbox.api.paging import shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Reply, load
from lms_hris_pipeline.sandbox.api.world import World, utc_text

SHOWN = ("status", "level", "enrollment_date", "completion_date", "score")


def _pair(world: World, call: Call) -> tuple[int, int]:
    """(kept, disappearing); both must exist, and neither be an administrator."""
    kept, gone = path_id(call), path_id(call, "other")
    if kept == gone:
        raise bad_request("An account cannot be merged with itself", "user_id_2")
    for user_id in (kept, gone):
        row = world.connection().execute("select level from lms_users where user_id = ?", (user_id,)).fetchone()
        if row is None:
            raise not_found(f"User {user_id} is not known")
        if row[0] != "user":
            raise bad_request(f"User {user_id} is an administrator: administrators are not merged", "user_id")
    return kept, gone


def preview(world: World, call: Call) -> Reply:
    """GET /manage/v1/user/{user_id}/merge/{user_id_2}"""
    kept, gone = _pair(world, call)
    items = {item["user_id"]: item for item in user_items(world, [kept, gone])}
    has = (
        world.connection()
        .execute("select 1 from lms_enrolments where user_id in (?, ?) and archived = 0 limit 1", (kept, gone))
        .fetchone()
    )
    return data_reply(
        {
            "user_data": {"destination": user_data(items[str(kept)]), "source": user_data(items[str(gone)])},
            "enrollments": has is not None,
            "badges": False,
            "subscriptions": False,
            "transactions": False,
        }
    )


def preview_enrolments(world: World, call: Call) -> Reply:
    """GET …/enrollments: course by course, what each account holds. Archived enrolments are not shown."""
    kept, gone = _pair(world, call)
    courses: dict[int, dict[str, Any]] = {}
    rows = world.connection().execute(
        "select e.*, c.code as code, c.record as record from lms_enrolments e join lms_courses c on c.id = e.course_id"
        " where e.user_id in (?, ?) and e.archived = 0 order by e.course_id, e.user_id <> ?",
        (kept, gone, kept),
    )
    for row in rows.fetchall():
        record = load(row["record"])
        item = courses.setdefault(
            row["course_id"],
            {
                "course_id": str(row["course_id"]),
                "code": row["code"],
                "course_name": record.get("name", ""),
                "lang_code": record.get("language", ""),
                "type": record.get("type", ""),
                "users": {"destination": None, "source": None},
            },
        )
        side = "destination" if row["user_id"] == kept else "source"
        item["users"][side] = _side(row, is_selected=side == "destination" or item["users"]["destination"] is None)
    return small_page(call, shuffled(world, f"merge/{kept}/{gone}", list(courses.values())))


def _side(row: sqlite3.Row, *, is_selected: bool) -> dict[str, Any]:
    """What one account holds; `selected` marks the one that stays unless the merge says otherwise."""
    return {name: row[name] for name in SHOWN} | {
        "id": row["user_id"],
        "selected": is_selected,
        "status_label": str(row["status"]).replace("_", " ").capitalize(),
        "date_complete": row["completion_date"],
    }


def preview_nothing(world: World, call: Call) -> Reply:
    """GET …/badges, …/subscriptions, …/transactions: the platform uses none of them."""
    _pair(world, call)
    return small_page(call, [])


def merge(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/{user_id}/merge/{user_id_2}"""
    kept, gone = _pair(world, call)
    changes = json_body(call).get("change_data") or {} if call.body else {}
    chosen = {
        integer(row.get("course_id"), "course_id")
        for row in changes.get("enrollments") or []
        if integer(row.get("old_user_id"), "old_user_id") == gone
    }
    with world.writing() as connection:
        moment = utc_text(world.now())
        _merge_enrolments(connection, kept, gone, chosen, moment)
        connection.execute(
            "insert or ignore into lms_certificates(certification_id, user_id, issued_date, expire_date)"
            " select certification_id, ?, issued_date, expire_date from lms_certificates where user_id = ?",
            (kept, gone),
        )
        connection.execute("update lms_users set manager_id = ? where manager_id = ?", (kept, gone))
        connection.execute("update lms_users set manager_id = null where user_id = ? and manager_id = ?", (kept, kept))
        connection.execute("update lms_users set last_update = ? where user_id = ?", (moment, kept))
        remove_user(connection, gone)
    return data_reply({"id": kept})


def _merge_enrolments(connection: sqlite3.Connection, kept: int, gone: int, chosen: set[int], moment: str) -> None:
    held = {
        row[0]
        for row in connection.execute(
            "select course_id from lms_enrolments where user_id = ? and archived = 0", (kept,)
        )
    }
    for row_id, course_id in connection.execute(
        "select id, course_id from lms_enrolments where user_id = ? and archived = 0 order by id", (gone,)
    ).fetchall():
        if course_id in held and course_id not in chosen:
            continue
        connection.execute(
            "delete from lms_enrolments where user_id = ? and course_id = ? and archived = 0", (kept, course_id)
        )
        connection.execute(
            "update lms_enrolments set user_id = ?, last_update = ? where id = ?", (kept, moment, row_id)
        )
