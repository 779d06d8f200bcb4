"""What time it is: the world's, or, with the sandbox's profile, that of the made-up company."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time

from lms_hris_pipeline.settings import Settings

COMPANY_EVENING = time(21, tzinfo=UTC)
"""The made-up company plays whole days; a night looks at it when the day is over everywhere in its home zone."""


def present(settings: Settings) -> datetime:
    """The instant a run looks at unless it is told another one.

    The made-up company has a calendar of its own, which its database keeps; where none was made yet, the world's counts.
    """
    company = settings.firm.data_dir / "sandbox" / "company.sqlite"
    if settings.profile == "sandbox" and company.exists():
        with closing(sqlite3.connect(f"file:{company.as_posix()}?mode=ro", uri=True)) as connection:
            row = connection.execute("select value from meta where key = 'company_date'").fetchone()
        if row is not None:
            return datetime.combine(date.fromisoformat(row[0]), COMPANY_EVENING)
    return datetime.now(UTC).replace(microsecond=0)
