"""Progress of a run on the terminal: a line a stage with what it made, rows and seconds; a live line meanwhile."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from lms_hris_pipeline.cli.terminal import inert, say

_STAGES = {
    "landing hris": ("extract HRIS", "entities", "records"),
    "landing lms": ("extract LMS", "entities", "records"),
    "landing": ("snapshot", "steps", "rows"),
    "raw_hris": ("load", "tables", "rows"),
    "raw_lms": ("load", "tables", "rows"),
    "canonical": ("stage", "tables", "rows"),
    "match": ("match", "tables", "rows"),
    "reconcile": ("reconcile", "tables", "rows"),
    "report": ("account", "tables", "rows"),
    "batch": ("seal", "batches", "tables"),
    "ledger": ("propose", "steps", "records"),
    "pages": ("render", "files", "rows"),
    "publication": ("publish", "steps", "deltas"),
}
"""What the run calls a stage, and what people do: its name, what it makes, what that holds."""

_SUMS = {("landing", "hris"), ("landing", "lms"), ("publication", "deltas")}
"""Steps whose parts were told one by one: of the sum only the time is new."""

_ORDER = list(dict.fromkeys(name for name, _, _ in _STAGES.values()))


@dataclass(slots=True)
class _Figures:
    things: int = 0
    rows: int = 0
    seconds: float = 0.0


class StageProgress:
    """Collects what the run tells; prints a stage once a later one begins, and what is left at the end.

    A stage that goes on after a later one began (branches of the graph take turns) gets a line of its own for that.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._open: dict[str, _Figures] = {}
        self._units: dict[str, tuple[str, str]] = {name: (things, rows) for name, things, rows in _STAGES.values()}
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
        with self._guard:
            for stage in sorted(self._open, key=_place):
                self._print(stage)

    def tell(self, stage: str, name: str, count: int, seconds: float) -> None:
        """`count` rows of `name` took `seconds`."""
        key = f"{stage} {name.partition(' ')[0]}"
        shown = _STAGES.get(key if key in _STAGES else stage, (stage, "", ""))[0]
        with self._guard:
            for earlier in sorted(self._open, key=_place):
                if _place(earlier) < _place(shown):
                    self._print(earlier)
            figures = self._open.setdefault(shown, _Figures())
            if (stage, name) in _SUMS:
                figures.seconds = seconds
            else:
                figures.things += 1
                figures.rows += count
                figures.seconds += seconds
            if self._status is not None:
                self._status.update(Text(inert(f"{shown}: {name} ({count:,})")))

    def _print(self, stage: str) -> None:
        figures = self._open.pop(stage)
        things, rows = self._units.get(stage, ("steps", "rows"))
        say(
            f"  {stage:<12} {figures.things:>3} {things:<8} {figures.rows:>11,} {rows:<8} {figures.seconds:>7.1f} s",
            shown=self._console,
        )


def _place(stage: str) -> int:
    return _ORDER.index(stage) if stage in _ORDER else len(_ORDER)
