"""A batch holds its tables to their contracts."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from lms_hris_pipeline.model.errors import ContractBroken, Permanent
from lms_hris_pipeline.tables.canonical import COMPANIES
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline.warehouse.history import digest

AS_OF = datetime(2026, 1, 1, 21, tzinfo=UTC)
GOOD = "select 'C1' as company_id, 'One' as name, 'EUR' as currency"


@pytest.fixture
def batch() -> Batch:
    return Batch.in_memory(as_of=AS_OF, params={"hris_name": '$."A B"'})


def test_building_counts_rows_and_remembers_the_table(batch: Batch) -> None:
    assert batch.build(COMPANIES, GOOD) == 1
    assert batch.built_tables() == {"canonical.companies": 1}
    assert batch.read(COMPANIES).to_pylist() == [{"company_id": "C1", "name": "One", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("case", "query", "word"),
    [
        ("a null where none may be", "select 'C1' as company_id, null as name, 'EUR' as currency", "NOT NULL"),
        ("a key repeats", f"{GOOD} union all {GOOD}", "repeat a key"),
    ],
)
def test_a_broken_contract_is_refused_and_the_old_rows_stay(batch: Batch, case: str, query: str, word: str) -> None:
    batch.build(COMPANIES, GOOD)
    with pytest.raises(ContractBroken, match=word):
        batch.build(COMPANIES, query)
    assert batch.count(COMPANIES) == 1, case


@pytest.mark.parametrize(
    ("case", "query", "word"),
    [
        ("a column is missing", "select 'C1' as company_id, 'One' as name", '"currency" not found'),
        ("another name", "select 'C1' as company_id, 'One' as named, 'EUR' as currency", '"name" not found'),
    ],
)
def test_a_query_without_a_column_of_the_contract_is_refused_and_the_old_rows_stay(
    batch: Batch, case: str, query: str, word: str
) -> None:
    batch.build(COMPANIES, GOOD)
    with pytest.raises(Permanent, match=word):
        batch.build(COMPANIES, query)
    assert batch.count(COMPANIES) == 1, case


def test_building_takes_columns_by_name(batch: Batch) -> None:
    batch.build(COMPANIES, "select 'EUR' as currency, 'One' as name, 'C1' as company_id -- in another order")
    assert batch.read(COMPANIES).to_pylist() == [{"company_id": "C1", "name": "One", "currency": "EUR"}]


def test_a_bad_query_names_the_table(batch: Batch) -> None:
    with pytest.raises(Permanent, match=r"canonical\.companies"):
        batch.build(COMPANIES, "select nothing")


def test_a_query_is_given_only_the_parameters_it_names(batch: Batch) -> None:
    rows = batch.execute("select '{\"A B\": 7}'::json ->> $hris_name, $as_of  -- not $unknown")
    assert rows == [("7", datetime(2026, 1, 1, 21))]  # noqa: DTZ001 - the database keeps UTC without a zone
    with pytest.raises(ContractBroken, match="unknown"):
        batch.execute("select $unknown")


def test_writing_takes_columns_by_name(batch: Batch) -> None:
    rows = pa.table({"currency": ["EUR"], "name": ["One"], "company_id": ["C1"]})
    assert batch.write(COMPANIES, rows) == 1
    with pytest.raises(ContractBroken, match="currency"):
        batch.write(COMPANIES, rows.drop_columns(["currency"]))


def test_a_digest_does_not_depend_on_row_order(batch: Batch) -> None:
    batch.build(COMPANIES, f"{GOOD} union all select 'C2', 'Two', 'CHF'")
    first = digest(batch, COMPANIES)
    batch.build(COMPANIES, f"select 'C2' as company_id, 'Two' as name, 'CHF' as currency union all {GOOD}")
    assert digest(batch, COMPANIES) == first
    batch.build(COMPANIES, GOOD)
    assert digest(batch, COMPANIES) != first


MIA = "O'Brien \"Mia\" 'x' to INT32\n\nLINE 1: mia@lumen.example"


@pytest.mark.parametrize(
    ("case", "query", "value", "told"),
    [
        ("text for a number", "select $given::integer as n", MIA, ("INT32", "in: select $given::integer as n")),
        ("text for a decimal", "select $given::decimal(5,2)", "Mia 1", ("DECIMAL(5,2)",)),
        ("text for a date", "select $given::date", MIA, ("DATE", "in: select $given::date")),
        ("text for an instant", "select $given::timestamp", MIA, ("TIMESTAMP",)),
        ("too large", "select $given::bigint::integer", "4915112345678", ("INT32",)),
        ("text for JSON", "select $given::json", MIA, ("not accepted (Conversion)",)),
        ("told twice", "select strptime($given, '%Y')", MIA, ("not accepted (InvalidInput)",)),
        ("without quotation marks", "select regexp_matches('a', $given)", "(Mia", ("not accepted",)),
        ("the whole message", "select error($given)", MIA, ("not accepted",)),
        ("in a list", "select $given::integer[]", "[Mia]", ("INT32",)),
        ("a sum", "select 9223372036854775807 + $given", 4915112345678, ("not accepted (OutOfRange)",)),
    ],
)
def test_an_error_tells_what_is_wrong_and_nobodys_value(
    batch: Batch, case: str, query: str, value: object, told: tuple[str, ...]
) -> None:
    with pytest.raises(ContractBroken) as broken:
        batch.execute(query, {"given": value})
    said = str(broken.value)
    for part in ("Mia", "mia", "O'Brien", "49151"):
        assert part not in said, case
    for words in (*told, "because it may be a person's"):
        assert words in said, case
    assert broken.value.__cause__ is None, "Dagster logs the text of causes, too"
    assert broken.value.__suppress_context__


def test_a_value_that_does_not_fit_names_its_table(batch: Batch) -> None:
    rows = pa.table({"company_id": ["C1"], "name": ["Mia"], "currency": ["EUR"]})
    batch.register("given", rows)
    query = "select 'C1' as company_id, 'One' as name, given.name::integer::varchar as currency from given"
    with pytest.raises(ContractBroken) as broken:
        batch.build(COMPANIES, query)
    assert str(broken.value).startswith("canonical.companies: a value cannot be read as INT32")
    assert "Mia" not in str(broken.value)
    with pytest.raises(ContractBroken, match=r"NOT NULL constraint failed: companies\.name"):
        batch.build(COMPANIES, GOOD.replace("'One'", "null"))
