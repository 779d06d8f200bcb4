"""Writes small made-up companies, given as vendor records, into the sandbox's databases. No generator, no HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from lms_hris_pipeline.sandbox import store
from lms_hris_pipeline.sandbox.truth import store as truth_store
from lms_hris_pipeline_tests.support.company import REPORTS
from lms_hris_pipeline_tests.support.stage import ORGANISATION, Record, wid

TODAY = date(2026, 11, 2)
Identity = tuple[str, str | None, str]
_IDS = {
    "jobProfiles": "code",
    "supervisoryOrganizations": "code",
    "INT_LMS_Locations": "Location_ID",
    "INT_LMS_Cost_Centers": "Cost_Center_ID",
    "INT_LMS_Companies": "Company_ID",
    "INT_LMS_Licence_Contracts": "Contract_ID",
    "INT_LMS_Skills": "Skill_ID",
}
_USER_COLUMNS = {"first_name": "firstname", "last_name": "lastname"}


def make_company(
    folder: Path,
    hris: Mapping[str, Iterable[Record]],
    lms: Mapping[str, Iterable[Record]],
    identities: Iterable[Identity] = (),
    tags: Iterable[tuple[str, str | None]] = (),
) -> Path:
    """A company of these records, in the shapes of `support.stage`; the organisation is that of `support.stage`."""
    with closing(store.open_company(folder)) as company:
        store.create_schema(company)
        _insert(company, "meta", [{"key": "company_date", "value": TODAY.isoformat()}, {"key": "seed", "value": "1"}])
        _fill_hris(company, {**ORGANISATION, **hris})
        _fill_lms(company, lms)
        company.commit()
    with closing(truth_store.open_truth(folder)) as truth:
        truth_store.create_schema(truth)
        truth.executemany("insert into identities values(?, ?, ?)", identities)
        truth.executemany("insert into tags values(?, ?)", tags)
        truth.commit()
    return folder


def identity(user_number: int, worker_number: int | None, kind: str = "primary") -> Identity:
    """Whose the account of made-up worker `user_number` is."""
    return (str(10_000 + user_number), None if worker_number is None else wid(worker_number), kind)


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        marks = ", ".join("?" * len(row))
        database.execute(f"insert into {table}({', '.join(row)}) values({marks})", tuple(row.values()))


def _fill_hris(company: sqlite3.Connection, hris: Mapping[str, Iterable[Any]]) -> None:
    skill_no = 0
    for worker in hris.get("workers", ()):
        record = dict(worker)
        for item in record.pop("Skills_group", ()):
            skill_no += 1
            said = (item.get("Skill_ID"), item.get("Skill_Name"), None, item.get("Skill_Level"))
            company.execute(
                "insert into hris_skill_items values(?, ?, ?, ?, ?, ?)", (f"SI-{skill_no}", record["Worker_WID"], *said)
            )
        values = (record["Worker_WID"], record.get("Employee_ID"), 0, json.dumps(record, ensure_ascii=False))
        company.execute("insert into hris_workers values(?, ?, ?, ?)", values)
        for location in {job.get("Location_ID") or "" for job in record["Jobs_group"]}:
            company.execute("insert into hris_worker_locations values(?, ?)", (location, record["Worker_WID"]))
    for entity, report in REPORTS.items():
        for number, record in enumerate(hris.get(entity, ())):
            key = str(record.get(_IDS.get(report, ""), number))
            text = json.dumps(record, ensure_ascii=False)
            company.execute("insert into hris_objects values(?, ?, ?)", (report, key, text))
    for record in hris.get("learning_records", ()):
        row = {
            "record_id": record["Learning_Record_ID"],
            "wid": record["Worker_WID"],
            "content_id": record["Learning_Content_ID"],
            "completion_date": record["Completion_Date"],
            "score": record.get("Overall_Score"),
            "recorded_moment": record.get("Recorded_Moment"),
            "source": record.get("Source"),
            "rescinded": int(record.get("Rescinded", "0")),
        }
        _insert(company, "hris_learning_records", [row])


def _fill_lms(company: sqlite3.Connection, lms: Mapping[str, Iterable[Any]]) -> None:
    for number, organisation in enumerate(ORGANISATION["supervisory_organizations"], start=1):
        code = organisation["code"] if isinstance(organisation, dict) else ""
        row = {"id": number, "code": code, "title": code, "parent_id": None if number == 1 else 1}
        _insert(company, "lms_branches", [{**row, "lev": 1, "ileft": 2 * number, "iright": 2 * number + 1}])
    branches = dict(company.execute("select code, id from lms_branches").fetchall())
    for user in lms.get("users", ()):
        held = user.get("branches") or [{"code": None}]
        row = {_USER_COLUMNS.get(name, name): value for name, value in user.items() if name != "branches"}
        _insert(company, "lms_users", [{**row, "branch_id": branches.get(held[0]["code"])}])
    for name in ("groups", "group_members", "course_skills"):
        rows = [{k: v for k, v in row.items() if k != "title"} for row in lms.get(name, ())]
        _insert(company, f"lms_{name}", rows)
    for record in lms.get("skills", ()):
        _insert(company, "lms_skills", [{"active": 1, **record}])
    for record in lms.get("courses", ()):
        values = (record["id"], record["code"], json.dumps(record, ensure_ascii=False))
        company.execute("insert into lms_courses values(?, ?, ?)", values)
    for record in lms.get("certifications", ()):
        company.execute("insert into lms_certifications values(?, ?)", (record["id"], json.dumps(record)))
    _insert(company, "lms_certificates", lms.get("certificates", ()))
    for record in lms.get("enrolments", ()):
        row = {name: value for name, value in record.items() if name != "course_code"}
        _insert(company, "lms_enrolments", [{**row, "archived": int(record["archived"])}])
