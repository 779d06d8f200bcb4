"""Estimates weights from records alone, without anybody's decisions: expectation and maximisation by turns.

How often each level is seen among true pairs is estimated by the model's own probabilities; how often by chance, from
pairs of accounts and workers drawn by a fixed rule. Levels that are hardly seen keep the weight they start from, and
none moves further than FURTHEST_BITS: small or odd data stay safe. The same input gives the same weights.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lms_hris_pipeline.match.people_candidates import Compared, Floats, find_candidates
from lms_hris_pipeline.match.people_compare import compare_people
from lms_hris_pipeline.match.people_given import Given, Ints
from lms_hris_pipeline.match.people_weights import LEVELS, Weights

FURTHEST_BITS = 3.0
ROUNDS = 5
_STEADY = 50.0
"""So many sightings of a level draw its weight half the way to what is seen."""
_CHANCE_PAIRS = 200_000
_STRIDE = 7_919
# what both names say together, and what a stale record forgives, are no levels of one field
_KEPT = ("both_names", "stale_record")


def estimate_weights(given: Given, compared: Compared, start: Weights, version: str) -> Weights:
    """Weights for these records, drawn back to `start`; `compared` are the pairs that the matcher compares.

    Levels whose weight follows a value's rarity stay: rarity is counted from the records anyway.
    """
    if not given.account_count or not given.person_count:
        return replace(start, version=version)
    chance = compare_people(given, start, _chance_pairs(given), only_known=True)
    by_chance = {field: _shares(chance, field, np.ones(len(chance.account))) for field in LEVELS}
    nobody = (np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    weights = start
    for _ in range(ROUNDS):
        found = find_candidates(given, compared, weights, nobody)
        moved = {
            field: weights.fields[field]
            if field in _KEPT
            else _moved(field, start, _shares(found.compared, field, found.score), by_chance[field])
            for field in LEVELS
        }
        steady = max(
            abs(moved[field][level] - weights.fields[field][level]) for field in LEVELS for level in moved[field]
        )
        weights = replace(weights, fields=moved)
        if steady < 0.01:
            break
    return replace(weights, version=version)


def _chance_pairs(given: Given) -> tuple[Ints, Ints]:
    """Accounts beside workers that stand a fixed stride apart: hardly any of them belong together."""
    count = min(_CHANCE_PAIRS, given.account_count * given.workers.num_rows)
    number = np.arange(count, dtype=np.int64)
    return number % given.account_count, (number * _STRIDE + number // given.account_count) % given.workers.num_rows


def _shares(compared: Compared, field: str, weight: Floats) -> Floats:
    """How often each level of a field is seen, counted by weight."""
    shares: Floats = np.bincount(compared.levels[field], weights=weight, minlength=len(LEVELS[field])).astype(
        np.float64
    )
    return shares


def _moved(field: str, start: Weights, true: Floats, chance: Floats) -> dict[str, float]:
    levels = LEVELS[field]
    by_rarity = start.rarities[field].levels if field in start.rarities else ()
    told = np.array([level != "missing" for level in levels])
    sure, by_chance = float(true[told].sum()), float(chance[told].sum())
    found = {}
    for place, level in enumerate(levels):
        before = start.fields[field][level]
        if level == "missing" or level in by_rarity or sure == 0 or by_chance == 0:
            found[level] = before
            continue
        # half a sighting more on either side: what was never seen is rare, not impossible
        seen = np.log2((true[place] + 0.5) / (sure + 1.0)) - np.log2((chance[place] + 0.5) / (by_chance + 1.0))
        trust = true[place] / (true[place] + _STEADY)
        move = float(np.clip(trust * (seen - before), -FURTHEST_BITS, FURTHEST_BITS))
        found[level] = round(before + move, 2)
    return found
