"""What a worker record says on a day: status, scope, spell and place. Every case is one person of one company."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.stage import (
    EMPLOYMENT_TABLES,
    ORGANISATION,
    Record,
    build_all,
    job,
    load_raw,
    open_batch,
    rows_of,
    sandbox_settings,
    wid,
    worker,
)

# 21:00 UTC on 2 November: already the 3rd in Melbourne, still the 2nd in Berlin, 11:00 on the 2nd in Honolulu
AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)


def employments(
    workers: list[Record], as_of: datetime = AS_OF, **settings: dict[str, object]
) -> dict[str, dict[str, Any]]:
    """The employment of each worker record by worker id."""
    batch: Batch = open_batch(sandbox_settings(**settings), as_of)
    load_raw(batch, {**ORGANISATION, "workers": workers})
    build_all(batch, EMPLOYMENT_TABLES)
    found = {row["worker_id_hris"]: row for row in rows_of(batch, canonical.EMPLOYMENTS)}
    batch.close()
    return found


STATUSES: list[tuple[str, Record, str, bool, str]] = [
    ("plain", {}, "active", True, "active"),
    ("last day is today", {"Termination_Date": "2026-11-02"}, "active", True, "active"),
    ("last day was yesterday", {"Termination_Date": "2026-11-01"}, "terminated", False, "terminated"),
    ("first day is today", {"Hire_Date": "2026-11-02"}, "active", True, "active"),
    ("first day is tomorrow", {"Hire_Date": "2026-11-03"}, "pre_hire", True, "pre_hire"),
    ("first day in 14 days", {"Hire_Date": "2026-11-16"}, "pre_hire", True, "pre_hire"),
    ("first day in 15 days", {"Hire_Date": "2026-11-17"}, "pre_hire", False, "starts_later"),
    ("rescinded before the first day", {"Hire_Date": "2026-11-16", "Hire_Rescinded": "1"}, "rescinded", False, "rescinded"),
    ("rescinded after the first day", {"Hire_Rescinded": "1"}, "rescinded", False, "rescinded"),
    ("rescinded and terminated", {"Hire_Rescinded": "1", "Termination_Date": "2026-01-01"}, "rescinded", False, "rescinded"),
    ("no hire date", {"Hire_Date": None}, "active", False, "no_hire_date"),
    ("hire date that is no date", {"Hire_Date": "soon"}, "active", False, "no_hire_date"),
    ("empty termination date", {"Termination_Date": ""}, "active", True, "active"),
    ("zero termination date", {"Termination_Date": "0000-00-00"}, "active", True, "active"),
    ("contingent", {"Worker_Type": "Contingent Worker"}, "active", True, "active"),
]  # fmt: skip


def test_status_and_scope() -> None:
    found = employments([worker(number, **changes) for number, (_, changes, *_rest) in enumerate(STATUSES)])
    for number, (case, _, status, is_in_scope, reason) in enumerate(STATUSES):
        row = found[wid(number)]
        assert (row["status"], row["is_in_scope"], row["scope_reason"]) == (status, is_in_scope, reason), case


def test_contingent_workers_may_be_left_out() -> None:
    found = employments([worker(1, Worker_Type="Contingent Worker"), worker(2)], scope={"include_contingent": False})
    assert found[wid(1)]["scope_reason"] == "contingent_excluded"
    assert found[wid(2)]["is_in_scope"]


def test_scenario_09_prehire_window_is_a_setting() -> None:
    soon = [worker(1, Hire_Date="2026-11-10")]
    assert employments(soon)[wid(1)]["is_in_scope"]
    assert not employments(soon, scope={"prehire_days": 7})[wid(1)]["is_in_scope"]


def test_scenario_10_rescinded_hire_is_out_of_scope() -> None:
    row = employments([worker(1, Hire_Date="2026-11-09", Hire_Rescinded="1")])[wid(1)]
    assert (row["status"], row["is_in_scope"]) == ("rescinded", False)


@pytest.mark.parametrize(
    ("location", "last_day", "as_of", "status"),
    [
        # Melbourne is 11 hours ahead: their 3rd of November begins at 13:00 UTC on the 2nd
        ("LOC-MEL", "2026-11-02", "2026-11-02T12:59:00+00:00", "active"),
        ("LOC-MEL", "2026-11-02", "2026-11-02T13:00:00+00:00", "terminated"),
        ("LOC-BER", "2026-11-02", "2026-11-02T22:59:00+00:00", "active"),
        ("LOC-BER", "2026-11-02", "2026-11-02T23:00:00+00:00", "terminated"),
        ("LOC-HNL", "2026-11-02", "2026-11-03T09:59:00+00:00", "active"),
        ("LOC-HNL", "2026-11-02", "2026-11-03T10:00:00+00:00", "terminated"),
        # an unknown zone reads the firm's own calendar, Berlin's
        ("LOC-MARS", "2026-11-02", "2026-11-02T22:59:00+00:00", "active"),
        ("LOC-MARS", "2026-11-02", "2026-11-02T23:00:00+00:00", "terminated"),
        ("LOC-NOWHERE", "2026-11-02", "2026-11-02T23:00:00+00:00", "terminated"),
    ],
)
def test_scenario_12_leaver_in_melbourne_leaves_at_local_midnight(
    location: str, last_day: str, as_of: str, status: str
) -> None:
    leaver = worker(1, [job(1, Location_ID=location)], Termination_Date=last_day)
    assert employments([leaver], datetime.fromisoformat(as_of))[wid(1)]["status"] == status


def test_scenario_35_local_day_over_a_change_of_clocks() -> None:
    # Berlin left summer time on 25 October 2026 at 01:00 UTC
    people = [worker(1)]
    for instant, day in (
        ("2026-10-24T22:30:00+00:00", 25),
        ("2026-10-25T22:30:00+00:00", 25),
        ("2026-10-25T23:30:00+00:00", 26),
    ):
        assert employments(people, datetime.fromisoformat(instant))[wid(1)]["local_date"] == date(2026, 10, day)


SPELLS: list[tuple[str, list[Record], str | None]] = [
    ("one", [job(1)], "ASG-0001"),
    ("none", [], None),
    ("ended and begun", [job(1, End_Date="2026-06-30"), job(2, Start_Date="2026-07-01")], "ASG-0002"),
    ("future transfer is not applied early", [job(1, End_Date="2026-11-30"), job(2, Start_Date="2026-12-01")], "ASG-0001"),
    ("ends today", [job(1, End_Date="2026-11-02"), job(2, Start_Date="2026-11-03")], "ASG-0001"),
    ("two valid: the later start", [job(1), job(2, Start_Date="2025-01-01")], "ASG-0002"),
    ("same start: recorded later", [job(2), job(1, Recorded_Moment="2023-12-01T09:00:00.000-08:00")], "ASG-0001"),
    ("same instant in two zones: greatest id", [job(1, Recorded_Moment="2023-12-01T16:00:00.000+00:00"), job(2)], "ASG-0002"),
    ("recorded at no known time comes last", [job(2, Recorded_Moment=None), job(1)], "ASG-0001"),
    ("secondary job does not count", [job(1), job(2, Start_Date="2026-01-01", Is_Primary="0")], "ASG-0001"),
    ("all in the future: the earliest", [job(1, Start_Date="2027-02-01"), job(2, Start_Date="2027-01-01")], "ASG-0002"),
    ("all over: the last to end", [job(1, End_Date="2025-01-01"), job(2, End_Date="2024-06-01", Start_Date="2024-02-01")], "ASG-0001"),
    ("over, and one in the future", [job(1, End_Date="2025-01-01"), job(2, Start_Date="2027-01-01")], "ASG-0001"),
    ("start that is no date is left out", [job(1), job(2, Start_Date="2026-02-30")], "ASG-0001"),
]  # fmt: skip


def test_scenario_13_spell_of_the_day() -> None:
    found = employments([worker(number, jobs) for number, (_, jobs, _) in enumerate(SPELLS)])
    for number, (case, _, expected) in enumerate(SPELLS):
        assert found[wid(number)]["assignment_id"] == expected, case


def test_scenario_06_spells_in_any_order() -> None:
    forward = employments([worker(number, jobs) for number, (_, jobs, _) in enumerate(SPELLS)])
    backward = employments([worker(number, jobs[::-1]) for number, (_, jobs, _) in reversed(list(enumerate(SPELLS)))])
    assert forward == backward


def test_scenario_12_zone_of_the_spell_of_the_utc_day_attributes_of_the_local_day() -> None:
    # on 2 November UTC the person sits in Melbourne, where it is the 3rd: the spell that begins on the 3rd counts
    jobs = [
        job(1, Location_ID="LOC-MEL", End_Date="2026-11-02"),
        job(2, Location_ID="LOC-HNL", Start_Date="2026-11-03"),
    ]
    row = employments([worker(1, jobs)])[wid(1)]
    assert (row["local_date"], row["assignment_id"]) == (date(2026, 11, 3), "ASG-0002")


ABROAD = {"Location_ID": "LOC-MEL", "Cost_Center_ID": "CC-9", "Is_Primary": "0", "Is_Host_Assignment": "1"}
SIDES: list[tuple[str, list[Record], str, str]] = [
    ("both last", [job(1), job(2, **ABROAD)], "ASG-0001", "ASG-0002"),
    ("recorded at the host's first", [job(2, **ABROAD), job(1, Start_Date="2026-01-01")], "ASG-0001", "ASG-0002"),
    ("not begun", [job(1), job(2, **ABROAD, Start_Date="2026-12-01")], "ASG-0001", "ASG-0001"),
    ("over", [job(1), job(2, **ABROAD, End_Date="2026-11-01")], "ASG-0001", "ASG-0001"),
    ("the home job ended", [job(1, End_Date="2026-06-30"), job(2, **ABROAD)], "ASG-0002", "ASG-0002"),
    ("the host's is the primary one", [job(1), job(2, **ABROAD | {"Is_Primary": "1"})], "ASG-0001", "ASG-0002"),
]


@pytest.mark.parametrize("side", ["home", "host"])
def test_scenario_08_of_an_international_assignment_the_side_that_is_set_counts(side: str) -> None:
    workers = [worker(number, jobs) for number, (_, jobs, _, _) in enumerate(SIDES)]
    found = employments(workers, scope={"assignment_side": side})
    for number, (case, _, home, host) in enumerate(SIDES):
        assert found[wid(number)]["assignment_id"] == (home if side == "home" else host), case
    row = found[wid(0)]
    where = (row["location_id"], row["cost_center_id"], row["local_date"])
    # Melbourne's day has begun already
    assert (
        where
        == {
            "home": ("LOC-BER", "CC-1", date(2026, 11, 2)),
            "host": ("LOC-MEL", "CC-9", date(2026, 11, 3)),
        }[side]
    )


def leave(first: str, last: str | None = None) -> Record:
    record = {"Leave_ID": "L-1", "Leave_Type": "Parental", "First_Day": first}
    return record if last is None else {**record, "Last_Day": last}


LEAVES = [
    ("covers the day", [leave("2026-10-01", "2026-11-30")], True),
    ("last day is today", [leave("2026-10-01", "2026-11-02")], True),
    ("over", [leave("2026-10-01", "2026-11-01")], False),
    ("open", [leave("2026-10-01")], True),
    ("to come", [leave("2026-11-03")], False),
    ("first day that is no date", [leave("later")], False),
    ("none", None, False),
]


def test_scenario_19_leave_stands_beside_the_status() -> None:
    found = employments([worker(number, Leaves_group=leaves) for number, (_, leaves, _) in enumerate(LEAVES)])
    for number, (case, _, is_on_leave) in enumerate(LEAVES):
        assert found[wid(number)]["is_on_leave"] is is_on_leave, case
        assert found[wid(number)]["status"] == "active", case


PERSONS: list[tuple[str, list[Record], int]] = [
    ("contractor became employee", [
        worker(11, Universal_ID="U1", Worker_Type="Contingent Worker", Termination_Date="2026-09-30"),
        worker(10, Universal_ID="U1", Hire_Date="2026-10-01")], 10),
    ("both valid: the employee", [
        worker(21, Universal_ID="U2", Worker_Type="Contingent Worker", Hire_Date="2026-10-15"),
        worker(20, Universal_ID="U2", Hire_Date="2026-01-01")], 20),
    ("two employments: the later hire", [
        worker(30, Universal_ID="U3", Hire_Date="2026-02-01"), worker(31, Universal_ID="U3", Hire_Date="2026-01-01")], 30),
    ("same hire date: the greatest id", [worker(40, Universal_ID="U4"), worker(41, Universal_ID="U4")], 41),
    ("none in scope: the later hire, whatever the type", [
        worker(50, Universal_ID="U5", Termination_Date="2025-01-01"),
        worker(51, Universal_ID="U5", Termination_Date="2026-01-01", Hire_Date="2025-06-01", Worker_Type="Contingent Worker")], 51),
    ("rehire soon, under a new id", [
        worker(60, Universal_ID="U6", Termination_Date="2026-10-31"), worker(61, Universal_ID="U6", Hire_Date="2026-11-10")], 61),
    ("rehire far ahead: not in scope yet", [
        worker(71, Universal_ID="U7"), worker(70, Universal_ID="U7", Hire_Date="2027-05-01")], 71),
    ("left, rehired far ahead: a leaver until then", [
        worker(91, Universal_ID="U9", Termination_Date="2026-10-31"),
        worker(90, Universal_ID="U9", Hire_Date="2027-05-01")], 91),
    ("empty universal ids join nobody", [worker(80, Universal_ID=""), worker(81, Universal_ID="", Hire_Date="2026-05-01")], 80),
]  # fmt: skip


def test_scenario_05_the_current_record_of_a_person() -> None:
    found = employments([record for _, records, _ in PERSONS for record in records])
    for case, records, expected in PERSONS:
        first = found[records[0]["Worker_WID"]]
        assert first["current_worker_id_hris"] == wid(expected), case
        assert found[wid(expected)]["is_current"], case
        if "nobody" not in case:
            assert [found[record["Worker_WID"]]["is_current"] for record in records].count(True) == 1, case
