"""Columns of a given file, whatever it is about: names as they are compared, cells as text, ids, and rows to refuse.

What a file of people or of skills must hold is their own modules' business. A fault is told with the file, the row and
the cure, never with the cell itself: it may be somebody's personal data.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_files import GivenTable, rows_told
from lms_hris_pipeline.model.errors import BadInput

_ROWS_NAMED = 5


def folded_name(name: str) -> str:
    """A column's name as names are compared: without blanks around, lower case, blanks and hyphens as underscores."""
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def text_column(given: GivenTable, at: int, name: str, notes: list[str], *, is_id: bool = False) -> pa.Array:
    """A column as text, empty cells null; whole numbers become their digits, which `notes` is told.

    Raises:
        BadInput: it holds what is no text, or an id with decimals.
    """
    column = given.rows.column(at).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
        whole = pc.fill_null(pc.equal(column, pc.floor(column)), True)
        if is_id or not pc.all(whole).as_py():
            raise BadInput(
                f"{given.path}: {name} holds numbers with decimals\n  Write it as text: 7.0 is neither 7 nor 007."
            )
        column = column.cast(pa.int64())
    if pa.types.is_integer(column.type) or pa.types.is_decimal(column.type):
        notes.append(f"{given.path.name}: {name} holds numbers, not text; leading zeros, if there were any, are lost.")
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind) or pa.types.is_floating(kind)):  # fmt: skip
        raise BadInput(f"{given.path}: {name} holds {kind}, which is no text\n  Write the column as text.")
    column = column.cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), pa.scalar(None, pa.string()), column)


def id_column(given: GivenTable, at: int, name: str, notes: list[str]) -> pa.Array:
    """A column of ids as text, without blanks around them, which `notes` is told; empty cells null.

    Raises:
        BadInput: it holds what is no text, or decimals.
    """
    ids = text_column(given, at, name, [], is_id=True)
    bare = pc.utf8_trim_whitespace(ids)
    if count := pc.sum(pc.not_equal(bare, ids)).as_py():
        notes.append(f"{given.path.name}: blanks around {rows_told(count, 'id', 'ids')} in {name} were left out.")
    return bare


def check_ids(given: GivenTable, ids: pa.Array, name: str) -> None:
    """Every row has an id of its own.

    Raises:
        BadInput: one is empty, or two rows share one.
    """
    refuse(given, pc.is_null(ids), f"{name} is empty", "Every row needs an id of its own")
    codes = ids.dictionary_encode().indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    repeats = order[1:][np.diff(codes[order]) == 0]
    if len(repeats):
        first = int(repeats.min())
        earlier = int(np.flatnonzero(codes == codes[first])[0])
        raise BadInput(
            f"{given.path}: {given.row(first)} has the same {name} as {given.row(earlier)}; "
            f"{rows_told(len(repeats), 'row repeats', 'rows repeat')} an id\n"
            "  Each row must have an id of its own; leave out or rename the repeated ones."
        )


def refuse(given: GivenTable, faulty: pa.Array, what: str, cure: str) -> None:
    """Refuse a file with faulty rows; the first few are named, what they hold is not.

    Raises:
        BadInput: a row is faulty.
    """
    rows = np.flatnonzero(np.asarray(faulty))
    if len(rows):
        more = f", {len(rows):,} in all" if len(rows) > 1 else ""
        named = ", ".join(given.row(int(at)).partition(" (")[0] for at in rows[:_ROWS_NAMED])
        head = " (the header is row 1)" if given.first_row == 2 else ""
        raise BadInput(f"{given.path}: {what} in {named}{head}{more}\n  {cure}.")
