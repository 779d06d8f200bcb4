"""Promise 4: completions before are a subset of completions after, through a hundred merges and the leavers of a year."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import answer_doubts, house

WORKERS = 500
MERGES = 100
Completions = set[tuple[str, str, str]]


def completions(folder: Path, owners: dict[str, str]) -> Completions:
    """(person, course, day) of every completed enrolment, archived ones included; an account nobody owns is its own."""
    with closing(sqlite3.connect(f"file:{folder / 'company.sqlite'}?mode=ro", uri=True)) as found:
        rows = found.execute(
            "select enrolments.user_id, courses.code, enrolments.completion_date from lms_enrolments as enrolments "
            "inner join lms_courses as courses on courses.id = enrolments.course_id "
            "where enrolments.status = 'completed'"
        ).fetchall()
    return {(owners.get(str(user), f"account {user}"), code, str(done)[:10]) for user, code, done in rows}


def persons_of(folder: Path) -> dict[str, str]:
    """The person behind each account."""
    with closing(sqlite3.connect(f"file:{folder / 'truth.sqlite'}?mode=ro", uri=True)) as truth:
        persons = dict(truth.execute("select worker_id_hris, person_id from persons"))
        rows = truth.execute("select learner_id_lms, worker_id_hris from identities where worker_id_hris is not null")
        return {learner: str(persons.get(worker, worker)) for learner, worker in rows}


def test_every_completion_survives_a_hundred_merges_and_deactivations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "company"
    rates = company.FaultRates.only(
        duplicate_plain=0.09,
        duplicate_completions=0.12,
        duplicate_archived=0.05,
        duplicate_certificates=0.05,
        leaver_active=0.03,
        orphan=0.02,
    )
    company.generate(folder, workers=WORKERS, seed=41, faults=rates)
    owners = persons_of(folder)
    before = completions(folder, owners)
    with house(tmp_path, folder, monkeypatch) as built:
        built.automatic()
        built.night()
        answer_doubts(built)
        built.night()
        with built.ledger() as ledger:
            merges = ledger.deltas(operation="merge")
            gone = ledger.deltas(operation="deactivate", states=("verified",))
        with built.batch() as batch:
            refused = batch.execute("select count(distinct learner_id_lms) from reconcile.merge_losses")[0][0]
    assert len(merges) >= MERGES
    assert {delta.state for delta in merges} == {"verified"}
    assert len(gone) >= 20
    assert refused > 0, "some merges would lose something, and are not proposed"
    after = completions(folder, owners)
    assert sorted(before - after) == []
