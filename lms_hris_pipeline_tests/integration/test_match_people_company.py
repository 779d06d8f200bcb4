"""People matching at work: noisy firms of our own, and the made-up company with its truth, up to what is proposed.

The weights and thresholds were fixed on other seeds than those tested here.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.sandbox import company, store
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables import match, reconcile
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.company import (
    expected_deltas,
    expected_exceptions,
    staged_company,
    true_meanings,
    true_people,
)
from lms_hris_pipeline_tests.support.people import (
    FirmMaker,
    Record,
    people_batch,
    recorded,
    write_known,
)
from lms_hris_pipeline_tests.support.reconcile import findings_of, match_and_reconcile
from lms_hris_pipeline_tests.support.stage import rows_of

WORKERS = 400
PRECISION, RECALL, RECALL_WITH_REVIEW, REVIEW_SHARE = 0.999, 0.95, 0.97, 0.05


@contextlib.contextmanager
def _company(folder: Path, seed: int, faults: company.FaultRates, *, with_truth: bool) -> Iterator[Batch]:
    company.generate(folder, workers=WORKERS, seed=seed, faults=faults, with_truth=with_truth)
    with contextlib.closing(store.open_company(folder)) as connection:
        as_of = store.instant(connection)
    batch = staged_company(folder, as_of)
    write_known(batch, (), ())
    try:
        yield batch
    finally:
        batch.close()


def _match(batch: Batch) -> list[Record]:
    rows: list[Record] = match_people(batch, MatchSettings()).rows.to_pylist()
    return rows


@pytest.mark.parametrize("seed", [101, 102])
def test_a_noisy_firm_is_matched_within_the_floors(seed: int) -> None:
    firm = FirmMaker(1500, seed).make()
    batch = people_batch(firm.workers, firm.accounts)
    scores = firm.scores({row["learner_id_lms"]: row for row in _match(batch)})
    batch.close()
    assert scores["precision"] >= PRECISION, scores
    assert scores["recall"] >= 0.99, scores
    assert scores["recall_with_review"] >= 0.995, scores
    assert scores["review_share"] <= 0.02, scores


def test_a_very_noisy_firm_links_nobody_wrongly() -> None:
    firm = FirmMaker(1500, 103, noise=3).make()
    batch = people_batch(firm.workers, firm.accounts)
    rows = {row["learner_id_lms"]: row for row in _match(batch)}
    batch.close()
    scores = firm.scores(rows)
    assert scores["precision"] >= PRECISION, scores
    assert scores["recall"] >= RECALL, scores
    assert scores["recall_with_review"] >= RECALL_WITH_REVIEW, scores
    assert scores["review_share"] <= REVIEW_SHARE, scores


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_company_is_matched_within_the_floors(seed: int, tmp_path: Path) -> None:
    rates = company.FaultRates.default().scaled(3)
    with _company(tmp_path, seed, rates, with_truth=False) as batch:
        rows = {row["learner_id_lms"]: row for row in _match(batch)}
        truth = true_people(tmp_path, batch)
        person_of = dict(batch.execute("select worker_id_hris, person_key from canonical.employments"))
    linked = right = primaries = found = seen = 0
    decisions: dict[str, Counter[str]] = {}
    for told in truth:
        row = rows[told["learner_id_lms"]]
        is_right = row["worker_id_hris"] is not None and person_of[row["worker_id_hris"]] == person_of.get(
            told["worker_id_hris"]
        )
        decisions.setdefault(told["decision"], Counter())[row["decision"]] += 1
        linked += row["decision"] == "link"
        right += row["decision"] == "link" and is_right
        if told["decision"] == "link":
            primaries += 1
            found += row["decision"] == "link" and is_right
            seen += row["decision"] != "no_match"
    assert right / linked >= PRECISION
    assert found / primaries >= RECALL
    assert seen / primaries >= RECALL_WITH_REVIEW
    assert sum(counts["review"] for counts in decisions.values()) / len(rows) <= REVIEW_SHARE
    assert set(decisions["review"]) == {"review"}, "what the records cannot tell is left to people"
    assert set(decisions["duplicate"]) == {"duplicate"}
    assert set(decisions["no_match"]) == {"no_match"}


def test_a_clean_company_is_linked_whole_and_again_from_the_ledger(tmp_path: Path) -> None:
    with _company(tmp_path, 14, company.FaultRates.none(), with_truth=False) as batch:
        first = _match(batch)
        assert Counter(row["decision"] for row in first) == {"link": len(first)}
        truth = {told["learner_id_lms"]: told["worker_id_hris"] for told in true_people(tmp_path, batch)}
        assert {row["learner_id_lms"]: row["worker_id_hris"] for row in first} == truth
        write_known(batch, [recorded(row["learner_id_lms"], row["worker_id_hris"]) for row in first], ())
        second = _match(batch)
        assert {row["method"] for row in second} == {"recorded"}
        assert {row["learner_id_lms"]: row["worker_id_hris"] for row in second} == truth


@pytest.mark.parametrize("seed", [15, 16])
def test_what_follows_from_the_matches_is_what_the_truth_expects(seed: int, tmp_path: Path) -> None:
    rates = company.FaultRates.default().scaled(2)
    with _company(tmp_path, seed, rates, with_truth=True) as batch:
        match_and_reconcile(batch, people=_match(batch), skills=true_meanings(tmp_path, batch))
        proposed = {
            (
                *(row[name] for name in ("family", "entity", "operation", "target_key")),
                json.dumps(json.loads(row["desired"]), sort_keys=True),
            )
            for row in rows_of(batch, reconcile.PROPOSED_DELTAS)
        }
        assert batch.count(match.PEOPLE)
        assert proposed ^ expected_deltas(tmp_path) == set()
        assert findings_of(batch) ^ expected_exceptions(tmp_path) == set()
