"""What depends on the whole firm: how many share a value, in coarse steps, and which addresses and numbers are nobody's own.

Counts stand in steps, each a power of two wide, so that one person more or less changes what others weigh only where
a count meets the next. Values stand as codes: places in a list of their hashes that only grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.people_given import Bools, Given, Ints

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]
Arrays = Mapping[str, npt.NDArray[Any]]
GONE = np.int32(-1)
UNSEEN = np.uint8(255)
"""The step of a value that is not there."""

ACCOUNT_VALUES = {"email": "email", "other_email": "email", "number": "number"}
WORKER_VALUES = {
    "email": "email", "date": "date", "department": "department", "location": "location", "center": "center",
    "team": "team", "title": "title",
}  # fmt: skip
WAY_VALUES = {"first": "first", "last": "last", "both": "both"}
"""By side, which values are counted, and the list that their codes are from."""
KINDS = tuple(dict.fromkeys((*ACCOUNT_VALUES.values(), *WORKER_VALUES.values(), *WAY_VALUES.values())))

MOST_HOLDERS, MOST_HOLDERS_WITHIN = 2, 20
"""More records than these with one address or number: it is shared. One table may hold a person many times."""
# how many people more stand in for those whom nobody has met yet
_UNMET: Mapping[str, tuple[int, int]] = {"first": (100, 1), "last": (1000, 1), "both": (0, 0)}


@dataclass(frozen=True, slots=True)
class Codes:
    """Values of one kind, as hashes; a value's code is its place. `order` has the codes in the order of the hashes."""

    hashes: Hashes
    order: Places

    def coded(self, wanted: Hashes) -> tuple[Places, Codes]:
        """The codes of values, GONE for 0, and the list with those that it lacked."""
        distinct, place = np.unique(wanted, return_inverse=True)
        at = np.searchsorted(self.hashes, distinct, sorter=self.order)
        code = np.r_[self.order, GONE][at]
        is_new = (np.r_[self.hashes, np.uint64(0)][code] != distinct) & (distinct != 0)
        code[is_new] = len(self.hashes) + np.arange(is_new.sum())
        code[distinct == 0] = GONE
        order = np.insert(self.order, at[is_new], code[is_new])
        return code[place], Codes(np.r_[self.hashes, distinct[is_new]], order)


@dataclass(frozen=True, slots=True)
class Shared:
    """Whose addresses and numbers are those of more records than may hold one: by account and by worker record."""

    email: Bools
    other_email: Bools
    number: Bools
    worker_email: Bools

    @property
    def of_account(self) -> npt.NDArray[np.uint8]:
        """The three of an account as bits of a number."""
        found: npt.NDArray[np.uint8] = (
            self.email + 2 * self.other_email.astype(np.uint8) + 4 * self.number.astype(np.uint8)
        )
        return found


def find_shared(given: Given, account: Arrays, worker: Arrays, *, is_within: bool) -> Shared:
    """From the codes of all records. Records of one person count once; an address of very many people is shared by all."""
    most = MOST_HOLDERS_WITHIN if is_within else MOST_HOLDERS
    held = worker["email"]
    is_first = _first_of_person(given.person_of, held, given.person_count)
    by_workers = _counted(held[is_first]) > most
    by_accounts = _counted(np.r_[account["email"], account["other_email"]]) > most
    size = max(len(by_workers), len(by_accounts))
    is_shared = np.zeros(size + 1, dtype=bool)
    is_shared[: len(by_workers)] = by_workers
    is_shared[: len(by_accounts)] |= by_accounts
    number = np.r_[_counted(account["number"]) > most, False]
    return Shared(
        is_shared[account["email"]],
        is_shared[account["other_email"]],
        number[account["number"]],
        np.r_[by_workers, False][held],
    )


def find_steps(
    given: Given, worker: Arrays, way: Arrays
) -> tuple[Mapping[str, npt.NDArray[np.uint8]], Mapping[str, npt.NDArray[np.uint8]]]:
    """By worker record and by way to be named, which power of two each value's count has reached; UNSEEN without a value.

    Names are counted by people, the rest by records.
    """
    person = given.person_of[given.way_worker]
    return (
        {name: _steps(worker[name], _counted(worker[name])) for name in WORKER_VALUES if name != "email"},
        {
            name: _steps(way[name], _counted(way[name][_first_of_person(person, way[name], given.person_count)]))
            for name in WAY_VALUES
        },
    )


def rarity(name: str, steps: npt.NDArray[np.uint8], population: int) -> npt.NDArray[np.float32]:
    """How rare values of these steps are, in bits, NaN without a value: a step counts as the middle of what it holds, so
    that common names are not taken for rarer than they are."""
    more, others = _UNMET.get(name, (0, 1))
    table = np.full(256, np.nan, dtype=np.float32)
    least = np.exp2(np.arange(63))
    middle = np.sqrt(least * (2 * least - 1))
    table[:63] = np.log2((population + more) / (middle + others))
    found: npt.NDArray[np.float32] = table[steps]
    return found


def _counted(codes: Places) -> Ints:
    """How often each code is there."""
    counts: Ints = np.bincount(codes[codes != GONE])
    return counts


def _steps(codes: Places, counts: Ints) -> npt.NDArray[np.uint8]:
    steps = np.r_[np.frexp(counts.astype(np.float64))[1] - 1, UNSEEN].astype(np.uint8)
    found: npt.NDArray[np.uint8] = steps[codes]
    return found


def _first_of_person(person: Ints, codes: Places, persons: int) -> Bools:
    """Where a person has a value for the first time."""
    is_first = np.ones(len(person), dtype=bool)
    several = np.flatnonzero(np.bincount(person, minlength=persons)[person] > 1)
    packed = person[several] << 32 | (codes[several].astype(np.int64) & 0xFFFFFFFF)
    is_first[several] = False
    is_first[several[np.unique(packed, return_index=True)[1]]] = True
    return is_first
