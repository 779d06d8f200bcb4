"""The learning system's accounts, groups and courses in the words of the rules. Not here: who they belong to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lms_hris_pipeline.sandbox.truth.parsing import day, lower, score, text
from lms_hris_pipeline.sandbox.truth.people import read_objects
from lms_hris_pipeline.sandbox.truth.rules import Rules

FIELDS = {
    "employee_number": "field_1",
    "job_profile": "field_2",
    "department": "field_3",
    "cost_center": "field_4",
    "location": "field_5",
    "hire_date": "field_6",
    "worker_type": "field_7",
}
"""Which custom field holds what."""

ACCOUNT_KIND = "field_8"
ADMINISTRATORS = frozenset({"godadmin", "power_user"})
SWITCHED_OFF = frozenset({"0", "false", "deactivated", "inactive"})


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `values` are the fields that HR has a say in."""

    learner_id: str
    kind: str
    is_active: bool
    manager: str | None
    created: str | None
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Completion:
    """A completed enrolment with a real date."""

    learner_id: str
    course_code: str | None
    counts_for: str | None
    date: str
    score: Decimal | None


@dataclass(slots=True)
class Catalogue:
    """The courses: what a completion counts for, which tags a course has, what it says of its level."""

    counts_for: dict[str, str | None] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    tags: dict[str, set[str]] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)


def read_accounts(company: sqlite3.Connection) -> dict[str, Account]:
    """Every account by its id."""
    branches = {row[0]: text(row[1]) for row in company.execute("select id, code from lms_branches")}
    columns = ", ".join(FIELDS.values())
    rows = company.execute(
        "select user_id, username, firstname, lastname, email, status, level, branch_id, manager_id, creation_date,"  # noqa: S608 - constants
        f" {ACCOUNT_KIND}, {columns} from lms_users order by user_id"
    )
    found = {}
    for row in rows:
        user_id, username, first, last, email, status, level, branch, manager, created, kind, *extra = row
        values = {name: text(value) for name, value in zip(FIELDS, extra, strict=True)}
        values |= {"first_name": text(first), "last_name": text(last), "email": lower(email)}
        values |= {"username": username or "", "branch": branches.get(branch)}
        learner_id = str(user_id)
        found[learner_id] = Account(
            learner_id=learner_id,
            kind=_kind(lower(level), lower(kind)),
            is_active=lower(status) not in SWITCHED_OFF,
            manager=None if text(manager) in (None, "0") else str(manager),
            created=created if day(created) else None,
            values=values,
        )
    return found


def _kind(level: str | None, said: str | None) -> str:
    if level in ADMINISTRATORS:
        return "privileged"
    return said if said in ("external", "service") else "employee"


def read_catalogue(company: sqlite3.Connection) -> Catalogue:
    """The courses. A retired one counts as the course it is equivalent to, else for nothing."""
    found = Catalogue()
    codes = found.codes
    for row_id, record_text in company.execute("select id, record from lms_courses order by id"):
        record = json.loads(record_text)
        code = text(record.get("code")) or str(row_id)
        codes[row_id] = code
        is_published = lower(record.get("status")) == "published"
        level = lower(record.get("difficulty"))
        if level is not None:
            found.levels[code] = level
        if is_published:
            found.published.add(code)
        found.counts_for[code] = code if is_published else text(record.get("equivalent_to"))
    titles = dict(company.execute("select skill_id, title from lms_skills").fetchall())
    for course_id, skill_id in company.execute("select course_id, skill_id from lms_course_skills"):
        tag = text(titles.get(skill_id))
        if tag and course_id in codes:
            found.tags.setdefault(codes[course_id], set()).add(tag)
    return found


def read_completions(company: sqlite3.Connection, catalogue: Catalogue) -> Iterator[Completion]:
    """Completed enrolments, archived attempts included."""
    codes = {row[0]: text(row[1]) for row in company.execute("select id, code from lms_courses")}
    rows = company.execute(
        "select user_id, course_id, status, completion_date, score from lms_enrolments"
        " where completion_date is not null order by id"
    )
    for user_id, course_id, status, completed, result in rows:
        finished = day(completed)
        if finished is not None and (status == "completed" or lower(status) == "completed"):
            code = codes.get(course_id)
            counts_for = catalogue.counts_for.get(code) if code else None
            yield Completion(str(user_id), code, counts_for, finished, score(result))


@dataclass(frozen=True, slots=True)
class Groups:
    """The manual groups that follow the job: their names, the family of each job profile, who is in which."""

    managed: frozenset[str]
    families: Mapping[str, str | None]
    held: Mapping[str, frozenset[str]]

    def wanted(self, job_profile: str | None, rules: Rules) -> frozenset[str] | None:
        """The groups of a job; None where nobody can tell, because HR does not say the job or its family."""
        family = self.families.get(job_profile or "")
        if family is None:
            return None
        return self.managed & {rules.group_prefix + family}


def read_groups(company: sqlite3.Connection, rules: Rules) -> Groups:
    """Managed are the manual groups named after a job family; automatic ones are the learning system's own."""
    families: dict[str, str | None] = {}
    for profile in read_objects(company, "jobProfiles"):
        code = text(profile.get("code")) or text(profile.get("id"))
        listed = profile.get("jobFamilies") or [{}]
        families[str(code)] = text(listed[0].get("descriptor"))
    names = {rules.group_prefix + family for family in families.values() if family}
    managed: dict[int, str] = {}
    for group_id, name, kind in company.execute("select id, name, type from lms_groups order by id"):
        if lower(kind) != "automatic" and text(name) in names:
            managed[group_id] = str(text(name))
    held: dict[str, set[str]] = {}
    for group_id, user_id in company.execute("select group_id, user_id from lms_group_members"):
        if group_id in managed:
            held.setdefault(str(user_id), set()).add(managed[group_id])
    return Groups(frozenset(managed.values()), families, {user: frozenset(found) for user, found in held.items()})
