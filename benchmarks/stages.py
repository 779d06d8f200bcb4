"""One night in this process, metered stage by stage: `python -m benchmarks.stages` is a child of `benchmarks.run`.

The job, its settings and its sandbox are those of `make nightly`; the sandbox is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from benchmarks.meter import Meter, process_seconds
from lms_hris_pipeline.definitions import ASSETS
from lms_hris_pipeline.resources import assets as asset_factories
from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import House, execute, failures, house

_BY_GROUP = {
    "landing": "extract",
    "raw_hris": "load",
    "raw_lms": "load",
    "canonical": "stage",
    "match": "match",
    "reconcile": "reconcile",
    "report": "report tables",
    "pages": "render",
    "ledger": "propose",
    "publication": "publish",
}
_STAGE_OF_STEP = {
    "__".join(key.path): _BY_GROUP.get(key.path[0], {"sealed": "seal", "tidied": "tidy"}.get(key.path[-1], "tidy"))
    for asset in ASSETS
    for key in asset.keys
}


def measure_night(home: Path, folder: Path, days: int = 0) -> dict[str, Any]:
    """Run one night over the company in `folder`, `days` later than the last; costs by stage, and seconds by step.

    Raises:
        RuntimeError: the night failed.
    """
    if days:
        company.advance(folder, days=days)
    with pytest.MonkeyPatch.context() as patch, house(home, folder, patch, as_process=True) as built:
        meter = Meter(built.server.pid)
        steps: dict[str, float] = {}
        (home / "dagster").mkdir(exist_ok=True)
        with dg.DagsterInstance.local_temp(str(home / "dagster"), {"telemetry": {"enabled": False}}) as instance:
            _watch_steps(instance, meter, steps)
            _watch_function(patch, meter, "check_contract", "contract checks")
            _watch_function(patch, meter, "preview", "previews")
            started = time.perf_counter()
            with meter.span("between steps"):
                result = execute(built.tags(), instance)
            seconds = time.perf_counter() - started
        if not result.success:
            raise RuntimeError("\n".join(failures(result)))
        return {
            "seconds": seconds,
            "sandbox_seconds": process_seconds(built.server.pid),
            "stages": {name: asdict(cost) for name, cost in meter.costs.items()},
            "steps": steps,
            **_facts(built),
        }


def _watch_steps(instance: dg.DagsterInstance, meter: Meter, steps: dict[str, float]) -> None:
    """Open and close a span with every step; the in-process executor tells of them as they happen."""
    tell = instance.handle_new_event
    began: dict[str, float] = {}

    def heard(record: dg.EventLogEntry, **how: Any) -> None:
        event = record.dagster_event
        if event is not None and event.step_key is not None:
            if event.event_type_value == "STEP_START":
                began[event.step_key] = time.perf_counter()
                meter.begin(_STAGE_OF_STEP.get(event.step_key, "cross checks"))
            elif event.event_type_value in {"STEP_SUCCESS", "STEP_FAILURE"} and event.step_key in began:
                meter.end()
                steps[event.step_key] = time.perf_counter() - began.pop(event.step_key)
        tell(record, **how)

    instance.handle_new_event = heard  # type: ignore[method-assign]


def _watch_function(patch: pytest.MonkeyPatch, meter: Meter, name: str, stage: str) -> None:
    """Book the calls of a function inside the steps apart."""
    inner: Callable[..., Any] = getattr(asset_factories, name)

    def watched(*arguments: Any) -> Any:
        with meter.span(stage):
            return inner(*arguments)

    patch.setattr(asset_factories, name, watched)


def _facts(built: House) -> dict[str, Any]:
    """What the night had to do with: rows of its tables, records and calls of its extract, deltas by state."""
    name = built.shelf.current() or ""
    run_folder = built.home / "data" / "landing" / name / "_run"
    database = built.shelf.folder(name) / "warehouse.duckdb"
    deltas: Counter[str] = Counter()
    with built.ledger() as ledger:
        for (_, state), count in ledger.count_deltas().items():
            deltas[state] += count
    with built.batch(name) as batch:
        extracts = {
            f"{schema} {entity}": rows
            for schema in ("raw_hris", "raw_lms")
            for entity, rows in batch.execute(f"select entity, row_count from {schema}.extracts")
        }
    return {
        "database": str(database),
        "database_bytes": database.stat().st_size,
        "tables": json.loads((database.parent / "batch.json").read_text(encoding="utf-8"))["tables"],
        "extracts": extracts,
        "calls": json.loads((run_folder / "calls.json").read_text(encoding="utf-8")),
        "deltas": deltas,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--company", type=Path, required=True)
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--answer", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_night(given.home, given.company, given.days)), encoding="utf-8")
