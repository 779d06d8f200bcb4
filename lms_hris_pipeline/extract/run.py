"""One system's extract: each entity in turn, full or changes, complete or honestly not.

What ends early for want of quota or of answers is marked incomplete and goes on from its page in the next run.
What breaks the contract stops the night. Not here: loading (`load`), and Dagster (`assets`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from lms_hris_pipeline.connectors.protocols import Reader
from lms_hris_pipeline.connectors.tally import ListMoved, check_lost_fields
from lms_hris_pipeline.extract.guard import check_believable
from lms_hris_pipeline.extract.landing import Manifest, data_path, forget_landed, read_manifest, write_manifest
from lms_hris_pipeline.extract.pages import PageRun
from lms_hris_pipeline.extract.previous import Previous, changes_since, extract_chain, find_previous, record_keys
from lms_hris_pipeline.model.errors import (
    ContractBroken,
    ExtractBlocked,
    PipelineError,
    QuotaExhausted,
    Transient,
    WrongTenant,
)

CHANGES_ONLY = frozenset({"enrolments"})
"""Entities read by their changes between full extracts."""


@dataclass(frozen=True, slots=True)
class ExtractPlan:
    """How to extract.

    Args:
        threads: requests at a time.
        fresh: forget what an interrupted extract of this batch left, and read everything in full.
        fingerprint: the tenant the settings name; empty leaves it unchecked.
        entities: only these; empty means all.
    """

    threads: int = 4
    fresh: bool = False
    fingerprint: str = ""
    full_every_days: int = 7
    overlap_minutes: int = 180
    min_share_of_last: float = 0.8
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityResult:
    """What became of one entity."""

    system: str
    entity: str
    manifest: Manifest
    seconds: float
    resumed_pages: int = 0
    stopped_by_quota: str = ""


@dataclass(slots=True)
class _Extract:
    """The state of one system's extract."""

    reader: Reader
    landing_dir: Path
    plan: ExtractPlan
    stopped_by: str = ""
    results: list[EntityResult] = field(default_factory=list)

    @property
    def batch(self) -> str:
        return self.landing_dir.name

    @property
    def root(self) -> Path:
        return self.landing_dir.parent


def extract_system(
    reader: Reader,
    landing_dir: Path,
    plan: ExtractPlan,
    *,
    on_entity: Callable[[EntityResult], None] = lambda _: None,
) -> list[EntityResult]:
    """Land every entity of a system in `landing_dir` (data/landing/<batch>).

    Entities that are complete already are left alone. After the quota has ended, the entities that are left are
    marked incomplete without a call.

    Raises:
        WrongTenant: another tenant answers than the settings name.
        ContractBroken, ExtractBlocked: the answers cannot be used; the entity is marked incomplete.
        Transient: the vendor cannot be reached, and nothing at all of an entity arrived.
    """
    state = _Extract(reader, landing_dir, plan)
    check_tenant(reader, plan.fingerprint)
    if plan.fresh:
        # all of it at once: what this attempt does not get to must not pass for fresh in the next one
        forget_landed(landing_dir, reader.system, plan.entities)
    for entity in plan.entities or reader.entities:
        started = time.monotonic()
        done = None if plan.fresh else read_manifest(landing_dir, reader.system, entity)
        if done is not None and done.is_complete and data_path(landing_dir, reader.system, entity).exists():
            result = EntityResult(reader.system, entity, done, 0.0, done.pages)
        else:
            manifest, resumed = _extract_entity(state, entity)
            ended = "" if manifest.is_complete else state.stopped_by
            result = EntityResult(reader.system, entity, manifest, time.monotonic() - started, resumed, ended)
        state.results.append(result)
        on_entity(result)
    return state.results


def check_tenant(reader: Reader, fingerprint: str) -> None:
    """Stop where another tenant answers than the settings name.

    Raises:
        WrongTenant: the fingerprints differ.
    """
    if not fingerprint:
        return
    found = reader.fingerprint()
    if found != fingerprint:
        raise WrongTenant(
            f"{reader.vendor}: the tenant that answers is {found!r}, but the settings name {fingerprint!r}\n"
            f"  Correct [{reader.system}] base_url, tenant or fingerprint in the settings. Nothing was read from it."
        )


def _extract_entity(state: _Extract, entity: str) -> tuple[Manifest, int]:
    previous = find_previous(state.root, state.batch, state.reader.system, entity)
    since = None
    if entity in CHANGES_ONLY and not state.plan.fresh:
        since = changes_since(
            previous,
            date.fromisoformat(state.batch[:10]),
            full_every_days=state.plan.full_every_days,
            overlap_minutes=state.plan.overlap_minutes,
        )
    if state.stopped_by:
        # An earlier attempt may have left pages: they stay for the next one.
        return _unread(state, entity, state.stopped_by), 0
    fresh = state.plan.fresh
    for is_last_try in (False, True):
        try:
            return _attempt(state, entity, since, previous, fresh=fresh)
        except ListMoved as moved:
            if is_last_try:
                reason = f"{moved}\n  It was read twice; run again: lms-hris nightly"
                raise _mark(state, entity, ContractBroken(reason)) from None
            since, fresh = None, True
        except (ContractBroken, ExtractBlocked) as broken:
            raise _mark(state, entity, broken) from None
    raise AssertionError("unreachable")


def _attempt(
    state: _Extract, entity: str, since: str | None, previous: Previous | None, *, fresh: bool
) -> tuple[Manifest, int]:
    """Land one entity once.

    Raises:
        ListMoved: read it anew, and in full.
    """
    run = None
    try:
        run = PageRun(state.reader, state.landing_dir, entity, since=since, fresh=fresh)
        run.fetch_all(state.plan.threads)
        expected = state.reader.independent_count(entity)
    except ListMoved:
        if run is not None:
            run.file.discard()
        raise
    except Transient as ended:
        if isinstance(ended, QuotaExhausted):
            state.stopped_by = str(ended).splitlines()[0]
        elif run is None or run.tally.pages == 0:
            if run is not None:
                run.file.close()
            raise
        return _incomplete(state, entity, run, str(ended).splitlines()[0], since, previous)
    except BaseException:
        if run is not None:
            run.file.close() if run.is_sound else run.file.discard()
        raise
    try:
        run.tally.finish(expected if since is None else None)
        _believe(state, entity, run, since, previous)
    except PipelineError:
        run.file.discard()
        raise
    sha256, size = run.file.finish()
    manifest = _manifest(state, entity, run, since, previous, sha256, size, expected)
    if since is not None and expected is not None:
        rows = len(record_keys(state.root, extract_chain(state.root, manifest), state.reader.contract(entity).key))
        if rows != expected:
            raise ListMoved(
                f"{state.reader.vendor} {entity}: with the changes {rows} records, the vendor has {expected}"
            )
    write_manifest(state.landing_dir, manifest)
    return manifest, run.resumed_pages


def _believe(state: _Extract, entity: str, run: PageRun, since: str | None, previous: Previous | None) -> None:
    """Hold a complete extract against the last complete one."""
    if since is not None:
        return
    last = previous.manifest if previous else None
    last_batch = last.batch if last else ""
    vendor = state.reader.vendor
    last_rows = last.rows_in_all if last else None
    check_believable(vendor, entity, run.tally.rows, last_rows, state.plan.min_share_of_last, last_batch)
    if last is not None:
        check_lost_fields(vendor, entity, run.tally.fields(), last.fields, run.tally.rows, last_batch)


def _manifest(
    state: _Extract,
    entity: str,
    run: PageRun,
    since: str | None,
    previous: Previous | None,
    sha256: str,
    size: int,
    expected: int | None,
    reason: str | None = None,
) -> Manifest:
    base = previous.manifest if since is not None and previous else None
    seen = [mark for mark in (run.watermark, base.watermark if base else None) if mark]
    total = expected if expected is not None or base else run.tally.expected
    rows_in_all = run.tally.rows
    if base:
        rows_in_all = total if total is not None else base.rows_in_all
    return Manifest(
        system=state.reader.system,
        entity=entity,
        batch=state.batch,
        mode="changes" if base else "full",
        base=base.batch if base else None,
        sha256=sha256,
        bytes=size,
        pages=run.tally.pages,
        rows=run.tally.rows,
        rows_in_all=rows_in_all,
        expected_rows=total,
        is_complete=reason is None,
        reason=reason,
        watermark=max(seen) if seen else None,
        finished_at=_now(),
        fields=base.fields if base else run.tally.fields(),
    )


def _incomplete(
    state: _Extract, entity: str, run: PageRun | None, reason: str, since: str | None, previous: Previous | None
) -> tuple[Manifest, int]:
    """Mark what arrived as incomplete; the partial file stays to go on from."""
    if run is None:
        return _unread(state, entity, reason), 0
    sha256, size = run.file.set_aside()
    manifest = _manifest(state, entity, run, since, previous, sha256, size, None, reason)
    write_manifest(state.landing_dir, manifest)
    return manifest, run.resumed_pages


def _unread(state: _Extract, entity: str, reason: str) -> Manifest:
    """Mark an entity of which nothing was read in this attempt."""
    found = read_manifest(state.landing_dir, state.reader.system, entity)
    if found is not None and data_path(state.landing_dir, state.reader.system, entity).exists():
        return found
    manifest = Manifest(
        system=state.reader.system,
        entity=entity,
        batch=state.batch,
        mode="full",
        base=None,
        sha256="",
        bytes=0,
        pages=0,
        rows=0,
        rows_in_all=0,
        expected_rows=None,
        is_complete=False,
        reason=f"not read: {reason}",
        watermark=None,
        finished_at=_now(),
    )
    write_manifest(state.landing_dir, manifest)
    return manifest


def _mark(state: _Extract, entity: str, error: PipelineError) -> PipelineError:
    """The error, after the entity was marked incomplete and no file of it left."""
    data_path(state.landing_dir, state.reader.system, entity).unlink(missing_ok=True)
    write_manifest(
        state.landing_dir,
        Manifest(
            system=state.reader.system,
            entity=entity,
            batch=state.batch,
            mode="full",
            base=None,
            sha256="",
            bytes=0,
            pages=0,
            rows=0,
            rows_in_all=0,
            expected_rows=None,
            is_complete=False,
            reason=str(error).splitlines()[0],
            watermark=None,
            finished_at=_now(),
        ),
    )
    return error


def incomplete_entities(results: Sequence[EntityResult]) -> list[str]:
    """`system entity: reason` of what did not arrive whole."""
    return [
        f"{result.system} {result.entity}: {result.manifest.reason}"
        for result in results
        if not result.manifest.is_complete
    ]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
