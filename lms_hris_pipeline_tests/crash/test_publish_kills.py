"""Exactly once: killed at every step that outlives a kill, and in random trouble, a publication ends as if undisturbed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lms-hris-kills-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def run_schedules(folder: Path, kind: str) -> dict[str, Any]:
    """The schedules in a process of their own, which forks: this one may have threads."""
    ran = subprocess.run(
        [sys.executable, "-m", "lms_hris_pipeline_tests.crash.schedules", str(folder / kind), kind],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def test_scenario_24_a_publication_killed_at_any_step_is_finished_without_loss_or_repetition(folder: Path) -> None:
    told = run_schedules(folder, "kills")
    assert told["wrong"] == {}
    assert told["schedules"] == len(told["steps"]) >= 60
    # The oracle itself: all that was approved is done, and what was not approved is not.
    states = sorted({str(delta[3]) for delta in told["oracle"]["deltas"]})
    assert states == ["proposed", "rejected", "verified"]
    assert told["oracle"]["sent again"] == {}
    assert told["oracle"]["open attempts"] == []
    writes = {step.rpartition("/")[2] for step in told["steps"] if step != "ledger"}
    assert writes >= {
        "batch",
        "6",
        "move_to_branch",
        "mass_edit",
        "members",
        "change_status",
        "41",
        "skillItems",
        "v44.0",
    }


def test_a_publication_in_random_trouble_is_finished_without_loss_or_repetition(folder: Path) -> None:
    told = run_schedules(folder, "troubles")
    assert told["wrong"] == {}
    assert told["schedules"] >= 30
