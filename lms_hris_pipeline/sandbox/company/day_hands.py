"""What administrators of the learning system change by hand on a day, mostly against what HR says."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms_hris_pipeline.sandbox.company.day_roster import Today
from lms_hris_pipeline.sandbox.company.places import LOCATIONS, cost_centers

CHANGES = 0.0015
GROUP_DELAY = timedelta(minutes=30)
"""How long automatic groups take to follow a field."""

KINDS = ("cost_center", "location", "last_name", "email", "manager", "group", "status", "number", "branch")


def play_hands(today: Today) -> None:
    """Each change hits another account of a member of staff or of a leaver."""
    rows = today.truth.execute(
        "select cast(learner_id_lms as integer) from identities where kind = 'primary' order by 1"
    ).fetchall()
    for user in today.some([row[0] for row in rows], CHANGES):
        _change(today, user, today.rng.choice(KINDS))


def _change(today: Today, user: int, kind: str) -> None:
    row = today.company.execute("select lastname, email, status from lms_users where user_id = ?", (user,)).fetchone()
    if row is None:
        return
    last, email, status = row
    if kind == "cost_center":
        _set(today, user, "field_4", today.rng.choice(cost_centers()).code)
    elif kind == "location":
        _set(today, user, "field_5", today.rng.choice(LOCATIONS).code)
    elif kind == "last_name":
        _set(today, user, "lastname", (last or "").upper())
    elif kind == "email":
        _set(today, user, "email", f"{user}.{(email or 'x').partition('@')[0]}@academy.example")
    elif kind == "manager":
        _set(today, user, "manager_id", None)
    elif kind == "status":
        _set(today, user, "status", "0" if status == "1" else "1")
    elif kind == "number":
        _set(today, user, "field_1", None)
    elif kind == "branch":
        branches = [
            found[0] for found in today.company.execute("select id from lms_branches where lev > 1 order by id")
        ]
        _set(today, user, "branch_id", today.rng.choice(branches))
    else:
        today.company.execute(
            "delete from lms_group_members where user_id = ? and group_id in"
            " (select id from lms_groups where type = 'manual')",
            (user,),
        )


def _set(today: Today, user: int, column: str, value: object) -> None:
    moment = today.stamp()
    today.company.execute(
        f"update lms_users set {column} = ?, last_update = ? where user_id = ?",  # noqa: S608 - constants
        (value, moment, user),
    )
    if column.startswith("field_"):
        due = datetime.fromisoformat(moment) + GROUP_DELAY
        today.company.execute(
            "insert or replace into lms_group_sync(user_id, due_at) values(?, ?)",
            (user, due.strftime("%Y-%m-%d %H:%M:%S")),
        )
