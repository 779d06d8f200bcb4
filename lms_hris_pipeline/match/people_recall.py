"""Which records of today are what they were the night before, and who held which keys. What is kept is in `people_memory`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.people_candidates import Codes as Levels
from lms_hris_pipeline.match.people_firm import GONE, Arrays, Hashes, Places
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, first_places
from lms_hris_pipeline.match.people_memory import Keys, Memory


@dataclass(frozen=True, slots=True)
class Recalled:
    """What today's records were the night before: numbers of before by number of today (GONE where there is none), and
    the other way round."""

    memory: Memory
    account: Places
    worker: Places
    way: Places
    account_now: Places
    worker_now: Places
    way_now: Places

    def values(self, side: str, name: str) -> npt.NDArray[Any]:
        """A column of the memory by number of today; what stands at records that are new means nothing."""
        before: Arrays = getattr(self.memory, side)
        place: Places = getattr(self, side)
        column = before[name]
        if not len(column):
            return np.zeros((len(place), *column.shape[1:]), dtype=column.dtype)
        found: npt.NDArray[Any] = column[np.maximum(place, 0)]
        return found

    def without(self, accounts: Bools, workers: Bools, ways: Bools) -> Recalled:
        """Less these records of today, as if they were new."""
        columns: dict[str, Any] = {}
        for side, gone in (("account", accounts), ("worker", workers), ("way", ways)):
            columns[side] = np.where(gone, GONE, getattr(self, side))
            columns[f"{side}_now"] = _turned(columns[side], len(getattr(self, f"{side}_now")))
        return replace(self, **columns)

    def book(self, side: str) -> KeyBook:
        """Who holds which keys of a side of KEY_SIDES."""
        kind = side.removeprefix("sure_")
        before: Arrays = getattr(self.memory, kind)
        return KeyBook(self.memory.keys[side], before["slot"], getattr(self, f"{kind}_now"), self.memory.slots[kind])


class KeyBook:
    """The keys of one side as the nights before left them, by number of today."""

    def __init__(self, parts: Sequence[Keys], slot: Places, now: Places, slots: int) -> None:
        self._parts = parts
        self._now = np.full(slots, GONE, dtype=np.int32)
        self._now[slot] = now
        self._was = np.zeros(slots, dtype=bool)
        self._was[slot] = True

    @property
    def is_empty(self) -> bool:
        """Whether no night before left any."""
        return not self._parts

    def of_gone(self) -> Hashes:
        """The keys of records that were there and are no more what they were."""
        is_gone = self._was & (self._now == GONE)
        if not is_gone.any():
            return np.array([], dtype=np.uint64)
        return np.concatenate([part.key[is_gone[part.record]] for part in self._parts])

    def holders(self, wanted: Hashes) -> tuple[Ints, Places, Levels]:
        """Who is what they were and holds the `wanted` keys, which are in order: places in `wanted`, records, rules."""
        found = [(place, self._now[part.record[row]], part.rule[row]) for part, place, row in self._rows(wanted)]
        place, record, rule = (np.concatenate(column) for column in zip(_NO_HOLDERS, *found, strict=True))
        there = record != GONE
        return place[there], record[there], rule[there]

    def counts(self, wanted: Hashes) -> tuple[Ints, Ints]:
        """How many held each of the `wanted` keys, which are in order, the night before, and how many of them still do."""
        before, still = (np.zeros(len(wanted), dtype=np.int64) for _ in range(2))
        for part, place, row in self._rows(wanted):
            record = part.record[row]
            before += np.bincount(place[self._was[record]], minlength=len(wanted))
            still += np.bincount(place[self._now[record] != GONE], minlength=len(wanted))
        return before, still

    def _rows(self, wanted: Hashes) -> Iterator[tuple[Keys, Ints, Ints]]:
        """By part, where the `wanted` keys are: places in `wanted`, rows of the part."""
        for part in self._parts:
            first = np.searchsorted(part.key, wanted)
            there = (
                np.flatnonzero(part.key[np.minimum(first, len(part.key) - 1)] == wanted) if len(part.key) else first[:0]
            )
            counts = np.zeros(len(wanted), dtype=np.int64)
            counts[there] = np.searchsorted(part.key, wanted[there], side="right") - first[there]
            place = np.repeat(np.arange(len(wanted)), counts)
            yield part, place, np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts - first, counts)


_NO_HOLDERS = (np.array([], dtype=np.int64), np.array([], dtype=np.int32), np.array([], dtype=np.uint8))


def recall(memory: Memory, account_mark: Hashes, worker_mark: Hashes, given: Given) -> Recalled:
    """Which records of today are what they were. A person's records are new where one of them is, or is gone."""
    account = _same(memory.account["mark"], account_mark)
    worker = _same(memory.worker["mark"], worker_mark)
    is_new = _spread(worker == GONE, given.person_of)
    worker_now = _turned(worker, len(memory.worker["mark"]))
    lost = _spread(worker_now == GONE, memory.worker["person"])
    is_new[worker_now[lost & (worker_now != GONE)]] = True
    worker[is_new] = GONE
    # a worker that is what it was has the ways that it had, in their order
    before = worker[given.way_worker]
    first = first_places(memory.way["worker"])[np.maximum(before, 0)]
    way = np.where(before == GONE, GONE, first + given.way_order).astype(np.int32)
    return Recalled(
        memory, account, worker, way,
        *(_turned(numbers, size) for numbers, size in (
            (account, len(memory.account["mark"])), (worker, len(memory.worker["mark"])), (way, len(memory.way["worker"])),
        )),
    )  # fmt: skip


def _same(before: Hashes, today: Hashes) -> Places:
    """By number of today, the number before of the record with the same mark; GONE where there is none."""
    if not len(before):
        return np.full(len(today), GONE, dtype=np.int32)
    # hashes: what they begin with tells nearly all of them apart, in a fourth of the time of sorting them
    beginning = np.uint64(64 - (4 * len(before)).bit_length())
    place = np.arange(len(before), dtype=np.int32)
    shelf = np.full(1 << (64 - int(beginning)), GONE, dtype=np.int32)
    shelf[before >> beginning] = place
    same: Places = shelf[today >> beginning]
    other = np.flatnonzero((same != GONE) & (before[same] != today))
    hidden = np.flatnonzero(shelf[before >> beginning] != place)
    hidden = hidden[np.argsort(before[hidden])]
    found = np.r_[hidden, GONE][np.searchsorted(before[hidden], today[other])]
    same[other] = np.where(before[found] == today[other], found, GONE)
    return same


def _turned(numbers: Places, size: int) -> Places:
    """By number before, the number today."""
    found = np.full(size, GONE, dtype=np.int32)
    there = np.flatnonzero(numbers != GONE)
    found[numbers[there]] = there
    return found


def _spread(where: Bools, group: Ints | Places) -> Bools:
    """Where anything of the same group is."""
    has_any = np.zeros(int(group.max(initial=-1)) + 1, dtype=bool)
    has_any[group[where]] = True
    spread: Bools = has_any[group]
    return spread
