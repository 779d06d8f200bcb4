"""Whom an account may belong to: its candidate people, each with levels of agreement, weights and a probability.

Finds and compares in SQL, weighs in arrays. What follows from the scores is decided in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lms_hris_pipeline.match.names import CLOSE_SIMILARITY, name_form
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, ints, people_query
from lms_hris_pipeline.match.people_weights import LEVELS, STALE_FIELDS, Weights
from lms_hris_pipeline.warehouse import Batch

MAX_BLOCK_PAIRS = 400
MAX_BITS = 40.0
MOST_HOLDERS, MOST_HOLDERS_WITHIN = 2, 20
"""More records than these with one address or number: it is shared. One table may hold a person many times."""
SWAPPED_SIMILARITY = 0.88
_RARITIES = {"first_name": "first_rarity", "last_name": "last_rarity", "hire_date": "date_rarity", "place": "place_rarity", "job_title": "title_rarity"}  # fmt: skip
_SHORT = {
    "first_name": "first", "last_name": "last", "employee_number": "number", "email": "email", "hire_date": "date",
    "place": "place", "job_title": "title", "worker_type": "type", "account_age": "age", "birth_date": "birth",
    "address": "address",
}  # fmt: skip
_NUMBERS: Mapping[str, int] = {
    f"{short}_{level}": number for field, short in _SHORT.items() for number, level in enumerate(LEVELS[field])
}
FIRST_AGREES = ("exact", "variant", "nickname", "part", "initial", "close", "swapped", "swapped_close")
LAST_AGREES = ("exact", "variant", "former", "part", "close", "swapped", "swapped_close")
_FIRST_EQUAL = ("exact", "variant", "swapped")
_LAST_EQUAL = ("exact", "variant", "former", "swapped")

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
# what both sides write each in their own way; one definition, so that the two cannot part
_MACROS = (
    "number_key(said) as nullif(ltrim(upper(regexp_replace(said, '[^0-9A-Za-z]', '', 'g')), '0'), '')",
    "address_key(said) as nullif(regexp_replace(lower(said), '[^0-9a-z]', '', 'g'), '')",
    "consonants_key(name) as case when len(regexp_replace(name, '[aeiou]', '', 'g')) >= 3 "
    "then regexp_replace(name, '[aeiou]', '', 'g') end",
)
_NAME_PAIRS = """
create temp table people_name_pairs as
select distinct accounts.first_no as mine, ways.first_no as theirs, true as is_first
from people_pairs as pairs
inner join people_accounts as accounts on accounts.account_no = pairs.account_no
inner join people_ways as ways on ways.way_no = pairs.way_no
where accounts.first_skeleton <> ways.first_skeleton
union all
select distinct accounts.last_no as mine, ways.last_no as theirs, false as is_first
from people_pairs as pairs
inner join people_accounts as accounts on accounts.account_no = pairs.account_no
inner join people_ways as ways on ways.way_no = pairs.way_no
where accounts.last_skeleton <> ways.last_skeleton
"""
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


def compare_people(
    given: Given,
    weights: Weights,
    known_pairs: tuple[Ints, Ints],
    *,
    is_within: bool = False,
    only_known: bool = False,
) -> Compared:
    """Every pair that is worth comparing, and the `known_pairs` of account and worker, compared.

    Within one table both sides are the same records: each pair once, nobody with themselves. Where only known pairs
    are wanted, no others are looked for.
    """
    bench = Batch.in_memory(as_of=_NO_TIME)
    try:
        bench.execute("set memory_limit = '4GB'")
        bench.execute("set preserve_insertion_order = false")
        for macro in _MACROS:
            bench.execute(f"create temp macro {macro}")
        _load(bench, given, weights, MOST_HOLDERS_WITHIN if is_within else MOST_HOLDERS)
        _find_pairs(bench, known_pairs, is_within=is_within, only_known=only_known)
        return _read_levels(bench, given, weights)
    finally:
        bench.close()


def find_candidates(given: Given, compared: Compared, weights: Weights, forbidden: tuple[Ints, Ints]) -> Candidates:
    """Every account's candidate people but the `forbidden` pairs of account and person."""
    prior = weights.prior(given.person_count)
    bits = np.full(len(compared.account), prior)
    for weight in compared.weigh(weights).values():
        bits += weight
    bits = np.round(np.clip(bits, -MAX_BITS, MAX_BITS), 3)
    kept = _best_of_each_person(given, compared, bits, forbidden)
    rows = compared.take(kept)
    return Candidates(rows, given.person_of[rows.worker], bits[kept], probabilities(rows.account, bits[kept]), prior)


def _make(bench: Batch, table: str, query: str, params: Mapping[str, object] | None = None) -> None:
    bench.execute(f"create temp table people_{table} as {people_query(query)}", params)


def _load(bench: Batch, given: Given, weights: Weights, most_holders: int) -> None:
    views = {
        "people_given_accounts": given.accounts,
        "people_given_workers": given.workers,
        "people_given_names": given.names,
    }
    params = {"population": weights.population(given.person_count), "most_holders": most_holders}
    with bench.lending(views):
        names = bench.arrow(people_query("words"))["name"].to_pylist()
        with bench.lending({"people_name_forms": _name_forms(names)}):
            bench.execute("create temp table people_forms as select * from people_name_forms")
        for table in ("workers", "accounts", "ways"):
            _make(bench, table, table, params)


def _name_forms(names: list[str]) -> pa.Table:
    forms = [name_form(name) for name in names]
    return pa.table(
        {
            "name_no": pa.array(range(len(forms)), pa.int32()),
            "name": pa.array(names, pa.string()),
            "folded": pa.array([form.folded for form in forms], pa.string()),
            "folded_no": _numbered([form.folded for form in forms]),
            "skeleton": pa.array([form.skeleton or None for form in forms], pa.string()),
            "skeleton_no": _numbered([form.skeleton for form in forms]),
            "tokens": pa.array([form.tokens for form in forms], pa.list_(pa.string())),
            "roots": pa.array([sorted(form.roots) for form in forms], pa.list_(pa.string())),
        }
    )


def _numbered(texts: list[str]) -> pa.Array:
    """Equal texts have equal numbers; the empty text has none."""
    numbers: dict[str, int] = {}
    return pa.array([numbers.setdefault(text, len(numbers)) if text else None for text in texts], pa.int32())


def _find_pairs(bench: Batch, known_pairs: tuple[Ints, Ints], *, is_within: bool, only_known: bool) -> None:
    known = pa.table(
        {"account_no": pa.array(known_pairs[0], pa.int32()), "worker_no": pa.array(known_pairs[1], pa.int32())}
    )
    limit = {"max_block_pairs": MAX_BLOCK_PAIRS, "is_within": is_within}
    with bench.lending({"people_known": known}):
        bench.execute("create temp table people_known_pairs as select distinct * from people_known")
    if only_known:
        _make(bench, "pairs", "known_ways")
    else:
        _search_pairs(bench, limit, is_within=is_within)
    bench.execute(_NAME_PAIRS)
    _make(bench, "name_levels", "name_levels", {**_NUMBERS, "close_similarity": CLOSE_SIMILARITY})


def _search_pairs(bench: Batch, limit: Mapping[str, object], *, is_within: bool) -> None:
    _make(bench, "sure_pairs", "sure_pairs", limit)
    _make(bench, "settled", "settled", {"is_within": is_within})
    for side, keyed in (("account", "keyed_accounts"), ("way", "keyed_ways")):
        bench.execute(f"create or replace temp view people_keyed as {people_query(keyed)}")
        _make(bench, f"{side}_keys", "keys")
    _make(bench, "pairs", "pairs", limit)


def _read_levels(bench: Batch, given: Given, weights: Weights) -> Compared:
    rows = bench.arrow(people_query("levels"), {**_NUMBERS, "swapped_similarity": SWAPPED_SIMILARITY})
    levels = {field: rows[field].to_numpy() for field in LEVELS if field not in ("both_names", "stale_record")}
    rarities = {field: rows[column].to_numpy() for field, column in _RARITIES.items()}
    compared = Compared(ints(rows, "account_no"), ints(rows, "worker_no"), levels, rarities)
    first, last = compared.has_level("first_name", FIRST_AGREES), compared.has_level("last_name", LAST_AGREES)
    same = compared.has_level("first_name", _FIRST_EQUAL) & compared.has_level("last_name", _LAST_EQUAL)
    missing = compared.has_level("first_name", ("missing",)) | compared.has_level("last_name", ("missing",))
    together = np.select([missing, same, first & last, first | last], [4, 0, 1, 2], default=3).astype(np.uint8)
    population = np.float32(np.log2(weights.population(given.person_count)))
    ceiling = np.select(
        [together == 0, together == 1], [rows["pair_rarity"].to_numpy(), population - 1.5], default=np.inf
    )
    return Compared(
        compared.account,
        compared.worker,
        {**levels, "both_names": together, "stale_record": _stale(compared, together)},
        {**rarities, "both_names": ceiling.astype(np.float32)},
    )


def _stale(compared: Compared, together: Codes) -> Codes:
    """Whether a record of the same names contradicts in most fields."""
    contradicted = np.zeros(len(together), dtype=np.int64)
    for field in STALE_FIELDS:
        against = [level for level in ("different", "none", "other_scheme", "other_domain") if level in LEVELS[field]]
        contradicted += compared.has_level(field, against)
    return ((together <= 1) & (contradicted >= 2)).astype(np.uint8)


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
