"""Between two nights: what a person approved is published by a job and its sensor, under the current batch's number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from lms_hris_pipeline.definitions import approvals, defs
from lms_hris_pipeline.publish import PublicationSummary
from lms_hris_pipeline.publish import assets as publish_assets
from lms_hris_pipeline.resources.reruns import after_last_publication
from lms_hris_pipeline.resources.runs import PUBLICATION_JOB
from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import FAMILIES, house


def test_approvals_are_sent_by_day_and_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=80, seed=11, faults=company.FaultRates.default().scaled(2))
    with house(tmp_path, folder, monkeypatch) as built, dg.DagsterInstance.ephemeral() as instance:
        no_breaker = {"breaker_count": 10**6, "breaker_share": 1.0}
        built.configure(policy=dict.fromkeys(FAMILIES, "approve"), publishing=no_breaker)
        batch = built.night()
        assert isinstance(approvals(dg.build_sensor_context(instance)), dg.SkipReason), "nobody approved anything"
        assert built.approve_everything() > 0
        wanted = approvals(dg.build_sensor_context(instance))
        assert isinstance(wanted, dg.RunRequest)
        again = approvals(dg.build_sensor_context(instance))
        assert isinstance(again, dg.RunRequest)
        assert again.run_key == wanted.run_key
        built.configure(policy=dict.fromkeys(FAMILIES, "shadow"), publishing=no_breaker)
        held = approvals(dg.build_sensor_context(instance))
        assert isinstance(held, dg.SkipReason), "approved, and nothing that a family in shadow may send"
        built.configure(policy=dict.fromkeys(FAMILIES, "approve"), publishing=no_breaker)
        result = defs.resolve_job_def(PUBLICATION_JOB).execute_in_process(instance=instance)
        assert result.success
        with built.ledger() as ledger:
            assert ledger.sendable() == []
            assert ledger.deltas(states=("verified",))
        assert list((tmp_path / "data" / "reports" / batch).glob("publication-*.json"))
        assert built.shelf.sealed() == [batch]
        assert isinstance(approvals(dg.build_sensor_context(instance)), dg.SkipReason)


def test_a_publication_by_day_that_the_quota_ended_is_followed_by_one_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=50, seed=12, faults=company.FaultRates.none())
    ended = PublicationSummary("any", stopped_by="1000 of 1000 calls are used up", is_ended_by_quota=True)
    monkeypatch.setattr(publish_assets, "publish_current", lambda *_, **__: ended)
    with house(tmp_path, folder, monkeypatch) as built, dg.DagsterInstance.ephemeral() as instance:
        built.configure(policy=dict.fromkeys(FAMILIES, "approve"))
        built.night()
        run = defs.resolve_job_def(PUBLICATION_JOB).execute_in_process(instance=instance)
        assert isinstance(after_last_publication(instance, datetime.now(UTC)), dg.SkipReason)
        assert after_last_publication(instance, datetime.now(UTC) + timedelta(minutes=61)) == run.run_id
