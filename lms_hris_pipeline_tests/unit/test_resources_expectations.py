"""Contract checks: each rule is held against every row, however the rows are grouped on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms_hris_pipeline.resources.expectations import MISSING, REPEATS_KEY, ROW_COUNT, group_rows, validate
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.tables.contract import Column, Table
from lms_hris_pipeline.warehouse import Batch

PAIRS = Table(
    "canonical", "pairs", "Made up.", "one pair", ("left_id", "right_id"), "team:none", "sync",
    (
        Column("left_id", "VARCHAR", "Left."),
        Column("right_id", "VARCHAR", "Right.", null=True),
        Column("kind", "VARCHAR", "Kind.", values=("a", "b")),
        Column("mood", "VARCHAR", "Mood.", null=True, values=("good", "bad")),
        Column("weight", "INTEGER", "Weight.", null=True),
    ),
)  # fmt: skip

CASES: list[tuple[str, list[str], list[str]]] = [
    ("no rows", [], []),
    ("good rows", ["('1', 'x', 'a', 'good', 1)", "('1', 'y', 'b', null, null)", "('2', 'x', 'a', 'bad', 2)"], []),
    ("a null", ["(null, 'x', 'a', 'good', 1)"], ["left_id: must be filled; 1 rows are not"]),
    ("a null in a closed set", ["('1', 'x', null, 'good', 1)"], ["kind: must be filled; 1 rows are not"]),
    (
        "two nulls in a row",
        ["(null, 'x', null, 'good', 1)", "('1', 'x', null, 'good', 1)"],
        ["left_id: must be filled; 1 rows are not", "kind: must be filled; 2 rows are not"],
    ),
    ("a stranger", ["('1', 'x', 'c', 'good', 1)"], ["kind: expected to be of its closed set of values; 1 rows are not"]),
    ("a stranger where null may be", ["('1', 'x', 'a', 'odd', 1)"], ["mood: expected to be of its closed set of values; 1 rows are not"]),
    (
        "a key twice",
        ["('1', 'x', 'a', 'good', 1)", "('1', 'x', 'b', 'good', 2)", "('2', 'x', 'a', null, 3)"],
        ["left_id, right_id: expected to be unique; 2 rows are not"],
    ),
    (
        "a key with a null twice",
        ["('1', null, 'a', 'good', 1)", "('1', null, 'a', 'good', 1)"],
        ["left_id, right_id: expected to be unique; 2 rows are not"],
    ),
    (
        "several of each",
        ["(null, 'x', 'a', 'good', 1)", "(null, 'y', 'b', 'good', 1)", "('1', 'x', 'c', 'good', 1)"],
        ["left_id: must be filled; 2 rows are not", "kind: expected to be of its closed set of values; 1 rows are not"],
    ),
]  # fmt: skip


@pytest.fixture
def batch() -> Batch:
    return Batch.in_memory(as_of=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(("rows", "broken"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_rule_is_held_against_every_row(rows: list[str], broken: list[str], batch: Batch) -> None:
    columns = ", ".join(f"{column.name} {column.type}" for column in PAIRS.columns)
    batch.execute(f"create table canonical.pairs ({columns})")
    if rows:
        batch.execute(f"insert into canonical.pairs values {', '.join(rows)}")
    groups = group_rows(batch, PAIRS)
    assert groups[ROW_COUNT].sum() == len(rows)
    assert validate(PAIRS, groups) == broken


def test_many_rows_are_few_groups(batch: Batch) -> None:
    columns = ", ".join(f"{column.name} {column.type}" for column in PAIRS.columns)
    batch.execute(f"create table canonical.pairs ({columns})")
    batch.execute("insert into canonical.pairs select i::varchar, 'x', 'a', 'good', i from range(100000) as r(i)")
    batch.execute("insert into canonical.pairs values (null, 'x', 'b', 'good', 0)")
    groups = group_rows(batch, PAIRS)
    assert len(groups) == 2
    assert validate(PAIRS, groups) == ["left_id: must be filled; 1 rows are not"]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.sql_name)
def test_no_column_is_named_like_what_the_groups_add(table: Table) -> None:
    assert not {ROW_COUNT, MISSING, REPEATS_KEY} & set(table.column_names)
