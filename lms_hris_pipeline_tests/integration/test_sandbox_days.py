"""Playing business days: what happens, what holds whatever happens, and that a day comes out the same each time."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.sandbox import company, store, truth
from lms_hris_pipeline.sandbox.company.day_roster import Roster
from lms_hris_pipeline.sandbox.company.days import next_business_day
from lms_hris_pipeline_tests.support.company import expected_deltas

DAYS = 22
"""From the first Monday of November over the turn of the month."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company on its first day, with faults."""
    folder = tmp_path_factory.mktemp("before")
    company.generate(folder, workers=700, seed=4, faults=company.FaultRates.default(), with_truth=False)
    return folder


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company a month on."""
    folder = copied(before, tmp_path_factory.mktemp("after"))
    company.advance(folder, days=DAYS, with_truth=False)
    return folder


def copied(folder: Path, target: Path) -> Path:
    for name in ("company.sqlite", "truth.sqlite"):
        with closing(sqlite3.connect(folder / name)) as source, closing(sqlite3.connect(target / name)) as copy:
            source.backup(copy)
    return target


def rows(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the company, with its truth at hand."""
    with closing(sqlite3.connect(folder / "company.sqlite")) as database:
        database.execute("attach ? as truth", (str(folder / "truth.sqlite"),))
        return database.execute(query, values).fetchall()


def workers(folder: Path) -> dict[str, dict[str, Any]]:
    return {wid: json.loads(record) for wid, record in rows(folder, "select wid, record from hris_workers")}


def dump(folder: Path, name: str) -> list[str]:
    with closing(sqlite3.connect(folder / name)) as database:
        return sorted(database.iterdump())


def test_weekends_are_skipped(after: Path) -> None:
    assert next_business_day(date(2026, 11, 6)) == date(2026, 11, 9)
    assert rows(after, "select value from meta where key = 'company_date'") == [("2026-12-02",)]


def test_a_day_less_than_one_is_refused(before: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        company.advance(before, days=0)


def test_the_same_days_come_out_alike(before: Path, tmp_path: Path) -> None:
    dumps = []
    for name, steps in (("once", [10]), ("step by step", [1] * 10)):
        (tmp_path / name).mkdir()
        folder = copied(before, tmp_path / name)
        for days in steps:
            company.advance(folder, days=days, with_truth=False)
        truth.refresh(folder)
        dumps.append([dump(folder, file) for file in ("company.sqlite", "truth.sqlite")])
        shutil.rmtree(folder)
    assert dumps[0] == dumps[1]


def test_everything_happens_within_a_month(before: Path, after: Path) -> None:
    old, new = workers(before), workers(after)
    joined = [record for wid, record in new.items() if wid not in old]
    kept = [(old[wid], record) for wid, record in new.items() if wid in old]
    known = {record.get("Universal_ID") for record in old.values()} - {None}
    today = "2026-12-02"

    def count(*pairs: tuple[str, bool]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, happened in pairs:
            found[name] = found.get(name, 0) + happened
        return found

    happened = count(
        *(("contractor hired", record["Worker_Type"] != "Employee") for record in joined),
        *(("employee hired", record["Universal_ID"] not in known) for record in joined),
        *(("back or converted under a new id", record["Universal_ID"] in known) for record in joined),
        *(("left", "Termination_Date" not in was and "Termination_Date" in is_) for was, is_ in kept),
        *(
            ("is to leave", is_.get("Termination_Date", "") > today)
            for was, is_ in kept
            if "Termination_Date" not in was
        ),
        *(("back under the same id", "Termination_Date" in was and "Termination_Date" not in is_) for was, is_ in kept),
        *(("moved", len(was["Jobs_group"]) < len(is_["Jobs_group"])) for was, is_ in kept),
        *(("another address", was.get("Email_Work") != is_.get("Email_Work")) for was, is_ in kept),
        *(("on leave", len(was.get("Leaves_group", ())) < len(is_.get("Leaves_group", ()))) for was, is_ in kept),
        *(("hire date mended", was.get("Hire_Date", "") > is_.get("Hire_Date", "")) for was, is_ in kept),
    )
    assert [name for name, times in happened.items() if not times] == []
    for query in (
        "select 1 from lms_enrolments where completion_date between '2026-11-03' and '2026-12-03' and archived = 0",
        "select 1 from hris_learning_records where completion_date between '2026-11-03' and '2026-12-03'",
        "select 1 from lms_courses where code like 'N-%'",
        "select 1 from hris_objects where report = 'INT_LMS_Supplier_Invoices' and id like 'INV-%202611/%'",
        "select 1 from hris_objects where report = 'INT_LMS_Supplier_Invoices' and id like 'LIC-%-202611/%'",
        "select 1 from lms_users where email like '%@academy.example' and level = 'user'",
    ):
        assert rows(after, query) != [], query


DAMAGE = (
    "select 'manager of an account', user_id from lms_users where manager_id not in (select user_id from lms_users)",
    "select 'branch of an account', user_id from lms_users where branch_id not in (select id from lms_branches)",
    "select 'account of an enrolment', id from lms_enrolments where user_id not in (select user_id from lms_users)",
    "select 'course of an enrolment', id from lms_enrolments where course_id not in (select id from lms_courses)",
    "select 'course of a tag', course_id from lms_course_skills where course_id not in (select id from lms_courses)",
    "select 'account in a group', user_id from lms_group_members where user_id not in (select user_id from lms_users)",
    "select 'account of a certificate', user_id from lms_certificates where user_id not in (select user_id from lms_users)",
    "select 'worker of a record', record_id from hris_learning_records where wid not in (select wid from hris_workers)",
    "select 'worker of a skill', item_id from hris_skill_items where wid not in (select wid from hris_workers)",
    "select 'worker of an identity', learner_id_lms from truth.identities where worker_id_hris not in (select wid from hris_workers)",
    "select 'account of an identity', learner_id_lms from truth.identities where cast(learner_id_lms as int) not in (select user_id from lms_users)",
    "select 'no identity', user_id from lms_users where cast(user_id as text) not in (select learner_id_lms from truth.identities)",
    "select 'no person', wid from hris_workers where wid not in (select worker_id_hris from truth.persons)",
)


@pytest.mark.parametrize("query", DAMAGE, ids=[query.split("'")[1] for query in DAMAGE])
def test_nothing_points_into_the_void(after: Path, query: str) -> None:
    assert rows(after, query) == []


def test_every_record_is_reported_where_its_jobs_are(after: Path) -> None:
    places = set(rows(after, "select location_id, wid from hris_worker_locations"))
    heads = {key for (key,) in rows(after, "select id from hris_objects where report = 'supervisoryOrganizations'")}
    found = workers(after)
    for wid, record in found.items():
        assert record["Worker_WID"] == wid
        numbers = [job["Assignment_ID"] for job in record["Jobs_group"]]
        assert len(set(numbers)) == len(numbers)
        for job in record["Jobs_group"]:
            assert not job.get("Location_ID") or (job["Location_ID"], wid) in places
            assert job["Supervisory_Organization_ID"] in heads
            assert job.get("Manager_WID", wid) in found
            assert job.get("End_Date", "9999") >= job["Start_Date"]
    gone = {wid for (wid,) in rows(after, "select wid from hris_workers where is_terminated = 1")}
    assert gone == {wid for wid, record in found.items() if record["Worker_Status"] in ("Terminated", "Hire Rescinded")}


def test_no_two_people_get_one_address_or_number(before: Path, after: Path) -> None:
    old, new = workers(before), workers(after)
    persons = dict(rows(after, "select worker_id_hris, person_id from truth.persons"))
    for field in ("Email_Work", "Employee_ID"):
        owners: dict[str, set[str]] = {}
        for wid, record in new.items():
            if record.get(field) and record[field] != old.get(wid, {}).get(field):
                owners.setdefault(record[field], set()).add(persons[wid])
        assert [value for value, who in owners.items() if len(who) > 1] == []


def test_an_address_is_given_once(before: Path) -> None:
    with closing(store.open_company(before)) as database:
        roster = Roster(database, date(2026, 11, 3))
        held = {record["Email_Work"] for record in roster.records.values() if record.get("Email_Work")}
        mailbox = min(email.partition("@")[0] for email in held if not email.partition("@")[0][-1].isdigit())
        given = [roster.free_address(mailbox) for _ in range(3)]
    assert len({*given} - held) == 3


def test_no_completion_goes_by_playing_days(before: Path, after: Path) -> None:
    query = (
        "select user_id, course_id, completion_date from lms_enrolments where status = 'completed'"
        " and completion_date is not null"
    )
    assert set(rows(before, query)) - set(rows(after, query)) == set()
    records = "select wid, content_id, completion_date, rescinded from hris_learning_records"
    assert set(rows(before, records)) - set(rows(after, records)) == set()


@pytest.mark.parametrize(("table", "key"), [("lms_enrolments", "id"), ("lms_users", "user_id")])
def test_changes_show_in_an_extract_of_what_changed_since(before: Path, after: Path, table: str, key: str) -> None:
    columns = [name for (name,) in rows(before, "select name from pragma_table_info(?)", table)]
    watched = [name for name in columns if name not in ("last_update", "last_access_date")]
    query = f"select {key}, last_update, {', '.join(watched)} from {table}"
    old = {row[0]: row[2:] for row in rows(before, query)}
    changed = {row[0]: row[1] for row in rows(after, query) if old.get(row[0]) != row[2:]}
    assert len(changed) > 5
    assert min(changed.values()) > "2026-11-02 21:00:00"


def test_stamps_lie_after_what_the_learning_system_has_shown(before: Path, tmp_path: Path) -> None:
    folder = copied(before, tmp_path)
    late = datetime(2026, 11, 3, 18, 30, tzinfo=UTC)
    with closing(store.open_company(folder)) as database, database:
        database.execute("insert or replace into meta(key, value) values('api_clock', ?)", (late.isoformat(),))
        seen = {row[0] for row in database.execute("select id from lms_enrolments")}
    company.advance(folder, days=1, with_truth=False)
    stamps = [
        stamp for row_id, stamp in rows(folder, "select id, last_update from lms_enrolments") if row_id not in seen
    ]
    assert stamps
    assert min(stamps) >= "2026-11-03 18:30:00"


def test_days_bear_any_publication_and_every_night_mends_all(tmp_path: Path) -> None:
    company.generate(tmp_path, workers=200, seed=5, faults=company.FaultRates.default().scaled(2))
    created = 0
    for _ in range(5):
        deltas = expected_deltas(tmp_path)
        created += sum(delta[2] == "create" for delta in deltas)
        truth.publish_expected(tmp_path)
        truth.refresh(tmp_path)
        assert expected_deltas(tmp_path) == set()
        company.advance(tmp_path, days=1)
    assert created > 0
    unknown = "select count(*) from lms_users where cast(user_id as text) not in (select learner_id_lms from truth.identities)"
    assert rows(tmp_path, unknown) == [(0,)]
