"""The generator and the oracle check each other: every injected fault is expected, nothing else is, and all of it mends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company, truth
from lms_hris_pipeline_tests.support.company import expected_deltas, expected_exceptions, is_noted_as

WORKERS = 1000


@pytest.fixture(scope="module")
def muddle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with several faults of every kind."""
    folder = tmp_path_factory.mktemp("muddle")
    company.generate(folder, workers=WORKERS, seed=1, faults=company.FaultRates.default().scaled(2))
    return folder


def rows(folder: Path, query: str) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(folder / "truth.sqlite")) as database:
        return database.execute(query).fetchall()


def test_every_injected_fault_is_expected_as_it_was_injected(muddle: Path) -> None:
    injected = rows(
        muddle,
        "select exception_type, worker_id_hris, learner_id_lms, field, hris_value, lms_value, kind from faults"
        " where exception_type is not null",
    )
    expected = expected_exceptions(muddle)
    assert len(injected) > 200
    unmet = [fault for fault in injected if not any(is_noted_as(fault, found) for found in expected)]
    assert unmet == []


def test_a_company_without_faults_has_nothing_to_mend(tmp_path: Path) -> None:
    company.generate(tmp_path, workers=200, seed=3, faults=company.FaultRates.none())
    assert expected_deltas(tmp_path) == set()
    assert expected_exceptions(tmp_path) == set()


def test_what_is_published_is_not_expected_again(muddle: Path, tmp_path: Path) -> None:
    copy = copied(muddle, tmp_path)
    expected = truth.expected_state(copy)
    assert truth.differences(expected, truth.read_state(copy)) != []
    truth.publish_expected(copy)
    assert truth.differences(expected, truth.read_state(copy)) == []
    truth.refresh(copy)
    assert expected_deltas(copy) == set()


def test_no_completion_is_lost_by_publishing_everything(muddle: Path, tmp_path: Path) -> None:
    copy = copied(muddle, tmp_path)
    before = completions(copy)
    merges = [delta for delta in expected_deltas(copy) if delta[2] == "merge"]
    assert len(merges) >= 20
    truth.publish_expected(copy)
    truth.refresh(copy)
    assert before - completions(copy) == set()


def copied(folder: Path, target: Path) -> Path:
    """The company in another folder."""
    for name in ("company.sqlite", "truth.sqlite"):
        with closing(sqlite3.connect(folder / name)) as source, closing(sqlite3.connect(target / name)) as copy:
            source.backup(copy)
    return target


def completions(folder: Path) -> set[tuple[str, int, str]]:
    """(person, course, day) of every completion in the learning system whose account has a known owner."""
    with closing(sqlite3.connect(folder / "company.sqlite")) as database:
        database.execute("attach ? as truth", (str(folder / "truth.sqlite"),))
        return set(
            database.execute(
                "select p.person_id, e.course_id, substr(e.completion_date, 1, 10) from lms_enrolments e"
                " join truth.identities i on i.learner_id_lms = cast(e.user_id as text)"
                " join truth.persons p on p.worker_id_hris = i.worker_id_hris"
                " where e.status = 'completed' and e.completion_date >= '1900'"
            )
        )
