"""What every injection works with: the two databases, people not yet touched, and the book of what was done.

Each person is touched once at most, so that what is written down for one discrepancy is not undone by another.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from lms_hris_pipeline.sandbox.company.catalogue import Catalogue, Course, Revision
from lms_hris_pipeline.sandbox.company.framework import skills
from lms_hris_pipeline.sandbox.company.others import next_user_id
from lms_hris_pipeline.sandbox.company.people import FIRST_NIGHT, PeopleMaker
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.company.population import Population
from lms_hris_pipeline.sandbox.company.records import (
    ACCOUNT_COLUMNS,
    Account,
    Record,
    job_on,
    load_worker,
    save_accounts,
    save_workers,
)
from lms_hris_pipeline.sandbox.company.training import (
    INSERT_CERTIFICATE,
    INSERT_LEARNING_RECORD,
    INSERT_SKILL_ITEM,
)

TODAY = FIRST_DAY.isoformat()


@dataclass(slots=True)
class Victim:
    """A person with their worker record and, where there is one, their account's columns."""

    number: int
    record: Record
    account: dict[str, Any]

    @property
    def wid(self) -> str:
        """The worker id."""
        return str(self.record["Worker_WID"])

    @property
    def user_id(self) -> int:
        """The account's id; the account must be there."""
        return int(self.account["user_id"])

    @property
    def job(self) -> Record:
        """The primary spell in force."""
        return job_on(self.record, FIRST_NIGHT)


class _Pool:
    """Numbers in random order, each given out once. Who does not suit goes to the back: nobody is looked at in vain."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._waiting = deque(numbers)
        self._gone: set[int] = set()

    def take(self, suits: Callable[[int], Victim | None]) -> Victim | None:
        for _ in range(len(self._waiting)):
            number = self._waiting.popleft()
            if number in self._gone:
                continue
            victim = suits(number)
            if victim is not None:
                self._gone.add(number)
                return victim
            self._waiting.append(number)
        return None

    def claim(self, number: int) -> bool:
        """Give out this very number; False where it is gone. It need not be among those waiting."""
        if number in self._gone:
            return False
        self._gone.add(number)
        return True


@dataclass(slots=True)
class Scene:
    """The company while discrepancies are put into it."""

    company: sqlite3.Connection
    truth: sqlite3.Connection
    rng: Random
    people: PeopleMaker
    catalogue: Catalogue
    pools: dict[str, _Pool] = field(default_factory=dict)
    _next_user_id: int = 0
    _made: int = 0

    def fill_pools(self, needed: int) -> None:
        """Choose who may be touched: of staff those who lead nobody, and a few who do."""
        population = self.population
        self._next_user_id = next_user_id(self.company)
        below = range(population.leaders, population.staff)
        self.pools["staff"] = _Pool(self.rng.sample(below, min(len(below), 4 * needed + 40)))
        for standing in ("leaver", "pre_hire", "rescinded"):
            numbers = population.numbers_of(standing)
            self.pools[standing] = _Pool(self.rng.sample(numbers, min(len(numbers), needed + 20)))
        leaders = range(min(13, population.leaders), population.leaders)
        self.pools["leader"] = _Pool(self.rng.sample(leaders, min(len(leaders), needed // 4 + 5)))

    @property
    def population(self) -> Population:
        """How many there are of each standing."""
        return self.people.population

    # -- whom it befalls ------------------------------------------------------------------------------------------

    def take(
        self,
        standing: str = "staff",
        suits: Callable[[Victim], bool] = lambda victim: True,
        *,
        with_account: bool = True,
    ) -> Victim | None:
        """Somebody not touched yet who suits; None where nobody is left."""

        def load(number: int) -> Victim | None:
            victim = self.load(number)
            if with_account and not victim.account:
                return None
            return victim if suits(victim) else None

        return self.pools[standing].take(load)

    def take_plain(self, suits: Callable[[Victim], bool] = lambda victim: True) -> Victim | None:
        """A member of staff without an earlier worker record, a transfer or a termination ahead."""
        return self.take(suits=lambda victim: self.is_plain(victim) and suits(victim))

    def take_neighbour(self, of: Victim) -> Victim | None:
        """A member of staff of the same organisation, not touched yet."""
        for number in (of.number + 1, of.number - 1, of.number + 2, of.number - 2):
            if self.population.leaders <= number < self.population.staff and self.pools["staff"].claim(number):
                victim = self.load(number)
                here = victim.job["Supervisory_Organization_ID"] == of.job["Supervisory_Organization_ID"]
                if here and victim.account and self.is_plain(victim):
                    return victim
        return None

    def is_plain(self, victim: Victim) -> bool:
        """Whether a member of staff has no earlier worker record, transfer or termination ahead."""
        if self.population.has_former_record(victim.number) or "Termination_Date" in victim.record:
            return False
        return all(spell["Is_Primary"] == "1" and spell["Start_Date"] <= TODAY for spell in victim.record["Jobs_group"])

    def load(self, number: int) -> Victim:
        """A numbered person."""
        row = self.company.execute(
            "select * from lms_users where user_id = ?", (self.people.user_id(number),)
        ).fetchone()
        account = {} if row is None else {name: row[name] for name in ACCOUNT_COLUMNS}
        return Victim(number, load_worker(self.company, self.people.wid(number)), account)

    # -- what is done to them -------------------------------------------------------------------------------------

    def change_account(self, victim: Victim, **columns: object) -> None:
        """Set columns of the victim's account."""
        victim.account |= columns
        self.company.execute(
            f"update lms_users set {', '.join(f'{name} = ?' for name in columns)} where user_id = ?",  # noqa: S608
            (*columns.values(), victim.user_id),
        )

    def save(self, *records: Record) -> None:
        """Write worker records."""
        save_workers(self.company, records, FIRST_DAY)

    def remove_account(self, victim: Victim) -> None:
        """The account never was."""
        for table in ("lms_enrolments", "lms_certificates", "lms_group_members", "lms_users"):
            self.company.execute(f"delete from {table} where user_id = ?", (victim.user_id,))  # noqa: S608
        self.truth.execute("delete from identities where learner_id_lms = ?", (str(victim.user_id),))

    def add_account(self, account: Account, kind: str, wid: str | None, groups: Iterable[int] = ()) -> None:
        """A further account, with its place in the truth."""
        save_accounts(self.company, [account])
        self.truth.execute(
            "insert into identities(learner_id_lms, worker_id_hris, kind) values(?, ?, ?)",
            (str(account.user_id), wid, kind),
        )
        self.company.executemany(
            "insert into lms_group_members(group_id, user_id) values(?, ?)",
            [(group, account.user_id) for group in groups],
        )

    def doubt(self, victim: Victim) -> None:
        """The records cannot tell whose account it is: a person must decide."""
        self.truth.execute("update identities set kind = 'ambiguous' where learner_id_lms = ?", (str(victim.user_id),))

    def new_user_id(self) -> int:
        """An id for a further account."""
        self._next_user_id += 1
        return self._next_user_id - 1

    def serial(self) -> int:
        """A number not given before, for addresses and documents made here."""
        self._made += 1
        return self._made

    # -- training -------------------------------------------------------------------------------------------------

    def enrol_completed(
        self, user_id: int, revision: Revision, day: date | None, score: str | None = "90", *, is_archived: bool = False
    ) -> None:
        """A completed enrolment; without a day its date is the zero date."""
        moment = "0000-00-00 00:00:00" if day is None else f"{day.isoformat()} 10:20:00"
        enrolled = "2026-09-01 06:00:00" if day is None else f"{day.isoformat()} 06:00:00"
        self.company.execute(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, 'completed', 'learner', ?, ?, ?, '2026-10-20 10:20:00', 'admin', ?)",
            (user_id, revision.course_id, enrolled, moment, score, int(is_archived)),
        )

    def add_learning_record(self, wid: str, content: str, day: date, score: str | None = "90") -> None:
        """A completion in the HR system."""
        iso = day.isoformat()
        row = (
            f"{self.rng.getrandbits(128):032x}",
            wid,
            content,
            iso,
            score,
            None,
            f"{iso}T18:05:00.000-08:00",
            "Workday",
            0,
        )
        self.company.execute(INSERT_LEARNING_RECORD, row)

    def add_skills(self, wid: str, course: Course) -> None:
        """Put the skills of a course on a worker's record, where they are not yet."""
        held = {row[0] for row in self.company.execute("select skill_id from hris_skill_items where wid = ?", (wid,))}
        names = {skill.skill_id: skill.name for skill in skills()}
        self.company.executemany(
            INSERT_SKILL_ITEM,
            [
                (f"{self.rng.getrandbits(128):032x}", wid, skill_id, names[skill_id])
                for skill_id in course.skill_ids
                if skill_id not in held
            ],
        )

    def add_certificate(self, certification: int, user_id: int, issued: date, expires: date) -> None:
        """A certificate of an account."""
        self.company.execute(INSERT_CERTIFICATE, (certification, user_id, issued.isoformat(), expires.isoformat()))

    def course_not_taken(self, wid: str, user_id: int, suits: Callable[[Course], bool] = lambda course: True) -> Course:
        """A course of which neither system knows anything for a person."""
        taken = {
            row[0] for row in self.company.execute("select course_id from lms_enrolments where user_id = ?", (user_id,))
        }
        codes = {
            row[0] for row in self.company.execute("select content_id from hris_learning_records where wid = ?", (wid,))
        }
        free = [
            course
            for course in self.catalogue.courses
            if suits(course) and not any(each.course_id in taken or each.code in codes for each in course.revisions)
        ]
        return self.rng.choice(free)

    # -- the book -------------------------------------------------------------------------------------------------

    def note(
        self, kind: str, worker: str | None = None, learner: int | None = None, field: str | None = None,
        hris: str | None = None, lms: str | None = None, *, raises: str | None = None,
    ) -> None:  # fmt: skip
        """Write down what was injected and which exception it must raise; `raises` is None where none is due."""
        self.truth.execute(
            "insert into faults(kind, worker_id_hris, learner_id_lms, field, hris_value, lms_value, exception_type)"
            " values(?, ?, ?, ?, ?, ?, ?)",
            (kind, worker, None if learner is None else str(learner), field, hris, lms, raises),
        )

    def note_mismatch(self, kind: str, victim: Victim, field: str, hris: str | None, lms: str | None) -> None:
        """Write down a value that differs between a worker and their account."""
        self.note(kind, victim.wid, victim.user_id, field, hris, lms, raises="value_mismatch")


Injection = Callable[[Scene], bool]
"""Puts one discrepancy into the scene; False where nobody is left whom it could befall."""
