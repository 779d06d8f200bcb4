"""Each rule by which an account is linked, held back, called a second one or left alone. Numbers are scenarios."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline_tests.support.people import (
    DECIDED,
    TODAY,
    Record,
    account,
    decided,
    match_world,
    recorded,
    worker,
)

LAST_YEAR = TODAY - timedelta(days=365)
LAST_WEEK = TODAY - timedelta(days=7)
ADA = {"employee_number": "1001", "email": "ada.lorenz@firm.example"}
PLACE = {"department": "D1", "location_id": "LOC-BER", "cost_center_id": "CC-1", "job_profile_id": "JP-1"}


def _said(row: Record) -> tuple[Any, ...]:
    return (row["decision"], row["method"], row["worker_id_hris"])


def _causes(row: Record) -> list[str]:
    causes: list[str] = json.loads(row["evidence"])["causes"]
    return causes


@pytest.mark.parametrize(
    ("case", "mine", "said"),
    [
        ("number and name", {"employee_number": "1001"}, ("link", "key", "W1")),
        ("e-mail and name", {"email": ADA["email"]}, ("link", "key", "W1")),
        ("number and a name that is misspelt", {"employee_number": "1001", "last_name": "Lorens"}, ("link", "key", "W1")),
        ("number and e-mail, last name changed", {**ADA, "last_name": "Kaya"}, ("link", "key", "W1")),
        ("number, but another name", {"employee_number": "1001", "first_name": "Bo", "last_name": "Kaya"}, ("review", "score", "W1")),
        ("number and e-mail, but another name", {**ADA, "first_name": "Bo", "last_name": "Kaya"}, ("review", "score", "W1")),
        ("all but the name", {**ADA, **PLACE, "hire_date": "2020-01-01", "first_name": "Bo", "last_name": "Kaya"}, ("review", "score", "W1")),
        ("a name that is only alike, and the place", {**PLACE, "first_name": "Adda", "last_name": "Lorens"}, ("review", "score", "W1")),
        ("e-mail, but another first name", {"email": ADA["email"], "first_name": "Bo"}, ("review", "score", "W1")),
        ("names swapped, with a number", {"employee_number": "1001", "first_name": "Lorenz", "last_name": "Ada"}, ("link", "key", "W1")),
        ("name, hire date and place", {"hire_date": "2020-01-01", **PLACE}, ("link", "score", "W1")),
        ("name and place", PLACE, ("link", "score", "W1")),
        ("name alone", {}, ("review", "score", "W1")),
        ("nothing in common", {"first_name": "Bo", "last_name": "Kaya"}, ("no_match", "none", None)),
        ("no name at all, but a number", {"employee_number": "1001", "first_name": None, "last_name": None}, ("review", "score", "W1")),
    ],
)  # fmt: skip
def test_one_worker_and_one_account(case: str, mine: dict[str, Any], said: tuple[Any, ...]) -> None:
    names = {"first_name": "Ada", "last_name": "Lorenz", **mine}
    made = account("1", names.pop("first_name"), names.pop("last_name"), **names)
    assert _said(match_world([worker("W1", "Ada", "Lorenz", **ADA)], [made])["1"]) == said, case


def test_every_row_explains_itself() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Ada", "Lorenz", employee_number="2002")]
    row = match_world(workers, [account("1", "Ada", "Lorenz", **ADA)])["1"]
    told = json.loads(row["evidence"])
    assert told["model"] == "people-4"
    assert told["thresholds"] == {"link_at": 0.95, "review_at": 0.3, "margin": 0.25}
    assert told["fields"]["employee_number"] == {"level": "exact", "weight": 12.5}
    total = told["prior"] + sum(field["weight"] for field in told["fields"].values())
    assert told["bits"] == pytest.approx(min(40, total), abs=0.002)
    assert row["runner_up_worker_id_hris"] == told["runner_up"]["worker_id"] == "W2"
    assert row["runner_up_score"] < row["score"]
    assert row["reason"].startswith("First name, last name, employee number and e-mail")


def test_reason_and_evidence_hold_no_personal_data() -> None:
    row = match_world([worker("W1", "Ada", "Lorenz", **ADA)], [account("1", "Ada", "Lorenz", **ADA)])["1"]
    told = f"{row['reason']} {row['evidence']}".lower()
    assert [word for word in ("ada", "lorenz", "1001", "firm.example") if word in told.replace("ada-", "")] == []


def test_namesakes_go_to_people_and_the_one_without_account_is_named() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", **ADA),
        worker("W2", "Ada", "Lorenz", employee_number="2002", email="ada.lorenz2@firm.example"),
    ]
    rows = match_world(workers, [account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz", **PLACE)])
    assert _said(rows["1"]) == ("link", "key", "W1")
    assert _said(rows["2"]) == ("review", "score", "W2")
    assert rows["2"]["runner_up_worker_id_hris"] == "W1"
    assert "namesake" in _causes(rows["2"])


def test_an_account_that_waits_for_people_is_not_passed_over_by_a_namesakes() -> None:
    """Ada the contractor has an account; the other Ada's says no more than her name. Nobody was converted."""
    workers = [
        worker("W1", "Ada", "Lorenz", worker_type="Contingent Worker", **ADA),
        worker("W2", "Ada", "Lorenz", hire_date=LAST_YEAR, employee_number="2002"),
    ]
    rows = match_world(workers, [account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz", **PLACE)])
    assert _said(rows["1"]) == ("link", "key", "W1")
    assert _said(rows["2"]) == ("review", "score", "W2")


def test_a_place_tells_no_namesakes_apart() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", **ADA),
        worker("W2", "Ada", "Lorenz", job_profile_id="JP-9", department="D2"),
    ]
    assert match_world(workers, [account("1", "Ada", "Lorenz", **PLACE)])["1"]["decision"] == "review"


# --- second accounts -------------------------------------------------------------------------------------------------


def test_a_second_account_is_a_duplicate_of_the_one_that_agrees_best() -> None:
    second = account("1", "Ada", "Lorenz", hire_date="2020-01-01", email="al77@mail.example", **PLACE)
    rows = match_world([worker("W1", "Ada", "Lorenz", **ADA)], [second, account("2", "Ada", "Lorenz", **ADA)])
    assert _said(rows["2"]) == ("link", "key", "W1")
    assert _said(rows["1"]) == ("duplicate", "score", "W1")
    assert rows["1"]["primary_learner_id_lms"] == "2"


def test_of_two_equal_accounts_the_one_that_can_log_in_is_first_then_the_older() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA)]
    old, new = ({**ADA, "created_at": datetime(year, 1, 1)} for year in (2021, 2024))  # noqa: DTZ001
    first = match_world(workers, [account("2", "Ada", "Lorenz", **old), account("1", "Ada", "Lorenz", **new)])
    assert {name: row["decision"] for name, row in first.items()} == {"2": "link", "1": "duplicate"}
    retired = account("2", "Ada", "Lorenz", is_active=False, **old)
    second = match_world(workers, [retired, account("1", "Ada", "Lorenz", **new)])
    assert {name: row["decision"] for name, row in second.items()} == {"1": "link", "2": "duplicate"}


def test_a_second_account_of_a_recorded_person_is_a_duplicate() -> None:
    accounts = [account("1", "Ada", "Lorenz"), account("2", "Ada", "Lorenz", **ADA)]
    rows = match_world([worker("W1", "Ada", "Lorenz", **ADA)], accounts, [recorded("1", "W1")])
    assert _said(rows["1"]) == ("link", "recorded", "W1")
    assert (_said(rows["2"]), rows["2"]["primary_learner_id_lms"]) == (("duplicate", "key", "W1"), "1")


def test_a_number_on_two_accounts_is_no_key() -> None:
    twins = [account(name, "Ada", "Lorenz", employee_number="1001", **PLACE) for name in ("1", "2")]
    rows = match_world([worker("W1", "Ada", "Lorenz", **ADA)], twins)
    assert [(row["decision"], row["method"]) for row in rows.values()] == [("link", "score"), ("duplicate", "score")]


def test_a_second_account_waits_while_the_first_is_in_doubt() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Bo", "Kaya", employee_number="2002")]
    doubtful = account("1", "Ada", "Lorenz", **{**ADA, "employee_number": "2002"}, hire_date="2020-01-01", **PLACE)
    rows = match_world(workers, [doubtful, account("2", "Ada", "Lorenz", hire_date="2020-01-01", **PLACE)])
    assert {name: row["decision"] for name, row in rows.items()} == {"1": "review", "2": "review"}
    assert "another account, itself in doubt, fits this worker better" in rows["2"]["reason"]
    alone = match_world(workers, [account("2", "Ada", "Lorenz", hire_date="2020-01-01", **PLACE)])
    assert alone["2"]["decision"] == "link"


def test_a_namesake_without_further_evidence_is_no_duplicate() -> None:
    accounts = [account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz", email="ada@mail.example")]
    assert match_world([worker("W1", "Ada", "Lorenz", **ADA)], accounts)["2"]["decision"] == "review"


@pytest.mark.parametrize("kind", ["external", "service", "privileged"])
def test_accounts_of_other_kinds_are_left_out(kind: str) -> None:
    assert match_world([worker("W1", "Ada", "Lorenz", **ADA)], [account("1", "Ada", "Lorenz", kind=kind, **ADA)]) == {}


# --- what is known -----------------------------------------------------------------------------------------------------


def test_a_recorded_link_stays_and_contradictions_are_told() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Bo", "Kaya", employee_number="2002")]
    accounts = [account("1", "Bo", "Kaya", employee_number="2002")]
    row = match_world(workers, accounts, [recorded("1", "W1", origin="crosswalk")])["1"]
    assert _said(row) == ("link", "recorded", "W1")
    assert row["runner_up_worker_id_hris"] == "W2"
    assert set(_causes(row)) == {"recorded", "number_of_other", "names_differ", "better_elsewhere"}
    assert "its origin is crosswalk" in row["reason"]
    assert "It stands although its employee number is another worker's" in row["reason"]


def test_a_recorded_link_names_the_record_that_was_recorded() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", universal_id="U1", termination_date=LAST_YEAR, worker_type="Contingent Worker"),
        worker("W2", "Ada", "Lorenz", universal_id="U1", hire_date=LAST_YEAR, **ADA),
    ]
    rows = match_world(workers, [account("1", "Ada", "Lorenz", **ADA)], [recorded("1", "W1")])
    assert _said(rows["1"]) == ("link", "recorded", "W1")


def test_of_two_accounts_recorded_for_one_person_the_current_records_is_first() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", universal_id="U1", termination_date=LAST_YEAR),
        worker("W2", "Ada", "Lorenz", universal_id="U1", hire_date=LAST_YEAR),
    ]
    accounts = [account("1", "Ada", "Lorenz"), account("2", "Ada", "Lorenz")]
    rows = match_world(workers, accounts, [recorded("1", "W1"), recorded("2", "W2")])
    assert (_said(rows["2"]), _said(rows["1"])) == (("link", "recorded", "W2"), ("duplicate", "recorded", "W1"))
    assert rows["1"]["primary_learner_id_lms"] == "2"


def test_a_recorded_second_account_stays_one() -> None:
    accounts = [account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz")]
    links = [recorded("1", "W1", "duplicate"), recorded("2", "W1")]
    rows = match_world([worker("W1", "Ada", "Lorenz", **ADA)], accounts, links)
    assert {name: row["decision"] for name, row in rows.items()} == {"1": "duplicate", "2": "link"}


def test_a_link_to_a_record_that_is_gone_stays_unless_the_person_seems_to_be_back() -> None:
    accounts, links = [account("1", "Ada", "Lorenz", **ADA)], [recorded("1", "W9")]
    alone = match_world([worker("W2", "Bo", "Kaya")], accounts, links)["1"]
    assert _said(alone) == ("link", "recorded", "W9")
    assert "HR no longer sends the worker record" in alone["reason"]
    back = match_world([worker("W2", "Ada", "Lorenz")], accounts, links)["1"]
    assert _said(back) == ("review", "recorded", "W2")
    settled = match_world(
        [worker("W2", "Ada", "Lorenz")], [*accounts, account("2", "Ada", "Lorenz")], [*links, recorded("2", "W2")]
    )["1"]
    assert _said(settled) == ("link", "recorded", "W9"), "somebody else of that name, with an account of their own"


def test_people_decide_same() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Bo", "Kaya")]
    row = match_world(workers, [account("1", "Ada", "Lorenz", **ADA)], (), [decided("1", "W2", "same")])["1"]
    assert _said(row) == ("link", "decision", "W2")
    assert "better_elsewhere" in _causes(row)


def test_people_decide_different() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA)]
    accounts = [account("1", "Ada", "Lorenz", **ADA)]
    assert _said(match_world(workers, accounts, (), [decided("1", "W1", "different")])["1"])[0] == "no_match"
    both = match_world(workers, accounts, [recorded("1", "W1")], [decided("1", "W1", "different")])["1"]
    assert both["decision"] == "no_match", "a person's word outranks a record"


def test_different_holds_for_all_records_of_a_person_and_the_later_word_counts() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", universal_id="U1", termination_date=LAST_YEAR),
        worker("W2", "Ada", "Lorenz", universal_id="U1", hire_date=LAST_YEAR, **ADA),
    ]
    accounts = [account("1", "Ada", "Lorenz", **ADA)]
    no = decided("1", "W1", "different")
    assert match_world(workers, accounts, (), [no])["1"]["decision"] == "no_match"
    later = decided("1", "W2", "same", decided_at=DECIDED + timedelta(days=1))
    assert _said(match_world(workers, accounts, (), [no, later])["1"]) == ("link", "decision", "W2")


def test_two_words_on_one_person_at_one_time_are_taken_with_caution() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", universal_id="U1", termination_date=LAST_YEAR),
        worker("W2", "Ada", "Lorenz", universal_id="U1", hire_date=LAST_YEAR, **ADA),
    ]
    words = [decided("1", "W1", "different"), decided("1", "W2", "same")]
    assert match_world(workers, [account("1", "Ada", "Lorenz", **ADA)], (), words)["1"]["decision"] == "no_match"


def test_of_two_people_named_the_later_word_counts() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Bo", "Kaya")]
    words = [decided("1", "W1", "same", decided_at=DECIDED + timedelta(days=1)), decided("1", "W2", "same")]
    assert _said(match_world(workers, [account("1", "Bo", "Kaya")], (), words)["1"]) == ("link", "decision", "W1")


def test_a_second_account_that_people_joined_is_a_duplicate() -> None:
    accounts = [account("1", "Ada", "Lorenz", **ADA), account("2", "Lora", "A.")]
    rows = match_world(
        [worker("W1", "Ada", "Lorenz", **ADA)], accounts, [recorded("1", "W1")], [decided("2", "W1", "same")]
    )
    assert (_said(rows["2"]), rows["2"]["primary_learner_id_lms"]) == (("duplicate", "decision", "W1"), "1")


# --- scenarios -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("links", [(), [recorded("1", "W1")]])
def test_scenario_2_a_rehire_under_a_new_id_goes_to_a_case(links: list[Record]) -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", termination_date=LAST_YEAR, **ADA),
        worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, employee_number="9009", email="ada.lorenz2@firm.example"),
    ]
    row = match_world(workers, [account("1", "Ada", "Lorenz", is_active=False, **ADA)], links)["1"]
    assert _said(row) == ("review", "recorded" if links else "score", "W2"), "the new record gets no second account"
    assert row["runner_up_worker_id_hris"] == "W1"
    assert "rehired or converted" in row["reason"]
    settled = match_world(workers, [account("1", "Ada", "Lorenz", **ADA)], links, [decided("1", "W2", "different")])[
        "1"
    ]
    assert settled["decision"] == "link", "once people say that it is somebody else, the account is the leaver's again"
    assert settled["worker_id_hris"] == "W1"


@pytest.mark.parametrize("links", [(), [recorded("1", "W1")]], ids=["new", "recorded"])
@pytest.mark.parametrize(
    ("said_at", "what_follows"),
    [(LAST_WEEK - timedelta(days=1), ("review", "W2")), (LAST_WEEK, ("link", "W1")), (TODAY, ("link", "W1"))],
    ids=["before the new record began", "on its first day", "after"],
)
def test_scenario_2_same_answers_for_records_that_had_begun_when_it_was_said(
    links: list[Record], said_at: date, what_follows: tuple[str, str]
) -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", termination_date=LAST_YEAR, **ADA),
        worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, employee_number="9009", email="ada.lorenz2@firm.example"),
    ]
    word = decided("1", "W1", "same", decided_at=datetime.combine(said_at, time(18)))
    row = match_world(workers, [account("1", "Ada", "Lorenz", is_active=False, **ADA)], links, [word])["1"]
    assert _said(row)[::2] == what_follows
    if what_follows[0] == "review":
        joined = "the ledger links the account to" if links else "a person joined the account with"
        assert f"worker record W1, but {joined} that record and HR has a later record" in row["reason"]


def test_scenario_2_no_case_where_the_namesake_has_an_account_or_was_there_before() -> None:
    left = worker("W1", "Ada", "Lorenz", termination_date=LAST_YEAR, **ADA)
    other = worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, employee_number="9009")
    accounts = [account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz", employee_number="9009")]
    rows = match_world([left, other], accounts)
    assert {name: _said(row) for name, row in rows.items()} == {"1": ("link", "key", "W1"), "2": ("link", "key", "W2")}
    employee = worker("W1", "Ada", "Lorenz", **ADA)
    contractor = worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, worker_type="Contingent Worker")
    assert _said(match_world([employee, contractor], accounts[:1])["1"]) == ("link", "key", "W1"), "employees stay"
    earlier = worker("W2", "Ada", "Lorenz", hire_date=date(2015, 1, 1), employee_number="9009")
    assert _said(match_world([left, earlier], accounts[:1])["1"]) == ("link", "key", "W1")


TWIN = {"hire_date": LAST_WEEK, "employee_number": "9009"}
ELSEWHERE = {"department": "D9", "location_id": "LOC-OSL", "cost_center_id": "CC-9", "job_profile_id": "JP-9"}


@pytest.mark.parametrize(
    ("case", "later", "said"),
    [
        ("in the same department", {}, ("review", "score", "W2")),
        ("of the same address", {**ELSEWHERE, "email": ADA["email"]}, ("review", "score", "W2")),
        ("of the same manager", {**ELSEWHERE, "manager_worker_id_hris": "W9"}, ("review", "score", "W2")),
        ("an address of another domain", {"email": "ada.lorenz@vendor.example"}, ("review", "score", "W2")),
        ("with nothing in common", ELSEWHERE, ("link", "key", "W1")),
        ("two mailboxes of one domain", {"email": "ada.lorenz2@firm.example"}, ("link", "key", "W1")),
        ("of another last name", {"legal_last_name": "Kaya", "last_name": "Kaya"}, ("link", "key", "W1")),
        ("there before", {"hire_date": date(2015, 1, 1)}, ("link", "key", "W1")),
        ("not in scope", {"termination_date": LAST_WEEK}, ("link", "key", "W1")),
        ("a contractor", {"worker_type": "Contingent Worker"}, ("link", "key", "W1")),
    ],
)
def test_a_later_record_like_the_accounts_own_is_for_people(
    case: str, later: dict[str, Any], said: tuple[Any, ...]
) -> None:
    manager, old = (
        worker("W9", "Cy", "Okafor", employee_number="9000"),
        worker("W1", "Ada", "Lorenz", manager_worker_id_hris="W9", **ADA),
    )
    row = match_world([manager, old, worker("W2", "Ada", "Lorenz", **{**TWIN, **later})], [account("1", "Ada", "Lorenz", **ADA)])["1"]  # fmt: skip
    assert _said(row) == said, case
    if said[0] == "review":
        assert (_causes(row), row["runner_up_worker_id_hris"]) == (["two_records"], "W1")
        assert row["score"] >= row["runner_up_score"], "it is one person's account whichever record it is"
        assert row["reason"].startswith("The account fits worker record W1, but HR has a later record of this name")


def test_a_later_record_is_asked_about_until_somebody_says() -> None:
    """What the ledger or a person settled, HR joined, or another account answers, is asked about on no night."""
    old, later = worker("W1", "Ada", "Lorenz", **ADA), worker("W2", "Ada", "Lorenz", **TWIN)
    mine, theirs = account("1", "Ada", "Lorenz", **ADA), account("2", "Ada", "Lorenz", employee_number="9009")
    settled = [
        match_world([old, later], [mine], [recorded("1", "W1")]),
        match_world([old, later], [mine], (), [decided("1", "W1", "same")]),
        match_world([old, later], [mine], (), [decided("1", "W2", "different")]),
        match_world([old, later], [mine, theirs]),
    ]
    assert [_said(rows["1"])[::2] for rows in settled] == [("link", "W1")] * 4
    assert _said(match_world([old, later], [mine], (), [decided("1", "W2", "same")])["1"])[::2] == ("link", "W2")
    joined = [worker("W1", "Ada", "Lorenz", universal_id="U1", **ADA), worker("W2", "Ada", "Lorenz", universal_id="U1", **TWIN)]  # fmt: skip
    assert match_world(joined, [mine])["1"]["decision"] == "link"


@pytest.mark.parametrize(
    ("histories", "mine"),
    [
        ({"former_last_names": ["Lorenz"], "former_emails": [ADA["email"]]}, ADA),
        ({"former_last_names": ["Lorenz"]}, {"employee_number": "1001"}),
        ({"former_emails": [ADA["email"]]}, {"employee_number": "1001", "email": ADA["email"]}),
        ({}, ADA),
    ],
)
def test_scenario_3_marriage_changes_name_and_email(histories: dict[str, Any], mine: dict[str, str]) -> None:
    married = worker("W1", "Ada", "Kaya", employee_number="1001", email="ada.kaya@firm.example", **histories)
    assert _said(match_world([married], [account("1", "Ada", "Lorenz", hire_date="2020-01-01", **mine)])["1"]) == (
        "link",
        "key",
        "W1",
    )


def test_scenario_4_the_email_of_a_leaver_given_to_a_new_hire_hijacks_nothing() -> None:
    leaver = worker("W1", "Ada", "Lorenz", termination_date=LAST_YEAR, **ADA)
    heir = worker("W2", "Adam", "Lorenzen", hire_date=LAST_WEEK, employee_number="9009", email=ADA["email"])
    accounts = [account("1", "Ada", "Lorenz", **ADA)]
    for workers in ([leaver, heir], [heir]):
        row = match_world(workers, accounts)["1"]
        assert row["decision"] == "review"
    kept = match_world([leaver, heir], accounts, [recorded("1", "W1")])["1"]
    assert _said(kept) == ("link", "recorded", "W1")
    assert "its e-mail is another current worker's" in kept["reason"]


def test_scenario_4_the_namesake_who_inherits_an_email_is_named() -> None:
    leaver = worker("W1", "Ada", "Lorenz", termination_date=LAST_YEAR, **ADA)
    heir = worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, employee_number="9009", email=ADA["email"])
    row = match_world([leaver, heir], [account("1", "Ada", "Lorenz", **ADA)])["1"]
    assert (_said(row), row["runner_up_worker_id_hris"]) == (("review", "score", "W2"), "W1")


def test_scenario_5_a_conversion_joined_by_the_universal_id_is_linked_to_the_current_record() -> None:
    workers = [
        worker(
            "W1", "Ada", "Lorenz", universal_id="U1", worker_type="Contingent Worker", termination_date=LAST_WEEK, **ADA
        ),
        worker("W2", "Ada", "Lorenz", universal_id="U1", hire_date=LAST_WEEK, employee_number="2002"),
    ]
    assert _said(match_world(workers, [account("1", "Ada", "Lorenz", **ADA)])["1"]) == ("link", "key", "W2")


def test_scenario_30_a_target_without_accounts_is_matched_too() -> None:
    assert match_world([worker("W1", "Ada", "Lorenz", **ADA)], []) == {}
    assert match_world([], [account("1", "Ada", "Lorenz", **ADA)])["1"]["decision"] == "no_match"


def test_scenario_31_hostile_names_are_names() -> None:
    name = "'; drop table match.people; --"
    row = match_world(
        [worker("W1", "=cmd|' /C calc'!A0", name, **ADA)], [account("1", "=cmd|' /C calc'!A0", name, **ADA)]
    )["1"]
    assert _said(row) == ("link", "key", "W1")


@pytest.mark.parametrize("ended", [LAST_WEEK, TODAY + timedelta(days=90)], ids=["ended", "overlaps"])
@pytest.mark.parametrize("links", [(), [recorded("1", "W1")]], ids=["new", "recorded"])
def test_scenario_41_a_conversion_that_nothing_joins_goes_to_people(ended: date, links: list[Record]) -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", worker_type="Contingent Worker", termination_date=ended, **ADA),
        worker("W2", "Ada", "Lorenz", hire_date=LAST_WEEK, employee_number="9009", email=ADA["email"]),
    ]
    row = match_world(workers, [account("1", "Ada", "Lorenz", **ADA)], links)["1"]
    assert (row["decision"], row["worker_id_hris"], row["runner_up_worker_id_hris"]) == ("review", "W2", "W1")


def test_scenario_44_swapped_employee_numbers_exchange_no_accounts() -> None:
    def people(ada: str, bo: str) -> list[Record]:
        return [
            worker("W1", "Ada", "Lorenz", employee_number=ada, email="ada.lorenz@firm.example"),
            worker("W2", "Bo", "Kaya", employee_number=bo, email="bo.kaya@firm.example"),
        ]

    accounts = [
        account("1", "Ada", "Lorenz", employee_number="1001", email="ada.lorenz@firm.example"),
        account("2", "Bo", "Kaya", employee_number="2002", email="bo.kaya@firm.example"),
    ]
    right = match_world(people("1001", "2002"), accounts)
    assert [_said(right[name]) for name in "12"] == [("link", "key", "W1"), ("link", "key", "W2")]
    swapped = match_world(people("2002", "1001"), accounts)
    assert [_said(swapped[name]) for name in "12"] == [("review", "score", "W1"), ("review", "score", "W2")]
    kept = match_world(people("2002", "1001"), accounts, [recorded("1", "W1"), recorded("2", "W2")])
    assert [_said(kept[name]) for name in "12"] == [("link", "recorded", "W1"), ("link", "recorded", "W2")]
    assert "number_of_other" in _causes(kept["1"])


def test_thresholds_are_settings() -> None:
    workers = [worker("W1", "Ada", "Lorenz", **ADA)]
    accounts = [account("1", "Ada", "Lorenz", **PLACE)]
    assert match_world(workers, accounts)["1"]["decision"] == "link"
    strict = MatchSettings(link_at=1.0)
    assert match_world(workers, accounts, settings=strict)["1"]["decision"] == "review"
