"""The same night again: in another order of the vendors' rows, from landing alone, in a copy, after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.nights import House, exported, failures, house
from lms_hris_pipeline_tests.support.paths import ROOT

WORKERS = 120


def make(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    company.generate(folder, workers=WORKERS, seed=21, faults=company.FaultRates.default())
    return folder


def tables_of(batch: Batch) -> dict[str, list[tuple[object, ...]]]:
    return {table.sql_name: exported(batch, table.sql_name) for table in ALL_TABLES}


def reports_of(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(folder.iterdir()) if not path.name.startswith("publication")
    }


def test_scenario_06_the_order_of_the_vendors_rows_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for number, seed in enumerate((None, 5, 77)):
        folder = make(tmp_path, f"company{number}")
        home = tmp_path / f"home{number}"
        home.mkdir()
        with house(home, folder, monkeypatch, shuffle_seed=seed) as built:
            batch = built.night()
            with built.batch() as sealed:
                found.append((tables_of(sealed), reports_of(home / "data" / "reports" / batch)))
    for tables, reports in found[1:]:
        for name, rows in tables.items():
            assert rows == found[0][0][name], name
        assert reports == found[0][1]


def test_a_replay_needs_no_vendor_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, "company")
    with house(tmp_path, folder, monkeypatch) as built:
        batch = built.night()
        with built.ledger() as ledger:
            events = ledger.verify_audit()
    # the vendors are gone, and the settings of today differ
    monkeypatch.setenv("LMS_HRIS_HRIS__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LMS_HRIS_LMS__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LMS_HRIS_MATCHING__LINK_AT", "0.999999")
    built.night(replay_of=batch)
    copy = tmp_path / "data" / "replay" / batch
    with (
        built.batch(batch) as sealed,
        Batch.reading(copy / "warehouse.duckdb", batch_id=batch, as_of=sealed.as_of) as again,
    ):
        for name, rows in tables_of(sealed).items():
            assert exported(again, name) == rows, name
    assert reports_of(copy / "reports") == reports_of(tmp_path / "data" / "reports" / batch)
    assert built.shelf.current() == batch
    with built.ledger() as ledger:
        assert ledger.verify_audit() == events, "a replay writes nothing to the ledger"


def test_a_sealed_batch_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, "company")
    with house(tmp_path, folder, monkeypatch) as built:
        first = built.night()
        monkeypatch.setattr(type(built.shelf), "next_id", lambda self, day: first)
        result = built.run()
        assert not result.success
        assert f"Batch {first} is sealed and stays as it is" in "\n".join(failures(result))


@pytest.mark.parametrize("after", ["landing/lms", "canonical/enrolments", "reconcile/exceptions"])
def test_killed_in_the_middle_the_next_run_is_right(
    after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path, "company")
    with house(tmp_path, folder, monkeypatch) as built:
        killed = _run_and_kill(built, after)
        assert killed == -signal.SIGKILL
        assert built.shelf.current() is None
        assert built.shelf.sealed() == []
        batch = built.night()
        assert built.shelf.current() == batch
        with built.ledger() as ledger:
            assert ledger.verify_audit() > 0


def test_scenario_26_a_second_run_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms_hris_pipeline.warehouse.shelf import NIGHT_LOCK, RunLock

    folder = make(tmp_path, "company")
    with house(tmp_path, folder, monkeypatch) as built:
        with RunLock(tmp_path / "data", NIGHT_LOCK):
            result = built.run()
            assert not result.success
            assert "Another run holds" in "\n".join(failures(result))
        built.night()


_CHILD = """
import os, signal
from lms_hris_pipeline.resources import runs
from lms_hris_pipeline_tests.support.nights import execute
def heard(stage, name, count, seconds):
    if (stage + "/" + name.split()[0]) == os.environ["KILL_AFTER"]:
        os.kill(os.getpid(), signal.SIGKILL)
with runs.listening(heard):
    execute({tags!r})
"""


def _run_and_kill(built: House, after: str) -> int:
    tags = built.tags()
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD.format(tags=tags)],
        cwd=ROOT,
        env={**os.environ, "KILL_AFTER": after, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if child.poll() is None:
        child.kill()
    return child.wait()
