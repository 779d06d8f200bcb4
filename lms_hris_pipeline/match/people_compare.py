"""Which accounts and worker records are worth comparing, and how alike they are: pairs with their levels.

With a memory only those are looked for and compared who changed since it was written, or met somebody new. The SQL is
in `people_bench`, what depends on the whole firm in `people_firm`, what pairs weigh in `people_candidates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.people_bench import COMPARED, Bench
from lms_hris_pipeline.match.people_candidates import FIRST_AGREES, LAST_AGREES, Compared
from lms_hris_pipeline.match.people_candidates import Codes as Levels
from lms_hris_pipeline.match.people_firm import GONE, WAY_VALUES, WORKER_VALUES, Arrays, Codes, Hashes, rarity
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, distinct
from lms_hris_pipeline.match.people_memory import Keys, Memory, blank
from lms_hris_pipeline.match.people_recall import Recalled
from lms_hris_pipeline.match.people_search import Search, packed
from lms_hris_pipeline.match.people_weights import LEVELS, STALE_FIELDS, Weights

_FIRST_EQUAL = ("exact", "variant", "swapped")
_LAST_EQUAL = ("exact", "variant", "former", "swapped")
_STRANGERS = 1 << 16
"""So many people at least might have been given an address before: a small firm's names are rare in it only."""
_PARTS_OF_PLACE = ("department", "location", "center", "team")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of accounts and ways to be named, in this order, and what is known of the records by the way.

    `source` is the pair's row in the memory, GONE where it was compared now; `is_fresh` tells the pairs that may weigh
    otherwise than they did, `is_known` those that the ledger or a person speaks of. `is_anew` and `is_new_worker` tell
    the accounts that were looked for now, and the worker records that the memory lacks. `account`, `worker` and `way`
    are columns by record, as the memory keeps them.
    """

    recalled: Recalled
    account_no: Ints
    way_no: Ints
    worker_no: Ints
    levels: Levels
    source: Ints
    is_fresh: Bools
    is_known: Bools
    is_anew: Bools
    is_new_worker: Bools
    account: Arrays
    worker: Arrays
    way: Arrays
    codes: Mapping[str, Codes]
    keys: Mapping[str, Keys]

    def counted_before(self) -> Pairs:
        """The same pairs, with the steps in which values of their records stood the night before."""
        worker, way = (
            {name: self.recalled.values(side, name) for name in columns if name.endswith("_step")}
            for side, columns in (("worker", self.worker), ("way", self.way))
        )
        return replace(self, worker={**self.worker, **worker}, way={**self.way, **way})


def compare_people(
    given: Given, weights: Weights, known_pairs: tuple[Ints, Ints], *, is_within: bool = False, only_known: bool = False
) -> Compared:
    """Every pair that is worth comparing, and the `known_pairs` of account and worker, compared.

    Within one table both sides are the same records: each pair once, nobody with themselves. Where only known pairs
    are wanted, no others are looked for.
    """
    pairs = find_pairs(given, known_pairs, blank(""), None, is_within=is_within, only_known=only_known)
    return compared_pairs(pairs, np.arange(len(pairs.account_no)), weights.population(given.person_count))


def find_pairs(
    given: Given,
    known_pairs: tuple[Ints, Ints],
    memory: Memory,
    known_marks: Hashes | None,
    *,
    is_within: bool = False,
    only_known: bool = False,
) -> Pairs:
    """Every pair with its levels: what `memory` holds of records that are what they were, and the rest anew.

    `known_marks` are hashes by account of what the ledger and people say about it; without them nothing is recalled.
    """
    with Bench(given, is_within=is_within) as bench:
        search = Search(given, bench, memory, known_marks, is_within=is_within)
        found = np.array([], dtype=np.int64) if only_known else search.find()
        return _levelled(search, found, _known_ways(known_pairs, search.way_worker))


def _known_ways(known_pairs: tuple[Ints, Ints], way_worker: Ints) -> Ints:
    """Pairs of account and worker as packed pairs of account and way, each once, in order."""
    account, worker = known_pairs
    firsts, ends = (np.searchsorted(way_worker, worker, side=side) for side in ("left", "right"))
    counts = ends - firsts
    order = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return distinct(packed(np.repeat(account, counts), np.repeat(firsts, counts) + order))


def _levelled(search: Search, found: Ints, known: Ints) -> Pairs:
    """All pairs, with levels: remembered where both records are what they were, else compared."""
    recalled, memory = search.recalled, search.recalled.memory.pair
    account, way = recalled.account_now[memory["account"]], recalled.way_now[memory["way"]]
    there = np.flatnonzero((account != GONE) & (way != GONE))
    remembered = packed(account[there], way[there])
    is_kept = ~search.is_anew[account[there]]
    kept = remembered[is_kept]
    more = distinct(np.r_[found, known])
    more = more[~_among(more, kept)]
    place = np.searchsorted(kept, more)
    pairs = np.insert(kept, place, more)
    source = np.insert(there[is_kept], place, np.r_[there, GONE][_row_of(more, remembered)])
    account_no, way_no = pairs >> 32, pairs & 0xFFFFFFFF
    levels = memory["levels"][source] if len(there) else np.zeros((len(pairs), len(COMPARED)), dtype=np.uint8)
    search.compare(account_no, way_no, source == GONE, levels)
    worker_no = search.way_worker[way_no]
    worker_moved, way_moved = search.moved()
    return Pairs(
        recalled, account_no, way_no, worker_no, levels, source,
        (source == GONE) | worker_moved[worker_no] | way_moved[way_no], _among(pairs, known),
        search.is_anew, search.is_new_worker, search.account, search.worker, search.way, search.codes, search.keys,
    )  # fmt: skip


def _row_of(wanted: Ints, pairs: Ints) -> Ints:
    """Where the `wanted` are among `pairs`, which are in order; -1 where they are not."""
    if not len(pairs):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    found: Ints = np.where(pairs[place] == wanted, place, -1)
    return found


def _among(wanted: Ints, pairs: Ints) -> Bools:
    return _row_of(wanted, pairs) >= 0


def compared_pairs(pairs: Pairs, rows: Ints, population: int) -> Compared:
    """These pairs with all levels, those that follow from several fields too, and how rare what agrees is."""
    way, worker = pairs.way_no[rows], pairs.worker_no[rows]
    codes = pairs.levels[rows]
    levels = {field: codes[:, place] for place, field in enumerate(COMPARED) if field != "places"}
    of_worker = {
        name: rarity(name, pairs.worker[f"{name}_step"][worker], population)
        for name in WORKER_VALUES
        if name != "email"
    }
    of_way = {name: rarity(name, pairs.way[f"{name}_step"][way], population) for name in WAY_VALUES}
    found = {
        "first_name": of_way["first"],
        "last_name": of_way["last"],
        "hire_date": of_worker["date"],
        # how much rarer the names are than to be borne by two: so much less a serial number is a namesake's
        "email": of_way["first"] + of_way["last"] - np.float32(np.log2(max(population, _STRANGERS))),
        "place": _rarest_place(codes[:, COMPARED.index("places")], of_worker),
        "job_title": of_worker["title"],
    }
    compared = Compared(pairs.account_no[rows], worker, levels, found)
    first, last = compared.has_level("first_name", FIRST_AGREES), compared.has_level("last_name", LAST_AGREES)
    same = compared.has_level("first_name", _FIRST_EQUAL) & compared.has_level("last_name", _LAST_EQUAL)
    missing = compared.has_level("first_name", ("missing",)) | compared.has_level("last_name", ("missing",))
    together = np.select([missing, same, first & last, first | last], [4, 0, 1, 2], default=3).astype(np.uint8)
    most = np.float32(np.log2(population)) - np.float32(1.5)
    ceiling = np.select([together == 0, together == 1], [of_way["both"], most], default=np.inf)
    return Compared(
        compared.account,
        worker,
        {**levels, "both_names": together, "stale_record": _stale(compared, together)},
        {**found, "both_names": ceiling.astype(np.float32)},
    )


def _rarest_place(places: Levels, of_worker: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """The rarity of the rarest part of the organisation that agrees; 0 where none does."""
    rarest = np.full(len(places), -np.inf, dtype=np.float32)
    for bit, name in enumerate(_PARTS_OF_PLACE):
        agrees = (places >> bit & 1).astype(bool)
        rarest = np.where(agrees, np.maximum(rarest, of_worker[name]), rarest)
    rarest[places == 0] = 0.0
    return rarest


def _stale(compared: Compared, together: Levels) -> Levels:
    """Whether a record of the same names contradicts in most fields."""
    contradicted = np.zeros(len(together), dtype=np.int64)
    for field in STALE_FIELDS:
        against = [level for level in ("different", "none", "other_scheme", "other_domain") if level in LEVELS[field]]
        contradicted += compared.has_level(field, against)
    return ((together <= 1) & (contradicted >= 2)).astype(np.uint8)
