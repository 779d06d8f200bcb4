"""Calls that change Docebo's users: single, status, bulk edit, branch, delete. The batch is `docebo_user_batch`.

A change of a custom field reaches automatic groups later; a move to a branch fires its rules at once
(`docebo_rules`).
"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_rules import follow_later, join_branch
from lms_hris_pipeline.sandbox.api.docebo_users import FIELD_COLUMNS
from lms_hris_pipeline.sandbox.api.docebo_wire import (
    bad_request,
    data_reply,
    docebo_error,
    integer,
    integers,
    json_body,
    not_found,
    path_id,
)
from lms_hris_pipeline.sandbox.api.options import BATCH_LIMIT
from lms_hris_pipeline.sandbox.api.wire import Call, Problem, Reply
from lms_hris_pipeline.sandbox.api.world import World, utc_text

COPIED = ("firstname", "lastname", "email", "language", "timezone", "expiration_date")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def create_user(
    world: World, connection: sqlite3.Connection, username: str, values: dict[str, str | None], now: datetime
) -> int:
    """Add a user with the platform's defaults; the caller has made sure the username is free."""
    defaults: dict[str, object] = {
        "username": username,
        "firstname": "",
        "lastname": "",
        "email": "",
        "status": "1",
        "level": "user",
        "language": "english",
        "timezone": "Europe/Berlin",
        "creation_date": utc_text(now),
        "last_update": utc_text(now),
    }
    row = defaults | values
    user_id = connection.execute(
        f"insert into lms_users({', '.join(row)}) values({', '.join('?' * len(row))})",
        tuple(row.values()),
    ).lastrowid
    follow_later(world, connection, [user_id or 0], now)
    return user_id or 0


def change_user(
    world: World, connection: sqlite3.Connection, user_id: int, changes: dict[str, Any], now: datetime
) -> None:
    """Set columns of a user; a name or address that must not be null becomes empty."""
    if not changes:
        return
    values = {name: "" if value is None and name in COPIED[:3] else value for name, value in changes.items()}
    values["last_update"] = utc_text(now)
    connection.execute(
        f"update lms_users set {', '.join(f'{name} = ?' for name in values)} where user_id = ?",  # noqa: S608
        (*values.values(), user_id),
    )
    if any(name in FIELD_COLUMNS for name in values):
        follow_later(world, connection, [user_id], now)


def _body_changes(connection: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
    """The columns that a single or bulk edit sets."""
    changes: dict[str, Any] = {}
    for key, column in (
        ("firstname", "firstname"),
        ("lastname", "lastname"),
        ("email", "email"),
        ("language", "language"),
        ("timezone", "timezone"),
        ("expiration", "expiration_date"),
    ):
        if body.get(key) is not None:
            changes[column] = str(body[key])
    if changes.get("email") and not EMAIL.fullmatch(changes["email"]):
        raise bad_request("email is not a valid address", "email")
    if body.get("manager") is not None:
        manager_id = integer(body["manager"], "manager")
        if manager_id and not _known(connection, manager_id):
            raise bad_request(f"Manager {manager_id} is not known", "manager")
        changes["manager_id"] = manager_id or None
    fields = body.get("additional_fields", [])
    if not isinstance(fields, list):
        raise bad_request("additional_fields must be a list", "additional_fields")
    for field in fields:
        column = f"field_{integer(field.get('id'), 'additional_fields')}"
        if column not in FIELD_COLUMNS:
            raise bad_request(f"Additional field {field['id']} does not exist", "additional_fields")
        value = field.get("value")
        changes[column] = None if value in (None, "") else str(value)
    return changes


def _known(connection: sqlite3.Connection, user_id: int) -> bool:
    return connection.execute("select 1 from lms_users where user_id = ?", (user_id,)).fetchone() is not None


def update_user(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/{id}: the only way to change a username."""
    user_id, body = path_id(call), json_body(call)
    with world.writing() as connection:
        if not _known(connection, user_id):
            raise not_found(f"User {user_id} is not known")
        changes = _body_changes(connection, body)
        if changes.get("manager_id") == user_id:
            raise bad_request("A user cannot be their own manager", "manager")
        username = str(body.get("userid") or "").strip()
        if username:
            holder = connection.execute("select user_id from lms_users where username = ?", (username,)).fetchone()
            if holder is not None and holder[0] != user_id:
                raise Problem(docebo_error(409, "Conflict", "username already exists", "userid"))
            changes["username"] = username
        change_user(world, connection, user_id, changes, world.now())
    return data_reply([{"updated_id": user_id, "success": True, "message": []}])


def add_user(world: World, call: Call) -> Reply:
    """POST /manage/v1/user: needs `userid` and `password`."""
    body = json_body(call)
    username = str(body.get("userid") or "").strip()
    for name, value in (("userid", username), ("password", body.get("password"))):
        if not value:
            raise bad_request(f"{name} is required", name)
    with world.writing() as connection:
        if connection.execute("select 1 from lms_users where username = ?", (username,)).fetchone():
            raise Problem(docebo_error(409, "Conflict", "username already exists", "userid"))
        changes = _body_changes(connection, body)
        changes["status"] = "0" if str(body.get("valid", 1)) == "0" else "1"
        now = world.now()
        user_id = create_user(world, connection, username, changes, now)
        for chosen in body.get("select_orgchart") or []:
            branch = chosen.get("branch_id") if isinstance(chosen, dict) else chosen
            join_branch(connection, _branch(connection, integer(branch, "select_orgchart")), user_id, now)
    return data_reply([{"user_id": user_id, "success": True, "message": [], "confirmation_needed": False}])


def change_status(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/change_status: enrolments stay as they are."""
    body = json_body(call)
    status = str(body.get("status"))
    if status not in {"0", "1"}:
        raise bad_request("status must be 0 or 1", "status")
    user_ids = integers(body, "user_ids", BATCH_LIMIT)
    with world.writing() as connection:
        known = [user_id for user_id in user_ids if _known(connection, user_id)]
        for user_id in known:
            change_user(world, connection, user_id, {"status": status}, world.now())
    missed = [user_id for user_id in user_ids if user_id not in set(known)]
    return data_reply([{"updated_ids": known, "not_updated_ids": missed, "success": not missed}])


def mass_edit(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/mass_edit: the same manager and fields for many users."""
    body = json_body(call)
    user_ids = integers(body, "user_ids", BATCH_LIMIT)
    results: list[dict[str, Any]] = []
    with world.writing() as connection:
        changes = _body_changes(
            connection,
            {
                k: v
                for k, v in body.items()
                if k in {"manager", "additional_fields", "language", "timezone", "expiration"}
            },
        )
        for user_id in user_ids:
            refusal = ""
            if not _known(connection, user_id):
                refusal = f"User {user_id} is not known"
            elif changes.get("manager_id") == user_id:
                refusal = "A user cannot be their own manager"
            else:
                change_user(world, connection, user_id, changes, world.now())
            message = [{"id": "user_ids", "message": refusal}] if refusal else []
            results.append({"updated_id": user_id, "success": not refusal, "message": message})
    return data_reply(results)


def _branch(connection: sqlite3.Connection, branch_id: int) -> int:
    if connection.execute("select 1 from lms_branches where id = ?", (branch_id,)).fetchone() is None:
        raise bad_request(f"Branch {branch_id} does not exist", "branch_ids")
    return branch_id


def move_to_branch(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/move_to_branch"""
    body = json_body(call)
    branch_ids, user_ids = integers(body, "branch_ids"), integers(body, "user_ids", BATCH_LIMIT)
    if len(branch_ids) != 1:
        raise bad_request("On this platform a user stands in one branch", "branch_ids")
    with world.writing() as connection:
        branch_id = _branch(connection, branch_ids[0])
        known = [user_id for user_id in user_ids if _known(connection, user_id)]
        for user_id in known:
            join_branch(connection, branch_id, user_id, world.now())
    return data_reply([{"success": len(known) == len(user_ids)}])


def add_to_branch(world: World, call: Call) -> Reply:
    """PUT /manage/v1/user/add_to_branch: this platform allows one branch a user, so only those without one."""
    body = json_body(call)
    branch_ids, user_ids = integers(body, "branch_ids"), integers(body, "user_ids", BATCH_LIMIT)
    with world.writing() as connection:
        marks = ",".join("?" * len(user_ids))
        placed = connection.execute(
            f"select count(*) from lms_users where user_id in ({marks}) and branch_id is not null",  # noqa: S608
            tuple(user_ids),
        ).fetchone()[0]
        if placed or len(branch_ids) != 1:
            raise bad_request("On this platform a user stands in one branch: use move_to_branch", "branch_ids")
        branch_id = _branch(connection, branch_ids[0])
        for user_id in user_ids:
            join_branch(connection, branch_id, user_id, world.now())
    return data_reply([{"success": True}])


def delete_users(world: World, call: Call) -> Reply:
    """DELETE /manage/v1/user/delete: the account goes, and all its training with it."""
    user_ids = integers(json_body(call), "user_ids", BATCH_LIMIT)
    with world.writing() as connection:
        for user_id in user_ids:
            remove_user(connection, user_id)
    return data_reply([{"deleted_user_ids": user_ids, "success": True}])


def remove_user(connection: sqlite3.Connection, user_id: int) -> None:
    """Delete a user and everything that hangs on it."""
    for table in ("lms_users", "lms_group_members", "lms_group_sync", "lms_enrolments", "lms_certificates"):
        connection.execute(f"delete from {table} where user_id = ?", (user_id,))  # noqa: S608 - constant names
    connection.execute("update lms_users set manager_id = null where manager_id = ?", (user_id,))
