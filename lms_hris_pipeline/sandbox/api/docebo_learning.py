"""Docebo's courses, enrolments, certifications and skills, as they are read.

Not here: the calls that enrol (`docebo_enrolment_writes`).
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_wire import (
    PAGE_SIZE,
    ZERO_MOMENT,
    bad_request,
    data_reply,
    not_found,
    page_data,
    page_reply,
    path_id,
    slice_of,
    small_page,
)
from lms_hris_pipeline.sandbox.api.paging import IdQuery, list_ids, rows_of, shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Reply, load
from lms_hris_pipeline.sandbox.api.world import World

MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
ENROLMENT_SELECT = (
    "select e.id, e.user_id, u.username, e.course_id, c.code, e.status, e.level, e.enrollment_date, e.completion_date,"
    " e.score, e.last_update, e.owner, e.archived"
    " from lms_enrolments e join lms_users u on u.user_id = e.user_id join lms_courses c on c.id = e.course_id"
)


def list_enrolments(world: World, call: Call) -> Reply:
    """GET /learn/v1/enrollments: without a user, the whole platform."""
    ids = list_ids(world, _chosen(call))
    items = []
    for row in rows_of(world.connection(), ENROLMENT_SELECT, "e.id", slice_of(ids, call)):
        (row_id, user_id, username, course_id, code, status, level, enrolled, completed, score, updated, owner, old) = (
            row
        )
        if completed is None and row_id % 3 == 0:  # type: ignore[operator]
            completed = ZERO_MOMENT  # an open date comes as null or as zeros
        items.append(
            {
                "id": str(row_id),
                "user_id": str(user_id),
                "username": username,
                "course_id": str(course_id),
                "course_code": code,
                "status": status,
                "level": level,
                "enrollment_date": enrolled,
                "completion_date": completed,
                "score": score,
                "last_update": updated,
                "owner": owner,
                "archived": bool(old),
            }
        )
    reply_data = page_data(call, items, len(ids))
    return data_reply(reply_data)


def _chosen(call: Call) -> IdQuery:
    where: list[str] = []
    values: list[object] = []
    users, statuses = call.many("id_user"), call.many("status")
    if len(users) > PAGE_SIZE or not all(text.isdecimal() for text in users):
        raise bad_request(f"id_user must be at most {PAGE_SIZE} numbers", "id_user")
    if users:
        where.append(f"user_id in ({','.join('?' * len(users))})")
        values.extend(int(text) for text in users)
    if statuses:
        where.append(f"status in ({','.join('?' * len(statuses))})")
        values.extend(statuses)
    for name, comparison in (("updated_from", ">="), ("updated_to", "<=")):
        text = call.first(name)
        if text and not MOMENT.fullmatch(text):
            raise bad_request(f"{name} must be written Y-m-d H:i:s", name)
        if text:
            where.append(f"last_update {comparison} ?")
            values.append(text)
    condition = f" where {' and '.join(where)}" if where else ""
    return IdQuery(f"select id from lms_enrolments{condition} order by id", tuple(values))  # noqa: S608


def list_courses(world: World, call: Call) -> Reply:
    """GET /course/v1/courses"""
    return small_page(call, shuffled(world, "courses", _records(world, "lms_courses")))


def _records(world: World, table: str) -> list[Any]:
    return world.cached(
        table,
        lambda c: [load(row[0]) for row in c.execute(f"select record from {table} order by id")],  # noqa: S608
    )


def list_certifications(world: World, call: Call) -> Reply:
    """GET /learn/v1/certification"""
    return small_page(call, shuffled(world, "certifications", _records(world, "lms_certifications")))


def list_certified(world: World, call: Call) -> Reply:
    """GET /learn/v1/certification/{id}/users"""
    certification_id = path_id(call)
    connection = world.connection()
    if connection.execute("select 1 from lms_certifications where id = ?", (certification_id,)).fetchone() is None:
        raise not_found(f"Certification {certification_id} is not known")
    query = IdQuery(
        "select user_id from lms_certificates where certification_id = ? order by user_id", (certification_id,)
    )
    ids = list_ids(world, query)
    page = slice_of(ids, call)
    select = (
        "select user_id, issued_date, expire_date from"  # noqa: S608 - a number
        f" (select * from lms_certificates where certification_id = {certification_id})"
    )
    rows = rows_of(connection, select, "user_id", page)
    items = [{"user_id": str(user_id), "issued_date": issued, "expire_date": ends} for user_id, issued, ends in rows]
    return page_reply(call, items, len(ids))


def list_skills(world: World, call: Call) -> Reply:
    """GET /skill/v1/skills: the tags, as people typed them."""

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        counts = dict(
            connection.execute("select skill_id, count(*) from lms_course_skills group by skill_id").fetchall()
        )
        rows = connection.execute("select skill_id, title, description, active from lms_skills order by skill_id")
        return [
            {
                "skill_id": str(row[0]),
                "title": row[1],
                "description": row[2] or "",
                "active": row[3],
                "associated_content": counts.get(row[0], 0),
                "roles": [],
                "areas": [],
                "strategic": 0,
                "actions": [],
                "predefinedUID": None,
            }
            for row in rows
        ]

    return small_page(call, shuffled(world, "skills", world.cached("skills", read)))


def list_course_skills(world: World, call: Call) -> Reply:
    """GET /skill/v1/courses/{course_id}/skills"""
    course_id = path_id(call)
    connection = world.connection()
    if connection.execute("select 1 from lms_courses where id = ?", (course_id,)).fetchone() is None:
        raise not_found(f"Course {course_id} is not known")
    rows = connection.execute(
        "select s.skill_id, s.title, s.description from lms_course_skills c join lms_skills s using (skill_id)"
        " where c.course_id = ? order by s.skill_id",
        (course_id,),
    ).fetchall()
    items = [
        {
            "skill_id": str(row[0]),
            "id": row[0],
            "title": row[1],
            "description": row[2] or "",
            "lang": "english",
            "auto_enroll": 0,
            "auto_suggest": 0,
        }
        for row in rows
    ]
    return small_page(call, shuffled(world, f"course_skills/{course_id}", items))


def tenant(world: World, call: Call) -> Reply:
    """GET /manage/v1/tenant: which platform this is."""
    name = world.meta("lms_name") or "Made-up Academy"
    return data_reply({"tenant_key": world.options.lms_tenant_key, "name": name, "environment": "SANDBOX"})
