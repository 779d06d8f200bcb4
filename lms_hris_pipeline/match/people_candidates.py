"""Whom an account may belong to: its candidate people, each with levels of agreement, weights and a probability.

Reads through the batch, compares and scores. What follows from the scores is decided in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.names import NameForm, first_name_level, last_name_level, name_form
from lms_hris_pipeline.match.people_weights import FIELD_LEVELS, NAME_LEVELS, NameWeights, Weights
from lms_hris_pipeline.warehouse import Batch

MAX_BLOCK_PAIRS = 400
MAX_BITS = 40.0
# a candidate below these odds can neither be linked nor be a rival
HOPELESS_BITS = -14.0

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Records:
    """Both sides as they are compared: the row number of an account or a worker record is its number."""

    accounts: pa.Table
    workers: pa.Table
    worker_names: pa.Table
    forms: tuple[NameForm, ...]

    @property
    def person_of(self) -> Ints:
        """Person by worker record."""
        return _ints(self.workers, "person_no")

    @property
    def person_count(self) -> int:
        """How many people HR knows."""
        return int(self.person_of.max()) + 1 if self.workers.num_rows else 0


@dataclass(frozen=True, slots=True)
class Candidates:
    """Each account's candidate people, best first; all arrays run in parallel.

    A person is there once, by the record that agrees best. `levels` holds positions in the field's level names,
    `weights` log2 odds. `score` is the probability that this person is the one, given the account's other candidates.
    """

    account: Ints
    person: Ints
    worker: Ints
    bits: Floats
    score: Floats
    levels: Mapping[str, Ints]
    weights: Mapping[str, Floats]
    prior: float

    def has_level(self, field: str, names: Iterable[str]) -> Bools:
        """Where `field` stands at one of the levels `names`."""
        known = {**FIELD_LEVELS, **NAME_LEVELS}[field]
        return np.isin(self.levels[field], [known.index(name) for name in names])


def read_records(batch: Batch) -> Records:
    """Accounts and worker records of the batch in the form in which they are compared."""
    names = batch.arrow(_query("people_names"))["name"].to_pylist()
    forms = tuple(name_form(name) for name in names)
    form_rows = pa.table(
        {
            "name_no": pa.array(range(len(forms)), pa.int64()),
            "name": pa.array(names, pa.string()),
            "skeleton": pa.array([form.skeleton or None for form in forms], pa.string()),
            "tokens": pa.array([list(form.tokens) for form in forms], pa.list_(pa.string())),
            "roots": pa.array([sorted(form.roots) for form in forms], pa.list_(pa.string())),
        }
    )
    workers = batch.arrow(_query("people_workers"))
    with batch.lending({"people_name_forms": form_rows, "people_workers": workers}):
        return Records(
            batch.arrow(_query("people_accounts")), workers, batch.arrow(_query("people_worker_names")), forms
        )


def find_candidates(
    batch: Batch, records: Records, weights: Weights, forbidden: frozenset[tuple[int, int]]
) -> Candidates:
    """Every account's candidate people but the `forbidden` pairs of account and person."""
    views = {
        "people_accounts": records.accounts,
        "people_workers": records.workers,
        "people_worker_names": records.worker_names,
    }
    with batch.lending(views):
        pairs = batch.arrow(_query("people_pairs"), {"max_block_pairs": MAX_BLOCK_PAIRS})
    account, worker = _ints(pairs, "account_no"), _ints(pairs, "worker_no")
    levels = {field: _codes(pairs[field], names) for field, names in FIELD_LEVELS.items()}
    weighed = {
        field: np.array([weights.fields[field][name] for name in names])[levels[field]]
        for field, names in FIELD_LEVELS.items()
    }
    for field, (level, weight) in _compare_names(records, weights, account, worker).items():
        levels[field], weighed[field] = level, weight
    prior = weights.prior(records.person_count)
    bits = np.full(len(account), prior)
    for field in sorted(weighed):
        bits = bits + weighed[field]
    bits = np.round(np.clip(bits, -MAX_BITS, MAX_BITS), 3)
    kept = _best_of_each_person(records, account, worker, bits, forbidden)
    return Candidates(
        account=account[kept],
        person=records.person_of[worker[kept]],
        worker=worker[kept],
        bits=bits[kept],
        score=_probability(account[kept], bits[kept]),
        levels={field: values[kept] for field, values in levels.items()},
        weights={field: values[kept] for field, values in weighed.items()},
        prior=prior,
    )


def _query(name: str) -> str:
    return (files("lms_hris_pipeline.match") / "sql" / f"{name}.sql").read_text(encoding="utf-8").strip()


def _ints(table: pa.Table, column: str) -> Ints:
    found: Ints = table[column].to_numpy().astype(np.int64)
    return found


def _codes(column: pa.ChunkedArray, names: tuple[str, ...]) -> Ints:
    found: Ints = pc.index_in(column, pa.array(names)).to_numpy().astype(np.int64)
    return found


def _best_of_each_person(
    records: Records, account: Ints, worker: Ints, bits: Floats, forbidden: frozenset[tuple[int, int]]
) -> Ints:
    """Row numbers of the best record of each account and person, best person first."""
    if not len(account):
        return np.array([], dtype=np.int64)
    person = records.person_of[worker]
    stands_for_person = records.workers["is_current"].to_numpy(zero_copy_only=False)[worker]
    order = np.lexsort((worker, ~stands_for_person, -bits, person, account))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (account[order][1:] != account[order][:-1]) | (person[order][1:] != person[order][:-1])
    rows = order[first]
    if forbidden:
        pairs = zip(account[rows].tolist(), person[rows].tolist(), strict=True)
        rows = rows[np.array([pair not in forbidden for pair in pairs], dtype=bool)]
    ranked: Ints = rows[np.lexsort((worker[rows], -bits[rows], account[rows]))]
    return ranked


def _probability(account: Ints, bits: Floats) -> Floats:
    """Each candidate's odds against "nobody" and all other candidates of the account, to six decimals."""
    if not len(account):
        return np.array([])
    odds = np.exp2(bits)
    starts = np.flatnonzero(np.r_[True, account[1:] != account[:-1]])
    totals = np.repeat(np.add.reduceat(odds, starts), np.diff(np.r_[starts, len(account)]))
    scores: Floats = np.round(odds / (1.0 + totals), 6)
    return scores


def _compare_names(records: Records, weights: Weights, account: Ints, worker: Ints) -> dict[str, tuple[Ints, Floats]]:
    """Level and weight of first and last name for each pair, over the worker's best way to be named."""
    names = _Names(records, weights)
    counts = np.bincount(_ints(records.worker_names, "worker_no"), minlength=records.workers.num_rows)
    starts = np.r_[0, np.cumsum(counts)][:-1]
    repeats = counts[worker]
    pair = np.repeat(np.arange(len(worker)), repeats)
    pair_starts = np.r_[0, np.cumsum(repeats)][:-1].astype(np.int64)
    way = np.repeat(starts[worker], repeats) + np.arange(len(pair)) - np.repeat(pair_starts, repeats)
    found = names.compare(account[pair], way)
    if not len(pair):
        return found
    total = found["first_name"][1] + found["last_name"][1]
    order = np.lexsort((way, -total, pair))
    best = order[pair_starts]
    return {field: (level[best], weight[best]) for field, (level, weight) in found.items()}


class _Names:
    """Compares names by number; every distinct pair of names is compared once."""

    def __init__(self, records: Records, weights: Weights) -> None:
        self._forms = (*records.forms, name_form(None))
        self._folded = _numbered([form.folded for form in self._forms])
        self._skeleton = _numbered([form.skeleton for form in self._forms])
        self._mine = {side: _ints(records.accounts, f"{side}_no") for side in ("first", "last")}
        self._theirs = {side: _ints(records.worker_names, f"{side}_no") for side in ("first", "last")}
        self._is_former = records.worker_names["is_former"].to_numpy(zero_copy_only=False)
        self._weights = weights.names
        population = weights.population(records.person_count)
        person = records.person_of[_ints(records.worker_names, "worker_no")]
        self._rarity = {
            side: self._rarities(weights.names[f"{side}_name"], self._theirs[side], person, population)
            for side in ("first", "last")
        }

    def compare(self, account: Ints, way: Ints) -> dict[str, tuple[Ints, Floats]]:
        """Level and weight of both names for accounts beside ways to be named."""
        first = self._levels(self._mine["first"][account], self._theirs["first"][way], "first_name")
        last = self._levels(self._mine["last"][account], self._theirs["last"][way], "last_name")
        level_names = NAME_LEVELS["last_name"]
        agrees = np.isin(last, [level_names.index(name) for name in ("exact", "variant")])
        last = np.where(agrees & self._is_former[way], level_names.index("former"), last)
        mine_first, mine_last = self._mine["first"][account], self._mine["last"][account]
        their_first, their_last = self._theirs["first"][way], self._theirs["last"][way]
        different = {field: NAME_LEVELS[field].index("different") for field in NAME_LEVELS}
        swapped = (
            (first == different["first_name"])
            & (last == different["last_name"])
            & (self._skeleton[mine_first] == self._skeleton[their_last])
            & (self._skeleton[mine_last] == self._skeleton[their_first])
        )
        first = np.where(swapped, NAME_LEVELS["first_name"].index("swapped"), first)
        last = np.where(swapped, level_names.index("swapped"), last)
        return {
            "first_name": (first, self._weigh("first_name", first, self._rarity["first"][way])),
            "last_name": (last, self._weigh("last_name", last, self._rarity["last"][way])),
        }

    def _levels(self, mine: Ints, theirs: Ints, field: str) -> Ints:
        names = NAME_LEVELS[field]
        compare = first_name_level if field == "first_name" else last_name_level
        count = len(self._forms)
        pairs, places = np.unique((mine % count) * count + theirs % count, return_inverse=True)
        a, b = pairs // count, pairs % count
        level = np.full(len(pairs), names.index("different"), dtype=np.int64)
        unknown = (self._skeleton[a] == 0) | (self._skeleton[b] == 0)
        same, alike = self._folded[a] == self._folded[b], self._skeleton[a] == self._skeleton[b]
        level[alike], level[same], level[unknown] = names.index("variant"), names.index("exact"), names.index("missing")
        for place in np.flatnonzero(~(alike | same | unknown)).tolist():
            level[place] = names.index(compare(self._forms[a[place]], self._forms[b[place]]))
        found: Ints = level[places]
        return found

    def _weigh(self, field: str, level: Ints, rarity: Floats) -> Floats:
        table, is_relative = self._weights[field].table(NAME_LEVELS[field])
        weighed: Floats = np.round(table[level] + np.where(is_relative[level], rarity, 0.0), 2)
        return weighed

    def _rarities(self, weights: NameWeights, names: Ints, person: Ints, population: int) -> Floats:
        """For each way to be named, the weight of sharing this name: people who have it are counted once."""
        if not len(names):
            return np.array([])
        skeleton = self._skeleton[names]
        holders = np.unique(np.stack([skeleton, person]), axis=1)[0]
        return weights.rarity(np.bincount(holders, minlength=len(self._forms))[skeleton], population)


def _numbered(texts: list[str]) -> Ints:
    """Equal texts have equal numbers; the empty text has number 0."""
    numbers: dict[str, int] = {"": 0}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
