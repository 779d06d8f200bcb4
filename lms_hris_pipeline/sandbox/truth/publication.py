"""Carries out the expected changes in the vendors' store, as if all were approved and published. Not the pipeline's way.

A merge that would lose a completion is not carried out; a user name that somebody got in between is not given.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from lms_hris_pipeline.sandbox.store import instant, open_company
from lms_hris_pipeline.sandbox.truth.accounts import FIELDS
from lms_hris_pipeline.sandbox.truth.merging import merge_accounts
from lms_hris_pipeline.sandbox.truth.store import open_truth

COLUMNS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "username": "username",
    **FIELDS,
}
ORDER = (
    ("account", "create"),
    ("account", "reactivate"),
    ("account", "update"),
    ("profile", "update"),
    ("branch", "update"),
    ("manager", "set_manager"),
    ("groups", "set_groups"),
    ("completion", "enrol"),
    ("account", "deactivate"),
    ("account", "merge"),
    ("training_record", "add_training_record"),
    ("skill", "add_skill"),
)
"""First accounts, then what needs them, last what ends them, then the HR system."""

Desired = Mapping[str, Any]


def publish_expected(folder: Path) -> None:
    """Carry out every expected change of the truth in the company of the same folder."""
    with closing(open_truth(folder)) as truth, closing(open_company(folder)) as company:
        rows = truth.execute("select entity, operation, target_key, desired from expected_deltas").fetchall()
        work = _Publication(company)
        steps = sorted(rows, key=lambda row: (ORDER.index((row[0], row[1])), row[2], row[3]))
        with company:
            for entity, operation, target_key, desired in steps:
                work.carry_out(entity, operation, target_key, json.loads(desired))


class _Publication:
    def __init__(self, company: sqlite3.Connection) -> None:
        self._company = company
        self._now = instant(company).strftime("%Y-%m-%d %H:%M:%S")
        self._created: dict[str, int] = {}
        self._branches = {row[1]: row[0] for row in company.execute("select id, code from lms_branches")}
        self._courses = {row[1]: row[0] for row in company.execute("select id, code from lms_courses")}
        self._groups = {
            row[1]: row[0] for row in company.execute("select id, name from lms_groups where type <> 'automatic'")
        }
        self._steps: Mapping[tuple[str, str], Callable[[int, Desired], None]] = {
            ("account", "reactivate"): lambda user, _: self._set(user, {"status": "1"}),
            ("account", "deactivate"): lambda user, _: self._set(user, {"status": "0"}),
            ("account", "update"): self._update,
            ("profile", "update"): self._update,
            ("branch", "update"): lambda user, desired: self._move(user, desired),
            ("manager", "set_manager"): self._set_manager,
            ("groups", "set_groups"): self._set_groups,
            ("completion", "enrol"): self._enrol,
            ("account", "merge"): self._merge,
        }

    def carry_out(self, entity: str, operation: str, target_key: str, desired: Desired) -> None:
        """One change."""
        kind, _, target = target_key.partition(":")
        if operation == "create":
            self._create(target, desired)
        elif operation == "add_training_record":
            self._add_record(target, desired)
        elif operation == "add_skill":
            self._add_skill(target, desired)
        else:
            user = int(target) if kind == "learner" else self._created.get(target)
            if user is not None:
                self._steps[entity, operation](user, desired)

    def _set(self, user: int, values: Mapping[str, object]) -> None:
        changed = {**values, "last_update": self._now}
        names = ", ".join(f"{name} = ?" for name in changed)
        self._company.execute(f"update lms_users set {names} where user_id = ?", (*changed.values(), user))  # noqa: S608

    def _create(self, worker: str, desired: Desired) -> None:
        row: dict[str, object] = {
            "firstname": "",
            "lastname": "",
            "status": "1",
            "level": "user",
            "creation_date": self._now,
            "last_update": self._now,
            "language": "english",
            "timezone": "Europe/Berlin",
            **{COLUMNS[name]: value for name, value in desired.items() if name in COLUMNS},
            "branch_id": self._branches.get(desired.get("branch")),
        }
        found = self._company.execute(
            f"insert into lms_users({', '.join(row)}) values({', '.join('?' * len(row))})",
            tuple(row.values()),
        )
        self._created[worker] = int(found.lastrowid or 0)

    def _update(self, user: int, desired: Desired) -> None:
        name = desired.get("username")
        if name is not None:
            holder = self._company.execute("select user_id from lms_users where username = ?", (name,)).fetchone()
            if holder is not None and holder[0] != user:
                return
        self._set(user, {COLUMNS[field]: value for field, value in desired.items()})

    def _move(self, user: int, desired: Desired) -> None:
        branch = self._branches.get(desired["branch"])
        if branch is not None:
            self._set(user, {"branch_id": branch})

    def _set_manager(self, user: int, desired: Desired) -> None:
        manager = desired.get("manager_learner_id")
        found = self._created.get(desired.get("manager_worker_id", "")) if manager is None else int(manager)
        if found is not None:
            self._set(user, {"manager_id": found})

    def _set_groups(self, user: int, desired: Desired) -> None:
        for name in filter(None, desired["add"].split("|")):
            self._company.execute("insert or ignore into lms_group_members values(?, ?)", (self._groups[name], user))
        for name in filter(None, desired["remove"].split("|")):
            self._company.execute(
                "delete from lms_group_members where group_id = ? and user_id = ?", (self._groups[name], user)
            )

    def _enrol(self, user: int, desired: Desired) -> None:
        day = f"{desired['completed_date']} 00:00:00"
        self._company.execute(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, 'completed', 'learner', ?, ?, ?, ?, 'integration', 0)"
            " on conflict(user_id, course_id, archived) do update set status = 'completed', level = 'learner',"
            " enrollment_date = excluded.enrollment_date, completion_date = excluded.completion_date,"
            " score = coalesce(excluded.score, score), last_update = excluded.last_update",
            (user, self._courses[desired["course_code"]], day, day, desired.get("score"), self._now),
        )

    def _merge(self, kept: int, desired: Desired) -> None:
        merge_accounts(self._company, kept, int(desired["duplicate_learner_id"]), self._now)

    def _add_record(self, worker: str, desired: Desired) -> None:
        code, day = desired["course_code"], desired["completed_date"]
        record = hashlib.sha256(f"{worker}/{code}/{day}/{self._now}".encode()).hexdigest()[:32]
        self._company.execute(
            "insert into hris_learning_records(record_id, wid, content_id, completion_date, score, recorded_moment,"
            " source, rescinded) values(?, ?, ?, ?, ?, ?, 'Integration', 0)",
            (record, worker, code, day, desired.get("score"), f"{self._now.replace(' ', 'T')}.000+00:00"),
        )

    def _add_skill(self, worker: str, desired: Desired) -> None:
        skill = desired["skill_id"]
        found = self._company.execute(
            "select record from hris_objects where report = 'INT_LMS_Skills' and id = ?", (skill,)
        ).fetchone()
        name = json.loads(found[0])["Skill_Name"] if found else skill
        item = hashlib.sha256(f"{worker}/{skill}".encode()).hexdigest()[:32]
        self._company.execute(
            "insert or ignore into hris_skill_items values(?, ?, ?, ?, null, null)", (item, worker, skill, name)
        )
