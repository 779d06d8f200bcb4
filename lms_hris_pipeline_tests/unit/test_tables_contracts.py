"""The table contracts are complete and consistent."""

from __future__ import annotations

import re

import pytest
import sqlglot

from lms_hris_pipeline.tables import ALL_TABLES, Table
from lms_hris_pipeline.warehouse.queries import has_query, read_query


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.sql_name)
def test_a_contract_is_complete(table: Table) -> None:
    names = table.column_names
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert table.owner.startswith("team:")
    assert table.domain in {"people", "org", "skills", "training", "costs", "sync"}
    assert table.about.endswith((".", "?"))
    for column in table.columns:
        assert column.about, column.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        if column.name.endswith("_at"):
            assert column.type == "TIMESTAMP"
            assert column.unit == "UTC"
        if column.name.startswith(("is_", "has_")):
            assert column.type == "BOOLEAN"
        if column.name in table.key and table.schema != "raw_hris":
            # a finding or a gap may concern one system's record alone
            assert not column.null or table.schema == "reconcile"


def test_table_names_are_unique() -> None:
    names = [table.sql_name for table in ALL_TABLES]
    assert len(set(names)) == len(names)


def test_ids_name_their_issuer() -> None:
    bare = [(table.sql_name, column.name) for table in ALL_TABLES for column in table.columns if column.name == "id"]
    assert bare == []


@pytest.mark.parametrize("table", list(filter(has_query, ALL_TABLES)), ids=lambda table: table.sql_name)
def test_a_query_gives_the_columns_of_its_contract_and_no_others(table: Table) -> None:
    # a night takes the columns by name, so that one too many would only be work for nothing
    assert sqlglot.parse_one(read_query(table), dialect="duckdb").named_selects == list(table.column_names)
