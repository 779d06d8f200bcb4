"""Looks for the pairs of one night: which records are anew, what they hold, whom they share a key with.

A worker record is new where anything given of it changed, or whether its address is shared. An account is looked for
anew also where what is known of it changed, where it shares a sure key with a worker record that is new or gone, and
where a key of it became common or ceased to be: so that all others keep their pairs, but for those with such records.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lms_hris_pipeline.match.people_bench import COMPARED, MOST_WAYS, Bench, pairs_table
from lms_hris_pipeline.match.people_candidates import Codes as Levels
from lms_hris_pipeline.match.people_firm import (
    ACCOUNT_VALUES,
    GONE,
    KINDS,
    WAY_VALUES,
    WORKER_VALUES,
    Codes,
    Hashes,
    find_shared,
    find_steps,
)
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, distinct, ints
from lms_hris_pipeline.match.people_memory import Keys, Memory
from lms_hris_pipeline.match.people_recall import KeyBook, recall

_FEW = 10_000
"""So many records that are new are laid out and compared on one thread."""


class Search:
    """One night's search on the bench; `memory` is what the night before left."""

    def __init__(
        self, given: Given, bench: Bench, memory: Memory, known_marks: Hashes | None, *, is_within: bool
    ) -> None:
        self.way_worker = given.way_worker
        self._bench = bench
        self._remembers = known_marks is not None
        marks = _marks(given, bench, known_marks)
        recalled = recall(memory, marks["account"], marks["worker"], given)
        if (recalled.account == GONE).sum() + (recalled.worker == GONE).sum() <= _FEW:
            bench.work_alone()
        self.codes = {kind: Codes(memory.code[kind], memory.sorted[kind]) for kind in KINDS}
        self.account = {name: recalled.values("account", name) for name in ACCOUNT_VALUES}
        self.worker = {name: recalled.values("worker", name) for name in WORKER_VALUES}
        self._hold("account", ACCOUNT_VALUES, self.account, recalled.account == GONE)
        self._hold("worker", WORKER_VALUES, self.worker, recalled.worker == GONE)
        shared = find_shared(given, self.account, self.worker, is_within=is_within)
        bench.share(shared)
        other = shared.worker_email != recalled.values("worker", "shared")
        self.recalled = recalled = recalled.without(
            shared.of_account != recalled.values("account", "shared"), other, other[self.way_worker]
        )
        self.is_new_worker = recalled.worker == GONE
        self.is_anew = recalled.account == GONE
        if known_marks is not None:
            self.is_anew |= recalled.values("account", "known") != known_marks
            self.account["known"] = known_marks
        self.account |= {"mark": marks["account"], "shared": shared.of_account}
        self.worker |= {
            "mark": marks["worker"], "shared": shared.worker_email, "person": given.person_of.astype(np.int32),
        }  # fmt: skip
        bench.lay_workers(self.is_new_worker)
        self._name(given)
        self.keys: dict[str, Keys] = {}

    def find(self) -> Ints:
        """Pairs, packed and in order, of accounts that are looked for anew, and of others with ways that are new.

        Which accounts are looked for anew is known only then, and all keys of records that are.
        """
        bench, books = (
            self._bench,
            {side: self.recalled.book(side) for side in ("sure_account", "sure_way", "account", "way")},
        )
        made = bench.make_way_keys()
        self._reach(books, made)
        bench.lay_accounts(self.is_anew)
        made["sure_account"] = bench.make_account_keys()
        settled = bench.find_sure_pairs(_kept(books["sure_way"], made["sure_account"]))
        made["account"] = bench.make_wide_account_keys(self.is_anew & ~settled)
        kept = _kept(books["account"], made["way"])
        kept = kept.filter(pa.array(~self.is_anew[ints(kept, "record_no")]))
        found = bench.find_pairs({"account": kept, "way": _kept(books["way"], made["account"], kept)})
        if self._remembers:
            self._slot(made)
        return packed(ints(found, "account_no"), ints(found, "way_no"))

    def compare(self, account_no: Ints, way_no: Ints, where: Bools, levels: Levels) -> None:
        """Write the levels of the pairs where they are wanted."""
        accounts, workers = np.zeros(len(self.is_anew), dtype=bool), np.zeros(len(self.is_new_worker), dtype=bool)
        accounts[account_no[where]] = True
        workers[self.way_worker[way_no[where]]] = True
        self._bench.lay_accounts(accounts)
        self._bench.lay_workers(workers)
        compared = self._bench.compare(pairs_table(account_no[where], way_no[where]))
        levels[np.flatnonzero(where)] = np.column_stack([compared[field] for field in COMPARED])

    def moved(self) -> tuple[Bools, Bools]:
        """By worker record and by way to be named: whether it is new, or how many share a value of it met a line."""
        found = []
        for side, columns, values in (("worker", self.worker, WORKER_VALUES), ("way", self.way, WAY_VALUES)):
            is_moved = getattr(self.recalled, side) == GONE
            for name in values:
                if name != "email":
                    is_moved = is_moved | (columns[f"{name}_step"] != self.recalled.values(side, f"{name}_step"))
            found.append(is_moved)
        return found[0], found[1]

    def _hold(self, side: str, kinds: Any, columns: dict[str, npt.NDArray[Any]], chosen: Bools) -> None:
        held = self._bench.held(side, chosen)
        for name, kind in kinds.items():
            columns[name][chosen], self.codes[kind] = self.codes[kind].coded(held[name])

    def _name(self, given: Given) -> None:
        """The names of all ways, and how many share each value."""
        self.way = {name: self.recalled.values("way", name) for name in WAY_VALUES}
        place, held = self._bench.way_held()
        for name in WAY_VALUES:
            self.way[name][place], self.codes[name] = self.codes[name].coded(held[name])
        of_worker, of_way = find_steps(given, self.worker, self.way)
        self.worker |= {f"{name}_step": steps for name, steps in of_worker.items()}
        self.way |= {f"{name}_step": steps for name, steps in of_way.items()}
        self.way["worker"] = self.way_worker.astype(np.int32)

    def _reach(self, books: dict[str, KeyBook], made: dict[str, pa.Table]) -> None:
        """Accounts that share a sure key with ways that are new or gone, or whose key became common or ceased to be."""
        if books["way"].is_empty:
            return
        sure = distinct(np.r_[made["sure_way"]["key"].to_numpy(), books["sure_way"].of_gone()])
        self.is_anew[books["sure_account"].holders(sure)[1]] = True
        new = made["way"]["key"].to_numpy()
        keys = distinct(np.r_[new, books["way"].of_gone()])
        place, record, _ = books["account"].holders(keys)
        held = keys[distinct(place)]
        before, after = books["way"].counts(held)
        after += np.bincount(np.searchsorted(held, new[np.isin(new, held)]), minlength=len(held))
        crossed = held[(before > MOST_WAYS) != (after > MOST_WAYS)]
        self.is_anew[record[np.isin(keys[place], crossed)]] = True

    def _slot(self, made: dict[str, pa.Table]) -> None:
        """Slots for the records that are new, and their keys."""
        is_new = {"account": self.is_anew, "way": self.is_new_worker[self.way_worker]}
        for kind, columns in (("account", self.account), ("way", self.way)):
            slot = self.recalled.values(kind, "slot")
            first = self.recalled.memory.slots[kind]
            slot[is_new[kind]] = np.arange(first, first + is_new[kind].sum())
            columns["slot"] = slot
        for side, table in made.items():
            kind = side.removeprefix("sure_")
            columns = {"account": self.account, "way": self.way}[kind]
            order = np.argsort(table["key"].to_numpy())
            rows = table.take(pa.array(order))
            self.keys[side] = Keys(
                rows["key"].to_numpy(), columns["slot"][ints(rows, "record_no")], rows["rule"].to_numpy()
            )


def packed(account: npt.NDArray[Any], way: npt.NDArray[Any]) -> Ints:
    """A pair as one number."""
    found: Ints = account.astype(np.int64) << 32 | way.astype(np.int64)
    return found


def _marks(given: Given, bench: Bench, known_marks: Hashes | None) -> dict[str, Hashes]:
    """Hashes of all that is given of each account, and of each worker record with its ways to be named, in their order."""
    if known_marks is None:
        return {
            "account": np.zeros(given.account_count, np.uint64),
            "worker": np.zeros(given.workers.num_rows, np.uint64),
        }
    marks = bench.marks()
    np.add.at(marks["worker"], given.way_worker, marks["way"] * (2 * given.way_order + 3).astype(np.uint64))
    return marks


def _kept(book: KeyBook, *wanted: pa.Table) -> pa.Table:
    """Who is what they were and holds one of the `wanted` keys, as the bench takes it."""
    keys = distinct(np.concatenate([table["key"].to_numpy() for table in wanted])) if not book.is_empty else _NO_KEYS
    place, record, rule = book.holders(keys)
    return pa.table({"record_no": record, "key": keys[place], "rule": rule})


_NO_KEYS = np.array([], dtype=np.uint64)
