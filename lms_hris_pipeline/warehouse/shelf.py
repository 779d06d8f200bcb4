"""Where batches lie: building, sealing and finding them, and the lock that keeps runs apart.

data/batches/<batch>/warehouse.duckdb.part while it is built; renamed and made read-only by the seal;
data/CURRENT names the last sealed batch. A sealed batch is never opened for writing.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from lms_hris_pipeline.model.errors import BadInput, Busy, ContractBroken, Permanent, SealedBatch
from lms_hris_pipeline.tables import ALL_TABLES, contracts_digest
from lms_hris_pipeline.warehouse.batch import Batch

BATCH_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-\d{2}")
BUILD_LOCK = "run.lock"
NIGHT_LOCK = "night.lock"
"""A night holds it from its first call to its last; extraction does without the lock of the builders."""
COPIES_LOCK = "copies.lock"
"""Whoever builds a replay or a scratch copy shares it; what they read and write is only removed by who has it alone."""


class RunLock:
    """A lock on the data folder; the operating system drops it when the process dies.

    Args:
        is_shared: held by several at once, and by nobody who wants it alone.
    """

    def __init__(self, data_dir: Path, name: str = BUILD_LOCK, *, is_shared: bool = False) -> None:
        self._path = data_dir / name
        self._operation = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        self._handle: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            Busy: another process holds it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, self._operation | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise Busy(
                f"Another run holds {self._path} ({holder})\n  Wait for it to end, then run again; nothing was changed."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}".encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_HELD: list[Path] = []


@contextmanager
def holding_nights(data_dir: Path) -> Iterator[None]:
    """Keep other processes' nights out, from before a night of this process begins until after it.

    Within it, it may be held again; a night of this process goes on under it.

    Raises:
        Busy: a night of another process is under way, or something else that may not happen beside one.
    """
    if is_holding_nights(data_dir):
        yield
        return
    with RunLock(data_dir, NIGHT_LOCK):
        _HELD.append(data_dir.resolve())
        try:
            yield
        finally:
            _HELD.remove(data_dir.resolve())


def is_holding_nights(data_dir: Path) -> bool:
    """Whether this process is within `holding_nights`."""
    return data_dir.resolve() in _HELD


class BatchShelf:
    """The batches of one installation."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.batches_dir = data_dir / "batches"

    def folder(self, batch_id: str) -> Path:
        """The folder of a batch.

        Raises:
            BadInput: `batch_id` is not of the form YYYY-MM-DD-NN.
        """
        if not BATCH_NAME.fullmatch(batch_id):
            raise BadInput(f"{batch_id!r} is no batch; batches are named YYYY-MM-DD-NN, as in 2026-11-23-01")
        return self.batches_dir / batch_id

    def sealed(self) -> list[str]:
        """Sealed batches, oldest first."""
        return sorted(
            path.parent.name
            for path in self.batches_dir.glob("*/warehouse.duckdb")
            if BATCH_NAME.fullmatch(path.parent.name)
        )

    def current(self) -> str | None:
        """The last sealed batch, or None before the first."""
        try:
            return (self.data_dir / "CURRENT").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def next_id(self, day: str) -> str:
        """The name for a new batch of `day` (YYYY-MM-DD): one past the last that was sealed that day.

        A batch that was begun and not sealed keeps its number, so that it can be resumed.
        """
        numbers = [int(name[-2:]) for name in self.sealed() if name.startswith(day)]
        number = max(numbers, default=0) + 1
        if number > 99:
            raise Permanent(f"{day} already has 99 batches")
        return f"{day}-{number:02d}"

    def is_sealed(self, batch_id: str) -> bool:
        """Whether the batch was sealed."""
        return (self.folder(batch_id) / "warehouse.duckdb").exists()

    def facts(self, batch_id: str) -> dict[str, object]:
        """What the seal noted of a sealed batch: its instant, its run, the hash of its settings, its tables."""
        found: dict[str, object] = json.loads((self.folder(batch_id) / "batch.json").read_text(encoding="utf-8"))
        return found

    def is_of_this_version(self, batch_id: str) -> bool:
        """Whether a sealed batch has the tables and columns that this version of the pipeline knows."""
        return self.facts(batch_id).get("contracts") == contracts_digest()

    def check_version(self, batch_id: str) -> None:
        """Do nothing for a sealed batch with the tables of this version.

        Raises:
            BadInput: another version built it.
        """
        if not self.is_of_this_version(batch_id):
            raise BadInput(
                f"Batch {batch_id} was built by another version of the pipeline, which had other tables\n"
                "  Use that version for it, or query its file with any DuckDB client. The next night makes a batch of this one."
            )

    def begin(self, batch_id: str, as_of: datetime, params: Mapping[str, object], *, resume: bool = False) -> Batch:
        """Open a batch for building; what an interrupted build left is dropped unless `resume`.

        Raises:
            SealedBatch: it is sealed already.
        """
        folder = self.folder(batch_id)
        if self.is_sealed(batch_id):
            raise SealedBatch(
                f"Batch {batch_id} is sealed and stays as it is\n  Start a new run; it will be numbered after it."
            )
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "warehouse.duckdb.part"
        if not resume:
            for leftover in (part, folder / "warehouse.duckdb.part.wal"):
                leftover.unlink(missing_ok=True)
        return Batch.open(part, batch_id=batch_id, as_of=as_of, params=params)

    def seal(self, batch: Batch, facts: Mapping[str, object]) -> Path:
        """Close `batch`, make it read-only and make it CURRENT; the path of its database.

        Raises:
            ContractBroken: a contracted table was not built by this batch, or must not be empty and is.
            Permanent: a later batch is current, so that readers would never see this one.
        """
        current = self.current()
        if current is not None and current > batch.id:
            raise Permanent(
                f"Batch {batch.id} was not sealed: {current} is current and later\n"
                "  Look at the clock and at --as-of; a batch that is built again is `lms-hris replay`."
            )
        built = batch.built_tables()
        missing = [table.sql_name for table in ALL_TABLES if table.sql_name not in built]
        empty = [table.sql_name for table in ALL_TABLES if not table.may_be_empty and built.get(table.sql_name) == 0]
        if missing or empty:
            raise ContractBroken(
                f"Batch {batch.id} cannot be sealed: tables not built {missing}, empty {empty}\n"
                f"  {current or 'No batch'} is still the current one."
            )
        batch.close()
        folder = self.folder(batch.id)
        part, final = folder / "warehouse.duckdb.part", folder / "warehouse.duckdb"
        if (folder / "warehouse.duckdb.part.wal").exists():
            raise Permanent(f"{part} still has a write-ahead log; the batch was not sealed")
        shutil.rmtree(folder / "spill", ignore_errors=True)
        write_atomically(
            folder / "batch.json",
            json.dumps({"batch": batch.id, "contracts": contracts_digest(), "tables": built, **facts}, indent=1),
        )
        with open(part, "rb") as handle:
            os.fsync(handle.fileno())
        part.rename(final)
        final.chmod(0o444)
        write_atomically(self.data_dir / "CURRENT", batch.id + "\n")
        return final

    @contextmanager
    def read(self, batch_id: str | None = None) -> Iterator[Batch]:
        """A sealed batch, read-only; CURRENT where none is named. Never blocks a run.

        Raises:
            BadInput: there is no such sealed batch, or it lacks what was asked for because another version built it.
        """
        name = batch_id or self.current()
        if name is None or not self.is_sealed(name):
            raise BadInput(
                f"There is no sealed batch{f' {name}' if name else ''} in {self.batches_dir}\n"
                "  Run `lms-hris nightly` first."
            )
        as_of = datetime.fromisoformat(str(self.facts(name)["as_of"]))
        with Batch.reading(self.folder(name) / "warehouse.duckdb", batch_id=name, as_of=as_of) as batch:
            try:
                yield batch
            except Permanent:
                self.check_version(name)
                raise

    def prune(self, keep: int) -> list[str]:
        """Remove all but the last `keep` sealed batches; the names of those removed."""
        removed = [name for name in self.sealed()[:-keep] if name != self.current()]
        for name in removed:
            shutil.rmtree(self.folder(name))
        return removed

    def prune_unfinished(self, today: str) -> list[str]:
        """Remove batches of days before `today` (YYYY-MM-DD) that were begun and never sealed; their names.

        A batch of today may still be gone on with. The caller holds the lock of nights, so none is under construction.
        """
        begun = [path.name for path in self.batches_dir.glob("*") if BATCH_NAME.fullmatch(path.name)]
        removed = sorted(name for name in begun if name[:10] < today and not self.is_sealed(name))
        for name in removed:
            shutil.rmtree(self.folder(name))
        return removed


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text`, so that a reader sees the old or the new whole, even after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
