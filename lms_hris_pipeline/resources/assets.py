"""Factories that turn a contract into a Dagster asset: by its SQL file, or by a Python function.

Key, group, description, owners, kinds, tags, schema and lineage come from the contract; dependencies
from the SQL, or from `reads`. What an asset does is the stage rooms' business.
"""
# no postponed annotations: Dagster looks at those of an asset's context

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pyarrow as pa

from lms_hris_pipeline.resources.collection import give_back_memory
from lms_hris_pipeline.resources.describe import asset_key, preview, table_metadata
from lms_hris_pipeline.resources.expectations import check_contract, contract_spec
from lms_hris_pipeline.resources.night import Night
from lms_hris_pipeline.resources.runs import night_of
from lms_hris_pipeline.tables import Table
from lms_hris_pipeline.warehouse.queries import read_query, tables_read

Shown = Mapping[str, int | float | str | dg.MarkdownMetadataValue]


@dataclass(frozen=True, slots=True)
class Built:
    """What a Python asset made: the rows of its table, and figures worth showing."""

    rows: pa.Table
    shown: Shown = field(default_factory=dict)


def sql_asset(table: Table) -> dg.AssetsDefinition:
    """The asset of a table that one SELECT makes."""
    query = read_query(table)

    @_asset(table, tables_read(query), kinds={"duckdb", "sql"})
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        night = night_of(context)
        started = time.perf_counter()
        with night.step(table.schema, table.name):
            rows = night.batch.build(table, query)
        return _result(night, table, rows, started, {})

    return build


def python_asset(
    table: Table,
    make: Callable[[Night], Built],
    *,
    reads: Iterable[Table | dg.AssetKey],
    kinds: set[str] | None = None,
    priority: int = 0,
) -> dg.AssetsDefinition:
    """The asset of a table whose rows `make` computes; of those that can be made, the greatest `priority` comes first."""

    @_asset(table, reads, kinds={"python", *(kinds or ())}, priority=priority)
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        night = night_of(context)
        started = time.perf_counter()
        with night.step(table.schema, table.name):
            built = make(night)
            rows, shown = night.batch.write(table, built.rows), built.shown
        del built
        give_back_memory()
        return _result(night, table, rows, started, shown)

    return build


def loaded_asset(
    table: Table, load: Callable[[Night], int], *, reads: Iterable[Table | dg.AssetKey], kinds: set[str]
) -> dg.AssetsDefinition:
    """The asset of a table that `load` fills in the batch by itself, answering the number of rows."""

    @_asset(table, reads, kinds=kinds)
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        night = night_of(context)
        started = time.perf_counter()
        with night.step(table.schema, table.name):
            rows = load(night)
        return _result(night, table, rows, started, {})

    return build


def _asset(
    table: Table, reads: Iterable[Table | dg.AssetKey], kinds: set[str], priority: int = 0
) -> Callable[[Callable[..., dg.MaterializeResult[Any]]], dg.AssetsDefinition]:
    return dg.asset(
        key=asset_key(table),
        deps=[asset_key(read) if isinstance(read, Table) else read for read in reads],
        description=f"{table.about}\n\nOne row is {table.grain}.",
        group_name=table.schema,
        owners=[table.owner],
        kinds=kinds,
        tags={"domain": table.domain},
        op_tags={"dagster/priority": str(priority)},
        metadata=table_metadata(table),
        check_specs=[contract_spec(table)] if _is_checked(table) else [],
        required_resource_keys={"night"},
    )


def _result(night: Night, table: Table, rows: int, started: float, shown: Shown) -> dg.MaterializeResult:  # type: ignore[type-arg]
    seconds = time.perf_counter() - started
    night.tell(table.schema, table.name, rows, seconds)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "seconds": round(seconds, 3),
            "batch": night.label,
            "preview": dg.MetadataValue.md(preview(night.batch, table)),
            **shown,
        },
        check_results=[check_contract(night, table)] if _is_checked(table) else [],
    )


def _is_checked(table: Table) -> bool:
    """Raw records are held against the connector's contract when their page is read."""
    return not table.schema.startswith("raw_")


@dataclass(frozen=True, slots=True)
class Done:
    """What a step beside the tables did: how much, and figures worth showing."""

    count: int
    shown: Shown = field(default_factory=dict)


def step_asset(
    key: tuple[str, str],
    make: Callable[[Night], Done],
    *,
    about: str,
    grain: str,
    owner: str,
    domain: str,
    reads: Iterable[Table | dg.AssetKey],
    kinds: set[str],
) -> dg.AssetsDefinition:
    """The asset of a step that fills no table: landing, sealing, proposing, rendering, publishing."""

    @dg.asset(
        key=list(key),
        deps=[asset_key(read) if isinstance(read, Table) else read for read in reads],
        description=f"{about}\n\nCounted is {grain}.",
        group_name=key[0],
        owners=[owner],
        kinds=kinds,
        tags={"domain": domain},
        required_resource_keys={"night"},
    )
    def step(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        night = night_of(context)
        started = time.perf_counter()
        with night.step(*key):
            done = make(night)
        give_back_memory()
        seconds = time.perf_counter() - started
        night.tell(*key, done.count, seconds)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": done.count,
                "seconds": round(seconds, 3),
                "batch": night.label,
                **done.shown,
            }
        )

    return step
