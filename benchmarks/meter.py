"""Time and memory of a process, span by span: what a span costs itself, without the spans inside it.

Peaks are exact: the kernel keeps the highest resident size and forgets it when told to. Linux only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Cost:
    """What one kind of span cost in all.

    Args:
        seconds: wall time.
        cpu_seconds: processor time of this process, all threads.
        sandbox_seconds: processor time of the sandbox's process meanwhile.
        peak_mib: highest resident size of this process while such a span was the innermost.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    sandbox_seconds: float = 0.0
    peak_mib: float = 0.0
    count: int = 0


class Meter:
    """Adds up spans by name; one thread opens and closes them.

    Args:
        sandbox_pid: a process whose processor time is reported apart.
    """

    def __init__(self, sandbox_pid: int | None = None) -> None:
        self.costs: dict[str, Cost] = {}
        self._sandbox_pid = sandbox_pid
        self._open: list[str] = []
        self._last = self._now()

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Everything until the end of the block is `name`'s, except what inner spans take."""
        self.begin(name)
        try:
            yield
        finally:
            self.end()

    def begin(self, name: str) -> None:
        """Open a span inside the one that is open."""
        self._settle()
        self._open.append(name)
        self.costs.setdefault(name, Cost()).count += 1

    def end(self) -> None:
        """Close the innermost span."""
        self._settle()
        self._open.pop()

    def _settle(self) -> None:
        """Book what has passed since the last change on the span that was innermost."""
        now, peak = self._now(), reset_peak_mib()
        if self._open:
            cost = self.costs[self._open[-1]]
            cost.seconds += now[0] - self._last[0]
            cost.cpu_seconds += now[1] - self._last[1]
            cost.sandbox_seconds += now[2] - self._last[2]
            cost.peak_mib = max(cost.peak_mib, peak)
        self._last = now

    def _now(self) -> tuple[float, float, float]:
        sandbox = process_seconds(self._sandbox_pid) if self._sandbox_pid else 0.0
        return time.perf_counter(), time.process_time(), sandbox


def process_seconds(pid: int) -> float:
    """Processor time of a process so far, user and system."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def peak_mib(pid: int | str = "self") -> float:
    """Highest resident size of a process since its start, or since the last reset."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} tells no peak of its memory")


def reset_peak_mib() -> float:
    """This process's peak since the last reset, which this is the next of."""
    peak = peak_mib()
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return peak
