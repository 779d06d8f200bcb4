"""DuckDB's errors as ours, in words that hold nobody's data.

What DuckDB says of a value quotes it, sometimes twice and not always within quotation marks; such an error is told
anew from the parts that are known to be safe: the contract's names, DuckDB's types, and the query's own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from lms_hris_pipeline.model.errors import ContractBroken, Permanent
from lms_hris_pipeline.tables import Table

_OF_THE_QUERY = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.DependencyException,
)
"""They speak of the query's own words; values are bound, so none stands in them."""

_OF_THE_MACHINE = (
    duckdb.OperationalError,  # files, memory, connections, transactions
    duckdb.FatalException,
    duckdb.InterruptException,
    duckdb.PermissionException,
)
_OF_A_VALUE = (
    duckdb.ConstraintException,
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.TypeMismatchException,
)
_NULL = re.compile(r"Constraint Error: NOT NULL constraint failed: ([A-Za-z0-9_.\"]+)(?:\n\nLINE .*|\s*)", re.DOTALL)
_TYPES = frozenset((
    "BOOL", "INT8", "INT16", "INT32", "INT64", "INT128", "UINT8", "UINT16", "UINT32", "UINT64", "FLOAT", "DOUBLE",
    "DATE", "TIME", "TIMESTAMP", "UUID", "BLOB",
))  # fmt: skip
_TARGET = re.compile(
    r"Conversion Error: (?:Could not convert string|Type) .*"
    r"\b(?:to|for the destination type) ([A-Z0-9]+|DECIMAL\(\d+,\d+\))"
    r"(?: when casting from source column ([a-z][a-z0-9_]*))?(?:\n\nLINE .*|\s*)",
    re.DOTALL,
)
"""A value stands before the type; what a value itself says of types and columns is of no account, the last words are."""

_MOMENT = re.compile(r"Conversion Error: invalid (date|time|timestamp) field format:")
_LINE = re.compile(r"^LINE \d+: (?:\.\.\.)?(.*?)(?:\.\.\.)?$", re.MULTILINE)


@contextmanager
def translated(sql: str, table: Table | None = None) -> Iterator[None]:
    """DuckDB's errors as ours, with the table they are about.

    Raises:
        ContractBroken: a value does not fit, or a rule of a table was broken.
        Permanent: anything else.
    """
    about = table.sql_name if table else " ".join(sql.split())[:120]
    try:
        yield
    except (*_OF_THE_QUERY, *_OF_THE_MACHINE) as error:
        raise Permanent(f"{about}: {error}") from error
    except duckdb.Error as error:
        told = f"{about}: {in_safe_words(error, sql)}"
        # without its cause, whose text Dagster would log
        raise (ContractBroken if isinstance(error, _OF_A_VALUE) else Permanent)(told) from None


def in_safe_words(error: duckdb.Error, sql: str) -> str:
    """What an error about a value says, without the value.

    Args:
        sql: the query that was run; a line of it is told where DuckDB points at one.
    """
    said = str(error)
    if found := _NULL.fullmatch(said):
        column = found[1].replace('"', "")
        return f"NOT NULL constraint failed: {column}\n  Mend the query or the source: this column is never empty."
    kind = type(error).__name__.removesuffix("Exception")
    target, source = _target(said)
    what = f"a value cannot be read as {target} ({kind})" if target else f"a value is not accepted ({kind})"
    what += f", from the column {source}" if source else ""
    where = _own_line(said, sql)
    return (
        f"{what}{f', in: {where}' if where else ''}\n"
        "  The value is left out here, because it may be a person's. Look for it in the raw table that the query reads;\n"
        "  then mend the source, or read it with try_cast."
    )


def _target(said: str) -> tuple[str | None, str | None]:
    """(type, source column), as far as DuckDB says them in a place that no value reaches."""
    if found := _MOMENT.match(said):
        return found[1].upper(), None
    found = _TARGET.fullmatch(said)
    if found is None or not (found[1] in _TYPES or found[1].startswith("DECIMAL(")):
        return None, None
    return found[1], found[2]


def _own_line(said: str, sql: str) -> str | None:
    """The line at which DuckDB points, if it is the query's own: a value may look like one."""
    lines = [found[1].strip() for found in _LINE.finditer(said)]
    return lines[-1] if lines and lines[-1] and lines[-1] in sql else None
