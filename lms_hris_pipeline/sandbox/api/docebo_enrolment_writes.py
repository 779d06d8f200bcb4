"""Calls that enrol: the batch, which updates what is there, and the plain one, which refuses it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_learning import MOMENT
from lms_hris_pipeline.sandbox.api.docebo_wire import RowRefused, data_reply, integers, items_of, json_body
from lms_hris_pipeline.sandbox.api.options import BATCH_LIMIT
from lms_hris_pipeline.sandbox.api.wire import Call, Reply
from lms_hris_pipeline.sandbox.api.world import World, utc_text

STATUSES = frozenset({"subscribed", "in_progress", "completed", "suspended", "expired"})
LEVELS = {"3": "learner", "4": "tutor", "6": "instructor", "learner": "learner", "student": "learner", "tutor": "tutor"}
OWNER = "integration"


def batch_enrolments(world: World, call: Call) -> Reply:
    """POST /learn/v1/enrollment/batch: rows succeed and fail one by one, in a 200."""
    items = items_of(json_body(call), BATCH_LIMIT)
    with world.writing() as connection:
        return data_reply(import_enrolments(world, connection, items))


def import_enrolments(
    world: World, connection: sqlite3.Connection, items: list[dict[str, Any]], first: int = 0
) -> list[dict[str, Any]]:
    """Enrol or update row by row; `first` numbers the first row."""
    now = world.now()
    results = []
    for index, item in enumerate(items, first):
        try:
            _import_enrolment(connection, item, now)
        except RowRefused as refused:
            results.append({"row_index": index, "success": False, "message": str(refused)})
        else:
            results.append({"row_index": index, "success": True, "message": ""})
    return results


def _import_enrolment(connection: sqlite3.Connection, item: dict[str, Any], now: datetime) -> None:
    user_id = _find(connection, "select user_id from lms_users where username = ?", item, "username")
    course_id = _find(connection, "select id from lms_courses where code = ?", item, "course_code")
    values = _row_values(item)
    existing = connection.execute(
        "select id, status from lms_enrolments where user_id = ? and course_id = ? and archived = 0",
        (user_id, course_id),
    ).fetchone()
    if existing is not None:
        values["last_update"] = utc_text(now)
        connection.execute(
            f"update lms_enrolments set {', '.join(f'{name} = ?' for name in values)} where id = ?",  # noqa: S608
            (*values.values(), existing[0]),
        )
        return
    moment = utc_text(now)
    row = {
        "user_id": user_id,
        "course_id": course_id,
        "status": "subscribed",
        "level": "learner",
        "enrollment_date": moment,
        "last_update": moment,
        "owner": OWNER,
        "archived": 0,
    } | values
    connection.execute(
        f"insert into lms_enrolments({', '.join(row)}) values({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


def _find(connection: sqlite3.Connection, query: str, item: dict[str, Any], name: str) -> int:
    text = str(item.get(name) or "").strip()
    if not text:
        raise RowRefused(f"{name} is required")
    row = connection.execute(query, (text,)).fetchone()
    if row is None:
        raise RowRefused(f"{name} is not known")
    return int(row[0])


def _row_values(item: dict[str, Any]) -> dict[str, object]:
    """The columns a row sets; empty values set nothing."""
    values: dict[str, object] = {}
    status = str(item.get("status") or "")
    if status:
        if status not in STATUSES:
            raise RowRefused(f"status must be one of {', '.join(sorted(STATUSES))}")
        values["status"] = status
    level = str(item.get("level") or "")
    if level:
        if level not in LEVELS:
            raise RowRefused("level is not known")
        values["level"] = LEVELS[level]
    for name in ("enrollment_date", "completion_date"):
        text = str(item.get(name) or "")
        if text:
            if not MOMENT.fullmatch(text):
                raise RowRefused(f"{name} must be written Y-m-d H:i:s")
            values[name] = text if " " in text else f"{text} 00:00:00"
    score = item.get("score")
    if score not in (None, ""):
        text = str(score)
        if not text.replace(".", "", 1).isdecimal() or not 0 <= float(text) <= 100:
            raise RowRefused("score must be a number from 0 to 100")
        values["score"] = text
    if values.get("status") == "completed" and "completion_date" not in values:
        raise RowRefused("completion_date is required for status completed")
    return values


def enrol(world: World, call: Call) -> Reply:
    """POST /learn/v1/enrollments: who is enrolled already, or unknown, is named in `errors`; the status is 200."""
    body = json_body(call)
    user_ids = integers(body, "user_ids", BATCH_LIMIT)
    course_ids = integers(body, "course_ids", BATCH_LIMIT)
    level = LEVELS.get(str(body.get("level") or "learner"), "learner")
    enrolled: list[int] = []
    errors: list[str] = []
    with world.writing() as connection:
        moment = utc_text(world.now())
        for course_id in course_ids:
            if connection.execute("select 1 from lms_courses where id = ?", (course_id,)).fetchone() is None:
                errors.append(f"Course {course_id} does not exist")
                continue
            for user_id in user_ids:
                if connection.execute("select 1 from lms_users where user_id = ?", (user_id,)).fetchone() is None:
                    errors.append(f"User {user_id} does not exist")
                    continue
                added = connection.execute(
                    "insert or ignore into lms_enrolments(user_id, course_id, status, level, enrollment_date,"
                    " last_update, owner, archived) values(?, ?, 'subscribed', ?, ?, ?, ?, 0)",
                    (user_id, course_id, level, moment, moment, OWNER),
                ).rowcount
                if added:
                    enrolled.append(user_id)
                else:
                    errors.append(f"User {user_id} is already enrolled in course {course_id}")
    return data_reply({"enrolled": enrolled, "errors": errors})
