"""Linking of two tables that somebody brings, and finding who is twice in one: rules, decisions, what is missing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from lms_hris_pipeline.match.people_tables import find_duplicates, link_people
from lms_hris_pipeline.match.people_weights import STALE_FIELDS, load_weights
from lms_hris_pipeline.settings import MatchSettings

Row = dict[str, Any]
ADA: Row = {
    "first_name": "Ada", "last_name": "Lorenz", "employee_number": "1001", "email": "ada.lorenz@firm.example",
    "department": "Nursing", "location": "Berlin", "manager_email": "bo@firm.example", "hire_date": date(2020, 3, 9),
}  # fmt: skip
EVE: Row = {
    "first_name": "Eve", "last_name": "Kaya", "employee_number": "2002", "email": "eve.kaya@firm.example",
    "department": "Pharmacy", "location": "Bremen", "manager_email": "cy@firm.example", "hire_date": date(2015, 5, 4),
}  # fmt: skip


def _table(key: str, rows: dict[str, Row]) -> pa.Table:
    columns: dict[str, pa.Array] = {key: pa.array(list(rows), pa.string())}
    for name in sorted({name for row in rows.values() for name in row}):
        kind = pa.date32() if name == "hire_date" else pa.string()
        columns[name] = pa.array([row.get(name) for row in rows.values()], kind)
    return pa.table(columns)


def _link(
    workers: dict[str, Row], learners: dict[str, Row], said: list[tuple[str, str, str]] | None = None
) -> dict[str, Row]:
    decisions = None
    if said is not None:
        names = ("worker_id", "learner_id", "decision")
        decisions = pa.table({name: pa.array(list(cells), pa.string()) for name, cells in zip(names, zip(*said, strict=True), strict=True)})  # fmt: skip
    rows = link_people(_table("worker_id", workers), _table("learner_id", learners), decisions, MatchSettings()).rows
    assert rows.column_names == [
        "learner_id", "worker_id", "decision", "score", "runner_up_worker_id", "runner_up_score", "evidence",
    ]  # fmt: skip
    return {row["learner_id"]: row for row in rows.to_pylist()}


def _said(row: Row) -> tuple[str, str | None]:
    return row["decision"], row["worker_id"]


@pytest.mark.parametrize(
    ("case", "mine", "said"),
    [
        ("everything", {}, ("link", "W1")),
        ("no number, no date", {"employee_number": None, "hire_date": None}, ("link", "W1")),
        ("married, of a new address", {"last_name": "Osman", "email": "ada.osman@firm.example"}, ("link", "W1")),
        ("names exchanged", {"first_name": "Lorenz", "last_name": "Ada"}, ("link", "W1")),
        ("in another alphabet", {"first_name": "Ада", "last_name": "Лоренц"}, ("link", "W1")),
        ("number of another", {"employee_number": "2002"}, ("link", "W1")),
        ("address of another", {"email": "eve.kaya@firm.example"}, ("link", "W1")),
        ("nothing but the name", dict.fromkeys(set(ADA) - {"first_name", "last_name"}), ("review", "W1")),
        ("a stranger", {**dict.fromkeys(ADA), "first_name": "Zoe", "last_name": "Quist"}, ("no_match", None)),
        ("rehired: all but the name is another", {**dict.fromkeys(ADA), "first_name": "Ada", "last_name": "Lorenz", "employee_number": "7007", "department": "Kitchen", "location": "Kiel", "manager_email": "di@firm.example", "hire_date": date(2011, 1, 1)}, ("review", "W1")),
    ],
)  # fmt: skip
def test_one_learner_beside_two_workers(case: str, mine: Row, said: tuple[str, str | None]) -> None:
    assert _said(_link({"W1": ADA, "W2": EVE}, {"L1": {**ADA, **mine}})["L1"]) == said, case


@pytest.mark.parametrize(
    ("case", "mine", "said"),
    [
        ("its own date and place agree", {}, "link"),
        ("its own number and place agree", {"employee_number": "1001", "hire_date": None}, "link"),
        ("only the place agrees", {"hire_date": None}, "review"),
        ("only the place agrees, of the same name", {"last_name": "Lorenz", "hire_date": None}, "link"),
        ("the last name is another", {"last_name": "Osman"}, "review"),
    ],
)
def test_an_address_of_another_and_a_name_that_is_only_alike(case: str, mine: Row, said: str) -> None:
    misspelt = {**ADA, "last_name": "Lorens", "employee_number": None, "email": EVE["email"], **mine}
    assert _said(_link({"W1": ADA, "W2": EVE}, {"L1": misspelt})["L1"]) == (said, "W1"), case


@pytest.mark.parametrize(
    ("case", "mine", "said"),
    [
        ("city and job", {"location": "Berlin", "job_title": "Nurse"}, "link"),
        ("city and nearly the day", {"location": "Berlin", "hire_date": date(2020, 3, 20)}, "link"),
        ("job and nearly the day", {"job_title": "Nurse", "hire_date": date(2020, 3, 20)}, "link"),
        ("city alone", {"location": "Berlin"}, "review"),
        ("another city, the job", {"location": "Kiel", "job_title": "Nurse"}, "review"),
    ],
)
def test_two_hints_beside_the_name_are_as_good_as_a_field(case: str, mine: Row, said: str) -> None:
    crowd = _crowd("Zoe", 300)
    named = {"first_name": "Ada", "last_name": "Lorenz", "department": "Kitchen", **mine}
    row = _link({"W1": {**ADA, "job_title": "Nurse"}, **crowd}, {"L1": named, **crowd})["L1"]
    assert _said(row) == (said, "W1"), case


def test_no_link_bears_a_score_below_the_threshold() -> None:
    """The address is the later record's, the first day the earlier one's: one key, and two people who are both likely."""
    later = {**ADA, "employee_number": "3003", "hire_date": date(2024, 8, 1)}
    learner = {**ADA, "employee_number": None}
    row = _link({"W1": {**ADA, "email": None}, "W2": later, "W3": EVE}, {"L1": learner})["L1"]
    assert row["score"] < MatchSettings().link_at
    assert (_said(row), row["runner_up_worker_id"]) == (("review", "W2"), "W1")
    assert json.loads(row["evidence"])["causes"] == ["below_link"]


def test_scenario_44_swapped_numbers_exchange_no_accounts() -> None:
    learners = {"L1": {**ADA, "employee_number": "2002"}, "L2": {**EVE, "employee_number": "1001"}}
    rows = _link({"W1": ADA, "W2": EVE}, learners)
    assert (_said(rows["L1"]), _said(rows["L2"])) == (("link", "W1"), ("link", "W2"))


def test_a_number_and_an_address_alone_do_not_outweigh_another_name() -> None:
    heir = {"first_name": "Ida", "last_name": "Petrov", "employee_number": "1001"}
    assert _link({"W1": ADA}, {"L1": heir})["L1"]["decision"] in ("review", "no_match")


def test_records_of_one_universal_id_are_one_person_and_the_latest_stands() -> None:
    contractor = {**ADA, "employee_number": "C9", "hire_date": date(2018, 1, 1), "universal_id": "U1"}
    workers = {"W1": contractor, "W2": {**ADA, "universal_id": "U1"}}
    row = _link(workers, {"L1": {**contractor, "universal_id": None}})["L1"]
    assert _said(row) == ("link", "W2")


@pytest.mark.parametrize(
    ("case", "later", "said"),
    [
        ("rehired under a new number", {}, ("link", "W2")),
        ("rehired elsewhere", {"department": "Kitchen", "location": "Kiel", "manager_email": "di@firm.example"}, ("link", "W2")),
        ("employed after a contract", {"employee_number": "E3003"}, ("review", "W2")),
        ("of another address", {"email": "ada.lorenz@vendor.example"}, ("review", "W2")),
        ("another person of that address", {"first_name": "Eve"}, ("link", "W1")),
        ("a namesake in the department", {"email": "ada.lorenz2@firm.example"}, ("link", "W1")),
    ],
)  # fmt: skip
def test_two_records_of_one_name(case: str, later: Row, said: tuple[str, str | None]) -> None:
    workers = {"W1": ADA, "W2": {**ADA, "employee_number": "3003", "hire_date": date(2024, 8, 1), **later}, "W3": EVE}
    learner = {**ADA, "email": None}
    row = _link(workers, {"L1": learner})["L1"]
    assert _said(row) == said, case
    assert (row["decision"] == "review") == ("two_records" in json.loads(row["evidence"])["causes"])
    assert _said(_link(workers, {"L1": learner}, [("W1", "L1", "same")])["L1"])[0] == "link"


def test_a_second_account_is_a_duplicate() -> None:
    second = {**ADA, "employee_number": None, "email": "ada77@mail.example"}
    rows = _link({"W1": ADA, "W2": EVE}, {"L1": second, "L2": ADA})
    assert (_said(rows["L2"]), _said(rows["L1"])) == (("link", "W1"), ("duplicate", "W1"))


def test_of_two_namesakes_the_one_without_an_account_is_meant() -> None:
    other = {**ADA, "employee_number": "3003", "email": "ada.lorenz2@firm.example", "hire_date": date(2021, 8, 2)}
    plain = {name: ADA[name] for name in ("first_name", "last_name", "department", "location", "manager_email")}
    rows = _link({"W1": ADA, "W2": other}, {"L1": ADA, "L2": plain})
    assert _said(rows["L2"]) == ("link", "W2")
    assert "eliminated" in json.loads(rows["L2"]["evidence"])["causes"]
    alone = _link({"W1": ADA, "W2": other}, {"L2": plain})["L2"]
    assert alone["decision"] == "review", "nothing tells the two apart"


def test_a_serial_number_in_the_address_links_no_namesake() -> None:
    other = {"first_name": "Ada", "last_name": "Lorenz", "employee_number": "7007", "email": "ada.lorenz2@firm.example", "hire_date": date(2011, 1, 1)}  # fmt: skip
    assert _link({"W1": ADA, "W2": EVE}, {"L1": other})["L1"]["decision"] == "review"


def _crowd(first: str, count: int) -> dict[str, Row]:
    """People of whom each has a name and a number that nobody else has."""
    return {f"{first}{nth}": {"first_name": f"{first}{nth}", "last_name": f"Quist{nth}", "employee_number": f"{first}9{nth:05}"} for nth in range(count)}  # fmt: skip


def test_a_serial_number_is_no_namesakes_where_the_name_is_rare_in_a_large_firm() -> None:
    """Back with a new number, date, department and a numbered address; the only one of the name, and without an account."""
    crowd = _crowd("Zoe", 2_500)
    back = {"first_name": "Ada", "last_name": "Lorenz", "employee_number": "7007", "email": "ada.lorenz2@firm.example", "department": "Kitchen", "location": "Kiel", "hire_date": date(2011, 1, 1)}  # fmt: skip
    row = _link({"W": ADA, **crowd}, {"L": back, **crowd})["L"]
    assert (_said(row), json.loads(row["evidence"])["causes"]) == (("link", "W"), ["score", "eliminated"])
    common = {key: {**row, "first_name": "Ada"} if nth < 99 else row for nth, (key, row) in enumerate(crowd.items())}
    assert _said(_link({"W": ADA, **common}, {"L": back, **common})["L"]) == ("review", "W"), "a common first name"
    rows = _link({"W": ADA, **crowd}, {"L": back, "L2": ADA, **crowd})
    assert (_said(rows["L2"]), _said(rows["L"])) == (("link", "W"), ("review", "W")), "the only one has an account"
    few = {"W": ADA, **dict(list(crowd.items())[:750]), **_crowd("Ivo", 1_750)}
    beside = {**ADA, "employee_number": None, "hire_date": None, "email": "ada.lorenz2@firm.example"}
    assert _said(_link(few, {"L": back, **crowd})["L"]) == ("review", "W"), "HR knows few of the accounts"
    assert _said(_link(few, {"L": beside, **crowd})["L"]) == ("review", "W"), "a place is not enough then"
    assert _said(_link({"W": ADA, **crowd}, {"L": beside, **crowd})["L"]) == ("link", "W")


@pytest.mark.parametrize(("strangers", "accounts", "bits"), [(0, 0, 0.0), (0, 1, 0.0), (60, 60, 1.5), (800, 20_000, 0.0), (14_000, 20_000, 5.5)])  # fmt: skip
def test_where_hr_knows_few_of_the_accounts_any_is_less_likely_a_workers(
    strangers: int, accounts: int, bits: float
) -> None:
    assert load_weights().stranger_bits(strangers, accounts) == bits


def test_what_people_said_is_done() -> None:
    workers, learners = {"W1": ADA, "W2": EVE}, {"L1": ADA}
    assert _said(_link(workers, learners, [("W1", "L1", "different")])["L1"]) == ("no_match", None)
    assert _said(_link(workers, learners, [("W2", "L1", "same")])["L1"]) == ("link", "W2")


def test_missing_columns_and_empty_tables_are_taken_as_they_are() -> None:
    bare = {"W1": {"first_name": "Ada", "last_name": "Lorenz"}}
    assert _said(_link(bare, {"L1": ADA})["L1"]) == ("review", "W1")
    assert _link({"W1": ADA}, {}) == {}
    assert _said(_link({}, {"L1": ADA})["L1"]) == ("no_match", None)


def test_evidence_adds_up_and_names_nobody() -> None:
    row = _link({"W1": ADA, "W2": EVE}, {"L1": {**ADA, "employee_number": "7007", "department": "Kitchen"}})["L1"]
    told = json.loads(row["evidence"])
    total = told["prior"] + sum(field["weight"] for field in told["fields"].values())
    assert told["bits"] == pytest.approx(min(40.0, total), abs=0.002)
    assert [word for word in ("lorenz", "1001", "firm.example", "kitchen") if word in row["evidence"].lower()] == []


def test_contradictions_of_one_stale_record_do_not_add_up() -> None:
    stale = {
        **ADA, "employee_number": "7007", "email": "al@mail.example", "department": "Kitchen", "location": "Kiel",
        "manager_email": "di@firm.example", "hire_date": date(2011, 1, 1),
    }  # fmt: skip
    fields = json.loads(_link({"W1": ADA}, {"L1": stale})["L1"]["evidence"])["fields"]
    assert fields["stale_record"]["level"] == "yes"
    against = [fields[name]["weight"] for name in STALE_FIELDS if fields[name]["weight"] < 0]
    assert len(against) == 4
    assert sum(against) + fields["stale_record"]["weight"] == pytest.approx(-load_weights().most_stale_bits)


def test_ids_with_quotes_are_quoted() -> None:
    row = _link({'W"1\\': ADA}, {"L1": ADA})["L1"]
    assert json.loads(row["evidence"])["compared_worker_id"] == 'W"1\\'


def test_one_table_holds_a_person_several_times() -> None:
    people = {
        "P1": ADA,
        "P2": {**ADA, "first_name": "Lorenz", "last_name": "Ada"},
        "P3": {**ADA, "employee_number": None, "last_name": "Lorens"},
        "P4": EVE,
    }
    pairs = find_duplicates(_table("person_id", people), MatchSettings()).to_pylist()
    found = {(row["id_a"], row["id_b"]): (row["decision"], row["cluster_id"]) for row in pairs}
    assert found == dict.fromkeys((("P1", "P2"), ("P1", "P3"), ("P2", "P3")), ("link", "P1"))
    assert find_duplicates(_table("person_id", {"P1": ADA, "P4": EVE}), MatchSettings()).num_rows == 0


def test_namesakes_of_one_table_are_two_people() -> None:
    """Another number, date and serial number of the address: of one name, and of one department or not."""
    other = {"employee_number": "7007", "email": "ada.lorenz2@firm.example", "hire_date": date(2011, 1, 1)}
    moved = {"department": "Kitchen", "location": "Kiel", "manager_email": "di@firm.example"}
    people = {"P1": ADA, "P2": {**ADA, **other}, "P3": {**ADA, **other, **moved, "employee_number": "8008"}}
    crowd = {f"Q{number}": {"first_name": f"Zoe{number}", "last_name": f"Quist{number}"} for number in range(500)}
    pairs = find_duplicates(_table("person_id", {**people, **crowd}), MatchSettings()).to_pylist()
    assert [pair for pair in pairs if pair["decision"] == "link"] == []
