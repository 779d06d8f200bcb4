"""Calls counted by endpoint, and the hard stop before the vendor's hourly quota. No I/O."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from lms_hris_pipeline.model.errors import QuotaExhausted

WINDOW_SECONDS = 3600.0
"""Vendors count by the hour."""


class CallBudget:
    """How many calls may still be made in the running hour; shared by all threads.

    Args:
        vendor: the vendor's name in messages.
        calls_per_hour: the vendor's quota; None counts but never stops.
        reserve_share: the part of the quota that reading leaves to writing.
        already: calls that others made in the running hour.
        clock: seconds that only ever rise.
    """

    def __init__(
        self,
        vendor: str,
        calls_per_hour: int | None,
        *,
        reserve_share: float = 0.0,
        already: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.vendor = vendor
        self.calls_per_hour = calls_per_hour
        self._reading = None if calls_per_hour is None else max(1, int(calls_per_hour * (1 - reserve_share)))
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._window_start = clock()
        self._in_window = already
        self._lock = threading.Lock()

    def spend(self, endpoint: str, *, is_write: bool = False) -> None:
        """Count one call.

        Raises:
            QuotaExhausted: this hour's share is used up; nothing was counted.
        """
        with self._lock:
            now = self._clock()
            if now - self._window_start >= WINDOW_SECONDS:
                self._window_start, self._in_window = now, 0
            allowed = self.calls_per_hour if is_write else self._reading
            if allowed is not None and self._in_window >= allowed:
                minutes = max(1, round((self._window_start + WINDOW_SECONDS - now) / 60))
                raise QuotaExhausted(
                    f"{self.vendor}: {allowed} of {self.calls_per_hour} calls an hour are used up\n"
                    f"  The quota starts anew in {minutes} min; then: lms-hris nightly"
                )
            self._in_window += 1
            self._counts[endpoint] += 1

    def counts(self) -> dict[str, int]:
        """Calls so far by endpoint, in order of their names."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    @property
    def left(self) -> int | None:
        """Calls that reading may still make in this hour; None where nothing limits it."""
        with self._lock:
            if self._reading is None:
                return None
            fresh = self._clock() - self._window_start >= WINDOW_SECONDS
            return self._reading if fresh else max(0, self._reading - self._in_window)
