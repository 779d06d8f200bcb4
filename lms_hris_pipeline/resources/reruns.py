"""When a run may follow another by itself: after a quota's hour, after a vendor's trouble, after a shell's own word."""

from __future__ import annotations

from datetime import datetime

import dagster as dg

from lms_hris_pipeline.model.errors import QuotaExhausted
from lms_hris_pipeline.resources.runs import BY_TAG, PUBLICATION_JOB

STOPPED_TAG = "lms_hris/stopped_by"
"""On a publication that succeeded and left changes unsent because a vendor's quota ended."""
QUOTA_SECONDS = 3600
"""Vendors count calls by the hour."""
FAILURE_SECONDS = 900
"""After a publication that failed the vendor is left alone for a quarter of an hour."""


def is_watched_by_a_shell(run: dg.DagsterRun) -> bool:
    """Whether a shell started the run and says itself how it ends; a re-execution only inherits the tag."""
    return BY_TAG in run.tags and run.parent_run_id is None


def quota_end(instance: dg.DagsterInstance, record: dg.RunRecord) -> float | None:
    """When the quota ended a run, in seconds of the epoch; None where something else or nothing did."""
    if record.dagster_run.status is not dg.DagsterRunStatus.FAILURE:
        return None
    for entry in instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        error = entry.get_dagster_event().step_failure_data.error
        while error is not None:
            if error.cls_name == QuotaExhausted.__name__:
                return entry.timestamp
            error = error.cause
    return None


def after_last_publication(instance: dg.DagsterInstance, now: datetime) -> str | dg.SkipReason:
    """What sets a next publication by day apart from the last one, or why it has to wait.

    Empty where the last one did what it could. One that failed, or that the quota ended, is followed by one more once
    its time is over; its id makes that one's key another.
    """
    records = instance.get_run_records(dg.RunsFilter(job_name=PUBLICATION_JOB), limit=1)
    if not records:
        return ""
    run, ended = records[0].dagster_run, records[0].end_time
    if not run.is_finished:
        return dg.SkipReason("A publication is under way.")
    if run.status is dg.DagsterRunStatus.FAILURE:
        wait, why = FAILURE_SECONDS, "The last publication failed a moment ago."
    elif STOPPED_TAG in run.tags:
        wait, why = QUOTA_SECONDS, "The quota is not new yet."
    else:
        return ""
    return dg.SkipReason(why) if now.timestamp() < (ended or 0.0) + wait else run.run_id
