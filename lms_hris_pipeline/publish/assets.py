"""The assets and the job of publication: proposals into the ledger, approved deltas to the vendors."""
# no postponed annotations: Dagster looks at those of an op's context

from datetime import UTC, datetime

import dagster as dg

from lms_hris_pipeline.publish.current import publish_current
from lms_hris_pipeline.publish.proposals import take_in
from lms_hris_pipeline.resources.assets import Done, step_asset
from lms_hris_pipeline.resources.closing import SEALED
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.reruns import STOPPED_TAG
from lms_hris_pipeline.resources.runs import night_of
from lms_hris_pipeline.resources.snapshot import write_standings
from lms_hris_pipeline.settings import Secrets
from lms_hris_pipeline.tables import reconcile

PROPOSALS = dg.AssetKey(["ledger", "proposals"])
PUBLICATION = dg.AssetKey(["publication", "deltas"])


def _propose(night: Night) -> Done:
    """Take the batch's links, cases and deltas into the ledger."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": f"a {night.mode.value} writes nothing to the ledger"})
    if night.shelf.current() != night.batch_id:
        return Done(0, {"note": f"{night.shelf.current()} is newer and current: an older batch proposes nothing"})
    with night.sealed_batch() as batch:
        counts = take_in(batch, night.ledger, night.settings, now=night.now())
        wishes = [row[0] for row in batch.execute("select wish_id from reconcile.proposed_deltas")]
    standings = night.ledger.standings(wishes)
    write_standings(night.run_folder, [(wish, standing[0], standing[1]) for wish, standing in standings.items()])
    return Done(counts["new"] + counts["known"], counts)


def _publish(night: Night) -> Done:
    """Send what is approved and read it back."""
    if night.mode is not Mode.NIGHTLY:
        return Done(0, {"note": f"a {night.mode.value} sends nothing"})
    if night.shelf.current() != night.batch_id:
        return Done(0, {"note": f"{night.shelf.current()} is newer and current: an older batch sends nothing"})
    summary = publish_current(
        night.settings,
        Secrets(),
        night.ledger,
        night.shelf,
        batch_id=night.batch_id,
        clock=night.now,
        file=night.reports_dir / "publication.json",
        told=lambda step, count: night.tell("publication", step, count, 0.0),
    )
    shown = {f"{kind}: {state}": n for kind, states in summary.counts.items() for state, n in states.items()}
    return Done(
        sum(summary.calls.values()), {**shown, "held back": "\n".join(summary.held_back), "stopped": summary.stopped_by}
    )


@dg.op(required_resource_keys={"night"})
def send_approved_deltas(context: dg.OpExecutionContext) -> None:
    """Publish what has been approved since the last night; the night's own lock is not needed."""
    night = night_of(context)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    current = night.shelf.current()
    folder = night.data_dir / "reports" / (current or night.batch_id)
    summary = publish_current(
        night.settings,
        Secrets(),
        night.ledger,
        night.shelf,
        batch_id=current,
        clock=night.now,
        file=folder / f"publication-{stamp}.json",
    )
    if summary.is_ended_by_quota:
        context.instance.add_run_tags(context.run_id, {STOPPED_TAG: "quota"})
    context.log.info(f"counts {summary.counts}; held back {len(summary.held_back)}; stopped {summary.stopped_by!r}")


assets = [
    step_asset(
        ("ledger", "proposals"),
        _propose,
        about="Links, exception cases and proposed deltas of the batch, in the ledger; proposing twice is proposing once.",
        grain="a delta that is wished",
        owner="team:integration",
        domain="sync",
        reads=(SEALED, reconcile.PROPOSED_DELTAS, reconcile.EXCEPTIONS, reconcile.PERSON_ACCOUNTS),
        kinds={"python", "sql"},
    ),
    step_asset(
        ("publication", "deltas"),
        _publish,
        about="Approved deltas, sent once through the vendors' APIs and read back.",
        grain="a vendor call",
        owner="team:integration",
        domain="sync",
        reads=(PROPOSALS,),
        kinds={"python", "http"},
    ),
]
