"""Tables of people from CSV and Parquet files, and results back into them: every cell text, ids with their zeros.

What the columns must hold is `people_columns`' business; here is only whether a file can be read at all, and where not.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lms_hris_pipeline.model.errors import BadInput

SUFFIXES = (".csv", ".parquet")
DELIMITERS = ",;\t|"
_HEADER_BYTES = 65_536
_CHUNK = 1 << 24
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))


@dataclass(frozen=True, slots=True)
class GivenTable:
    """What a file holds, under the names its header gives.

    Args:
        first_row: the number that people see beside the first row of data, so that errors can point at a row.
    """

    path: Path
    header: tuple[str, ...]
    rows: pa.Table
    first_row: int

    def row(self, index: int) -> str:
        """How to name the row at `index` so that somebody finds it."""
        return f"row {index + self.first_row:,}{' (the header is row 1)' if self.first_row == 2 else ''}"


def rows_told(count: int, one: str = "row", many: str = "rows") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {one if count == 1 else many}"


def read_table(path: Path, encoding: str = "utf-8") -> GivenTable:
    """All rows of a CSV or Parquet file; columns keep their order and are named by position: c0, c1, and so on.

    CSV: separated by comma, semicolon, tab or bar, as the header shows; cells are text, empty ones null.

    Raises:
        BadInput: there is no such file, its suffix is another, or it cannot be read; the message names the place.
    """
    check_suffix(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise BadInput(f"{path} {what}\n  Name a .csv or .parquet file.")
    with _readable(path):
        if path.stat().st_size == 0:
            raise BadInput(f"{path} is empty\n  It needs a header and at least one row.")
        given = _read_csv(path, encoding) if path.suffix.lower() == ".csv" else _read_parquet(path)
    if given.rows.num_rows == 0:
        raise BadInput(f"{path} has a header and no rows\n  It needs at least one row.")
    return given


def check_suffix(path: Path) -> None:
    """Only CSV and Parquet are read and written.

    Raises:
        BadInput: the suffix is another.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(f"{path} is neither .csv nor .parquet by its name\n  Name a file that ends so.")


def write_table(path: Path, rows: pa.Table) -> None:
    """Write `rows` as CSV (UTF-8, nulls empty, text quoted where needed) or Parquet, by the suffix before `.part`."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".csv"] or suffixes[-2:] == [".csv", ".part"]:
        pa_csv.write_csv(rows, path, pa_csv.WriteOptions(quoting_style="needed"))
    else:
        pq.write_table(rows, path, compression="zstd")


@contextmanager
def whole_or_not(*targets: Path) -> Iterator[list[Path]]:
    """Paths to write to; they take the places of `targets` when the block ends well, and vanish when it does not.

    Raises:
        BadInput: a folder is missing, or nothing can be written in it.
    """
    for target in targets:
        check_place(target)
    parts = [target.with_name(f"{target.name}.part") for target in targets]
    try:
        yield parts
        for part in parts:
            with open(part, "rb") as handle:
                os.fsync(handle.fileno())
        for part, target in zip(parts, targets, strict=True):
            part.replace(target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def check_place(target: Path) -> None:
    """A file of this name can be written beside the others of its folder; it is tried and leaves nothing.

    Raises:
        BadInput: the folder is missing, may not be written, or cannot hold such a name.
    """
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent} is no folder, so {target.name} cannot be written there\n  Make it first.")
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f"{target.name}.part-"):
            pass
    except OSError as error:
        raise BadInput(
            f"{target} cannot be written: {error.strerror}\n  Name another place, or set the folder's rights."
        ) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, IsADirectoryError) as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}\n  Set its rights, then run again.") from error


def _read_parquet(path: Path) -> GivenTable:
    try:
        rows = pq.read_table(path, partitioning=None, page_checksum_verification=True)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{path} is no readable Parquet file; it may be cut off or of another kind\n"
            f"  Write or copy it again. The reader said: {str(error).splitlines()[0][:200]}"
        ) from error
    header = tuple(rows.column_names)
    return GivenTable(path, header, rows.rename_columns([f"c{at}" for at in range(len(header))]), 1)


def _read_csv(path: Path, encoding: str) -> GivenTable:
    header, delimiter = _header(path, encoding)
    names = [f"c{at}" for at in range(len(header))]
    read = pa_csv.ReadOptions(column_names=names, skip_rows=1, encoding=encoding, block_size=_CHUNK)
    # a row may not be longer than a block; a name with a line break in it is read as one cell
    parse = pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=[""],
    )
    try:
        rows = pa_csv.read_csv(path, read_options=read, parse_options=parse, convert_options=convert)
    except (pa.ArrowException, UnicodeError, LookupError) as error:
        if isinstance(error, UnicodeError) or "UTF8" in str(error):
            raise _wrong_encoding(path, encoding) from error
        raise _wrong_shape(path, read, parse, convert, len(header)) from error
    if _has_open_quote(path, rows):
        raise BadInput(
            f"{path} opens a quotation mark that nothing closes: the last row read holds line breaks, and the number of "
            f"marks is odd\n  Look at row {rows.num_rows + 1:,} (the header is row 1); close the mark or double it."
        )
    return GivenTable(path, header, rows, 2)


def _header(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """The names in the first line, and what separates them."""
    with open(path, "rb") as handle:
        head = handle.read(_HEADER_BYTES)
    is_utf8 = encoding.lower().replace("_", "-") in {"utf-8", "utf8"}
    for mark, name in _BYTE_ORDER_MARKS:
        if is_utf8 and head.startswith(mark):
            raise BadInput(f"{path} is written in {name}, not in UTF-8\n  Save it as UTF-8, or say --encoding {name}.")
    first = head.removeprefix(b"\xef\xbb\xbf")
    if is_utf8:
        first = first.splitlines()[0] if first.splitlines() else b""
        if b"\0" in first:
            raise BadInput(f"{path} is no text in UTF-8: its first line holds zero bytes\n  Save it as CSV in UTF-8.")
    try:
        lines = first.decode(encoding, "strict" if is_utf8 else "ignore").splitlines()
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding) from error
    except LookupError as error:
        raise BadInput(f"{encoding!r} is no known encoding\n  Write for example --encoding cp1252.") from error
    line = lines[0].lstrip("\ufeff") if lines else ""
    if not line.strip():
        raise BadInput(f"{path} begins with an empty line\n  The first line must name the columns.")
    delimiter = max(DELIMITERS, key=lambda sign: (line.count(sign), -DELIMITERS.index(sign)))
    return tuple(next(csv.reader([line], delimiter=delimiter))), delimiter


def _wrong_encoding(path: Path, encoding: str) -> BadInput:
    """Where the bytes stop being text of that encoding."""
    place = "somewhere"
    with open(path, "rb") as handle:
        for number, line in enumerate(handle, 1):
            try:
                line.decode(encoding)
            except UnicodeError as error:
                place = f"in line {number:,}, byte {getattr(error, 'start', 0) + 1:,}"
                break
    return BadInput(
        f"{path} is not written in {encoding}: it has bytes {place} that are none of its letters\n"
        "  Save it as UTF-8, or say which encoding it has, for example --encoding cp1252."
    )


def _wrong_shape(
    path: Path, read: pa_csv.ReadOptions, parse: pa_csv.ParseOptions, convert: pa_csv.ConvertOptions, width: int
) -> BadInput:
    """The first row that does not have as many cells as the header; found by reading once more, row by row."""
    found: list[tuple[int | None, int]] = []

    def note(row: pa_csv.InvalidRow) -> str:
        found.append((row.number, row.actual_columns))
        return "skip"

    read.use_threads = False
    parse.invalid_row_handler = note
    try:
        pa_csv.read_csv(path, read_options=read, parse_options=parse, convert_options=convert)
    except (pa.ArrowException, UnicodeError) as error:
        return BadInput(
            f"{path} cannot be read as CSV: {str(error).splitlines()[0][:120]}\n  Export it again, with every cell quoted."
        )
    number, cells = found[0] if found else (None, 0)
    at = f"row {number:,} (the header is row 1)" if number is not None else "a row"
    return BadInput(
        f"{path}: {at} has {cells} cells, the header {width}; {rows_told(len(found), 'such row', 'such rows')}\n"
        "  Quote cells that hold the separator, then run again."
    )


def _has_open_quote(path: Path, rows: pa.Table) -> bool:
    last = [rows.column(at)[-1].as_py() for at in range(rows.num_columns)] if rows.num_rows else []
    if not any(cell and ("\n" in cell or "\r" in cell) for cell in last):
        return False
    marks = 0
    with open(path, "rb") as handle:
        while chunk := handle.read(_CHUNK):
            marks += chunk.count(b'"')
    return marks % 2 == 1
