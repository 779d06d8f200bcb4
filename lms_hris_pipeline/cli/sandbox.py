"""The sandbox from the shell: make the company, serve the vendors, play days. Only the CLI knows the sandbox."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from lms_hris_pipeline.cli.terminal import say
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer
from lms_hris_pipeline.sandbox.store import COMPANY_FILE, company_date, instant, open_company
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import BatchShelf, RunLock
from lms_hris_pipeline.warehouse.shelf import COPIES_LOCK, holding_nights

DEFAULT_WORKERS = 2000
DEFAULT_SEED = 1
OF_THE_PIPELINE = ("CURRENT", "batches", "landing", "history", "reports", "replay", "scratch", "cache", "logs")
"""What the pipeline knows of a company, beside its ledger."""


def sandbox_folder(settings: Settings) -> Path:
    """Where the made-up company lies. A new one whose predecessor a reset had put away already takes its place."""
    if settings.profile != "sandbox":
        raise BadInput(
            'The settings name a firm\'s own systems (profile is not "sandbox")\n'
            '  Leave out --sandbox, or set profile = "sandbox" in the settings file.'
        )
    folder = settings.firm.data_dir / "sandbox"
    _move_in(folder)
    return folder


def ensure_company(
    settings: Settings, *, workers: int | None = None, seed: int | None = None, discrepancies: float = 1.0
) -> bool:
    """Make the company unless there is one; whether it was made. None: whatever size, the default for a new one.

    `discrepancies` multiplies the usual rates at which the two systems of a new company disagree.

    Raises:
        BadInput: there is one of another size or seed.
        Busy: there is none, and another process is about to make or use one.
    """
    folder = sandbox_folder(settings)
    if not (folder / COMPANY_FILE).exists():
        with holding_nights(settings.firm.data_dir):
            if not (folder / COMPANY_FILE).exists():
                part = _generate(
                    folder, workers or DEFAULT_WORKERS, DEFAULT_SEED if seed is None else seed, discrepancies
                )
                shutil.rmtree(folder, ignore_errors=True)
                part.rename(folder)
                return True
    _check_same(folder, workers=workers, seed=seed)
    return False


def _generate(folder: Path, workers: int, seed: int, discrepancies: float) -> Path:
    """A new company beside `folder`, whole."""
    from lms_hris_pipeline.sandbox.company import FaultRates, generate

    say(f"Making up a company of {workers:,} workers (seed {seed}) ...")
    part = folder.with_name("sandbox.part")
    shutil.rmtree(part, ignore_errors=True)
    generate(part, workers=workers, seed=seed, faults=FaultRates.default().scaled(discrepancies))
    return part


def _replace_company(folder: Path, part: Path) -> None:
    """Put the new company in the place of the old one; whenever this is cut off, one of them is there."""
    new, old = folder.with_name("sandbox.new"), folder.with_name("sandbox.old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    part.rename(new)
    if folder.exists():
        folder.rename(old)
    _move_in(folder)
    shutil.rmtree(old, ignore_errors=True)


def _move_in(folder: Path) -> None:
    new = folder.with_name("sandbox.new")
    if new.exists() and not folder.exists():
        # another process may see the same and be faster
        with contextlib.suppress(FileNotFoundError):
            new.rename(folder)


def _check_same(folder: Path, *, workers: int | None, seed: int | None) -> None:
    with contextlib.closing(open_company(folder)) as connection:
        made = dict(connection.execute("select key, value from meta where key in ('workers', 'seed')").fetchall())
    wanted = {"workers": workers, "seed": seed}
    if any(value is not None and made.get(name, str(value)) != str(value) for name, value in wanted.items()):
        raise BadInput(
            f"There is a made-up company already, of {made.get('workers')} workers and seed {made.get('seed')}\n"
            "  Leave out --workers and --seed, or make a new one: lms-hris sandbox reset --workers <n> --seed <n>"
        )


def company_day(settings: Settings) -> date:
    """The day the made-up company has reached."""
    with contextlib.closing(open_company(sandbox_folder(settings))) as connection:
        return company_date(connection)


def company_instant(settings: Settings) -> datetime:
    """The instant at which the night looks at the made-up company."""
    with contextlib.closing(open_company(sandbox_folder(settings))) as connection:
        return instant(connection)


def advance_if_sealed(settings: Settings) -> date | None:
    """Play a business day if the current one has a sealed batch; the new day, or None."""
    shelf = BatchShelf(settings.firm.data_dir)
    today = company_instant(settings).astimezone(settings.firm.zone).date().isoformat()
    if not any(name.startswith(today) for name in shelf.sealed()):
        return None
    return _advance(settings, 1)


def _advance(settings: Settings, days: int) -> date:
    from lms_hris_pipeline.sandbox.company import advance

    return advance(sandbox_folder(settings), days=days)


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
    ensure_company(settings)
    with serving(settings):
        yield load_settings()


def run_serve(*, workers: int | None, seed: int | None, quota: bool) -> None:
    """Serve until Ctrl-C."""
    settings = load_settings()
    ensure_company(settings, workers=workers, seed=seed)
    with serving(settings, quota=quota) as server:
        say(f"Workday  {server.workday_url}\nDocebo   {server.docebo_url}\n\nIn another shell:")
        for name, value in variables(server).items():
            say(f"  export {name}={value}")
        say("\nCtrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def run_advance(days: int) -> None:
    """Play business days, while no night looks on.

    Raises:
        Busy: a night is under way.
    """
    settings = load_settings()
    if not (sandbox_folder(settings) / COMPANY_FILE).exists():
        raise BadInput(
            "There is no made-up company yet\n  `lms-hris sandbox reset` or `lms-hris nightly --sandbox` makes one."
        )
    with holding_nights(settings.firm.data_dir):
        day = _advance(settings, days)
    say(f"The company has reached {day:%A, %Y-%m-%d}.")


def run_reset(*, workers: int, seed: int, keep_batches: bool, discrepancies: float = 1.0) -> None:
    """Make a new company and forget the old one; until the new one is whole, the old one stays.

    Raises:
        BadInput: the ledger is a database that a reset does not remove.
        Busy: a night, a replay or a scratch copy is under way.
    """
    settings = load_settings()
    data, folder = settings.firm.data_dir, sandbox_folder(settings)
    if settings.ledger.url and not keep_batches:
        raise BadInput(
            "The ledger is a database of its own ([ledger] url), which a reset does not empty\n"
            "  It would know people of a company that is gone. Empty it, take url out of the settings and reset, or\n"
            "  keep all that is known: --keep-batches. Nothing was changed."
        )
    with holding_nights(data), RunLock(data), RunLock(data, COPIES_LOCK):
        part = _generate(folder, workers, seed, discrepancies)
        if not keep_batches:
            _forget(data)
        _replace_company(folder, part)
    say(f"The company has reached {company_day(settings):%A, %Y-%m-%d}.")


def _forget(data: Path) -> None:
    """Remove what the pipeline knows: first out of sight, each at once and CURRENT before all, then for good."""
    forgotten = data / "forgotten"
    shutil.rmtree(forgotten, ignore_errors=True)
    forgotten.mkdir(parents=True)
    for path in (*(data / name for name in OF_THE_PIPELINE), *sorted(data.glob("ledger.*"))):
        if path.exists():
            path.rename(forgotten / path.name)
    shutil.rmtree(forgotten)


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
