"""What people do at the firm: job families and their profiles, with the titles that stand on the door."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Profile:
    """A job profile. `share` weighs it within its family; managers' profiles are given to managers alone."""

    code: str
    name: str
    family: str
    level: str
    share: int


_FAMILIES: dict[str, tuple[str, str, tuple[tuple[str, str, int], ...]]] = {
    "Production": ("PRD", "Operations", (
        ("Plant Manager", "Manager", 0), ("Shift Supervisor", "Supervisor", 0), ("Production Operator", "Individual", 9),
        ("CNC Machinist", "Individual", 5), ("Welder", "Individual", 4), ("Assembly Technician", "Individual", 6),
        ("Tool and Die Maker", "Individual", 2))),
    "Maintenance": ("MNT", "Operations", (
        ("Maintenance Manager", "Manager", 0), ("Maintenance Team Lead", "Supervisor", 0),
        ("Industrial Electrician", "Individual", 5), ("Mechatronics Technician", "Individual", 5),
        ("Facility Technician", "Individual", 3))),
    "Logistics": ("LOG", "Operations", (
        ("Logistics Manager", "Manager", 0), ("Warehouse Supervisor", "Supervisor", 0), ("Forklift Driver", "Individual", 6),
        ("Warehouse Associate", "Individual", 7), ("Transport Planner", "Individual", 2))),
    "Quality": ("QUA", "Operations", (
        ("Head of Quality", "Manager", 0), ("Quality Team Lead", "Supervisor", 0), ("Quality Inspector", "Individual", 5),
        ("Quality Engineer", "Individual", 4), ("Metrology Technician", "Individual", 2))),
    "Engineering": ("ENG", "Engineering", (
        ("Engineering Director", "Manager", 0), ("Engineering Team Lead", "Supervisor", 0),
        ("Mechanical Engineer", "Individual", 6), ("Electrical Engineer", "Individual", 5),
        ("Process Engineer", "Individual", 3), ("CAD Designer", "Individual", 3))),
    "Information Technology": ("ITX", "Engineering", (
        ("IT Director", "Manager", 0), ("Development Team Lead", "Supervisor", 0), ("Software Developer", "Individual", 7),
        ("Data Engineer", "Individual", 3), ("Systems Administrator", "Individual", 4), ("IT Support Analyst", "Individual", 4),
        ("Information Security Analyst", "Individual", 2))),
    "Research": ("RND", "Engineering", (
        ("Head of Research", "Manager", 0), ("Research Group Lead", "Supervisor", 0), ("Research Scientist", "Individual", 5),
        ("Laboratory Technician", "Individual", 4))),
    "Sales": ("SAL", "Commercial", (
        ("Sales Director", "Manager", 0), ("Regional Sales Manager", "Supervisor", 0), ("Account Executive", "Individual", 6),
        ("Inside Sales Representative", "Individual", 5), ("Sales Engineer", "Individual", 3))),
    "Customer Service": ("CSV", "Commercial", (
        ("Head of Customer Service", "Manager", 0), ("Service Team Lead", "Supervisor", 0),
        ("Customer Service Agent", "Individual", 8), ("Field Service Technician", "Individual", 4))),
    "Marketing": ("MKT", "Commercial", (
        ("Marketing Director", "Manager", 0), ("Marketing Team Lead", "Supervisor", 0), ("Marketing Specialist", "Individual", 5),
        ("Graphic Designer", "Individual", 2), ("Product Manager", "Individual", 3))),
    "Finance": ("FIN", "Administration", (
        ("Finance Director", "Manager", 0), ("Accounting Team Lead", "Supervisor", 0), ("Accountant", "Individual", 6),
        ("Financial Controller", "Individual", 3), ("Buyer", "Individual", 3))),
    "Human Resources": ("HRX", "Administration", (
        ("HR Director", "Manager", 0), ("HR Team Lead", "Supervisor", 0), ("HR Business Partner", "Individual", 4),
        ("Payroll Specialist", "Individual", 3), ("Learning Specialist", "Individual", 2))),
}  # fmt: skip

FAMILIES = tuple(_FAMILIES)
"""Job families; each heads one branch of the organisation."""

FUNCTION_OF = {family: function for family, (_, function, _) in _FAMILIES.items()}


@cache
def profiles() -> tuple[Profile, ...]:
    """Every job profile."""
    return tuple(
        Profile(f"JP-{short}-{number:02}", title, family, level, share)
        for family, (short, _, titles) in _FAMILIES.items()
        for number, (title, level, share) in enumerate(titles, 1)
    )


@cache
def profiles_of(family: str, level: str) -> tuple[Profile, ...]:
    """A family's profiles of a level, each as often as its share says."""
    return tuple(
        profile
        for profile in profiles()
        if profile.family == family and profile.level == level
        for _ in range(max(1, profile.share))
    )


@cache
def profile_by_code() -> dict[str, Profile]:
    """Every job profile by its code."""
    return {profile.code: profile for profile in profiles()}


def stable_wid(text: str) -> str:
    """32 hex digits that stand for a thing for ever, as the HR system's ids do."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def profile_records() -> list[tuple[str, dict[str, object]]]:
    """(id, record) of every job profile, as the REST service shows it."""
    return [
        (
            profile.code,
            {
                "id": stable_wid(f"jobProfile/{profile.code}"),
                "descriptor": profile.name,
                "name": profile.name,
                "code": profile.code,
                "inactive": False,
                "jobFamilies": [{"id": stable_wid(f"jobFamily/{profile.family}"), "descriptor": profile.family}],
                "managementLevel": {"id": stable_wid(f"level/{profile.level}"), "descriptor": profile.level},
            },
        )
        for profile in profiles()
    ]


def group_name(family: str) -> str:
    """The manual group of the learning system that a job family calls for."""
    return f"JF: {family}"
