"""The engine of people matching: from records as they came to decisions with ids, scores and evidence.

One course for the nightly (`people`) and for tables that somebody brings (`people_tables`): compare, weigh, decide,
tell. What each brings, and in which columns it wants the answer, is theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_candidates import (
    Candidates,
    Floats,
    count_strangers,
    less_likely,
    may_be,
    rank_candidates,
    renumbered,
    weigh_pairs,
)
from lms_hris_pipeline.match.people_compare import Pairs, compared_pairs, find_pairs
from lms_hris_pipeline.match.people_decide import Decisions, Elsewhere, decide
from lms_hris_pipeline.match.people_evidence import evidence_of
from lms_hris_pipeline.match.people_facts import DECISIONS, DUPLICATE, LINK, METHODS, NO_MATCH, NOBODY
from lms_hris_pipeline.match.people_firm import Places
from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.match.people_known import Known
from lms_hris_pipeline.match.people_memory import KEY_SIDES, Memory, blank, writer
from lms_hris_pipeline.match.people_shelf import Shelf, taken
from lms_hris_pipeline.match.people_touched import differs, touched
from lms_hris_pipeline.match.people_weights import LEVELS, Weights, waiting_step, weights_text
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
        """Per account: worker_id, decision, method, score, runner_up_worker_id, runner_up_score, evidence."""
        made = self.decisions
        return {
            "worker_id": self._workers_named(),
            "decision": _worded(made.decision, DECISIONS),
            "method": _worded(made.method, METHODS),
            "score": pa.array(made.score, pa.float64(), mask=np.isnan(made.score)),
            "runner_up_worker_id": self._ids("current_worker_id", self._worker_at(made.runner_up)),
            "runner_up_score": pa.array(made.runner_up_score, pa.float64(), mask=np.isnan(made.runner_up_score)),
            "evidence": evidence_of(self.given, self.found, made, self.weights, self.settings, fields),
        }

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


@dataclass(frozen=True, slots=True)
class Told:
    """One row an account, in their order, and figures about them worth showing."""

    rows: pa.Table
    shown: Mapping[str, int | float | str]


def match_given(
    given: Given,
    known: Known,
    weights: Weights,
    settings: MatchSettings,
    tell: Callable[[Matched], pa.Table],
    *,
    keys_are_strict: bool,
    shelf: Shelf | None = None,
) -> Told:
    """One decision for each account given, as `tell` words it; the same whatever the order of the input.

    What lies on the `shelf` spares work and is replaced; the rows are the same without. Each night decides about those
    whom a change since the last one reaches: without a memory, about everybody.
    """
    people = given.person_count
    frame = _frame(weights, settings, weights.population(people), tell, keys_are_strict=keys_are_strict)
    memory = (shelf.read(frame) if shelf else None) or blank(frame)
    pairs = find_pairs(given, known.pairs, memory, known.marks if shelf else None)
    bits, is_strong, is_other = _weighed(pairs, weights, people)
    accounts, persons = touched(given, pairs, is_strong, is_other)
    strangers = count_strangers(pairs.account_no, bits, given.account_count)
    fewer = weights.stranger_bits(strangers, given.account_count)
    if fewer != memory.fewer:
        accounts[:], persons[:] = True, True
    decide_on = partial(
        _decided, given, known, pairs, bits, fewer, is_strong, weights, settings, keys_are_strict=keys_are_strict
    )
    claimed = _claimed(given, pairs, persons)
    matched, claimed = decide_on(accounts, persons, claimed)
    # how many wait for an account is a number of the whole firm: where it meets a line, all are decided anew
    if waiting_step(memory.waiting) != waiting_step(int((~claimed).sum())) and not accounts.all():
        accounts[:], persons[:] = True, True
        matched, claimed = decide_on(accounts, persons, claimed)
    new = tell(matched)
    told = pairs.recalled.values("account", "told")
    first = sum(part.num_rows for part in memory.told)
    told[accounts] = np.arange(first, first + new.num_rows)
    parts = (*memory.told, new)
    if shelf:
        shelf.write(_remembered(memory, pairs, bits, fewer, is_strong, claimed, told, parts))
    rows = taken(parts, told)
    return Told(
        rows.add_column(0, "learner_id", given.accounts["learner_id"]), _shown(rows, len(pairs.account_no), weights)
    )


def _weighed(pairs: Pairs, weights: Weights, people: int) -> tuple[Floats, Bools, Bools]:
    """The log2 odds of each pair, which make a candidate, and which are new or weigh otherwise."""
    before, fresh = pairs.recalled.memory.pair, np.flatnonzero(pairs.is_fresh)
    bits, is_strong = np.zeros(len(pairs.source)), np.zeros(len(pairs.source), dtype=bool)
    is_other = pairs.is_fresh.copy()
    if len(before["bits"]):
        bits, is_strong = before["bits"][pairs.source], before["strong"][pairs.source]
        is_other[fresh] = differs(pairs, fresh, weights, weights.population(people))
        fresh = np.flatnonzero(is_other)
    compared = compared_pairs(pairs, fresh, weights.population(people))
    bits[fresh] = weigh_pairs(compared, weights, weights.prior(people))
    is_strong[fresh] = may_be(compared, bits[fresh])
    return bits, is_strong | pairs.is_known, is_other


def _claimed(given: Given, pairs: Pairs, persons: Bools) -> Bools:
    """Who had an account of their own after the night before, of the people who are not decided about now."""
    claimed = np.zeros(given.person_count, dtype=bool)
    claimed[given.person_of[pairs.recalled.values("worker", "claimed") & ~pairs.is_new_worker]] = True
    return claimed & ~persons


def _decided(
    given: Given,
    known: Known,
    pairs: Pairs,
    bits: Floats,
    fewer: float,
    is_strong: Bools,
    weights: Weights,
    settings: MatchSettings,
    accounts: Bools,
    persons: Bools,
    claimed: Bools,
    *,
    keys_are_strict: bool,
) -> tuple[Matched, Bools]:
    """The decisions about some accounts, and of all people whether they are `claimed` then."""
    workers = persons[given.person_of]
    rows = np.flatnonzero(is_strong & accounts[pairs.account_no])
    some, some_known = given.only(accounts, workers), known.only(given, accounts, workers)
    people = given.person_count
    compared = renumbered(compared_pairs(pairs, rows, weights.population(people)), accounts, workers)
    found = rank_candidates(some, compared, bits[rows], weights.prior(people), some_known.forbidden)
    elsewhere = Elsewhere(people, int((~claimed & ~persons).sum()), fewer)
    found = less_likely(found, fewer)
    decisions = decide(some, found, some_known, settings, weights, elsewhere, keys_are_strict=keys_are_strict)
    claimed = claimed.copy()
    claimed[persons] = decisions.claimed
    return Matched(some, some_known, found, decisions, weights, settings), claimed


def _remembered(
    memory: Memory,
    pairs: Pairs,
    bits: Floats,
    fewer: float,
    is_strong: Bools,
    claimed: Bools,
    told: Places,
    parts: Sequence[pa.Table],
) -> Memory:
    return replace(
        memory,
        account={**pairs.account, "told": told},
        worker={**pairs.worker, "claimed": claimed[pairs.worker["person"]]},
        way=pairs.way,
        pair={
            "account": pairs.account_no.astype(np.int32),
            "way": pairs.way_no.astype(np.int32),
            "levels": pairs.levels,
            "bits": bits,
            "strong": is_strong,
        },
        code={kind: codes.hashes for kind, codes in pairs.codes.items()},
        sorted={kind: codes.order for kind, codes in pairs.codes.items()},
        slots={
            kind: memory.slots[kind] + int(anew.sum())
            for kind, anew in (("account", pairs.is_anew), ("way", pairs.is_new_worker[pairs.way["worker"]]))
        },
        waiting=int((~claimed).sum()),
        fewer=fewer,
        keys={side: (*memory.keys[side], pairs.keys[side]) for side in KEY_SIDES},
        told=tuple(parts),
    )


def _frame(
    weights: Weights,
    settings: MatchSettings,
    population: int,
    tell: Callable[[Matched], pa.Table],
    *,
    keys_are_strict: bool,
) -> str:
    """Under what a memory holds: the code, the model, the settings, the size of the firm in its coarse step."""
    told = (writer(), weights_text(weights), settings.model_dump_json(), population, tell.__qualname__, keys_are_strict)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _shown(rows: pa.Table, pairs: int, weights: Weights) -> dict[str, int | float | str]:
    """Figures worth showing."""
    counts = {
        name: {one["values"]: one["counts"] for one in rows[name].value_counts().to_pylist()}
        for name in ("decision", "method")
    }
    figures: dict[str, int | float | str] = {"accounts": rows.num_rows, "candidates": pairs, "model": weights.version}
    figures |= {name: counts["decision"].get(name, 0) for name in ("link", "review", "duplicate", "no_match")}
    figures |= {
        f"by_{name}": counts["method"].get(name, 0) for name in ("recorded", "decision", "key", "score", "none")
    }
    reviews = counts["decision"].get("review", 0)
    figures["review_share_pct"] = round(100 * reviews / rows.num_rows, 2) if rows.num_rows else 0.0
    return figures


def _worded(numbers: Ints, words: Sequence[str]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(numbers))
