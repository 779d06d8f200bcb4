"""What the oracle takes the firm's rules to be: those of the sandbox's profile, fixed.

Two rules have no number: a user name is the work e-mail in lower case, and a value that HR leaves empty is neither
written nor compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is in scope, on which calendar, in which groups, and what shows a skill."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Berlin"))
    """The firm's zone, for people whose location has none."""

    prehire_days: int = 14
    """An account may exist this many days before the first day of work."""

    includes_contingent: bool = True
    counts_host: bool = False
    """Whether the host's side of an international assignment counts while it lasts; else the home's."""

    group_prefix: str = "JF: "
    """A manual group of this name and a job family is the pipeline's to fill."""

    min_score: Decimal = Decimal(70)
    """A completion with a lower score shows no skill; one without a score does."""

    full_score: Decimal = Decimal(85)
    """From here on a completion shows its course's level, below it one less."""

    fade_days: int = 1095
    """Each time so many days have gone by, evidence shows one level less."""

    course_levels: Mapping[str, int] = field(
        default_factory=lambda: {"veryeasy": 1, "easy": 2, "medium": 3, "difficult": 4, "verydifficult": 5}
    )
    skill_levels: Mapping[str, int] = field(
        default_factory=lambda: {"none": 0, "beginner": 1, "basic": 2, "competent": 3, "proficient": 4, "expert": 5}
    )
    """What words for levels mean; words that are not here mean nothing."""

    expected: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By job profile the skills that it calls for, each from which level on; the sandbox's profile names none."""

    next_jobs: frozenset[tuple[str, str]] = frozenset()
    """Job profiles and those that may follow them."""
