"""How vendor records become canonical rows: blanks, bad values, zero dates, repeats, time zones."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.tables.contract import Table
from lms_hris_pipeline.warehouse.queries import read_query
from lms_hris_pipeline_tests.support.stage import (
    ORGANISATION,
    Record,
    build_all,
    course,
    enrolment,
    job,
    learning_record,
    load_raw,
    open_batch,
    rows_of,
    sandbox_settings,
    user,
    wid,
    worker,
)

INVOICE: Record = {
    "Invoice_ID": "I-1", "Line_No": "1", "Supplier": "S", "Invoice_Date": "2026-10-01", "Service_From": "2026-09-01",
    "Service_To": "2026-09-30", "Charge_Type": "COURSE_FEE", "Course_Code": "C-1", "Quantity": "2",
    "Net_Amount": "1234.50", "Tax_Amount": "234.56", "Currency": "EUR", "GL_Account": "6800",
}  # fmt: skip


def built(
    records: dict[str, list[Any]], accounts: dict[str, list[Any]], *tables: Table, **settings: Any
) -> list[list[Record]]:
    """The rows of `tables`, built with all that come before them."""
    batch = open_batch(sandbox_settings(**settings))
    load_raw(batch, {**ORGANISATION, **records}, accounts)
    last = max(canonical.TABLES.index(table) for table in tables)
    build_all(batch, canonical.TABLES[: last + 1])
    return [rows_of(batch, table) for table in tables]


def test_every_table_builds_from_nothing() -> None:
    batch = open_batch()
    load_raw(batch)
    build_all(batch)
    assert {table.sql_name for table in canonical.TABLES} <= batch.built_tables().keys()


def test_no_query_names_a_clock_or_chance() -> None:
    for table in canonical.TABLES:
        query = read_query(table).lower()
        assert "now()" not in query
        assert "random()" not in query
        assert "order by" in query


def test_worker_names_numbers_and_histories() -> None:
    [rows] = built(
        {
            "workers": [
                worker(
                    1,
                    Employee_ID="000042",
                    Legal_First_Name=" Anna ",
                    Preferred_First_Name="Anni",
                    Preferred_Last_Name="",
                    Email_Work="Anna.BERG@Lumen.example",
                    Name_History_group=[{"Former_Legal_Last_Name": "Zorn"}, {"Former_Legal_Last_Name": "Alt"}, {}],
                    Email_History_group=[{"Former_Email": "OLD@lumen.example"}],
                    Employee_ID_History_group=[{"Former_Employee_ID": "007"}, {"Former_Employee_ID": "007"}],
                ),
                worker(2, Email_Work="", Universal_ID="U-1", Legal_Last_Name=None),
            ]
        },
        {},
        canonical.WORKERS,
    )
    first, second = rows
    assert first["employee_number"] == "000042"
    assert (first["first_name"], first["last_name"]) == ("Anni", "Last1")
    assert first["email"] == "anna.berg@lumen.example"
    assert first["former_last_names"] == ["Alt", "Zorn"]
    assert first["former_emails"] == ["old@lumen.example"]
    assert first["former_employee_numbers"] == ["007"]
    assert first["person_key"] == f"worker:{wid(1)}"
    assert second["email"] is None
    assert second["last_name"] is None
    assert second["person_key"] == "person:U-1"


def test_mapped_columns_of_the_report() -> None:
    [rows] = built(
        {"workers": [{**worker(1), "My E-mail": "x@lumen.example"}]},
        {},
        canonical.WORKERS,
        hris={"fields": {"email": "My E-mail"}},
    )
    assert rows[0]["email"] == "x@lumen.example"


def test_worker_read_twice_counts_once() -> None:
    [workers, spells] = built(
        {"workers": [worker(1), worker(1), worker(2), worker(1)]}, {}, canonical.WORKERS, canonical.ASSIGNMENTS
    )
    assert [row["worker_id_hris"] for row in workers] == [wid(1), wid(2)]
    assert len(spells) == 2


def test_spells_keep_pacific_moments_as_utc_and_shares_exact() -> None:
    [rows] = built(
        {
            "workers": [
                worker(
                    1,
                    [
                        job(1, Recorded_Moment="2026-07-01T20:15:30.500-07:00", FTE="0.3333"),
                        job(2, Recorded_Moment="2026-12-01T20:15:30.500-08:00", FTE="x", Cost_Center_ID=""),
                        job(2, Recorded_Moment="2026-12-01T20:15:29.500-08:00", Cost_Center_ID="CC-2"),
                    ],
                )
            ]
        },
        {},
        canonical.ASSIGNMENTS,
    )
    assert [row["recorded_at"] for row in rows] == [
        datetime(2026, 7, 2, 3, 15, 30, 500_000),  # noqa: DTZ001
        datetime(2026, 12, 2, 4, 15, 30, 500_000),  # noqa: DTZ001
    ]
    assert rows[0]["fte_share"] == Decimal("0.3333")
    assert (rows[1]["fte_share"], rows[1]["cost_center_id"]) == (None, None)


def test_jobs_that_are_no_list_do_not_stop_the_batch() -> None:
    [workers, spells] = built(
        {"workers": [{**worker(1), "Jobs_group": {"Assignment_ID": "x"}}, {**worker(2), "Jobs_group": None}]},
        {},
        canonical.WORKERS,
        canonical.ASSIGNMENTS,
    )
    assert (len(workers), spells) == (2, [])


KINDS: list[tuple[Record, str, bool]] = [
    ({}, "employee", True),
    ({"field_8": ""}, "employee", True),
    ({"field_8": "External "}, "external", True),
    ({"field_8": "service"}, "service", True),
    ({"field_8": "other"}, "employee", True),
    ({"level": "godadmin"}, "privileged", True),
    ({"level": "power_user", "field_8": "external"}, "privileged", True),
    ({"status": "0"}, "employee", False),
    ({"status": "1", "level": None}, "employee", True),
]


def test_account_kinds() -> None:
    [rows] = built(
        {}, {"users": [user(number, **changes) for number, (changes, *_) in enumerate(KINDS)]}, canonical.LEARNERS
    )
    for row, (changes, kind, is_active) in zip(rows, KINDS, strict=True):
        assert (row["kind"], row["is_active"]) == (kind, is_active), changes


def test_accounts_zero_dates_blanks_and_numbers_as_ids() -> None:
    [rows] = built(
        {},
        {
            "users": [
                user(
                    1, user_id=10001, manager_id=0, email=" A@Lumen.Example", field_4="  ", username="A@Lumen.Example"
                ),
                user(2, manager_id="10001", creation_date="0000-00-00 00:00:00", branches=[]),
                user(3, branches=None, manager_id=""),
            ]
        },
        canonical.LEARNERS,
    )
    assert [row["learner_id_lms"] for row in rows] == ["10001", "10002", "10003"]
    assert [row["manager_learner_id_lms"] for row in rows] == [None, "10001", None]
    assert rows[0]["email"] == "a@lumen.example"
    assert rows[0]["username"] == "A@Lumen.Example"
    assert rows[0]["cost_center_id"] is None
    assert rows[0]["last_access_at"] is None
    assert rows[1]["created_at"] is None
    assert (rows[1]["branch_code"], rows[2]["branch_code"]) == (None, None)


def test_account_seen_on_two_pages_counts_as_changed_last() -> None:
    old = user(1, first_name="Old", last_update="2026-01-01 08:00:00")
    new = user(1, first_name="New", last_update="2026-01-02 08:00:00")
    for users in ([old, new], [new, old]):
        [rows] = built({}, {"users": users}, canonical.LEARNERS)
        assert [row["first_name"] for row in rows] == ["New"]


def test_what_fills_a_group_is_known_of_automatic_ones_alone() -> None:
    [rows] = built(
        {},
        {
            "groups": [
                {"id": "1", "name": "JF: Analysis", "type": "manual"},
                {"id": "2", "name": "Berlin", "type": "Automatic ", "rule": {"field": "field_5", "value": "LOC-BER"}},
                {"id": "3", "name": "Book club", "type": "manual", "rule": {"field": "field_5", "value": "LOC-BER"}},
                {"id": "4", "name": " ", "type": "automatic"},
            ]
        },
        canonical.GROUPS,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1", "JF: Analysis", "manual", None, None),
        ("2", "Berlin", "automatic", "field_5", "LOC-BER"),
        ("3", "Book club", "manual", None, None),
        ("4", "4", "automatic", None, None),
    ]


COURSES = [
    (course(1), True, "C-1"),
    (course(2, status="retired"), False, None),
    (course(3, status="retired", equivalent_to="C-1"), False, "C-1"),
    (course(4, status="retired", superseded_by="C-1", revision_of="F", revision_no=2), False, None),
    (course(5, status=None), False, None),
]


def test_scenario_21_what_a_course_counts_as() -> None:
    [rows] = built({}, {"courses": [record for record, *_ in COURSES]}, canonical.COURSES)
    assert [(row["is_published"], row["canonical_course_code"]) for row in rows] == [
        tuple(rest) for _, *rest in COURSES
    ]


def test_completions_are_completed_rows_with_a_real_date() -> None:
    [enrolments, completions] = built(
        {},
        {
            "courses": [course(1), course(2, status="retired")],
            "enrolments": [
                enrolment(1, 1, 1, "2026-03-04", score="87.50"),
                enrolment(2, 1, 2, None),
                enrolment(3, 1, 1, None, status="completed"),
                enrolment(4, 1, 2, "2026-03-05", archived=True),
                enrolment(5, 1, 9, "2026-03-06", score="n/a"),
                enrolment(6, 1, 1, "2026-03-07", status="in_progress"),
                enrolment(7, 2, 1, "2026-03-07", course_code=None),
                enrolment(1, 1, 1, None, last_update="2026-01-31 08:00:00"),
            ],
        },
        canonical.ENROLMENTS,
        canonical.COMPLETIONS,
    )
    assert len(enrolments) == 7
    assert [
        (row["enrolment_id_lms"], row["canonical_course_code"], row["completed_date"], row["score_pct"])
        for row in completions
    ] == [
        ("1", "C-1", date(2026, 3, 4), Decimal("87.50")),
        ("4", None, date(2026, 3, 5), None),
        ("5", None, date(2026, 3, 6), None),
        ("7", "C-1", date(2026, 3, 7), None),
    ]


def test_scenario_23_records_rescinded_or_corrected_later() -> None:
    later = {"Recorded_Moment": "2026-02-02T08:00:00.000-08:00"}
    [rows] = built(
        {
            "learning_records": [
                learning_record(1, 1, 1, "2026-01-01"),
                learning_record(2, 1, 1, "2026-01-02"),
                learning_record(2, 1, 1, "2026-01-02", Rescinded="1", **later),
                learning_record(3, 1, 3, "2026-01-03"),
                learning_record(3, 1, 3, "2026-01-04", **later),
                learning_record(4, 1, 1, "0000-00-00"),
                learning_record(5, 1, 1, "2026-01-05", Worker_WID=None),
            ]
        },
        {"courses": [course(1), course(3, status="retired", equivalent_to="C-1")]},
        canonical.TRAINING_RECORDS,
    )
    assert [(row["training_record_id_hris"], row["canonical_course_code"], row["completed_date"]) for row in rows] == [
        ("LR-1", "C-1", date(2026, 1, 1)),
        ("LR-3", "C-1", date(2026, 1, 4)),
    ]


def test_skill_words_of_both_systems() -> None:
    [entries, aliases, tags] = built(
        {
            "workers": [worker(1, Skills_group=[{"Skill_ID": "S-1", "Skill_Name": "SQL"}, {"Skill_Name": " python "}])],
            "skills": [{"Skill_ID": "S-1", "Skill_Name": "SQL", "Aliases_group": [{"Alias": "sequel"}, {"Alias": ""}]}],
        },
        {
            "courses": [course(1)],
            "skills": [{"skill_id": "7", "title": "Python"}],
            "course_skills": [{"course_id": "1", "skill_id": "8", "title": "python"}, {"course_id": 1, "skill_id": 7}],
        },
        canonical.WORKER_SKILLS,
        canonical.SKILL_ALIASES,
        canonical.SKILL_TAGS,
    )
    assert [(row["entry_no"], row["skill_id"], row["tag"]) for row in entries] == [
        (1, "S-1", "SQL"),
        (2, None, "python"),
    ]
    assert [row["alias"] for row in aliases] == ["sequel"]
    assert [(row["tag"], row["is_in_lms"], row["is_in_hris"], row["use_count"]) for row in tags] == [
        ("Python", True, False, 1),
        ("python", True, True, 2),
    ]


def test_requirement_for_some_profiles_and_for_all() -> None:
    base = {
        "Requirement_ID": "R-1",
        "Version": "1",
        "Requirement_Name": "Safety",
        "Course_Code": "C-1",
        "Due_Days": "30",
    }
    profiles = [{"Job_Profile_ID": "JP-2"}, {"Job_Profile_ID": "JP-1"}]
    [rows] = built(
        {"requirements": [base, {**base, "Version": "2", "Job_Profile_IDs_group": profiles}]},
        {},
        canonical.REQUIREMENTS,
    )
    assert [(row["version_no"], row["job_profile_id"]) for row in rows] == [(1, "*"), (2, "JP-1"), (2, "JP-2")]


def test_money_is_exact() -> None:
    [rows] = built({"invoices": [INVOICE, {**INVOICE, "Line_No": "2", "Net_Amount": "-0.10"}]}, {}, canonical.CHARGES)
    assert [row["net_amount"] for row in rows] == [Decimal("1234.50"), Decimal("-0.10")]


def test_an_amount_that_cannot_be_read_stops_the_batch() -> None:
    with pytest.raises(ContractBroken, match=r"canonical\.charges"):
        built({"invoices": [{**INVOICE, "Net_Amount": "1.234,50"}]}, {}, canonical.CHARGES)


def test_scenario_31_hostile_text_is_kept_as_text() -> None:
    hostile = "Robert'); drop table students;-- \x07<script>=cmd|'/c calc'!A1 \u202e\U0001f600"
    [rows] = built({"workers": [worker(1, Legal_First_Name=hostile)]}, {}, canonical.WORKERS)
    assert rows[0]["first_name"] == hostile
