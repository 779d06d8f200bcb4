"""Whom an account may belong to: its candidate people, each with levels of agreement, weights and a probability.

Pairs are found and compared in `people_compare`; here they are weighed. What follows is decided in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.match.people_weights import LEVELS, STALE_FIELDS, Weights

MAX_BITS = 40.0
LEAST_BITS = -10.0
"""Who is less likely than one to a thousand is no candidate: with what a second look adds (`waiting_bits`) it would
still be far from a review. So that an account's decision hangs together with few others'."""
FIRST_AGREES = ("exact", "variant", "nickname", "shortened", "part", "initial", "close", "swapped", "swapped_close")
LAST_AGREES = ("exact", "variant", "former", "part", "close", "swapped", "swapped_close")
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of accounts and ways to be named, by account: the level of each field and how rare what agrees is."""

    account: Ints
    worker: Ints
    levels: Mapping[str, Codes]
    rarities: Mapping[str, npt.NDArray[np.float32]]

    def has_level(self, field: str, names: Iterable[str]) -> Bools:
        """Where `field` stands at one of the levels `names`."""
        found: Bools = np.isin(np.arange(len(LEVELS[field])), [LEVELS[field].index(name) for name in names])[
            self.levels[field]
        ]
        return found

    def take(self, rows: npt.NDArray[Any]) -> Compared:
        """These rows, in this order."""
        return Compared(
            self.account[rows],
            self.worker[rows],
            {field: codes[rows] for field, codes in self.levels.items()},
            {field: rarity[rows] for field, rarity in self.rarities.items()},
        )

    def weigh(self, weights: Weights) -> dict[str, Floats]:
        """The weight of each field, to two decimals."""
        found: dict[str, Floats] = {}
        for field, codes in self.levels.items():
            found[field] = np.round(weights.table(field), 2)[codes]
            if field in weights.rarities:
                found[field] += np.round(weights.scaled(field, self.rarities[field], codes), 2)
        # both names never say more than how rare they are together: names of one country go together
        excess = found["first_name"] + found["last_name"] - self.rarities["both_names"]
        found["both_names"] = np.round(found["both_names"] - np.maximum(excess, 0.0), 2)
        # of one name, and nothing else up to date: contradictions that have one cause do not add up
        against = np.zeros(len(self.account))
        for field in STALE_FIELDS:
            against += np.minimum(found[field], 0.0)
        too_much: Floats = np.maximum(-against - weights.most_stale_bits, 0.0)
        too_much[~self.has_level("stale_record", ("yes",))] = 0.0
        # a level's own weight, which learning may move, stands beside what is forgiven
        found["stale_record"] = np.round(found["stale_record"] + too_much, 2)
        return found


@dataclass(frozen=True, slots=True)
class Candidates:
    """Each account's candidate people, best first; all arrays run in parallel.

    A person is there once, by the record that agrees best. `score` is the probability that this person is the one,
    given the account's other candidates.
    """

    compared: Compared
    person: Ints
    bits: Floats
    score: Floats
    prior: float

    @property
    def account(self) -> Ints:
        """Account by candidate."""
        return self.compared.account

    @property
    def worker(self) -> Ints:
        """Worker record by candidate."""
        return self.compared.worker

    def has_level(self, field: str, names: Iterable[str]) -> Bools:
        """Where `field` stands at one of the levels `names`."""
        return self.compared.has_level(field, names)


def find_candidates(given: Given, compared: Compared, weights: Weights, forbidden: tuple[Ints, Ints]) -> Candidates:
    """Every account's candidate people but the `forbidden` pairs of account and person, however unlikely."""
    prior = weights.prior(given.person_count)
    return rank_candidates(given, compared, weigh_pairs(compared, weights, prior), prior, forbidden)


def weigh_pairs(compared: Compared, weights: Weights, prior: float) -> Floats:
    """The log2 odds of each pair by itself, to three decimals."""
    bits = np.full(len(compared.account), prior)
    for weight in compared.weigh(weights).values():
        bits += weight
    found: Floats = np.round(np.clip(bits, -MAX_BITS, MAX_BITS), 3)
    return found


def may_be(compared: Compared, bits: Floats) -> Bools:
    """Which pairs make a candidate: those that are not very unlikely, and whoever has the account's number or address."""
    found: Bools = bits >= LEAST_BITS
    return found | compared.has_level("employee_number", ("exact",)) | compared.has_level("email", ("exact",))


def rank_candidates(
    given: Given, compared: Compared, bits: Floats, prior: float, forbidden: tuple[Ints, Ints]
) -> Candidates:
    """Each account's people by their best record, the likeliest first, without the `forbidden` pairs."""
    kept = _best_of_each_person(given, compared, bits, forbidden)
    rows = compared.take(kept)
    return Candidates(rows, given.person_of[rows.worker], bits[kept], probabilities(rows.account, bits[kept]), prior)


def count_strangers(account: Ints, bits: Floats, accounts: int) -> int:
    """How many accounts have nobody who is likelier theirs than not; pairs stand by account."""
    best = np.full(accounts, -MAX_BITS)
    np.maximum.at(best, account, bits)
    return int((best < 0).sum())


def less_likely(found: Candidates, bits: float) -> Candidates:
    """The same candidates where every account is less likely a worker's by so much."""
    if not bits:
        return found
    fewer = np.round(found.bits - bits, 3)
    return replace(found, bits=fewer, score=probabilities(found.account, fewer), prior=found.prior - bits)


def renumbered(compared: Compared, accounts: Bools, workers: Bools) -> Compared:
    """Pairs of some accounts and worker records, by their numbers among those alone."""
    account, worker = np.cumsum(accounts) - 1, np.cumsum(workers) - 1
    return replace(compared, account=account[compared.account], worker=worker[compared.worker])


def _best_of_each_person(given: Given, compared: Compared, bits: Floats, forbidden: tuple[Ints, Ints]) -> Ints:
    """Row numbers of the best record of each account and person, best person first."""
    account, worker = compared.account, compared.worker
    if not len(account):
        return np.array([], dtype=np.int64)
    person = given.person_of[worker]
    group = account * given.person_count + person
    rows = np.arange(len(account))
    # where everybody has one record and one name, no pair can be there twice
    if max(given.names.num_rows, given.workers.num_rows) > given.person_count:
        is_current = given.worker_flag("is_current")[worker]
        order = np.lexsort((worker, ~is_current, -bits, group))
        first = np.ones(len(order), dtype=bool)
        first[1:] = group[order][1:] != group[order][:-1]
        rows = np.sort(order[first])
    if len(forbidden[0]):
        rows = rows[~np.isin(group[rows], forbidden[0] * given.person_count + forbidden[1])]
    place = account[rows] * 2**20 + np.round((MAX_BITS - bits[rows]) * 1000).astype(np.int64)
    ranked: Ints = rows[np.argsort(place, kind="stable")]
    return ranked


def probabilities(account: Ints, bits: Floats) -> Floats:
    """Each candidate's odds against "nobody" and all other candidates of the account, to six decimals."""
    if not len(account):
        return np.array([])
    odds = np.exp2(bits)
    starts = np.flatnonzero(np.r_[True, account[1:] != account[:-1]])
    totals = np.repeat(np.add.reduceat(odds, starts), np.diff(np.r_[starts, len(account)]))
    scores: Floats = np.round(odds / (1.0 + totals), 6)
    return scores
