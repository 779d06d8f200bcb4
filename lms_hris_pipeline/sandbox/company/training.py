"""What people learned: enrolments and certificates in the learning system, learning records and skills in HR.

Everything agrees: each completion stands in both systems on the same day, and each skill that a completion shows is
on the worker's record. Rows are gathered and written in chunks. Not here: the catalogue, and what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

from lms_hris_pipeline.sandbox.company.catalogue import Catalogue, Course, certified_courses
from lms_hris_pipeline.sandbox.company.framework import skills
from lms_hris_pipeline.sandbox.company.people import Person
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY

PASS_PCT = 70
FREE_WORDS = 120
_TODAY = FIRST_DAY.toordinal()
_DAYS = {number: date.fromordinal(number).isoformat() for number in range(date(2008, 1, 1).toordinal(), _TODAY + 1)}
_SCORES = (
    None,
    None,
    None,
    None,
    "100",
    "95",
    "92",
    "90",
    "88",
    "85",
    "84.5",
    "80",
    "78",
    "75",
    "71",
    "70",
    "66",
    "95",
    "100",
    "87",
)
"""Scores as they are drawn: a fifth carries none, one in twenty is below the mark that shows a skill."""

INSERT_ENROLMENT = (
    "insert into lms_enrolments(id, user_id, course_id, status, level, enrollment_date, completion_date, score,"
    " last_update, owner, archived) values(?, ?, ?, ?, 'learner', ?, ?, ?, ?, ?, ?)"
)
INSERT_LEARNING_RECORD = (
    "insert into hris_learning_records(record_id, wid, content_id, completion_date, score, expiration_date,"
    " recorded_moment, source, rescinded) values(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_SKILL_ITEM = (
    "insert into hris_skill_items(item_id, wid, skill_id, skill_name, remote_id) values(?, ?, ?, ?, null)"
)
INSERT_CERTIFICATE = (
    "insert or replace into lms_certificates(certification_id, user_id, issued_date, expire_date) values(?, ?, ?, ?)"
)


@dataclass(slots=True)
class TrainingRows:
    """Rows that wait to be written."""

    enrolments: list[tuple[object, ...]] = field(default_factory=list)
    learning_records: list[tuple[object, ...]] = field(default_factory=list)
    skill_items: list[tuple[object, ...]] = field(default_factory=list)
    certificates: list[tuple[object, ...]] = field(default_factory=list)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all rows and forget them."""
        for statement, rows in (
            (INSERT_ENROLMENT, self.enrolments),
            (INSERT_LEARNING_RECORD, self.learning_records),
            (INSERT_SKILL_ITEM, self.skill_items),
            (INSERT_CERTIFICATE, self.certificates),
        ):
            connection.executemany(statement, rows)
            rows.clear()


class TrainingMaker:
    """Makes the training history of person after person; counts enrolments by course and month for the invoices."""

    def __init__(self, catalogue: Catalogue, rng: Random) -> None:
        self.rows = TrainingRows()
        self.enrolments_by_month: Counter[tuple[str, str]] = Counter()
        self._catalogue = catalogue
        self._next_enrolment = self._next_record = self._next_item = 1
        self._certification = {course.stem: number for number, course in enumerate(certified_courses(catalogue), 1)}
        self._skill_name = {skill.skill_id: skill.name for skill in skills()}
        self._revisions = {
            course.stem: tuple(
                (revision.effective.toordinal(), revision.course_id, revision.code)
                for revision in course.revisions
                if revision.counts_as is not None
            )
            for course in catalogue.courses
        }
        chosen = rng.sample(skills(), FREE_WORDS)
        self._free_words = [(catalogue.book.tag_for(skill), skill.skill_id) for skill in chosen]

    def make(self, person: Person, rng: Random) -> None:
        """The history of one person: completions from the hire to some days ago, attempts, open enrolments, skills."""
        hire = max(date.fromisoformat(person.record["Original_Hire_Date"]).toordinal(), _TODAY - 2200)
        end = min(_TODAY - 3, date.fromisoformat(person.record.get("Termination_Date", "2026-10-30")).toordinal())
        if person.standing not in {"staff", "leaver"} or end - hire < 5:
            return
        user_id = None if person.account is None else person.account.user_id
        shown: set[str] = set()
        tenure = end - hire
        wanted = 4 if tenure < 90 else 9 if tenure < 500 else 11
        compulsory = self._catalogue.compulsory
        chosen = list(compulsory if tenure >= 90 else compulsory[:3])
        pool = self._catalogue.by_family[person.family]
        further = rng.sample(pool, min(len(pool), max(1, wanted - len(chosen) - 1 + rng.randrange(3)) + 2))
        opened, taken = further[:2], further[2:]
        for course_no in (*chosen, *taken):
            self._complete(person, user_id, self._catalogue.courses[course_no], rng, hire, end, shown)
        if user_id is not None and person.standing == "staff":
            for course_no in opened[: rng.randrange(3)]:
                self._open(user_id, self._catalogue.courses[course_no], rng, hire)
        if person.standing == "staff":
            self._skills(person.wid, rng, shown)

    def _complete(
        self, person: Person, user_id: int | None, course: Course, rng: Random, hire: int, end: int, shown: set[str]
    ) -> None:
        random = rng.random
        months = course.recertify_months
        earliest = hire + 1 if months is None else max(hire + 1, end - 28 * months)
        day = earliest + int((end - earliest) * random())
        self._completion(person.wid, user_id, course, rng, day, shown, False)
        if random() < 0.12 and day - hire > 300:
            self._completion(person.wid, user_id, course, rng, day - 200 - int(90 * random()), shown, True)

    def _completion(
        self, wid: str, user_id: int | None, course: Course, rng: Random, day: int, shown: set[str], is_archived: bool
    ) -> None:
        """One completion in both systems. Ids of records rise, so that no index is filled here and there."""
        countable = self._revisions[course.stem]
        revision = countable[0]
        for candidate in countable[1:]:
            if candidate[0] <= day:
                revision = candidate
        _, course_id, code = revision
        score = _SCORES[int(20 * rng.random())]
        iso = _DAYS[day]
        bits = rng.getrandbits(112)
        expires = None
        if course.recertify_months is not None:
            expires = date.fromordinal(day + course.recertify_months * 30).isoformat()
        content = code if bits & 7 else course.current.code
        source = "Integration" if bits & 16 else "Workday"
        record_id = f"{self._next_record:012x}{bits >> 32:020x}"
        self._next_record += 1
        self.rows.learning_records.append(
            (record_id, wid, content, iso, score, expires, f"{iso}T18:05:00.000-08:00", source, 0)
        )
        if score is None or float(score) >= PASS_PCT:
            shown.update(course.skill_ids)
        if user_id is None:
            return
        enrolled = _DAYS[day - (bits >> 5 & 15)]
        done = f"{iso} {6 + (bits >> 10 & 7):02}:{10 + (bits >> 14 & 31)}:00"
        owner = "rule" if course.kind != "skill" else "admin"
        row = (user_id, course_id, "completed", f"{enrolled} 06:00:00", done, score, done, owner, int(is_archived))
        self.rows.enrolments.append((self._next_enrolment, *row))
        self._next_enrolment += 1
        self.enrolments_by_month[code, enrolled[:7]] += 1
        certification = self._certification.get(course.stem)
        if certification is not None and not is_archived:
            self.rows.certificates.append((certification, user_id, iso, expires))

    def _open(self, user_id: int, course: Course, rng: Random, hire: int) -> None:
        """An enrolment that is not finished; some carry a zero date, as the learning system writes it."""
        day = max(hire, _TODAY - 3 - rng.randrange(120))
        iso = _DAYS[day]
        status = rng.choice(("subscribed", "in_progress", "in_progress", "suspended"))
        zero = "0000-00-00 00:00:00" if rng.random() < 0.2 else None
        self.rows.enrolments.append(
            (
                self._next_enrolment,
                user_id,
                course.current.course_id,
                status,
                f"{iso} 06:00:00",
                zero,
                None,
                f"{iso} 06:00:00",
                "admin",
                0,
            )
        )
        self._next_enrolment += 1
        self.enrolments_by_month[course.current.code, iso[:7]] += 1

    def _skills(self, wid: str, rng: Random, shown: set[str]) -> None:
        items: list[tuple[str | None, str]] = [(skill_id, self._skill_name[skill_id]) for skill_id in sorted(shown)]
        kind = rng.random()
        if kind < 0.25:
            word, skill_id = rng.choice(self._free_words)
            if skill_id not in shown:
                items.append((None, word))
        elif kind < 0.5:
            skill = rng.choice(skills())
            if skill.skill_id not in shown:
                items.append((skill.skill_id, skill.name))
        for known_id, name in items:
            self.rows.skill_items.append((f"{self._next_item:012x}{rng.getrandbits(80):020x}", wid, known_id, name))
            self._next_item += 1
