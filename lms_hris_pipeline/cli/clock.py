"""The clock of what people do from a shell; which instant that is in the sandbox, `resources.calendar` says."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lms_hris_pipeline.resources.calendar import by_day, made_up_day
from lms_hris_pipeline.settings import Settings


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock by which decisions, attempts and ages are dated.

    In the sandbox it starts soon after the night of the day the company has reached.
    """
    if made_up_day(settings) is None:
        return lambda: datetime.now(UTC)
    instant, began = by_day(settings), time.monotonic()
    return lambda: instant + timedelta(seconds=time.monotonic() - began)
