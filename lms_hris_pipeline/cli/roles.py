"""`lms-hris roles`: show the role mappings, and take them to a person and back. What holds is decided in `report`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.reviews import batch_and_ledger, check_files, whole_file
from lms_hris_pipeline.cli.terminal import decider, say, show_table
from lms_hris_pipeline.ledger import Ledger, RoleReview
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.role_lines import RoleLine, read_role_lines
from lms_hris_pipeline.report.role_review import judge_review
from lms_hris_pipeline.report.role_workbook import COMMAND, read_role_workbook, write_role_workbook
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import Batch

STATES = ("proposed", "in_force", "rejected", "void", "automatic")


def run_list_roles(state: str) -> None:
    """Print the mappings of the current batch as they stand now, and when all were last reviewed.

    Raises:
        BadInput: an unknown state.
    """
    if state and state not in STATES:
        raise BadInput(f"There is no state {state!r}\n  States are {', '.join(STATES)}.")
    settings = load_settings()
    with batch_and_ledger(settings) as (batch, ledger):
        lines = _lines(settings, batch, ledger)
        last = ledger.last_whole_role_review()
    shown = [line for line in lines if state in ("", line.state)]
    if shown:
        show_table(
            ("state", "source", "value", "name", "group", "evidence", "confidence", "why"),
            [
                (
                    line.state,
                    line.source,
                    line.value,
                    line.value_name,
                    line.group_name,
                    line.evidence,
                    None if line.confidence is None else f"{line.confidence:.2f}",
                    line.reason,
                )
                for line in shown
            ],
        )
    say(f"{len(shown):,} of {len(lines):,} mappings of batch {batch.id}.")
    say(review_in_words(settings, last, clock_of(settings)()))


def run_review(out: Path | None, filled_in: Path | None, by: str) -> None:
    """Write the workbook of all mappings, or take a filled-in one.

    Raises:
        BadInput: not just one of both files is named, the new one cannot be made, or the filled-in one cannot be taken.
        StaleBase: somebody else decided in the meantime.
    """
    check_files(out, filled_in)
    settings = load_settings()
    with batch_and_ledger(settings) as (batch, ledger):
        if out is not None:
            _export(settings, batch, _lines(settings, batch, ledger), out)
        elif filled_in is not None:
            _import(settings, batch, ledger, filled_in, decider(by))


def _export(settings: Settings, batch: Batch, lines: Sequence[RoleLine], out: Path) -> None:
    with whole_file(out) as part:
        write_role_workbook(part, batch, NightFacts(settings.firm.name, settings.firm.zone, settings.policy), lines)
    waiting = sum(line.state == "proposed" for line in lines)
    say(f"{out}: {len(lines):,} mappings of batch {batch.id}, {waiting:,} wait for a decision.")
    say(f"Fill in the column `decision`, then: {COMMAND} --in <file> --by <name>")


def _import(settings: Settings, batch: Batch, ledger: Ledger, file: Path, by: str) -> None:
    rows, after = read_role_workbook(file), ledger.last_role_decision()
    lines = _lines(settings, batch, ledger)
    reviewed = judge_review(rows, lines, settings.scope.is_privileged)
    ledger.record_role_review(
        reviewed.decisions,
        after=after,
        batch_id=batch.id,
        mappings=reviewed.mappings,
        is_whole=reviewed.is_whole,
        by=by,
        now=clock_of(settings)(),
    )
    approved = sum(decision.verdict == "approved" for decision in reviewed.decisions)
    say(
        f"Reviewed by {by}: {approved:,} mappings approved, {len(reviewed.decisions) - approved:,} rejected, "
        f"{reviewed.mappings - len(reviewed.decisions):,} kept. It takes effect in the next night."
    )
    if not reviewed.is_whole:
        say("Some mappings have no word: this does not count as the review of all of them.")


def review_in_words(settings: Settings, last: RoleReview | None, now: datetime) -> str:
    """When all mappings were last reviewed, and whether that is due again."""
    due = f"one is due every {settings.scope.roles_review_days} days: lms-hris roles review --out <file>"
    if last is None:
        return f"All mappings were never reviewed as a whole; {due}"
    days = (now - last.reviewed_at).days
    return (
        f"All mappings were last reviewed on {last.reviewed_at.astimezone(settings.firm.zone):%Y-%m-%d} "
        f"by {last.reviewed_by}, {days:,} days ago; {due}"
    )


def is_review_due(settings: Settings, last: RoleReview | None, now: datetime) -> bool:
    """Whether the last review of all mappings is too long ago, or there was none."""
    return last is None or (now - last.reviewed_at).days > settings.scope.roles_review_days


def _lines(settings: Settings, batch: Batch, ledger: Ledger) -> list[RoleLine]:
    known = ledger.snapshot(clock_of(settings)(), settings.publishing.settle_hours)
    return read_role_lines(batch, known.role_decisions)
