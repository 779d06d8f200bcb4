"""`lms-hris dev`: the sandbox and the Dagster UI side by side, ended together by Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from lms_hris_pipeline.cli.sandbox import ensure_company, serving
from lms_hris_pipeline.cli.terminal import say
from lms_hris_pipeline.model.errors import Permanent
from lms_hris_pipeline.settings import load_settings

START_SECONDS = 90
STOP_SECONDS = 20


def run_dev(*, port: int, workers: int | None, seed: int | None) -> None:
    """Serve until Ctrl-C.

    Raises:
        Permanent: the UI did not start.
    """
    settings = load_settings()
    ensure_company(settings, workers=workers, seed=seed)
    log = settings.firm.data_dir / "dagster-dev.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with serving(settings) as server, open(log, "wb") as output:
        port = port or _free_port()
        process = _start(port, output.fileno())
        try:
            _wait_until_up(process, port, log)
            say(f"Workday    {server.workday_url}\nDocebo     {server.docebo_url}")
            say(f"Dagster    http://127.0.0.1:{port}   (log: {log})\n\nCtrl-C ends all three.")
            process.wait()
            raise Permanent(f"The Dagster UI ended by itself; see {log}")
        except KeyboardInterrupt:
            say("\nStopping ...")
        finally:
            _end(process)


def _start(port: int, output: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "-h", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "DAGSTER_HOME": str(Path.cwd())}
    # a session of its own: Ctrl-C reaches this process alone, which then ends the whole tree
    return subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)  # noqa: S603


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Permanent(f"The Dagster UI did not start; see {log}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise Permanent(f"The Dagster UI did not answer within {START_SECONDS} s; see {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the UI and every process it started: they share its group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    deadline = time.monotonic() + STOP_SECONDS
    while _is_group_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _is_group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
