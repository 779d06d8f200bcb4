"""The reconciliation of a made-up company against its truth: the same deltas and the same exceptions, both ways.

The matchers' words are the truth's own, so that what differs is the rules' doing alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company, store
from lms_hris_pipeline.tables import canonical, reconcile
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.company import (
    expected_deltas,
    expected_exceptions,
    staged_company,
    true_meanings,
    true_people,
)
from lms_hris_pipeline_tests.support.reconcile import findings_of, match_and_reconcile
from lms_hris_pipeline_tests.support.stage import rows_of

SHOWN = 10
SIZES = {0.5: 160, 1.0: 120, 2.0: 100}
"""Workers by how often things go wrong, as a multiple of the default."""

CASES = [(seed, factor, 0) for seed in range(1, 6) for factor in SIZES] + [(6, 1.0, 3), (7, 1.0, 12)]
"""(seed, multiple of the fault rates, business days played)."""


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"seed {case[0]}, faults x{case[1]}, day {case[2]}")
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Batch]]:
    """A company with faults of every kind, perhaps some days on, and its batch reconciled with true matches."""
    seed, factor, days = request.param
    folder = tmp_path_factory.mktemp("company")
    rates = company.FaultRates.default().scaled(factor)
    company.generate(folder, workers=SIZES[factor], seed=seed, faults=rates, with_truth=not days)
    if days:
        company.advance(folder, days=days)
    connection = store.open_company(folder)
    as_of = store.instant(connection)
    connection.close()
    batch = staged_company(folder, as_of)
    match_and_reconcile(batch, people=true_people(folder, batch), skills=true_meanings(folder, batch))
    yield folder, batch
    batch.close()


def test_deltas_are_the_truths(night: tuple[Path, Batch]) -> None:
    folder, batch = night
    proposed = {
        (
            *(row[name] for name in ("family", "entity", "operation", "target_key")),
            json.dumps(json.loads(row["desired"]), sort_keys=True),
        )
        for row in rows_of(batch, reconcile.PROPOSED_DELTAS)
    }
    expected = expected_deltas(folder)
    assert expected
    assert sorted(expected - proposed)[:SHOWN] == [], "expected and not proposed"
    assert sorted(proposed - expected)[:SHOWN] == [], "proposed and not expected"


def test_exceptions_are_the_truths(night: tuple[Path, Batch]) -> None:
    folder, batch = night
    raised, expected = findings_of(batch), expected_exceptions(folder)
    assert expected
    assert sorted(expected - raised, key=str)[:SHOWN] == [], "expected and not raised"
    assert sorted(raised - expected, key=str)[:SHOWN] == [], "raised and not expected"


def test_every_record_of_a_company_is_in_one_situation(night: tuple[Path, Batch]) -> None:
    _, batch = night
    assert batch.count(reconcile.SITUATIONS) == batch.count(canonical.WORKERS) + batch.count(canonical.LEARNERS)
