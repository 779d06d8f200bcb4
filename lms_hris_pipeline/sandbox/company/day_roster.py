"""The people and posts of one morning, as the events of the day find and change them. No events here."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import TypeVar

import orjson

from lms_hris_pipeline.sandbox.company.names import address
from lms_hris_pipeline.sandbox.company.records import Record, is_terminated, job_spell, save_workers

T = TypeVar("T")
CLOCK_KEY = "api_clock"
OPENING = time(7, tzinfo=UTC)
WORKING_MINUTES = 720


@dataclass(frozen=True, slots=True)
class Post:
    """A place in the organisation that somebody has, had or is to have."""

    profile: str
    title: str
    organization: str
    cost_center: str
    location: str
    manager: str | None


class Roster:
    """Every worker record, and who may be chosen for what. Changed records are saved at the end of the day."""

    def __init__(self, company: sqlite3.Connection, day: date) -> None:
        self.day = day
        self.records: dict[str, Record] = {}
        self._gone: set[str] = set()
        for wid, gone, record in company.execute("select wid, is_terminated, record from hris_workers order by wid"):
            self.records[wid] = orjson.loads(record)
            if gone:
                self._gone.add(wid)
        self.heads: dict[str, str] = {
            code: orjson.loads(record)["manager"]["id"]
            for code, record in company.execute(
                "select id, record from hris_objects where report = 'supervisoryOrganizations' order by id"
            )
        }
        self._changed: set[str] = set()
        self._busy: set[str] = set()
        self._mailboxes = Counter(record.get("Email_Work") for record in self.records.values())
        self._addresses = {str(row[0]).lower() for row in company.execute("select username from lms_users")}
        self._addresses.update(email.lower() for email in self._mailboxes if email)
        for record in self.records.values():
            self._addresses.update(former["Former_Email"].lower() for former in record.get("Email_History_group", ()))
        self.staff = [wid for wid, record in self.records.items() if self.is_employed(record)]
        named = {job.get("Manager_WID") for record in self.records.values() for job in record["Jobs_group"]}
        self.leaders = {wid for wid in named if wid} | set(self.heads.values())

    def is_employed(self, record: Record) -> bool:
        """Whether the day lies within the employment."""
        today = self.day.isoformat()
        begun = record.get("Hire_Date") or "9999"
        return begun <= today <= record.get("Termination_Date", "9999") and record.get("Hire_Rescinded") != "1"

    def settled(self) -> list[str]:
        """Those of `steady` who were not chosen for an event yet."""
        return [wid for wid in self.steady if wid not in self._busy]

    @cached_property
    def steady(self) -> list[str]:
        """Members of staff with one open job and nothing that lies ahead, who lead nobody; as the day began.

        Only those who are chosen for an event change, so that one look is enough.
        """
        return [wid for wid in self.staff if wid not in self.leaders and self._is_settled(wid)]

    def _is_settled(self, wid: str) -> bool:
        record = self.records[wid]
        job = open_job(record)
        return (
            job is not None
            and "Termination_Date" not in record
            and all(job.get(name) for name in ("Location_ID", "Cost_Center_ID", "Job_Profile_ID"))
            and bool(record.get("Email_Work"))
        )

    def is_alone_at(self, record: Record) -> bool:
        """Whether nobody else has the worker's address."""
        return self._mailboxes[record.get("Email_Work")] == 1

    def choose(self, wid: str) -> Record:
        """Take a worker for an event: one a day."""
        self._busy.add(wid)
        self._changed.add(wid)
        return self.records[wid]

    def add(self, record: Record) -> None:
        """A new worker record."""
        wid = record["Worker_WID"]
        self.records[wid] = record
        self._busy.add(wid)
        self._changed.add(wid)

    def free_address(self, mailbox: str) -> str:
        """An address that nobody has or ever had."""
        number = 1
        while address(mailbox, number) in self._addresses:
            number += 1
        found = address(mailbox, number)
        self._addresses.add(found)
        return found

    def turn_page(self) -> None:
        """What the new day alone changes: who has left, who is on leave."""
        for wid, record in self.records.items():
            status = status_on(record, self.day)
            if status != record.get("Worker_Status") or (wid in self._gone) != is_terminated(record, self.day):
                record["Worker_Status"] = status
                self._changed.add(wid)

    def save(self, company: sqlite3.Connection) -> None:
        """Write what changed."""
        for wid in sorted(self._changed):
            self.records[wid]["Worker_Status"] = status_on(self.records[wid], self.day)
        save_workers(company, [self.records[wid] for wid in sorted(self._changed)], self.day)


def status_on(record: Record, day: date) -> str:
    """The status that the HR system shows on a day."""
    today = day.isoformat()
    if record.get("Hire_Rescinded") == "1":
        return "Hire Rescinded"
    if record.get("Termination_Date", "9999") < today:
        return "Terminated"
    leaves = record.get("Leaves_group", ())
    is_away = any(leave["First_Day"] <= today <= leave.get("Last_Day", "9999") for leave in leaves)
    return "On Leave" if is_away else "Active"


def open_job(record: Record) -> Record | None:
    """The primary job without an end, where there is exactly one and it is the last."""
    primary: list[Record] = [job for job in record["Jobs_group"] if job["Is_Primary"] == "1"]
    found = [job for job in primary if "End_Date" not in job]
    if len(found) != 1 or any(job["Start_Date"] > found[0]["Start_Date"] for job in primary):
        return None
    return found[0]


def end_jobs(record: Record, last: date) -> None:
    """End every job that would go on after the last day."""
    for job in record["Jobs_group"]:
        if job.get("End_Date", "9999-12-31") > last.isoformat():
            job["End_Date"] = max(last.isoformat(), job["Start_Date"])


def post_of(job: Record) -> Post:
    """The post of a job that lacks nothing."""
    return Post(
        job["Job_Profile_ID"],
        str(job.get("Business_Title", job["Job_Profile_ID"])),
        job["Supervisory_Organization_ID"],
        job["Cost_Center_ID"],
        job["Location_ID"],
        job.get("Manager_WID"),
    )


def add_job(record: Record, post: Post, start: date, recorded_on: date) -> None:
    """A new primary job from a day on, entered on another."""
    numbers = [int(job["Assignment_ID"].rpartition("-")[2]) for job in record["Jobs_group"]]
    job = job_spell(
        record["Worker_WID"],
        max(numbers, default=0) + 1,
        profile=post.profile,
        title=post.title,
        organization=post.organization,
        cost_center=post.cost_center,
        location=post.location,
        manager=post.manager,
        start=start.isoformat(),
    )
    job["Recorded_Moment"] = f"{recorded_on.isoformat()}T10:40:00.000-08:00"
    record["Jobs_group"].append(job)


@dataclass(slots=True)
class Today:
    """One business day: its date, its source of chance, the open databases, the roster."""

    day: date
    rng: Random
    company: sqlite3.Connection
    truth: sqlite3.Connection
    roster: Roster
    opening: datetime
    """From when on the learning system's stamps lie: not before what its clock has shown already."""

    def stamp(self) -> str:
        """A moment of the day as the learning system writes it."""
        moment = self.opening + timedelta(minutes=self.rng.randrange(WORKING_MINUTES), seconds=self.rng.randrange(60))
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def after(self, days: int) -> date:
        """The day so many days from now; before now where negative."""
        return self.day + timedelta(days=days)

    def count(self, rate: float) -> int:
        """How often something happens today that happens so often a member of staff and day."""
        wanted = rate * len(self.roster.staff)
        return int(wanted) + (self.rng.random() < wanted % 1)

    def some(self, pool: Sequence[T], rate: float) -> list[T]:
        """Some of a pool, as many as `count` says."""
        return self.rng.sample(pool, min(len(pool), self.count(rate)))

    def next_number(self) -> int:
        """A number that no person had before."""
        row = self.company.execute("select value from meta where key = 'people_added'").fetchone()
        number = 1 + (0 if row is None else int(row[0]))
        self.company.execute("insert or replace into meta(key, value) values('people_added', ?)", (str(number),))
        return number


def opening_of(company: sqlite3.Connection, day: date) -> datetime:
    """Seven o'clock of the day, or what the learning system's clock has reached where that is later."""
    opening = datetime.combine(day, OPENING)
    row = company.execute("select value from meta where key = ?", (CLOCK_KEY,)).fetchone()
    return opening if row is None else max(opening, datetime.fromisoformat(row[0]))
