"""The Dagster code location: assets, checks, jobs, schedule, sensors. Loads with no secrets and no vendor."""

from __future__ import annotations

import hashlib
import warnings
from datetime import UTC, datetime, timedelta

import dagster as dg

from lms_hris_pipeline.extract import assets as extract_assets
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.match import assets as match_assets
from lms_hris_pipeline.match import checks as match_checks
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.publish import assets as publish_assets
from lms_hris_pipeline.publish.policy import kept_by_phase
from lms_hris_pipeline.reconcile import assets as reconcile_assets
from lms_hris_pipeline.reconcile import checks as reconcile_checks
from lms_hris_pipeline.report import assets as report_assets
from lms_hris_pipeline.report import checks as report_checks
from lms_hris_pipeline.resources.alerts import report_failure
from lms_hris_pipeline.resources.closing import CURRENT, current_asset, sealed_asset, tidied_asset
from lms_hris_pipeline.resources.reruns import (
    QUOTA_SECONDS,
    after_last_publication,
    is_watched_by_a_shell,
    quota_end,
)
from lms_hris_pipeline.resources.runs import (
    AS_OF_TAG,
    BATCH_TAG,
    PUBLICATION_JOB,
    REPLAY_TAG,
    SCRATCH_TAG,
    night_resource,
)
from lms_hris_pipeline.settings import Secrets, Settings, load_settings
from lms_hris_pipeline.stage import assets as stage_assets
from lms_hris_pipeline.stage import checks as stage_checks

NIGHTLY = "nightly_reconciliation"
FRESH_WITHIN = timedelta(hours=26)
"""A day and two hours: the clock may change, and a night takes its time."""
LOOK_BACK = 20
"""Runs of the job among which the last night is looked for; replays and scratch runs are runs of it too."""

# freshness policies and owners of sensors are in beta; what they do is held by the tests
warnings.filterwarnings("ignore", category=dg.BetaWarning)

ASSETS = [
    *extract_assets.assets,
    *stage_assets.assets,
    *match_assets.assets,
    *reconcile_assets.assets,
    *report_assets.assets,
    sealed_asset(),
    current_asset(),
    *publish_assets.assets,
    tidied_asset((publish_assets.PUBLICATION, report_assets.PAGES)),
]
CHECKS = [*stage_checks.checks, *match_checks.checks, *reconcile_checks.checks, *report_checks.checks]


@dg.job(
    name=PUBLICATION_JOB,
    executor_def=dg.in_process_executor,
    description="Sends what was approved since the last night, and reads it back.",
)
def publish_approved() -> None:
    """One step: the approved deltas."""
    publish_assets.send_approved_deltas()


def build_definitions(settings: Settings) -> dg.Definitions:
    """Everything Dagster shows, for these settings.

    Raises:
        BadInput: the schedule of the settings is none.
    """
    nightly = dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="One night: extract, match, reconcile, seal, report, publish.",
    )
    return dg.Definitions(
        assets=[_with_freshness(asset) for asset in ASSETS],
        asset_checks=CHECKS,
        jobs=[nightly, publish_approved],
        schedules=[_every_night(nightly, settings)],
        sensors=[approvals, failures, quota_resumption],
        resources={"night": night_resource},
    )


def _every_night(nightly: dg.UnresolvedAssetJobDefinition, settings: Settings) -> dg.ScheduleDefinition:
    try:
        return dg.ScheduleDefinition(
            name="nightly",
            job=nightly,
            cron_schedule=settings.schedule.cron,
            execution_timezone=settings.firm.time_zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="The nightly, in the firm's own time zone.",
        )
    except dg.DagsterInvalidDefinitionError:
        raise BadInput(
            f"[schedule.cron] {settings.schedule.cron!r} is no schedule\n"
            "  Write minute, hour, day, month and weekday, for example '30 2 * * *' for half past two every night."
        ) from None


def _with_freshness(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The current batch must be of today: its freshness speaks for all that it is made of."""
    if asset.key != CURRENT:
        return asset
    policy = dg.FreshnessPolicy.time_window(fail_window=FRESH_WITHIN, warn_window=FRESH_WITHIN - timedelta(hours=1))
    return asset.map_asset_specs(lambda spec: spec.replace_attributes(freshness_policy=policy))


@dg.sensor(
    job=publish_approved,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Publishes by day what a person approved; each set of approvals once, however often it looks.",
)
def approvals(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run for what is approved and not sent."""
    follows = after_last_publication(context.instance, datetime.now(UTC))
    if isinstance(follows, dg.SkipReason):
        return follows
    settings = load_settings()
    ledger = open_ledger(settings.ledger_url)
    try:
        approved = [delta for delta in ledger.sendable() if delta.state == "approved"]
        kept = kept_by_phase(approved, settings.policy)
        waiting = [delta for delta in approved if delta.delta_id not in kept]
        attempts = sum(len(ledger.attempts(delta.delta_id)) for delta in waiting)
    finally:
        ledger.close()
    if not waiting:
        return dg.SkipReason("Nothing that a person approved waits to be sent.")
    ids = "\n".join(sorted(delta.delta_id for delta in waiting))
    return dg.RunRequest(run_key=hashlib.sha256(f"{ids}\n{attempts}\n{follows}".encode()).hexdigest())


@dg.run_failure_sensor(
    monitor_all_code_locations=False,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Says by log and mail that a run failed, where it was not started from a shell that says so itself.",
)
def failures(context: dg.RunFailureSensorContext) -> None:
    """One message a failed run."""
    run = context.dagster_run
    if is_watched_by_a_shell(run) or REPLAY_TAG in run.tags:
        return
    batch_id = run.tags.get(BATCH_TAG, "none")
    steps = ", ".join(event.step_key or "?" for event in context.get_step_failure_events())
    report_failure(
        f"{run.job_name} failed",
        f"Batch {batch_id}, run {run.run_id}.\nFailed: {steps or context.failure_event.message}\n"
        "The last good batch stays current. The Dagster UI shows the run and its messages.",
        batch_id=batch_id,
        alerts=load_settings().alerts,
        secrets=Secrets(),
    )


@dg.sensor(
    job_name=NIGHTLY,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Goes on with a night that the vendor's call quota ended, an hour later and from where it stopped.",
)
def quota_resumption(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run of the same batch, once the quota is new."""
    records = context.instance.get_run_records(dg.RunsFilter(job_name=NIGHTLY), limit=LOOK_BACK)
    latest = [record for record in records if not {REPLAY_TAG, SCRATCH_TAG} & set(record.dagster_run.tags)][:1]
    ended = quota_end(context.instance, latest[0]) if latest else None
    if ended is None or is_watched_by_a_shell(latest[0].dagster_run):
        return dg.SkipReason("The last night was not ended by a quota.")
    if datetime.now(UTC).timestamp() < ended + QUOTA_SECONDS:
        return dg.SkipReason("The quota is not new yet.")
    tags = {name: value for name, value in latest[0].dagster_run.tags.items() if name in (BATCH_TAG, AS_OF_TAG)}
    return dg.RunRequest(run_key=f"after {latest[0].dagster_run.run_id}", tags=tags)


def _load() -> dg.Definitions:
    try:
        return build_definitions(load_settings())
    except BadInput as error:
        raise dg.DagsterInvalidDefinitionError(str(error)) from error


defs = _load()
