"""What is learned on a day: completions in either system, better scores, new courses and revisions.

A completion never goes: an earlier attempt is archived before the next one takes its place.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from lms_hris_pipeline.sandbox.company.day_roster import Today
from lms_hris_pipeline.sandbox.company.records import Record

COMPLETIONS, RECORDS, BETTER_SCORES = 0.0120, 0.0012, 0.0008
NEW_COURSE, NEW_REVISION = 0.15, 0.08
SCORES = (None, None, None, "100", "95", "90", "88", "84.5", "80", "75", "70", "66")
KNOWN_TO_HR = 0.25
"""Share of completions that HR enters by itself the same day."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The courses that can be taken, and the certifications they lead to."""

    published: list[tuple[int, str]]
    certification: dict[int, tuple[int, int | None]]


def play_training(today: Today) -> None:
    """All of it, in a fixed order."""
    _add_course(today)
    _revise_course(today)
    catalogue = _read_catalogue(today.company)
    learners = today.truth.execute(
        "select cast(learner_id_lms as integer), worker_id_hris from identities where kind = 'primary' order by 1"
    ).fetchall()
    active = {row[0] for row in today.company.execute("select user_id from lms_users where status = '1'")}
    pool = [(user, wid) for user, wid in learners if user in active]
    for user, wid in today.some(pool, COMPLETIONS):
        _learn(today, catalogue, user, wid)
    users = {wid: user for user, wid in learners}
    for wid in today.some(today.roster.staff, RECORDS):
        _record(today, catalogue, wid, users.get(wid))
    _mend_scores(today)


def _read_catalogue(company: sqlite3.Connection) -> Catalogue:
    published = [
        (row[0], row[1])
        for row in company.execute("select id, code, record from lms_courses order by id")
        if orjson.loads(row[2])["status"] == "published"
    ]
    certification: dict[int, tuple[int, int | None]] = {}
    for row in company.execute("select id, record from lms_certifications order by id"):
        record = orjson.loads(row[1])
        months = record.get("expires_after_months")
        certification |= {int(course): (row[0], months) for course in record.get("course_ids", ())}
    return Catalogue(published, certification)


def _learn(today: Today, catalogue: Catalogue, user: int, wid: str) -> None:
    """Finish what is open, take something new, or repeat what was done before."""
    rows = today.company.execute(
        "select id, course_id, status, completion_date from lms_enrolments where user_id = ? and archived = 0 order by id",
        (user,),
    ).fetchall()
    score, moment = today.rng.choice(SCORES), today.stamp()
    known = {row[1] for row in rows}
    begun = [row for row in rows if row[2] in ("subscribed", "in_progress")]
    done = [row for row in rows if row[2] == "completed"]
    chance = today.rng.random()
    if begun and chance < 0.6:
        row_id, course = today.rng.choice(begun)[:2]
        today.company.execute(
            "update lms_enrolments set status = 'completed', completion_date = ?, score = ?, last_update = ? where id = ?",
            (moment, score, moment, row_id),
        )
    else:
        fresh = [course for course, _ in catalogue.published if course not in known]
        again = [row for row in done if _may_be_archived(today, user, row)]
        if again and (chance > 0.9 or not fresh):
            row_id, course = today.rng.choice(again)[:2]
            today.company.execute(
                "update lms_enrolments set archived = 1, last_update = ? where id = ?", (moment, row_id)
            )
        elif fresh:
            course = today.rng.choice(fresh)
        else:
            return
        today.company.execute(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, 'completed', 'learner', ?, ?, ?, ?, 'admin', 0)",
            (user, course, moment, moment, score, moment),
        )
    today.company.execute("update lms_users set last_access_date = ? where user_id = ?", (moment, user))
    _certify(today, catalogue, user, course)
    if today.rng.random() < KNOWN_TO_HR:
        code = today.company.execute("select code from lms_courses where id = ?", (course,)).fetchone()[0]
        _enter(today, wid, code, date.fromisoformat(moment[:10]), score)


def _may_be_archived(today: Today, user: int, row: Any) -> bool:
    """An account has room for one archived attempt a course, and one completion of a course a day."""
    found = today.company.execute(
        "select 1 from lms_enrolments where user_id = ? and course_id = ? and archived = 1", (user, row[1])
    ).fetchone()
    return found is None and str(row[3] or "9999") < today.after(-30).isoformat()


def _certify(today: Today, catalogue: Catalogue, user: int, course: int) -> None:
    if course in catalogue.certification:
        number, months = catalogue.certification[course]
        expires = None if months is None else today.after(30 * months).isoformat()
        today.company.execute(
            "insert or replace into lms_certificates values(?, ?, ?, ?)", (number, user, today.day.isoformat(), expires)
        )


def _enter(today: Today, wid: str, code: str, day: date, score: str | None) -> None:
    """A learning record of the HR system, entered by HR today."""
    key = hashlib.blake2b(f"{wid}/{code}/{day.isoformat()}".encode(), digest_size=16).hexdigest()
    today.company.execute(
        "insert or ignore into hris_learning_records(record_id, wid, content_id, completion_date, score,"
        " recorded_moment, source, rescinded) values(?, ?, ?, ?, ?, ?, 'Workday', 0)",
        (key, wid, code, day.isoformat(), score, f"{today.day.isoformat()}T10:05:00.000-08:00"),
    )


def _record(today: Today, catalogue: Catalogue, wid: str, user: int | None) -> None:
    """A course taken elsewhere, known to HR alone."""
    held = {row[0] for row in today.company.execute("select course_id from lms_enrolments where user_id = ?", (user,))}
    recorded = {
        row[0] for row in today.company.execute("select content_id from hris_learning_records where wid = ?", (wid,))
    }
    free = [code for course, code in catalogue.published if course not in held and code not in recorded]
    if free:
        day = today.after(-today.rng.randrange(6))
        _enter(today, wid, today.rng.choice(free), day, today.rng.choice(SCORES))


def _mend_scores(today: Today) -> None:
    """Full marks after a complaint, in the one system or the other. The completion stays what and when it was."""
    for table, stamp, moment in (
        ("lms_enrolments", "last_update", today.stamp()),
        ("hris_learning_records", "recorded_moment", f"{today.day.isoformat()}T11:20:00.000-08:00"),
    ):
        last = today.company.execute(f"select max(rowid) from {table}").fetchone()[0] or 0  # noqa: S608 - constants
        for _ in range(today.count(BETTER_SCORES) if last else 0):
            today.company.execute(
                f"update {table} set score = '100', {stamp} = ? where rowid = ? and score is not null",  # noqa: S608
                (moment, today.rng.randint(1, last)),
            )


def _add_course(today: Today) -> None:
    """A new course with a tag or two that are in use already."""
    if today.rng.random() >= NEW_COURSE:
        return
    course = today.company.execute("select max(id) + 1 from lms_courses").fetchone()[0]
    tags = [row[0] for row in today.company.execute("select skill_id from lms_skills order by skill_id")]
    record: Record = {
        "id": str(course),
        "code": f"N-{course:04}",
        "name": f"News of {today.day.isoformat()}",
        "type": "elearning",
        "status": "published",
        "duration_minutes": 30,
        "price": today.rng.choice(("0.00", "59.00", "120.00")),
        "currency": "EUR",
        "language": "en",
        "last_update": today.stamp(),
    }
    _save_course(today, course, record)
    _tag(today, course, today.rng.sample(tags, min(len(tags), today.rng.choice((1, 2)))))


def _revise_course(today: Today) -> None:
    """A new revision: the old one retires, and all that counted as the old one counts as the new one."""
    if today.rng.random() >= NEW_REVISION:
        return
    rows = today.company.execute("select id, code, record from lms_courses order by id").fetchall()
    records = {row[0]: orjson.loads(row[2]) for row in rows}
    old = today.rng.choice([course for course, record in records.items() if record["status"] == "published"])
    record = records[old]
    stem, number = record.get("revision_of", record["code"]), int(record.get("revision_no", 1)) + 1
    new = max(records) + 1
    code, moment = f"{stem}-R{number}", today.stamp()
    about = {"revision_of": stem, "effective_date": today.day.isoformat(), "last_update": moment}
    if any(other["code"] == code for other in records.values()):
        return
    _save_course(today, new, record | about | {"id": str(new), "code": code, "revision_no": number})
    for course, other in records.items():
        if course == old:
            other |= {"status": "retired", "revision_of": stem, "revision_no": number - 1, "last_update": moment}
        if course == old or other.get("equivalent_to") == record["code"]:
            other["equivalent_to"] = code
            _save_course(today, course, other)
    held = today.company.execute("select skill_id from lms_course_skills where course_id = ? order by 1", (old,))
    _tag(today, new, [row[0] for row in held.fetchall()])
    for row in today.company.execute("select id, record from lms_certifications order by id").fetchall():
        certification = orjson.loads(row[1])
        if str(old) in certification.get("course_ids", ()):
            certification["course_ids"].append(str(new))
            text = orjson.dumps(certification).decode()
            today.company.execute("update lms_certifications set record = ? where id = ?", (text, row[0]))


def _save_course(today: Today, course: int, record: Record) -> None:
    text = orjson.dumps(record).decode()
    today.company.execute(
        "insert or replace into lms_courses(id, code, record) values(?, ?, ?)", (course, record["code"], text)
    )


def _tag(today: Today, course: int, tags: list[int]) -> None:
    today.company.executemany("insert into lms_course_skills values(?, ?)", [(course, tag) for tag in sorted(tags)])
