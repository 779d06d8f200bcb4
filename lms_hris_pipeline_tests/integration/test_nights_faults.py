"""Whole nights over vendors that misbehave: what passes by itself finishes right, what cannot be believed stops."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import FAMILIES, House, exported, failures, house
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox

WORKERS = 80


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    company.generate(folder, workers=WORKERS, seed=11, faults=company.FaultRates.default())
    return folder


@pytest.fixture(scope="module")
def first_night(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one good night behind it, to be copied."""
    home = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        shutil.copytree(template, home / "company")
        with house(home, home / "company", patch) as built:
            built.configure(policy=dict.fromkeys(FAMILIES, "shadow"))
            built.night()
            built.shelf.folder(built.shelf.current() or "").joinpath("warehouse.duckdb").chmod(0o644)
    return home


@contextmanager
def after_a_good_night(first_night: Path, home: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[House, Sandbox]]:
    """The morning after a good night, and a hand on the vendors."""
    shutil.copytree(first_night, home)
    with house(home, home / "company", patch) as built, httpx.Client(timeout=20) as http:
        built.configure(extract={"timeout_seconds": 2, "max_attempts": 3}, policy=dict.fromkeys(FAMILIES, "shadow"))
        yield built, Sandbox(built.server, http, home / "company")


@pytest.fixture
def troubled(first_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, Sandbox]]:
    """A morning of the test's own."""
    with after_a_good_night(first_night, tmp_path / "home", monkeypatch) as morning:
        yield morning


@pytest.fixture(scope="module")
def stopped(first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Sandbox]]:
    """One morning for all nights that stop: each leaves it as it was, or the next one would not hold."""
    with (
        pytest.MonkeyPatch.context() as patch,
        after_a_good_night(first_night, tmp_path_factory.mktemp("stopped") / "home", patch) as morning,
    ):
        yield morning


Faults = list[tuple[str, dict[str, Any]]]
PASSING: dict[str, Faults] = {
    "busy and slow": [
        ("429", {"path": "/learn/v1/enrollments", "retry_after": 1}),
        ("503", {"path": "/manage/v1/user", "times": 2}),
        ("slow", {"path": "/ccx/service/customreport2", "seconds": 0.5}),
        ("token_expiry", {"path": "/ccx/service/customreport2", "nth": 3}),
    ],
    "silent and forgetful": [
        ("429", {"path": "/learn/v1/enrollments"}),
        ("timeout", {"path": "/manage/v1/user", "seconds": 3}),
        ("token_expiry", {"path": "/learn/v1/enrollments", "nth": 2}),
    ],
}
"""Each night meets several; one by one they are held over the extract alone."""


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING.keys())
def test_scenario_34_what_passes_by_itself_changes_nothing(faults: Faults, troubled: tuple[House, Sandbox]) -> None:
    built, sandbox = troubled
    before = built.shelf.current()
    for kind, where in faults:
        sandbox.fault(kind, **where)
    batch = built.night(fresh=True)
    assert batch != before
    assert sandbox.struck() == {kind for kind, _ in faults}
    with built.batch() as after, built.batch(before) as earlier:
        for name in ("canonical.workers", "canonical.learners", "canonical.enrolments", "canonical.employments"):
            assert exported(after, name) == exported(earlier, name)


STOPPING: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("cut body of users", "cut_body", {"path": "/manage/v1/user"}, ("Docebo", "users", "page 1")),
    ("cut body of workers", "cut_body", {"path": "/ccx/service/customreport2", "query": "Location="}, ("Workday", "workers")),
    ("14: empty HTTP 200", "empty_200", {"path": "/ccx/service/customreport2", "query": "Location="}, ("Workday", "workers")),
    ("14: empty list of accounts", "empty_200", {"path": "/manage/v1/user"}, ("Docebo", "users", "0 records")),
    ("duplicate page", "duplicate_page", {"path": "/learn/v1/enrollments"}, ("Docebo", "enrolments", "page")),
    ("missing page", "missing_page", {"path": "/learn/v1/enrollments"}, ("Docebo", "enrolments", "page")),
    ("33: renamed field", "renamed_field",
     {"path": "/ccx/service/customreport2", "query": "Location=", "field": "Hire_Date", "to": "First_Day"},
     ("Workday", "workers", "Hire_Date")),
    ("33: dropped field", "dropped_field", {"path": "/manage/v1/user", "field": "status"}, ("Docebo", "users", "status")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "where", "words"), [case[1:] for case in STOPPING], ids=[case[0] for case in STOPPING]
)
def test_what_cannot_be_believed_stops_and_the_last_good_batch_stays_current(
    kind: str, where: dict[str, Any], words: tuple[str, ...], stopped: tuple[House, Sandbox]
) -> None:
    built, sandbox = stopped
    before = built.shelf.current()
    seen = len(sandbox.journal())
    sandbox.fault(kind, **{"times": None, **where})
    result = built.run(fresh=True)
    sandbox.control("DELETE", "/faults")
    assert not result.success
    assert kind in sandbox.struck(after=seen)
    said = "\n".join(failures(result))
    for word in words:
        assert word in said
    assert built.shelf.current() == before
    assert built.shelf.sealed() == [before]
    with built.ledger() as ledger:
        assert ledger.batches() == [before], "a night that failed proposes nothing"


@pytest.mark.parametrize("kind", ["renamed_field", "cut_body"])
def test_the_night_after_one_that_stopped_is_right(kind: str, troubled: tuple[House, Sandbox]) -> None:
    built, sandbox = troubled
    before = built.shelf.current()
    where = next(case[2] for case in STOPPING if case[1] == kind)
    sandbox.fault(kind, **{"times": None, **where})
    assert not built.run(fresh=True).success
    sandbox.control("DELETE", "/faults")
    assert built.night() != before
    with built.batch() as after, built.batch(before) as earlier:
        for name in ("canonical.workers", "canonical.learners", "canonical.enrolments", "canonical.employments"):
            assert exported(after, name) == exported(earlier, name)


def test_scenario_15_an_extract_that_stays_incomplete_deactivates_nobody(troubled: tuple[House, Sandbox]) -> None:
    built, sandbox = troubled
    sandbox.fault("503", path="/ccx/service/customreport2", query="Location=", nth=4, times=None)
    built.night(fresh=True)
    assert "503" in sandbox.struck()
    with built.batch() as batch:
        complete = batch.execute("select is_complete from raw_hris.extracts where entity = 'workers'")
        assert complete == [(False,)]
        found = batch.execute(
            "select count(*) filter (operation = 'deactivate'), count(*) from reconcile.proposed_deltas"
        )
        assert found[0][0] == 0
        assert batch.execute("select count(*) from reconcile.situations where situation = 'unobserved'")[0][0] > 0


def test_scenario_36_an_extract_that_the_quota_ended_goes_on_at_its_page(troubled: tuple[House, Sandbox]) -> None:
    built, sandbox = troubled
    before = built.shelf.current()
    sandbox.control("POST", "/quota", {"per_hour": 14})
    result = built.run(fresh=True)
    assert not result.success
    assert "QuotaExhausted" in "\n".join(failures(result))
    assert built.shelf.current() == before
    seen = len(sandbox.journal())
    sandbox.control("POST", "/quota", {"per_hour": None})
    built.night()
    asked = [entry["path"] for entry in sandbox.journal()[seen:]]
    assert "/manage/v1/user" not in asked, "what had landed is not read again"
    with built.batch() as batch:
        assert batch.execute("select count(*) from raw_lms.extracts where not is_complete") == [(0,)]
