"""Completions, skills, tags and invoice lines that the two systems do not agree on or nobody can place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import orjson

from lms_hris_pipeline.sandbox.company.catalogue import SUPPLIERS, Course, Revision
from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.framework import skills
from lms_hris_pipeline.sandbox.company.money import invoice_line
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.company.training import PASS_PCT

MOST_HARD_TAGS = 60
"""However large the company: its catalogue does not grow."""


def _by_course_id(scene: Scene) -> dict[int, tuple[Course, Revision]]:
    return {
        revision.course_id: (course, revision) for course in scene.catalogue.courses for revision in course.revisions
    }


def sole_completions(scene: Scene, victim: Victim) -> list[tuple[sqlite3.Row, Course]]:
    """Completions of courses that the victim completed exactly once, under whatever revision."""
    known = _by_course_id(scene)
    found: dict[str, list[tuple[sqlite3.Row, Course]]] = {}
    for row in scene.company.execute("select * from lms_enrolments where user_id = ? order by id", (victim.user_id,)):
        course = known[row["course_id"]][0]
        found.setdefault(course.stem, []).append((row, course))
    return [rows[0] for rows in found.values() if len(rows) == 1 and rows[0][0]["status"] == "completed"]


def _with_completion(
    scene: Scene, suits: Callable[[sqlite3.Row, Course], bool] = lambda row, course: True
) -> tuple[Victim, sqlite3.Row, Course] | None:
    victim = scene.take_plain(lambda who: any(suits(row, course) for row, course in sole_completions(scene, who)))
    if victim is None:
        return None
    row, course = scene.rng.choice([pair for pair in sole_completions(scene, victim) if suits(*pair)])
    return victim, row, course


def completion_missing_hris(scene: Scene) -> bool:
    """HR has no record of a completion: none was written, or it was rescinded by mistake."""
    chosen = _with_completion(scene)
    if chosen is None:
        return False
    victim, row, course = chosen
    day = row["completion_date"][:10]
    codes = [revision.code for revision in course.revisions]
    where = f"where wid = ? and completion_date = ? and content_id in ({','.join('?' * len(codes))})"
    statement = (
        "update hris_learning_records set rescinded = 1"
        if scene.rng.random() < 0.2
        else "delete from hris_learning_records"
    )
    scene.company.execute(f"{statement} {where}", (victim.wid, day, *codes))
    scene.note(
        "completion_missing_hris",
        victim.wid,
        victim.user_id,
        course.current.code,
        None,
        day,
        raises="completion_missing_hris",
    )
    return True


def completion_missing_lms(scene: Scene) -> bool:
    """HR has a completion that the learning system lacks: no enrolment, or one that is still open."""
    victim = scene.take_plain()
    if victim is None:
        return False
    course = scene.course_not_taken(victim.wid, victim.user_id)
    day = FIRST_DAY - timedelta(days=scene.rng.randrange(10, 700))
    scene.add_learning_record(victim.wid, course.current.code, day, scene.rng.choice((None, "85", "91.5")))
    scene.add_skills(victim.wid, course)
    if scene.rng.random() < 0.4:
        scene.company.execute(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, 'in_progress', 'learner', ?, null, null, ?, 'admin', 0)",
            (victim.user_id, course.current.course_id, f"{day.isoformat()} 06:00:00", f"{day.isoformat()} 06:00:00"),
        )
    scene.note(
        "completion_missing_lms",
        victim.wid,
        victim.user_id,
        course.current.code,
        day.isoformat(),
        raises="completion_missing_lms",
    )
    return True


def completion_zero_date(scene: Scene) -> bool:
    """The learning system says completed, on the zero date; HR knows the day."""
    chosen = _with_completion(scene, lambda row, course: not row["archived"])
    if chosen is None:
        return False
    victim, row, course = chosen
    scene.company.execute(
        "update lms_enrolments set completion_date = '0000-00-00 00:00:00' where id = ?", (row["id"],)
    )
    scene.note(
        "completion_zero_date", victim.wid, victim.user_id, course.current.code, row["completion_date"][:10],
        raises="completion_missing_lms",
    )  # fmt: skip
    return True


def completion_unmapped(scene: Scene) -> bool:
    """A completion under a retired revision that counts for nothing."""
    victim = scene.take_plain()
    if victim is None:
        return False
    course, revision = scene.rng.choice(scene.catalogue.lost_revisions())
    day = max(revision.effective, date.fromisoformat(victim.record["Hire_Date"])) + timedelta(days=3)
    scene.enrol_completed(victim.user_id, revision, day, None)
    scene.add_skills(victim.wid, course)
    if scene.rng.random() < 0.5:
        scene.add_learning_record(victim.wid, revision.code, day, None)
    scene.note(
        "completion_unmapped",
        victim.wid,
        victim.user_id,
        revision.code,
        None,
        day.isoformat(),
        raises="completion_unmapped",
    )
    return True


def skill_missing_hris(scene: Scene) -> bool:
    """A completed course shows a skill that is not on the worker's record."""
    chosen = _with_completion(
        scene, lambda row, course: bool(course.skill_ids) and (row["score"] is None or float(row["score"]) >= PASS_PCT)
    )
    if chosen is None:
        return False
    victim, _, course = chosen
    skill_id = scene.rng.choice(course.skill_ids)
    scene.company.execute("delete from hris_skill_items where wid = ? and skill_id = ?", (victim.wid, skill_id))
    scene.note("skill_missing_hris", victim.wid, victim.user_id, skill_id, raises="skill_missing_hris")
    return True


def _put_tag(scene: Scene, tag: str, meaning: str | None, course: Course) -> None:
    number = scene.company.execute("select coalesce(max(skill_id), 0) + 1 from lms_skills").fetchone()[0]
    scene.company.execute(
        "insert into lms_skills(skill_id, title, description, active) values(?, ?, null, 1)", (number, tag)
    )
    scene.company.executemany(
        "insert into lms_course_skills(course_id, skill_id) values(?, ?)",
        [(revision.course_id, number) for revision in course.revisions],
    )
    scene.truth.execute("insert or replace into tags(tag, skill_id) values(?, ?)", (tag, meaning))


def tag_without_skill(scene: Scene) -> bool:
    """A course carries a word that means no skill."""
    tag = scene.catalogue.book.meaningless()
    if tag is None:
        return False
    _put_tag(scene, tag, None, scene.rng.choice(scene.catalogue.courses))
    scene.note("tag_without_skill", None, None, "skill_tag", None, tag, raises="skill_tag_unmapped")
    return True


def tag_hard(scene: Scene) -> bool:
    """A course carries one of its skills in words that are hard to read: a person may have to say what they mean."""
    done = scene.truth.execute("select count(*) from faults where kind = 'tag_hard'").fetchone()[0]
    if done >= MOST_HARD_TAGS:
        return False
    known = {skill.skill_id: skill for skill in skills()}
    course = scene.rng.choice([course for course in scene.catalogue.courses if course.skill_ids])
    skill = known[scene.rng.choice(course.skill_ids)]
    tag = scene.catalogue.book.tag_for(skill, is_hard=True)
    if scene.truth.execute("select 1 from tags where tag = ?", (tag,)).fetchone() is not None:
        return tag_hard(scene)
    _put_tag(scene, tag, skill.skill_id, course)
    scene.note("tag_hard", None, None, "skill_tag", skill.skill_id, tag)
    return True


def _bad_line(
    scene: Scene, kind: str, *, month: str = "2026-10", charge_type: str = "COURSE_FEE", **refers: str
) -> bool:
    """An invoice line that names no cost centre and cannot be shared."""
    invoice_id = f"INV-9{scene.serial():05}"
    key, record = invoice_line(
        invoice_id, 1, supplier=scene.rng.choice(SUPPLIERS), month=month, charge_type=charge_type, quantity=1,
        net=Decimal(scene.rng.randrange(5_000, 90_000)) / 100, currency="EUR", **refers,
    )  # fmt: skip
    scene.company.execute(
        "insert into hris_objects(report, id, record) values('INT_LMS_Supplier_Invoices', ?, ?)",
        (key, orjson.dumps(record).decode()),
    )
    scene.note(kind, None, None, "invoice", f"{invoice_id}/1", raises="invoice_unallocated")
    return True


def invoice_unknown_course(scene: Scene) -> bool:
    """A line charges a course that the catalogue does not hold."""
    return _bad_line(scene, "invoice_unknown_course", Course_Code=f"EXT-{scene.rng.randrange(100, 999)}")


def invoice_unknown_contract(scene: Scene) -> bool:
    """A line charges a contract that is not known."""
    return _bad_line(
        scene, "invoice_unknown_contract", charge_type="LICENCE", Contract_ID=f"LIC-9{scene.rng.randrange(10, 99)}"
    )


def invoice_without_reference(scene: Scene) -> bool:
    """A line names neither a course nor a contract nor a cost centre."""
    return _bad_line(scene, "invoice_without_reference", charge_type="CONTENT")


def invoice_without_enrolments(scene: Scene) -> bool:
    """A line charges a course in a month in which nobody was enrolled."""
    code = scene.rng.choice(scene.catalogue.courses).current.code
    return _bad_line(scene, "invoice_without_enrolments", month="2016-03", Course_Code=code)


INJECTIONS: dict[str, Injection] = {
    name: globals()[name]
    for name in (
        "completion_missing_hris", "completion_missing_lms", "completion_zero_date", "completion_unmapped",
        "skill_missing_hris", "tag_without_skill", "tag_hard", "invoice_unknown_course", "invoice_unknown_contract",
        "invoice_without_reference", "invoice_without_enrolments",
    )
}  # fmt: skip
