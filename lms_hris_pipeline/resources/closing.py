"""How a night ends beside its tables: history and seal, and what is no longer kept.

The seal is an explicit last asset of the build, because Dagster may set resources up and down twice a run.
"""
# no postponed annotations: Dagster looks at those of an asset's context

import shutil
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from lms_hris_pipeline.model.errors import Busy
from lms_hris_pipeline.resources.assets import Done, step_asset
from lms_hris_pipeline.resources.logs import note
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.runs import night_of
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse import BatchShelf, RunLock
from lms_hris_pipeline.warehouse.history import publish_history, write_history
from lms_hris_pipeline.warehouse.shelf import BATCH_NAME, COPIES_LOCK

SEALED = dg.AssetKey(["batch", "sealed"])
CURRENT = dg.AssetKey(["batch", "current"])


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
    """Remove what is past its keeping."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": "only a nightly tidies up"})
    night.lock()
    removed = tidy(night.shelf, date.fromisoformat(night.batch_id[:10]), night.settings)
    for kind, names in removed.items():
        if names:
            note("removed", kind=kind, names=names)
    counts = {kind: len(names) for kind, names in removed.items()}
    return Done(sum(counts.values()), counts)


def tidy(shelf: BatchShelf, today: date, settings: Settings) -> dict[str, list[str]]:
    """Remove what is past its keeping on the business day `today`; the names of what was removed, by kind.

    The caller holds the lock of nights. What a replay or a scratch copy reads and writes is left for another night
    while one is under construction.
    """
    rules, data = settings.retention, shelf.data_dir
    removed = {
        "unfinished batches": shelf.prune_unfinished(today.isoformat()),
        "reports": prune_by_day(data / "reports", today, rules.reports_days),
    }
    try:
        with RunLock(data, COPIES_LOCK):
            removed["batches"] = shelf.prune(rules.batches)
            # a batch that read changes only is replayed with the full extract below it
            days = rules.landing_days + settings.lms.full_enrolments_every_days
            removed["landing"] = prune_by_day(data / "landing", today, days)
            removed["replays"] = _drop_replays(shelf)
            removed["scratch copies"] = _drop(data / "scratch")
    except Busy:
        note("retention_put_off", why="a replay or a scratch copy is under construction")
    return removed


def prune_by_day(root: Path, today: date, keep_days: int) -> list[str]:
    """Remove folders of batches older than `keep_days`; the names of those removed."""
    oldest = (today - timedelta(days=keep_days)).isoformat()
    names = sorted(path.name for path in root.glob("*") if BATCH_NAME.fullmatch(path.name) and path.name < oldest)
    for name in names:
        shutil.rmtree(root / name)
    return names


def _drop_replays(shelf: BatchShelf) -> list[str]:
    """Remove replays that were not finished, and those whose batch is gone; a finished one may still be looked at."""
    root = shelf.data_dir / "replay"
    removed = []
    for path in sorted(root.glob("*")):
        if path.suffix == ".lock":
            path.unlink()
        elif not (path / "warehouse.duckdb").exists() or path.name not in shelf.sealed():
            shutil.rmtree(path)
            removed.append(path.name)
    return removed


def _drop(folder: Path) -> list[str]:
    found = sorted(folder.glob("*"))
    for path in found:
        shutil.rmtree(path)
    return [path.name for path in found]


def sealed_asset() -> dg.AssetsDefinition:
    """The seal: after it nothing writes to the batch."""
    return step_asset(
        ("batch", "sealed"),
        _seal,
        about="The batch, complete and read-only. A replay seals a copy; a scratch copy is not sealed.",
        grain="a row of the batch's tables",
        owner="team:integration",
        domain="sync",
        reads=ALL_TABLES,
        kinds={"duckdb"},
    )


def current_asset() -> dg.AssetsDefinition:
    """What readers are answered from: a new batch by a night alone, so that its age tells how fresh the answers are."""

    @dg.asset(
        key=CURRENT,
        deps=[SEALED],
        description="The batch that readers open, without waiting for any run. Replays and scratch copies leave it.",
        group_name="batch",
        owners=["team:integration"],
        kinds={"duckdb"},
        tags={"domain": "sync"},
        required_resource_keys={"night"},
        output_required=False,
    )
    def current(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night = night_of(context)
        if night.mode is Mode.NIGHTLY:
            yield dg.MaterializeResult(metadata={"batch": night.label})

    return current


def tidied_asset(after: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Retention, last of all."""
    return step_asset(
        ("batch", "tidied"),
        _tidy,
        about="Batches, landing files, reports, replays and scratch copies that are past their keeping are removed.",
        grain="a folder removed",
        owner="team:integration",
        domain="sync",
        reads=tuple(after),
        kinds={"python"},
    )
