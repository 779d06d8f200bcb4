"""The oracle's trickier rules, each as a truth table: days and places, who stands for whom, circles, merges, owners."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from lms_hris_pipeline.sandbox.truth.accounts import Account
from lms_hris_pipeline.sandbox.truth.identities import owners_of
from lms_hris_pipeline.sandbox.truth.merging import Enrolment, rows_to_move
from lms_hris_pipeline.sandbox.truth.parsing import day, score, score_text, text
from lms_hris_pipeline.sandbox.truth.people import Calendar, People, people_of, read_worker
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.sandbox.truth.skill_rules import read_meanings
from lms_hris_pipeline.sandbox.truth.standing import circles_of
from lms_hris_pipeline_tests.support.stage import Record, job, wid, worker

RULES = Rules()
AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
ZONES = {
    "LOC-BER": "Europe/Berlin",
    "LOC-MEL": "Australia/Melbourne",
    "LOC-HNL": "Pacific/Honolulu",
    "LOC-MARS": "Mars/Base",
}
TODAY = Calendar(AS_OF, ZONES, RULES)


def people(*records: Record) -> People:
    return people_of(read_worker(record, TODAY, RULES) for record in records)


STANDINGS: list[tuple[str, Record, str, bool]] = [
    ("at work", {}, "active", True),
    ("last day today", {"Termination_Date": "2026-11-02"}, "active", True),
    ("last day was yesterday", {"Termination_Date": "2026-11-01"}, "terminated", False),
    ("first day today", {"Hire_Date": "2026-11-02"}, "active", True),
    ("starts in 14 days", {"Hire_Date": "2026-11-16"}, "pre_hire", True),
    ("starts in 15 days", {"Hire_Date": "2026-11-17"}, "pre_hire", False),
    ("called off", {"Hire_Date": "2026-11-10", "Hire_Rescinded": "1"}, "rescinded", False),
    ("comes back soon, left before", {"Hire_Date": "2026-11-10", "Termination_Date": "2020-01-31"}, "pre_hire", True),
    ("no first day", {"Hire_Date": None}, "active", False),
    ("contractor", {"Worker_Type": "Contingent Worker"}, "active", True),
]


@pytest.mark.parametrize(("case", "changes", "status", "is_in_scope"), STANDINGS, ids=[case[0] for case in STANDINGS])
def test_status_and_scope(case: str, changes: Record, status: str, is_in_scope: bool) -> None:
    found = read_worker(worker(1, **changes), TODAY, RULES)
    assert (found.status, found.is_in_scope) == (status, is_in_scope), case


@pytest.mark.parametrize(
    ("place", "today"),
    [("LOC-BER", "2026-11-02"), ("LOC-MEL", "2026-11-03"), ("LOC-HNL", "2026-11-02"), ("LOC-MARS", "2026-11-02"), (None, "2026-11-02")],
)  # fmt: skip
def test_scenario_12_the_day_is_that_of_the_place(place: str | None, today: str) -> None:
    found = read_worker(worker(1, [job(1, Location_ID=place)], Termination_Date="2026-11-02"), TODAY, RULES)
    assert found.local_date == today
    assert found.status == ("terminated" if place == "LOC-MEL" else "active")


def spell(name: str, start: str, end: str | None = None, **changes: Any) -> Record:
    return job(1, Assignment_ID=name, Start_Date=start, End_Date=end, **changes)


SPELLS: list[tuple[str, list[Record], str | None]] = [
    ("the one that lasts", [spell("A", "2020-01-01", "2024-12-31"), spell("B", "2025-01-01")], "B"),
    ("the one begun last of two that last", [spell("A", "2020-01-01"), spell("B", "2025-01-01")], "B"),
    ("entered last where both began alike", [
        spell("B", "2025-01-01", Recorded_Moment="2025-01-01T00:00:00.000-08:00"),
        spell("A", "2025-01-01", Recorded_Moment="2025-01-01T09:00:00.000+00:00")], "A"),
    ("a future transfer is not applied early", [spell("A", "2020-01-01", "2026-11-03"), spell("B", "2026-11-04")], "A"),
    ("over before the next begins: the last one over", [spell("A", "2020-01-01", "2026-10-01"), spell("B", "2026-12-01")], "A"),
    ("only ahead: the next one", [spell("A", "2027-01-01"), spell("B", "2026-12-01")], "B"),
    ("second jobs say nothing", [spell("A", "2020-01-01"), spell("B", "2025-01-01", Is_Primary="0")], "A"),
    ("no first day, no spell", [spell("A", "soon")], None),
]  # fmt: skip


@pytest.mark.parametrize(("case", "jobs", "chosen"), SPELLS, ids=[case[0] for case in SPELLS])
def test_spell_of_the_day(case: str, jobs: list[Record], chosen: str | None) -> None:
    for order in (jobs, jobs[::-1]):
        found = read_worker(worker(1, order), TODAY, RULES).spell
        assert (found.assignment_id if found else None) == chosen, case


U: dict[str, Any] = {"Universal_ID": "U"}
CONTRACT = {**U, "Worker_Type": "Contingent Worker"}
STAND_INS: list[tuple[str, list[Record], int]] = [
    ("converted", [worker(2, **CONTRACT, Termination_Date="2026-10-31"), worker(1, **U, Hire_Date="2026-11-01")], 1),
    ("both run: the employee's", [worker(2, **CONTRACT, Hire_Date="2026-06-01"), worker(1, **U)], 1),
    ("two employments: the later", [worker(1, **U, Hire_Date="2026-06-01"), worker(2, **U)], 1),
    ("back in months: a leaver until then", [
        worker(1, **U, Termination_Date="2026-10-31"), worker(2, **U, Hire_Date="2027-05-01")], 1),
    ("back within the look-ahead", [worker(1, **U, Termination_Date="2026-10-31"), worker(2, **U, Hire_Date="2026-11-09")], 2),
]  # fmt: skip


@pytest.mark.parametrize(("case", "records", "number"), STAND_INS, ids=[case[0] for case in STAND_INS])
def test_who_stands_for_a_person(case: str, records: list[Record], number: int) -> None:
    for order in (records, records[::-1]):
        assert people(*order).current["person:U"].worker_id == wid(number), case


def test_scenario_18_circles_hold_only_their_members() -> None:
    managers = {1: None, 2: 1, 3: 4, 4: 5, 5: 3, 6: 6, 7: 3, 8: 99, 9: 10}
    records = [
        worker(number, [job(number, Manager_WID=None if above is None else wid(above))])
        for number, above in managers.items()
    ]
    records.append(worker(10, [job(10, Manager_WID=wid(9))], Termination_Date="2026-01-01"))
    assert circles_of(people(*records)) == {wid(number) for number in (3, 4, 5, 6)}


def row(
    number: int, completed: str | None, *, old: bool = False, points: str | None = None, course: int = 1
) -> Enrolment:
    status = "in_progress" if completed is None else "completed"
    return Enrolment(number, course, old, status, completed, points)


MERGES: list[tuple[str, list[Enrolment], list[Enrolment], list[int] | None]] = [
    ("another course moves", [row(1, "D")], [row(2, "D", course=2)], [2]),
    ("the same completion stays where it is", [row(1, "D")], [row(2, "D")], []),
    ("the better score moves", [row(1, "D", points="70")], [row(2, "D", points="90")], [2]),
    ("a completion replaces what is open", [row(1, None)], [row(2, "D")], [2]),
    ("learning under way stays where nothing is done", [row(1, None)], [row(2, None)], []),
    ("another day: no room", [row(1, "D")], [row(2, "E")], None),
    ("another day, archived on the first", [row(1, "D"), row(3, "E", old=True)], [row(2, "E")], []),
    ("archived on the second alone", [], [row(2, "D", old=True)], None),
    ("archived on the second, held by the first", [row(1, "D")], [row(2, "D", old=True)], []),
]


@pytest.mark.parametrize(("case", "kept", "gone", "moved"), MERGES, ids=[case[0] for case in MERGES])
def test_scenario_29_what_a_merge_moves(
    case: str, kept: list[Enrolment], gone: list[Enrolment], moved: list[int] | None
) -> None:
    found = rows_to_move(kept, gone)
    assert (None if found is None else [one.row_id for one in found]) == moved, case


OWNERS: list[tuple[str, str | None, str | None, int | None]] = [
    ("number and address", "000001", "person1@lumen.example", 1),
    ("number alone", "000001", "other@lumen.example", 1),
    ("address alone", None, "person2@lumen.example", 2),
    ("they contradict: the number", "000001", "person2@lumen.example", 1),
    ("two share the address", None, "shared@lumen.example", None),
    ("two share the address, one has the number", "000004", "shared@lumen.example", 4),
    ("neither", None, None, None),
]


@pytest.mark.parametrize(("case", "number", "email", "owner"), OWNERS, ids=[case[0] for case in OWNERS])
def test_whose_a_new_account_is(case: str, number: str | None, email: str | None, owner: int | None) -> None:
    shared = {"Email_Work": "shared@lumen.example"}
    known = people(worker(1), worker(2), worker(3, **shared), worker(4, **shared))
    account = Account("10009", "employee", True, None, None, {"employee_number": number, "email": email})
    found = owners_of(known)(account)
    assert (None if found is None else found.worker_id) == (None if owner is None else wid(owner)), case


def test_values_are_read_as_the_vendors_write_them() -> None:
    assert [text(value) for value in (" a ", "\u00a0", "", None, 7, "a\t")] == ["a", None, None, None, "7", "a\t"]
    assert [day(value) for value in ("2026-11-02 10:00:00", "0000-00-00 00:00:00", "soon", None)] == [
        "2026-11-02", None, None, None,
    ]  # fmt: skip
    assert [score_text(score(value)) for value in ("85.50", "100", "0", "84.005", "n/a", None)] == [
        "85.5", "100", "0", "84.01", None, None,
    ]  # fmt: skip
    assert score("69.99") == Decimal("69.99")


def test_a_tag_means_what_any_spelling_of_it_means() -> None:
    assert read_meanings([(" sql ", "S-2"), ("sql", "S-1"), ("noise", None)]) == {"sql": "S-1"}
