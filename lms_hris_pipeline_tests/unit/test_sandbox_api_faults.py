"""The sandbox's faults, quota and journal as pure functions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lms_hris_pipeline.sandbox.api.faults import Fault, FaultPlan, cut, page_number, shift_page, spoil
from lms_hris_pipeline.sandbox.api.journal import redact
from lms_hris_pipeline.sandbox.api.quota import HourlyQuota
from lms_hris_pipeline.sandbox.api.wire import Call, Reply, answer

START = datetime(2026, 11, 2, 21, tzinfo=UTC)


def call(path: str = "/manage/v1/user", method: str = "GET", **query: str) -> Call:
    return Call("docebo", method, path, {name: [value] for name, value in query.items()}, b"", {})


def changed(reply: Reply, fault: Fault) -> object:
    return json.loads(spoil(reply, [fault], None).body)


@pytest.mark.parametrize(
    ("case", "nth", "times", "hit"),
    [
        ("the first call", 1, 1, [True, False, False, False]),
        ("from the second on, twice", 2, 2, [False, True, True, False]),
        ("always", 1, None, [True, True, True, True]),
    ],
)
def test_a_fault_hits_the_calls_it_names(case: str, nth: int, times: int | None, hit: list[bool]) -> None:
    plan = FaultPlan()
    plan.add(Fault("503", path="/manage/v1/user", nth=nth, times=times))
    assert not plan.strike(call("/learn/v1/enrollments"))
    assert [bool(plan.strike(call())) for _ in hit] == hit, case


def test_a_fault_may_be_narrowed_by_method_and_query() -> None:
    plan = FaultPlan()
    plan.add(Fault("slow", path="/manage", method="put", query="page=3", times=None))
    assert not plan.strike(call(page="3"))
    assert not plan.strike(call(method="PUT", page="2"))
    assert plan.strike(call(method="PUT", page="3"))


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({"fault": "earthquake"}, "no fault"),
        ({"path": "/"}, "missing"),
        ({"fault": "429", "size": 3}, "'size'"),
        ({"fault": "renamed_field"}, "needs 'field'"),
        ({"fault": "429", "nth": 0}, "count from 1"),
    ],
)
def test_an_unclear_fault_is_refused(wanted: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault.from_wire(wanted)


def test_a_field_is_renamed_or_dropped_at_any_depth() -> None:
    reply = answer({"Report_Entry": [{"A": 1, "Jobs_group": [{"Cost_Center_ID": "x", "B": 2}]}]})
    renamed = changed(reply, Fault("renamed_field", field_name="Cost_Center_ID", new_name="Cost_Centre"))
    assert renamed == {"Report_Entry": [{"A": 1, "Jobs_group": [{"Cost_Centre": "x", "B": 2}]}]}
    dropped = changed(reply, Fault("dropped_field", field_name="Cost_Center_ID"))
    assert dropped == {"Report_Entry": [{"A": 1, "Jobs_group": [{"B": 2}]}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Report_Entry": [1]}, {"Report_Entry": []}),
        ({"data": [1], "total": 1}, {"data": [], "total": 0}),
        (
            {"data": {"items": [1], "count": 1, "has_more_data": True, "total_count": 9}, "version": "1"},
            {"data": {"items": [], "count": 0, "has_more_data": False, "total_count": 0}, "version": "1"},
        ),
    ],
)
def test_an_empty_200_keeps_the_envelope(value: object, expected: object) -> None:
    assert changed(answer(value), Fault("empty_200")) == expected


def test_a_cut_body_ends_in_the_middle_of_the_array() -> None:
    body = json.dumps({"data": {"items": [{"id": number} for number in range(50)]}}).encode()
    short = cut(body)
    assert body.startswith(short)
    assert short.endswith(b"}")
    assert b"[" in short
    assert b"]" not in short


def test_refusals_are_not_spoilt() -> None:
    refusal = answer({"error": "invalid_token"}, 401)
    assert spoil(refusal, [Fault("empty_200")], None) == refusal


def test_pages_are_told_by_number_or_by_offset() -> None:
    assert page_number(call()) == 1
    assert page_number(call(page="7")) == 7
    assert page_number(call(offset="200", limit="100")) == 3
    assert shift_page(call(page="7"), -1).first("page") == "6"
    assert shift_page(call(offset="200", limit="100"), 1).first("offset") == "300"


def test_a_lost_page_shifts_the_rest_of_its_loop_and_no_more() -> None:
    plan = FaultPlan()
    plan.add(Fault("missing_page", path="/manage/v1/user", nth=2))
    shifts = []
    for page in ("1", "2", "3", "4", "1", "2", "3"):
        asked = call(page=page)
        shifts.append(plan.page_shift(asked, plan.strike(asked)))
    assert shifts == [0, 0, 1, 1, 0, 0, 0]


def test_the_quota_counts_an_hour_of_the_virtual_clock() -> None:
    quota = HourlyQuota(2)
    assert [quota.take(START), quota.take(START + timedelta(minutes=10))] == [None, None]
    assert quota.take(START + timedelta(minutes=20)) == 40 * 60
    assert quota.take(START + timedelta(minutes=59, seconds=59.5)) == 1
    assert quota.take(START + timedelta(minutes=60)) is None
    assert quota.state() == {"per_hour": 2, "used": 1, "refused": 2}


def test_no_quota_refuses_nothing() -> None:
    quota = HourlyQuota(None)
    assert all(quota.take(START) is None for _ in range(5000))


def test_the_journal_masks_what_names_a_person() -> None:
    body = {"items": [{"username": "a@lumen.example", "firstname": "Ada", "branch_code": "SUP-1"}], "user_ids": [1]}
    text = redact(json.dumps(body).encode(), "application/json")
    assert "Ada" not in text
    assert "a@lumen" not in text
    assert json.loads(text)["items"][0]["branch_code"] == "SUP-1"
    form = redact(b"grant_type=client_credentials&client_secret=abc", "application/x-www-form-urlencoded")
    assert form == "grant_type=client_credentials&client_secret=***"
    assert redact(b"{", "application/json") == "(no JSON)"
