"""The command line as a process of its own: what it loads to answer, pipes that close, Ctrl-C, traces."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.ledger import NOW, policy, wish
from lms_hris_pipeline_tests.support.paths import ROOT

__all__ = ["home"]
RUN = "from lms_hris_pipeline.cli import main; main()"
HEAVY = ("dagster", "duckdb", "pydantic_settings", "sqlalchemy", "httpx", "torch", "numpy", "pyarrow", "fastapi")


def start(code: str, *arguments: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("arguments", [("--help",), ("nightly", "--help"), ("deltas", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...], home: Home) -> None:
    """Half a second is what people wait for help; each of these alone takes a good part of it."""
    told = f"import sys, atexit; atexit.register(lambda: print('LOADED', *[n for n in {HEAVY} if n in sys.modules])); "
    process = start(told + RUN, *arguments, cwd=home.folder)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.rstrip().endswith("LOADED")
    assert "Examples" in out


def test_a_reader_that_has_seen_enough_is_no_error(home: Home) -> None:
    with home.ledger() as ledger:
        ledger.propose(
            [wish("update", f"learner:{number}", {"email": "x" * 2000}) for number in range(300)],
            batch_id="2026-11-02-01", as_of=NOW, now=NOW, policy=policy(), is_complete=False, rejection_days=90,
        )  # fmt: skip
    process = start(RUN, "deltas", "list", "--limit", "300", cwd=home.folder)
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) in {0, 1}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_one_line_and_130(number: signal.Signals, home: Home) -> None:
    waiting = "import lms_hris_pipeline.cli.decisions as d, time; "
    waiting += "d.run_show_delta = lambda _: (print('ready', flush=True), time.sleep(60)); "
    process = start(waiting + RUN, "deltas", "show", "x", cwd=home.folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted; nothing is half-written, and the next run picks up.\n"


@pytest.mark.parametrize("debug", ["", "1"])
def test_what_nobody_foresaw_is_one_message_and_a_trace_only_where_wanted(
    debug: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMS_HRIS_DEBUG", debug)
    broken = "import lms_hris_pipeline.cli.decisions as d; d.run_show_delta = lambda _: {}['\\x1b[2Jx']; "
    process = start(broken + RUN, "deltas", "show", "x", cwd=home.folder)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert ("Traceback" in err) is bool(debug)
    assert ("Unforeseen KeyError" in err) is not bool(debug)
    assert "\x1b" not in err


def test_a_disk_that_fills_up_under_a_database_is_no_fault_of_the_pipeline(home: Home) -> None:
    broken = "import lms_hris_pipeline.cli.decisions as d, sqlite3; "
    broken += "d.run_show_delta = lambda _: exec('raise sqlite3.OperationalError(\"database or disk is full\")'); "
    process = start(broken + RUN, "deltas", "show", "x", cwd=home.folder)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("Permanent: The disk is full: database or disk is full\n  Make room")
    assert "nforeseen" not in err


def test_a_schedule_that_is_none_is_refused_before_anything_is_begun(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMS_HRIS_SCHEDULE__CRON", "every night")
    process = start(RUN, "nightly", "--as-of", "2026-11-02T22:00:00+01:00", cwd=home.folder)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert err.startswith("BadInput: [schedule.cron] 'every night' is no schedule\n  Write minute, hour")
    assert not list(home.data.glob("batches/*"))


def test_the_first_night_of_all_says_that_it_leaves_no_batch(home: Home) -> None:
    (home.folder / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    process = start(RUN, "nightly", "--as-of", "2026-11-02T22:00:00+01:00", cwd=home.folder)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert err.startswith("BadInput: These environment variables are not set:\n  LMS_HRIS_SECRET_WORKDAY_CLIENT_ID")
    assert "No batch has been sealed yet; batch 2026-11-02-01 was not finished." in err


def test_settings_outside_the_project_are_sought_where_they_are_named(tmp_path: Path) -> None:
    process = start(RUN, "deltas", "list", cwd=tmp_path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith("BadInput: No settings file at lms_hris.toml")
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"
