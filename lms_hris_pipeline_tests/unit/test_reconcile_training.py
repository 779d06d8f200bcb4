"""Completions and skills that one system lacks, and invoice lines that nobody can bear."""

from __future__ import annotations

from typing import Any

import pytest

from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.reconcile import deltas_of, findings_of, link, meaning, pending, reconciled
from lms_hris_pipeline_tests.support.stage import Record, course, enrolment, learning_record, rows_of, user, wid, worker

DAY, OTHER = "2026-03-04", "2026-03-05"
COURSES = [
    course(1),
    course(2),
    course(3, status="retired", equivalent_to="C-1"),
    course(4, status="retired", superseded_by="C-1", revision_of="F"),
]
LEFT: dict[str, Any] = {"Termination_Date": "2026-10-31"}

# case, enrolments (account number, course, day, changes), records (worker number, course, day, changes),
# records to be written to HR, completions to be written to the LMS, findings
GAPS: list[tuple[str, list[Any], list[Any], list[Record], list[Record], set[str]]] = [
    ("agree", [(0, 1, DAY, {})], [(0, 1, DAY, {})], [], [], set()),
    ("missing in HR", [(0, 1, DAY, {"score": "85.00"})], [],
     [{"course_code": "C-1", "completed_date": DAY, "score": "85"}], [], {"completion_missing_hris"}),
    ("no score, no score", [(0, 1, DAY, {})], [],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("archived attempts count alike", [(0, 1, DAY, {"archived": True})], [],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("scenario 21: equivalent revision counts as the course", [(0, 3, DAY, {})], [],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("equivalent codes agree", [(0, 3, DAY, {})], [(0, 1, DAY, {})], [], [], set()),
    ("revision superseded without equivalent counts for nothing", [(0, 4, DAY, {})], [], [], [], {"completion_unmapped"}),
    ("course nobody knows", [(0, 9, DAY, {})], [], [], [], {"completion_unmapped"}),
    ("open", [(0, 1, None, {})], [], [], [], set()),
    ("zero date", [(0, 1, None, {"status": "completed"})], [], [], [], set()),
    ("missing in the LMS", [], [(0, 1, DAY, {"Overall_Score": "90"})], [],
     [{"course_code": "C-1", "completed_date": DAY, "score": "90", "status": "completed"}], {"completion_missing_lms"}),
    ("rescinded in HR", [], [(0, 1, DAY, {"Rescinded": "1"})], [], [], set()),
    ("open in the LMS, done in HR", [(0, 1, None, {})], [(0, 1, DAY, {})], [],
     [{"course_code": "C-1", "completed_date": DAY, "status": "completed"}], {"completion_missing_lms"}),
    ("other day in HR: written there, left alone in the LMS", [(0, 1, DAY, {})], [(0, 1, OTHER, {})],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("HR knows a course that the LMS does not", [], [(0, 9, DAY, {})], [], [], set()),
    ("HR holds a retired revision without equivalent", [], [(0, 4, DAY, {})], [], [], set()),
    ("second account completed it", [(1, 1, DAY, {})], [(0, 1, DAY, {})], [], [], set()),
    ("second account alone holds it", [(1, 1, DAY, {})], [],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("both accounts hold it", [(0, 1, DAY, {}), (1, 1, DAY, {})], [],
     [{"course_code": "C-1", "completed_date": DAY}], [], {"completion_missing_hris"}),
    ("two attempts", [(0, 1, DAY, {"archived": True}), (0, 1, OTHER, {})], [],
     [{"course_code": "C-1", "completed_date": DAY}, {"course_code": "C-1", "completed_date": OTHER}], [],
     {"completion_missing_hris"}),
]  # fmt: skip


def test_completion_gaps() -> None:
    workers: list[Record] = []
    users: list[Record] = []
    people: list[Record] = []
    enrolments: list[Record] = []
    records: list[Record] = []
    for number, (_, completed, held, *_rest) in enumerate(GAPS):
        first, second = number * 2, number * 2 + 1
        workers.append(worker(first))
        users += [user(first), user(second, username=f"second{second}@lumen.example")]
        people += [link(first, first), link(second, first, "duplicate")]
        for account, code, day, changes in completed:
            enrolments.append(enrolment(len(enrolments) + 1, first + account, code, day, **changes))
        for _, code, day, changes in held:
            records.append(learning_record(len(records) + 1, first, code, day, **changes))
    batch = reconciled(
        {"workers": workers, "learning_records": records},
        {"users": users, "courses": COURSES, "enrolments": enrolments},
        people=people,
    )
    deltas, findings = deltas_of(batch), findings_of(batch)
    for number, (case, _, _, to_hris, to_lms, raised) in enumerate(GAPS):
        first = number * 2
        assert deltas.get(("training_record", "add_training_record", f"worker:{wid(first)}"), []) == to_hris, case
        assert deltas.get(("completion", "enrol", f"learner:{10_000 + first}"), []) == to_lms, case
        mine = {finding[0] for finding in findings if finding[1] == wid(first)} - {"duplicate_account"}
        assert mine == raised, case
    batch.close()


def test_an_account_about_to_be_created_gets_the_history_that_hr_holds() -> None:
    tags = [{"course_id": "1", "skill_id": "1", "title": "sql"}]
    batch = reconciled(
        {"workers": [worker(1)], "learning_records": [learning_record(1, 1, 1, DAY)]},
        {"courses": COURSES, "course_skills": tags},
        skills=MEANINGS,
    )
    deltas = deltas_of(batch)
    key = f"worker:{wid(1)}"
    assert deltas["completion", "enrol", key] == [{"course_code": "C-1", "completed_date": DAY, "status": "completed"}]
    assert deltas["skill", "add_skill", key] == [{"skill_id": "S-SQL"}]
    assert {finding[:3] for finding in findings_of(batch) if finding[1]} == {
        ("missing_account", wid(1), None),
        ("skill_missing_hris", wid(1), None),
    }


@pytest.mark.parametrize(("result", "is_shown"), [("70", True), ("69.99", False)])
def test_a_completion_on_its_way_from_hr_shows_its_skill_at_once(result: str, is_shown: bool) -> None:
    batch = reconciled(
        {"workers": [worker(1)], "learning_records": [learning_record(1, 1, 3, DAY, Overall_Score=result)]},
        {
            "users": [user(1)],
            "courses": COURSES,
            "course_skills": [{"course_id": "1", "skill_id": "1", "title": "sql"}],
        },
        people=[link(1, 1)],
        skills=MEANINGS,
    )
    assert {key[1] for key in deltas_of(batch)} == ({"enrol", "add_skill"} if is_shown else {"enrol"})


def test_finding_and_delta_name_the_completion_who_holds_it_and_when() -> None:
    batch = reconciled(
        {"workers": [worker(1), worker(2)], "learning_records": [learning_record(1, 2, 2, OTHER)]},
        {"users": [user(1), user(2), user(101)], "courses": COURSES, "enrolments": [enrolment(1, 101, 1, DAY)]},
        people=[link(1, 1), link(101, 1, "duplicate"), link(2, 2)],
    )
    assert {finding for finding in findings_of(batch) if finding[0].startswith("completion")} == {
        ("completion_missing_hris", wid(1), "10101", "C-1", None, DAY),
        ("completion_missing_lms", wid(2), "10002", "C-2", OTHER, None),
    }
    assert {row["reason"] for row in rows_of(batch, reconcile.PROPOSED_DELTAS) if row["entity"] != "account"} == {
        f"Completed C-1 on {DAY} in the learning system; the HR system has no record of it.",
        f"The HR system holds the completion of C-2 on {OTHER}; the learning system does not.",
    }


def test_scenario_01_leaver_keeps_history_in_hr_and_gets_nothing_in_the_lms() -> None:
    batch = reconciled(
        {"workers": [worker(1, **LEFT)], "learning_records": [learning_record(1, 1, 2, DAY)]},
        {"users": [user(1)], "courses": COURSES, "enrolments": [enrolment(1, 1, 1, DAY)]},
        people=[link(1, 1)],
    )
    assert {key[1] for key in deltas_of(batch)} == {"deactivate", "add_training_record"}


def test_records_of_any_worker_record_of_the_person_count() -> None:
    old = worker(1, Universal_ID="U", Worker_Type="Contingent Worker", **LEFT)
    batch = reconciled(
        {
            "workers": [old, worker(2, Universal_ID="U", Email_Work="person1@lumen.example")],
            "learning_records": [learning_record(1, 1, 1, DAY), learning_record(2, 1, 2, DAY)],
        },
        {"users": [user(1)], "courses": COURSES, "enrolments": [enrolment(1, 1, 1, DAY)]},
        people=[link(1, 1)],
    )
    deltas = deltas_of(batch)
    assert ("training_record", "add_training_record", f"worker:{wid(2)}") not in deltas
    assert deltas["completion", "enrol", "learner:10001"] == [
        {"course_code": "C-2", "completed_date": DAY, "status": "completed"}
    ]


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        ("hris.learning_records", {"enrol"}),
        ("hris.workers", {"enrol"}),
        ("lms.enrolments", {"add_training_record"}),
        ("lms.users", {"add_training_record"}),
        ("lms.courses", {"add_training_record"}),
    ],
)
def test_scenario_23_missing_is_said_only_of_complete_extracts(cut: str, kept: set[str]) -> None:
    batch = reconciled(
        {"workers": [worker(1)], "learning_records": [learning_record(1, 1, 2, DAY)]},
        {"users": [user(1)], "courses": COURSES, "enrolments": [enrolment(1, 1, 1, DAY), enrolment(2, 1, 4, DAY)]},
        people=[link(1, 1)],
        incomplete=[cut],
    )
    assert {key[1] for key in deltas_of(batch)} == kept
    types = {finding[0] for finding in findings_of(batch)}
    assert ("completion_unmapped" in types) is (cut != "lms.courses")


TAGS = [("1", "sql"), ("1", "maybe"), ("1", "noise"), ("2", "sequel")]
MEANINGS = [meaning("sql", "S-SQL"), meaning("sequel", "S-SQL"), meaning("typed sql", "S-SQL"),
            meaning("maybe", "S-2", "review"), meaning("noise", None, "no_match")]  # fmt: skip
SKILLS: list[tuple[str, Record, str | None, bool]] = [
    ("shown by a passed course", worker(1), "70", True),
    ("no score counts", worker(2), None, True),
    ("below the bar", worker(3), "69.99", False),
    ("on record by id", worker(4, Skills_group=[{"Skill_ID": "S-SQL", "Skill_Name": "SQL"}]), "90", False),
    ("on record by words", worker(5, Skills_group=[{"Skill_Name": " typed sql"}]), "90", False),
    ("words that mean nothing yet", worker(6, Skills_group=[{"Skill_Name": "maybe"}]), "90", True),
    ("left", worker(7, **LEFT), "90", False),
]


def test_skills_to_write_back() -> None:
    batch = reconciled(
        {"workers": [case[1] for case in SKILLS]},
        {
            "users": [user(number) for number in range(1, len(SKILLS) + 1)],
            "courses": COURSES,
            "enrolments": [enrolment(n, n, 1, DAY, score=case[2]) for n, case in enumerate(SKILLS, start=1)],
            "course_skills": [{"course_id": code, "skill_id": "1", "title": tag} for code, tag in TAGS],
        },
        people=[link(number, number) for number in range(1, len(SKILLS) + 1)],
        skills=MEANINGS,
    )
    deltas, findings = deltas_of(batch), findings_of(batch)
    for number, (case, _, _, is_wanted) in enumerate(SKILLS, start=1):
        expected = [{"skill_id": "S-SQL"}] if is_wanted else []
        assert deltas.get(("skill", "add_skill", f"worker:{wid(number)}"), []) == expected, case
        raised = ("skill_missing_hris", wid(number), str(10_000 + number), "S-SQL", None, DAY) in findings
        assert raised is is_wanted, case
    assert ("skill_tag_review", None, None, "skill_tag", None, "maybe") in findings
    assert ("skill_tag_unmapped", None, None, "skill_tag", None, "noise") in findings


def test_skill_assertion_names_the_latest_course_and_keeps_its_wish() -> None:
    def build(days: tuple[str, str]) -> tuple[Record, str]:
        batch = reconciled(
            {"workers": [worker(1)]},
            {
                "users": [user(1)],
                "courses": COURSES,
                "enrolments": [enrolment(1, 1, 1, days[0]), enrolment(2, 1, 2, days[1])],
                "course_skills": [{"course_id": code, "skill_id": "1", "title": tag} for code, tag in TAGS],
            },
            people=[link(1, 1)],
            skills=MEANINGS,
        )
        [assertion] = rows_of(batch, reconcile.SKILL_ASSERTIONS)
        [wish] = [
            row["wish_id"] for row in rows_of(batch, reconcile.PROPOSED_DELTAS) if row["operation"] == "add_skill"
        ]
        return assertion, wish

    (first, wish), (second, same_wish) = build((DAY, OTHER)), build((OTHER, DAY))
    assert (first["course_code"], second["course_code"]) == ("C-2", "C-1")
    assert wish == same_wish


def test_merge_rests_on_the_completions_of_both_accounts() -> None:
    batch = reconciled(
        {"workers": [worker(1)], "learning_records": [learning_record(1, 1, 1, DAY), learning_record(2, 1, 2, OTHER)]},
        {
            "users": [user(1), user(101, username="b@lumen.example")],
            "courses": COURSES,
            "enrolments": [
                enrolment(1, 1, 1, DAY),
                enrolment(2, 101, 2, OTHER),
                enrolment(3, 101, 1, DAY),
            ],
        },
        people=[link(1, 1), link(101, 1, "duplicate")],
    )
    [row] = [row for row in rows_of(batch, reconcile.PROPOSED_DELTAS) if row["operation"] == "merge"]
    assert row["base"] == (f'{{"completions":"C-1@{DAY}","duplicate_completions":"C-1@{DAY}|C-2@{OTHER}"}}')


def test_records_on_their_way_are_not_sent_again() -> None:
    batch = reconciled(
        {"workers": [worker(1)]},
        {"users": [user(1)], "courses": COURSES, "enrolments": [enrolment(1, 1, 1, DAY)]},
        people=[link(1, 1)],
        waiting=[pending("training_record", "add_training_record", f"worker:{wid(1)}")],
    )
    assert deltas_of(batch) == {}
    assert findings_of(batch) == set()


def line(number: int, **changes: Any) -> Record:
    return {
        "Invoice_ID": "I-1", "Line_No": str(number), "Supplier": "S", "Service_From": "2026-01-01",
        "Service_To": "2026-01-31", "Charge_Type": "COURSE_FEE", "Net_Amount": "10.00", "Tax_Amount": "1.90",
        "Currency": "EUR", **changes,
    }  # fmt: skip


def contract(name: str, allocation: str) -> Record:
    return {"Contract_ID": name, "Supplier": "S", "Licence_Type": "SEATS", "Currency": "EUR", "Allocation": allocation}


LINES = [
    (line(1, Course_Code="C-1"), None),
    (line(2, Course_Code="C-2"), "no_enrolments"),
    (line(3, Course_Code="C-9"), "unknown_course"),
    (line(4), "no_reference"),
    (line(5, Course_Code="C-9", Cost_Center_ID="CC-1"), None),
    (line(6, Charge_Type="LICENCE", Contract_ID="K-1"), None),
    (line(7, Charge_Type="LICENCE", Contract_ID="K-9"), "unknown_contract"),
    (line(8, Charge_Type="LICENCE", Contract_ID="K-2", Service_From="2020-01-01", Service_To="2020-01-31"), "no_enrolments"),
    (line(9, Charge_Type="LICENCE", Contract_ID="K-3"), None),
    (line(10, Charge_Type="CREDIT_NOTE", Course_Code="C-1", Net_Amount="-5.00"), None),
    (line(11, Charge_Type="CREDIT_NOTE", Contract_ID="K-1", Net_Amount="-5.00"), None),
    (line(12, Charge_Type="CONTENT", Course_Code="C-1", Service_From="2026-02-01", Service_To="2026-02-28"), "no_enrolments"),
]  # fmt: skip


def test_scenario_28_lines_that_nobody_can_bear() -> None:
    batch = reconciled(
        {
            "workers": [worker(1)],
            "invoices": [record for record, _ in LINES],
            "licence_contracts": [
                contract("K-1", "ACTIVE_LEARNERS"),
                contract("K-2", "ENROLMENTS"),
                contract("K-3", "HEADCOUNT"),
            ],
        },
        {"users": [user(1)], "courses": COURSES, "enrolments": [enrolment(1, 1, 1, None)]},
        people=[link(1, 1)],
    )
    found = {row["line_no"]: row["obstacle"] for row in rows_of(batch, reconcile.UNALLOCATED_CHARGES)}
    assert found == {number: obstacle for number, (_, obstacle) in enumerate(LINES, start=1) if obstacle}
    assert ("invoice_unallocated", None, None, "invoice", "I-1/3", None) in findings_of(batch)
