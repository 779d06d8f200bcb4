"""The made-up company from the shell: who may change it and when, and that there is always one, whatever is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest

from lms_hris_pipeline.cli import sandbox
from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.resources import runs
from lms_hris_pipeline.resources.calendar import by_day, present
from lms_hris_pipeline.sandbox.store import VERSION, create_schema, open_company
from lms_hris_pipeline.settings import load_settings
from lms_hris_pipeline.warehouse import BatchShelf, RunLock
from lms_hris_pipeline.warehouse.shelf import BUILD_LOCK, COPIES_LOCK, NIGHT_LOCK, holding_nights
from lms_hris_pipeline_tests.support.cli import Home, home

__all__ = ["home"]
OLD, NEW = "2026-11-02", "2026-11-09"
KNOWN = ("CURRENT", "batches/2026-11-02-01/warehouse.duckdb", "ledger.sqlite", "ledger.sqlite-wal", "logs/x.jsonl")


def make(folder: Path, day: str) -> Path:
    """As much of a company as the shell looks at."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "company.sqlite")) as company:
        company.execute("create table meta(key text primary key, value text)")
        company.executemany("insert into meta values(?, ?)", [("company_date", day), ("workers", "60"), ("seed", "1")])
        company.commit()
    return folder


def day_of(home: Home) -> str:
    return sandbox.company_day(load_settings()).isoformat()


@pytest.fixture
def played(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a company of the old day, of which the pipeline knows something; new ones are made in no time."""
    home.configure(profile="sandbox")
    make(home.data / "sandbox", OLD)
    for name in KNOWN:
        file = home.data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("2026-11-02-01\n" if name == "CURRENT" else "x", encoding="utf-8")

    def generate(part: Path, **_: Any) -> None:
        make(part, NEW)

    monkeypatch.setattr("lms_hris_pipeline.sandbox.company.generate", generate)
    return home


def contents(home: Home) -> dict[str, bytes]:
    """All files below the data folder but the locks, which say who held them."""
    files = (path for path in home.data.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(home.data).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("command", "lock"),
    [
        (("nightly", "--sandbox"), NIGHT_LOCK),
        (("sandbox", "advance"), NIGHT_LOCK),
        (("sandbox", "reset"), NIGHT_LOCK),
        (("sandbox", "reset"), BUILD_LOCK),
        (("sandbox", "reset"), COPIES_LOCK),
    ],
)
def test_scenario_26_while_a_run_is_under_way_nothing_is_played_or_made(
    command: tuple[str, ...], lock: str, played: Home
) -> None:
    before = contents(played)
    with RunLock(played.data, lock):
        ran = played.lms_hris(*command)
    assert (ran.exit_code, "Another run holds" in ran.err) == (75, True), ran.err
    assert contents(played) == before


def test_a_first_company_is_not_made_twice_at_once(played: Home) -> None:
    shutil.rmtree(played.data / "sandbox")
    with RunLock(played.data, NIGHT_LOCK):
        assert played.lms_hris("nightly", "--sandbox").exit_code == 75
    assert not (played.data / "sandbox").exists()
    assert sandbox.ensure_company(load_settings())
    assert day_of(played) == NEW
    assert not sandbox.ensure_company(load_settings())


def test_the_lock_of_nights_is_taken_once_and_let_go(tmp_path: Path) -> None:
    with holding_nights(tmp_path), holding_nights(tmp_path):
        pass
    with RunLock(tmp_path, NIGHT_LOCK):
        pass


def test_a_company_of_another_version_is_named_and_a_reset_makes_a_new_one(played: Home) -> None:
    with closing(open_company(played.data / "sandbox")) as company:
        create_schema(company)
        assert tuple(company.execute("pragma user_version").fetchone()) == (VERSION,)
    assert day_of(played) == OLD
    with closing(sqlite3.connect(played.data / "sandbox" / "company.sqlite")) as company:
        company.execute("pragma user_version = 0")
    for command in (("nightly", "--sandbox"), ("sandbox", "advance")):
        ran = played.lms_hris(*command)
        assert ran.exit_code == 2
        assert "was made by another version of the sandbox\n  `lms-hris sandbox reset`" in ran.err
    assert played.lms_hris("sandbox", "reset").exit_code == 0
    assert day_of(played) == NEW


def test_a_reset_forgets_the_old_company(played: Home) -> None:
    assert played.lms_hris("sandbox", "reset").exit_code == 0
    assert day_of(played) == NEW
    assert contents(played).keys() == {"sandbox/company.sqlite"}


def test_what_the_pipeline_knows_may_be_kept(played: Home) -> None:
    before = contents(played)
    assert played.lms_hris("sandbox", "reset", "--keep-batches").exit_code == 0
    assert day_of(played) == NEW
    after = contents(played)
    assert {name: after[name] for name in KNOWN} == {name: before[name] for name in KNOWN}


def test_a_ledger_of_its_own_is_not_left_with_people_of_a_company_that_is_gone(played: Home) -> None:
    played.configure(profile="sandbox", ledger={"url": "postgresql+psycopg://ledger.example/lms"})
    before = contents(played)
    ran = played.lms_hris("sandbox", "reset")
    assert ran.exit_code == 2
    assert "--keep-batches" in ran.err
    assert contents(played) == before
    assert played.lms_hris("sandbox", "reset", "--keep-batches").exit_code == 0


def test_a_company_that_cannot_be_made_leaves_the_old_one(played: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(part: Path, **_: Any) -> None:
        make(part, NEW)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lms_hris_pipeline.sandbox.company.generate", fail)
    before = contents(played)
    assert played.lms_hris("sandbox", "reset").exit_code != 0
    after = contents(played)
    assert {name: after[name] for name in before} == before


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Whether `act`, in a process of its own, was killed before its `step`-th change to a folder."""
    child = os.fork()
    if child == 0:
        left = [step]

        def counted(change: Callable[..., object]) -> Callable[..., object]:
            def changed(*given: Any, **named: Any) -> object:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return change(*given, **named)

            return changed

        Path.rename = counted(Path.rename)  # type: ignore[method-assign, assignment]
        shutil.rmtree = counted(shutil.rmtree)  # type: ignore[assignment]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_at_any_step_a_reset_leaves_the_old_company_or_the_new_one(played: Home) -> None:
    template = played.folder / "template"
    shutil.copytree(played.data, template)
    days, step = [], 1
    while True:
        shutil.rmtree(played.data)
        shutil.copytree(template, played.data)
        was_killed = killed_at(step, lambda: sandbox.run_reset(workers=60, seed=2, keep_batches=False))
        days.append(day_of(played))
        if days[-1] == NEW:
            known = contents(played).keys() & set(KNOWN)
            assert known == set(), "a new company of which the pipeline knows old things"
        assert played.lms_hris("sandbox", "reset").exit_code == 0, "and a reset afterwards is right"
        assert contents(played).keys() == {"sandbox/company.sqlite"}
        if not was_killed:
            break
        step += 1
    assert step > 8
    assert days == sorted(days)
    assert set(days) == {OLD, NEW}


def test_what_is_decided_and_published_by_day_comes_after_the_night(played: Home) -> None:
    settings = load_settings()
    night = datetime(2026, 11, 2, 21, tzinfo=UTC)
    assert present(settings) == night
    assert by_day(settings) == night + timedelta(minutes=30)
    run = cast("dg.DagsterRun", SimpleNamespace(run_id="a run"))
    assert runs._by_day(run, BatchShelf(played.data), settings).as_of == by_day(settings)
    assert timedelta(0) <= clock_of(settings)() - by_day(settings) < timedelta(seconds=5)


def test_a_firm_lives_in_the_present(home: Home) -> None:
    settings = load_settings()
    for instant in (present(settings), by_day(settings), clock_of(settings)()):
        assert abs(datetime.now(UTC) - instant) < timedelta(seconds=5)
