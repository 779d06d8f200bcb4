"""What commands print: text that no record can format, and tables that are plain where nobody looks at a terminal.

Not here: what is printed, and errors (`main` prints those).
"""

from __future__ import annotations

import getpass
import unicodedata
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from lms_hris_pipeline.model.errors import BadInput

console = Console(highlight=False, markup=False, emoji=False)
_errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
_JOINERS = "\u200c\u200d"
"""Invisible, harmless, and part of some people's names."""


def inert(text: str) -> str:
    """`text` without what could move the cursor, colour the terminal or turn the reading direction."""
    return "".join(_inert(char) for char in text)


def _inert(char: str) -> str:
    if char.isprintable() or char == "\n" or char in _JOINERS:
        return char
    return " " if char == "\t" or unicodedata.category(char) == "Zs" else "\ufffd"


def say(text: str = "", *, shown: Console = console, style: str = "") -> None:
    """Print one text; long lines are left to the terminal to wrap."""
    shown.print(Text(inert(text), style=style), soft_wrap=True)


def say_aside(text: str, *, style: str = "") -> None:
    """Print one text where errors are printed: beside what a script reads."""
    say(text, shown=_errors, style=style)


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", shown: Console = console
) -> None:
    """Print rows under their columns; without lines, colours or cut-off cells where there is no terminal."""
    cells = [[inert("" if cell is None else str(cell)) for cell in row] for row in rows]
    if shown.is_terminal:
        heading = Text(inert(title), style="bold") if title else None
        grid = Grid(title=heading, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            grid.add_column(column, overflow="fold")
        for row in cells:
            grid.add_row(*map(Text, row))
        shown.print(grid)
        return
    if title:
        say(title, shown=shown)
    flat = [[cell.replace("\n", "; ") for cell in row] for row in [list(columns), *cells]]
    widths = [max(len(row[number]) for row in flat) for number in range(len(columns))]
    for row in flat:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), shown=shown)


def show_record(title: str, lines: Iterable[tuple[object, object]], *, shown: Console = console) -> None:
    """Print names and their values under a title; values may have several lines."""
    pairs = [(inert(str(name)), inert(str(value))) for name, value in lines]
    if shown.is_terminal:
        heading = Text(inert(title), style="bold")
        grid = Grid(title=heading, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in pairs:
            grid.add_row(Text(name), Text(value))
        shown.print(grid)
        return
    say(title, shown=shown)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        say(f"  {name:<{width}}  {value}".replace("\n", "\n" + " " * (width + 4)), shown=shown)


def decider(by: str) -> str:
    """Who decides: `by`, else the operating system's user.

    Raises:
        BadInput: neither names anybody, or the name holds what cannot be printed.
    """
    name = by.strip()
    if not name:
        try:
            name = getpass.getuser().strip()
        except (OSError, KeyError, ImportError):
            name = ""
    if not name:
        raise BadInput("The operating system names no user\n  Say who decides: --by <name>.")
    if inert(name) != name or "\n" in name:
        raise BadInput(f"{name!r} cannot be kept as a name\n  Write --by without control characters.")
    return name
