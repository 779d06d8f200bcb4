"""The learning system's groups: one a job family, filled by hand; one a location, filled by itself; some others."""

from __future__ import annotations

from lms_hris_pipeline.sandbox.company import jobs
from lms_hris_pipeline.sandbox.company.places import LOCATIONS

MANUAL_GROUPS = ("First aiders", "Book club", "Works council")


def group_rows() -> list[tuple[int, str, str, str | None, str | None]]:
    """(id, name, type, rule field, rule value): a manual group a job family, an automatic one a location, some others."""
    rows: list[tuple[int, str, str, str | None, str | None]] = []
    for family in jobs.FAMILIES:
        rows.append((len(rows) + 1, jobs.group_name(family), "manual", None, None))
    for location in LOCATIONS:
        rows.append((len(rows) + 1, f"Location: {location.name}", "automatic", "field_5", location.code))
    for name in MANUAL_GROUPS:
        rows.append((len(rows) + 1, name, "manual", None, None))
    return rows


def group_ids() -> dict[str, int]:
    """The id of a group by the job family or the location code it stands for, or by its name."""
    ids = {family: number for number, family in enumerate(jobs.FAMILIES, 1)}
    ids |= {location.code: len(jobs.FAMILIES) + number for number, location in enumerate(LOCATIONS, 1)}
    return ids | {name: len(ids) + number for number, name in enumerate(MANUAL_GROUPS, 1)}
