"""One open batch: a DuckDB database under construction, or a scratch copy of one.

Tables are made from their contracts, so that a query cannot change a type or forget a column.
Where the file lies and how it is sealed is `shelf`'s business.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from lms_hris_pipeline.model.errors import ContractBroken, Permanent
from lms_hris_pipeline.tables import ALL_TABLES, Table
from lms_hris_pipeline.warehouse.translate import translated

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"--[^\n]*")
_BUILT = "main.built_tables"
MEMORY_LIMIT = "1500MB"
_PART = 16_384  # rows of a chunk: of 100,000 both threads of a small machine get about as many
_STORED = {"JSON": " using compression zstd"}
"""Whole records: by default they took 2.3 s and 113 MB to store instead of 0.9 s and 35 MB (1.1M enrolments)."""


class Batch:
    """An open DuckDB database with one schema a stage; safe to use from several threads (a cursor each)."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        batch_id: str,
        as_of: datetime,
        folder: Path,
        params: Mapping[str, object],
        is_scratch: bool = False,
        is_stored: bool = True,
    ) -> None:
        self.id = batch_id
        self.as_of = as_of
        self.folder = folder
        self.is_scratch = is_scratch
        self._connection = connection
        self._is_stored = is_stored
        self._views: dict[str, pa.Table] = {}
        self._local = threading.local()
        self._params = {"as_of": as_of.astimezone(UTC).replace(tzinfo=None), "batch_id": batch_id, **params}

    @classmethod
    def open(
        cls,
        file: Path | None,
        *,
        batch_id: str,
        as_of: datetime,
        params: Mapping[str, object],
        is_scratch: bool = False,
    ) -> Self:
        """A batch in `file` (created where absent), or in memory where it is None.

        Raises:
            Permanent: the file cannot be opened or created.
        """
        folder = file.parent if file else Path(".")
        try:
            connection = duckdb.connect(str(file) if file else ":memory:")
        except duckdb.Error as error:
            raise Permanent(f"Cannot open {file}: {error}") from error
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        if file:
            connection.execute(f"set temp_directory = '{(folder / 'spill').as_posix()}'")
        for schema in dict.fromkeys(table.schema for table in ALL_TABLES):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create table if not exists {_BUILT} (table_name varchar, batch_id varchar, row_count bigint)"
        )
        return cls(
            connection,
            batch_id=batch_id,
            as_of=as_of,
            folder=folder,
            params=params,
            is_scratch=is_scratch,
            is_stored=file is not None,
        )

    @classmethod
    @contextmanager
    def reading(cls, file: Path, *, batch_id: str, as_of: datetime) -> Iterator[Self]:
        """A finished database, read-only.

        Raises:
            Permanent: it cannot be opened.
        """
        with translated(f"open {file}"):
            connection = duckdb.connect(str(file), read_only=True)
        connection.execute("set timezone = 'UTC'")
        try:
            yield cls(connection, batch_id=batch_id, as_of=as_of, folder=file.parent, params={}, is_scratch=True)
        finally:
            connection.close()

    @classmethod
    def in_memory(
        cls, *, as_of: datetime, params: Mapping[str, object] | None = None, batch_id: str = "test-01"
    ) -> Self:
        """A batch that leaves nothing behind."""
        return cls.open(None, batch_id=batch_id, as_of=as_of, params=params or {})

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's cursor."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
            cursor.execute("set timezone = 'UTC'")
            for name, rows in self._views.items():
                cursor.register(name, rows)
        found: duckdb.DuckDBPyConnection = cursor
        return found

    def execute(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement; its rows, if it has any. It is given only the parameters it names.

        Raises:
            ContractBroken: the statement broke a rule of a table.
            Permanent: DuckDB could not run it.
        """
        with translated(sql):
            return self.cursor.execute(sql, self._bound(sql, params)).fetchall()

    def arrow(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Run one query; its rows as an Arrow table."""
        with translated(sql):
            rows: pa.Table | None = self.cursor.sql(sql, params=self._bound(sql, params)).to_arrow_table()
        if rows is None:
            raise Permanent(f"A query gave no rows at all: {sql[:200]}")
        return rows

    def read(self, table: Table) -> pa.Table:
        """All rows of `table` in the order of its key."""
        columns = ", ".join(f'"{name}"' for name in table.column_names)
        return self.arrow(f"select {columns} from {table.sql_name} order by {', '.join(table.key)}")

    def count(self, table: Table) -> int:
        """How many rows `table` has."""
        return int(self.execute(f"select count(*) from {table.sql_name}")[0][0])

    def build(self, table: Table, select: str, params: Mapping[str, object] | None = None) -> int:
        """Fill `table` with the rows of `select`, whose columns are named as in the contract; the number of rows.

        Raises:
            ContractBroken: a value does not fit, a key repeats.
            Permanent: a column of the contract is not there, or DuckDB could not run the query.
        """
        return self._fill(table, f"({select}\n)", self._bound(select, params))

    def write(self, table: Table, rows: pa.Table) -> int:
        """Fill `table` with `rows`, whose columns are named as in the contract, in any order."""
        missing = set(table.column_names) ^ set(rows.column_names)
        if missing:
            raise ContractBroken(
                f"{table.sql_name}: columns {sorted(missing)} stand in the rows or the contract, not both"
            )
        name = f"incoming_{table.schema}_{table.name}"
        self.cursor.register(name, rows)
        try:
            return self._fill(table, name, {})
        finally:
            self.cursor.unregister(name)

    def register(self, name: str, rows: pa.Table) -> None:
        """Make `rows` visible to queries of every thread as the view `name`."""
        self._views[name] = _in_parts(rows)
        self.cursor.register(name, self._views[name])

    @contextmanager
    def lending(self, views: Mapping[str, pa.Table]) -> Iterator[None]:
        """Let this thread's queries read `views` by their names, for as long as the block lasts."""
        for name, rows in views.items():
            self.cursor.register(name, _in_parts(rows))
        try:
            yield
        finally:
            for name in views:
                self.cursor.unregister(name)

    def built_tables(self) -> dict[str, int]:
        """Row count by name of every table that this batch has built."""
        rows = self.execute(
            f"select table_name, row_count from {_BUILT} where batch_id = $batch_id order by table_name"
        )
        return {str(name): int(count) for name, count in rows}

    def close(self) -> None:
        """Checkpoint and close; no write-ahead log stays behind. What lies in memory is dropped.

        Raises:
            Permanent: it could not be written whole, for example for want of room; it is closed all the same.
        """
        try:
            if self._is_stored:
                with translated("checkpoint"):
                    self._connection.execute("checkpoint")
        finally:
            self._connection.close()

    def _fill(self, table: Table, source: str, params: Mapping[str, object]) -> int:
        columns = ", ".join(
            f'"{column.name}" {column.type}{"" if column.null else " not null"}{_STORED.get(column.type, "")}'
            for column in table.columns
        )
        names = ", ".join(f'"{name}"' for name in table.column_names)
        # a key is checked by counting: a primary-key index would cost four times the load (1M rows)
        keys = ", ".join(f'"{name}"' for name in table.key)
        with translated(source, table):
            cursor = self.cursor
            cursor.execute("begin")
            try:
                cursor.execute(f"create or replace table {table.sql_name} ({columns})")
                total = _number(cursor.execute(f"insert into {table.sql_name} select {names} from {source}", params))
                distinct = _number(
                    cursor.execute(f"select count(*) from (select distinct {keys} from {table.sql_name})")
                )
                if total != distinct:
                    raise ContractBroken(
                        f"{table.sql_name}: {total - distinct} rows repeat a key ({', '.join(table.key)})\n"
                        f"  one row must be {table.grain}; mend the query or the source."
                    )
                # a primary key to replace by would take as long as the rows of most tables
                cursor.execute(f"delete from {_BUILT} where table_name = ?", [table.sql_name])
                cursor.execute(f"insert into {_BUILT} values (?, ?, ?)", [table.sql_name, self.id, total])
                cursor.execute("commit")
            except BaseException:
                # where the disk is full DuckDB has ended the transaction itself; the first error is the one to tell
                with suppress(duckdb.TransactionException):
                    cursor.execute("rollback")
                raise
        return total

    def _bound(self, sql: str, params: Mapping[str, object] | None) -> dict[str, object]:
        known = {**self._params, **(params or {})}
        names = set(_PARAMETER.findall(_COMMENT.sub("", sql)))
        unknown = sorted(names - known.keys())
        if unknown:
            raise ContractBroken(f"A query names the parameters {unknown}, which nothing provides:\n  {sql[:200]}")
        return {name: known[name] for name in names}


def _in_parts(rows: pa.Table) -> pa.Table:
    """The same rows in chunks, of which each thread of a query takes one after the other."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=_PART), rows.schema)


def _number(cursor: duckdb.DuckDBPyConnection) -> int:
    """The one number that a statement answers: a count, or how many rows it wrote."""
    return int(cursor.fetchall()[0][0])
