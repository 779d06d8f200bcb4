"""The workbook in which a person reviews all role mappings: written for a batch, and read back once it is filled in.

What the filled-in rows mean is decided in `role_review`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report.columns import ROLE_COLUMNS, Kind, SheetColumn
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.role_lines import RoleLine
from lms_hris_pipeline.report.workbooks import Sheet, write_workbook
from lms_hris_pipeline.warehouse import Batch

WORDS = ("approve", "reject", "keep")
SHEET = "Mappings"
DECISION, NOTE = "decision", "note"
KEYS = ("source", "value", "group_name", "group_id_lms")
"""What a row is about; not to be changed."""
MAX_BYTES = 50_000_000
_READ = (DECISION, NOTE, "state", *KEYS, "people", "members", "mapping_id")
_FILLED_IN: tuple[SheetColumn[RoleLine], ...] = (
    SheetColumn(
        DECISION,
        Kind.TEXT,
        11,
        "Yours to fill in: approve or reject what is proposed; keep or reject what a person approved; keep or approve "
        "what was rejected; keep a rule of the settings, or correct it there. Empty: not decided now.",
        lambda line: None,
    ),
    SheetColumn(NOTE, Kind.TEXT, 30, "Yours to fill in: why; kept with the decision.", lambda line: None),
)


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it came back: its cells by column, and the place of each."""

    cells: dict[str, Any]
    places: dict[str, str]

    def text(self, column: str) -> str:
        """A cell as text; empty where there is nothing in it."""
        value = self.cells[column]
        return "" if value is None else str(value)


def write_role_workbook(file: Path, batch: Batch, facts: NightFacts, lines: Sequence[RoleLine]) -> None:
    """All mappings to decide on, and beside them what fills the automatic groups."""
    sheets = [
        Sheet(
            SHEET,
            "What leads into which group. Fill in the first two columns, save, then: lms-hris roles review --in <file>.",
            (*_FILLED_IN, *ROLE_COLUMNS),
            [line for line in lines if line.state != "automatic"],
            {DECISION: WORDS},
        ),
        Sheet(
            "Automatic groups",
            "Groups that fill themselves. They are never written; the account's field is kept right instead.",
            ROLE_COLUMNS,
            [line for line in lines if line.state == "automatic"],
        ),
    ]
    write_workbook(file, batch, facts, "Role mappings", sheets)


def read_role_workbook(file: Path) -> list[FilledRow]:
    """The rows of a filled-in workbook, in their order.

    Raises:
        BadInput: it is no such workbook.
    """
    if not file.is_file():
        raise BadInput(f"There is no file {file}")
    if file.stat().st_size > MAX_BYTES:
        raise BadInput(f"{file} is larger than any workbook of `lms-hris roles review`\n  Name the one you filled in.")
    try:
        with warnings.catch_warnings():
            # what other programs leave out of a workbook, or add to it, is of no concern here
            warnings.simplefilter("ignore", UserWarning)
            rows = _rows(file)
    except (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError) as error:
        raise BadInput(f"{file} is no workbook that can be read: {error}\n  Save it as .xlsx.") from None
    header = [str(cell or "").strip() for cell in rows[0]] if rows else []
    if missing := [name for name in _READ if header.count(name) != 1]:
        raise BadInput(
            f"{file}, sheet {SHEET}: its first row must name each column once; amiss: {', '.join(missing)}\n"
            "  Columns may be moved or hidden, not removed. Export anew: lms-hris roles review --out <file>."
        )
    at = {name: header.index(name) for name in _READ}
    return [
        FilledRow(
            {name: row[column] if column < len(row) else None for name, column in at.items()},
            {name: f"{get_column_letter(column + 1)}{number}" for name, column in at.items()},
        )
        for number, row in enumerate(rows[1:], start=2)
        if any(cell is not None for cell in row)
    ]


def _rows(file: Path) -> list[tuple[Any, ...]]:
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        if SHEET not in book.sheetnames:
            raise BadInput(f"{file} has no sheet {SHEET}\n  Export it anew: lms-hris roles review --out <file>.")
        return list(book[SHEET].iter_rows(values_only=True))
    finally:
        book.close()
