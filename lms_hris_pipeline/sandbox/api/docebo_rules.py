"""What Docebo does by itself: automatic groups that trail their field, and enrolment rules that fire on joining.

Every function works inside the caller's transaction. Not here: the calls that set these off.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from lms_hris_pipeline.sandbox.api.world import World, utc_text

DUE = "replace(substr(due_at, 1, 19), 'T', ' ')"
"""`due_at` as it compares with `utc_text`, whichever way it was written."""


def follow_later(world: World, connection: sqlite3.Connection, user_ids: Iterable[int], now: datetime) -> None:
    """A field of these users changed: their automatic groups are worked out again after the delay."""
    due = utc_text(now + timedelta(minutes=world.options.group_delay_minutes))
    connection.executemany(
        "insert into lms_group_sync(user_id, due_at) values(?, ?)"
        " on conflict(user_id) do update set due_at = excluded.due_at",
        [(user_id, due) for user_id in user_ids],
    )


def settle_groups(connection: sqlite3.Connection, now: datetime) -> int:
    """Work out the automatic groups of all users whose time has come; the number of users."""
    due = [
        row[0]
        for row in connection.execute(
            f"select user_id from lms_group_sync where {DUE} <= ? order by user_id",  # noqa: S608 - a constant
            (utc_text(now),),
        )
    ]
    if not due:
        return 0
    rules: dict[str, dict[str, list[int]]] = {}
    automatic: set[int] = set()
    for group_id, field, value in connection.execute(
        "select id, rule_field, rule_value from lms_groups where type = 'automatic' order by id"
    ):
        rules.setdefault(field, {}).setdefault(value, []).append(group_id)
        automatic.add(group_id)
    for user_id in due:
        _settle_user(connection, user_id, rules, automatic, now)
    connection.executemany("delete from lms_group_sync where user_id = ?", [(user_id,) for user_id in due])
    return len(due)


def _settle_user(
    connection: sqlite3.Connection,
    user_id: int,
    rules: dict[str, dict[str, list[int]]],
    automatic: set[int],
    now: datetime,
) -> None:
    user = connection.execute("select * from lms_users where user_id = ?", (user_id,)).fetchone()
    wanted: set[int] = set()
    if user is not None:
        for field, by_value in rules.items():
            wanted.update(by_value.get(user[field] or "", ()))
    held = {
        row[0]
        for row in connection.execute(
            "select m.group_id from lms_groups g join lms_group_members m on m.group_id = g.id"
            " where g.type = 'automatic' and m.user_id = ?",
            (user_id,),
        )
    }
    for group_id in sorted(held - wanted):
        connection.execute("delete from lms_group_members where group_id = ? and user_id = ?", (group_id, user_id))
    for group_id in sorted(wanted - held):
        join_group(connection, group_id, user_id, now)


def join_group(connection: sqlite3.Connection, group_id: int, user_id: int, now: datetime) -> bool:
    """Put a user into a group; False if already a member. Joining fires the group's enrolment rules."""
    added = connection.execute(
        "insert or ignore into lms_group_members(group_id, user_id) values(?, ?)", (group_id, user_id)
    ).rowcount
    if added:
        _fire(connection, "group_id", group_id, user_id, now)
    return bool(added)


def join_branch(connection: sqlite3.Connection, branch_id: int, user_id: int, now: datetime) -> None:
    """Move a user to a branch; coming from another one fires the branch's enrolment rules."""
    row = connection.execute("select branch_id from lms_users where user_id = ?", (user_id,)).fetchone()
    if row is None or row[0] == branch_id:
        return
    connection.execute(
        "update lms_users set branch_id = ?, last_update = ? where user_id = ?", (branch_id, utc_text(now), user_id)
    )
    _fire(connection, "branch_id", branch_id, user_id, now)


def _fire(connection: sqlite3.Connection, column: str, joined_id: int, user_id: int, now: datetime) -> None:
    moment = utc_text(now)
    for (course_id,) in connection.execute(
        f"select course_id from lms_enrolment_rules where {column} = ? order by id",  # noqa: S608 - a constant
        (joined_id,),
    ).fetchall():
        connection.execute(
            "insert or ignore into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date,"
            " score, last_update, owner, archived) values(?, ?, 'subscribed', 'learner', ?, null, null, ?, 'rule', 0)",
            (user_id, course_id, moment, moment),
        )
