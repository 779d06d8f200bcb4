"""Why a run of the job failed, as the error that caused it: Dagster hands over names and texts, not exceptions."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms_hris_pipeline.model import errors
from lms_hris_pipeline.model.errors import ChecksFailed, Permanent, PipelineError

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.events import DagsterEvent

_INTERRUPTS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}
_CHECKS = "DagsterAssetCheckFailedError"
_ERRNO = re.compile(r"\[Errno (\d+)\] (.*)", re.DOTALL)
_DISK_WORDS = {
    "No space left on device": "The disk is full: {text}\n  Make room, then run again.",
    "database or disk is full": "The disk is full: {text}\n  Make room, then run again.",
    # SQLite's word for a log that cannot grow, which is how a full disk shows first
    "disk I/O error": "A database file cannot be read or written: {text}\n  Make room or mend the disk, then run again.",
    "readonly database": "No right to write: {text}\n  Set the rights of the data folder, then run again.",
    "unable to open database file": "No right to write: {text}\n  Set the rights of the data folder, then run again.",
}
"""What databases say of a disk, and what we say."""
CHECKS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed.

    Args:
        error: for the terminal.
        told: for logs and mails; without the words of a foreign error, which may quote a person's data.
    """

    error: PipelineError
    told: str


def failure_of(result: dg.ExecuteInProcessResult) -> Failure:
    """The first failure of the run.

    Raises:
        KeyboardInterrupt: somebody interrupted it.
    """
    failed = [event for event in result.all_events if event.is_step_failure]
    names = [_names(event) for event in failed]
    if any(_INTERRUPTS & set(found) for found in names):
        raise KeyboardInterrupt
    for event, found in zip(failed, names, strict=True):
        if _CHECKS not in found:
            return _as_error(event)
    if failed:
        checks = _failed_checks(result)
        return Failure(checks, str(checks))
    told = [event.message or "" for event in result.all_events if event.is_run_failure]
    if any("interrupted" in text for text in told):
        raise KeyboardInterrupt
    error = Permanent("The run failed before its first step" + "".join(f"\n  {text}" for text in told if text))
    return Failure(error, "It failed before its first step.")


def as_error(kind: str, text: str) -> PipelineError:
    """The error of this class name and text: ours, or an operating system's or DuckDB's in our words."""
    text = text.strip()
    for prefix in (f"{kind}: ", f"lms_hris_pipeline.model.errors.{kind}: "):
        text = text.removeprefix(prefix)
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, PipelineError):
        return trouble_with_the_disk(text) or found(text)
    if match := _ERRNO.search(text):
        number, rest = int(match[1]), match[2]
        if number in {errno.ENOSPC, errno.EDQUOT}:
            return Permanent(f"The disk is full: {rest}\n  Make room, then run again.")
        if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return Permanent(f"No right to write: {rest}\n  Set the rights of the data folder, then run again.")
    if trouble := trouble_with_the_disk(text):
        return trouble
    return Permanent(f"{kind}: {text}\n  This was not foreseen: a fault of the pipeline. The Dagster UI shows where.")


def trouble_with_the_disk(text: str) -> Permanent | None:
    """What a database says of a disk that is full or shut, in our words; None where it speaks of something else."""
    first_line = text.partition("\n")[0]
    for words, told in _DISK_WORDS.items():
        if words in text:
            return Permanent(told.format(text=first_line))
    return None


def _names(event: DagsterEvent) -> list[str]:
    """Class names of the failure and its causes, the outermost first."""
    error = event.step_failure_data.error
    names = []
    while error is not None:
        names.append(error.cls_name or "")
        error = error.cause
    return names


def _as_error(event: DagsterEvent) -> Failure:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None and not hasattr(errors, error.cls_name or ""):
        error = error.cause
    step = f"Step: {event.step_key}"
    if error is None:
        return Failure(Permanent(f"A step failed without a reason\n  {step}; the Dagster UI shows its log."), step)
    kind = error.cls_name or "Permanent"
    found = as_error(kind, error.message)
    is_ours = hasattr(errors, kind) and error.cause is None
    return Failure(type(found)(f"{found}\n  {step}"), f"{found if is_ours else kind}\n{step}")


def _failed_checks(result: dg.ExecuteInProcessResult) -> ChecksFailed:
    """The blocking checks that did not pass, with what they found."""
    found = [check for check in result.get_asset_check_evaluations() if not check.passed and check.blocking]
    lines = []
    for check in found[:CHECKS_SHOWN]:
        shown = ", ".join(f"{name} {value.value}" for name, value in check.metadata.items() if _is_short(value.value))
        lines.append(
            f"  {check.asset_key.to_user_string()}: {check.check_name}: {check.description or shown or 'failed'}"
        )
    if len(found) > CHECKS_SHOWN:
        lines.append(f"  and {len(found) - CHECKS_SHOWN} more")
    return ChecksFailed("Data checks failed\n" + "\n".join(lines) + "\n  The Dagster UI shows what they found.")


def _is_short(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= 60)
