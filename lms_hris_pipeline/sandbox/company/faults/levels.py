"""Levels of skills: words that no scale knows, and levels on HR's record that training does not bear out."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import orjson

from lms_hris_pipeline.sandbox.company.catalogue import Course
from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.faults.training import sole_completions
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY

STRANGE_COURSE_LEVELS = ("Kyu 3", "Niveau C", "tbd", "Stufe rot", "Track 2", "pro+", "Modul A", "all audiences")
STRANGE_SKILL_LEVELS = ("Guru", "Black Belt", "gut", "3 Sterne", "since 2011", "Ninja", "Profi", "so-so")
FULL_MARK = 85
RECENT = timedelta(days=900)
_DEMANDING = ("medium", "difficult", "verydifficult")


def _unused(scene: Scene, kind: str, words: tuple[str, ...]) -> str | None:
    done = scene.truth.execute("select count(*) from faults where kind = ?", (kind,)).fetchone()[0]
    return words[done] if done < len(words) else None


def course_level_unmapped(scene: Scene) -> bool:
    """A course says its level in a word that no scale knows."""
    word = _unused(scene, "course_level_unmapped", STRANGE_COURSE_LEVELS)
    if word is None:
        return False
    # a course without skills: nobody's level changes with it
    course = scene.rng.choice([course for course in scene.catalogue.courses if not course.skill_ids])
    row = scene.company.execute("select record from lms_courses where id = ?", (course.current.course_id,)).fetchone()
    record = orjson.loads(row[0]) | {"difficulty": word}
    scene.company.execute(
        "update lms_courses set record = ? where id = ?", (orjson.dumps(record).decode(), course.current.course_id)
    )
    scene.note("course_level_unmapped", None, None, "course_level", None, word.lower(), raises="skill_level_unmapped")
    return True


def skill_level_unmapped(scene: Scene) -> bool:
    """HR's record says the level of a skill in a word that no scale knows."""
    word = _unused(scene, "skill_level_unmapped", STRANGE_SKILL_LEVELS)
    chosen = None if word is None else _with_skill(scene)
    if word is None or chosen is None:
        return False
    victim, _, _, skill_id = chosen
    _say(scene, victim, skill_id, word)
    scene.note("skill_level_unmapped", None, None, "skill_level", word.lower(), raises="skill_level_unmapped")
    return True


def skill_level_higher(scene: Scene) -> bool:
    """HR's record has a skill at a lower level than a recent course shows."""
    chosen = _with_skill(scene, is_shown_well=True)
    if chosen is None:
        return False
    victim, _, _, skill_id = chosen
    _say(scene, victim, skill_id, "Beginner")
    scene.note("skill_level_higher", victim.wid, victim.user_id, skill_id, "1", raises="skill_level_higher")
    return True


def skill_level_contradicted(scene: Scene) -> bool:
    """HR's record has a skill at the highest level, and the person failed a course of it."""
    chosen = _with_skill(scene)
    if chosen is None:
        return False
    victim, row, _, skill_id = chosen
    _say(scene, victim, skill_id, "Expert")
    scene.company.execute("update lms_enrolments set score = '40' where id = ?", (row["id"],))
    scene.note(
        "skill_level_contradicted",
        victim.wid,
        victim.user_id,
        skill_id,
        "5",
        row["completion_date"][:10],
        raises="skill_level_contradicted",
    )
    return True


def _with_skill(scene: Scene, *, is_shown_well: bool = False) -> tuple[Victim, sqlite3.Row, Course, str] | None:
    """Somebody not touched yet, a completion of theirs, its course, and a skill on HR's record that no other course taught them."""

    def fitting(victim: Victim) -> list[tuple[sqlite3.Row, Course, str]]:
        taken = sole_completions(scene, victim)
        taught = [skill_id for course in _courses(scene, victim) for skill_id in course.skill_ids]
        items = scene.company.execute("select skill_id from hris_skill_items where wid = ?", (victim.wid,))
        held = {item[0] for item in items}
        return [
            (row, course, skill_id)
            for row, course in taken
            for skill_id in course.skill_ids
            if skill_id in held and taught.count(skill_id) == 1 and (not is_shown_well or _is_shown_well(row, course))
        ]

    victim = scene.take_plain(lambda who: bool(fitting(who)))
    if victim is None:
        return None
    row, course, skill_id = scene.rng.choice(fitting(victim))
    return victim, row, course, skill_id


def _is_shown_well(row: sqlite3.Row, course: Course) -> bool:
    is_full = row["score"] is not None and float(row["score"]) >= FULL_MARK
    is_recent = date.fromisoformat(row["completion_date"][:10]) > FIRST_DAY - RECENT
    return course.difficulty in _DEMANDING and is_full and is_recent


def _courses(scene: Scene, victim: Victim) -> list[Course]:
    """The courses that the victim is enrolled in, once an enrolment."""
    by_id = {revision.course_id: course for course in scene.catalogue.courses for revision in course.revisions}
    rows = scene.company.execute("select course_id from lms_enrolments where user_id = ?", (victim.user_id,))
    return [by_id[row[0]] for row in rows]


def _say(scene: Scene, victim: Victim, skill_id: str, word: str) -> None:
    scene.company.execute(
        "update hris_skill_items set level = ? where wid = ? and skill_id = ?", (word, victim.wid, skill_id)
    )


INJECTIONS: dict[str, Injection] = {
    "course_level_unmapped": course_level_unmapped,
    "skill_level_unmapped": skill_level_unmapped,
    "skill_level_higher": skill_level_higher,
    "skill_level_contradicted": skill_level_contradicted,
}
