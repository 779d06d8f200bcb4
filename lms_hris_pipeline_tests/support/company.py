"""Loads the made-up company's database straight into raw tables, and its truth beside it. No HTTP.

The records take the shapes in which the vendors' servers send them, so that rules can be held against the
truth without the connectors.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import link, meaning
from lms_hris_pipeline_tests.support.stage import Record, build_all, load_raw, open_batch, rows_of

REPORTS = {
    "job_profiles": "jobProfiles",
    "supervisory_organizations": "supervisoryOrganizations",
    "locations": "INT_LMS_Locations",
    "cost_centers": "INT_LMS_Cost_Centers",
    "companies": "INT_LMS_Companies",
    "requisitions": "INT_LMS_Requisitions",
    "skills": "INT_LMS_Skills",
    "requirements": "INT_LMS_Training_Requirements",
    "invoices": "INT_LMS_Supplier_Invoices",
    "licence_contracts": "INT_LMS_Licence_Contracts",
}
Rows = Iterable[Record | str]


def read_store(folder: Path) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """What both vendors would send: the HR system's records and the learning system's, by entity."""
    store = sqlite3.connect(f"file:{folder / 'company.sqlite'}?mode=ro", uri=True)
    store.row_factory = sqlite3.Row
    try:
        hris: dict[str, Rows] = {
            name: [
                row["record"]
                for row in store.execute("select record from hris_objects where report = ? order by id", (report,))
            ]
            for name, report in REPORTS.items()
        }
        hris["workers"] = list(_workers(store))
        hris["learning_records"] = list(_learning_records(store))
        return hris, _accounts(store)
    finally:
        store.close()


def _workers(store: sqlite3.Connection) -> Iterator[Record]:
    skills: dict[str, list[Record]] = {}
    for row in store.execute("select wid, skill_id, skill_name, level from hris_skill_items order by item_id"):
        entry = {"Skill_ID": row["skill_id"], "Skill_Name": row["skill_name"], "Skill_Level": row["level"]}
        skills.setdefault(row["wid"], []).append({name: value for name, value in entry.items() if value is not None})
    for row in store.execute("select wid, record from hris_workers order by wid"):
        record: Record = json.loads(row["record"])
        if row["wid"] in skills:
            record["Skills_group"] = skills[row["wid"]]
        yield record


def _learning_records(store: sqlite3.Connection) -> Iterator[Record]:
    for row in store.execute("select * from hris_learning_records order by record_id"):
        record = {
            "Learning_Record_ID": row["record_id"],
            "Worker_WID": row["wid"],
            "Learning_Content_ID": row["content_id"],
            "Completion_Date": row["completion_date"],
            "Overall_Score": row["score"],
            "Expiration_Date": row["expiration_date"],
            "Recorded_Moment": row["recorded_moment"],
            "Source": row["source"],
            "Rescinded": str(row["rescinded"]),
        }
        yield {name: value for name, value in record.items() if value is not None}


def _accounts(store: sqlite3.Connection) -> dict[str, Rows]:
    branches = {row["id"]: row["code"] for row in store.execute("select id, code from lms_branches")}
    skills = {row["skill_id"]: row["title"] for row in store.execute("select skill_id, title from lms_skills")}
    courses = {row["id"]: row["code"] for row in store.execute("select id, code from lms_courses")}
    return {
        "users": [_user(row, branches) for row in store.execute("select * from lms_users order by user_id")],
        "branches": _rows(store, "select id, code, title, parent_id from lms_branches order by id"),
        "groups": _rows(store, "select id, name, type from lms_groups order by id"),
        "group_members": _rows(store, "select group_id, user_id from lms_group_members order by group_id, user_id"),
        "courses": [row["record"] for row in store.execute("select record from lms_courses order by id")],
        "enrolments": [
            {
                **{name: None if row[name] is None else str(row[name]) for name in row.keys() if name != "archived"},  # noqa: SIM118
                "course_code": courses.get(row["course_id"]),
                "archived": bool(row["archived"]),
            }
            for row in store.execute("select * from lms_enrolments order by id")
        ],
        "certifications": [row["record"] for row in store.execute("select record from lms_certifications order by id")],
        "certificates": _rows(store, "select * from lms_certificates order by certification_id, user_id"),
        "skills": _rows(store, "select skill_id, title from lms_skills order by skill_id"),
        "course_skills": [
            {"course_id": str(row["course_id"]), "skill_id": str(row["skill_id"]), "title": skills[row["skill_id"]]}
            for row in store.execute("select course_id, skill_id from lms_course_skills order by course_id, skill_id")
        ],
    }


def _user(row: sqlite3.Row, branches: dict[int, str]) -> Record:
    branch = row["branch_id"]
    return {
        **{name: row[name] for name in ("username", "email", "status", "level", "creation_date", "last_update")},
        **{f"field_{number}": row[f"field_{number}"] for number in range(1, 10)},
        "user_id": str(row["user_id"]),
        "first_name": row["firstname"],
        "last_name": row["lastname"],
        "last_access_date": row["last_access_date"],
        "branches": [] if branch is None else [{"id": str(branch), "code": branches[branch]}],
        "manager_id": None if row["manager_id"] is None else str(row["manager_id"]),
    }


def _rows(store: sqlite3.Connection, query: str) -> list[Record | str]:
    return [
        {name: None if row[name] is None else str(row[name]) for name in tuple(row.keys())}
        for row in store.execute(query)
    ]


def staged_company(folder: Path, as_of: datetime, settings: Settings | None = None) -> Batch:
    """A batch with the company's raw and canonical tables."""
    batch = open_batch(settings, as_of)
    hris, lms = read_store(folder)
    load_raw(batch, hris, lms)
    build_all(batch)
    return batch


def true_people(folder: Path, batch: Batch) -> list[Record]:
    """The truth's identities in the words of the matcher: whom it should link, and whom it should leave to people."""
    known = {row["learner_id_lms"]: row["kind"] for row in rows_of(batch, canonical.LEARNERS)}
    decisions = {"primary": "link", "duplicate": "duplicate", "ambiguous": "review"}
    found = []
    for learner, worker, kind in _truth(folder, "select learner_id_lms, worker_id_hris, kind from identities"):
        if known.get(learner) == "employee":
            decision = decisions.get(kind, "no_match")
            partner = None if decision == "no_match" else worker
            found.append({**link(0, None, decision), "learner_id_lms": learner, "worker_id_hris": partner})
    return found


def true_meanings(folder: Path, batch: Batch) -> list[Record]:
    """What each tag means according to the truth; a tag that means no skill is unmapped."""
    tags = {row["tag"] for row in rows_of(batch, canonical.SKILL_TAGS)}
    meant: dict[str, str | None] = {}
    for tag, skill_id in _truth(folder, "select trim(tag), skill_id from tags order by tag, skill_id nulls last"):
        meant.setdefault(tag, skill_id)
    return [meaning(tag, meant.get(tag), "accept" if meant.get(tag) else "no_match") for tag in sorted(tags)]


def expected_deltas(folder: Path) -> set[tuple[str, ...]]:
    """(family, entity, operation, target key, desired) of every delta that the truth expects."""
    rows = _truth(folder, "select family, entity, operation, target_key, desired from expected_deltas")
    return {(*row[:4], json.dumps(json.loads(row[4]), sort_keys=True)) for row in rows}


def expected_exceptions(folder: Path) -> set[tuple[str | None, ...]]:
    """(type, worker, learner, field, HR value, LMS value) of every exception that the truth expects."""
    return set(
        _truth(
            folder, "select type, worker_id_hris, learner_id_lms, field, hris_value, lms_value from expected_exceptions"
        )
    )


def _truth(folder: Path, query: str) -> list[tuple[Any, ...]]:
    truth = sqlite3.connect(f"file:{folder / 'truth.sqlite'}?mode=ro", uri=True)
    try:
        return truth.execute(query).fetchall()
    finally:
        truth.close()


def is_noted_as(fault: tuple[str | None, ...], exception: tuple[str | None, ...]) -> bool:
    """Whether an exception is what a fault must raise, both as type, ids, field, HR value, LMS value.

    A value that the fault leaves alone is not noted with it.
    """
    values = zip(fault[4:6], exception[4:6], strict=True)
    return fault[:4] == exception[:4] and all(noted in (None, said) for noted, said in values)
