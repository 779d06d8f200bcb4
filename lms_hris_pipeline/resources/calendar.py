"""What time it is: the world's, or, with the sandbox's profile, that of the made-up company."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta

from lms_hris_pipeline.settings import Settings

COMPANY_EVENING = time(21, tzinfo=UTC)
"""The made-up company plays whole days; a night looks at it when the day is over everywhere in its home zone."""

AFTER_NIGHT = timedelta(minutes=30)
"""What people decide and what is published by day comes after the night that proposed it, and before the next one."""


def present(settings: Settings) -> datetime:
    """The instant a run looks at unless it is told another one.

    The made-up company has a calendar of its own, which its database keeps; where none was made yet, the world's counts.
    """
    day = made_up_day(settings)
    return datetime.now(UTC).replace(microsecond=0) if day is None else datetime.combine(day, COMPANY_EVENING)


def by_day(settings: Settings) -> datetime:
    """The instant at which somebody decides, or publishes between two nights."""
    day = made_up_day(settings)
    return datetime.now(UTC) if day is None else datetime.combine(day, COMPANY_EVENING) + AFTER_NIGHT


def made_up_day(settings: Settings) -> date | None:
    """The day the made-up company has reached; None where the firm is a real one, or none was made up yet."""
    company = settings.firm.data_dir / "sandbox" / "company.sqlite"
    if settings.profile != "sandbox" or not company.exists():
        return None
    with closing(sqlite3.connect(f"file:{company.as_posix()}?mode=ro", uri=True)) as connection:
        row = connection.execute("select value from meta where key = 'company_date'").fetchone()
    return None if row is None else date.fromisoformat(row[0])
