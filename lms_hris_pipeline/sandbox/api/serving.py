"""Both vendors behind their gates, and the event loop that serves them on loopback.

Not here: starting it in a thread or as a child process (`server`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from lms_hris_pipeline.sandbox.api.apps import (
    DOCEBO_UNAUTHORIZED,
    WORKDAY_UNAUTHORIZED,
    docebo_app,
    workday_app,
    workday_error,
)
from lms_hris_pipeline.sandbox.api.control import Controls, add_control_plane
from lms_hris_pipeline.sandbox.api.docebo_wire import docebo_error
from lms_hris_pipeline.sandbox.api.faults import FaultPlan
from lms_hris_pipeline.sandbox.api.gate import Gate, Manners
from lms_hris_pipeline.sandbox.api.journal import Journal
from lms_hris_pipeline.sandbox.api.oauth import TokenBook
from lms_hris_pipeline.sandbox.api.options import SandboxOptions
from lms_hris_pipeline.sandbox.api.quota import HourlyQuota
from lms_hris_pipeline.sandbox.api.world import World
from lms_hris_pipeline.sandbox.store import COMPANY_FILE, open_company

STOP_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the vendors answer."""

    workday_url: str
    docebo_url: str
    control_url: str
    pid: int


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Vendors:
    """Both vendors over one company: the apps behind their gates, and what they share."""

    def __init__(self, folder: Path, options: SandboxOptions) -> None:
        if not (folder / COMPANY_FILE).is_file():
            raise FileNotFoundError(f"there is no made-up company in {folder}; generate one first")
        self.world = World(folder, options)
        self.journal = Journal(folder, enabled=options.journal)
        self.faults = FaultPlan()
        self.quota = HourlyQuota(options.quota_per_hour)
        workday_tokens, docebo_tokens = TokenBook(options.token_seconds), TokenBook(options.token_seconds)
        self.workday = Gate(
            workday_app(self.world, workday_tokens),
            "workday",
            self.world,
            faults=self.faults,
            journal=self.journal,
            tokens=workday_tokens,
            quota=None,
            manners=Manners(
                workday_error,
                ("/ccx/oauth2/", f"/ccx/service/{options.tenant}/"),
                WORKDAY_UNAUTHORIZED,
            ),
        )
        docebo = docebo_app(self.world, docebo_tokens)
        self.controls = Controls(
            self.world,
            self.faults,
            self.journal,
            self.quota,
            (workday_tokens, docebo_tokens),
            advance=lambda days: _advance(folder, days),
            reset=lambda: _reset(folder),
        )
        add_control_plane(docebo, self.controls)
        self.docebo = Gate(
            docebo,
            "docebo",
            self.world,
            faults=self.faults,
            journal=self.journal,
            tokens=docebo_tokens,
            quota=self.quota,
            manners=Manners(docebo_error, ("/oauth2/token",), DOCEBO_UNAUTHORIZED),
        )

    def close(self) -> None:
        self.journal.close()
        self.world.close()


def _advance(folder: Path, days: int) -> object:
    from lms_hris_pipeline.sandbox import company

    return company.advance(folder, days=days)


def _reset(folder: Path) -> object:
    """Day 0 again, of a company of the same size, seed and rates. Written into the open files, which stay in place."""
    from lms_hris_pipeline.sandbox import company

    with contextlib.closing(open_company(folder)) as connection:
        meta = {row[0]: row[1] for row in connection.execute("select key, value from meta")}
    with tempfile.TemporaryDirectory(prefix="company-", dir=folder) as made:
        fresh = Path(made)
        rates = company.FaultRates.from_json(meta["fault_rates"])
        company.generate(fresh, workers=int(meta["workers"]), seed=int(meta["seed"]), faults=rates)
        for file in sorted(fresh.glob("*.sqlite")):
            with (
                contextlib.closing(sqlite3.connect(file)) as source,
                contextlib.closing(sqlite3.connect(folder / file.name, timeout=30)) as target,
            ):
                source.backup(target)
    return None


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    workday_port: int = 0,
    docebo_port: int = 0,
    options: SandboxOptions | None = None,
    on_start: Callable[[Urls], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve both vendors until `stop` is set, or a signal ends the process.

    Args:
        folder: where company.sqlite is, and journal.sqlite will be.
        host: the address to listen on; must be loopback.
        workday_port, docebo_port: 0 = any free port.
        on_start: called with the URLs once both vendors answer.
    """
    if host not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("the sandbox listens on loopback only")
    with contextlib.ExitStack() as held:
        vendors = Vendors(folder, options or SandboxOptions())
        held.callback(vendors.close)
        sockets = [_listen(host, port, held) for port in (workday_port, docebo_port)]
        loop_factory = uvicorn.Config(vendors.docebo).get_loop_factory()
        runner = held.enter_context(asyncio.Runner(loop_factory=loop_factory))
        runner.run(_run(vendors, sockets, on_start, stop or threading.Event()))


def _listen(host: str, port: int, held: contextlib.ExitStack) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it an answer takes 40 ms.
    listening = held.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


async def _run(
    vendors: Vendors, sockets: list[socket.socket], on_start: Callable[[Urls], None] | None, stop: threading.Event
) -> None:
    servers = []
    for app in (vendors.workday, vendors.docebo):
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=2,
        )
        servers.append(_Server(config))
    running = [
        asyncio.create_task(server.serve(sockets=[listening]))
        for server, listening in zip(servers, sockets, strict=True)
    ]
    while not all(server.started for server in servers) and not any(task.done() for task in running):
        await asyncio.sleep(0.005)
    if on_start is not None and not any(task.done() for task in running):
        on_start(_urls(sockets))
    while not stop.is_set() and not any(task.done() for task in running):
        await asyncio.sleep(STOP_LOOK_SECONDS)
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


def _urls(sockets: list[socket.socket]) -> Urls:
    urls = []
    for listening in sockets:
        host, port = listening.getsockname()[:2]
        urls.append(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    return Urls(urls[0], urls[1], urls[1], os.getpid())
