"""`lms-hris nightly`: run the Dagster job in this process, show progress, end with a summary."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from lms_hris_pipeline.cli.failures import failure_of
from lms_hris_pipeline.cli.terminal import console, say
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.resources.calendar import present
from lms_hris_pipeline.resources.logs import logging_to, note
from lms_hris_pipeline.settings import Secrets, Settings, load_settings

if TYPE_CHECKING:
    import dagster as dg

    from lms_hris_pipeline.warehouse import BatchShelf

JOB = "nightly_reconciliation"


def run_nightly(
    *, sandbox: bool, advance: bool, workers: int | None, seed: int | None, as_of: str | None, fresh: bool
) -> None:
    """One night from extraction to publication.

    Raises:
        Busy: another night is under way; nothing was changed, in the made-up company neither.
        PipelineError: why the night failed; the last good batch stays current.
    """
    from lms_hris_pipeline.warehouse.shelf import holding_nights

    settings = load_settings()
    started = time.perf_counter()
    with ExitStack() as stack:
        instant = present(settings) if as_of is None else _parse_instant(as_of)
        if sandbox:
            if as_of is not None:
                raise BadInput("--as-of and --sandbox exclude each other: the made-up company has a day of its own")
            stack.enter_context(holding_nights(settings.firm.data_dir))
            instant = _prepare_sandbox(settings, stack, advance=advance, workers=workers, seed=seed)
        elif settings.profile == "sandbox" and not settings.lms.base_url:
            raise BadInput(
                "The settings use the sandbox, and it is not running\n"
                "  Add --sandbox, or run `lms-hris sandbox serve` and export what it prints."
            )
        batch_id = execute_night(instant, fresh=fresh, shown=console)
    from lms_hris_pipeline.cli.summary import print_summary

    print_summary(load_settings(), batch_id, time.perf_counter() - started, console)


def execute_night(instant: datetime, *, fresh: bool, shown: Console) -> str:
    """Run the job `nightly_reconciliation` in this process; the id of the batch it sealed.

    Raises:
        Busy: another run is under way.
        ChecksFailed: a blocking check failed.
        PipelineError: what a step raised.
    """
    from lms_hris_pipeline.resources.runs import AS_OF_TAG, BATCH_TAG, FRESH_TAG
    from lms_hris_pipeline.warehouse import BatchShelf
    from lms_hris_pipeline.warehouse.shelf import holding_nights

    settings = load_settings()
    shelf = BatchShelf(settings.firm.data_dir)
    batch_id = shelf.next_id(instant.astimezone(settings.firm.zone).date().isoformat())
    say(f"Batch {batch_id}, as of {instant.astimezone(settings.firm.zone):%Y-%m-%d %H:%M %Z}", shown=shown)
    if not fresh and any((settings.firm.data_dir / "landing" / batch_id).glob("*/*.json*")):
        say("This batch was begun before: what landed of it is used (--fresh fetches it anew).", shown=shown)
    tags = {BATCH_TAG: batch_id, AS_OF_TAG: instant.isoformat(), **({FRESH_TAG: "yes"} if fresh else {})}
    # refused before a run is recorded where another one is under way
    with holding_nights(settings.firm.data_dir):
        execute_job(settings, batch_id, tags, shown, rest=lambda: _how_things_stand(shelf, batch_id))
    return batch_id


def _how_things_stand(shelf: BatchShelf, batch_id: str) -> str:
    if shelf.is_sealed(batch_id):
        return (
            f"Batch {batch_id} was sealed before that and is current. Its reports or its publication are not finished:\n"
            "  `lms-hris publish` sends what is approved; the next night makes its own reports."
        )
    current = shelf.current()
    kept = f"{current} stays current" if current else "No batch has been sealed yet"
    return f"{kept}; batch {batch_id} was not finished."


def execute_job(
    settings: Settings,
    batch_id: str,
    tags: Mapping[str, str],
    shown: Console,
    *,
    rest: Callable[[], str],
    log_name: str = "",
) -> None:
    """Run the job in this process with these tags, with progress on the terminal and a log in JSON lines.

    Args:
        rest: what an error says at its end: how things stand now.
        log_name: of the log, where it is not the batch's own.

    Raises:
        BadInput: the settings name a schedule that is none.
        PipelineError: what a step raised.
        KeyboardInterrupt: somebody interrupted the run.
    """
    from lms_hris_pipeline.cli.doctor.runs import HOST_TAG
    from lms_hris_pipeline.cli.progress import StageProgress
    from lms_hris_pipeline.resources.alerts import report_failure
    from lms_hris_pipeline.resources.records import records_kept_open
    from lms_hris_pipeline.resources.runs import BY_TAG, listening

    job, run_id = _load_job(), str(uuid.uuid4())
    with (
        logging_to(settings.firm.data_dir, batch_id, keep_days=settings.retention.landing_days, name=log_name),
        open_instance() as instance,
        records_kept_open(instance, run_id),
        StageProgress(shown) as progress,
        listening(progress.tell),
    ):
        note("run_started", tags=dict(tags))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            tags={BY_TAG: "shell", HOST_TAG: socket.gethostname(), **tags},
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        if result.success:
            note("run_succeeded")
            return
        failure = failure_of(result)
        report_failure(
            f"{JOB} failed: {type(failure.error).__name__}",
            f"Batch {batch_id}, run {result.run_id}.\n{failure.told}\n{rest()}",
            batch_id=batch_id,
            alerts=settings.alerts,
            secrets=Secrets(),
        )
    raise type(failure.error)(f"{failure.error}\n  {rest()}")


def _load_job() -> dg.JobDefinition:
    import dagster as dg

    try:
        from lms_hris_pipeline.definitions import defs
    except dg.DagsterInvalidDefinitionError as error:
        raise error.__cause__ if isinstance(error.__cause__, BadInput) else error from None
    return defs.resolve_job_def(JOB)


def open_instance() -> dg.DagsterInstance:
    """The Dagster instance of the folder.

    Raises:
        BadInput: the folder has no dagster.yaml.
    """
    import dagster as dg

    if not Path("dagster.yaml").exists():
        raise BadInput("There is no dagster.yaml here\n  Run from the project's folder.")
    return dg.DagsterInstance.from_config(".")


def _prepare_sandbox(
    settings: Settings, stack: ExitStack, *, advance: bool, workers: int | None, seed: int | None
) -> datetime:
    from lms_hris_pipeline.cli import sandbox as company

    made = company.ensure_company(settings, workers=workers, seed=seed)
    if advance and not made and (day := company.advance_if_sealed(settings)) is not None:
        say(f"The company has reached {day:%A, %Y-%m-%d}.")
    stack.enter_context(company.serving(settings))
    return company.company_instant(settings)


def _parse_instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--as-of {text!r} is no instant; write for example 2026-11-23T02:30:00+01:00") from None
    if instant.tzinfo is None:
        raise BadInput(f"--as-of {text!r} says no time zone; write for example {text}+01:00")
    return instant.astimezone(UTC)
