"""`lms-hris matches list` and `review`: what waits for a person, shown, or taken to them and back as a workbook.

What a filled-in workbook says is decided in `report`; it takes effect in the next night.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.reviews import batch_and_ledger, check_files, whole_file
from lms_hris_pipeline.cli.terminal import decider, say, show_table
from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.match.tag_decisions import TagDecisions, TagRefusals
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.match_lines import PairLine, TagLine, read_pair_lines, read_tag_lines
from lms_hris_pipeline.report.match_review import judge_matches
from lms_hris_pipeline.report.match_workbook import COMMAND, read_match_workbook, write_match_workbook
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import Batch

LONGEST_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person in the current batch and was not decided since."""

    pairs: list[PairLine]
    tags: list[TagLine]


def run_list_matches() -> None:
    """Print pairs and skill tags of the current batch that wait for a person and were not decided since."""
    settings = load_settings()
    with batch_and_ledger(settings) as (batch, ledger):
        waiting = _waiting(settings, batch, ledger)
    if waiting.pairs:
        show_table(
            ("account", "user name", "name", "worker", "number", "name", "probability", "why"),
            [
                (p.learner_id_lms, p.username, p.learner_name, p.worker_id_hris, p.employee_number, p.worker_name, p.score, p.reason)
                for p in waiting.pairs
            ],
            title="Pairs",
        )  # fmt: skip
        say("Decide with: lms-hris matches same|different <account> <worker>\n")
    if waiting.tags:
        show_table(
            ("tag", "best skill", "name", "confidence", "held back because", "what it is"),
            [
                (t.tag, t.skill_id, t.skill_name, t.confidence, t.held_back, shorten(t.description or "", LONGEST_DESCRIPTION, placeholder=" …"))
                for t in waiting.tags
            ],
            title="Skill tags",
        )  # fmt: skip
        say("Decide with: lms-hris matches tag <tag> <skill>, or - for none; --not where it does not mean that skill\n")
    say(f"{len(waiting.pairs):,} pairs and {len(waiting.tags):,} skill tags of batch {batch.id} wait.")
    if waiting.pairs or waiting.tags:
        say(f"All at once, as a workbook: {COMMAND} --out matches.xlsx")


def run_review_matches(out: Path | None, filled_in: Path | None, by: str) -> None:
    """Write the workbook of all that waits, or take a filled-in one.

    Raises:
        BadInput: not just one of both files is named, the new one cannot be made, or the filled-in one cannot be taken.
    """
    check_files(out, filled_in)
    settings = load_settings()
    with batch_and_ledger(settings) as (batch, ledger):
        waiting = _waiting(settings, batch, ledger)
        if out is not None:
            _export(settings, batch, waiting, out)
        elif filled_in is not None:
            _import(settings, batch, ledger, waiting, filled_in, decider(by))


def _export(settings: Settings, batch: Batch, waiting: Waiting, out: Path) -> None:
    facts = NightFacts(settings.firm.name, settings.firm.zone, settings.policy)
    with whole_file(out) as part:
        write_match_workbook(part, batch, facts, waiting.pairs, waiting.tags)
    say(f"{out}: {len(waiting.pairs):,} accounts and {len(waiting.tags):,} skill tags of batch {batch.id} wait.")
    say(f"Fill in the column `decision`, then: {COMMAND} --in <file> --by <name>")


def _import(settings: Settings, batch: Batch, ledger: Ledger, waiting: Waiting, file: Path, by: str) -> None:
    skills = {str(row[0]) for row in batch.execute("select skill_id from canonical.framework_skills")}
    review = judge_matches(read_match_workbook(file), waiting.pairs, waiting.tags, skills)
    ledger.record_match_review(review.pairs, review.tags, by=by, now=clock_of(settings)())
    say(
        f"Decided by {by}: {len(review.pairs):,} of {len(waiting.pairs):,} accounts, "
        f"{len(review.tags):,} of {len(waiting.tags):,} skill tags. It takes effect in the next night."
    )


def _waiting(settings: Settings, batch: Batch, ledger: Ledger) -> Waiting:
    known = ledger.snapshot(clock_of(settings)(), settings.publishing.settle_hours)
    decided = {(row[0], row[1]) for row in known.pair_decisions}
    linked = {row[1] for row in known.recorded_links}
    meanings = TagDecisions({row[0]: row[1] for row in known.tag_decisions})
    refusals = TagRefusals((row[0], row[1]) for row in known.tag_refusals)
    return Waiting(
        [
            line
            for line in read_pair_lines(batch)
            if (line.learner_id_lms, line.worker_id_hris) not in decided and line.learner_id_lms not in linked
        ],
        [
            line
            for line in read_tag_lines(batch)
            if not meanings.settles(line.tag) and line.skill_id not in refusals.of(line.tag)
        ],
    )
