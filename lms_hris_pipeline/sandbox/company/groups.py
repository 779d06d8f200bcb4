"""The learning system's groups: one a job family, filled by hand; one a location, filled by itself; some others.

Some of the others follow a job or a place as well, kept by somebody who now and then forgets one and adds a friend.
"""

from __future__ import annotations

from lms_hris_pipeline.sandbox.company import jobs
from lms_hris_pipeline.sandbox.company.places import LOCATIONS

MANUAL_GROUPS = ("First aiders", "Book club", "Works council")
FOLLOWED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("CAD users", (("job_profile", "JP-ENG-06"),)),
    ("Forklift licences", (("job_profile", "JP-LOG-03"),)),
    ("Hot work", (("job_profile", "JP-PRD-04"), ("job_profile", "JP-PRD-05"))),
    ("Sales kick-off", (("job_family", "Sales"),)),
    ("Leipzig plant tours", (("location", "LOC-LEJ"),)),
    ("Agents and Lyon", (("job_profile", "JP-CSV-03"), ("location", "LOC-LYO"))),
)
"""Groups that somebody keeps by hand, and what they go by; a mapping of each is right, and no rule names it."""

PRIVILEGED_GROUP = "Instructor pool"
"""Bestows rights on those of one job profile: the pipeline must never propose it."""
_INSTRUCTORS = ("job_profile", "JP-HRX-05")
_FORGOTTEN, _FRIENDS = 37, 331
"""One account in so many is left out of a followed group, or is in it without belonging there."""


def group_rows() -> list[tuple[int, str, str, str | None, str | None]]:
    """(id, name, type, rule field, rule value): a manual group a job family, an automatic one a location, some others."""
    rows: list[tuple[int, str, str, str | None, str | None]] = []
    for family in jobs.FAMILIES:
        rows.append((len(rows) + 1, jobs.group_name(family), "manual", None, None))
    for location in LOCATIONS:
        rows.append((len(rows) + 1, f"Location: {location.name}", "automatic", "field_5", location.code))
    for name in _by_hand():
        rows.append((len(rows) + 1, name, "manual", None, None))
    return rows


def _by_hand() -> list[str]:
    return [*MANUAL_GROUPS, *(name for name, _ in FOLLOWED), PRIVILEGED_GROUP]


def group_ids() -> dict[str, int]:
    """The id of a group by the job family or the location code it stands for, or by its name."""
    ids = {family: number for number, family in enumerate(jobs.FAMILIES, 1)}
    ids |= {location.code: len(jobs.FAMILIES) + number for number, location in enumerate(LOCATIONS, 1)}
    return ids | {name: len(ids) + number for number, name in enumerate(_by_hand(), 1)}


def followed_groups(user_id: int, profile: str, location: str) -> list[str]:
    """The followed groups in which an account is, by its holder's job profile and location."""
    traits = {("job_profile", profile), ("job_family", jobs.profile_by_code()[profile].family), ("location", location)}
    found = []
    for number, (name, goes_by) in enumerate((*FOLLOWED, (PRIVILEGED_GROUP, (_INSTRUCTORS,))), 1):
        belongs = not traits.isdisjoint(goes_by)
        if (user_id + number) % (_FORGOTTEN if belongs else _FRIENDS) == 0:
            belongs = not belongs
        if belongs:
            found.append(name)
    return found


def right_mappings() -> list[tuple[str, str, str]]:
    """(source, value, group name) of every mapping that is right and that no rule names."""
    return [(source, value, name) for name, goes_by in FOLLOWED for source, value in goes_by]
