"""The workbooks: typed cells, a frozen header with filters, and a sheet that says what each column means.

Texts are written as strings and never as formulas or links. Rows go out one at a time, so memory does not grow
with them. Nothing in the file tells when it was written: its creation date is the instant of the batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import _datetime_to_excel_datetime, xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from lms_hris_pipeline.report.columns import (
    COST_COLUMNS,
    FINDING_COLUMNS,
    LINE_COLUMNS,
    SHARE_COLUMNS,
    TOTAL_COLUMNS,
    Kind,
    SheetColumn,
)
from lms_hris_pipeline.report.costs import CostPage
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.findings import Finding
from lms_hris_pipeline.report.inert import cell_text
from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.report.words import long_instant
from lms_hris_pipeline.warehouse import Batch

Cell = tuple[int, Any, Format]
"""Column, text or number, format."""

MAX_ROWS = 1_000_000
"""Rows of a sheet; what is more goes on in a further sheet."""
_NOT_PLAIN = re.compile(r"[&<>]|_x|^\s|\s$|[^ -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.COUNT: "#,##0",
    Kind.AMOUNT: "#,##0.00",
    Kind.SHARE: "0.000",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title, its columns and its rows in order; for columns that people fill in, the words to choose from."""

    title: str
    about: str
    columns: Sequence[SheetColumn[Any]]
    rows: Iterable[Any]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A worksheet that writes whole rows of plain cells itself; all else is left to its base.

    The base takes seven calls a cell, and most of a night's reports are cells: 700,000 took 3.9 s, and take 1.7 s so.
    A text is plain that needs neither escaping nor the attribute that keeps blanks.
    """

    def write_line(self, row: int, cells: Sequence[Cell]) -> None:
        """Write a row's cells: (column, text or number, format). Rows come from the top to the bottom."""
        is_plain = self.constant_memory and bool(cells)
        if not is_plain or any(isinstance(value, str) and _NOT_PLAIN.search(value) for _, value, _ in cells):
            for col, value, style in cells:
                (self.write_string if isinstance(value, str) else self.write_number)(row, col, value, style)
            return
        if row > self.previous_row:
            self._write_single_row(row)  # what the base still holds of the row above
        for col in (cells[0][0], cells[-1][0]):
            self._check_dimensions(row, col)
        number = row + 1
        written = [
            f'<c r="{_column_name(col)}{number}" s="{style._get_xf_index()}" t="inlineStr"><is><t>{value}</t></is></c>'
            if isinstance(value, str)
            else f'<c r="{_column_name(col)}{number}" s="{style._get_xf_index()}"><v>{value:.16G}</v></c>'
            for col, value, style in cells
        ]
        self.fh.write(f'<row r="{number}">{"".join(written)}</row>')


_column_name = cache(xl_col_to_name)


def write_findings_workbook(file: Path, batch: Batch, facts: NightFacts, findings: Sequence[Finding]) -> None:
    """All exceptions, one row each, the urgent and old ones first."""
    sheet = Sheet("Exceptions", "What does not agree between the two systems.", FINDING_COLUMNS, findings)
    write_workbook(file, batch, facts, "Exceptions", [sheet])


def write_chargeback_workbook(file: Path, batch: Batch, facts: NightFacts, costs: CostPage) -> None:
    """Totals, what each cost centre bears, every share, every invoice line."""
    sheets = [
        Sheet("Summary", "Invoices and shares by currency.", TOTAL_COLUMNS, [part.total for part in costs.parts]),
        Sheet(
            "Chargeback",
            "What each cost centre bears by month of service and charge type.",
            COST_COLUMNS,
            [cost for part in costs.parts for cost in part.costs],
        ),
        Sheet("Shares", "Every share of every invoice line.", SHARE_COLUMNS, rows_of(batch, "shares")),
        Sheet("Invoice lines", "Every invoice line and how it was shared.", LINE_COLUMNS, costs.lines),
    ]
    notes = [
        f"{entity.system} {entity.name}: {entity.reason}. The shares rest on what arrived."
        for entity in costs.incomplete
    ]
    write_workbook(file, batch, facts, "Chargeback", sheets, notes)


def write_workbook(
    file: Path, batch: Batch, facts: NightFacts, title: str, sheets: Sequence[Sheet], notes: Sequence[str] = ()
) -> None:
    """Write a workbook of `sheets`, and one more that says what their columns mean; `notes` stand there too."""
    book = xlsxwriter.Workbook(
        str(file),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    try:
        created = batch.as_of.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"{title} {batch.id}", "company": cell_text(facts.firm_name), "created": created})
        formats = _Formats(book, facts)
        for sheet in sheets:
            _write_sheets(book, sheet, formats)
        _write_about(book, batch, facts, title, sheets, formats, notes)
    finally:
        book.close()


class _Formats:
    """The cell formats of a workbook, and the zone its instants are told in."""

    def __init__(self, book: xlsxwriter.Workbook, facts: NightFacts) -> None:
        self.zone = facts.zone
        self.header = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@", "valign": "top"})
        self.typed = {kind: book.add_format({"num_format": code, "valign": "top"}) for kind, code in _FORMATS.items()}


def _write_sheets(book: xlsxwriter.Workbook, sheet: Sheet, formats: _Formats) -> None:
    rows = iter(sheet.rows)
    number = 1
    while True:
        part = islice(rows, MAX_ROWS)
        first = next(part, None)
        if first is None and number > 1:
            return
        title = sheet.title if number == 1 else f"{sheet.title} {number}"
        _write_sheet(
            book.add_worksheet(title, worksheet_class=QuickSheet),
            sheet,
            () if first is None else chain((first,), part),
            formats,
        )
        number += 1


def _write_sheet(page: QuickSheet, sheet: Sheet, rows: Iterable[Any], formats: _Formats) -> None:
    columns = sheet.columns
    for number, column in enumerate(columns):
        page.set_column(number, number, column.width)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for number, column in enumerate(columns):
        page.write_string(0, number, column.header, formats.header)
    last = 0
    for last, row in enumerate(rows, start=1):
        found = ((number, column.kind, column.value(row)) for number, column in enumerate(columns))
        page.write_line(
            last, [_cell(number, kind, value, formats) for number, kind, value in found if value is not None]
        )
    page.autofilter(0, 0, last, len(columns) - 1)
    for number, column in enumerate(columns):
        if words := sheet.choices.get(column.header):
            page.data_validation(1, number, max(last, 1), number, {"validate": "list", "source": list(words)})


def _cell(column: int, kind: Kind, value: Any, formats: _Formats) -> Cell:
    if kind is Kind.TEXT:
        return column, cell_text(value), formats.text
    if kind in (Kind.INSTANT, Kind.DATE):
        value = _serial(value, formats.zone)
    return column, value, formats.typed[kind]


@lru_cache(maxsize=4096)
def _serial(moment: date | datetime, zone: ZoneInfo) -> float:
    """A day, or an instant in `zone`, as spreadsheets count them."""
    local = moment.astimezone(zone).replace(tzinfo=None) if isinstance(moment, datetime) else moment
    serial: float = _datetime_to_excel_datetime(local, date_1904=False, remove_timezone=False)
    return serial


def _write_about(
    book: xlsxwriter.Workbook,
    batch: Batch,
    facts: NightFacts,
    title: str,
    sheets: Sequence[Sheet],
    formats: _Formats,
    notes: Sequence[str],
) -> None:
    page = book.add_worksheet("About")
    for number, width in enumerate((18, 24, 110)):
        page.set_column(number, number, width)
    lines = [
        ("Report", "", title),
        ("Firm", "", facts.firm_name),
        ("Batch", "", batch.id),
        ("As at seal", "", long_instant(batch.as_of, facts.zone)),
        (
            "Afterwards",
            "",
            "What publication did since then is in publication.json and in `lms-hris deltas list --all`.",
        ),
        *(("Incomplete", "", note) for note in notes),
        ("", "", ""),
        ("Sheet", "Column", "Meaning"),
    ]
    for sheet in sheets:
        lines.append((sheet.title, "", sheet.about))
        lines += [(sheet.title, column.header, column.about) for column in sheet.columns]
    for number, line in enumerate(lines):
        for column, text in enumerate(line):
            is_head = column == 0 and number < len(lines) - sum(len(sheet.columns) + 1 for sheet in sheets)
            page.write_string(number, column, cell_text(text), formats.header if is_head and text else formats.wrapped)
