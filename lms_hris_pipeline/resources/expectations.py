"""Blocking data checks made from the table contracts, by Great Expectations; and checks made of one query.

Great Expectations takes four seconds to import and cannot speak to DuckDB, so it is imported when a check runs,
and sees a pandas frame. A frame of a million rows would cost seconds and hundreds of megabytes a table; therefore
DuckDB first groups all rows by what the rules can tell apart. Every rule is still held against every row, because
each row stands in exactly one group and breaks exactly the rules that its group breaks. An expectation costs three
milliseconds whatever it looks at, so all columns of a table that must be filled share one.
"""
# no postponed annotations: Dagster looks at those of a check's context

import os
import warnings
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import dagster as dg

from lms_hris_pipeline.resources.describe import asset_key
from lms_hris_pipeline.resources.night import Night
from lms_hris_pipeline.resources.runs import night_of
from lms_hris_pipeline.tables import Column, Table
from lms_hris_pipeline.warehouse import Batch

if TYPE_CHECKING:
    import pandas as pd

CONTRACT_CHECK = "contract"
MISSING = "missing"
REPEATS_KEY = "repeats_key"
ROW_COUNT = "rows_in_group"


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
    groups = group_rows(night.batch, table)
    failures = validate(table, groups)
    return dg.AssetCheckResult(
        passed=not failures,
        check_name=CONTRACT_CHECK,
        asset_key=asset_key(table),
        metadata={
            "rows": int(groups[ROW_COUNT].sum()),
            "groups": len(groups),
            **({"failures": "\n".join(failures)} if failures else {}),
        },
    )


def group_rows(batch: Batch, table: Table) -> "pd.DataFrame":
    """All rows of `table`, grouped by what its rules can tell apart, with the number of rows of each group.

    A column with a closed set keeps its values; `missing` names the columns that must not be null and are, null where
    there are none; `repeats_key` says whether another row has the same key.
    """
    closed = [f"rows.{column.name} as {column.name}" for column in table.columns if column.values]
    filled = [f"case when rows.{column.name} is null then '{column.name}' end" for column in _required(table)]
    missing = f"nullif(concat_ws(',', {', '.join(filled)}), '')" if filled else "null::varchar"
    keys = ", ".join(table.key)
    same = " and ".join(f"repeated.{name} is not distinct from rows.{name}" for name in table.key)
    query = (
        f"with repeated as (select {keys}, true as found from {table.sql_name} group by {keys} having count(*) > 1) "
        f"select {', '.join([*closed, f'{missing} as {MISSING}'])}, coalesce(repeated.found, false) as {REPEATS_KEY}, count(*) as {ROW_COUNT} "
        f"from {table.sql_name} as rows left join repeated on {same} group by all order by all"
    )
    groups: pd.DataFrame = batch.arrow(query).to_pandas()
    return groups


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


def warning_check(
    table: Table, name: str, about: str, query: str, *, reads: Iterable[Table]
) -> dg.AssetChecksDefinition:
    """A check of `table` that warns and blocks nothing; it holds where the last column of no row of `query` is true.

    All other columns are figures and names without personal data: they are shown, row by row.
    """

    @dg.asset_check(
        asset=asset_key(table),
        name=name,
        blocking=False,
        description=about,
        additional_deps=[asset_key(read) for read in reads],
        required_resource_keys={"night"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        rows = night_of(context).batch.execute(query)
        warned = [row for row in rows if row[-1]]
        return dg.AssetCheckResult(
            passed=not warned,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "warnings": len(warned),
                "figures": "\n".join(", ".join(map(str, row)) for row in rows) or "none",
            },
        )

    return check


def validate(table: Table, groups: "pd.DataFrame") -> list[str]:
    """The rules of the contract that are broken in `groups` (see `group_rows`), in words, with how many rows do."""
    gx, gxe, definition = _great_expectations()
    suite = gx.ExpectationSuite(name=table.sql_name)
    suite.add_expectation(gxe.ExpectColumnValuesToBeNull(column=MISSING))
    for column in table.columns:
        if column.values:
            suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values)))
    suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=REPEATS_KEY, value_set=[False]))
    batch = definition.get_batch(batch_parameters={"dataframe": groups})
    if batch.validate(suite, result_format="BOOLEAN_ONLY").success:
        return []
    # which rows break a rule is asked only where one is broken: the answer takes as long again as the rules
    outcome = batch.validate(suite, result_format="COMPLETE")
    broken = [result for result in outcome.results if not result.success]
    return [words for result in broken for words in _in_words(table, result, groups)]


def _required(table: Table) -> list[Column]:
    return [column for column in table.columns if not column.null]


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


def _in_words(table: Table, result: Any, groups: "pd.DataFrame") -> list[str]:
    column = result.expectation_config.kwargs["column"]
    unexpected = groups.iloc[result.result["unexpected_index_list"]]
    rows = int(unexpected[ROW_COUNT].sum())
    if column == MISSING:
        lacking = {
            name: int(unexpected.loc[[name in names.split(",") for names in unexpected[MISSING]], ROW_COUNT].sum())
            for name in (required.name for required in _required(table))
        }
        return [f"{name}: must be filled; {number} rows are not" for name, number in lacking.items() if number]
    if column == REPEATS_KEY:
        return [f"{', '.join(table.key)}: expected to be unique; {rows} rows are not"]
    return [f"{column}: expected to be of its closed set of values; {rows} rows are not"]
