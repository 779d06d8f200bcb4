"""How a delta stands against what its target shows."""

from __future__ import annotations

from typing import Any

import pytest

from lms_hris_pipeline.publish.accounts import is_wanted
from lms_hris_pipeline.publish.sight import Stand, compare, is_same, names
from lms_hris_pipeline.publish.steps import STEPS, latest_of_each
from lms_hris_pipeline.publish.summary import Stands
from lms_hris_pipeline.publish.targets import Enrolment
from lms_hris_pipeline.publish.training import stand_of
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.publishing import completion, record, update


@pytest.mark.parametrize(
    ("case", "name", "wanted", "found", "same"),
    [
        ("equal",                        "last_name", "Petit",   "Petit",   True),
        ("another",                      "last_name", "Petit",   "Moreau",  False),
        ("case counts in names",         "last_name", "Petit",   "PETIT",   False),
        ("not in addresses",             "email",     "A@x.example", "a@X.example", True),
        ("nor in user names",            "username",  "A@x.example", "a@X.example", True),
        ("blanks around do not count",   "last_name", "Petit ",  "Petit",   True),
        ("null and empty are one",       "department", None,     "",        True),
        ("null is not a value",          "department", None,     "SUP-1",   False),
        ("a number is its text",         "hire_date", 7,         "7",       True),
        ("leading zeros count",          "employee_number", "007", "7",     False),
        ("yes",                          "active",    True,      True,      True),
        ("no",                           "active",    False,     True,      False),
        ("a truth is not its text",      "active",    True,      "True",    False),
        ("nothing is not no",            "active",    False,     None,      False),
    ],
)  # fmt: skip
def test_values_are_the_same(case: str, name: str, wanted: object, found: object, same: bool) -> None:
    assert is_same(name, wanted, found) is same, case


PRESENT = {"first_name": "Anna", "last_name": "Petit", "department": "SUP-1", "active": True}


@pytest.mark.parametrize(
    ("case", "desired", "base", "present", "stand"),
    [
        ("base holds",                     {"last_name": "B"}, {"last_name": "A"}, {"last_name": "A"}, Stand.READY),
        ("wish holds",                     {"last_name": "B"}, {"last_name": "A"}, {"last_name": "B"}, Stand.DONE),
        ("neither holds",                  {"last_name": "B"}, {"last_name": "A"}, {"last_name": "C"}, Stand.STALE),
        ("one field done, one as before",  {"a": "2", "b": "2"}, {"a": "1", "b": "1"}, {"a": "2", "b": "1"}, Stand.READY),
        ("one field done, one elsewhere",  {"a": "2", "b": "2"}, {"a": "1", "b": "1"}, {"a": "2", "b": "9"}, Stand.STALE),
        ("both done",                      {"a": "2", "b": "2"}, {"a": "1", "b": "1"}, {"a": "2", "b": "2"}, Stand.DONE),
        ("38: other fields do not matter", {"a": "2"}, {"a": "1"}, {"a": "1", "last_login": "now"}, Stand.READY),
        ("facts of HR are not looked for", {"a": "2"}, {"a": "1", "hris_status": "active"}, {"a": "1"}, Stand.READY),
        ("a relied-on field changed",      {"a": "2"}, {"a": "1", "b": "1"}, {"a": "1", "b": "9"}, Stand.STALE),
        ("done whatever else changed",     {"a": "2"}, {"a": "1", "b": "1"}, {"a": "2", "b": "9"}, Stand.DONE),
        ("null base, empty at the target", {"a": "2"}, {"a": None}, {"a": ""}, Stand.READY),
        ("erased already",                 {"a": None}, {"a": "1"}, {"a": ""}, Stand.DONE),
        ("no base at all",                 {"a": "2"}, {}, {"a": "1"}, Stand.READY),
    ],
)  # fmt: skip
def test_a_delta_stands(
    case: str, desired: dict[str, Any], base: dict[str, Any], present: dict[str, Any], stand: Stand
) -> None:
    delta = delta_of(update(1, desired, {}), base=base)
    sight = compare(delta, delta.desired, present)
    assert sight.stand is stand, case
    assert bool(sight.reason) is (stand is Stand.STALE)


@pytest.mark.parametrize(
    ("case", "number", "found", "wanted"),
    [
        ("the same number",                     "000007", {"employee_number": "000007", "last_name": "Other"}, True),
        ("another number",                      "000007", {"employee_number": "000008", "last_name": "Hire"}, False),
        ("an account without a number",         "000007", {"employee_number": None, "last_name": "Hire"}, False),
        ("no number wanted, the same names",    None, {"employee_number": None, "last_name": "Hire"}, True),
        ("no number wanted, another name",      None, {"employee_number": None, "last_name": "Other"}, False),
        ("no number wanted, neither has names", None, {"employee_number": None, "last_name": ""}, False),
    ],
)  # fmt: skip
def test_an_account_of_the_wanted_user_name_is_the_wanted_one(
    case: str, number: str | None, found: dict[str, Any], wanted: bool
) -> None:
    desired = {"employee_number": number, "first_name": "New", "last_name": "Hire", "email": "n@x.example"}
    values = {"first_name": "New", "email": "n@x.example", **found}
    assert is_wanted(desired, values) is wanted, case


def enrolled(status: str, day: str | None = None, *, archived: bool = False) -> Enrolment:
    return Enrolment("1", "C-1", "1", status, day, None, archived)


@pytest.mark.parametrize(
    ("case", "relied_on", "rows", "stand"),
    [
        ("not enrolled",                         None,          [],                                       Stand.READY),
        ("enrolled as before",                   "subscribed",  [enrolled("subscribed")],                 Stand.READY),
        ("39: a rule enrolled meanwhile",        None,          [enrolled("subscribed")],                 Stand.READY),
        ("learning went on",                     "subscribed",  [enrolled("in_progress")],                Stand.READY),
        ("suspended meanwhile",                  "subscribed",  [enrolled("suspended")],                  Stand.STALE),
        ("suspended before and now",             "suspended",   [enrolled("suspended")],                  Stand.READY),
        ("completed on the day",                 "subscribed",  [enrolled("completed", "2026-05-05")],    Stand.DONE),
        ("completed on another day: never overwritten", "subscribed", [enrolled("completed", "2026-01-01")], Stand.STALE),
        ("nor where the base says completed",    "completed",   [enrolled("completed", "2026-01-01")],    Stand.STALE),
        ("completed on a day nobody knows",      "completed",   [enrolled("completed", "")],              Stand.READY),
        ("an archived attempt of the day",       None,          [enrolled("completed", "2026-05-05", archived=True)], Stand.DONE),
        ("an archived attempt of another day",   None,          [enrolled("completed", "2025-05-05", archived=True)], Stand.READY),
    ],
)  # fmt: skip
def test_a_completion_stands(case: str, relied_on: str | None, rows: list[Enrolment], stand: Stand) -> None:
    delta = delta_of(completion(1, "C-1", "2026-05-05", status=relied_on))
    assert stand_of(delta, rows).stand is stand, case


def test_of_two_approvals_for_the_same_the_later_one_goes() -> None:
    first = delta_of(update(1, {"last_name": "B"}, {"last_name": "A"}), minutes=0)
    second = delta_of(update(1, {"last_name": "C"}, {"last_name": "A"}), minutes=5)
    other = delta_of(update(2, {"last_name": "B"}, {"last_name": "A"}), minutes=0)
    step = STEPS["account", "update"]
    assert latest_of_each(step, [second, first, other]) == {second.delta_id, other.delta_id}


def test_completions_of_one_person_go_together_unless_they_are_of_one_course_and_day() -> None:
    step = STEPS["training_record", "add_training_record"]
    rows = [record(1, "C-1", "2026-01-01"), record(1, "C-1", "2026-01-02"), record(1, "C-2", "2026-01-01")]
    again = delta_of(record(1, "C-1", "2026-01-01", score="80"), minutes=5)
    deltas = [delta_of(row) for row in rows]
    assert latest_of_each(step, [*deltas, again]) == {again.delta_id, deltas[1].delta_id, deltas[2].delta_id}


def test_a_delta_is_counted_once_in_the_state_in_which_it_was_left() -> None:
    stands, one, two = Stands(), delta_of(record(1, "C-1", "2026-01-01")), delta_of(record(2, "C-1", "2026-01-01"))
    for delta, state in ((one, "in doubt"), (two, "verified"), (one, "approved"), (one, "verified")):
        stands.note(delta, state)
    assert stands.counts() == {"add_training_record training_record": {"verified": 2}}


@pytest.mark.parametrize(
    ("text", "expected"), [(None, []), ("", []), ("A", ["A"]), ("A|B", ["A", "B"]), ("|A||B|", ["A", "B"])]
)
def test_lists_are_joined_by_bars(text: str | None, expected: list[str]) -> None:
    assert names(text) == expected
