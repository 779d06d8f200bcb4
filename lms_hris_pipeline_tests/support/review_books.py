"""Fills in workbooks of a review as a person would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Row = Mapping[str, Any]


def fill_in(file: Path, word: Callable[[Row], str | None], sheet_name: str = "Mappings", **cells: Any) -> Path:
    """Give every row of a sheet the decision that `word` says; `cells` are written over, by place such as B7."""
    book = load_workbook(file)
    sheet = book[sheet_name]
    header = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        values = dict(zip(header, (cell.value for cell in row), strict=True))
        row[header.index("decision")].value = word(values)
    for place, value in cells.items():
        sheet[place].value = value
    book.save(file)
    book.close()
    return file
