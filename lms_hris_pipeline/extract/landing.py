"""Landing files: a vendor page a line, compressed page by page, so that an interrupted extract goes on where it stopped.

While an entity is read there are `<entity>.ndjson.zst.part` and `<entity>.pages.jsonl`, which says how far the
former is whole. Not here: what is fetched, and whether it can be believed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson
import zstandard

from lms_hris_pipeline.connectors.protocols import Json, Page, Part
from lms_hris_pipeline.model.errors import ContractBroken

LINE_BYTES = 8 * 1024 * 1024
"""Longer pages are split between records: DuckDB's JSON reader takes objects up to 16 MB by default."""

LEVEL = 1
"""zstd level: 3 gave 6 % smaller files for a third more time."""

PART_FIELDS = tuple(part.name for part in fields(Part))
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What landed of one entity.

    Args:
        mode: `full`, or `changes` on top of the batch named by `base`.
        rows: records in this file.
        rows_in_all: records after the changes were laid over their base.
        expected_rows: what the vendor says there are.
        watermark: the latest change seen, in the vendor's own clock and writing.
        fields: on how many records each field was.
    """

    system: str
    entity: str
    batch: str
    mode: str
    base: str | None
    sha256: str
    bytes: int
    pages: int
    rows: int
    rows_in_all: int
    expected_rows: int | None
    is_complete: bool
    reason: str | None
    watermark: str | None
    finished_at: str
    fields: dict[str, int] = field(default_factory=dict)


def data_path(landing_dir: Path, system: str, entity: str) -> Path:
    """Where an entity's pages lie."""
    return landing_dir / system / f"{entity}.ndjson.zst"


def manifest_path(landing_dir: Path, system: str, entity: str) -> Path:
    """Where an entity's manifest lies."""
    return landing_dir / system / f"{entity}.manifest.json"


def read_manifest(landing_dir: Path, system: str, entity: str) -> Manifest | None:
    """The manifest of an entity; None where it has not been extracted.

    Raises:
        ContractBroken: the file is no manifest.
    """
    path = manifest_path(landing_dir, system, entity)
    try:
        found = orjson.loads(path.read_bytes())
        known = {part.name for part in fields(Manifest)}
        return Manifest(**{name: value for name, value in found.items() if name in known})
    except FileNotFoundError:
        return None
    except (orjson.JSONDecodeError, TypeError, AttributeError):
        raise ContractBroken(f"{path} is no manifest\n  Fetch anew: lms-hris nightly --fresh") from None


def write_manifest(landing_dir: Path, manifest: Manifest) -> None:
    """Write a manifest whole or not at all."""
    path = manifest_path(landing_dir, manifest.system, manifest.entity)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        _sync(file)
    temporary.replace(path)


def forget_landed(landing_dir: Path, system: str, entities: Sequence[str] = ()) -> None:
    """Remove what landed of a system, all of it at once, or of some entities one after the other."""
    if entities:
        for entity in entities:
            manifest_path(landing_dir, system, entity).unlink(missing_ok=True)
            data_path(landing_dir, system, entity).unlink(missing_ok=True)
        return
    forgotten = landing_dir / f"{system}.forgotten"
    shutil.rmtree(forgotten, ignore_errors=True)
    if (landing_dir / system).exists():
        (landing_dir / system).rename(forgotten)
        shutil.rmtree(forgotten)


def file_digest(path: Path) -> tuple[str, int]:
    """(sha256, bytes) of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def read_lines(path: Path) -> Iterator[Json]:
    """The lines of a landing file, each a JSON object.

    Raises:
        ContractBroken: the file is damaged.
    """
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as raw:
            rest = b""
            while chunk := raw.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield orjson.loads(line)
            if rest:
                yield orjson.loads(rest)
    except (zstandard.ZstdError, orjson.JSONDecodeError):
        raise ContractBroken(f"{path} is damaged\n  Fetch anew: lms-hris nightly --fresh") from None


class LandingFile:
    """One entity's file while it is written; whole pages only, whatever happens.

    Args:
        header: what the extract asks for; a partial file of another question is thrown away.
    """

    def __init__(self, landing_dir: Path, system: str, entity: str, header: Json, *, fresh: bool = False) -> None:
        self.path = data_path(landing_dir, system, entity)
        self._part = self.path.with_name(self.path.name + ".part")
        self._state = self.path.with_name(f"{entity}.pages.jsonl")
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lines = 0
        self.is_resumed = not fresh and self._recover(header)
        if not self.is_resumed:
            self._part.write_bytes(b"")
            self._state.write_bytes(orjson.dumps({"header": header}) + b"\n")
        self._data: BinaryIO = self._part.open("ab")
        self._log: BinaryIO = self._state.open("ab")

    def _recover(self, header: Json) -> bool:
        """Cut the partial file back to its last whole page; whether there is one that asks the same."""
        try:
            states = [orjson.loads(line) for line in self._state.read_bytes().splitlines() if line.endswith(b"}")]
            size = self._part.stat().st_size
        except (FileNotFoundError, orjson.JSONDecodeError):
            return False
        if not states or states[0].get("header") != header:
            return False
        whole = [state for state in states[1:] if state["end"] <= size]
        with self._part.open("r+b") as file:
            file.truncate(whole[-1]["end"] if whole else 0)
        self._state.write_bytes(b"".join(orjson.dumps(state) + b"\n" for state in (states[0], *whole)))
        self.lines = sum(state["lines"] for state in whole)
        return bool(whole)

    def landed(self) -> Iterator[Page]:
        """The pages that are there already, in the order they landed; a split page comes as one."""
        held: list[Json] = []
        for line in read_lines(self._part):
            held += line["records"]
            if line["is_last"]:
                yield _page_of(line, held)
                held = []

    def append(self, page: Page, records: list[Json]) -> None:
        """Add a page; only `records` of it are kept."""
        lines = list(page_lines(page, records, self.lines + 1))
        self._data.write(self._compressor.compress(b"".join(lines)))
        self._data.flush()
        self.lines += len(lines)
        self._log.write(orjson.dumps({"end": self._data.tell(), "lines": len(lines)}) + b"\n")
        self._log.flush()

    def finish(self) -> tuple[str, int]:
        """Give the file its name; (sha256, bytes)."""
        _sync(self._data)
        self.close()
        self._part.replace(self.path)
        self._state.unlink(missing_ok=True)
        return file_digest(self.path)

    def set_aside(self) -> tuple[str, int]:
        """Give what there is its name too, and keep the partial file to go on from; (sha256, bytes)."""
        _sync(self._data)
        self.close()
        temporary = self.path.with_name(self.path.name + ".tmp")
        shutil.copyfile(self._part, temporary)
        temporary.replace(self.path)
        return file_digest(self.path)

    def close(self) -> None:
        """Let go of the files; what is written stays for the next attempt."""
        self._data.close()
        self._log.close()

    def discard(self) -> None:
        """Forget what is there."""
        self.close()
        self._part.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def page_lines(page: Page, records: list[Json], first: int) -> Iterator[bytes]:
    """The lines of a page, numbered from `first`: one, or several of at most about `LINE_BYTES`."""
    groups = list(_groups(records))
    part = page.part
    for number, group in enumerate(groups, 1):
        head = {
            "page": first + number - 1,
            "fetched_at": page.fetched_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
            "request": part.request,
            "part": _part_as_json(part),
            "total": page.total,
            "cursor": page.cursor,
            "more": [_part_as_json(other) for other in page.more] if number == len(groups) else [],
            "is_last": number == len(groups),
        }
        yield orjson.dumps(head)[:-1] + b',"records":[' + group + b"]}\n"


def _groups(records: list[Json]) -> Iterator[bytes]:
    """The records as JSON, in halves of halves until each is at most `LINE_BYTES` or one record."""
    whole = orjson.dumps(records)
    if len(whole) <= LINE_BYTES or len(records) == 1:
        yield whole[1:-1]
        return
    middle = len(records) // 2
    yield from _groups(records[:middle])
    yield from _groups(records[middle:])


def _part_as_json(part: Part) -> Json:
    return {name: getattr(part, name) for name in PART_FIELDS}


def _page_of(line: Json, records: list[Json]) -> Page:
    moment = datetime.fromisoformat(line["fetched_at"] + "+00:00")
    more = tuple(_part_of(other) for other in line["more"])
    return Page(_part_of(line["part"]), moment, records, total=line["total"], cursor=line["cursor"], more=more)


def _part_of(found: Json) -> Part:
    part = dict(found)
    part["params"] = tuple((name, value) for name, value in part["params"])
    part["parent"] = tuple(part["parent"]) if part["parent"] else None
    return Part(**part)
