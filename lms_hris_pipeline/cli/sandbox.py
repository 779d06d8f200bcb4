"""The sandbox from the shell: make the company, serve the vendors, play days. Only the CLI knows the sandbox."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer
from lms_hris_pipeline.sandbox.company import FaultRates, advance, generate
from lms_hris_pipeline.sandbox.store import company_date, open_company
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import BatchShelf, RunLock

console = Console(highlight=False)
OF_THE_PIPELINE = ("batches", "landing", "history", "reports", "replay", "scratch", "cache", "CURRENT")
VENDOR_HOUR_UTC = 21


def sandbox_folder(settings: Settings) -> Path:
    """Where the made-up company lies."""
    if settings.profile != "sandbox":
        raise BadInput(
            'The settings name a firm\'s own systems (profile is not "sandbox")\n'
            '  Leave out --sandbox, or set profile = "sandbox" in the settings file.'
        )
    return settings.firm.data_dir / "sandbox"


def ensure_company(settings: Settings, *, workers: int, seed: int) -> bool:
    """Make the company unless there is one; whether it was made."""
    folder = sandbox_folder(settings)
    if (folder / "company.sqlite").exists():
        return False
    console.print(f"Making up a company of {workers:,} workers (seed {seed}) ...")
    part = folder.with_name("sandbox.part")
    shutil.rmtree(part, ignore_errors=True)
    generate(part, workers=workers, seed=seed, faults=FaultRates.default())
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return True


def company_day(settings: Settings) -> date:
    """The day the made-up company has reached."""
    with contextlib.closing(open_company(sandbox_folder(settings))) as connection:
        return company_date(connection)


def company_instant(settings: Settings) -> datetime:
    """The instant at which the night looks at the made-up company."""
    day = company_day(settings)
    return datetime(day.year, day.month, day.day, VENDOR_HOUR_UTC, tzinfo=UTC)


def advance_if_sealed(settings: Settings) -> date | None:
    """Play a business day if the current one has a sealed batch; the new day, or None."""
    shelf = BatchShelf(settings.firm.data_dir)
    today = company_instant(settings).astimezone(settings.firm.zone).date().isoformat()
    if not any(name.startswith(today) for name in shelf.sealed()):
        return None
    return advance(sandbox_folder(settings), days=1)


@contextlib.contextmanager
def serving(settings: Settings, *, quota: bool = False) -> Iterator[SandboxServer]:
    """The vendors as a child process, and the environment that leads the connectors to them."""
    options = SandboxOptions(
        quota_per_hour=settings.quota.lms_calls_per_hour if quota else None, tenant=settings.hris.tenant
    )
    with SandboxServer(sandbox_folder(settings), options, as_process=True) as server, _environment(server):
        yield server


def variables(server: SandboxServer) -> dict[str, str]:
    """The environment variables that lead the connectors to the sandbox."""
    secrets: Credentials = server.credentials
    return {
        "LMS_HRIS_HRIS__BASE_URL": server.workday_url,
        "LMS_HRIS_LMS__BASE_URL": server.docebo_url,
        "LMS_HRIS_SECRET_WORKDAY_CLIENT_ID": secrets.workday_client_id,
        "LMS_HRIS_SECRET_WORKDAY_CLIENT_SECRET": secrets.workday_client_secret,
        "LMS_HRIS_SECRET_WORKDAY_REFRESH_TOKEN": secrets.workday_refresh_token,
        "LMS_HRIS_SECRET_WORKDAY_SOAP_USER": secrets.workday_soap_user,
        "LMS_HRIS_SECRET_WORKDAY_SOAP_PASSWORD": secrets.workday_soap_password,
        "LMS_HRIS_SECRET_DOCEBO_CLIENT_ID": secrets.docebo_client_id,
        "LMS_HRIS_SECRET_DOCEBO_CLIENT_SECRET": secrets.docebo_client_secret,
    }


@contextlib.contextmanager
def sandbox_if(wanted: bool) -> Iterator[Settings]:
    """Settings, with the sandbox serving behind them where it is wanted."""
    settings = load_settings()
    if not wanted:
        yield settings
        return
    ensure_company(settings, workers=2000, seed=1)
    with serving(settings):
        yield load_settings()


def run_serve(*, workers: int, seed: int, quota: bool) -> None:
    """Serve until Ctrl-C."""
    settings = load_settings()
    ensure_company(settings, workers=workers, seed=seed)
    with serving(settings, quota=quota) as server:
        console.print(f"Workday  {server.workday_url}\nDocebo   {server.docebo_url}\n\nIn another shell:")
        for name, value in variables(server).items():
            console.print(f"  export {name}={value}", soft_wrap=True)
        console.print("\nCtrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def run_advance(days: int) -> None:
    """Play business days."""
    settings = load_settings()
    if not (sandbox_folder(settings) / "company.sqlite").exists():
        raise BadInput(
            "There is no made-up company yet\n  `lms-hris sandbox reset` or `lms-hris nightly --sandbox` makes one."
        )
    console.print(f"The company has reached {advance(sandbox_folder(settings), days=days)}.")


def run_reset(*, workers: int, seed: int, keep_batches: bool) -> None:
    """Make a new company and forget the old one."""
    settings = load_settings()
    data = settings.firm.data_dir
    folder = sandbox_folder(settings)
    with RunLock(data):
        shutil.rmtree(folder, ignore_errors=True)
        if not keep_batches:
            for name in OF_THE_PIPELINE:
                target = data / name
                shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
            for file in data.glob("ledger.*"):
                file.unlink()
        ensure_company(settings, workers=workers, seed=seed)
    console.print(f"The company has reached {company_day(settings)}.")


@contextlib.contextmanager
def _environment(server: SandboxServer) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables(server))
    try:
        yield
    finally:
        for name in variables(server):
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)
