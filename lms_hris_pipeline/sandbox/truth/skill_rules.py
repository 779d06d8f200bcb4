"""The rules about skills: what completions show of them, at which level, and how that stands to the HR system's record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import ge

from lms_hris_pipeline.sandbox.truth.accounts import Catalogue
from lms_hris_pipeline.sandbox.truth.parsing import day, is_true, lower, text
from lms_hris_pipeline.sandbox.truth.people import read_objects
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.sandbox.truth.standing import Standing
from lms_hris_pipeline.sandbox.truth.verdict import Verdict

Recorded = Mapping[tuple[str, str], int | None]
"""Level on record by worker and skill; None where the record says none that means anything."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of an account for the courses of its certification; empty where it never ends."""

    issued: str
    expires: str


@dataclass(slots=True)
class Shown:
    """What one person has shown of one skill so far."""

    latest: str = ""
    level: int = 0
    level_in_force: int = 0
    scored: tuple[str, bool, int] = ("", False, 0)
    """Day of the last scored attempt, whether it passed, minus the level of its course: the easiest pass counts."""


class Skills:
    """The skills of one night, as completions are read one by one."""

    def __init__(
        self,
        standing: Standing,
        catalogue: Catalogue,
        meanings: Mapping[str, str],
        certificates: Mapping[tuple[str, str], Certificate],
        today: date,
        rules: Rules,
    ) -> None:
        self._standing = standing
        self._catalogue = catalogue
        self._certificates = certificates
        self._today = today
        self._rules = rules
        self._taught = {
            code: {meanings[tag] for tag in tags if tag in meanings} for code, tags in catalogue.tags.items()
        }
        self._found: dict[tuple[str, str], Shown] = {}

    def take_in(
        self, person: str, course: str | None, finished: str, result: Decimal | None, learner: str = ""
    ) -> None:
        """One completion of a person; without an account it is one that the learning system is about to get."""
        code = course or ""
        hardness = max(1, self._rules.course_levels.get(self._catalogue.levels.get(code, ""), 1))
        for skill in self._taught.get(code, ()):
            shown = self._found.setdefault((person, skill), Shown())
            is_passed = result is None or result >= self._rules.min_score
            if result is not None:
                shown.scored = max(shown.scored, (finished, is_passed, -hardness))
            if is_passed:
                certificate = self._certificates.get((learner, code))
                shown.latest = max(shown.latest, finished)
                if certificate is not None and certificate.issued and certificate.issued < finished:
                    certificate = None
                level = self._level(hardness, finished, result, certificate)
                shown.level = max(shown.level, level)
                if certificate is None or self._is_in_force(certificate):
                    shown.level_in_force = max(shown.level_in_force, level)

    def _is_in_force(self, certificate: Certificate) -> bool:
        return not certificate.expires or certificate.expires >= self._today.isoformat()

    def _level(self, hardness: int, finished: str, result: Decimal | None, certificate: Certificate | None) -> int:
        if result is None and certificate is None:
            return 0
        if certificate is not None and self._is_in_force(certificate):
            return hardness
        is_full = certificate is not None or (result is not None and result >= self._rules.full_score)
        age = max(0, (self._today - date.fromisoformat(finished)).days)
        return max(1, hardness - (0 if is_full else 1) - age // self._rules.fade_days)

    def judge(self, recorded: Recorded, verdict: Verdict) -> None:
        """Skills that are not on the record of a person in scope, and levels that the record has otherwise."""
        for (person, skill), shown in self._found.items():
            worker = self._standing.people.current[person]
            if not worker.is_in_scope:
                continue
            key = (worker.worker_id, skill)
            learner = self._standing.primary_of(worker)
            if key not in recorded:
                if shown.latest:
                    verdict.find("skill_missing_hris", worker.worker_id, learner, skill, None, shown.latest)
                    verdict.propose("skills", "skill", "add_skill", f"worker:{worker.worker_id}", {"skill_id": skill})
                continue
            held = recorded[key]
            finished, is_passed, negative = shown.scored
            if held is None:
                continue
            if finished and not is_passed and -negative <= held:
                verdict.find("skill_level_contradicted", worker.worker_id, learner, skill, str(held), finished)
            elif shown.latest and shown.level > held:
                verdict.find("skill_level_higher", worker.worker_id, learner, skill, str(held), str(shown.level))

    def judge_next_jobs(self, active: set[str], verdict: Verdict) -> None:
        """Who shows all that a next job calls for, by evidence in force; `active` are the profiles in use."""
        for person, worker in self._standing.people.current.items():
            profile = worker.now("job_profile")
            for present, following in self._rules.next_jobs:
                wanted = self._rules.expected.get(following, {})
                levels = [self._found.get((person, skill), Shown()).level_in_force for skill in wanted]
                is_ready = bool(wanted) and all(map(ge, levels, wanted.values()))
                if worker.is_in_scope and profile == present != following and following in active and is_ready:
                    verdict.find("job_recommended", worker.worker_id, None, following, profile)
                    key = f"worker:{worker.worker_id}"
                    verdict.propose("skills", "job", "recommend", key, {"job_profile": following})


def read_active_profiles(company: sqlite3.Connection) -> set[str]:
    """The job profiles that HR uses."""
    return {
        str(text(profile.get("code")) or text(profile.get("id")))
        for profile in read_objects(company, "jobProfiles")
        if not is_true(profile.get("inactive"))
    }


def read_meanings(tags: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """What each tag means, by the tag without blanks; tags that mean no skill are left out."""
    found: dict[str, str] = {}
    for tag, skill in sorted(((text(tag) or "", skill or "") for tag, skill in tags), reverse=True):
        if skill:
            found[tag] = skill
    return found


def read_certificates(company: sqlite3.Connection, catalogue: Catalogue) -> dict[tuple[str, str], Certificate]:
    """The certificate that lasts longest, by account and course."""
    courses: dict[str, set[str]] = {}
    for number, record in company.execute("select id, record from lms_certifications order by id"):
        named = json.loads(record).get("course_ids", ())
        codes = {str(row_id): code for row_id, code in catalogue.codes.items()}
        courses[str(number)] = {codes[str(one)] for one in named if str(one) in codes}
    found: dict[tuple[str, str], Certificate] = {}
    rows = company.execute(
        "select certification_id, user_id, issued_date, expire_date from lms_certificates"
        " order by cast(certification_id as text), user_id"
    )
    for number, user, issued, expires in rows:
        one = Certificate(day(issued) or "", day(expires) or "")
        for code in courses.get(str(number), ()):
            held = found.get((str(user), code))
            if held is None or _outlasts(one, held):
                found[str(user), code] = one
    return found


def _outlasts(one: Certificate, other: Certificate) -> bool:
    return (one.expires or "9999") > (other.expires or "9999")


def judge_tags(company: sqlite3.Connection, meanings: Mapping[str, str], rules: Rules, verdict: Verdict) -> Recorded:
    """Raise tags in use that mean no skill; the skills on worker records, by id or by words that have a meaning."""
    used = {text(row[0]) for row in company.execute("select title from lms_skills")}
    recorded: dict[tuple[str, str], int | None] = {}
    for wid, skill_id, name, said in company.execute("select wid, skill_id, skill_name, level from hris_skill_items"):
        skill, tag = text(skill_id), text(name)
        if skill is None and tag is not None:
            used.add(tag)
            skill = meanings.get(tag)
        if skill is not None:
            levels = [recorded.get((wid, skill)), rules.skill_levels.get(lower(said) or "")]
            recorded[wid, skill] = max((level for level in levels if level is not None), default=None)
    for tag in used:
        if tag is not None and tag not in meanings:
            verdict.find("skill_tag_unmapped", None, None, "skill_tag", None, tag)
    return recorded


def judge_levels(company: sqlite3.Connection, catalogue: Catalogue, rules: Rules, verdict: Verdict) -> None:
    """Raise words for levels that no scale knows."""
    for said in set(catalogue.levels.values()) - rules.course_levels.keys():
        verdict.find("skill_level_unmapped", None, None, "course_level", None, said)
    items = {lower(row[0]) for row in company.execute("select distinct level from hris_skill_items")}
    for level in items - rules.skill_levels.keys() - {None}:
        verdict.find("skill_level_unmapped", None, None, "skill_level", level)
