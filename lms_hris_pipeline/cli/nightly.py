"""`lms-hris nightly`: run the Dagster job in this process, show progress, end with a summary."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from lms_hris_pipeline.model.errors import BadInput, ChecksFailed, Permanent, PipelineError
from lms_hris_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    import dagster as dg

console = Console(highlight=False)


def run_nightly(*, sandbox: bool, advance: bool, workers: int, seed: int, as_of: str | None, fresh: bool) -> None:
    """One night from extraction to publication.

    Raises:
        PipelineError: why the night failed; the last good batch stays current.
    """
    settings = load_settings()
    started = time.perf_counter()
    with ExitStack() as stack:
        instant = _parse_instant(as_of)
        if sandbox:
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
        ChecksFailed: a blocking check failed.
        PipelineError: what a step raised.
    """

    from lms_hris_pipeline.cli.progress import StageProgress
    from lms_hris_pipeline.definitions import defs
    from lms_hris_pipeline.resources.runs import AS_OF_TAG, BATCH_TAG, BY_TAG, FRESH_TAG, listening
    from lms_hris_pipeline.warehouse import BatchShelf, RunLock

    settings = load_settings()
    with RunLock(settings.firm.data_dir):
        pass  # refuse at once, before a run is recorded, where another one is under way
    shelf = BatchShelf(settings.firm.data_dir)
    batch_id = shelf.next_id(instant.astimezone(settings.firm.zone).date().isoformat())
    shown.print(f"Batch {batch_id}, as of {instant.astimezone(settings.firm.zone):%Y-%m-%d %H:%M %Z}")
    tags = {BATCH_TAG: batch_id, AS_OF_TAG: instant.isoformat(), **({FRESH_TAG: "yes"} if fresh else {})}
    with open_instance() as instance, StageProgress(shown) as progress, listening(progress.tell):
        result = defs.resolve_job_def("nightly_reconciliation").execute_in_process(
            instance=instance,
            tags=tags,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if not result.success:
        raise _failure(result, batch_id, shelf.current())
    return batch_id


def open_instance() -> dg.DagsterInstance:
    """The Dagster instance of the folder.

    Raises:
        BadInput: the folder has no dagster.yaml.
    """
    import dagster as dg

    if not Path("dagster.yaml").exists():
        raise BadInput("There is no dagster.yaml here\n  Run from the project's folder.")
    return dg.DagsterInstance.from_config(".")


def _prepare_sandbox(settings: Settings, stack: ExitStack, *, advance: bool, workers: int, seed: int) -> datetime:
    from lms_hris_pipeline.cli import sandbox as company

    made = company.ensure_company(settings, workers=workers, seed=seed)
    if advance and not made and (day := company.advance_if_sealed(settings)) is not None:
        console.print(f"The company has reached {day:%A, %Y-%m-%d}.")
    stack.enter_context(company.serving(settings))
    return company.company_instant(settings)


def _parse_instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--as-of {text!r} is no instant; write for example 2026-11-23T02:30:00+01:00") from None
    if instant.tzinfo is None:
        raise BadInput(f"--as-of {text!r} says no time zone; write for example {text}+01:00")
    return instant.astimezone(UTC)


def _failure(result: dg.ExecuteInProcessResult, batch_id: str, current: str | None) -> PipelineError:
    """The first failure of the run, as the error that caused it."""
    rest = f"\n  {current or 'No batch'} stays current; batch {batch_id} was not sealed."
    failed = (
        [
            check
            for check in (event.asset_check_evaluation_data for event in result.get_asset_check_evaluation_events())
            if not check.passed and check.blocking
        ]
        if hasattr(result, "get_asset_check_evaluation_events")
        else []
    )
    if failed:
        lines = [f"  {check.asset_key.to_user_string()}: {check.check_name}: {check.metadata}" for check in failed]
        return ChecksFailed("Data checks failed\n" + "\n".join(lines) + rest)
    for event in result.all_node_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause if error is not None and error.cause is not None else error
            kind = getattr(cause, "cls_name", None) or "Permanent"
            message = (cause.message if cause is not None else "").strip()
            from lms_hris_pipeline.model import errors

            found = getattr(errors, kind, Permanent)
            text = message.split(f"{kind}: ", 1)[-1]
            return found(f"{text}\n  Step: {event.step_key}{rest}")
    return Permanent(f"The night failed before its first step{rest}")
