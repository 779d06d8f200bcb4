"""The code location: what it holds, and that every asset says what an analyst wants to know of it."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import cron_string_iterator

from lms_hris_pipeline.definitions import ASSETS, CHECKS, NIGHTLY, defs
from lms_hris_pipeline.resources.closing import CURRENT, SEALED
from lms_hris_pipeline.tables import ALL_TABLES, BY_NAME, Table
from lms_hris_pipeline.warehouse.queries import has_query, query_hash, read_lineage, read_query
from lms_hris_pipeline_tests.support.paths import ROOT

GRAPH = defs.resolve_asset_graph()
STEPS = {
    "batch/current", "batch/sealed", "batch/tidied", "landing/hris", "landing/lms", "landing/snapshot", "ledger/proposals",
    "pages/reports", "publication/deltas",
}  # fmt: skip
SPECS = {key.to_user_string(): GRAPH.get(key) for key in GRAPH.get_all_asset_keys()}


def test_there_is_an_asset_for_each_table_and_each_step_and_no_other() -> None:
    assert set(SPECS) == {f"{table.schema}/{table.name}" for table in ALL_TABLES} | STEPS
    assert len(ASSETS) == len(SPECS)


def test_jobs_schedule_and_sensors_are_these() -> None:
    repository = defs.get_repository_def()
    assert {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")} == {
        NIGHTLY,
        "publish_approved",
    }
    schedule = repository.get_schedule_def("nightly")
    assert schedule.execution_timezone == "Europe/Berlin"
    assert schedule.cron_schedule == "30 2 * * *"
    assert {sensor.name for sensor in repository.sensor_defs} == {"approvals", "failures", "quota_resumption"}


@pytest.mark.parametrize(
    ("start", "runs"),
    [
        (date(2026, 3, 28), ["03-28 02:30", "03-29 03:00", "03-30 02:30"]),
        (date(2026, 10, 24), ["10-24 02:30", "10-25 02:30", "10-26 02:30"]),
    ],
    ids=["clocks go forward", "clocks go back"],
)
def test_scenario_35_the_nightly_runs_once_where_its_hour_is_missing_or_comes_twice(
    start: date, runs: list[str]
) -> None:
    schedule = defs.get_repository_def().get_schedule_def("nightly")
    midnight = datetime.combine(start, time(), ZoneInfo("Europe/Berlin"))
    ticks = cron_string_iterator(midnight.timestamp(), schedule.cron_schedule, schedule.execution_timezone)
    assert [f"{tick:%m-%d %H:%M}" for tick in islice(ticks, 3)] == runs


@pytest.mark.parametrize("name", sorted(SPECS))
def test_an_asset_says_what_it_is_and_whose(name: str) -> None:
    asset = SPECS[name]
    assert len(asset.description or "") > 20
    assert asset.group_name == name.split("/")[0]
    assert asset.owners
    assert all(owner.startswith("team:") for owner in asset.owners)
    assert asset.kinds
    assert asset.tags["domain"] in {"people", "org", "skills", "training", "costs", "sync"}


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.sql_name)
def test_a_table_shows_its_columns_with_type_unit_and_pii_class(table: Table) -> None:
    schema = SPECS[f"{table.schema}/{table.name}"].metadata["dagster/column_schema"].schema
    assert [column.name for column in schema.columns] == list(table.column_names)
    for shown, column in zip(schema.columns, table.columns, strict=True):
        assert shown.type == column.type
        assert shown.tags["pii"] == column.pii.value
        assert ("unit" in shown.tags) is bool(column.unit)


@pytest.mark.parametrize("table", [table for table in ALL_TABLES if has_query(table)], ids=lambda table: table.sql_name)
def test_column_lineage_is_that_of_the_query_as_it_stands(table: Table) -> None:
    found = read_lineage()[table.sql_name]
    assert found["sql_sha256"] == query_hash(read_query(table)), "the SQL changed: run `make docs`"
    assert set(found["columns"]) == set(table.column_names)
    for sources in found["columns"].values():
        for source, column in sources:
            assert column in BY_NAME[source].column_names
    shown = SPECS[f"{table.schema}/{table.name}"].metadata
    assert "dagster/column_lineage" in shown
    readable = shown["column lineage"].md_str.splitlines()[2:]
    for line, column in zip(readable, table.column_names, strict=True):
        assert line.startswith(f"| {column} | ")
        sources = found["columns"][column]
        for source, name in sources:
            assert f"[{source}](/assets/{source.replace('.', '/')}): " in line
            assert name in line
        assert sources or line.endswith("| the query itself |")


def test_every_built_table_is_checked_against_its_contract_and_all_but_the_warnings_block() -> None:
    checked = {key.asset_key.to_user_string() for key in GRAPH.asset_check_keys if key.name == "contract"}
    assert checked == {f"{table.schema}/{table.name}" for table in ALL_TABLES if not table.schema.startswith("raw_")}
    loose = {spec.name for definition in CHECKS for spec in definition.check_specs if not spec.blocking}
    assert loose == {"share_of_unknown_tags"}


def test_the_seal_waits_for_every_table_and_the_rest_for_the_seal() -> None:
    assert SPECS["batch/sealed"].parent_keys == {dg.AssetKey([table.schema, table.name]) for table in ALL_TABLES}
    for name in ("batch/current", "ledger/proposals", "pages/reports"):
        assert SEALED in SPECS[name].parent_keys


def test_the_current_batch_alone_has_a_freshness_policy() -> None:
    assert [name for name, spec in SPECS.items() if spec.freshness_policy is not None] == [CURRENT.to_user_string()]


def test_dagster_tells_its_makers_nothing_and_asks_nobody_to_sign_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_DISABLE_TELEMETRY", raising=False)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled


def test_no_generated_file_is_stale() -> None:
    from lms_hris_pipeline.cli.docs import table_reference

    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == table_reference(), "run `make docs`"
    assert json.loads((ROOT / "lms_hris_pipeline/warehouse/lineage.json").read_text(encoding="utf-8"))
