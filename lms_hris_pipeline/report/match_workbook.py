"""The workbook in which a person settles whose accounts are whose and what skill tags mean: written, and read back.

What the filled-in rows mean is decided in `match_review`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms_hris_pipeline.report.columns import PAIR_COLUMNS, TAG_COLUMNS, Kind, SheetColumn
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.filled_in import DECISION, NOTE, FilledRow, read_filled_in
from lms_hris_pipeline.report.match_lines import PairLine, TagLine
from lms_hris_pipeline.report.workbooks import Sheet, write_workbook
from lms_hris_pipeline.warehouse import Batch

COMMAND = "lms-hris matches review"
PAIRS, TAGS = "Accounts", "Skill tags"
PAIR_WORDS = ("same", "different", "other")
TAG_WORDS = ("yes", "no", "none", "other")
OTHER_SKILL = "other_skill"
PAIR_KEYS = ("learner_id_lms", "worker_id_hris", "other_worker_id_hris")
TAG_KEYS = ("tag", "skill_id")
"""What a row is about; not to be changed."""
_NOTE: SheetColumn[Any] = SheetColumn(
    NOTE, Kind.TEXT, 30, "Yours to fill in: why; kept with the decision.", lambda line: None
)
_PAIR_FILLED_IN: tuple[SheetColumn[PairLine], ...] = (
    SheetColumn(
        DECISION,
        Kind.TEXT,
        11,
        "Yours to fill in: same where the account is this worker's, different where it is not, other where it is the "
        "other worker's. Empty: not decided now.",
        lambda line: None,
    ),
    _NOTE,
)
_TAG_FILLED_IN: tuple[SheetColumn[TagLine], ...] = (
    SheetColumn(
        DECISION,
        Kind.TEXT,
        11,
        "Yours to fill in: yes where the tag means this skill; no where it does not, whatever else it means; none where "
        "it means no skill of the framework; other where it means the one in other_skill. Empty: not decided now.",
        lambda line: None,
    ),
    SheetColumn(OTHER_SKILL, Kind.TEXT, 14, "Yours to fill in beside other: the skill's id.", lambda line: None),
    _NOTE,
)


@dataclass(frozen=True, slots=True)
class FilledMatches:
    """The rows of a filled-in workbook, in their order."""

    pairs: Sequence[FilledRow]
    tags: Sequence[FilledRow]


def write_match_workbook(
    file: Path, batch: Batch, facts: NightFacts, pairs: Sequence[PairLine], tags: Sequence[TagLine]
) -> None:
    """What waits for a person: accounts, and skill tags."""
    how = f"Fill in the first columns, save, then: {COMMAND} --in <file>."
    sheets = [
        Sheet(
            PAIRS,
            f"Accounts whose owner the evidence does not settle. {how}",
            (*_PAIR_FILLED_IN, *PAIR_COLUMNS),
            pairs,
            {DECISION: PAIR_WORDS},
        ),
        Sheet(
            TAGS,
            f"Skill tags whose meaning is to be confirmed. {how}",
            (*_TAG_FILLED_IN, *TAG_COLUMNS),
            tags,
            {DECISION: TAG_WORDS},
        ),
    ]
    write_workbook(file, batch, facts, "Matches", sheets)


def read_match_workbook(file: Path) -> FilledMatches:
    """The rows of a filled-in workbook.

    Raises:
        BadInput: it is no such workbook.
    """
    wanted = {PAIRS: (DECISION, NOTE, *PAIR_KEYS), TAGS: (DECISION, OTHER_SKILL, NOTE, *TAG_KEYS)}
    found = read_filled_in(file, wanted, COMMAND)
    return FilledMatches(found[PAIRS], found[TAGS])
