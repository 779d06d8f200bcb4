"""What a night remembers for the next: records by their hashes, keys, pairs with levels, and what was told of each account.

Only ever a saving of time: whatever cannot be read, was written by other code, or was decided by another model or other
settings is left aside. It holds hashes, codes, levels and the rows of the result, which name ids alone; no name, address
or number of anybody. What a record shares with it is found in `people_recall`, how it lies on disk in `people_shelf`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import numpy as np
import pyarrow as pa

from lms_hris_pipeline.match.people_bench import COMPARED
from lms_hris_pipeline.match.people_candidates import Codes as Levels
from lms_hris_pipeline.match.people_firm import (
    ACCOUNT_VALUES,
    KINDS,
    WAY_VALUES,
    WORKER_VALUES,
    Arrays,
    Hashes,
    Places,
)

KEY_SIDES = ("sure_account", "sure_way", "account", "way")
_WRITERS = ("duckdb", "nicknames", "pyarrow")
"""Packages that shape hashes, forms of names, levels or texts."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one night and side, in order; `record` is a slot: a number that no other record ever gets."""

    key: Hashes
    record: Places
    rule: Levels


@dataclass(frozen=True, slots=True)
class Memory:
    """One night. `account`, `worker` and `way` have a row for each record, in the order of ids, `pair` for each pair.

    `code` and `sorted` are the lists of values by kind (`people_firm.Codes`). `keys` and `told` have a part for each night that added some: parts never change, what is stale in them is not
    referred to any more. `frame` says under which code, model and settings all this holds.
    """

    frame: str
    account: Arrays
    worker: Arrays
    way: Arrays
    pair: Arrays
    code: Mapping[str, Hashes]
    sorted: Mapping[str, Places]
    slots: Mapping[str, int]
    waiting: int
    fewer: float
    keys: Mapping[str, tuple[Keys, ...]]
    told: tuple[pa.Table, ...]

    @property
    def is_worn(self) -> bool:
        """Whether so much of it is stale that a night had better begin anew."""
        told = sum(part.num_rows for part in self.told)
        return len(self.told) > MOST_PARTS or told > len(self.account["mark"]) * MOST_TOLD


MOST_PARTS, MOST_TOLD = 30, 1.5
"""Nights whose parts are kept, and rows told for each account, before a night begins anew."""


def blank(frame: str) -> Memory:
    """Of a first night."""
    numbers, hashes = np.array([], dtype=np.int32), np.array([], dtype=np.uint64)
    flags, steps = np.array([], dtype=bool), np.array([], dtype=np.uint8)
    return Memory(
        frame=frame,
        account={
            "mark": hashes, "known": hashes, "slot": numbers, "shared": steps, "told": numbers,
            **dict.fromkeys(ACCOUNT_VALUES, numbers),
        },
        worker={
            "mark": hashes, "person": numbers, "shared": flags, "claimed": flags, **dict.fromkeys(WORKER_VALUES, numbers),
            **{f"{name}_step": steps for name in WORKER_VALUES if name != "email"},
        },
        way={
            "worker": numbers, "slot": numbers, **dict.fromkeys(WAY_VALUES, numbers),
            **{f"{name}_step": steps for name in WAY_VALUES},
        },
        pair={
            "account": numbers, "way": numbers, "levels": np.zeros((0, len(COMPARED)), dtype=np.uint8),
            "bits": np.array([], dtype=np.float64), "strong": flags,
        },
        code=dict.fromkeys(KINDS, hashes),
        sorted=dict.fromkeys(KINDS, numbers),
        slots={"account": 0, "way": 0},
        waiting=0,
        fewer=0.0,
        keys=dict.fromkeys(KEY_SIDES, ()),
        told=(),
    )  # fmt: skip


@cache
def writer() -> str:
    """What decides how hashes, levels and texts come out: this room's code and data, and the packages that it uses."""
    digest = hashlib.sha256(unicodedata.unidata_version.encode())
    for package in _WRITERS:
        digest.update(f"{package} {version(package)}\n".encode())
    room = files("lms_hris_pipeline.match")
    listed = [entry for folder in (room, room / "sql", room / "data") for entry in folder.iterdir() if entry.is_file()]
    for entry in sorted(listed, key=lambda entry: entry.name):
        if entry.name.startswith(("people", "names.", "short_names.")):
            digest.update(entry.name.encode() + b"\n" + entry.read_bytes())
    return digest.hexdigest()
