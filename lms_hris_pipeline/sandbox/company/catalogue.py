"""The learning catalogue: courses with their revisions, skill tags, prices; certifications and requirements.

A course has one published revision; earlier ones are retired and mostly count as the published one. Some left no
successor: what was completed under them counts for nothing, so that a company without discrepancies has no such
completions. Not here: who took what.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from lms_hris_pipeline.sandbox.company.framework import Skill, TagBook, skills
from lms_hris_pipeline.sandbox.company.jobs import FAMILIES, profiles
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY

COURSE_COUNT = 200
EARLIEST = date(2019, 1, 7)
SUPPLIERS = ("Northlight Learning", "Akademie Sommerfeld", "Skillharbor Inc.", "Formation Delcourt", "Brightpath Ltd")
SUPPLIER_CURRENCY = ("EUR", "EUR", "USD", "EUR", "GBP")

_SHOP = ("Production", "Maintenance", "Logistics", "Quality")
_TECH = ("Engineering", "Information Technology", "Research", "Quality", "Maintenance")
_FRONT = ("Sales", "Customer Service", "Marketing")
_DESK = ("Finance", "Human Resources", *_FRONT)
_FAMILIES_OF_CATEGORY = {
    "Programming": ("Information Technology", "Engineering"), "Data and analytics": ("Information Technology", "Research", "Finance", "Marketing"),
    "Cloud and infrastructure": ("Information Technology",), "Information security": ("Information Technology",),
    "Business systems": ("Finance", "Human Resources", "Logistics", "Information Technology", "Sales"),
    "Mechanical and design engineering": ("Engineering", "Research"), "Electrical and electronics": ("Engineering", "Maintenance"),
    "Machining and metalwork": ("Production", "Maintenance"), "Assembly and maintenance": ("Production", "Maintenance"),
    "Quality": ("Quality", "Production", "Engineering"), "Lean and operations": _SHOP, "Logistics and purchasing": ("Logistics", "Finance"),
    "Health and safety": _SHOP, "Environment and sustainability": (*_SHOP, "Engineering"), "Finance and accounting": ("Finance",),
    "Human resources": ("Human Resources",), "Sales and customers": ("Sales", "Customer Service"), "Marketing and design": ("Marketing",),
    "Product and project": (*_TECH, "Marketing"), "Laboratory": ("Research", "Quality"), "Facilities and construction": ("Maintenance",),
}  # fmt: skip
_COMPULSORY = (
    ("Code of conduct and how to speak up", 12), ("Data protection at work", 12), ("Safe at work: yearly briefing", 12),
    ("Information security essentials", 12), ("Fire alarm: what to do", 24), ("Equal treatment at work", 24),
    ("Welcome to Lumen", None), ("Anti-corruption rules", 24),
)  # fmt: skip
_BRIEFINGS = (
    "Site rules {}",
    "Emergency exits {}",
    "Shift handover {}",
    "Tools and ladders {}",
    "Visitors and badges {}",
)
_SITES = ("Berlin", "Munich", "Leipzig", "Lyon", "Wrocław", "Chicago")
_DIFFICULTIES = (None, "veryeasy", "easy", "medium", "medium", "difficult", "verydifficult")
_FORMS = ("{}", "{}: first steps", "{} in practice", "{}: advanced", "{} compact")


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a course: the learning system's course. `counts_as` is None where it counts for nothing."""

    course_id: int
    code: str
    number: int
    effective: date
    is_published: bool
    counts_as: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its revisions, the published one last."""

    stem: str
    title: str
    families: tuple[str, ...]
    skill_ids: tuple[str, ...]
    tags: tuple[str, ...]
    recertify_months: int | None
    minutes: int
    price: str
    supplier_no: int
    kind: str
    difficulty: str | None
    revisions: tuple[Revision, ...]

    @property
    def current(self) -> Revision:
        """The published revision."""
        return self.revisions[-1]

    def taken_on(self, day: date) -> Revision:
        """The revision in force on a day, among those that still count."""
        counted = [revision for revision in self.revisions if revision.counts_as is not None]
        in_force = [revision for revision in counted if revision.effective <= day]
        return in_force[-1] if in_force else counted[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All courses and the tags they carry. `tag_ids` numbers each tag as the learning system does."""

    courses: tuple[Course, ...]
    compulsory: tuple[int, ...]
    by_family: dict[str, tuple[int, ...]]
    tag_ids: dict[str, int]
    book: TagBook

    def lost_revisions(self) -> list[tuple[Course, Revision]]:
        """Retired revisions that count for nothing."""
        return [
            (course, revision) for course in self.courses for revision in course.revisions if revision.counts_as is None
        ]


def make_catalogue(seed: int) -> Catalogue:
    """The catalogue of a seed: about 200 published courses and some 60 retired revisions."""
    rng = Random(f"{seed}/catalogue")
    book = TagBook(rng)
    plans = _plans(rng)
    courses: list[Course] = []
    course_id = 100
    for number, (title, families, chosen, months, kind) in enumerate(plans):
        tags = tuple(dict.fromkeys(book.tag_for(skill) for skill in chosen))
        revisions = _revisions(rng, number, course_id, months)
        course_id = revisions[-1].course_id + 1
        is_bought = bool(chosen) and rng.random() < 0.6
        price = f"{rng.choice((39, 79, 120, 149, 249, 390, 590))}.00" if is_bought else "0.00"
        courses.append(
            Course(
                f"C-{number + 1:03}", title, families, tuple(dict.fromkeys(skill.skill_id for skill in chosen)), tags,
                months, rng.choice((20, 30, 45, 60, 90, 240, 480)), price, rng.randrange(len(SUPPLIERS)), kind,
                Random(f"{seed}/difficulty/{number}").choice(_DIFFICULTIES), revisions,
            )
        )  # fmt: skip
    numbers = range(len(courses))
    return Catalogue(
        tuple(courses),
        tuple(number for number in numbers if courses[number].kind == "compulsory"),
        {
            family: tuple(
                number
                for number in numbers
                if courses[number].kind != "compulsory" and family in courses[number].families
            )
            for family in FAMILIES
        },
        {tag: number for number, tag in enumerate(dict.fromkeys(tag for course in courses for tag in course.tags), 1)},
        book,
    )


_Plan = tuple[str, tuple[str, ...], tuple[Skill, ...], "int | None", str]


def _plans(rng: Random) -> list[_Plan]:
    plans: list[_Plan] = [(title, FAMILIES, (), months, "compulsory") for title, months in _COMPULSORY]
    plans += [(form.format(site), _SHOP, (), 12, "briefing") for site in _SITES for form in _BRIEFINGS]
    wanted = list(skills())
    rng.shuffle(wanted)
    for skill in wanted[: COURSE_COUNT - len(plans)]:
        second = [other for other in skills() if other.category == skill.category and other is not skill]
        chosen = (skill, rng.choice(second)) if rng.random() < 0.25 else (skill,)
        months = 24 if skill.category == "Health and safety" else None
        families = _FAMILIES_OF_CATEGORY.get(skill.category, FAMILIES)
        plans.append((rng.choice(_FORMS).format(skill.name), families, chosen, months, "skill"))
    return plans


def _revisions(rng: Random, number: int, first_id: int, months: int | None) -> tuple[Revision, ...]:
    """One to three revisions; every seventh course also left one behind that counts for nothing."""
    earlier = rng.choice((1, 2)) if months is not None and rng.random() < 0.6 else int(rng.random() < 0.08)
    has_lost = number % 7 == 3
    total = earlier + 1 + has_lost
    day = EARLIEST
    days = []
    for _ in range(total):
        days.append(day)
        day += timedelta(days=rng.randrange(300, 900))
    latest = FIRST_DAY - timedelta(days=200)
    days = [min(each, latest - timedelta(days=100 * (total - position))) for position, each in enumerate(days)]
    current = f"C-{number + 1:03}-R{total}" if total > 1 else f"C-{number + 1:03}"
    made = []
    for position, effective in enumerate(days):
        is_last = position == total - 1
        code = current if is_last else f"C-{number + 1:03}-R{position + 1}"
        counts_as = None if has_lost and position == 0 else current
        made.append(Revision(first_id + position, code, position + 1, effective, is_last, counts_as))
    return tuple(made)


def course_rows(catalogue: Catalogue) -> list[tuple[int, str, dict[str, object]]]:
    """(id, code, record) of every revision, as the learning system shows it."""
    rows = []
    for course in catalogue.courses:
        for revision in course.revisions:
            record: dict[str, object] = {
                "id": str(revision.course_id),
                "code": revision.code,
                "name": course.title if revision.is_published else f"{course.title} (revision {revision.number})",
                "type": "classroom" if course.minutes >= 240 else "elearning",
                "status": "published" if revision.is_published else "retired",
                "duration_minutes": course.minutes,
                "price": course.price,
                "currency": SUPPLIER_CURRENCY[course.supplier_no],
                "language": "en",
                "last_update": f"{revision.effective.isoformat()} 08:00:00",
            }
            if course.difficulty is not None:
                record["difficulty"] = course.difficulty
            if len(course.revisions) > 1:
                record |= {
                    "revision_of": course.stem,
                    "revision_no": revision.number,
                    "effective_date": revision.effective.isoformat(),
                }
            if not revision.is_published and revision.counts_as is not None:
                record["equivalent_to"] = revision.counts_as
            rows.append((revision.course_id, revision.code, record))
    return rows


def certification_rows(catalogue: Catalogue) -> list[tuple[int, dict[str, object]]]:
    """(id, record) of every certification: one for each course that must be repeated and teaches a skill."""
    return [
        (
            number,
            {
                "id": str(number),
                "code": f"CERT-{number:02}",
                "title": f"Certificate: {course.title}",
                "expires_after_months": course.recertify_months,
                "course_ids": [str(revision.course_id) for revision in course.revisions],
            },
        )
        for number, course in enumerate(certified_courses(catalogue), 1)
    ]


def certified_courses(catalogue: Catalogue) -> list[Course]:
    """The courses that end with a certificate, in the order of the certifications' ids."""
    return [course for course in catalogue.courses if course.kind == "skill" and course.recertify_months is not None]


def requirement_rows(catalogue: Catalogue) -> list[tuple[str, dict[str, object]]]:
    """(key, record) of every version of every requirement."""
    rows: list[tuple[str, dict[str, object]]] = []

    def add(number: int, version: int, course: Course, about: dict[str, object]) -> None:
        key = f"REQ-{number:03}"
        record: dict[str, object] = {
            "Requirement_ID": key,
            "Version": str(version),
            "Requirement_Name": course.title,
            "Course_Code": course.current.code,
        }
        if course.recertify_months is not None:
            record["Recertify_Months"] = str(course.recertify_months)
        rows.append((f"{key}/{version}", record | about))

    for number, course_no in enumerate(catalogue.compulsory, 1):
        course = catalogue.courses[course_no]
        add(number, 1, course, {"Due_Days": "60", "Valid_From": "2020-01-01", "Valid_To": "2024-12-31"})
        add(number, 2, course, {"Due_Days": "30", "Valid_From": "2025-01-01"})
    for number, course in enumerate(certified_courses(catalogue), 51):
        holders = [{"Job_Profile_ID": profile.code} for profile in profiles() if profile.family in course.families]
        add(number, 1, course, {"Job_Profile_IDs_group": holders[:8], "Due_Days": "90", "Valid_From": "2022-01-01"})
    briefings = [course for course in catalogue.courses if course.kind == "briefing"]
    for number, (course, site) in enumerate(
        zip(briefings[::5], ("BER", "MUC", "LEJ", "LYO", "WRO", "CHI"), strict=True), 81
    ):
        add(number, 1, course, {"Location_ID": f"LOC-{site}", "Due_Days": "14", "Valid_From": "2021-01-01"})
    return rows
