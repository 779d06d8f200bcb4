"""Long lists by page number, without counting rows off: the ids of a list are kept, a page is a slice of them.

The order is that of the ids, or a shuffled one that stays the same while a list is read. Not here: envelopes.
"""

from __future__ import annotations

import random
import sqlite3
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from lms_hris_pipeline.sandbox.api.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IdQuery:
    """Which rows a list holds: a query for integer ids in ascending order, with its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


def shuffled(world: World, name: str, rows: Sequence[T]) -> list[T]:
    """`rows` in the order of this run: as they are, or shuffled by the seed and the list's name."""
    ordered = list(rows)
    if world.shuffle_seed is not None:
        random.Random(world.shuffle_seed ^ zlib.crc32(name.encode())).shuffle(ordered)
    return ordered


def list_ids(world: World, query: IdQuery) -> Sequence[int]:
    """All ids of a list, in the order in which it is served."""
    seed = world.shuffle_seed

    def read(connection: sqlite3.Connection) -> Sequence[int]:
        cursor = connection.cursor()
        cursor.row_factory = None
        ids = array("q")
        cursor.execute(query.sql, query.parameters)
        while rows := cursor.fetchmany(20_000):
            ids.extend([row[0] for row in rows])
        if seed is None:
            return ids
        return array("q", shuffled(world, query.sql, ids))

    return world.cached(("ids", query, seed), read)


def rows_of(
    connection: sqlite3.Connection, select: str, key: str, ids: Sequence[int], column: int = 0
) -> list[tuple[object, ...]]:
    """The rows `select … where key in ids`, in the order of `ids`. `column` is the position of the key."""
    if not ids:
        return []
    cursor = connection.cursor()
    cursor.row_factory = None
    marks = ",".join("?" * len(ids))
    found = cursor.execute(f"{select} where {key} in ({marks})", tuple(ids)).fetchall()
    by_id = {row[column]: row for row in found}
    return [by_id[each] for each in ids if each in by_id]
