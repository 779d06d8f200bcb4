"""The HR system's people as at an instant: each record's day, spell, status and scope, and who stands for whom.

Dates are texts YYYY-MM-DD, which compare as dates do. Not here: accounts, and what follows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from lms_hris_pipeline.sandbox.truth.parsing import day, is_true, lower, moment, text
from lms_hris_pipeline.sandbox.truth.rules import Rules

EMPLOYEE, CONTINGENT = "Employee", "Contingent Worker"


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a worker holds a position."""

    assignment_id: str
    started: str
    ended: str | None
    recorded: datetime
    is_primary: bool
    is_host: bool
    job_profile: str | None
    organisation: str | None
    cost_center: str | None
    location: str | None
    manager: str | None


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker record as at the instant."""

    worker_id: str
    person_key: str
    number: str | None
    worker_type: str
    first_name: str | None
    last_name: str | None
    email: str | None
    hire_date: str | None
    termination_date: str | None
    local_date: str
    status: str
    is_in_scope: bool
    spell: Spell | None

    def now(self, field: str) -> str | None:
        """What the spell of the day says of `field`; None where HR says nothing."""
        value: str | None = None if self.spell is None else getattr(self.spell, field)
        return value


@dataclass(frozen=True, slots=True)
class People:
    """Every worker record, and the one that stands for each person now."""

    records: Mapping[str, Worker]
    current: Mapping[str, Worker]

    def standing_for(self, worker_id: str | None) -> Worker | None:
        """The record that stands for the person of a record; None where HR has no such record."""
        record = self.records.get(worker_id or "")
        return None if record is None else self.current[record.person_key]

    def entitled(self) -> list[Worker]:
        """Those who ought to have an account, by worker id."""
        return sorted((worker for worker in self.current.values() if worker.is_in_scope), key=lambda w: w.worker_id)


class Calendar:
    """Which day it is where."""

    def __init__(self, as_of: datetime, zones: Mapping[str, str], rules: Rules) -> None:
        known = available_timezones()
        self.utc = as_of.date().isoformat()
        self.firm = as_of.astimezone(rules.zone).date().isoformat()
        self._dates = {
            location: as_of.astimezone(ZoneInfo(zone)).date().isoformat()
            for location, zone in zones.items()
            if zone in known
        }

    def at(self, location: str | None) -> str:
        """The calendar day at a location; the firm's where its zone is not known."""
        return self._dates.get(location or "", self.firm)


def spell_on(spells: Iterable[Spell], today: str, *, counts_host: bool) -> Spell | None:
    """The spell that says where a person stands: one that lasts, else the last one over, else the next one.

    Primary ones count and those at a host; of those that last the ones of the side that counts, if there are any. Of
    several the one begun last, then the one recorded last.
    """
    counted = [spell for spell in spells if spell.is_primary or spell.is_host]
    lasting = [s for s in counted if s.started <= today and (s.ended is None or s.ended >= today)]
    if lasting:
        return max(lasting, key=lambda s: (s.is_host == counts_host, *_begun(s)))
    over = [s for s in counted if s.started <= today]
    if over:
        return max(over, key=lambda s: (s.ended or "", *_begun(s)))
    first = min((s.started for s in counted), default="")
    return max((s for s in counted if s.started == first), key=_begun, default=None)


def _begun(spell: Spell) -> tuple[str, datetime, str]:
    return (spell.started, spell.recorded, spell.assignment_id)


def _spells(record: Mapping[str, Any]) -> list[Spell]:
    found: dict[str, Spell] = {}
    for job in record.get("Jobs_group") or ():
        assignment_id, started = text(job.get("Assignment_ID")), day(job.get("Start_Date"))
        if assignment_id is None or started is None:
            continue
        spell = Spell(
            assignment_id=assignment_id,
            started=started,
            ended=day(job.get("End_Date")),
            recorded=moment(job.get("Recorded_Moment")),
            is_primary=is_true(job.get("Is_Primary")),
            is_host=is_true(job.get("Is_Host_Assignment")),
            job_profile=text(job.get("Job_Profile_ID")),
            organisation=text(job.get("Supervisory_Organization_ID")),
            cost_center=text(job.get("Cost_Center_ID")),
            location=text(job.get("Location_ID")),
            manager=text(job.get("Manager_WID")),
        )
        other = found.get(assignment_id)
        if other is None or spell.recorded > other.recorded:
            found[assignment_id] = spell
    return list(found.values())


def read_worker(record: Mapping[str, Any], calendar: Calendar, rules: Rules) -> Worker:
    """One record of the worker report, read on the calendar of the place where the person works."""
    spells = _spells(record)
    place = spell_on(spells, calendar.utc, counts_host=rules.counts_host)
    today = calendar.at(place.location if place else None)
    worker_id = str(text(record["Worker_WID"]))
    universal = text(record.get("Universal_ID"))
    worker_type = EMPLOYEE if lower(record.get("Worker_Type")) == "employee" else CONTINGENT
    hired, left = day(record.get("Hire_Date")), day(record.get("Termination_Date"))
    status = _status(is_true(record.get("Hire_Rescinded")), hired, left, today)
    horizon = (date.fromisoformat(today) + timedelta(days=rules.prehire_days)).isoformat()
    is_wanted = status == "active" or (status == "pre_hire" and hired is not None and hired <= horizon)
    return Worker(
        worker_id=worker_id,
        person_key=f"worker:{worker_id}" if universal is None else f"person:{universal}",
        number=text(record.get("Employee_ID")),
        worker_type=worker_type,
        first_name=text(record.get("Preferred_First_Name")) or text(record.get("Legal_First_Name")),
        last_name=text(record.get("Preferred_Last_Name")) or text(record.get("Legal_Last_Name")),
        email=lower(record.get("Email_Work")),
        hire_date=hired,
        termination_date=left,
        local_date=today,
        status=status,
        is_in_scope=is_wanted and hired is not None and (worker_type == EMPLOYEE or rules.includes_contingent),
        spell=spell_on(spells, today, counts_host=rules.counts_host),
    )


def _status(is_rescinded: bool, hired: str | None, left: str | None, today: str) -> str:
    if is_rescinded:
        return "rescinded"
    if hired is not None and hired > today:
        return "pre_hire"
    return "terminated" if left is not None and left < today else "active"  # the last day still counts


def _stands(worker: Worker) -> tuple[bool, bool, bool, str, str]:
    """Who of one person's records stands for them: in scope first, then the employee's, then the latest.

    Who has left and comes back in months is a leaver until then.
    """
    is_employee = worker.is_in_scope and worker.worker_type == EMPLOYEE
    has_begun = worker.is_in_scope or worker.status != "pre_hire"
    return (worker.is_in_scope, is_employee, has_begun, worker.hire_date or "", worker.worker_id)


def people_of(records: Iterable[Worker]) -> People:
    """Worker records joined to people by the universal id."""
    found = {record.worker_id: record for record in records}
    current: dict[str, Worker] = {}
    for record in found.values():
        other = current.get(record.person_key)
        if other is None or _stands(record) > _stands(other):
            current[record.person_key] = record
    return People(found, current)


def read_people(company: sqlite3.Connection, as_of: datetime, rules: Rules) -> People:
    """Everybody in the HR system, as at `as_of`."""
    zones = {
        str(text(place["Location_ID"])): str(text(place.get("Time_Zone")))
        for place in read_objects(company, "INT_LMS_Locations")
    }
    calendar = Calendar(as_of, zones, rules)
    rows = company.execute("select record from hris_workers order by wid")
    return people_of(read_worker(json.loads(row[0]), calendar, rules) for row in rows)


def read_objects(company: sqlite3.Connection, report: str) -> list[dict[str, Any]]:
    """The records of one of the HR system's lists."""
    rows = company.execute("select record from hris_objects where report = ? order by id", (report,))
    return [json.loads(row[0]) for row in rows]
