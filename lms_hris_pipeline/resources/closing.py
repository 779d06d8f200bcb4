"""How a night ends beside its tables: history and seal, and what is no longer kept.

The seal is an explicit last asset of the build, because Dagster may set resources up and down twice a run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from lms_hris_pipeline.resources.assets import Done, step_asset
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse.history import publish_history, write_history

SEALED = dg.AssetKey(["batch", "sealed"])


def _seal(night: Night) -> Done:
    """Write the history, seal the batch, make it current."""
    if night.mode is Mode.SCRATCH:
        return Done(0, {"note": "a scratch copy is never sealed and never current"})
    built = night.batch.built_tables()
    changes = write_history(night.batch, night.shelf) if night.mode is Mode.NIGHTLY else {}
    file = night.seal({"run": night.run_id})
    if night.mode is Mode.NIGHTLY:
        publish_history(night.shelf)
    return Done(sum(built.values()), {"file": file.as_posix(), "bytes": file.stat().st_size, **_named(changes)})


def _named(changes: dict[str, int]) -> dict[str, int]:
    return {f"changed {entity}": count for entity, count in changes.items()}


def _tidy(night: Night) -> Done:
    """Remove batches and landing files that are past their keeping."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": "only a nightly tidies up"})
    rules = night.settings.retention
    batches = night.shelf.prune(rules.batches)
    # a batch that read changes only is replayed with the full extract below it
    days = rules.landing_days + night.settings.lms.full_enrolments_every_days
    landed = prune_landing(night.data_dir / "landing", date.fromisoformat(night.batch_id[:10]), days)
    scratch = _drop_scratch(night.data_dir / "scratch")
    return Done(len(batches) + len(landed) + scratch, {"batches": len(batches), "landing": len(landed)})


def prune_landing(root: Path, today: date, keep_days: int) -> list[str]:
    """Remove landing folders of batches older than `keep_days`; the names of those removed."""
    oldest = (today - timedelta(days=keep_days)).isoformat()
    removed = sorted(path.name for path in root.glob("????-??-??-??") if path.name < oldest) if root.exists() else []
    for name in removed:
        shutil.rmtree(root / name)
    return removed


def _drop_scratch(folder: Path) -> int:
    found = list(folder.iterdir()) if folder.exists() else []
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return len(found)


def sealed_asset() -> dg.AssetsDefinition:
    """The seal: after it nothing writes to the batch."""
    return step_asset(
        ("batch", "sealed"),
        _seal,
        about="The batch, complete, read-only and current. Readers open it without waiting for any run.",
        grain="a row of the batch's tables",
        owner="team:integration",
        domain="sync",
        reads=ALL_TABLES,
        kinds={"duckdb"},
    )


def tidied_asset(after: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Retention, last of all."""
    return step_asset(
        ("batch", "tidied"),
        _tidy,
        about="Batches, landing files and scratch copies that are past their keeping are removed.",
        grain="a folder removed",
        owner="team:integration",
        domain="sync",
        reads=tuple(after),
        kinds={"python"},
    )
