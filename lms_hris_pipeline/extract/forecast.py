"""How many calls an extract takes, and how long at the vendor's hourly limit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LMS_PAGE = 200
REST_PAGE = 100
_LMS_LISTS = {
    "users": "/manage/v1/user",
    "user_fields": "/manage/v1/user_fields",
    "branches": "/manage/v1/orgchart",
    "groups": "/audiences/v1/audience",
    "courses": "/course/v1/courses",
    "enrolments": "/learn/v1/enrollments",
    "certifications": "/learn/v1/certification",
    "skills": "/skill/v1/skills",
}
_LMS_BELOW = {
    "group_members": ("/manage/v1/group/{id}/members", "groups"),
    "certificates": ("/learn/v1/certification/{id}/users", "certifications"),
    "course_skills": ("/skill/v1/courses/{id}/skills", "courses"),
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Calls by endpoint, their sum, and the hours they take at the limit."""

    calls: dict[str, int]
    total: int
    hours: float


def forecast_lms(rows: Mapping[str, int], calls_per_hour: int, *, changed_enrolments: int | None = None) -> Forecast:
    """The calls of one extract from the learning system.

    Args:
        rows: records by entity; missing ones count as none.
        changed_enrolments: enrolments that changed, where only those are read (plus one call for the count).
    """
    calls = {"token": 1, "/manage/v1/tenant": 1}
    for entity, endpoint in _LMS_LISTS.items():
        calls[endpoint] = _pages(rows.get(entity, 0), LMS_PAGE)
    if changed_enrolments is not None:
        calls[_LMS_LISTS["enrolments"]] = _pages(changed_enrolments, LMS_PAGE)
    calls[_LMS_LISTS["enrolments"]] += 1
    for entity, (endpoint, parent) in _LMS_BELOW.items():
        parents = rows.get(parent, 0)
        calls[endpoint] = parents + rows.get(entity, 0) // LMS_PAGE
    return _forecast(calls, calls_per_hour)


def forecast_hris(rows: Mapping[str, int], calls_per_hour: int, *, windows: int = 1) -> Forecast:
    """The calls of one extract from the HR system: reports whole, workers by location, completions by window."""
    plain = 8
    calls = {
        "token": 1,
        "INT_LMS_Tenant": 1,
        "INT_LMS_Workers": rows.get("locations", 0),
        "workers": 1,
        "INT_LMS_Learning_Records": windows,
        "INT_LMS_Learning_Record_Count": 2,
        "jobProfiles": _pages(rows.get("job_profiles", 0), REST_PAGE),
        "supervisoryOrganizations": _pages(rows.get("supervisory_organizations", 0), REST_PAGE),
        "other reports": plain,
    }
    return _forecast(calls, calls_per_hour)


def hours_at_limit(calls: int, calls_per_hour: int) -> float:
    """Hours until the last of `calls` may be made: each full quota before it costs an hour."""
    return max(0, calls - 1) // calls_per_hour + (max(0, calls - 1) % calls_per_hour) / calls_per_hour


def _forecast(calls: dict[str, int], calls_per_hour: int) -> Forecast:
    total = sum(calls.values())
    return Forecast(calls, total, hours_at_limit(total, calls_per_hour))


def _pages(rows: int, size: int) -> int:
    return max(1, -(-rows // size))
