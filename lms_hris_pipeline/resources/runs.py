"""Which night a Dagster run belongs to. Kept by run id, because Dagster may set resources up twice a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

import dagster as dg

from lms_hris_pipeline.model.errors import BadInput, SealedBatch
from lms_hris_pipeline.resources.calendar import by_day, present
from lms_hris_pipeline.resources.collection import seldom_collected
from lms_hris_pipeline.resources.night import Mode, Night, Teller
from lms_hris_pipeline.resources.records import records_kept_open
from lms_hris_pipeline.resources.snapshot import changed_settings, read_run_facts
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import BatchShelf

BATCH_TAG = "lms_hris/batch"
AS_OF_TAG = "lms_hris/as_of"
REPLAY_TAG = "lms_hris/replay_of"
FRESH_TAG = "lms_hris/fresh"
BY_TAG = "lms_hris/started_by"
SCRATCH_TAG = "lms_hris/scratch"
"""On runs that try things on a copy; neither nights nor replays."""
PUBLICATION_JOB = "publish_approved"
ASSET_JOB = "__ASSET_JOB"
"""Dagster's own job, in which the UI makes assets that are chosen outside any job."""

_NIGHTS: dict[str, Night] = {}
_LISTENERS: list[Teller] = []
_REGISTRY = threading.Lock()


@contextmanager
def listening(listener: Teller) -> Iterator[None]:
    """Within the context every run of this process reports its progress to `listener`."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


@dg.resource(description="Gives each run its night; opens none of the pipeline's files by itself.")
def night_resource(context: dg.InitResourceContext) -> Iterator[None]:
    """Close what the run opened, once it ends."""
    run, instance = context.run, context.instance
    kept = records_kept_open(instance, run.run_id) if run is not None and instance is not None else nullcontext()
    with seldom_collected(), kept:
        try:
            yield
        finally:
            with _REGISTRY:
                night = _NIGHTS.pop(run.run_id, None) if run is not None else None
            if night is not None:
                night.close()


def night_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext | dg.OpExecutionContext) -> Night:
    """The night of the run that `context` belongs to.

    Raises:
        BadInput: settings cannot be used, or a tag of the run cannot be read.
    """
    run = context.run
    with _REGISTRY:
        night = _NIGHTS.get(run.run_id)
        if night is None:
            night = _NIGHTS[run.run_id] = _begin(run, context.instance, context.job_def)
        night.keep_log()
        return night


def _tell_all(stage: str, name: str, count: int, seconds: float) -> None:
    for listener in tuple(_LISTENERS):
        listener(stage, name, count, seconds)


def _begin(run: dg.DagsterRun, instance: dg.DagsterInstance, job: dg.JobDefinition) -> Night:
    settings = load_settings()
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    tags = {**(parent.tags if parent else {}), **run.tags}
    shelf = BatchShelf(settings.firm.data_dir)
    if replayed := tags.get(REPLAY_TAG):
        folder = shelf.data_dir / "landing" / shelf.folder(replayed).name / "_run"
        as_of, settings = read_run_facts(folder, shelf.data_dir)
        return Night(settings, replayed, as_of, Mode.REPLAY, run.run_id, teller=_tell_all)
    if run.job_name == PUBLICATION_JOB:
        return _by_day(run, shelf, settings)
    if _is_part_of_a_night(run, instance, job):
        instance.add_run_tags(run.run_id, {SCRATCH_TAG: "yes"})
        return _scratch(run, shelf, settings)
    as_of = _instant(tags[AS_OF_TAG]) if AS_OF_TAG in tags else present(settings)
    batch_id = tags.get(BATCH_TAG) or shelf.next_id(as_of.astimezone(settings.firm.zone).date().isoformat())
    instance.add_run_tags(run.run_id, {BATCH_TAG: batch_id, AS_OF_TAG: as_of.isoformat()})
    night = Night(settings, batch_id, as_of, Mode.NIGHTLY, run.run_id, teller=_tell_all)
    _check_not_sealed(night)
    _check_time_goes_on(night)
    if run.parent_run_id is not None:
        _check_same_settings(night)
        night.resumes = True
    else:
        # a run that goes on with another's work inherits its tags; what landed since is not fetched anew
        night.fresh = tags.get(FRESH_TAG) == "yes"
    return night


def _is_part_of_a_night(run: dg.DagsterRun, instance: dg.DagsterInstance, job: dg.JobDefinition) -> bool:
    """Whether somebody chose some assets to be made: a night is whole, and so is what goes on with one.

    A run that goes on with another, from its failure for example, is what the first of them was.
    """
    first = (instance.get_run_by_id(run.root_run_id) if run.root_run_id else None) or run
    if first.job_name.startswith(ASSET_JOB) or first.op_selection:
        return True
    while job.asset_selection_data is not None:
        job = job.asset_selection_data.parent_job_def
    chosen = first.asset_selection or frozenset()
    if not chosen:
        return first.asset_check_selection is not None
    return not chosen >= set(job.asset_layer.executable_asset_keys)


def _check_not_sealed(night: Night) -> None:
    """Refuse a batch that is whole before anything of it is touched: its landing and its snapshot are its replay's.

    Raises:
        SealedBatch: another run sealed it.
    """
    if night.shelf.is_sealed(night.batch_id) and night.shelf.facts(night.batch_id).get("run") != night.run_id:
        raise SealedBatch(
            f"Batch {night.batch_id} is sealed and stays as it is; its run is not executed again\n"
            "  `lms-hris publish` sends what is approved; a new run makes a batch of its own."
        )


def _check_time_goes_on(night: Night) -> None:
    """Refuse a night before the current batch's: a clock that was set back would undo what has happened since.

    The made-up company may begin its calendar anew.

    Raises:
        BadInput: the current batch looks at a later instant.
    """
    current = night.shelf.current()
    if current is None or night.settings.profile == "sandbox":
        return
    seen = datetime.fromisoformat(str(night.shelf.facts(current)["as_of"]))
    if night.as_of < seen:
        raise BadInput(
            f"A night as of {night.as_of:%Y-%m-%d %H:%M} UTC would come before the current batch {current}, "
            f"which looks at {seen.astimezone(UTC):%Y-%m-%d %H:%M} UTC\n"
            "  Set the machine's clock right, or name a later instant with --as-of."
        )


def _check_same_settings(night: Night) -> None:
    """Refuse to go on by other settings.

    Raises:
        BadInput: the settings are not those by which the batch was begun.
    """
    if changed := changed_settings(night.run_folder, night.settings):
        raise BadInput(
            f"Batch {night.batch_id} was begun by other settings than today's; going on would build half of it by either\n"
            f"  These differ: {', '.join(changed)}\n"
            "  Set them back, or start the night anew (lms-hris nightly): what landed of it is used."
        )


def _by_day(run: dg.DagsterRun, shelf: BatchShelf, settings: Settings) -> Night:
    """A publication between two nights: on the strength of the current batch, whose number it does not change."""
    current = shelf.current()
    if current is None:
        raise BadInput("There is no sealed batch yet\n  Run the job nightly_reconciliation first.")
    return Night(settings, current, by_day(settings), Mode.NIGHTLY, run.run_id, teller=_tell_all)


def _scratch(run: dg.DagsterRun, shelf: BatchShelf, settings: Settings) -> Night:
    current = shelf.current()
    if current is None:
        raise BadInput("There is no sealed batch to try things on\n  Run the whole job nightly_reconciliation first.")
    with shelf.read(current) as sealed:
        as_of = sealed.as_of
    return Night(settings, current, as_of, Mode.SCRATCH, run.run_id, teller=_tell_all)


def _instant(text: str) -> datetime:
    try:
        instant: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadInput(f"The tag {AS_OF_TAG}={text!r} is no instant; write for example 2026-11-23T02:30:00+01:00")
    return instant.astimezone(UTC)
