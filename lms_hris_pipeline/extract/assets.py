"""The assets of the extract: both systems' landing, the ledger's snapshot, and the raw tables made of them."""

from __future__ import annotations

import dagster as dg
import pyarrow as pa

from lms_hris_pipeline.extract.landing import read_manifest
from lms_hris_pipeline.extract.load import extracts_rows, raw_query
from lms_hris_pipeline.extract.run import EntityResult, ExtractPlan, extract_system, incomplete_entities
from lms_hris_pipeline.extract.verify import verify_landing
from lms_hris_pipeline.model.errors import QuotaExhausted
from lms_hris_pipeline.resources.assets import Built, Done, loaded_asset, python_asset, step_asset
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.snapshot import add_calls, write_run_facts, write_snapshot
from lms_hris_pipeline.resources.vendors import reading
from lms_hris_pipeline.tables import Table
from lms_hris_pipeline.tables.raw import HRIS_EXTRACTS, LMS_EXTRACTS, RAW_HRIS, RAW_LMS

SNAPSHOT = dg.AssetKey(["landing", "snapshot"])
_RAW = {"hris": (RAW_HRIS, HRIS_EXTRACTS, "HR system"), "lms": (RAW_LMS, LMS_EXTRACTS, "learning system")}


def _land(night: Night, system: str) -> Done:
    """Land every entity of a system; a replay and a scratch copy read what landed."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": f"a {night.mode.value} asks no vendor; it reads the landing files of {night.batch_id}"})
    night.lock()
    write_run_facts(night.run_folder, night.batch_id, night.as_of, night.settings)
    rules = night.settings.extract
    source = night.settings.hris if system == "hris" else night.settings.lms
    plan = ExtractPlan(
        threads=rules.threads,
        fresh=night.fresh,
        fingerprint=source.fingerprint,
        full_every_days=night.settings.lms.full_enrolments_every_days,
        overlap_minutes=night.settings.lms.overlap_minutes,
        min_share_of_last=rules.min_share_of_last,
    )
    with reading(night, system) as reader:
        try:
            results = extract_system(
                reader, night.landing_dir, plan, on_entity=lambda result: _tell_entity(night, result)
            )
        finally:
            add_calls(night.run_folder, system, reader.calls())
            night.ledger.add_calls(system, reader.calls(), now=night.now())
    _stop_at_quota(results)
    incomplete = incomplete_entities(results)
    rows = sum(result.manifest.rows for result in results)
    shown: dict[str, int | str] = {"entities": len(results), "calls": sum(reader.calls().values())}
    return Done(rows, {**shown, "incomplete": "\n".join(incomplete) or "none"})


def _tell_entity(night: Night, result: EntityResult) -> None:
    night.tell("landing", f"{result.system} {result.entity}", result.manifest.rows, result.seconds)


def _stop_at_quota(results: list[EntityResult]) -> None:
    """End the night where the quota ended the extract: what landed stays, and the next start goes on from there."""
    ended = [result for result in results if result.stopped_by_quota]
    if ended:
        left = ", ".join(result.entity for result in ended)
        raise QuotaExhausted(
            f"{ended[0].stopped_by_quota}\n  Still to be read: {left}. What landed is kept.\n"
            "  Start the night again when the quota is new; it goes on at the page where it stopped."
        )


def _take_snapshot(night: Night) -> Done:
    """Keep what the ledger knows now beside the landing files."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": f"the snapshot of {night.batch_id} is used as it was taken"})
    found = night.ledger.snapshot(night.now(), night.settings.publishing.settle_hours)
    counts = write_snapshot(night.run_folder, found, night.ledger.cases())
    return Done(sum(counts.values()), counts)


def _raw(table: Table, system: str) -> dg.AssetsDefinition:
    def load(night: Night) -> int:
        manifest = verify_landing(night.landing_dir, system, (table.name,))[0]
        query = raw_query(night.landing_dir.parent, manifest)
        return night.batch.build(table, query.sql, query.params)

    return loaded_asset(table, load, reads=(dg.AssetKey(["landing", system]),), kinds={"duckdb", "json"})


def _extracts(table: Table, system: str, entities: dict[str, Table]) -> dg.AssetsDefinition:
    def make(night: Night) -> Built:
        found = [read_manifest(night.landing_dir, system, entity) for entity in entities]
        manifests = [manifest for manifest in found if manifest is not None]
        names = [manifest.entity for manifest in manifests if not manifest.is_complete]
        return Built(pa.table(extracts_rows(manifests)), {"incomplete": ", ".join(names) or "none"})

    return python_asset(table, make, reads=(dg.AssetKey(["landing", system]),))


assets = [
    *(
        step_asset(
            ("landing", system),
            lambda night, system=system: _land(night, system),  # type: ignore[misc]
            about=f"The {name}'s answers, page by page, as files that are verified before they are loaded.",
            grain="a record that landed in this run",
            owner="team:integration",
            domain="sync",
            reads=(),
            kinds={"python", "http"},
        )
        for system, (_, _, name) in _RAW.items()
    ),
    step_asset(
        ("landing", "snapshot"),
        _take_snapshot,
        about="What the ledger knew when the batch began: links, decisions, pending changes, open cases.",
        grain="a row of the ledger",
        owner="team:integration",
        domain="sync",
        reads=tuple(dg.AssetKey(["landing", system]) for system in _RAW),
        kinds={"python", "sql"},
    ),
    *(_raw(table, system) for system, (tables, _, _) in _RAW.items() for table in tables.values()),
    *(_extracts(extracts, system, tables) for system, (tables, extracts, _) in _RAW.items()),
]
