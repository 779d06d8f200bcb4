"""Docebo's users, custom fields and branches, as they are read.

Not here: the calls that change them (`docebo_user_writes`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_wire import (
    PAGE_SIZE,
    ZERO_MOMENT,
    bad_request,
    data_reply,
    not_found,
    page_reply,
    path_id,
    slice_of,
    small_page,
)
from lms_hris_pipeline.sandbox.api.paging import IdQuery, list_ids, rows_of, shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Reply
from lms_hris_pipeline.sandbox.api.world import World

FIELD_TITLES = {
    1: "Employee number",
    2: "Job profile",
    3: "Department",
    4: "Cost centre",
    5: "Location",
    6: "Hire date",
    7: "Worker type",
    8: "Account kind",
    9: "T-shirt size",
}
"""The platform's custom fields; a user's values are `field_1` to `field_9`."""

FIELD_COLUMNS = tuple(f"field_{number}" for number in FIELD_TITLES)
PLAIN = (
    "user_id",
    "username",
    "firstname",
    "lastname",
    "email",
    "status",
    "level",
    "creation_date",
    "last_update",
    "last_access_date",
    "language",
    "timezone",
    *FIELD_COLUMNS,
)
NAMES = tuple({"firstname": "first_name", "lastname": "last_name"}.get(column, column) for column in PLAIN)
SELECT = (
    f"select {', '.join('u.' + column for column in PLAIN)},"  # noqa: S608 - constant names
    " u.expiration_date, u.branch_id, u.manager_id, m.firstname, m.lastname"
    " from lms_users u left join lms_users m on m.user_id = u.manager_id"
)


def list_users(world: World, call: Call) -> Reply:
    """GET /manage/v1/user"""
    ids = list_ids(world, _chosen(call))
    return page_reply(call, user_items(world, slice_of(ids, call)), len(ids))


def _chosen(call: Call) -> IdQuery:
    """Which users the filters leave."""
    where: list[str] = []
    values: list[object] = []
    user_ids, usernames = call.many("filters[user_ids]"), call.many("filters[usernames]")
    if len(user_ids) > PAGE_SIZE or len(usernames) > PAGE_SIZE:
        raise bad_request(f"A filter may hold at most {PAGE_SIZE} values", "filters")
    if user_ids:
        if not all(text.isdecimal() for text in user_ids):
            raise bad_request("user_ids must be numbers", "filters")
        where.append(f"user_id in ({','.join('?' * len(user_ids))})")
        values.extend(int(text) for text in user_ids)
    if usernames:
        where.append(f"username in ({','.join('?' * len(usernames))})")
        values.extend(usernames)
    if call.first("branch_id"):
        where.append("branch_id = ?")
        values.append(call.first("branch_id"))
    if call.first("search_text"):
        where.append("(firstname like ? or lastname like ? or username like ?)")
        values.extend([f"%{call.first('search_text')}%"] * 3)
    condition = f" where {' and '.join(where)}" if where else ""
    return IdQuery(f"select user_id from lms_users{condition} order by user_id", tuple(values))  # noqa: S608


def branch_codes(world: World) -> dict[int, str]:
    """The code of every branch by its id."""
    return world.cached(
        "branches", lambda c: {row[0]: row[1] for row in c.execute("select id, code from lms_branches").fetchall()}
    )


def user_items(world: World, user_ids: Sequence[int]) -> list[dict[str, Any]]:
    """List items of users, in the order of the ids."""
    codes = branch_codes(world)
    plain = len(PLAIN)
    items = []
    for row in rows_of(world.connection(), SELECT, "u.user_id", user_ids):
        item: dict[str, Any] = dict(zip(NAMES, row, strict=False))
        expires, branch_id, manager_id, manager_first, manager_last = row[plain:]
        user_id = row[0]
        item["user_id"] = str(user_id)
        item["expiration_date"] = expires or (ZERO_MOMENT if user_id % 2 else None)  # type: ignore[operator]
        item["branches"] = [] if branch_id is None else [{"id": str(branch_id), "code": codes.get(branch_id)}]  # type: ignore[call-overload]
        item["manager_id"] = None if manager_id is None else str(manager_id)
        item["manager_first_name"] = manager_first
        item["manager_last_name"] = manager_last
        item["avatar"] = ""
        items.append(item)
    return items


def view_user(world: World, call: Call) -> Reply:
    """GET /manage/v1/user/{user_id}"""
    return data_reply(user_details(world, path_id(call)))


def user_details(world: World, user_id: int) -> dict[str, Any]:
    """One user as a single object; 404 if unknown."""
    items = user_items(world, [user_id])
    if not items:
        raise not_found(f"User {user_id} is not known")
    item = items[0]
    fields = [
        {
            "id": number,
            "title": title,
            "label": title,
            "value": item[f"field_{number}"],
            "mandatory": 0,
            "invisible_to_user": 0,
        }
        for number, title in FIELD_TITLES.items()
    ]
    return {"user_data": user_data(item), "additional_fields": fields, "branches": item["branches"]}


def user_data(item: dict[str, Any]) -> dict[str, Any]:
    """The part of a user that single views and merge previews share."""
    taken = (
        "user_id username first_name last_name email level language timezone manager_id manager_first_name"
        " manager_last_name avatar"
    )
    data = {name: item[name] for name in taken.split()}
    return data | {
        "valid": item["status"],
        "expiration": item["expiration_date"],
        "email_validation_status": "1",
        "date_format": "",
        "role_id": None,
        "role_title": None,
        "manager_username": None,
        "force_change": "0",
    }


def list_user_fields(world: World, call: Call) -> Reply:
    """GET /manage/v1/user_fields"""
    items = [
        {
            "id_field": str(number),
            "title": title,
            "type": "textfield",
            "mandatory": "0",
            "invisible_to_user": "0",
            "sequence": number,
        }
        for number, title in FIELD_TITLES.items()
    ]
    return small_page(call, shuffled(world, "user_fields", items))


def list_branches(world: World, call: Call) -> Reply:
    """GET /manage/v1/orgchart"""

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        rows = connection.execute(
            "select id, code, title, parent_id, lev, ileft, iright from lms_branches order by id"
        ).fetchall()
        return [
            {
                "id": str(row[0]),
                "code": row[1],
                "title": row[2],
                "parent_id": None if row[3] is None else str(row[3]),
                "lev": row[4],
                "iLeft": row[5],
                "iRight": row[6],
                "selectable": 1,
                "selected": 0,
            }
            for row in rows
        ]

    branches = world.cached("orgchart", read)
    return small_page(call, shuffled(world, "orgchart", branches))
