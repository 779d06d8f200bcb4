"""What time it is: the real time, or the sandbox's, whose made-up company has a calendar of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lms_hris_pipeline.settings import Settings

AFTER_NIGHT = timedelta(minutes=30)
"""What a person does in the sandbox comes after the night that proposed it, and before the next one."""


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock by which decisions, attempts and ages are dated.

    In the sandbox it starts soon after the night of the day the company has reached.
    """
    if settings.profile != "sandbox" or not (settings.firm.data_dir / "sandbox" / "company.sqlite").exists():
        return lambda: datetime.now(UTC)
    from lms_hris_pipeline.cli.sandbox import company_instant

    instant, began = company_instant(settings) + AFTER_NIGHT, time.monotonic()
    return lambda: instant + timedelta(seconds=time.monotonic() - began)
