"""Progress of a run on the terminal: a line a stage with what it made, how much and how long; a live line meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from lms_hris_pipeline.cli.terminal import inert, say
from lms_hris_pipeline.tables import ALL_TABLES


@dataclass(frozen=True, slots=True)
class _Stage:
    """What people call a stage, what it makes, what these hold, and how many it makes; 0: until its sum is told."""

    name: str
    things: str
    rows: str
    expected: int = 0


_TABLES = Counter(table.schema for table in ALL_TABLES)
_LOAD = _Stage("load", "tables", "rows", _TABLES["raw_hris"] + _TABLES["raw_lms"])
_STAGES = {
    "landing hris": _Stage("extract HRIS", "entities", "records"),
    "landing lms": _Stage("extract LMS", "entities", "records"),
    "landing snapshot": _Stage("snapshot", "ledger", "rows", 1),
    "raw_hris": _LOAD,
    "raw_lms": _LOAD,
    "canonical": _Stage("stage", "tables", "rows", _TABLES["canonical"]),
    "match": _Stage("match", "tables", "rows", _TABLES["match"]),
    "reconcile": _Stage("reconcile", "tables", "rows", _TABLES["reconcile"]),
    "report": _Stage("account", "tables", "rows", _TABLES["report"]),
    "batch sealed": _Stage("seal", "batch", "rows", 1),
    "ledger proposals": _Stage("propose", "ledger", "deltas", 1),
    "pages reports": _Stage("render", "folder", "files", 1),
    "publication": _Stage("publish", "steps", "deltas"),
    "batch tidied": _Stage("tidy", "disk", "folders", 1),
}
"""By what the run calls them."""

_SUMS = {("landing", "hris"), ("landing", "lms"), ("publication", "deltas")}
"""Steps whose parts were told one by one: of the sum only the time is new."""


@dataclass(slots=True)
class _Figures:
    stage: _Stage
    things: int = 0
    rows: int = 0
    seconds: float = 0.0


class StageProgress:
    """Collects what the run tells, and prints a stage once all of it is there; what is left, at the end.

    Branches of the graph take turns, so a later stage may begin before an earlier one is through.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._open: dict[str, _Figures] = {}
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
            for name in list(self._open):
                self._print(name)

    def tell(self, stage: str, name: str, count: int, seconds: float) -> None:
        """`count` rows of `name` took `seconds`."""
        found = _stage_of(stage, name)
        with self._guard:
            figures = self._open.setdefault(found.name, _Figures(found))
            is_sum = (stage, name) in _SUMS
            if is_sum:
                figures.seconds = seconds
            else:
                figures.things += 1
                figures.rows += count
                figures.seconds += seconds
            if self._status is not None:
                self._status.update(Text(inert(f"{found.name}: {name} ({count:,})")))
            if is_sum or figures.things == found.expected:
                self._print(found.name)

    def _print(self, name: str) -> None:
        figures = self._open.pop(name)
        if not figures.things:
            return
        stage = figures.stage
        things = f"{figures.things if stage.expected != 1 else '':>3} {stage.things:<8}"
        say(f"  {name:<12} {things} {figures.rows:>11,} {stage.rows:<8} {figures.seconds:>7.1f} s", shown=self._console)


def _stage_of(stage: str, name: str) -> _Stage:
    for key in (f"{stage} {name.partition(' ')[0]}", stage):
        if key in _STAGES:
            return _STAGES[key]
    return _Stage(stage, "steps", "rows")
