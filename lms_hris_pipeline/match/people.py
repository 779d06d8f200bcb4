"""Who is who: each employee account's worker, with a decision, its evidence and its reason.

The order: normalise, take what is known, find and score candidates, decide, explain. How names are compared is in
`names`, how candidates are found and weighed in `people_candidates`, what follows in `people_decide`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from lms_hris_pipeline.match.people_candidates import find_candidates, read_records
from lms_hris_pipeline.match.people_decide import Decision, decide
from lms_hris_pipeline.match.people_explain import Explainer
from lms_hris_pipeline.match.people_known import read_known
from lms_hris_pipeline.match.people_weights import load_weights
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.warehouse import Batch

_PROBABILITY = pa.decimal128(7, 6)


@dataclass(frozen=True, slots=True)
class PeopleMatched:
    """The rows of match.people, and figures about them worth showing."""

    rows: pa.Table
    shown: Mapping[str, int | float | str]


def match_people(batch: Batch, settings: MatchSettings) -> PeopleMatched:
    """One row for each account of kind employee, by learner id; the same whatever the order of the input.

    Reads canonical.workers, employments, learners and supervisory_organizations, and the ledger's snapshot in
    match.recorded_links and match.pair_decisions.
    """
    weights = load_weights()
    records = read_records(batch)
    known = read_known(batch, records)
    found = find_candidates(batch, records, weights, known.forbidden)
    decisions = decide(records, found, known, settings)
    explainer = Explainer(records, found, known, weights, settings)
    accounts: list[str] = records.accounts["learner_id_lms"].to_pylist()
    return PeopleMatched(_rows(decisions, accounts, explainer), _shown(decisions, weights.version, len(found.account)))


def _rows(decisions: Sequence[Decision], accounts: Sequence[str], explainer: Explainer) -> pa.Table:
    chosen_scores = [explainer.score_of(decision.chosen) for decision in decisions]
    primaries = [decision.primary_account for decision in decisions]
    return pa.table(
        {
            "learner_id_lms": pa.array([accounts[decision.account] for decision in decisions], pa.string()),
            "worker_id_hris": pa.array([explainer.worker_of(decision) for decision in decisions], pa.string()),
            "decision": pa.array([decision.decision for decision in decisions], pa.string()),
            "method": pa.array([decision.method for decision in decisions], pa.string()),
            "score": _decimals(chosen_scores),
            "reason": pa.array([explainer.reason(decision) for decision in decisions], pa.string()),
            "primary_learner_id_lms": pa.array(
                [None if primary is None else accounts[primary] for primary in primaries], pa.string()
            ),
            "runner_up_worker_id_hris": pa.array(
                [explainer.current_record(decision.runner_up) for decision in decisions], pa.string()
            ),
            "runner_up_score": _decimals([explainer.score_of(decision.runner_up) for decision in decisions]),
            "evidence": pa.array([explainer.evidence(decision) for decision in decisions], pa.string()),
        }
    )


def _decimals(values: Sequence[float | None]) -> pa.Array:
    return pa.array([None if value is None else Decimal(f"{value:.6f}") for value in values], _PROBABILITY)


def _shown(decisions: Sequence[Decision], version: str, candidates: int) -> dict[str, int | float | str]:
    by_decision = Counter(decision.decision for decision in decisions)
    by_method = Counter(decision.method for decision in decisions)
    total = len(decisions)
    figures: dict[str, int | float | str] = {"accounts": total, "candidates": candidates, "model": version}
    for name in ("link", "review", "duplicate", "no_match"):
        figures[name] = by_decision[name]
    for name in ("recorded", "decision", "key", "score", "none"):
        figures[f"by_{name}"] = by_method[name]
    figures["review_share_pct"] = round(100 * by_decision["review"] / total, 2) if total else 0.0
    return figures
