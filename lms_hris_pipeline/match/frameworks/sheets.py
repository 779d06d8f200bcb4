"""Files of rows and columns, whichever way they are separated, and which of a publisher's files each is.

O*NET separates by tabs and never quotes, so that its lines are split as they stand; all else is read like any CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lms_hris_pipeline.match.people_files import read_table
from lms_hris_pipeline.model.errors import BadInput

TABBED = (".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class Columns:
    """How a kind of file is told from the others: the columns it must have, and those that are read where present."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: a cell a column of `header`, trimmed, empty where the file has nothing."""

    path: Path
    header: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    first_row: int

    def records(self, columns: Columns) -> Iterator[tuple[str, dict[str, str]]]:
        """Per row its place and the cells of `columns` by name; a column that is missing is empty."""
        at = {name.casefold(): number for number, name in reversed([*enumerate(self.header)])}
        names = [(name, at.get(name.casefold())) for name in (*columns.needed, *columns.optional)]
        for number, row in enumerate(self.cells, self.first_row):
            yield (
                f"{self.path.name}, row {number:,}",
                {name: "" if column is None else row[column] for name, column in names},
            )

    def has(self, names: Iterable[str]) -> bool:
        """Whether it has all these columns; capitals do not count."""
        return {name.casefold() for name in names} <= {name.casefold() for name in self.header}


def read_sheet(path: Path) -> Sheet:
    """The rows of a CSV, Parquet or tab-separated file.

    Raises:
        BadInput: it cannot be read as such; the message names the place.
    """
    if path.suffix.lower() in TABBED:
        return _read_tabbed(path)
    given = read_table(path)
    columns = [["" if cell is None else str(cell).strip() for cell in column.to_pylist()] for column in given.rows.columns]  # fmt: skip
    header = tuple(name.removeprefix("\ufeff").strip() for name in given.header)
    return Sheet(path, header, tuple(zip(*columns, strict=True)), given.first_row)


def sort_sheets(paths: Sequence[Path], kinds: Mapping[str, Columns], publisher: str) -> list[tuple[str, Sheet]]:
    """Each file with its kind: the first of `kinds` whose needed columns it has.

    Raises:
        BadInput: a file is of no kind; the message lists what it has and what is wanted.
    """
    found = []
    for path in paths:
        sheet = read_sheet(path)
        kind = next((name for name, columns in kinds.items() if sheet.has(columns.needed)), None)
        if kind is None:
            wanted = "\n".join(f"  {name}: {', '.join(columns.needed)}" for name, columns in kinds.items())
            raise BadInput(
                f"{path} has the columns {', '.join(sheet.header)[:500] or 'none'}: no file of {publisher} has those\n"
                f"  The first line must name the columns. Wanted are all of one of these:\n{wanted}"
            )
        found.append((kind, sheet))
    return found


def _read_tabbed(path: Path) -> Sheet:
    if not path.is_file():
        raise BadInput(f"{path} {'is a folder' if path.is_dir() else 'does not exist'}\n  Name a file.")
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line:,}: this is no UTF-8\n  Save it as UTF-8.") from None
    rows = [tuple(cell.strip() for cell in line.split("\t")) for line in lines]
    if len(rows) < 2:
        raise BadInput(
            f"{path} has no rows below its first line\n  It needs a line of column names and at least one row."
        )
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise BadInput(
                f"{path}, row {number:,}: {len(row)} cells, the first line has {len(rows[0])}\n"
                "  Cells are separated by tabs and hold no line break: download the text files again."
            )
    return Sheet(path, rows[0], tuple(rows[1:]), 2)
