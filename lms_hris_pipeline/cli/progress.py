"""Progress of a run on the terminal: a line a stage with tables, rows and seconds; a live line meanwhile."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

_NAMES = {
    "landing": "extract",
    "raw_hris": "load HRIS",
    "raw_lms": "load LMS",
    "canonical": "stage",
    "match": "match",
    "reconcile": "reconcile",
    "report": "report",
    "batch": "seal",
    "ledger": "propose",
    "pages": "render",
    "publication": "publish",
}


class StageProgress:
    """Collects what the run tells and prints each stage when all of it, or the run, is over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._open: dict[str, list[float]] = {}
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        """Start the live line, on a terminal."""
        if self._console.is_terminal:
            self._status = self._console.status("starting")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what is left and end the live line."""
        if self._status is not None:
            self._status.stop()
        for stage in list(self._open):
            self._print(stage)

    def tell(self, stage: str, name: str, count: int, seconds: float) -> None:
        """`count` rows of `name` took `seconds`; a stage is printed when a later one begins."""
        with self._guard:
            shown = _NAMES.get(stage, stage)
            order = list(dict.fromkeys(_NAMES.values()))
            for earlier in list(self._open):
                if earlier != shown and order.index(earlier) < order.index(shown) and not shown.startswith("load"):
                    self._print(earlier)
            figures = self._open.setdefault(shown, [0, 0, 0.0, time.perf_counter()])
            figures[0] += 1
            figures[1] += count
            figures[2] += seconds
            if self._status is not None:
                self._status.update(f"{shown}: {name} ({count:,})")

    def _print(self, stage: str) -> None:
        tables, rows, seconds, _ = self._open.pop(stage)
        unit = "tables" if tables != 1 else "table "
        self._console.print(
            f"  {stage:<10} {int(tables):>3} {unit} {int(rows):>11,} rows {seconds:>7.1f} s", highlight=False
        )
