"""Truth tables of the comparison levels: one account beside one worker record, each field by itself."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from lms_hris_pipeline.match.people_weights import LEVELS, load_weights
from lms_hris_pipeline_tests.support.people import account, match_world, worker


def _level(field: str, theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    """The level at which `field` stands between a worker with `theirs` and an account with `mine`."""
    here = {"first_name": "Ada", "last_name": "Lorenz", **mine}
    there = {"first": "Ada", "last": "Lorenz", **theirs}
    rows = match_world(
        [worker("W1", there.pop("first"), there.pop("last"), **there)],
        [account("1", here.pop("first_name"), here.pop("last_name"), **here)],
    )
    level: str = json.loads(rows["1"]["evidence"])["fields"][field]["level"]
    return level


@pytest.mark.parametrize(
    ("worker_number", "former", "account_number", "username", "level"),
    [
        ("004711", [], "004711", None, "exact"),
        ("004711", [], "4711", None, "exact"),
        ("E-4711", [], "e4711", None, "exact"),
        ("E4711", [], "4711", None, "same_digits"),
        ("386741", [], "386741-1", None, "same_digits"),
        ("386741-2", [], "386741", None, "same_digits"),
        ("386741-2", [], "386741-1", None, "close"),
        ("2020", [], "202-0", None, "exact"),
        ("202", [], "202-1", None, "close"),
        ("4712", ["4711"], "4711", None, "former"),
        (None, ["4711"], "4711", None, "former"),
        ("123456", [], "123465", None, "close"),
        ("123456", [], "654321", None, "different"),
        ("123456", [], "A99", None, "other_scheme"),
        ("4711", [], None, None, "missing"),
        (None, [], "4711", None, "missing"),
        ("4711", [], "000", None, "missing"),
        ("E4711", [], None, "E4711", "exact"),
    ],
)
def test_employee_numbers_have_a_level(
    worker_number: str | None, former: list[str], account_number: str | None, username: str | None, level: str
) -> None:
    mine = {"employee_number": account_number} | ({"username": username} if username else {})
    theirs = {"employee_number": worker_number, "former_employee_numbers": former}
    assert _level("employee_number", theirs, mine) == level


@pytest.mark.parametrize(
    ("worker_email", "former", "account_email", "username", "level"),
    [
        ("ada.lorenz@firm.example", [], "ada.lorenz@firm.example", "u", "exact"),
        ("ada.lorenz@firm.example", [], None, "Ada.Lorenz@firm.example", "exact"),
        ("ada.kaya@firm.example", ["ada.lorenz@firm.example"], "ada.lorenz@firm.example", "u", "former"),
        (None, ["ada.lorenz@firm.example"], "ada.lorenz@firm.example", "u", "former"),
        ("ada.lorenz@firm.example", [], "ada.lorenz@old.example", "u", "local_part"),
        ("ada.lorenz@firm.example", [], "ada.lorentz@firm.example", "u", "close"),
        ("ada.lorenz@firm.example", [], "ada.lorenz2@firm.example", "u", "numbered"),
        ("ada.lorenz2@firm.example", [], "ada.lorenz.3@firm.example", "u", "numbered"),
        ("ada.lorenz@firm.example", [], "ada.lorenz2@old.example", "u", "other_domain"),
        ("ada.lorenz@firm.example", [], "al77@gmail.com", "u", "private"),
        ("ada.lorenz@firm.example", [], "al77@mail.example", "u", "other_domain"),
        ("ada.lorenz@firm.example", [], "al77@firm.example", "u", "different"),
        ("ada.lorenz@firm.example", [], None, "u", "missing"),
        (None, [], "ada.lorenz@firm.example", "u", "missing"),
    ],
)
def test_emails_have_a_level(
    worker_email: str | None, former: list[str], account_email: str | None, username: str, level: str
) -> None:
    theirs = {"email": worker_email, "former_emails": former}
    assert _level("email", theirs, {"email": account_email, "username": username}) == level


def test_an_email_of_three_accounts_is_nobodys_own() -> None:
    shared = "team@firm.example"
    rows = match_world(
        [worker("W1", "Ada", "Lorenz", email=shared)],
        [account(str(number), "Ada", "Lorenz", email=shared) for number in (1, 2, 3)],
    )
    assert {json.loads(row["evidence"])["fields"]["email"]["level"] for row in rows.values()} == {"shared"}
    assert {row["decision"] for row in rows.values()} == {"review"}


@pytest.mark.parametrize(
    ("hired", "first_hired", "stored", "level"),
    [
        (date(2024, 3, 1), None, "2024-03-01", "exact"),
        (date(2024, 3, 1), None, "01.03.2024", "exact"),
        (date(2024, 3, 1), None, "2024-03-01 00:00:00", "exact"),
        (date(2024, 3, 1), date(2011, 5, 9), "2011-05-09", "exact"),
        (date(2024, 3, 1), None, "2024-03-20", "near"),
        (date(2024, 3, 1), None, "2024-01-03", "near"),
        (date(2024, 3, 1), None, "2019-07-08", "different"),
        (date(2024, 3, 1), None, "spring", "missing"),
        (date(2024, 3, 1), None, None, "missing"),
    ],
)
def test_hire_dates_have_a_level(hired: date, first_hired: date | None, stored: str | None, level: str) -> None:
    assert _level("hire_date", {"hire_date": hired, "original_hire_date": first_hired}, {"hire_date": stored}) == level


@pytest.mark.parametrize(
    ("mine", "level"),
    [
        ({"department": "D1", "location_id": "LOC-BER", "cost_center_id": "CC-1", "job_profile_id": "JP-1"}, "all"),
        ({"department": "d1", "location_id": "LOC-BER", "cost_center_id": "CC-9"}, "most"),
        ({"department": "D1", "location_id": "LOC-MEL", "cost_center_id": "CC-9"}, "some"),
        ({"department": "D9", "location_id": "LOC-MEL"}, "none"),
        ({"department": "D1"}, "some"),
        ({"department": "D9"}, "none"),
        ({}, "missing"),
    ],
)
def test_places_have_a_level(mine: dict[str, str], level: str) -> None:
    assert _level("place", {}, mine) == level


def test_the_managers_account_speaks_for_the_place() -> None:
    workers = [
        worker("W1", "Ada", "Lorenz", manager_worker_id_hris="W2", employee_number="1001"),
        worker("W2", "Bo", "Kaya", employee_number="2002", department="D2"),
    ]
    accounts = [
        account("1", "Ada", "Lorenz", manager_learner_id_lms="2", department="D1", location_id="LOC-BER"),
        account("2", "Bo", "Kaya", employee_number="2002"),
    ]
    assert json.loads(match_world(workers, accounts)["1"]["evidence"])["fields"]["place"]["level"] == "all"


@pytest.mark.parametrize(
    ("created", "ended", "level"),
    [
        (datetime(2020, 2, 1), None, "plausible"),  # noqa: DTZ001
        (datetime(2019, 11, 1), None, "plausible"),  # noqa: DTZ001
        (datetime(2015, 1, 1), None, "before_hire"),  # noqa: DTZ001
        (datetime(2024, 1, 1), date(2021, 1, 1), "after_leaving"),  # noqa: DTZ001
        (None, None, "missing"),
    ],
)
def test_an_accounts_age_has_a_level(created: datetime | None, ended: date | None, level: str) -> None:
    theirs = {"hire_date": date(2020, 1, 1), "termination_date": ended}
    assert _level("account_age", theirs, {"created_at": created}) == level


@pytest.mark.parametrize(
    ("stored", "level"), [("employee", "exact"), ("Contingent Worker", "different"), (None, "missing")]
)
def test_worker_types_have_a_level(stored: str | None, level: str) -> None:
    assert _level("worker_type", {}, {"worker_type": stored}) == level


@pytest.mark.parametrize(
    ("theirs", "first", "last", "levels"),
    [
        ({}, "Ada", "Lorenz", ("exact", "exact")),
        ({}, "Lorenz", "Ada", ("swapped", "swapped")),
        ({"former_last_names": ["Kaya"]}, "Ada", "Kaya", ("exact", "former")),
        ({"first_name": "Ady", "legal_first_name": "Ada"}, "Ada", "Lorenz", ("exact", "exact")),
        ({"last_name": "Lorenz", "legal_last_name": "Lorenz-Kaya"}, "Ada", "Lorenz-Kaya", ("exact", "exact")),
    ],
)
def test_a_worker_goes_by_several_names(theirs: dict[str, Any], first: str, last: str, levels: tuple[str, str]) -> None:
    mine = {"first_name": first, "last_name": last}
    assert tuple(_level(field, dict(theirs), dict(mine)) for field in ("first_name", "last_name")) == levels


@pytest.mark.parametrize(
    ("first", "last", "mine", "levels"),
    [
        ("Ada", "Loernz", "ada.lorenz2@firm.example", ("exact", "variant")),
        ("Ada", "Loernz", "alorenz@firm.example", ("exact", "variant")),
        ("Ada", "Loernz", "lorenz_ada@mail.example", ("exact", "variant")),
        ("Ada", "Loernz", "ada.loernz@firm.example", ("exact", "close")),
        ("Ada", "Loernz", "lorenz@firm.example", ("exact", "close")),
        ("Ada", "Loernz", "ida.lorenz@firm.example", ("exact", "close")),
        ("Ada", "Loernz", None, ("exact", "close")),
        ("A.", "Lorenz", "ada.lorenz@old.example", ("variant", "exact")),
        ("A.", "Lorenz", "alorenz@old.example", ("initial", "exact")),
        ("Ida", "Lorenz", "ada.lorenz@old.example", ("different", "exact")),
        ("Ada", "Kaya", "ada.lorenz@old.example", ("exact", "different")),
    ],
)
def test_an_address_that_spells_the_workers_name_tells_a_slip(
    first: str, last: str, mine: str | None, levels: tuple[str, str]
) -> None:
    theirs = {"email": "al77@firm.example", "employee_number": "4711"}
    written = {"first_name": first, "last_name": last, "email": mine, "employee_number": "4711"}
    assert tuple(_level(field, dict(theirs), dict(written)) for field in ("first_name", "last_name")) == levels


def test_an_address_that_spells_an_umlaut_in_two_letters_is_read_like_one_in_one() -> None:
    for mine in ("bjoern.mueller@firm.example", "bjorn.muller@firm.example"):
        theirs = {"first": "Björn", "last": "Müller"}
        assert _level("last_name", theirs, {"first_name": "Björn", "last_name": "Mlüler", "email": mine}) == "variant"


def test_every_level_is_weighed_and_agreement_weighs_more_than_contradiction() -> None:
    weights = load_weights()
    for field, levels in LEVELS.items():
        assert set(weights.fields[field]) == set(levels)
        assert weights.fields[field]["missing"] == 0
    assert (
        weights.fields["email"]["exact"] > weights.fields["email"]["local_part"] > weights.fields["email"]["different"]
    )


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    workers = [worker(f"W{number}", f"First{number}", "Kaya") for number in range(60)] + [
        worker("W99", "Ada", "Lorenz")
    ]
    rows = match_world(workers, [account("1", "First7", "Kaya"), account("2", "Ada", "Lorenz")])
    common, rare = (json.loads(rows[name]["evidence"])["fields"]["last_name"] for name in ("1", "2"))
    assert common["level"] == rare["level"] == "exact"
    assert rare["weight"] > common["weight"] + 2
