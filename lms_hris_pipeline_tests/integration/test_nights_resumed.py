"""Runs that go on with another, and runs of a part: what becomes a batch is whole and built by one set of settings."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest

from lms_hris_pipeline.model.errors import Permanent
from lms_hris_pipeline.resources.closing import CURRENT
from lms_hris_pipeline.resources.runs import SCRATCH_TAG
from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline_tests.support.nights import House, execute_kept, house

WORKERS = 60


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation; the tests of this module follow one another in it."""
    home = tmp_path_factory.mktemp("home")
    company.generate(home / "company", workers=WORKERS, seed=31, faults=company.FaultRates.default())
    with pytest.MonkeyPatch.context() as patch, house(home, home / "company", patch) as found:
        yield found


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(overrides={"telemetry": {"enabled": False}}) as kept:
        yield kept


def fail(*_: object, **__: object) -> None:
    raise Permanent("made up")


@pytest.fixture(scope="module")
def half_built(built: House, instance: dg.DagsterInstance) -> str:
    """A night that failed in the middle of its tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lms_hris_pipeline.match.assets.match_people", fail)
        run, said = execute_kept(instance, tags=built.tags())
    assert "made up" in "\n".join(said)
    return run


def test_changed_settings_are_named_and_nothing_is_built_by_them(
    built: House, instance: dg.DagsterInstance, half_built: str
) -> None:
    part = next((built.home / "data" / "batches").glob("*/*.part"))
    before = part.read_bytes()
    built.configure(matching={"link_at": 0.99}, scope={"prehire_days": 3}, retention={"batches": 3})
    said = "\n".join(execute_kept(instance, after=half_built)[1])
    assert "These differ: matching.link_at, scope.prehire_days\n" in said
    assert "Set them back, or start the night anew" in said
    assert part.read_bytes() == before
    assert built.shelf.sealed() == []


@pytest.fixture(scope="module")
def failed_after_its_seal(built: House, instance: dg.DagsterInstance, half_built: str) -> str:
    """The same night, taken up again with its own settings, failed again after the seal."""
    built.configure(retention={"batches": 3}, extract={"threads": 2})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lms_hris_pipeline.publish.assets.publish_current", fail)
        run, said = execute_kept(instance, after=half_built)
    assert "made up" in "\n".join(said)
    return run


def test_a_night_goes_on_from_its_failure_to_its_seal(
    built: House, instance: dg.DagsterInstance, failed_after_its_seal: str
) -> None:
    whole = [run for run in reversed(instance.get_runs(limit=20)) if SCRATCH_TAG not in run.tags]
    first, second = whole[0], next(run for run in whole if run.run_id == failed_after_its_seal)
    assert built.shelf.current() == first.tags["lms_hris/batch"]
    steps = {event.step_key for event in instance.all_logs(second.run_id) if event.is_dagster_event}
    assert "canonical__workers" not in steps, "what was built is not built again"
    assert "match__people" in steps
    with built.batch() as batch:
        assert batch.execute("select count(*) > 0 from reconcile.proposed_deltas") == [(True,)]


def test_what_is_sealed_is_not_gone_on_with(
    built: House, instance: dg.DagsterInstance, failed_after_its_seal: str
) -> None:
    sealed = built.shelf.current()
    for steps in ((), ("canonical__workers", "batch__sealed")):
        said = "\n".join(execute_kept(instance, after=failed_after_its_seal, steps=steps)[1])
        assert f"Batch {sealed} is sealed and stays as it is; its run is not executed again" in said
    assert built.shelf.sealed() == [sealed]


def test_a_run_that_no_shell_started_writes_its_own_log(
    built: House, instance: dg.DagsterInstance, failed_after_its_seal: str
) -> None:
    file = built.home / "data" / "logs" / f"{built.shelf.current()}.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines if line["event"].startswith("run_")] == ["run_started", "run_ended"] * 2
    failed = [(line["stage"], line["name"], line["error"]) for line in lines if line["event"] == "step_failed"]
    assert failed == [("match", "people", "Permanent"), ("publication", "deltas", "Permanent")]
    built_ones = [f"{line['stage']}.{line['name']}" for line in lines if line["event"] == "built"]
    for table in ALL_TABLES:
        assert built_ones.count(table.sql_name) == 1, table.sql_name


@pytest.mark.usefixtures("failed_after_its_seal")
@pytest.mark.parametrize(
    "assets",
    [
        ("canonical/workers",),
        (
            "reconcile/proposed_deltas",
            "batch/sealed",
            "batch/current",
            "ledger/proposals",
            "publication/deltas",
            "batch/tidied",
        ),
        ("landing/hris", "landing/lms", "landing/snapshot", "raw_hris/workers"),
    ],
    ids=["a table", "from the deltas to the vendors", "from the vendors to a table"],
)
def test_a_part_of_the_job_tries_things_on_a_copy(
    assets: tuple[str, ...], built: House, instance: dg.DagsterInstance
) -> None:
    sealed = built.shelf.current()
    calls = len(list((built.home / "data" / "landing").iterdir()))
    logs = built.home / "data" / "logs"
    log = (logs / f"{sealed}.jsonl").read_bytes()
    with built.ledger() as ledger:
        before = (ledger.verify_audit(), ledger.batches())
    fresh = _runs_that_made_current(instance)
    assert fresh
    run, said = execute_kept(instance, assets=assets)
    assert said == []
    kept = instance.get_run_by_id(run)
    assert kept is not None
    assert kept.tags[SCRATCH_TAG] == "yes"
    assert "lms_hris/batch" not in kept.tags
    assert built.shelf.sealed() == [sealed]
    assert built.shelf.current() == sealed
    assert len(list((built.home / "data" / "landing").iterdir())) == calls
    with built.ledger() as ledger:
        assert (ledger.verify_audit(), ledger.batches()) == before
    assert _runs_that_made_current(instance) == fresh, "what readers see is as old as before"
    assert (logs / f"{sealed}.jsonl").read_bytes() == log, "it is no part of the night"
    assert run in (logs / f"scratch-{sealed}.jsonl").read_text(encoding="utf-8")


def _runs_that_made_current(instance: dg.DagsterInstance) -> list[str]:
    return [record.run_id for record in instance.fetch_materializations(CURRENT, limit=10).records]


@pytest.mark.usefixtures("failed_after_its_seal")
def test_what_goes_on_with_a_part_is_a_part(built: House, instance: dg.DagsterInstance) -> None:
    sealed = built.shelf.current()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lms_hris_pipeline.match.assets.match_people", fail)
        run, said = execute_kept(instance, assets=("match/people", "batch/sealed"))
    assert "made up" in "\n".join(said)
    again, said = execute_kept(instance, after=run, assets=("match/people", "batch/sealed"))
    assert said == []
    kept = instance.get_run_by_id(again)
    assert kept is not None
    assert kept.parent_run_id == run
    assert kept.tags[SCRATCH_TAG] == "yes"
    assert built.shelf.current() == sealed
