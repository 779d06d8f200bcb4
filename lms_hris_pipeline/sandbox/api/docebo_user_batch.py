"""Docebo's user batch: rows that create or update users, each succeeding or failing by itself."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_rules import join_branch
from lms_hris_pipeline.sandbox.api.docebo_user_writes import COPIED, EMAIL, change_user, create_user
from lms_hris_pipeline.sandbox.api.docebo_users import FIELD_COLUMNS
from lms_hris_pipeline.sandbox.api.docebo_wire import RowRefused, bad_request, data_reply, items_of, json_body
from lms_hris_pipeline.sandbox.api.options import BATCH_LIMIT
from lms_hris_pipeline.sandbox.api.wire import Call, Reply, like_true
from lms_hris_pipeline.sandbox.api.world import World

LEVELS = {"user": "user", "poweruser": "power_user", "power_user": "power_user"}


def batch_users(world: World, call: Call) -> Reply:
    """POST /manage/v1/user/batch: rows succeed and fail one by one, in a 200."""
    body = json_body(call)
    items = items_of(body, BATCH_LIMIT)
    options = body.get("options")
    if not isinstance(options, dict):
        raise bad_request("options is required", "options")
    with world.writing() as connection:
        return data_reply(import_users(world, connection, items, options))


def import_users(
    world: World, connection: sqlite3.Connection, items: list[dict[str, Any]], options: dict[str, Any], first: int = 0
) -> list[dict[str, Any]]:
    """Create or update users row by row; `first` numbers the first row."""
    now = world.now()
    results = []
    for index, item in enumerate(items, first):
        connection.execute("savepoint row")
        try:
            user_id = _import_user(world, connection, item, options, now)
        except RowRefused as refused:
            connection.execute("rollback to row")
            results.append({"row_index": index, "success": False, "message": str(refused), "response": []})
        else:
            results.append({"row_index": index, "success": True, "message": "", "response": {"user_id": str(user_id)}})
        connection.execute("release row")
    return results


def _import_user(
    world: World, connection: sqlite3.Connection, item: dict[str, Any], options: dict[str, Any], now: datetime
) -> int:
    username = str(item.get("username") or "").strip()
    if not username:
        raise RowRefused("username is required")
    changes = _row_changes(item)
    branch_id = _row_branch(connection, item, str(options.get("branch_option", "")))
    row = connection.execute("select user_id from lms_users where username = ?", (username,)).fetchone()
    if row is not None:
        if not like_true(options.get("update_user_info")):
            raise RowRefused("username already exists")
        user_id = int(row[0])
        change_user(world, connection, user_id, changes, now)
    else:
        changes = {name: value for name, value in changes.items() if value is not None}
        user_id = create_user(world, connection, username, changes, now)
        if branch_id is None and str(options.get("destination_branch") or "").isdecimal():
            branch_id = int(options["destination_branch"])
    if branch_id is not None:
        join_branch(connection, branch_id, user_id, now)
    return user_id


def _row_changes(item: dict[str, Any]) -> dict[str, str | None]:
    """The columns a row sets: absent keys and nulls are left alone, an empty text erases."""
    changes: dict[str, str | None] = {}
    for key, value in item.items():
        if value is None:
            continue
        if key.startswith("field_") and key not in FIELD_COLUMNS:
            raise RowRefused(f"Additional field {key} does not exist")
        if key in COPIED or key in FIELD_COLUMNS:
            changes[key] = str(value) or None
        elif key == "active":
            changes["status"] = "1" if like_true(value) else "0"
        elif key == "level":
            if value not in LEVELS:
                raise RowRefused("level must be user or poweruser")
            changes["level"] = LEVELS[value]
    email = changes.get("email")
    if email and not EMAIL.fullmatch(email):
        raise RowRefused("email is not a valid address")
    return changes


def _row_branch(connection: sqlite3.Connection, item: dict[str, Any], option: str) -> int | None:
    code = str(item.get("branch_code") or item.get("branch_code_path") or "").rstrip("/").rpartition("/")[2]
    if not code:
        return None
    row = connection.execute("select id from lms_branches where code = ?", (code,)).fetchone()
    if row is not None:
        return int(row[0])
    if option != "autocreate":
        raise RowRefused(f"Branch {code} does not exist")
    root = connection.execute("select id, lev, iright from lms_branches order by lev, id limit 1").fetchone()
    connection.execute("update lms_branches set iright = iright + 2 where id = ?", (root[0],))
    return connection.execute(
        "insert into lms_branches(code, title, parent_id, lev, ileft, iright) values(?, ?, ?, ?, ?, ?)",
        (code, code, root[0], root[1] + 1, root[2], root[2] + 1),
    ).lastrowid
