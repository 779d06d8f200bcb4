"""Where a night's memory lies: a folder beside the batches, of parts that never change and a head that names them.

The head is replaced last, by a rename, so that a night that stops leaves the memory of the one before. What is damaged,
or holds under another frame, is left aside with a line in the log or without; what cannot be kept costs the next night time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lms_hris_pipeline.match.people_firm import Arrays, Places
from lms_hris_pipeline.match.people_memory import KEY_SIDES, Keys, Memory
from lms_hris_pipeline.warehouse.shelf import write_atomically

logger = logging.getLogger("lms_hris_pipeline")

_HEAD = "head.json"
_GROUPS = ("account", "worker", "way", "pair", "code", "sorted")
_AT_ONCE = 16384
"""Rows that are put together at once: a text column of all might be longer than one array can be."""
Layout = list[tuple[str, str, list[int]]]


class Shelf:
    """The memory in one folder. Between reading and writing it knows which parts lie there already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[str, Any] = {}

    def read(self, frame: str) -> Memory | None:
        """What the last night left; None where there is none, it holds under another frame, is damaged or worn."""
        file = self._folder / _HEAD
        if not file.exists():
            return None
        try:
            head = json.loads(file.read_text(encoding="utf-8"))
            if head["frame"] != frame:
                return None
            memory = self._memory(head)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowInvalid) as error:
            self._tell("people_memory_discarded", error)
            return None
        if memory.is_worn:
            return None
        self._parts = head["parts"]
        return memory

    def write(self, memory: Memory) -> None:
        """Keep `memory` in the place of what was kept before; where that fails, the log says so."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            number = 1 + max((int(file.stem.rpartition("-")[2]) for file in self._folder.glob("*-*.bin")), default=0)
            groups: dict[str, Arrays] = {group: getattr(memory, group) for group in _GROUPS}
            arrays = {
                f"{group}.{name}": column for group, columns in groups.items() for name, column in columns.items()
            }
            parts = {"night": [self._put(f"night-{number}.bin", arrays)]}
            for side in KEY_SIDES:
                last = memory.keys[side][-1]
                columns: Arrays = {"key": last.key, "record": last.record, "rule": last.rule}
                parts[side] = [*self._parts.get(side, ()), self._put(f"{side}-{number}.bin", columns)]
            parts["told"] = [*self._parts.get("told", ()), self._put_rows(f"told-{number}.bin", memory.told[-1])]
            head = {
                "frame": memory.frame,
                "slots": memory.slots,
                "waiting": memory.waiting,
                "fewer": memory.fewer,
                "parts": parts,
            }
            write_atomically(self._folder / _HEAD, json.dumps(head))
            kept = {part["file"] for listed in parts.values() for part in listed}
            for file in self._folder.glob("*.bin*"):
                if file.name not in kept:
                    file.unlink()
        except OSError as error:
            self._tell("people_memory_not_kept", error)

    def _memory(self, head: Mapping[str, Any]) -> Memory:
        parts = head["parts"]
        night = self._arrays(parts["night"][0])
        groups: dict[str, dict[str, npt.NDArray[Any]]] = {group: {} for group in _GROUPS}
        for name, column in night.items():
            group, _, field = name.partition(".")
            groups[group][field] = column
        return Memory(
            frame=head["frame"],
            slots=head["slots"],
            waiting=head["waiting"],
            fewer=head["fewer"],
            keys={side: tuple(Keys(**self._arrays(part)) for part in parts[side]) for side in KEY_SIDES},
            told=tuple(self._rows(part) for part in parts["told"]),
            **groups,
        )

    def _put(self, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
        """Arrays one after the other, each from a multiple of eight bytes on; how they lie there."""
        layout: Layout = [(field, column.dtype.str, list(column.shape)) for field, column in arrays.items()]
        path = self._folder / f"{name}.part"
        with path.open("wb") as opened:
            for column in arrays.values():
                opened.write(np.ascontiguousarray(column).data)
                opened.write(bytes(-column.nbytes % 8))
        path.replace(self._folder / name)
        return {"file": name, "layout": layout, "sum": _sum(self._bytes(name))}

    def _put_rows(self, name: str, rows: pa.Table) -> dict[str, Any]:
        path = self._folder / f"{name}.part"
        with pa.OSFile(str(path), "wb") as opened, pa.ipc.new_file(opened, rows.schema) as writer:
            writer.write_table(rows)
        path.replace(self._folder / name)
        return {"file": name, "sum": _sum(self._bytes(name))}

    def _arrays(self, part: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
        content = self._whole(part)
        found, first = {}, 0
        for field, kind, shape in part["layout"]:
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            found[field] = content[first : first + size].view(kind).reshape(shape)
            first += size + -size % 8
        return found

    def _rows(self, part: Mapping[str, Any]) -> pa.Table:
        return pa.ipc.open_file(pa.py_buffer(self._whole(part))).read_all()

    def _whole(self, part: Mapping[str, Any]) -> npt.NDArray[np.uint8]:
        content = self._bytes(part["file"])
        if _sum(content) != part["sum"]:
            raise ValueError(f"{part['file']} is not what was written")
        return content

    def _bytes(self, name: str) -> npt.NDArray[np.uint8]:
        path = self._folder / name
        if not path.stat().st_size:
            return np.array([], dtype=np.uint8)
        return np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)

    def _tell(self, event: str, why: object) -> None:
        logger.warning(json.dumps({"event": event, "folder": self._folder.name, "why": str(why)}))


def taken(parts: Sequence[pa.Table], told: Places) -> pa.Table:
    """The rows of `told`, which counts through all parts."""
    if len(parts) == 1 and np.array_equal(told, np.arange(parts[0].num_rows)):
        return parts[0]
    pieces = [_piece(parts, told[first : first + _AT_ONCE]) for first in range(0, len(told), _AT_ONCE)]
    return pa.concat_tables(pieces) if pieces else parts[0].slice(0, 0)


def _piece(parts: Sequence[pa.Table], told: Places) -> pa.Table:
    """Some rows. Every part has its rows in the order of ids, so that those of a piece lie near each other in it."""
    first, near, place = 0, [], np.zeros(len(told), dtype=np.int64)
    taken_so_far = 0
    for part in parts:
        of_part = np.flatnonzero((told >= first) & (told < first + part.num_rows))
        if len(of_part):
            rows = told[of_part] - first
            start, end = int(rows.min()), int(rows.max()) + 1
            near.append(part.slice(start, end - start))
            place[of_part] = rows - start + taken_so_far
            taken_so_far += end - start
        first += part.num_rows
    return pa.concat_tables(near).take(pa.array(place))


def _sum(content: npt.NDArray[np.uint8]) -> int:
    """Of all bytes, eight at a time, so that damage shows."""
    even = len(content) - len(content) % 8
    return (int(content[:even].view(np.uint64).sum()) + int(content[even:].sum())) % 2**64
