"""What Dagster starts and says by itself: the message about a failed run, and a night that goes on after a quota."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from lms_hris_pipeline import definitions
from lms_hris_pipeline.definitions import NIGHTLY, failures, quota_resumption
from lms_hris_pipeline.model.errors import QuotaExhausted, Transient
from lms_hris_pipeline.resources.runs import AS_OF_TAG, BATCH_TAG, BY_TAG, REPLAY_TAG, SCRATCH_TAG

TAGS = {BATCH_TAG: "2026-11-02-01", AS_OF_TAG: "2026-11-02T21:00:00+00:00"}
CAUSES = {"quota": QuotaExhausted, "other": Transient}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def _night(instance: dg.DagsterInstance, cause: str | None, **tags: str) -> dg.ExecuteInProcessResult:
    @dg.op
    def fetch() -> None:
        if cause:
            try:
                raise CAUSES[cause]("Moreau's page stayed away")
            except CAUSES[cause] as error:
                raise dg.Failure("The step failed") from error

    @dg.job(name=NIGHTLY)
    def job() -> None:
        fetch()

    return job.execute_in_process(instance=instance, raise_on_error=False, tags={**TAGS, **tags})


class _Later(datetime):
    """A clock that is an hour and a minute ahead."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + timedelta(minutes=61)


@pytest.mark.parametrize(
    ("cause", "tags", "is_later", "goes_on"),
    [
        ("quota", {}, True, True),
        ("quota", {}, False, False),
        ("quota", {BY_TAG: "shell"}, True, False),
        ("other", {}, True, False),
        (None, {}, True, False),
    ],
)
def test_a_night_that_the_quota_ended_goes_on_as_the_same_batch_an_hour_later(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, cause: str | None, tags: dict[str, str],
    is_later: bool, goes_on: bool,
) -> None:  # fmt: skip
    if is_later:
        monkeypatch.setattr(definitions, "datetime", _Later)
    run_id = _night(instance, cause, **tags).run_id
    _night(instance, None, **{REPLAY_TAG: "2026-10-30-01"})
    _night(instance, None, **{SCRATCH_TAG: "yes"})
    found = quota_resumption(dg.build_sensor_context(instance))
    if not goes_on:
        assert isinstance(found, dg.SkipReason)
        return
    assert isinstance(found, dg.RunRequest)
    assert (found.run_key, {name: found.tags[name] for name in TAGS}) == (f"after {run_id}", TAGS)


@pytest.mark.parametrize(
    ("tags", "is_said"), [({}, True), ({BY_TAG: "shell"}, False), ({REPLAY_TAG: "2026-10-30-01"}, False)]
)
def test_a_failed_run_is_said_once_with_its_step_and_without_personal_data(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tags: dict[str, str], is_said: bool
) -> None:
    said: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        definitions,
        "report_failure",
        lambda subject, text, *, batch_id, **given: said.append((subject, text, batch_id)),
    )
    result = _night(instance, "other", **tags)
    event = next(e for e in result.all_events if e.event_type is dg.DagsterEventType.RUN_FAILURE)
    failures(
        dg.build_run_status_sensor_context(
            sensor_name="failures", dagster_event=event, dagster_instance=instance,
            dagster_run=instance.get_run_by_id(result.run_id),
        ).for_run_failure()
    )  # fmt: skip
    assert len(said) == (1 if is_said else 0)
    for subject, text, batch_id in said:
        assert (subject, batch_id) == (f"{NIGHTLY} failed", TAGS[BATCH_TAG])
        assert "Failed: fetch" in text
        assert "Moreau" not in text
