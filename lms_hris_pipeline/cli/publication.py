"""`lms-hris publish` and `deltas rollback`: send what is approved now; propose what takes published changes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.decisions import ID_SHOWN, find_delta, the_ledger
from lms_hris_pipeline.cli.sandbox import sandbox_if
from lms_hris_pipeline.cli.terminal import decider, say, show_table
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.publish import PublicationSummary, propose_rollback
from lms_hris_pipeline.publish.current import publish_current
from lms_hris_pipeline.resources.logs import logging_to, note
from lms_hris_pipeline.settings import Secrets, load_settings
from lms_hris_pipeline.warehouse import BatchShelf


def run_publish(*, sandbox: bool, override_breaker: bool, by: str) -> None:
    """Publish what is approved, print what became of it, write the evidence beside the batch's reports.

    Raises:
        BadInput: there is no sealed batch, or a secret is missing.
        PipelineError: as `publish_current` says.
    """
    override_by = decider(by) if override_breaker else None
    with sandbox_if(sandbox) as settings:
        if settings.profile == "sandbox" and not settings.lms.base_url:
            raise BadInput(
                "The settings use the sandbox, and it is not running\n"
                "  Add --sandbox, or run `lms-hris sandbox serve` and export what it prints."
            )
        shelf, clock = BatchShelf(settings.firm.data_dir), clock_of(settings)
        with shelf.read() as batch:
            batch_id = batch.id
        file = settings.firm.data_dir / "reports" / batch_id / f"publication-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
        ledger = open_ledger(settings.ledger_url)
        try:
            with logging_to(settings.firm.data_dir, batch_id, keep_days=settings.retention.landing_days):
                note("publication_started", overridden=override_by is not None)
                summary = publish_current(
                    settings,
                    Secrets(),
                    ledger,
                    shelf,
                    clock=clock,
                    file=file,
                    batch_id=batch_id,
                    override_by=override_by,
                    told=lambda step, count: say(f"  {step}: {count:,}"),
                )
                note("publication_ended", counts=summary.counts, held_back=len(summary.held_back))
        finally:
            ledger.close()
    print_publication(summary)
    say(f"Evidence  {file}")


def run_rollback(prefixes: Sequence[str], *, by: str) -> None:
    """Propose the inverses of verified deltas; print what waits now and what cannot be taken back.

    Raises:
        BadInput: a beginning names no delta or several, or none of them can be taken back.
    """
    name, now = decider(by), clock_of(load_settings())()
    with the_ledger() as ledger:
        ids = [find_delta(ledger, prefix).delta_id for prefix in prefixes]
        proposed, impossible = propose_rollback(ledger, ids, by=name, now=now)
    if impossible and not proposed:
        faults = "\n".join(f"  {delta[:ID_SHOWN]}: {why}" for delta, why in impossible.items())
        raise BadInput(f"Nothing can be taken back; nothing was proposed\n{faults}")
    for delta, why in impossible.items():
        say(f"{delta[:ID_SHOWN]} cannot be taken back: {why}")
    for delta in proposed:
        say(f"Proposed: {delta[:ID_SHOWN]}")
    if len(proposed) + len(impossible) < len(ids):
        say(f"{len(ids) - len(proposed) - len(impossible):,} are on their way back already.")
    say("It is sent once it is approved: lms-hris deltas approve <delta>, then lms-hris publish")


def print_publication(summary: PublicationSummary) -> None:
    """Print what became of the deltas, and what was held back and why."""
    if not summary.counts and not summary.held_back:
        say("Nothing is approved and unsent.")
    if summary.counts:
        rows = [
            (operation, state, count)
            for operation, states in sorted(summary.counts.items())
            for state, count in sorted(states.items())
        ]
        show_table(("operation", "outcome", "deltas"), rows)
    for reason in summary.held_back:
        say(f"Held back: {reason}")
    if summary.held_back:
        say("Once a person has looked at them: lms-hris publish --override-breaker --by <name>")
    if summary.stopped_by:
        say(f"Stopped early: {summary.stopped_by}")
