"""Starts and stops the vendors: in a thread, as a child process, or as this process.

`python -m lms_hris_pipeline.sandbox.api.server --folder data/sandbox` prints one JSON line with the
URLs and serves until its standard input ends or it is told to stop, so that it never outlives its parent.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.api.serving import Urls, serve

__all__ = ["SandboxServer", "Urls", "main", "serve"]

MODULE = "lms_hris_pipeline.sandbox.api.server"
START_SECONDS = 60
STOP_SECONDS = 10
REPOSITORY = Path(__file__).resolve().parents[3]


class SandboxServer:
    """The sandbox for the length of a `with` block.

    In a thread of this process by default; as a child process with `as_process=True`, when the caller's
    own speed is measured. Offers `workday_url`, `docebo_url`, `control_url`, `credentials`, `pid`.
    """

    def __init__(
        self,
        folder: Path,
        options: SandboxOptions | None = None,
        *,
        as_process: bool = False,
        workday_port: int = 0,
        docebo_port: int = 0,
    ) -> None:
        self.folder = folder
        self.options = options or SandboxOptions()
        self.credentials = Credentials.throwaway(self.options.tenant)
        self._as_process = as_process
        self._ports = (workday_port, docebo_port)
        self._urls: Urls | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._failure: BaseException | None = None

    @property
    def urls(self) -> Urls:
        if self._urls is None:
            raise RuntimeError("the sandbox is not running")
        return self._urls

    @property
    def workday_url(self) -> str:
        return self.urls.workday_url

    @property
    def docebo_url(self) -> str:
        return self.urls.docebo_url

    @property
    def control_url(self) -> str:
        """Base URL of the control plane: append `/_sandbox/…`."""
        return self.urls.control_url

    @property
    def pid(self) -> int:
        return self.urls.pid

    def start(self) -> SandboxServer:
        """Start and wait until both vendors answer."""
        if self._as_process:
            self._start_process()
        else:
            self._start_thread()
        return self

    def stop(self) -> None:
        """Stop, and wait until it has stopped."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(START_SECONDS)
            self._thread = None
        if self._process is not None:
            _end(self._process)
            self._process = None
        self._urls = None

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_thread(self) -> None:
        ready = threading.Event()

        def started(urls: Urls) -> None:
            self._urls = urls
            ready.set()

        def run() -> None:
            try:
                serve(
                    self.folder,
                    workday_port=self._ports[0],
                    docebo_port=self._ports[1],
                    options=self.options,
                    on_start=started,
                    stop=self._stop,
                )
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits below
                self._failure = error
            finally:
                ready.set()

        self._stop.clear()
        self._thread = threading.Thread(target=run, name="sandbox", daemon=True)
        self._thread.start()
        ready.wait(START_SECONDS)
        if self._failure is not None:
            raise self._failure
        if self._urls is None:
            raise TimeoutError(f"the sandbox did not answer within {START_SECONDS} s")

    def _start_process(self) -> None:
        command = [sys.executable, "-m", MODULE, "--folder", str(self.folder)]
        command += ["--options", self.options.to_json()]
        command += ["--workday-port", str(self._ports[0]), "--docebo-port", str(self._ports[1])]
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        line = self._first_line(self._process)
        if not line:
            _end(self._process)
            raise RuntimeError(f"the sandbox did not start: it ended with status {self._process.returncode}")
        told = json.loads(line)
        self._urls = Urls(**{name: told[name] for name in Urls.__slots__})

    @staticmethod
    def _first_line(process: subprocess.Popen[bytes]) -> bytes:
        if process.stdout is None:
            return b""
        ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
        return process.stdout.readline() if ready else b""


def _end(process: subprocess.Popen[Any]) -> None:
    """End a child of ours: by the end of its input, then by signals."""
    if process.stdin is not None:
        process.stdin.close()
    for push in (None, process.terminate, process.kill):
        if push is not None:
            push()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    if process.stdout is not None:
        process.stdout.close()


def main(arguments: list[str] | None = None) -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="Serve the made-up vendors on loopback.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--workday-port", type=int, default=0)
    parser.add_argument("--docebo-port", type=int, default=0)
    parser.add_argument("--options", default="{}", help="SandboxOptions as JSON")
    given = parser.parse_args(arguments)
    options = SandboxOptions.from_json(given.options)
    stop = threading.Event()

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        stop.set()

    def announce(urls: Urls) -> None:
        # What has been built up to here lives as long as the process: keep it out of every collection.
        gc.freeze()
        told = {name: getattr(urls, name) for name in Urls.__slots__}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=wait_for_the_end, name="sandbox-stdin", daemon=True).start()
    serve(
        given.folder,
        workday_port=given.workday_port,
        docebo_port=given.docebo_port,
        options=options,
        on_start=announce,
        stop=stop,
    )


if __name__ == "__main__":
    main()
