"""One run: its batch, instant, settings, landing folder and connections, opened when first needed.

How a Dagster run gets its night is `runs`' business; what runs when is the rooms'.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.model.errors import PipelineError
from lms_hris_pipeline.model.wish import canonical_json
from lms_hris_pipeline.resources.logs import is_logging, logging_to, note
from lms_hris_pipeline.resources.parameters import query_params, settings_views
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf, RunLock
from lms_hris_pipeline.warehouse.shelf import COPIES_LOCK, NIGHT_LOCK, is_holding_nights

Teller = Callable[[str, str, int, float], None]


class Mode(StrEnum):
    """What a run may do: build and seal, try things on a copy, or build again from landing alone."""

    NIGHTLY = "nightly"
    SCRATCH = "scratch"
    REPLAY = "replay"


@dataclass(slots=True)
class Night:
    """The state of one run; safe to use from the run's threads.

    Args:
        resumes: go on with what an earlier run of the batch has built.
        fresh: fetch everything anew and in full.
        teller: hears of each finished step: stage, name, count, seconds.
    """

    settings: Settings
    batch_id: str
    as_of: datetime
    mode: Mode
    run_id: str
    resumes: bool = False
    fresh: bool = False
    teller: Teller = lambda stage, name, count, seconds: None
    _batch: Batch | None = None
    _ledger: Ledger | None = None
    _locks: list[RunLock] = field(default_factory=list)
    _guard: threading.RLock = field(default_factory=threading.RLock)
    _at_close: ExitStack = field(default_factory=ExitStack)
    _began: float = field(default_factory=time.monotonic)

    @property
    def shelf(self) -> BatchShelf:
        """Where this installation's batches lie."""
        return BatchShelf(self.data_dir)

    @property
    def data_dir(self) -> Path:
        """The firm's data folder."""
        return self.settings.firm.data_dir

    @property
    def landing_dir(self) -> Path:
        """Where this batch's vendor pages and snapshot lie."""
        return self.data_dir / "landing" / self.batch_id

    @property
    def run_folder(self) -> Path:
        """Where the snapshot of the ledger and the facts of the run lie."""
        return self.landing_dir / "_run"

    @property
    def reports_dir(self) -> Path:
        """Where the pages and workbooks of this run go."""
        if self.mode is Mode.NIGHTLY:
            return self.data_dir / "reports" / self.batch_id
        return self._copy_folder / "reports"

    @property
    def label(self) -> str:
        """The batch, and what it is if it is no nightly."""
        if self.mode is Mode.NIGHTLY:
            return self.batch_id
        return f"{self.batch_id} ({self.mode.value} copy, never current)"

    @property
    def log_name(self) -> str:
        """The name of this run's log: the batch's own is a night's alone."""
        return self.batch_id if self.mode is Mode.NIGHTLY else f"{self.mode.value}-{self.batch_id}"

    @property
    def cache_dir(self) -> Path:
        """What earlier nights keep to save time; a replay or a scratch copy reads, and writes into, a copy of it."""
        kept = self.data_dir / "cache"
        if self.mode is Mode.NIGHTLY:
            return kept
        copy = self._copy_folder / "cache"
        with self._guard:
            if not copy.exists():
                copy.mkdir(parents=True)
                for pattern in ("*.npz", "*.json"):
                    for file in kept.glob(pattern):
                        shutil.copyfile(file, copy / file.name)
        return copy

    @property
    def batch(self) -> Batch:
        """The batch under construction, opened on first use.

        Raises:
            SealedBatch: the batch is sealed already.
            Busy: another run builds.
        """
        with self._guard:
            if self._batch is None:
                self._batch = self._open_batch()
                for name, rows in settings_views(self.settings).items():
                    self._batch.register(name, rows)
            return self._batch

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened on first use."""
        with self._guard:
            if self._ledger is None:
                self._ledger = open_ledger(self.settings.ledger_url)
            return self._ledger

    @property
    def settings_hash(self) -> str:
        """sha256 of all settings but the place of the data."""
        shown = self.settings.model_dump(mode="json", exclude={"firm": {"data_dir"}, "ledger": True})
        return hashlib.sha256(canonical_json(shown).encode()).hexdigest()

    def now(self) -> datetime:
        """The present, as decisions and attempts are dated.

        The sandbox has a calendar of its own: its present is the night's instant and what has passed since.
        """
        if self.settings.profile == "sandbox":
            return self.as_of + timedelta(seconds=time.monotonic() - self._began)
        return datetime.now(UTC)

    def keep_log(self) -> None:
        """Write this run's log until it ends, unless a shell that started it does."""
        with self._guard:
            if is_logging():
                return
            days = self.settings.retention.landing_days
            log = logging_to(self.data_dir, self.batch_id, keep_days=days, name=self.log_name)
            self._at_close.enter_context(log)
            self._at_close.callback(note, "run_ended", run=self.run_id)
            note("run_started", run=self.run_id, mode=self.mode.value, as_of=self.as_of.isoformat())

    @contextmanager
    def step(self, stage: str, name: str) -> Iterator[None]:
        """A step of the run; where it fails, the log says which and why, a foreign error's words left out."""
        try:
            yield
        except BaseException as error:
            told = {"text": str(error)} if isinstance(error, PipelineError) else {}
            note("step_failed", stage=stage, name=name, error=type(error).__name__, **told)
            raise

    def tell(self, stage: str, name: str, count: int, seconds: float) -> None:
        """Report progress: `count` rows of `name` took `seconds`."""
        note("built", stage=stage, name=name, count=count, seconds=round(seconds, 3))
        self.teller(stage, name, count, seconds)

    def lock(self) -> None:
        """Keep other nights out until this one ends.

        Raises:
            Busy: another night is under way.
        """
        with self._guard:
            if not self._locks and self.mode is Mode.NIGHTLY and not is_holding_nights(self.data_dir):
                self._take(RunLock(self.data_dir, NIGHT_LOCK))

    def seal(self, facts: dict[str, object]) -> Path:
        """Seal the batch; a replay is closed, a scratch copy stays open."""
        with self._guard:
            batch = self.batch
            if self.mode is Mode.SCRATCH:
                return batch.folder / "warehouse.duckdb.part"
            self._batch = None
            if self.mode is Mode.NIGHTLY:
                return self.shelf.seal(
                    batch, {"as_of": self.as_of.isoformat(), "settings": self.settings_hash, **facts}
                )
            final = batch.folder / "warehouse.duckdb"
            batch.close()
            (batch.folder / "warehouse.duckdb.part").rename(final)
            return final

    @contextmanager
    def sealed_batch(self) -> Iterator[Batch]:
        """This run's batch after its seal, read-only."""
        if self.mode is Mode.NIGHTLY:
            with self.shelf.read(self.batch_id) as batch:
                yield batch
        elif self.mode is Mode.REPLAY:
            with Batch.reading(
                self._copy_folder / "warehouse.duckdb", batch_id=self.batch_id, as_of=self.as_of
            ) as batch:
                yield batch
        else:
            yield self.batch

    def close(self) -> None:
        """Let go of the batch, the ledger and the locks, whatever fails."""
        with self._guard, self._at_close.pop_all(), ExitStack() as stack:
            for lock in self._locks:
                stack.callback(lock.__exit__, None, None, None)
            if self._ledger is not None:
                stack.callback(self._ledger.close)
            if self._batch is not None:
                stack.callback(self._batch.close)
            self._locks, self._ledger, self._batch = [], None, None

    @property
    def _copy_folder(self) -> Path:
        return self.data_dir / self.mode.value / (self.run_id if self.mode is Mode.SCRATCH else self.batch_id)

    def _take(self, lock: RunLock) -> None:
        lock.__enter__()
        self._locks.append(lock)

    def _open_batch(self) -> Batch:
        params = query_params(self.settings)
        if self.mode is Mode.NIGHTLY:
            self.lock()
            self._take(RunLock(self.data_dir))
            return self.shelf.begin(self.batch_id, self.as_of, params, resume=self.resumes)
        self._take(RunLock(self.data_dir, COPIES_LOCK, is_shared=True))
        if self.mode is Mode.REPLAY:
            self._take(RunLock(self._copy_folder.parent, f"{self.batch_id}.lock"))
        file = self._copy_folder / "warehouse.duckdb.part"
        if self.mode is Mode.REPLAY or not file.exists():
            shutil.rmtree(self._copy_folder, ignore_errors=True)
            self._copy_folder.mkdir(parents=True)
            current = self.shelf.folder(self.batch_id) / "warehouse.duckdb"
            if self.mode is Mode.SCRATCH and current.exists():
                shutil.copyfile(current, file)
        return Batch.open(file, batch_id=self.batch_id, as_of=self.as_of, params=params, is_scratch=True)
