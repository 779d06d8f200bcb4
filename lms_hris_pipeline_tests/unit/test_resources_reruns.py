"""When one publication by day may follow another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from lms_hris_pipeline.resources.reruns import STOPPED_TAG, after_last_publication
from lms_hris_pipeline.resources.runs import PUBLICATION_JOB


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def _ran(instance: dg.DagsterInstance, *, fails: bool = False, stopped: bool = False) -> str:
    @dg.op
    def send() -> None:
        if fails:
            raise dg.Failure("The vendor is away")

    @dg.job(name=PUBLICATION_JOB)
    def job() -> None:
        send()

    run = job.execute_in_process(
        instance=instance, raise_on_error=False, tags={STOPPED_TAG: "quota"} if stopped else {}
    )
    return run.run_id


@pytest.mark.parametrize(
    ("fails", "stopped", "wait_minutes"), [(False, False, None), (True, False, 15), (False, True, 60), (True, True, 15)]
)
def test_what_did_not_end_well_is_tried_once_more_when_its_time_is_over(
    instance: dg.DagsterInstance, fails: bool, stopped: bool, wait_minutes: int | None
) -> None:
    run_id = _ran(instance, fails=fails, stopped=stopped)
    now = datetime.now(UTC)
    if wait_minutes is None:
        assert after_last_publication(instance, now) == ""
        return
    early, late = (now + timedelta(minutes=wait_minutes + minutes) for minutes in (-1, 1))
    assert isinstance(after_last_publication(instance, early), dg.SkipReason)
    assert after_last_publication(instance, late) == run_id


def test_the_first_publication_waits_for_nothing_and_none_goes_beside_another(instance: dg.DagsterInstance) -> None:
    now = datetime.now(UTC)
    assert after_last_publication(instance, now) == ""
    instance.create_run(
        job_name=PUBLICATION_JOB, run_id=None, run_config=None, status=dg.DagsterRunStatus.STARTED, tags=None,
        root_run_id=None, parent_run_id=None, step_keys_to_execute=None, execution_plan_snapshot=None,
        job_snapshot=None, parent_job_snapshot=None, asset_selection=None, asset_check_selection=None,
        resolved_op_selection=None, op_selection=None, remote_job_origin=None, job_code_origin=None, asset_graph=None,
    )  # fmt: skip
    assert isinstance(after_last_publication(instance, now), dg.SkipReason)
