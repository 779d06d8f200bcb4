"""Checks of the job and its runs: does it load, is one under way, did one die without saying so."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lms_hris_pipeline.cli.doctor.finding import Finding, failed, info, ok, warning
from lms_hris_pipeline.model.errors import Busy
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.warehouse import RunLock
from lms_hris_pipeline.warehouse.shelf import BUILD_LOCK, NIGHT_LOCK

if TYPE_CHECKING:
    import dagster as dg

HOST_TAG = "lms_hris/host"
"""On a storage that several machines share only runs of this one can be judged."""

SILENT = timedelta(hours=1)
"""A run that never named its process, and is older than this, never began."""


def check_job(settings: Settings) -> Iterator[Finding]:
    """Whether the job can be loaded."""
    from dagster import DagsterError

    from lms_hris_pipeline.cli.nightly import JOB

    try:
        from lms_hris_pipeline.definitions import defs

        steps = len(defs.resolve_job_def(JOB).graph.node_dict)
    except (DagsterError, ImportError) as error:
        yield failed(
            "job", f"{JOB} cannot be loaded: {error}", "Mend what it names: settings.schedule, or set up again."
        )
        return
    yield ok("job", f"{JOB}, {steps} steps; scheduled {settings.schedule.cron!r} in {settings.firm.time_zone}")


def check_runs(settings: Settings) -> Iterator[Finding]:
    """Whether a run is under way; runs whose process is gone are closed."""
    held = [line for name in (NIGHT_LOCK, BUILD_LOCK) if (line := _judge_lock(settings.firm.data_dir, name))]
    yield from held or [ok("lock", "no run is under way")]
    if not Path("dagster.yaml").exists():
        yield failed("runs", "there is no dagster.yaml here", "Run from the project's folder.")
        return
    from lms_hris_pipeline.cli.nightly import open_instance

    with open_instance() as instance:
        yield from close_dead_runs(instance)


def _judge_lock(data_dir: Path, name: str) -> Finding | None:
    """Who holds a lock; None where nobody does."""
    try:
        with RunLock(data_dir, name):
            return None
    except Busy as busy:
        holder = str(busy).partition("(")[2].partition(")")[0]
    pid = holder.rpartition(" ")[2]
    if pid.isdecimal() and process_began(int(pid)) is None:
        return warning(
            "lock",
            f"{name} was taken by {holder}, which is gone: a child of it still holds the file",
            f"End what `fuser {data_dir / name}` shows.",
        )
    return info("lock", f"a run is under way: {holder} holds {name}")


def close_dead_runs(instance: dg.DagsterInstance) -> Iterator[Finding]:
    """Mark runs as failed that say they are under way and whose process is gone."""
    import dagster as dg

    under_way = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING)
    closed, alive = 0, 0
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(under_way))):
        run = record.dagster_run
        began = datetime.fromtimestamp(record.start_time, UTC) if record.start_time else record.create_timestamp
        if not _is_gone(instance, run, began):
            alive += 1
            continue
        instance.report_run_failed(run, message="Its process is gone; closed by `lms-hris doctor`.")
        closed += 1
        batch = run.tags.get("lms_hris/batch") or run.job_name
        yield warning(
            "runs",
            f"run {run.run_id[:8]} ({batch}) of {began:%Y-%m-%d %H:%M} UTC said it was under way, its process is gone",
            "It is closed now. Run the night again: `lms-hris nightly`.",
        )
    if not closed:
        yield ok("runs", f"{alive} under way, none of them dead" if alive else "none was left open")


def _is_gone(instance: dg.DagsterInstance, run: dg.DagsterRun, began: datetime) -> bool:
    if run.tags.get(HOST_TAG, socket.gethostname()) != socket.gethostname():
        return False
    pids = _pids(instance, run.run_id)
    if not pids:
        return datetime.now(UTC) - began.astimezone(UTC) > SILENT
    births = [process_began(pid) for pid in pids]
    # a process that is younger than the run has merely been given the same number
    return all(birth is None or birth > began + timedelta(seconds=5) for birth in births)


def _pids(instance: dg.DagsterInstance, run_id: str) -> set[int]:
    """The processes that the run's log names."""
    import dagster as dg

    found = set()
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = entry.dagster_event
        value = event.engine_event_data.metadata.get("pid") if event is not None else None
        text = str(value.value) if value is not None else ""
        if text.isdecimal():
            found.add(int(text))
    return found


def process_began(pid: int) -> datetime | None:
    """When a living process began; None where there is none. Zombies are dead."""
    try:
        # the name in brackets may hold blanks and brackets itself
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in {"Z", "X"}:
        return None
    uptime = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    age = uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return datetime.now(UTC) - timedelta(seconds=age)
