"""`lms-hris doctor`: is this installation sound? Each check says what it found and how to mend what is not right.

Not here: the checks themselves (`house`, `runs`, `vendors`, `mapping`). It writes nothing to a vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lms_hris_pipeline.cli.doctor.finding import Finding, Status, failed_by, tried
from lms_hris_pipeline.cli.terminal import console, inert, say
from lms_hris_pipeline.model.errors import PipelineError
from lms_hris_pipeline.settings import Secrets, Settings, load_settings

__all__ = ["run_doctor"]
_STYLES = {Status.OK: "green", Status.INFO: "dim", Status.WARNING: "yellow", Status.FAILED: "bold red"}


def run_doctor(*, sandbox: bool) -> None:
    """Check everything and print it.

    Raises:
        typer.Exit: a check failed (exit code 1).
    """
    findings = []
    for finding in examine(sandbox=sandbox):
        findings.append(finding)
        if not console.is_terminal:
            _print_plain(finding)
    if console.is_terminal:
        _print_table(findings)
    counts = {status: sum(finding.status is status for finding in findings) for status in Status}
    say(f"{counts[Status.OK]} ok, {counts[Status.WARNING]} warnings, {counts[Status.FAILED]} failed")
    if counts[Status.FAILED]:
        raise typer.Exit(1)


def examine(*, sandbox: bool) -> Iterator[Finding]:
    """All findings, in the order in which they are worth mending."""
    from lms_hris_pipeline.cli.doctor import house, runs

    try:
        settings = load_settings()
    except PipelineError as error:
        yield failed_by("settings", error)
        yield from house.check_secrets(Secrets())
        return
    yield from house.check_settings(settings)
    with ExitStack() as stack:
        if sandbox:
            from lms_hris_pipeline.cli.sandbox import sandbox_if

            try:
                settings = stack.enter_context(sandbox_if(True))
            except PipelineError as error:
                yield failed_by("sandbox", error)
        yield from house.check_secrets(Secrets())
        checks: tuple[tuple[str, Callable[[Settings], Iterable[Finding]]], ...] = (
            ("data folder", house.check_data_folder),
            ("model", house.check_model),
            ("ledger", house.check_ledger),
            ("job", runs.check_job),
            ("runs", runs.check_runs),
            ("last batch", house.check_last_batch),
            ("role review", house.check_role_review),
        )
        for subject, check in checks:
            yield from tried(subject, lambda check=check, settings=settings: check(settings))  # type: ignore[misc]
        from lms_hris_pipeline.cli.doctor import vendors

        yield from vendors.check_vendors(settings, Secrets())


def _print_table(findings: Iterable[Finding]) -> None:
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("check", "result", "found, and how to mend it"):
        grid.add_column(column, overflow="fold")
    for finding in findings:
        said = Text(inert(finding.text))
        if finding.mend:
            said.append("\n" + inert(finding.mend), style="italic")
        grid.add_row(Text(finding.subject), Text(finding.status, style=_STYLES[finding.status]), said)
    console.print(grid)


def _print_plain(finding: Finding) -> None:
    lines = finding.text.split("\n")
    say(f"{finding.status:<8} {finding.subject:<16} {lines[0]}")
    for line in (*lines[1:], *(f"to mend: {line}" for line in finding.mend.split("\n") if line)):
        say(f"{'':<26}{line}")
