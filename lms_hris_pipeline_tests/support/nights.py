"""Whole nights in a folder of their own: the Dagster job, in this process, over a running sandbox."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
import pytest

from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.resources.records import records_kept_open
from lms_hris_pipeline.resources.runs import AS_OF_TAG, BATCH_TAG, FRESH_TAG, REPLAY_TAG
from lms_hris_pipeline.sandbox import company, truth
from lms_hris_pipeline.sandbox.api.options import SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer
from lms_hris_pipeline.sandbox.store import instant, open_company
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.tables import BY_NAME
from lms_hris_pipeline.warehouse import Batch, BatchShelf

FAMILIES = ("accounts", "organisation", "roles", "enrolments", "skills", "training_records", "offboarding")
CREDENTIALS = (
    "workday_client_id", "workday_client_secret", "workday_refresh_token", "workday_soap_user",
    "workday_soap_password", "docebo_client_id", "docebo_client_secret",
)  # fmt: skip


@dataclass
class House:
    """An installation: its data, its settings and the vendors it speaks to."""

    home: Path
    server: SandboxServer
    company: Path
    monkeypatch: pytest.MonkeyPatch
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return load_settings()

    @property
    def shelf(self) -> BatchShelf:
        return BatchShelf(self.home / "data")

    def configure(self, **sections: Mapping[str, object]) -> None:
        """Write the settings file anew: the sandbox's profile, and `sections` over it."""
        lines = ['profile = "sandbox"', "[firm]", f'data_dir = "{(self.home / "data").as_posix()}"']
        for section, values in sections.items():
            lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
        (self.home / "lms_hris.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def automatic(self, **sections: Mapping[str, object]) -> None:
        """Everything is approved by policy, and no breaker stands in the way."""
        policy = {**dict.fromkeys(FAMILIES, "auto"), "auto_approve_risk": "high"}
        self.configure(policy=policy, publishing={"breaker_count": 10**6, "breaker_share": 1.0}, **sections)

    def as_of(self) -> datetime:
        """The instant at which a night looks at the company."""
        connection = open_company(self.company)
        try:
            return instant(connection)
        finally:
            connection.close()

    def tags(self, *, fresh: bool = False) -> dict[str, str]:
        """The tags of a run of the company's day."""
        as_of = self.as_of()
        batch = self.shelf.next_id(as_of.astimezone(self.settings.firm.zone).date().isoformat())
        return {BATCH_TAG: batch, AS_OF_TAG: as_of.isoformat(), **({FRESH_TAG: "yes"} if fresh else {})}

    def some_tags(self) -> dict[str, str]:
        """The tags of a first run, where the settings themselves cannot be read."""
        as_of = self.as_of()
        return {BATCH_TAG: f"{as_of.date().isoformat()}-01", AS_OF_TAG: as_of.isoformat()}

    def run_with(self, tags: Mapping[str, str]) -> dg.ExecuteInProcessResult:
        """One run with these tags; it may fail."""
        return execute(tags)

    def run(self, *, fresh: bool = False, replay_of: str = "") -> dg.ExecuteInProcessResult:
        """One run of the job; it may fail."""
        return execute({REPLAY_TAG: replay_of} if replay_of else self.tags(fresh=fresh))

    def night(self, **how: Any) -> str:
        """One night that must succeed; its batch."""
        result = self.run(**how)
        assert result.success, failures(result)
        batch = how.get("replay_of") or self.shelf.current()
        assert batch
        return batch

    @contextmanager
    def batch(self, name: str | None = None) -> Iterator[Batch]:
        """A sealed batch."""
        with self.shelf.read(name) as batch:
            yield batch

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The installation's ledger."""
        ledger = open_ledger(self.settings.ledger_url)
        try:
            yield ledger
        finally:
            ledger.close()

    def approve_everything(self) -> int:
        """A person approves all that waits; how many."""
        with self.ledger() as ledger:
            waiting = [delta.delta_id for delta in ledger.deltas(states=("proposed",))]
            return ledger.approve(waiting, by="a tester", now=self.as_of()) if waiting else 0


def answer_doubts(built: House) -> int:
    """A person who knows the company decides what the last night left open; the number of answers.

    Accounts that nobody could place stay open: for these the truth expects the question, too.
    """
    with closing(sqlite3.connect(f"file:{built.company / 'truth.sqlite'}?mode=ro", uri=True)) as known:
        owners = {
            row[0]: row[1:] for row in known.execute("select learner_id_lms, worker_id_hris, kind from identities")
        }
        meanings: dict[str, str | None] = {}
        for tag, skill in known.execute("select trim(tag), skill_id from tags order by tag, skill_id nulls last"):
            meanings.setdefault(tag, skill)
        persons = dict(known.execute("select worker_id_hris, person_id from persons"))
    with built.batch() as batch:
        doubts = batch.execute("select learner_id_lms, worker_id_hris from match.people where decision = 'review'")
        tags = batch.execute("select tag, decision, skill_id from match.skills")
    answers = 0
    with built.ledger() as ledger:
        for learner, worker in doubts:
            owner, kind = owners.get(learner, (None, "orphan"))
            if kind == "ambiguous":
                continue
            is_same = kind in ("primary", "duplicate") and persons.get(owner, owner) == persons.get(worker, worker)
            ledger.decide_pair(
                learner,
                worker,
                "same" if is_same else "different",
                by="a tester",
                now=built.as_of(),
                reason="knows them",
            )
            answers += 1
        for tag, decision, skill in tags:
            if decision == "review" or (skill if decision == "accept" else None) != meanings.get(tag):
                ledger.decide_tag(tag, meanings.get(tag), by="a tester", now=built.as_of())
                answers += 1
    return answers


def play_days(built: House, days: int) -> None:
    """A night, then day after day the company lives on and each night must bring both systems where the truth wants them."""
    built.night()
    for _ in range(days):
        company.advance(built.company, days=1)
        answer_doubts(built)
        wanted = truth.expected_state(built.company)
        built.night()
        assert truth.differences(wanted, truth.read_state(built.company)) == []
        with built.ledger() as ledger:
            assert ledger.deltas(states=("proposed", "approved", "auto_approved", "sending", "failed")) == []


@contextmanager
def forgetful_instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance that writes no event down: writing and looking them up is a quarter of a small night's work."""
    with dg.DagsterInstance.ephemeral() as instance:
        log = instance.event_log_storage
        with patch.multiple(log, store_event=lambda event: None, get_asset_records=lambda asset_keys=None: []):
            yield instance


def execute(
    tags: Mapping[str, str], instance: dg.DagsterInstance | None = None, assets: Sequence[str] = ()
) -> dg.ExecuteInProcessResult:
    """Run the job in this process, or some assets of it (`schema/name`).

    Where no instance is given, nothing is kept of Dagster's own records.
    """
    from lms_hris_pipeline.definitions import NIGHTLY, defs

    run_id = str(uuid.uuid4())
    with (
        nullcontext(instance) if instance else forgetful_instance() as instance,
        records_kept_open(instance, run_id),
    ):
        return defs.resolve_job_def(NIGHTLY).execute_in_process(
            instance=instance,
            run_id=run_id,
            tags=dict(tags),
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name.split("/")) for name in assets] or None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def nightly_job() -> dg.JobDefinition:
    """The job, as Dagster finds it again for another run."""
    from lms_hris_pipeline.definitions import NIGHTLY, defs

    return defs.resolve_job_def(NIGHTLY)


def execute_kept(
    instance: dg.DagsterInstance,
    *,
    tags: Mapping[str, str] | None = None,
    after: str = "",
    steps: Sequence[str] = (),
    assets: Sequence[str] = (),
) -> tuple[str, list[str]]:
    """One run as the UI starts it, whose records are kept; (run id, what went wrong).

    Args:
        after: go on with this run from its failure, or with `steps` of it.
        assets: only these (`schema/name`).
    """
    how = None
    if after and steps:
        how = dg.ReexecutionOptions(after, step_selection=steps)
    elif after:
        how = dg.ReexecutionOptions.from_failure(after, instance)
    with dg.execute_job(
        dg.reconstructable(nightly_job),
        instance=instance,
        tags=dict(tags or {}),
        asset_selection=[dg.AssetKey(name.split("/")) for name in assets] or None,
        reexecution_options=how,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    ) as result:
        return result.run_id, failures(result)


def proposed(batch: Batch) -> set[tuple[Any, ...]]:
    """The batch's wishes as (family, entity, operation, target key, desired)."""
    rows = batch.execute("select family, entity, operation, target_key, desired from reconcile.proposed_deltas")
    return {(*row[:4], json.dumps(json.loads(row[4]), sort_keys=True)) for row in rows}


def exported(batch: Batch, name: str) -> list[tuple[Any, ...]]:
    """All rows of a table in a total order; columns that tell how the data came are left out."""
    table = BY_NAME[name]
    columns = ", ".join(f"{column.name}::varchar" for column in table.columns if not column.volatile)
    return sorted(batch.execute(f"select {columns} from {name}"), key=str)


def failures(result: dg.ExecuteInProcessResult | dg.JobExecutionResult) -> list[str]:
    """What went wrong in a run, step by step."""
    found = []
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            found.append(f"{event.step_key}: {error.message.strip()}")
    return found


_VECTORS: dict[str, bytes] = {}
"""The vector files of earlier houses: most skills have the same names everywhere, and embedding them takes as long as
a third of a first night."""


@contextmanager
def vectors_shared(home: Path) -> Iterator[None]:
    """Start with the vectors that other houses of this process made, and leave one's own to the next."""
    folder = home / "data" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _VECTORS.items():
        (folder / name).write_bytes(content)
    yield
    for file in folder.glob("skill_vectors-*.npz"):
        _VECTORS[file.name] = file.read_bytes()


@contextmanager
def house(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, as_process: bool = False, **options: Any
) -> Iterator[House]:
    """An installation in `home` over the made-up company in `folder`; settings lead to its vendors."""
    with vectors_shared(home), SandboxServer(folder, SandboxOptions(**options), as_process=as_process) as server:
        built = House(home, server, folder, monkeypatch, options)
        lead_to(built, monkeypatch)
        built.configure()
        yield built


def lead_to(built: House, patch: pytest.MonkeyPatch) -> None:
    """Let settings and secrets lead to this installation and its vendors."""
    server = built.server
    patch.setenv("LMS_HRIS_CONFIG", str(built.home / "lms_hris.toml"))
    patch.setenv("LMS_HRIS_HRIS__BASE_URL", server.workday_url)
    patch.setenv("LMS_HRIS_LMS__BASE_URL", server.docebo_url)
    for name in CREDENTIALS:
        patch.setenv(f"LMS_HRIS_SECRET_{name.upper()}", getattr(server.credentials, name))
