"""The SQL files of the tables: where they lie, which tables they read, which columns feed which.

A table `schema.name` is made by `<room>/sql/<name>.sql`. Column lineage is generated into
`warehouse/lineage.json`, keyed by the hash of the SQL, because tracing takes seconds and loading must not.
It shows the flow of values, not of filters.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.scope import build_scope

from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.tables import ALL_TABLES, BY_NAME, Table

ROOMS = {"canonical": "stage", "match": "match", "reconcile": "reconcile", "report": "report"}
LINEAGE_FILE = Path(__file__).with_name("lineage.json")


class TableLineage(TypedDict):
    """Of one table: the hash of its SQL, and for each column the columns it is made of."""

    sql_sha256: str
    columns: dict[str, list[tuple[str, str]]]


def has_query(table: Table) -> bool:
    """Whether a SQL file makes this table."""
    room = ROOMS.get(table.schema)
    return room is not None and (files("lms_hris_pipeline") / room / "sql" / f"{table.name}.sql").is_file()


@cache
def read_query(table: Table) -> str:
    """The SELECT that makes `table`.

    Raises:
        ContractBroken: there is no such file.
    """
    if not has_query(table):
        raise ContractBroken(f"{table.sql_name} has no SQL file; add {ROOMS.get(table.schema)}/sql/{table.name}.sql")
    text = (files("lms_hris_pipeline") / ROOMS[table.schema] / "sql" / f"{table.name}.sql").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


@cache
def tables_read(query: str) -> tuple[Table, ...]:
    """The contracted tables that a query names, in contract order.

    Raises:
        ContractBroken: it names a table of a contracted schema that has no contract.
    """
    names = {
        f"{node.db}.{node.name}" for node in sqlglot.parse_one(query, dialect="duckdb").find_all(exp.Table) if node.db
    }
    unknown = sorted(name for name in names if name not in BY_NAME)
    if unknown:
        raise ContractBroken(f"A query reads {unknown}, which have no contract in tables/")
    return tuple(table for table in ALL_TABLES if table.sql_name in names)


def query_hash(query: str) -> str:
    """sha256 of the SQL text."""
    return hashlib.sha256(query.encode()).hexdigest()


def trace_columns(table: Table) -> TableLineage:
    """For each column of `table` the contracted columns its values come from, sorted."""
    query = read_query(table)
    schema: dict[str, object] = {}
    for source in tables_read(query):
        columns = {column.name: column.type for column in source.columns}
        schema.setdefault(source.schema, {})[source.name] = columns  # type: ignore[index]
    parsed = sqlglot.parse_one(query, dialect="duckdb")
    scope = build_scope(parsed)
    traced: dict[str, list[tuple[str, str]]] = {}
    for column in table.column_names:
        try:
            node = lineage(column, parsed, schema=schema, dialect="duckdb", scope=scope)
        except SqlglotError as error:
            raise ContractBroken(f"Cannot trace {table.sql_name}.{column}: {error}") from error
        sources: set[tuple[str, str]] = set()
        for leaf in node.walk():
            if leaf.downstream or not isinstance(leaf.source, exp.Table):
                continue
            name = f"{leaf.source.db}.{leaf.source.name}"
            bare = leaf.name.rsplit(".", 1)[-1].strip('"')
            if name in BY_NAME and bare in BY_NAME[name].column_names:
                sources.add((name, bare))
        traced[column] = sorted(sources)
    return {"sql_sha256": query_hash(query), "columns": traced}


def read_lineage() -> dict[str, TableLineage]:
    """The generated lineage by table name; empty where it was never generated."""
    if not LINEAGE_FILE.exists():
        return {}
    found: dict[str, TableLineage] = json.loads(LINEAGE_FILE.read_text(encoding="utf-8"))
    return found


def write_lineage() -> None:
    """Trace every SQL table and replace the generated file; `make docs` calls it."""
    traced = {table.sql_name: trace_columns(table) for table in ALL_TABLES if has_query(table)}
    LINEAGE_FILE.write_text(json.dumps(traced, indent=1, sort_keys=True) + "\n", encoding="utf-8")
