"""What a check found: one line of the doctor's table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lms_hris_pipeline.cli import explain_os_error
from lms_hris_pipeline.model.errors import PipelineError


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, in words, and how to mend it where it is not as it should be."""

    subject: str
    status: Status
    text: str
    mend: str = ""


def ok(subject: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(subject, Status.OK, text)


def info(subject: str, text: str) -> Finding:
    """Worth knowing; nothing to mend."""
    return Finding(subject, Status.INFO, text)


def warning(subject: str, text: str, mend: str) -> Finding:
    """It works, and will not always."""
    return Finding(subject, Status.WARNING, text, mend)


def failed(subject: str, text: str, mend: str) -> Finding:
    """A night would fail, or do wrong."""
    return Finding(subject, Status.FAILED, text, mend)


def failed_by(subject: str, error: PipelineError) -> Finding:
    """A failure as its error tells it: what happened in the first line, what to do in the others."""
    first, _, rest = str(error).partition("\n")
    return Finding(subject, Status.FAILED, first, "\n".join(line.strip() for line in rest.splitlines()))


def tried(subject: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check finds; an error it ends with is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except PipelineError as error:
        found.append(failed_by(subject, error))
    except OSError as error:
        first, _, rest = explain_os_error(error).partition("\n")
        found.append(failed(subject, first, rest.strip()))
    return found
