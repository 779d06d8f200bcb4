"""Workbooks that people filled in and bring back: their rows, and the place of every cell. What they mean is decided elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from lms_hris_pipeline.model.errors import BadInput

DECISION, NOTE = "decision", "note"
"""The columns that every review has for people to fill in."""
LONGEST_NOTE = 2000
FAULTS_SHOWN = 50
MAX_BYTES = 50_000_000
NO_DECISION = "The review holds no decision\n  Fill in the column `decision`, save, and try again."


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it came back: its cells by column, and the place of each."""

    cells: dict[str, Any]
    places: dict[str, str]

    def text(self, column: str) -> str:
        """A cell as text; empty where there is nothing in it."""
        value = self.cells[column]
        return "" if value is None else str(value)

    @property
    def word(self) -> str:
        """The decision, in small letters; empty where there is none."""
        return self.text(DECISION).strip().lower()

    @property
    def note(self) -> str:
        """Why it was decided so."""
        return self.text(NOTE).strip()


def read_filled_in(file: Path, sheets: Mapping[str, Sequence[str]], command: str) -> dict[str, list[FilledRow]]:
    """The rows of each of `sheets` in their order, with the columns that are wanted of it.

    A place is a cell such as B7, with its sheet where several are read.

    Args:
        command: the command that exports and takes such workbooks, for messages.

    Raises:
        BadInput: it is no such workbook.
    """
    if not file.is_file():
        raise BadInput(f"There is no file {file}")
    if file.stat().st_size > MAX_BYTES:
        raise BadInput(f"{file} is larger than any workbook of `{command}`\n  Name the one you filled in.")
    try:
        with warnings.catch_warnings():
            # what other programs leave out of a workbook, or add to it, is of no concern here
            warnings.simplefilter("ignore", UserWarning)
            found = _cells(file, sheets, command)
    except (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError) as error:
        raise BadInput(f"{file} is no workbook that can be read: {error}\n  Save it as .xlsx.") from None
    before = {sheet: f"{sheet}!" if len(sheets) > 1 else "" for sheet in sheets}
    return {
        sheet: list(_rows(f"{file}, sheet {sheet}", rows, sheets[sheet], before[sheet], command))
        for sheet, rows in found.items()
    }


def _cells(file: Path, sheets: Iterable[str], command: str) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        for sheet in sheets:
            if sheet not in book.sheetnames:
                raise BadInput(f"{file} has no sheet {sheet}\n  Export it anew: {command} --out <file>.")
        return {sheet: list(book[sheet].iter_rows(values_only=True)) for sheet in sheets}
    finally:
        book.close()


def _rows(
    where: str, rows: Sequence[tuple[Any, ...]], wanted: Sequence[str], before: str, command: str
) -> Iterator[FilledRow]:
    header = [str(cell or "").strip() for cell in rows[0]] if rows else []
    if missing := [name for name in wanted if header.count(name) != 1]:
        raise BadInput(
            f"{where}: its first row must name each column once; amiss: {', '.join(missing)}\n"
            f"  Columns may be moved or hidden, not removed. Export anew: {command} --out <file>."
        )
    at = {name: header.index(name) for name in wanted}
    for number, row in enumerate(rows[1:], start=2):
        if any(cell is not None for cell in row):
            yield FilledRow(
                {name: row[column] if column < len(row) else None for name, column in at.items()},
                {name: f"{before}{get_column_letter(column + 1)}{number}" for name, column in at.items()},
            )


def repeated(rows: Sequence[FilledRow], column: str, what: str) -> Iterator[str]:
    """Faults of rows that are about the same thing as one above."""
    seen: dict[str, str] = {}
    for row in rows:
        name, place = row.text(column), row.places[column]
        first = seen.setdefault(name, place)
        if first != place:
            yield f"{place}: the {what} {name!r} stands in {first} already"


def long_note(row: FilledRow) -> Iterator[str]:
    """The fault of a note that is longer than the ledger keeps."""
    if len(row.text(NOTE)) > LONGEST_NOTE:
        yield f"{row.places[NOTE]}: a note has at most {LONGEST_NOTE:,} characters"


def refuse(faults: Sequence[str]) -> None:
    """Refuse the whole review where there are faults.

    Raises:
        BadInput: there are; the first of them are listed.
    """
    if faults:
        shown = "\n  ".join(faults[:FAULTS_SHOWN])
        more = f"\n  and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise BadInput(f"The review cannot be taken; nothing was recorded\n  {shown}{more}")
