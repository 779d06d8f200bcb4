"""The reconciliation of a made-up company against its truth: the same deltas and the same exceptions, both ways.

The matchers' words are the truth's own, so that what differs is the rules' doing alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company, store
from lms_hris_pipeline.sandbox.truth import Rules, refresh
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import canonical, reconcile, report
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.company import (
    expected_deltas,
    expected_exceptions,
    staged_company,
    true_meanings,
    true_people,
)
from lms_hris_pipeline_tests.support.reconcile import findings_of, match_and_reconcile
from lms_hris_pipeline_tests.support.stage import build_all, rows_of, sandbox_settings

SHOWN = 10
SIZES = {0.5: 160, 1.0: 120, 2.0: 100}
"""Workers by how often things go wrong, as a multiple of the default."""

CASES = [(seed, factor, 0) for seed in range(1, 6) for factor in SIZES] + [(6, 1.0, 3), (7, 1.0, 12)]
"""(seed, multiple of the fault rates, business days played)."""


@contextmanager
def reconciled_company(folder: Path, settings: Settings | None = None) -> Iterator[Batch]:
    """The batch of the company in `folder`, reconciled with true matches."""
    connection = store.open_company(folder)
    as_of = store.instant(connection)
    connection.close()
    batch = staged_company(folder, as_of, settings)
    match_and_reconcile(batch, people=true_people(folder, batch), skills=true_meanings(folder, batch))
    yield batch
    batch.close()


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"seed {case[0]}, faults x{case[1]}, day {case[2]}")
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Batch]]:
    """A company with faults of every kind, perhaps some days on, and its batch reconciled with true matches."""
    seed, factor, days = request.param
    folder = tmp_path_factory.mktemp("company")
    rates = company.FaultRates.default().scaled(factor)
    company.generate(folder, workers=SIZES[factor], seed=seed, faults=rates, with_truth=not days)
    if days:
        company.advance(folder, days=days)
    with reconciled_company(folder) as batch:
        yield folder, batch


def test_deltas_are_the_truths(night: tuple[Path, Batch]) -> None:
    hold_deltas(*night)


def hold_deltas(folder: Path, batch: Batch) -> None:
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
    hold_exceptions(*night)


def hold_exceptions(folder: Path, batch: Batch) -> None:
    raised, expected = findings_of(batch), expected_exceptions(folder)
    assert expected
    assert sorted(expected - raised, key=str)[:SHOWN] == [], "expected and not raised"
    assert sorted(raised - expected, key=str)[:SHOWN] == [], "raised and not expected"


def test_every_record_of_a_company_is_in_one_situation(night: tuple[Path, Batch]) -> None:
    _, batch = night
    assert batch.count(reconcile.SITUATIONS) == batch.count(canonical.WORKERS) + batch.count(canonical.LEARNERS)


def test_scenario_08_law_and_money_follow_the_side_that_the_settings_name(tmp_path: Path) -> None:
    """Who was sent abroad has the host's place and cost centre where the settings say so; nobody else differs."""
    company.generate(tmp_path, workers=300, seed=8, faults=company.FaultRates.none())
    with reconciled_company(tmp_path) as batch:
        assert findings_of(batch) == set()
        sent = {row["worker_id_hris"] for row in rows_of(batch, canonical.ASSIGNMENTS) if row["is_host"]}
        at_home = shares_of(batch)
    refresh(tmp_path, Rules(counts_host=True))
    with reconciled_company(tmp_path, sandbox_settings(scope={"assignment_side": "host"})) as batch:
        hold_deltas(tmp_path, batch)
        hold_exceptions(tmp_path, batch)
        assert {(finding[1], finding[3]) for finding in findings_of(batch)} >= {(one, "location") for one in sent}
        assert {finding[1] for finding in findings_of(batch)} == sent
        at_host = shares_of(batch)
    assert sum(at_home.values()) == sum(at_host.values())
    assert at_home != at_host


def shares_of(batch: Batch) -> Counter[str]:
    """What each cost centre bears; all currencies in one sum, which only compares."""
    build_all(batch, report.TABLES)
    found: Counter[str] = Counter()
    for row in rows_of(batch, report.CHARGEBACK):
        found[row["cost_center_id"]] += row["net_amount"]
    return found
