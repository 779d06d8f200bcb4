"""Which accounts and worker records are worth comparing, and how alike they are: pairs with levels and rarities.

With a memory only those are compared who changed since it was written, or met somebody new; pairs and rarities are
found anew each time, since they depend on everybody. The SQL is in `people_bench`, the memory in `people_memory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_bench import COMPARED, Bench, pairs_table
from lms_hris_pipeline.match.people_candidates import FIRST_AGREES, LAST_AGREES, Codes, Compared
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, ints
from lms_hris_pipeline.match.people_memory import (
    GONE,
    Keys,
    Memory,
    Places,
    Recalled,
    nothing,
    read_memory,
    recall,
    write_memory,
)
from lms_hris_pipeline.match.people_weights import LEVELS, STALE_FIELDS, Weights

_FIRST_EQUAL = ("exact", "variant", "swapped")
_LAST_EQUAL = ("exact", "variant", "former", "swapped")
_PARTS_OF_PLACE = ("department_rarity", "location_rarity", "center_rarity", "team_rarity")
Rarities = npt.NDArray[np.float32]


def compare_people(
    given: Given,
    weights: Weights,
    known_pairs: tuple[Ints, Ints],
    *,
    is_within: bool = False,
    only_known: bool = False,
    memory_file: Path | None = None,
) -> Compared:
    """Every pair that is worth comparing, and the `known_pairs` of account and worker, compared.

    Within one table both sides are the same records: each pair once, nobody with themselves. Where only known pairs
    are wanted, no others are looked for. With a `memory_file` what it holds is not compared again, and it is replaced.
    """
    way_worker = ints(given.names, "worker_no").astype(np.int32)
    known = _known_ways(known_pairs, way_worker)
    with Bench(given, is_within=is_within) as bench:
        recalled = _recall(bench, given, memory_file, way_worker)
        bench.lay(~recalled.has_account, ~recalled.has_worker)
        named = _named(bench, given, recalled, way_worker)
        pairs, is_wide = (pairs_table(*known), recalled.memory.is_wide) if only_known else _find(bench, recalled, known)
        codes = _levels(bench, pairs, recalled, way_worker)
        rarities = bench.rarities(named, weights)
        if memory_file is not None:
            write_memory(memory_file, _remember(bench, recalled, is_wide, way_worker, named, pairs, codes))
    return _compared(given, weights, pairs, way_worker, codes, rarities)


def _recall(bench: Bench, given: Given, memory_file: Path | None, way_worker: Places) -> Recalled:
    """What is known already; nothing without a memory, whose marks then need not be told."""
    if memory_file is None:
        return nothing(
            np.zeros(given.account_count, dtype=np.uint64), np.zeros(given.workers.num_rows, dtype=np.uint64)
        )
    marks, memory = bench.marks(), read_memory(memory_file)
    return nothing(*marks) if memory is None else recall(memory, *marks, way_worker)


def _named(bench: Bench, given: Given, recalled: Recalled, way_worker: Places) -> pa.Table:
    """By way to be named, whose it is and hashes of its names, null where it has none."""
    laid = bench.names()
    columns: dict[str, pa.Array] = {
        "way_no": pa.array(np.arange(len(way_worker)), pa.int32()),
        "person_no": pa.array(given.person_of[way_worker], pa.int32()),
    }
    for name, kept in (("first_skeleton", recalled.memory.way_first), ("last_skeleton", recalled.memory.way_last)):
        hashes = np.zeros(len(way_worker), dtype=np.uint64)
        hashes[recalled.way_there] = kept
        hashes[ints(laid, "way_no")] = pc.fill_null(laid[name], 0).to_numpy()
        columns[name] = pa.array(hashes, mask=hashes == 0)
    return pa.table(columns)


def _known_ways(known_pairs: tuple[Ints, Ints], way_worker: Places) -> tuple[Ints, Ints]:
    """Pairs of account and worker as pairs of account and way, each once, in order."""
    account, worker = known_pairs
    firsts, ends = (np.searchsorted(way_worker, worker, side=side) for side in ("left", "right"))
    counts = ends - firsts
    order = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    packed = np.unique(_packed(np.repeat(account, counts), np.repeat(firsts, counts) + order))
    return packed >> 32, packed & 0xFFFFFFFF


def _find(bench: Bench, recalled: Recalled, known: tuple[Ints, Ints]) -> tuple[pa.Table, Bools]:
    """All pairs, and which accounts were looked for more widely."""
    memory = recalled.memory
    sure = {"sure_account": memory.sure_account, "sure_way": memory.sure_way}
    is_wide = ~bench.find_sure_pairs({side: _keys_table(keys) for side, keys in sure.items() if len(keys.key)})
    keyless = is_wide & ~memory.is_wide
    bench.lay(keyless, np.zeros(len(recalled.has_worker), dtype=bool))
    still_wide = np.where(is_wide & memory.is_wide, np.arange(len(is_wide)), GONE).astype(np.int32)
    wide = {"account": memory.account.taken(still_wide), "way": memory.way}
    return bench.find_pairs(
        keyless, {side: _keys_table(keys) for side, keys in wide.items() if len(keys.key)}, known
    ), is_wide


def _levels(bench: Bench, pairs: pa.Table, recalled: Recalled, way_worker: Places) -> Codes:
    """By pair, a column for each field of COMPARED; pairs that are remembered are not compared."""
    account, way = ints(pairs, "account_no"), ints(pairs, "way_no")
    kept, wanted = _packed(recalled.memory.pair_account, recalled.memory.pair_way), _packed(account, way)
    levels = np.empty((len(wanted), len(COMPARED)), dtype=np.uint8)
    place = np.minimum(np.searchsorted(kept, wanted), max(len(kept) - 1, 0))
    is_kept = kept[place] == wanted if len(kept) else np.zeros(len(wanted), dtype=bool)
    levels[is_kept] = recalled.memory.levels[place[is_kept]]
    accounts, workers = np.zeros(len(recalled.has_account), dtype=bool), np.zeros(len(recalled.has_worker), dtype=bool)
    accounts[account[~is_kept]] = True
    workers[way_worker[way[~is_kept]]] = True
    bench.lay(accounts, workers)
    compared = bench.compare(pairs.filter(pa.array(~is_kept)) if is_kept.any() else pairs)
    for place_of, field in enumerate(COMPARED):
        levels[~is_kept, place_of] = compared[field]
    return levels


def _remember(
    bench: Bench,
    recalled: Recalled,
    is_wide: Bools,
    way_worker: Places,
    named: pa.Table,
    pairs: pa.Table,
    levels: Codes,
) -> Memory:
    keys = {
        side: Keys(table["record_no"].to_numpy(), table["key"].to_numpy(), table["rule"].to_numpy())
        for side, table in bench.keys().items()
    }
    return Memory(
        account_mark=recalled.memory.account_mark,
        worker_mark=recalled.memory.worker_mark,
        is_wide=is_wide,
        way_worker=way_worker,
        way_first=pc.fill_null(named["first_skeleton"], 0).to_numpy(),
        way_last=pc.fill_null(named["last_skeleton"], 0).to_numpy(),
        pair_account=pairs["account_no"].to_numpy(),
        pair_way=pairs["way_no"].to_numpy(),
        levels=levels,
        **keys,
    )


def _compared(
    given: Given,
    weights: Weights,
    pairs: pa.Table,
    way_worker: Places,
    codes: Codes,
    rarities: tuple[pa.Table, pa.Table],
) -> Compared:
    """Levels with those that follow from several fields, and how rare what agrees is."""
    account, way = ints(pairs, "account_no"), ints(pairs, "way_no")
    worker = way_worker[way].astype(np.int64)
    levels = {field: codes[:, place] for place, field in enumerate(COMPARED) if field != "places"}
    of_worker, of_way = ({name: table[name].to_numpy() for name in table.column_names} for table in rarities)
    found: dict[str, Rarities] = {
        "first_name": of_way["first_rarity"][way],
        "last_name": of_way["last_rarity"][way],
        "hire_date": of_worker["date_rarity"][worker],
        "place": _rarest_place(codes[:, COMPARED.index("places")], of_worker, worker),
        "job_title": of_worker["title_rarity"][worker],
    }
    compared = Compared(account, worker, levels, found)
    first, last = compared.has_level("first_name", FIRST_AGREES), compared.has_level("last_name", LAST_AGREES)
    same = compared.has_level("first_name", _FIRST_EQUAL) & compared.has_level("last_name", _LAST_EQUAL)
    missing = compared.has_level("first_name", ("missing",)) | compared.has_level("last_name", ("missing",))
    together = np.select([missing, same, first & last, first | last], [4, 0, 1, 2], default=3).astype(np.uint8)
    population = np.float32(np.log2(weights.population(given.person_count)))
    ceiling = np.select([together == 0, together == 1], [of_way["pair_rarity"][way], population - 1.5], default=np.inf)
    return Compared(
        account,
        worker,
        {**levels, "both_names": together, "stale_record": _stale(compared, together)},
        {**found, "both_names": ceiling.astype(np.float32)},
    )


def _rarest_place(places: Codes, of_worker: Mapping[str, Rarities], worker: Ints) -> Rarities:
    """The rarity of the rarest part of the organisation that agrees; 0 where none does."""
    rarest = np.full(len(places), -np.inf, dtype=np.float32)
    for bit, name in enumerate(_PARTS_OF_PLACE):
        agrees = (places >> bit & 1).astype(bool)
        rarest[agrees] = np.maximum(rarest[agrees], of_worker[name][worker[agrees]])
    rarest[places == 0] = 0.0
    return rarest


def _stale(compared: Compared, together: Codes) -> Codes:
    """Whether a record of the same names contradicts in most fields."""
    contradicted = np.zeros(len(together), dtype=np.int64)
    for field in STALE_FIELDS:
        against = [level for level in ("different", "none", "other_scheme", "other_domain") if level in LEVELS[field]]
        contradicted += compared.has_level(field, against)
    return ((together <= 1) & (contradicted >= 2)).astype(np.uint8)


def _packed(account: npt.NDArray[Any], way: npt.NDArray[Any]) -> Ints:
    """A pair as one number."""
    packed: Ints = account.astype(np.int64) << 32 | way.astype(np.int64)
    return packed


def _keys_table(keys: Keys) -> pa.Table:
    return pa.table({"record_no": keys.record, "key": keys.key, "rule": keys.rule})
