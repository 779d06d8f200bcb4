"""Docebo's two brakes: 1,000 calls an hour, and one batch or branch call at a time.

The hour is one of the virtual clock. Not here: what the refusal looks like.
"""

from __future__ import annotations

import math
import threading
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)

ONE_AT_A_TIME = frozenset(
    {
        ("POST", "/manage/v1/user/batch"),
        ("POST", "/learn/v1/enrollment/batch"),
        ("PUT", "/manage/v1/user/move_to_branch"),
        ("PUT", "/manage/v1/user/add_to_branch"),
    }
)
"""Calls of which Docebo does not run two at the same time."""


class HourlyQuota:
    """Calls in the current hour; the hour starts with its first call."""

    def __init__(self, per_hour: int | None) -> None:
        self.per_hour = per_hour
        self.refused = 0
        self._start: datetime | None = None
        self._used = 0

    def take(self, now: datetime) -> int | None:
        """Count a call: None if it may pass, else the seconds until the next hour starts."""
        if self._start is None or not self._start <= now < self._start + HOUR:
            self._start, self._used = now, 0
        if self.per_hour is None or self._used < self.per_hour:
            self._used += 1
            return None
        self.refused += 1
        return max(1, math.ceil((self._start + HOUR - now).total_seconds()))

    def state(self) -> dict[str, int | None]:
        """For the control plane."""
        return {"per_hour": self.per_hour, "used": self._used, "refused": self.refused}


class Turnstile:
    """Lets one call through at a time and turns the others away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def enter(self) -> bool:
        return self._lock.acquire(blocking=False)

    def leave(self) -> None:
        self._lock.release()
