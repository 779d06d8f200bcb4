"""What a merge of two accounts must leave behind: all that both had on the first, or else both as they were.

The learning system has room for one present enrolment a course, drops the second account's archived ones, and keeps
the first account's certificate where both have one.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from lms_hris_pipeline.sandbox.truth.parsing import day, lower, score

NEVER = "9999-12-31"


class Enrolment(NamedTuple):
    """One enrolment of an account; `completed` is the day, empty where it is not known, None while open."""

    row_id: int
    course_id: int
    is_archived: bool
    status: str
    completed: str | None
    score: str | None


def is_lossless(company: sqlite3.Connection, kept: int, gone: int) -> bool:
    """Whether `gone` can be merged into `kept` without losing anything."""
    moving = rows_to_move(_enrolments(company, kept), _enrolments(company, gone))
    return moving is not None and not _has_better_certificate(company, kept, gone)


def merge_accounts(company: sqlite3.Connection, kept: int, gone: int, now: str) -> bool:
    """Merge `gone` into `kept` and report whether it was done: not where anything would be lost."""
    moving = rows_to_move(_enrolments(company, kept), _enrolments(company, gone))
    if moving is None or _has_better_certificate(company, kept, gone):
        return False
    for row in moving:
        company.execute(
            "delete from lms_enrolments where user_id = ? and course_id = ? and archived = 0", (kept, row.course_id)
        )
        company.execute("update lms_enrolments set user_id = ?, last_update = ? where id = ?", (kept, now, row.row_id))
    company.execute(
        "insert or ignore into lms_certificates select certification_id, ?, issued_date, expire_date"
        " from lms_certificates where user_id = ?",
        (kept, gone),
    )
    company.execute("update lms_users set manager_id = nullif(?, user_id) where manager_id = ?", (kept, gone))
    for table in ("lms_users", "lms_group_members", "lms_group_sync", "lms_enrolments", "lms_certificates"):
        company.execute(f"delete from {table} where user_id = ?", (gone,))  # noqa: S608 - constant names
    return True


def rows_to_move(kept: Sequence[Enrolment], gone: Sequence[Enrolment]) -> list[Enrolment] | None:
    """The second account's present enrolments that the first one takes over; None where something would be lost.

    Lost is a completion that is gone, or one left with a lower score. Where either row will do, learning under way
    stays, and else the first account's row.
    """
    ours, theirs = _by_course(kept), _by_course(gone)
    moving = []
    for course, rows in sorted(theirs.items()):
        mine = ours.get(course, [])
        before = _best([*mine, *rows])
        archived = [row for row in mine if row.is_archived]
        present = [row for row in (*mine, *rows) if not row.is_archived]

        def lost(row: Enrolment, before: dict[str, float] = before, archived: list[Enrolment] = archived) -> int:
            after = _best([*archived, row])
            return sum(after.get(done, -2.0) < points for done, points in before.items())

        if present:
            stays = min(present, key=lambda row: (lost(row), row.status != "in_progress"))
            is_safe = not lost(stays)
        else:
            is_safe = _best(archived) == before
        if not is_safe:
            return None
        if present and stays in rows:
            moving.append(stays)
    return moving


def _by_course(rows: Sequence[Enrolment]) -> dict[int, list[Enrolment]]:
    found: dict[int, list[Enrolment]] = defaultdict(list)
    for row in rows:
        found[row.course_id].append(row)
    return found


def _best(rows: Sequence[Enrolment]) -> dict[str, float]:
    """The best score of each day of completion; -1 where none has one."""
    found: dict[str, float] = {}
    for row in rows:
        if row.completed is not None:
            value = score(row.score)
            found[row.completed] = max(found.get(row.completed, -1.0), -1.0 if value is None else float(value))
    return found


def _has_better_certificate(company: sqlite3.Connection, kept: int, gone: int) -> bool:
    def expiries(user: int) -> dict[int, str]:
        rows = company.execute("select certification_id, expire_date from lms_certificates where user_id = ?", (user,))
        return {row[0]: day(row[1]) or NEVER for row in rows}

    ours = expiries(kept)
    return any(name in ours and ends > ours[name] for name, ends in expiries(gone).items())


def _enrolments(company: sqlite3.Connection, user: int) -> list[Enrolment]:
    rows = company.execute(
        "select id, course_id, archived, status, completion_date, score from lms_enrolments where user_id = ?"
        " order by id",
        (user,),
    )
    return [
        Enrolment(
            row_id,
            course,
            bool(archived),
            lower(status) or "",
            (day(done) or "") if lower(status) == "completed" else None,
            result,
        )
        for row_id, course, archived, status, done, result in rows
    ]
