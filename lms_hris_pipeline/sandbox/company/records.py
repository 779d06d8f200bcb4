"""The building blocks of both systems' records: a job spell, a worker, an account, and their way into the database.

A record is a dict in the shape in which the vendor sends it. Not here: what should stand in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson

from lms_hris_pipeline.sandbox.company.jobs import stable_wid
from lms_hris_pipeline.sandbox.company.places import FIRM_ZONE, LOCATION_BY_CODE, local_day

Record = dict[str, Any]

ACCOUNT_COLUMNS = (
    "user_id", "username", "firstname", "lastname", "email", "status", "level", "branch_id", "manager_id",
    "creation_date", "last_update", "last_access_date", "expiration_date", "language", "timezone",
    "field_1", "field_2", "field_3", "field_4", "field_5", "field_6", "field_7", "field_8", "field_9",
)  # fmt: skip
LANGUAGES = {
    "DE": "german",
    "FR": "french",
    "PL": "polish",
    "ES": "spanish",
    "IT": "italian",
    "JP": "japanese",
    "BR": "portuguese_br",
}
INSERT_ACCOUNT = f"insert into lms_users({', '.join(ACCOUNT_COLUMNS)}) values({', '.join('?' * len(ACCOUNT_COLUMNS))})"
INSERT_WORKER = "insert or replace into hris_workers(wid, employee_id, is_terminated, record) values(?, ?, ?, ?)"
INSERT_PLACE = "insert or ignore into hris_worker_locations(location_id, wid) values(?, ?)"


@dataclass(slots=True)
class Account:
    """An account of the learning system; `fields` are the custom fields by number."""

    user_id: int
    username: str
    first_name: str
    last_name: str
    email: str | None
    is_active: bool
    branch_id: int
    manager_id: int | None
    created: str
    level: str = "user"
    last_update: str = "2026-10-01 06:00:00"
    last_access: str | None = None
    language: str = "english"
    zone: str = FIRM_ZONE
    fields: dict[int, str | None] = field(default_factory=dict)

    def row(self) -> tuple[object, ...]:
        """The values of ACCOUNT_COLUMNS."""
        get = self.fields.get
        return (
            self.user_id, self.username, self.first_name, self.last_name, self.email, "1" if self.is_active else "0",
            self.level, self.branch_id, self.manager_id, self.created, self.last_update, self.last_access, None,
            self.language, self.zone, get(1), get(2), get(3), get(4), get(5), get(6), get(7), get(8), get(9),
        )  # fmt: skip


def worker_wid(seed: int, number: int) -> str:
    """The HR system's id of the numbered worker of a company."""
    return stable_wid(f"{seed}/worker/{number}")


def recorded(day: str) -> str:
    """A moment on a day as the HR system writes it: Pacific time with its offset."""
    return f"{day}T09:12:00.000-08:00"


def job_spell(
    wid: str, number: int, *, profile: str, title: str, organization: str, cost_center: str, location: str, manager: str | None,
    start: str, end: str | None = None, is_primary: bool = True, fte: str = "1.0000",
) -> Record:  # fmt: skip
    """One spell of a job. Dates are ISO texts; what is None is left out, as the report does."""
    spell: Record = {
        "Assignment_ID": f"ASG-{wid[:10]}-{number}",
        "Position_ID": f"POS-{wid[:10]}-{number}",
        "Job_Profile_ID": profile,
        "Business_Title": title,
        "Supervisory_Organization_ID": organization,
        "Cost_Center_ID": cost_center,
        "Company_ID": LOCATION_BY_CODE[location].company,
        "Location_ID": location,
        "FTE": fte,
        "Is_Primary": "1" if is_primary else "0",
        "Start_Date": start,
        "Recorded_Moment": recorded(start),
    }
    if manager is not None:
        spell["Manager_WID"] = manager
    if end is not None:
        spell["End_Date"] = end
    return spell


def is_terminated(record: Record, day: date) -> bool:
    """Whether the HR system counts a worker among the terminated on a day."""
    return record.get("Termination_Date", "9999-12-31") < day.isoformat() or record.get("Hire_Rescinded") == "1"


def worker_row(record: Record, day: date) -> tuple[str, str, int, str]:
    """The values of a row of hris_workers."""
    return (record["Worker_WID"], record["Employee_ID"], int(is_terminated(record, day)), orjson.dumps(record).decode())


def places_of(record: Record) -> list[tuple[str, str]]:
    """(location, wid) for every location the worker ever had a job in. Without any, the record would not be reported."""
    wid = record["Worker_WID"]
    return [(place, wid) for place in dict.fromkeys(job.get("Location_ID") for job in record["Jobs_group"]) if place]


def save_workers(connection: sqlite3.Connection, records: Iterable[Record], day: date) -> None:
    """Write worker records, new ones and changed ones; `day` is the company's day."""
    held = list(records)
    connection.executemany(INSERT_WORKER, [worker_row(record, day) for record in held])
    connection.executemany(INSERT_PLACE, [place for record in held for place in places_of(record)])


def load_worker(connection: sqlite3.Connection, wid: str) -> Record:
    """A worker's record.

    Raises:
        KeyError: there is no such worker.
    """
    row = connection.execute("select record from hris_workers where wid = ?", (wid,)).fetchone()
    if row is None:
        raise KeyError(f"the made-up company has no worker {wid}")
    record: Record = orjson.loads(row[0])
    return record


def save_accounts(connection: sqlite3.Connection, accounts: Iterable[Account]) -> None:
    """Write new accounts."""
    connection.executemany(INSERT_ACCOUNT, [account.row() for account in accounts])


def shown_name(record: Record) -> tuple[str, str]:
    """(first, last) as the learning system ought to show them: the preferred name before the legal one."""
    first = record.get("Preferred_First_Name") or record["Legal_First_Name"]
    last = record.get("Preferred_Last_Name") or record["Legal_Last_Name"]
    return first, last


def job_on(record: Record, instant: datetime) -> Record:
    """The primary spell in force at an instant where the person works, else the nearest one."""
    spells = [spell for spell in record["Jobs_group"] if spell["Is_Primary"] == "1"]
    place = _in_force(spells, instant.date().isoformat()).get("Location_ID")
    zone = LOCATION_BY_CODE[place].zone if place in LOCATION_BY_CODE else FIRM_ZONE
    return _in_force(spells, local_day(zone, instant).isoformat())


def _in_force(spells: list[Record], day: str) -> Record:
    begun = [spell for spell in spells if spell["Start_Date"] <= day]
    if not begun:
        return min(spells, key=lambda spell: (spell["Start_Date"], spell["Assignment_ID"]))
    now = [spell for spell in begun if spell.get("End_Date", "9999-12-31") >= day]
    return max(
        now or begun, key=lambda spell: (spell.get("End_Date", "9999-12-31") if not now else "", spell["Start_Date"])
    )


def account_for(record: Record, job: Record, *, user_id: int, branch_id: int, manager_id: int | None) -> Account:
    """The account that agrees with a worker's record and the spell of a job in force."""
    first, last = shown_name(record)
    place = LOCATION_BY_CODE[job["Location_ID"]]
    email = record["Email_Work"]
    return Account(
        user_id=user_id,
        username=email,
        first_name=first,
        last_name=last,
        email=email,
        is_active=True,
        branch_id=branch_id,
        manager_id=manager_id,
        created=f"{min(record['Hire_Date'], '2026-10-30')} 07:30:00",
        language=LANGUAGES.get(place.country, "english"),
        zone=place.zone,
        fields={
            1: record["Employee_ID"],
            2: job["Job_Profile_ID"],
            3: job["Supervisory_Organization_ID"],
            4: job["Cost_Center_ID"],
            5: job["Location_ID"],
            6: record["Hire_Date"],
            7: record["Worker_Type"],
        },
    )
