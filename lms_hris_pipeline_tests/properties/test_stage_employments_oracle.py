"""Employments against a slow, plain reading of the rules, over random histories in random order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_hris_pipeline.tables import canonical
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

ZONES = {"LOC-BER": "Europe/Berlin", "LOC-MEL": "Australia/Melbourne", "LOC-HNL": "Pacific/Honolulu"}
FIRM = "Europe/Berlin"
PREHIRE_DAYS = 14
NOON = date(2026, 11, 2)

days = st.integers(-40, 40).map(lambda offset: NOON + timedelta(days=offset))
moments = st.sampled_from(
    ["2026-01-01T08:00:00.000-08:00", "2026-01-01T16:00:00.000+00:00", "2026-02-01T08:00:00.000-08:00"]
)


@dataclass(frozen=True)
class Day:
    """What the plain reading says of one worker record."""

    local_date: date
    assignment_id: str | None
    status: str
    is_in_scope: bool
    current: str = ""


@st.composite
def spells(draw: st.DrawFn) -> list[Record]:
    count = draw(st.integers(0, 4))
    found = []
    for number in range(count):
        record: Record = {
            "Assignment_ID": f"A{number}",
            "Location_ID": draw(st.sampled_from([*ZONES, "LOC-MARS"])),
            "Is_Primary": draw(st.sampled_from(["1", "1", "1", "0"])),
            "Is_Host_Assignment": draw(st.sampled_from([None, None, "0", "1"])),
            "Start_Date": draw(days).isoformat(),
        }
        if draw(st.booleans()):
            record["End_Date"] = draw(days).isoformat()
        if draw(st.booleans()):
            record["Recorded_Moment"] = draw(moments)
        found.append(record)
    return found


@st.composite
def people(draw: st.DrawFn) -> list[Record]:
    return [
        worker(
            number,
            draw(spells()),
            Universal_ID=draw(st.sampled_from([None, None, "", "U1", "U2", "U3"])),
            Worker_Type=draw(st.sampled_from(["Employee", "Contingent Worker"])),
            Hire_Date=draw(st.one_of(st.none(), days.map(date.isoformat))),
            Termination_Date=draw(st.one_of(st.none(), st.just(""), days.map(date.isoformat))),
            Hire_Rescinded=draw(st.sampled_from(["0", "0", "0", "1"])),
        )
        for number in range(draw(st.integers(1, 25)))
    ]


def is_host(spell: Record) -> bool:
    return spell["Is_Host_Assignment"] == "1"


def relevant(record: Record, day: date, side: str) -> Record | None:
    """The spell that says where the person stands on `day`."""
    counted: list[Record] = [spell for spell in record["Jobs_group"] if spell["Is_Primary"] == "1" or is_host(spell)]

    def start(spell: Record) -> date:
        return date.fromisoformat(spell["Start_Date"])

    def end(spell: Record) -> date:
        return date.fromisoformat(spell["End_Date"]) if "End_Date" in spell else date.max

    def later(spell: Record) -> tuple[Any, ...]:
        moment = spell.get("Recorded_Moment")
        known = datetime.fromisoformat(moment) if moment else datetime.min.replace(tzinfo=UTC)
        return (start(spell), known, spell["Assignment_ID"])

    valid = [spell for spell in counted if start(spell) <= day <= end(spell)]
    on_side = [spell for spell in valid if is_host(spell) == (side == "host")]
    valid = on_side or valid
    if valid:
        return max(valid, key=later)
    over = [spell for spell in counted if start(spell) <= day]
    if over:
        return max(over, key=lambda spell: (end(spell), *later(spell)))
    if counted:
        first = min(start(spell) for spell in counted)
        return max((spell for spell in counted if start(spell) == first), key=later)
    return None


def read(record: Record, as_of: datetime, side: str) -> Day:
    place = relevant(record, as_of.date(), side)
    zone = ZoneInfo(ZONES.get(place["Location_ID"], FIRM) if place else FIRM)
    today = as_of.astimezone(zone).date()
    spell = relevant(record, today, side)
    hired = date.fromisoformat(record["Hire_Date"]) if record.get("Hire_Date") else None
    left = date.fromisoformat(record["Termination_Date"]) if record.get("Termination_Date") else None
    if record["Hire_Rescinded"] == "1":
        status = "rescinded"
    elif hired and hired > today:
        status = "pre_hire"
    elif left and left < today:
        status = "terminated"
    else:
        status = "active"
    is_in_scope = bool(hired) and (
        status == "active"
        or (status == "pre_hire" and hired is not None and hired <= today + timedelta(days=PREHIRE_DAYS))
    )
    return Day(today, spell["Assignment_ID"] if spell else None, status, is_in_scope)


def current(records: list[Record], read_days: dict[str, Day]) -> str:
    in_scope = [record for record in records if read_days[record["Worker_WID"]].is_in_scope]

    def comes_first(record: Record) -> bool:
        return record["Worker_Type"] == "Employee" if in_scope else read_days[record["Worker_WID"]].status != "pre_hire"

    ranked = [
        (comes_first(record), record.get("Hire_Date") or "", record["Worker_WID"]) for record in in_scope or records
    ]
    return max(ranked)[2]


def expected(records: list[Record], as_of: datetime, side: str) -> dict[str, Day]:
    found = {record["Worker_WID"]: read(record, as_of, side) for record in records}
    persons: dict[str, list[Record]] = {}
    for record in records:
        persons.setdefault(record.get("Universal_ID") or record["Worker_WID"], []).append(record)
    return {
        record["Worker_WID"]: replace(found[record["Worker_WID"]], current=current(group, found))
        for group in persons.values()
        for record in group
    }


def built(records: list[Record], as_of: datetime, side: str) -> dict[str, Day]:
    batch = open_batch(sandbox_settings(scope={"assignment_side": side}), as_of)
    load_raw(batch, {**ORGANISATION, "workers": records})
    build_all(batch, EMPLOYMENT_TABLES)
    rows = rows_of(batch, canonical.EMPLOYMENTS)
    batch.close()
    return {
        row["worker_id_hris"]: Day(
            row["local_date"], row["assignment_id"], row["status"], row["is_in_scope"], row["current_worker_id_hris"]
        )
        for row in rows
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(records=people(), hour=st.integers(0, 23), seed=st.integers(0, 99), side=st.sampled_from(["home", "host"]))
def test_employments_are_as_a_plain_reading_says(records: list[Record], hour: int, seed: int, side: str) -> None:
    as_of = datetime(2026, 11, 2, hour, 30, tzinfo=UTC)
    shuffled = [
        {**record, "Jobs_group": Random(seed + number).sample(record["Jobs_group"], len(record["Jobs_group"]))}
        for number, record in enumerate(records)
    ]
    Random(seed).shuffle(shuffled)
    assert built(shuffled, as_of, side) == expected(records, as_of, side)


def test_the_plain_reading_can_disagree() -> None:
    as_of = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
    plain = worker(1, [job(1, Is_Host_Assignment="0")])
    assert expected([plain], as_of, "home") != built([{**plain, "Hire_Rescinded": "1"}], as_of, "home")
    assert wid(1) in expected([plain], as_of, "home")
