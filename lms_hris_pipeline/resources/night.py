"""One run: its batch, instant, settings, landing folder and connections, opened when first needed.

Kept by run id, because Dagster may set resources up twice a run. What runs when is the rooms' business.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import dagster as dg
import pyarrow as pa
from lms_hris_pipeline.ledger import Ledger, open_ledger

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.model.wish import canonical_json
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf, RunLock

BATCH_TAG = "lms_hris/batch"
AS_OF_TAG = "lms_hris/as_of"
REPLAY_TAG = "lms_hris/replay_of"
FRESH_TAG = "lms_hris/fresh"
Teller = Callable[[str, str, int, float], None]


class Mode(StrEnum):
    """What a run may do: build and seal, try things on a copy, or build again from landing alone."""

    NIGHTLY = "nightly"
    SCRATCH = "scratch"
    REPLAY = "replay"


@dataclass(slots=True)
class Night:
    """The state of one run; safe to use from the run's threads."""

    settings: Settings
    batch_id: str
    as_of: datetime
    mode: Mode
    run_id: str
    resumes: bool = False
    listeners: list[Teller] = field(default_factory=list)
    _batch: Batch | None = None
    _ledger: Ledger | None = None
    _lock: RunLock | None = None
    _guard: threading.RLock = field(default_factory=threading.RLock)

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
    def label(self) -> str:
        """The batch, and what it is if it is no nightly."""
        return (
            self.batch_id if self.mode is Mode.NIGHTLY else f"{self.batch_id} ({self.mode.value} copy, never current)"
        )

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
                self._batch.register("settings_role_rules", role_rules(self.settings))
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

    def tell(self, stage: str, name: str, count: int, seconds: float) -> None:
        """Report progress: `count` rows of `name` took `seconds`."""
        for listener in (*self.listeners, *_LISTENERS):
            listener(stage, name, count, seconds)

    def lock(self) -> None:
        """Keep other runs out until this one ends.

        Raises:
            Busy: another run is under way.
        """
        with self._guard:
            if self._lock is None and self.mode is Mode.NIGHTLY:
                lock = RunLock(self.data_dir)
                lock.__enter__()
                self._lock = lock

    def seal(self, facts: dict[str, object]) -> Path:
        """Seal the batch; a scratch copy or a replay is only closed."""
        with self._guard:
            batch = self.batch
            self._batch = None
            if self.mode is Mode.NIGHTLY:
                return self.shelf.seal(
                    batch, {"as_of": self.as_of.isoformat(), "settings": self.settings_hash, **facts}
                )
            file = batch.folder / "warehouse.duckdb.part"
            batch.close()
            final = file.with_suffix("")
            file.rename(final)
            return final

    @contextmanager
    def sealed_batch(self) -> Iterator[Batch]:
        """This run's batch after its seal, read-only."""
        if self.mode is Mode.NIGHTLY:
            with self.shelf.read(self.batch_id) as batch:
                yield batch
        else:
            yield self.batch

    def close(self) -> None:
        """Let go of the batch, the ledger and the lock."""
        with self._guard:
            if self._batch is not None:
                self._batch.close()
                self._batch = None
            if self._ledger is not None:
                self._ledger.close()
                self._ledger = None
            if self._lock is not None:
                self._lock.__exit__(None, None, None)
                self._lock = None

    def _open_batch(self) -> Batch:
        params = query_params(self.settings)
        if self.mode is Mode.NIGHTLY:
            self.lock()
            return self.shelf.begin(self.batch_id, self.as_of, params, resume=self.resumes)
        folder = self.data_dir / self.mode.value / (self.run_id if self.mode is Mode.SCRATCH else self.batch_id)
        file = folder / "warehouse.duckdb.part"
        if self.mode is Mode.REPLAY or not file.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            current = self.shelf.folder(self.batch_id) / "warehouse.duckdb"
            if self.mode is Mode.SCRATCH and current.exists():
                shutil.copyfile(current, file)
        return Batch.open(file, batch_id=self.batch_id, as_of=self.as_of, params=params, is_scratch=True)


_NIGHTS: dict[str, Night] = {}
_LISTENERS: list[Teller] = []
_REGISTRY = threading.Lock()


@contextmanager
def listening(listener: Teller) -> Iterator[None]:
    """Within the context every run of this process reports its progress to `listener`."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


def query_params(settings: Settings) -> dict[str, object]:
    """What settings say to the queries: scope rules, and the JSON path of each mapped field."""
    paths = {f"hris_{name}": f'$."{alias}"' for name, alias in settings.hris.fields.model_dump().items()}
    paths |= {f"lms_{name}": f'$."{alias}"' for name, alias in settings.lms.fields.model_dump().items()}
    return {
        **paths,
        "firm_time_zone": settings.firm.time_zone,
        "prehire_days": settings.scope.prehire_days,
        "include_contingent": settings.scope.include_contingent,
        "username_rule": settings.scope.username_rule,
        "erase_when_empty": settings.scope.erase_when_empty,
        "min_score_pct": settings.skills.min_score_pct,
    }


def role_rules(settings: Settings) -> pa.Table:
    """The role-mapping table: one row a rule, `source, value, group_name`."""
    return pa.table(
        {
            "source": pa.array([rule.source for rule in settings.scope.roles], pa.string()),
            "value": pa.array([rule.value for rule in settings.scope.roles], pa.string()),
            "group_name": pa.array([rule.group for rule in settings.scope.roles], pa.string()),
        }
    )


class NightResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Gives each run its `Night`; opens nothing by itself."""

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close what the run opened."""
        run = context.run
        if run is not None:
            with _REGISTRY:
                night = _NIGHTS.pop(run.run_id, None)
            if night is not None:
                night.close()


def night_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Night:
    """The night of the run that `context` belongs to.

    Raises:
        BadInput: settings cannot be used, or a tag of the run cannot be read.
    """
    run = context.run
    with _REGISTRY:
        night = _NIGHTS.get(run.run_id)
        if night is None:
            night = _NIGHTS[run.run_id] = _begin(run, context.instance)
        return night


def _begin(run: dg.DagsterRun, instance: dg.DagsterInstance) -> Night:
    settings = load_settings()
    tags = run.tags
    as_of = _instant(tags.get(AS_OF_TAG))
    shelf = BatchShelf(settings.firm.data_dir)
    resumes = run.parent_run_id is not None
    if replayed := tags.get(REPLAY_TAG):
        return Night(settings, replayed, as_of, Mode.REPLAY, run.run_id)
    if run.job_name.startswith("__ASSET_JOB"):
        current = shelf.current()
        if current is None:
            raise BadInput("There is no sealed batch to try things on\n  Run the job nightly_reconciliation first.")
        with shelf.read(current) as sealed:
            return Night(settings, current, sealed.as_of, Mode.SCRATCH, run.run_id)
    batch_id = tags.get(BATCH_TAG)
    if batch_id is None:
        batch_id = shelf.next_id(as_of.astimezone(settings.firm.zone).date().isoformat())
    instance.add_run_tags(run.run_id, {BATCH_TAG: batch_id, AS_OF_TAG: as_of.isoformat()})
    return Night(settings, batch_id, as_of, Mode.NIGHTLY, run.run_id, resumes=resumes)


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        instant: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadInput(f"The tag {AS_OF_TAG}={text!r} is no instant; write for example 2026-11-23T02:30:00+01:00")
    return instant.astimezone(UTC)
