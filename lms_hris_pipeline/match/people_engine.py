"""The engine of people matching: from records as they came to decisions with ids, scores and evidence.

One course for the nightly (`people`) and for tables that somebody brings (`people_tables`): compare, weigh, decide,
tell. What each brings, and in which columns it wants the answer, is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_candidates import Candidates, find_candidates
from lms_hris_pipeline.match.people_compare import compare_people
from lms_hris_pipeline.match.people_decide import Decisions, decide
from lms_hris_pipeline.match.people_evidence import evidence_of
from lms_hris_pipeline.match.people_facts import DECISIONS, DUPLICATE, LINK, METHODS, NO_MATCH, NOBODY, REVIEW
from lms_hris_pipeline.match.people_given import Given, Ints
from lms_hris_pipeline.match.people_known import Known
from lms_hris_pipeline.match.people_weights import LEVELS, Weights
from lms_hris_pipeline.settings import MatchSettings


@dataclass(frozen=True, slots=True)
class Matched:
    """Decisions of one run, and the candidates that they are about."""

    given: Given
    known: Known
    found: Candidates
    decisions: Decisions
    weights: Weights
    settings: MatchSettings

    def columns(self, fields: Sequence[str] = tuple(LEVELS)) -> dict[str, pa.Array]:
        """Per account: learner_id, worker_id, decision, method, score, runner_up_worker_id, runner_up_score, evidence."""
        made = self.decisions
        return {
            "learner_id": self.given.accounts["learner_id"].combine_chunks(),
            "worker_id": self._workers_named(),
            "decision": _worded(made.decision, DECISIONS),
            "method": _worded(made.method, METHODS),
            "score": pa.array(made.score, pa.float64(), mask=np.isnan(made.score)),
            "runner_up_worker_id": self._ids("current_worker_id", self._worker_at(made.runner_up)),
            "runner_up_score": pa.array(made.runner_up_score, pa.float64(), mask=np.isnan(made.runner_up_score)),
            "evidence": evidence_of(self.given, self.found, made, self.weights, self.settings, fields),
        }

    def shown(self) -> dict[str, int | float | str]:
        """Figures worth showing."""
        by_decision = np.bincount(self.decisions.decision, minlength=len(DECISIONS)).tolist()
        by_method = np.bincount(self.decisions.method, minlength=len(METHODS)).tolist()
        total = self.given.account_count
        figures: dict[str, int | float | str] = {
            "accounts": total, "candidates": len(self.found.account), "model": self.weights.version,
        }  # fmt: skip
        for name in ("link", "review", "duplicate", "no_match"):
            figures[name] = by_decision[DECISIONS.index(name)]
        for name in ("recorded", "decision", "key", "score", "none"):
            figures[f"by_{name}"] = by_method[METHODS.index(name)]
        figures["review_share_pct"] = round(100 * by_decision[REVIEW] / total, 2) if total else 0.0
        return figures

    def _worker_at(self, places: Ints) -> Ints:
        worker: Ints = np.r_[self.found.worker, NOBODY][places]
        return worker

    def _ids(self, column: str, rows: Ints) -> pa.Array:
        return self.given.workers[column].combine_chunks().take(pa.array(rows, mask=rows == NOBODY))

    def _workers_named(self) -> pa.Array:
        """The record that a decision names: the ledger's or a person's own, else the one that stands for the person."""
        made = self.decisions
        named = self._ids(
            "current_worker_id", np.where(made.decision == NO_MATCH, NOBODY, self._worker_at(made.chosen))
        )
        stands = np.isin(made.decision[self.known.accounts], (LINK, DUPLICATE))
        place = np.full(len(made.decision), NOBODY)
        place[self.known.accounts[stands]] = np.flatnonzero(stands)
        return pc.coalesce(self.known.worker_id.take(pa.array(place, mask=place == NOBODY)), named)


def match_given(
    given: Given,
    known: Known,
    weights: Weights,
    settings: MatchSettings,
    *,
    keys_are_strict: bool,
    memory_file: Path | None = None,
) -> Matched:
    """One decision for each account given; the same whatever the order of the input, and with or without a memory."""
    compared = compare_people(given, weights, known.pairs, memory_file=memory_file)
    found = find_candidates(given, compared, weights, known.forbidden)
    decisions = decide(given, found, known, settings, weights, keys_are_strict=keys_are_strict)
    return Matched(given, known, found, decisions, weights, settings)


def _worded(numbers: Ints, words: Sequence[str]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(numbers))
