"""What a night remembers of its comparisons for the next: the keys of every record and the levels of every pair.

Only ever a saving of time. A record is known again by the hash of all that is given of it, a pair by its two records;
whoever is not known again is compared anew, so that the decisions are the same with and without a memory. It holds
hashes, numbers and levels: no id, name, address or number of anybody. What cannot be read, and what other code
wrote, is left aside with a line in the log.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import unicodedata
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.people_bench import COMPARED, Hashes
from lms_hris_pipeline.match.people_candidates import Codes
from lms_hris_pipeline.match.people_given import Bools

logger = logging.getLogger("lms_hris_pipeline")

Places = npt.NDArray[np.int32]
GONE = np.int32(-1)
_WRITERS = ("duckdb", "nicknames")
"""Packages that shape hashes, forms of names or levels."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of the records of one side, which are numbers of accounts or of ways to be named."""

    record: Places
    key: Hashes
    rule: Codes

    def taken(self, number_of: Places) -> Keys:
        """With records renumbered, without those that are gone."""
        record = number_of[self.record]
        there = record != GONE
        return Keys(record[there], self.key[there], self.rule[there])


@dataclass(frozen=True, slots=True)
class Memory:
    """The comparisons of one night, records by number. A way's names are hashes, 0 where it has none.

    `levels` has a column for each field of COMPARED; `is_wide` tells the accounts that were looked for more widely.
    Pairs stand by account and way.
    """

    account_mark: Hashes
    worker_mark: Hashes
    is_wide: Bools
    way_worker: Places
    way_first: Hashes
    way_last: Hashes
    sure_account: Keys
    sure_way: Keys
    account: Keys
    way: Keys
    pair_account: Places
    pair_way: Places
    levels: Codes


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is left of a memory in the numbers of today: rows of records that are what they were.

    `has_account` and `has_worker` tell whose; `way_there` has the numbers of the ways.
    """

    has_account: Bools
    has_worker: Bools
    way_there: Places
    memory: Memory


def nothing(account_mark: Hashes, worker_mark: Hashes) -> Recalled:
    """Of a first night."""
    none32, none64 = np.array([], dtype=np.int32), np.array([], dtype=np.uint64)
    keys = Keys(none32, none64, np.array([], dtype=np.uint8))
    empty = Memory(
        account_mark, worker_mark, np.zeros(len(account_mark), dtype=bool), none32, none64, none64,
        keys, keys, keys, keys, none32, none32, np.zeros((0, len(COMPARED)), dtype=np.uint8),
    )  # fmt: skip
    return Recalled(np.zeros(len(account_mark), bool), np.zeros(len(worker_mark), bool), none32, empty)


def recall(memory: Memory, account_mark: Hashes, worker_mark: Hashes, way_worker: Places) -> Recalled:
    """What `memory` holds of the records of today, of which the marks are given and, by way, the worker."""
    account_of = _numbers(memory.account_mark, account_mark)
    worker_of = _numbers(memory.worker_mark, worker_mark)
    worker_there = worker_of[memory.way_worker]
    # a worker that is what it was has the ways that it had, in their order
    order = np.arange(len(memory.way_worker)) - np.searchsorted(memory.way_worker, memory.way_worker)
    firsts = np.searchsorted(way_worker, np.maximum(worker_there, 0))
    way_of = np.where(worker_there == GONE, GONE, firsts + order).astype(np.int32)
    way_kept = way_of != GONE
    is_wide = np.zeros(len(account_mark), dtype=bool)
    is_wide[account_of[memory.is_wide & (account_of != GONE)]] = True
    pair_account, pair_way = account_of[memory.pair_account], way_of[memory.pair_way]
    pair_kept = (pair_account != GONE) & (pair_way != GONE)
    return Recalled(
        _mask(account_of, len(account_mark)),
        _mask(worker_of, len(worker_mark)),
        way_of[way_kept],
        Memory(
            account_mark, worker_mark, is_wide,
            worker_there[way_kept], memory.way_first[way_kept], memory.way_last[way_kept],
            memory.sure_account.taken(account_of), memory.sure_way.taken(way_of),
            memory.account.taken(account_of), memory.way.taken(way_of),
            pair_account[pair_kept], pair_way[pair_kept], memory.levels[pair_kept],
        ),
    )  # fmt: skip


def read_memory(file: Path) -> Memory | None:
    """What the last night remembered; None where there is none, it is damaged, or other code wrote it."""
    try:
        # opened here, because numpy leaves a file that is no archive open
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            if str(stored["writer"]) != writer():
                return None
            return _from_arrays({name: stored[name] for name in stored.files})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        _tell("people_memory_discarded", file, error)
        return None


def write_memory(file: Path, memory: Memory) -> None:
    """Keep `memory` for the next night, in the place of what was kept before; where that fails, the log says so."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as opened:
            np.savez(opened, writer=np.array(writer()), **_arrays(memory))
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        _tell("people_memory_not_kept", file, error)


@cache
def writer() -> str:
    """What decides how hashes, keys and levels come out: this room's code and data, and the packages that it uses."""
    digest = hashlib.sha256(unicodedata.unidata_version.encode())
    for package in _WRITERS:
        digest.update(f"{package} {version(package)}\n".encode())
    room = files("lms_hris_pipeline.match")
    listed = [entry for folder in (room, room / "sql", room / "data") for entry in folder.iterdir() if entry.is_file()]
    for entry in sorted(listed, key=lambda entry: entry.name):
        if entry.name.startswith(("people_", "names.", "short_names.")):
            digest.update(entry.name.encode() + b"\n" + entry.read_bytes())
    return digest.hexdigest()


def _numbers(before: Hashes, today: Hashes) -> Places:
    """By number before, the number today of the record with the same mark; GONE where there is none."""
    order = np.argsort(today, kind="stable")
    if not len(order):
        return np.full(len(before), GONE, dtype=np.int32)
    found = order[np.minimum(np.searchsorted(today[order], before), len(order) - 1)]
    return np.where(today[found] == before, found, GONE).astype(np.int32)


def _mask(numbers: Places, size: int) -> Bools:
    there = np.zeros(size, dtype=bool)
    there[numbers[numbers != GONE]] = True
    return there


def _arrays(memory: Memory) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(Memory):
        value = getattr(memory, field.name)
        if isinstance(value, Keys):
            found |= {f"{field.name}.{part.name}": getattr(value, part.name) for part in fields(Keys)}
        else:
            found[field.name] = value
    return found


def _from_arrays(arrays: Mapping[str, Any]) -> Memory:
    def value(name: str) -> Any:
        if name in arrays:
            return arrays[name]
        return Keys(**{part.name: arrays[f"{name}.{part.name}"] for part in fields(Keys)})

    return Memory(**{field.name: value(field.name) for field in fields(Memory)})


def _tell(event: str, file: Path, why: object) -> None:
    logger.warning(json.dumps({"event": event, "file": file.name, "why": str(why)}))
