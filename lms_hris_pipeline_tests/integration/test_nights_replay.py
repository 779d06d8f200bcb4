"""The same night again: in another order of the vendors' rows, from landing alone, in a copy, after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from lms_hris_pipeline.match import skill_models
from lms_hris_pipeline.match.people_models import Recalibrated, adopt_model, models_folder, stage_model
from lms_hris_pipeline.match.people_weights import load_weights
from lms_hris_pipeline.match.skill_model import MeaningModel, shipped_model
from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse import Batch, RunLock
from lms_hris_pipeline.warehouse.shelf import NIGHT_LOCK
from lms_hris_pipeline_tests.support.nights import House, exported, failures, house, lead_to
from lms_hris_pipeline_tests.support.paths import ROOT

WORKERS = 120
OUT_OF_ORDER = (5, 77)
AT = datetime(2026, 11, 3, tzinfo=UTC)


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


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """An installation with one night behind it, which the tests leave as it is; and its batch."""
    home = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch, house(home, make(home, "company"), patch) as built:
        yield built, built.night()


@pytest.fixture
def lived(night: tuple[House, str], monkeypatch: pytest.MonkeyPatch) -> tuple[House, str]:
    """The same, with the settings leading to it whichever house was used before."""
    lead_to(night[0], monkeypatch)
    return night


def test_scenario_06_the_order_of_the_vendors_rows_does_not_matter(
    lived: tuple[House, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, batch = lived
    with built.batch(batch) as sealed:
        tables = tables_of(sealed)
    reports = reports_of(built.home / "data" / "reports" / batch)
    for seed in OUT_OF_ORDER:
        home = tmp_path / f"home{seed}"
        home.mkdir()
        with house(home, make(tmp_path, f"company{seed}"), monkeypatch, shuffle_seed=seed) as other:
            again = other.night()
            with other.batch() as sealed:
                for name, rows in tables_of(sealed).items():
                    assert rows == tables[name], name
            assert reports_of(home / "data" / "reports" / again) == reports


def landed(built: House, batch: str) -> dict[str, bytes]:
    """The files from which a batch can be built again."""
    return {path.name: path.read_bytes() for path in (built.home / "data" / "landing" / batch).rglob("*.*")}


def test_a_sealed_batch_is_not_built_again(lived: tuple[House, str], monkeypatch: pytest.MonkeyPatch) -> None:
    built, first = lived
    monkeypatch.setattr(type(built.shelf), "next_id", lambda self, day: first)
    before = landed(built, first)
    result = built.run()
    assert landed(built, first) == before, "what it can be replayed from stays, too"
    assert not result.success
    assert f"Batch {first} is sealed and stays as it is" in "\n".join(failures(result))


def test_scenario_26_a_second_run_at_once_is_refused(lived: tuple[House, str]) -> None:
    built, batch = lived
    with RunLock(built.home / "data", NIGHT_LOCK):
        result = built.run()
        assert not result.success
        assert "Another run holds" in "\n".join(failures(result))
    assert built.shelf.sealed() == [batch]


@contextmanager
def another_model_adopted(data: Path) -> Iterator[None]:
    """As long as the block lasts, the nights link people and read tags by models that trust nothing."""
    folder, shipped = models_folder(data), load_weights()
    distrustful = replace(shipped, version="people-4-rnone", known_bits=-30.0)
    stage_model(folder, Recalibrated(distrustful, {}))
    adopt_model(folder, distrustful.version, "a tester", AT)
    adopt_meanings(data, distrustful_meanings())
    yield
    shutil.rmtree(data / "models")


def distrustful_meanings() -> MeaningModel:
    """A model of what tags mean by which nothing is sure, not even the framework's own words."""
    shipped = shipped_model("skills")
    dictionary = dict.fromkeys(shipped.dictionary, 0.6)
    return replace(shipped, version="skills-own-none", thresholds={0.98: 0.99}, dictionary=dictionary)


def adopt_meanings(data: Path, model: MeaningModel) -> None:
    """Let the nights read tags by `model`."""
    folder = skill_models.models_folder(data, "skills")
    if model.version != shipped_model("skills").version:
        skill_models.stage_model(folder, skill_models.Trained(model, {}))
    skill_models.adopt_model(folder, "skills", model.version, "a tester", AT)


def test_a_replay_needs_no_vendor_and_gives_the_same(lived: tuple[House, str], monkeypatch: pytest.MonkeyPatch) -> None:
    built, batch = lived
    data = built.home / "data"
    with built.ledger() as ledger:
        events = ledger.verify_audit()
    # the vendors are gone, and the settings of today differ
    monkeypatch.setenv("LMS_HRIS_HRIS__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LMS_HRIS_LMS__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LMS_HRIS_MATCHING__LINK_AT", "0.999999")
    with another_model_adopted(data):
        built.night(replay_of=batch)
    copy = data / "replay" / batch
    with (
        built.batch(batch) as sealed,
        Batch.reading(copy / "warehouse.duckdb", batch_id=batch, as_of=sealed.as_of) as again,
    ):
        for name, rows in tables_of(sealed).items():
            assert exported(again, name) == rows, name
    assert reports_of(copy / "reports") == reports_of(data / "reports" / batch)
    assert built.shelf.current() == batch
    with built.ledger() as ledger:
        assert ledger.verify_audit() == events, "a replay writes nothing to the ledger"


@pytest.fixture(scope="module")
def second_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str, dg.ExecuteInProcessResult]]:
    """An installation whose second night remembered the first and read tags by a model that trusts nothing."""
    home = tmp_path_factory.mktemp("second")
    with pytest.MonkeyPatch.context() as patch, house(home, make(home, "company"), patch) as built:
        built.night()
        company.advance(built.company, days=1)
        adopt_meanings(home / "data", distrustful_meanings())
        result = built.run()
        assert result.success, failures(result)
        yield built, str(built.shelf.current()), result


def test_a_night_that_remembered_the_last_is_replayed_without_and_by_its_own_models_even_where_these_are_gone(
    second_night: tuple[House, str, dg.ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    built, batch, _ = second_night
    lead_to(built, monkeypatch)
    data = built.home / "data"
    remembered = json.loads((data / "cache" / "people" / "head.json").read_text(encoding="utf-8"))
    assert len(remembered["parts"]["told"]) == 2, "the second night remembered the first"
    shutil.rmtree(data / "models")
    built.night(replay_of=batch)
    copy = data / "replay" / batch / "warehouse.duckdb"
    with built.batch(batch) as sealed, Batch.reading(copy, batch_id=batch, as_of=sealed.as_of) as again:
        for name, rows in tables_of(sealed).items():
            assert exported(again, name) == rows, name
        read = exported(sealed, "match.skills")
    with built.batch(built.shelf.sealed()[0]) as first:
        assert exported(first, "match.skills") != read, "the model makes a difference"


def test_more_unknown_tags_than_the_night_before_warn_and_stop_nothing(
    second_night: tuple[House, str, dg.ExecuteInProcessResult],
) -> None:
    built, batch, result = second_night
    [check] = [one for one in result.get_asset_check_evaluations() if one.check_name == "share_of_unknown_tags"]
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
    assert "all, review, " in str(check.metadata["figures"].value)
    assert built.shelf.current() == batch, "it was sealed all the same"
    page = (built.home / "data" / "reports" / batch / "index.html").read_text(encoding="utf-8")
    assert " skill tags wait for a person: " in page


def test_killed_in_the_middle_again_and_again_the_next_run_is_right(
    night: tuple[House, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, whole = night
    with house(tmp_path, make(tmp_path, "company"), monkeypatch) as built:
        for after in ("landing/lms", "canonical/enrolments", "reconcile/exceptions"):
            assert _run_and_kill(built, after) == -signal.SIGKILL
            assert built.shelf.current() is None
            assert built.shelf.sealed() == []
        batch = built.night()
        assert built.shelf.current() == batch
        with built.ledger() as ledger:
            assert ledger.verify_audit() > 0
        with built.batch() as found, undisturbed.batch(whole) as wanted:
            for name, rows in tables_of(wanted).items():
                assert exported(found, name) == rows, name


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
