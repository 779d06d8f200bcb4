"""Blocking data checks made from the table contracts, by Great Expectations; and checks made of one query.

Great Expectations takes four seconds to import and cannot speak to DuckDB, so it is imported when a check
runs and sees only the columns that a rule is about, as a pandas frame.
"""
# no postponed annotations: Dagster looks at those of a check's context

import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

import dagster as dg

from lms_hris_pipeline.resources.describe import asset_key
from lms_hris_pipeline.resources.night import Night
from lms_hris_pipeline.resources.runs import night_of
from lms_hris_pipeline.tables import Table

if TYPE_CHECKING:
    import pandas as pd

CONTRACT_CHECK = "contract"


def contract_spec(table: Table) -> dg.AssetCheckSpec:
    """The check that an asset of `table` makes of its own rows. It blocks what comes after.

    It is part of the asset's own step: a step of its own for a whole schema would wait for all of its tables, and
    tables of one schema read each other.
    """
    return dg.AssetCheckSpec(
        CONTRACT_CHECK,
        asset=asset_key(table),
        blocking=True,
        description="Columns, keys, nulls and closed sets of values are as the contract says.",
    )


def check_contract(night: Night, table: Table) -> dg.AssetCheckResult:
    """Hold the rows of `table` against its contract."""
    rows = night.batch.arrow(f"select {', '.join(_ruled(table))} from {table.sql_name}").to_pandas()
    failures = validate(table, rows)
    return dg.AssetCheckResult(
        passed=not failures,
        check_name=CONTRACT_CHECK,
        asset_key=asset_key(table),
        metadata={"rows": len(rows), **({"failures": "\n".join(failures)} if failures else {})},
    )


def empty_check(table: Table, name: str, about: str, query: str) -> dg.AssetChecksDefinition:
    """A blocking check of `table` that holds when `query` gives no rows; it selects no personal data."""

    @dg.asset_check(
        asset=asset_key(table), name=name, blocking=True, description=about, required_resource_keys={"night"}
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        rows = night_of(context).batch.execute(query)
        shown = "\n".join(", ".join(map(str, row)) for row in rows[:20])
        return dg.AssetCheckResult(passed=not rows, metadata={"violations": len(rows), "first": shown or "none"})

    return check


def validate(table: Table, rows: "pd.DataFrame") -> list[str]:
    """The rules of the contract that `rows` break, in words, with how many rows do."""
    gx, gxe, definition = _great_expectations()
    suite = gx.ExpectationSuite(name=table.sql_name)
    for column in table.columns:
        if not column.null:
            suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
        if column.values:
            suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values)))
    if len(table.key) == 1:
        suite.add_expectation(gxe.ExpectColumnValuesToBeUnique(column=table.key[0]))
    else:
        suite.add_expectation(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key)))
    batch = definition.get_batch(batch_parameters={"dataframe": rows})
    outcome = batch.validate(suite, result_format="BASIC")
    return [_in_words(result) for result in outcome.results if not result.success]


@cache
def _great_expectations() -> tuple[Any, Any, Any]:
    """The library, its expectations, and a definition that takes whole frames."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        # it imports sre_constants, deprecated since Python 3.11
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        import great_expectations.expectations as gxe
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    frames = context.data_sources.add_pandas("rows").add_dataframe_asset("frame")
    return gx, gxe, frames.add_batch_definition_whole_dataframe("whole")


def _ruled(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.null or column.values or column.name in table.key]


def _in_words(result: Any) -> str:
    config = result.expectation_config
    column = config.kwargs.get("column") or ", ".join(config.kwargs.get("column_list", []))
    count = result.result.get("unexpected_count", "some")
    return f"{column}: {config.type.removeprefix('expect_').replace('_', ' ')}; {count} rows do not"
