"""The workbook in which a person reviews all role mappings: written for a batch, and read back once it is filled in.

What the filled-in rows mean is decided in `role_review`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.report.columns import ROLE_COLUMNS, Kind, SheetColumn
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.filled_in import DECISION, NOTE, FilledRow, read_filled_in
from lms_hris_pipeline.report.role_lines import RoleLine
from lms_hris_pipeline.report.workbooks import Sheet, write_workbook
from lms_hris_pipeline.warehouse import Batch

WORDS = ("approve", "reject", "keep")
SHEET = "Mappings"
KEYS = ("source", "value", "group_name", "group_id_lms")
"""What a row is about; not to be changed."""
COMMAND = "lms-hris roles review"
_READ = (DECISION, NOTE, "state", *KEYS, "people", "members", "mapping_id")
_FILLED_IN: tuple[SheetColumn[RoleLine], ...] = (
    SheetColumn(
        DECISION,
        Kind.TEXT,
        11,
        "Yours to fill in: approve or reject what is proposed; keep or reject what a person approved; keep or approve "
        "what was rejected; keep a rule of the settings, or correct it there. Empty: not decided now.",
        lambda line: None,
    ),
    SheetColumn(NOTE, Kind.TEXT, 30, "Yours to fill in: why; kept with the decision.", lambda line: None),
)


def write_role_workbook(file: Path, batch: Batch, facts: NightFacts, lines: Sequence[RoleLine]) -> None:
    """All mappings to decide on, and beside them what fills the automatic groups."""
    sheets = [
        Sheet(
            SHEET,
            "What leads into which group. Fill in the first two columns, save, then: lms-hris roles review --in <file>.",
            (*_FILLED_IN, *ROLE_COLUMNS),
            [line for line in lines if line.state != "automatic"],
            {DECISION: WORDS},
        ),
        Sheet(
            "Automatic groups",
            "Groups that fill themselves. They are never written; the account's field is kept right instead.",
            ROLE_COLUMNS,
            [line for line in lines if line.state == "automatic"],
        ),
    ]
    write_workbook(file, batch, facts, "Role mappings", sheets)


def read_role_workbook(file: Path) -> list[FilledRow]:
    """The rows of a filled-in workbook, in their order.

    Raises:
        BadInput: it is no such workbook.
    """
    return read_filled_in(file, {SHEET: _READ}, COMMAND)[SHEET]
