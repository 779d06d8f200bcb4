"""Docebo's groups (audiences) and their members.

An automatic group fills itself (`docebo_rules`): writing it is refused.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from lms_hris_pipeline.sandbox.api.docebo_rules import join_group
from lms_hris_pipeline.sandbox.api.docebo_wire import (
    bad_request,
    data_reply,
    integers,
    json_body,
    not_found,
    page_reply,
    path_id,
    slice_of,
    small_page,
)
from lms_hris_pipeline.sandbox.api.options import BATCH_LIMIT
from lms_hris_pipeline.sandbox.api.paging import IdQuery, list_ids, shuffled
from lms_hris_pipeline.sandbox.api.wire import Call, Reply
from lms_hris_pipeline.sandbox.api.world import World


def list_groups(world: World, call: Call) -> Reply:
    """GET /audiences/v1/audience"""

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        items = []
        for row in connection.execute("select id, name, type, rule_field, rule_value from lms_groups order by id"):
            item: dict[str, Any] = {"id": str(row[0]), "name": row[1], "type": row[2]}
            if row[2] == "automatic":
                item["rule"] = {"field": row[3], "value": row[4]}
            items.append(item)
        return items

    return small_page(call, shuffled(world, "groups", world.cached("groups", read)))


def _group_type(connection: sqlite3.Connection, group_id: int) -> str:
    row = connection.execute("select type from lms_groups where id = ?", (group_id,)).fetchone()
    if row is None:
        raise not_found(f"Group {group_id} is not known")
    return str(row[0])


def list_members(world: World, call: Call) -> Reply:
    """GET /manage/v1/group/{id}/members"""
    group_id = path_id(call)
    _group_type(world.connection(), group_id)
    query = IdQuery("select user_id from lms_group_members where group_id = ? order by user_id", (group_id,))
    ids = list_ids(world, query)
    return page_reply(call, [{"user_id": str(user_id)} for user_id in slice_of(ids, call)], len(ids))


def add_members(world: World, call: Call) -> Reply:
    """POST /manage/v1/group/{id}/members: joining fires the group's enrolment rules."""
    user_ids = integers(json_body(call), "user_ids", BATCH_LIMIT)
    with world.writing() as connection:
        group_id = _writable(connection, path_id(call))
        marks = ",".join("?" * len(user_ids))
        known = {
            row[0]
            for row in connection.execute(f"select user_id from lms_users where user_id in ({marks})", user_ids)  # noqa: S608
        }
        changed = [u for u in user_ids if u in known and join_group(connection, group_id, u, world.now())]
    return data_reply({"success": len(known) == len(set(user_ids)), "updated": changed})


def remove_members(world: World, call: Call) -> Reply:
    """DELETE /manage/v1/group/{id}/members"""
    user_ids = integers(json_body(call), "user_ids", BATCH_LIMIT)
    with world.writing() as connection:
        group_id = _writable(connection, path_id(call))
        changed = [
            user_id
            for user_id in user_ids
            if connection.execute(
                "delete from lms_group_members where group_id = ? and user_id = ?", (group_id, user_id)
            ).rowcount
        ]
    return data_reply({"success": True, "updated": changed})


def _writable(connection: sqlite3.Connection, group_id: int) -> int:
    if _group_type(connection, group_id) == "automatic":
        raise bad_request("Members of an automatic group follow its rule and cannot be written", "id")
    return group_id
