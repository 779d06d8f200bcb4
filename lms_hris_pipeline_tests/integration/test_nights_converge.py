"""Whole nights against the made-up company's truth: what is proposed, what stands there afterwards, what remains."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.sandbox import company, truth
from lms_hris_pipeline_tests.support.company import expected_deltas, expected_exceptions
from lms_hris_pipeline_tests.support.nights import FAMILIES, House, answer_doubts, house, play_days, proposed
from lms_hris_pipeline_tests.support.reconcile import findings_of

WORKERS = 150
SHOWN = 5


def assert_same(found: set[tuple[object, ...]], wanted: set[tuple[object, ...]], what: str) -> None:
    """Equal as sets, both ways."""
    assert sorted(wanted - found, key=str)[:SHOWN] == [], f"{what}: expected and not there"
    assert sorted(found - wanted, key=str)[:SHOWN] == [], f"{what}: there and not expected"


def assert_night_is_true(built: House) -> None:
    """The night's deltas and exceptions are the truth's."""
    truth.refresh(built.company)
    built.night()
    with built.batch() as batch:
        assert_same(proposed(batch), expected_deltas(built.company), "deltas")
        assert_same(findings_of(batch), expected_exceptions(built.company), "exceptions")


RATES = (0.5, 1.0, 2.0)
SEEDS = (1, 2, 3, 4, 5)
PAIRS = [
    pytest.param(seed, rate, marks=() if RATES[seed % 3] == rate else pytest.mark.soak)
    for seed in SEEDS
    for rate in RATES
]
"""All in `make soak`; each seed once in `make test`."""


@pytest.mark.parametrize(("seed", "rate"), PAIRS)
def test_what_is_published_is_there_and_the_next_night_wants_nothing(
    seed: int, rate: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=WORKERS, seed=seed, faults=company.FaultRates.default().scaled(rate))
    with house(tmp_path, folder, monkeypatch) as built:
        built.configure(policy=dict.fromkeys(FAMILIES, "shadow"))
        built.night()
        answer_doubts(built)
        built.automatic()
        truth.refresh(folder)
        wanted = truth.expected_state(folder)
        assert_night_is_true(built)
        with built.ledger() as ledger:
            states = {state for _, state in ledger.count_deltas()}
        assert states == {DeltaState.VERIFIED}
        assert truth.differences(wanted, truth.read_state(folder)) == []
        built.night()
        with built.batch() as batch:
            assert proposed(batch) == set()
        truth.refresh(folder)
        with built.batch() as batch:
            assert_same(findings_of(batch), expected_exceptions(folder), "exceptions that remain")


@pytest.mark.timeout(900)
def test_ten_days_converge_each_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=WORKERS, seed=7, faults=company.FaultRates.default())
    with house(tmp_path, folder, monkeypatch) as built:
        built.automatic()
        play_days(built, 10)


def test_a_clean_company_raises_nothing_and_wants_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=WORKERS, seed=3, faults=company.FaultRates.none())
    with house(tmp_path, folder, monkeypatch) as built:
        built.night()
        with built.batch() as batch:
            assert proposed(batch) == set()
            assert findings_of(batch) == set()
