"""`lms-hris publish`: send what is approved now, with the company's facts from the current batch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from lms_hris_pipeline.cli.terminal import decider, say, show_table
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.publish import PublicationSummary, publish_with
from lms_hris_pipeline.settings import Secrets, Settings
from lms_hris_pipeline.warehouse import BatchShelf


def run_publish(*, sandbox: bool, override_breaker: bool, by: str) -> None:
    """Publish what is approved, print what became of it, write the evidence beside the batch's reports.

    Raises:
        BadInput: there is no sealed batch, or a secret is missing.
        PipelineError: as `publish_with` says.
    """
    from lms_hris_pipeline.cli.sandbox import sandbox_if

    override_by = decider(by) if override_breaker else None
    with ExitStack() as stack:
        settings = stack.enter_context(sandbox_if(sandbox))
        if settings.profile == "sandbox" and not settings.lms.base_url:
            raise BadInput(
                "The settings use the sandbox, and it is not running\n"
                "  Add --sandbox, or run `lms-hris sandbox serve` and export what it prints."
            )
        with BatchShelf(settings.firm.data_dir).read() as batch:
            batch_id = batch.id
            active = int(batch.execute("select count(*) from canonical.learners where is_active")[0][0])
            names = dict(batch.execute("select skill_id, name from canonical.framework_skills order by skill_id"))
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        file = settings.firm.data_dir / "reports" / batch_id / f"publication-{stamp}.json"
        ledger = open_ledger(settings.ledger_url)
        stack.callback(ledger.close)
        summary = publish_with(
            settings,
            Secrets(),
            ledger,
            clock=clock_of(settings),
            batch_id=batch_id,
            active_accounts=active,
            skill_names=names,
            override_by=override_by,
            file=file,
            told=lambda step, count: say(f"  {step}: {count:,}"),
        )
    print_publication(summary)
    say(f"Evidence  {file}")


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock of a publication: the real one, or the instant the made-up company has reached."""
    if settings.profile != "sandbox":
        return lambda: datetime.now(UTC)
    from lms_hris_pipeline.cli.sandbox import company_instant

    instant = company_instant(settings)
    return lambda: instant


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
        say("  After looking at them: lms-hris publish --override-breaker --by <name>")
    if summary.stopped_by:
        say(f"Stopped early: {summary.stopped_by}")
