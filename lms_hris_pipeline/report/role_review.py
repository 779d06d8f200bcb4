"""What a filled-in review of role mappings says, held against the mappings as they are now. Pure.

Every row is checked before anything counts; one fault, and nothing is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.ledger import RoleDecision
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.model.role import Counted, has_moved
from lms_hris_pipeline.report.filled_in import DECISION, NO_DECISION, FilledRow, long_note, refuse, repeated
from lms_hris_pipeline.report.inert import cell_text
from lms_hris_pipeline.report.role_lines import RoleLine
from lms_hris_pipeline.report.role_workbook import KEYS

_VERDICTS = {"approve": "approved", "reject": "rejected"}
_ALLOWED = {
    ("proposed", "memberships"): ("approve", "reject"),
    ("in_force", "settings"): ("keep",),
    ("in_force", "person"): ("keep", "reject"),
    ("rejected", "person"): ("keep", "approve"),
    ("void", "settings"): ("keep",),
    ("void", "person"): ("keep", "reject"),
}
"""Words by state and origin. A rule is corrected in the settings, not here."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review decides; how many mappings have a word, and whether all that there are have one."""

    decisions: tuple[RoleDecision, ...]
    mappings: int
    is_whole: bool


def judge_review(
    rows: Sequence[FilledRow], lines: Sequence[RoleLine], is_privileged: Callable[[str], bool]
) -> Reviewed:
    """The decisions of a review.

    Raises:
        BadInput: rows that are unknown, twice or changed, words that do not fit, evidence that moved; all with their cells.
    """
    known = {line.mapping_id: line for line in lines if line.state != "automatic"}
    faults = list(repeated(rows, "mapping_id", "mapping"))
    for row in rows:
        faults += _faults(row, known.get(row.text("mapping_id")), is_privileged)
    refuse(faults)
    words = {row.text("mapping_id"): (row.word, row.note) for row in rows if row.word}
    if not words:
        raise BadInput(NO_DECISION)
    decisions = tuple(
        _decision(known[mapping], _VERDICTS[word], note) for mapping, (word, note) in words.items() if word in _VERDICTS
    )
    return Reviewed(decisions, len(words), words.keys() == known.keys())


def _faults(row: FilledRow, line: RoleLine | None, is_privileged: Callable[[str], bool]) -> Iterator[str]:
    if line is None:
        yield (
            f"{row.places['mapping_id']}: the current batch has no mapping {row.text('mapping_id')!r}; "
            "take the row out, or export anew"
        )
        return
    expected: Mapping[str, str] = {name: cell_text(str(getattr(line, name) or "")) for name in KEYS}
    for name, text in expected.items():
        if row.text(name) != text:
            yield f"{row.places[name]}: {name} is {row.text(name)!r}, the mapping's is {text!r}; it is not to be changed"
    if row.text("state") != line.state:
        yield (
            f"{row.places['state']}: the mapping was {row.text('state')!r} and is {line.state!r} by now; export anew and look again"
        )
        return
    word, allowed = row.word, _ALLOWED[line.state, line.origin]
    if word and word not in allowed:
        yield (
            f"{row.places[DECISION]}: {row.text(DECISION)!r} does not fit a mapping that is {line.state} "
            f"by {line.origin}; it is {' or '.join(allowed)}, or left empty"
        )
    if word in _VERDICTS:
        yield from _moved(row, line)
        if word == "approve" and is_privileged(line.group_name):
            yield f"{row.places[DECISION]}: {line.group_name!r} is privileged; such groups are given by hand alone"
    yield from long_note(row)


def _moved(row: FilledRow, line: RoleLine) -> Iterator[str]:
    """What a decision rests on must be what lies before the pipeline now."""
    found = row.cells["people"], row.cells["members"]
    counts = [cell for cell in found if cell is None or (isinstance(cell, int) and not isinstance(cell, bool))]
    if len(counts) < len(found):
        yield f"{row.places['people']}: people and members are counts and not to be changed"
    elif has_moved(Counted(*counts), line.counted):
        yield (
            f"{row.places['members']}: {found[1]} of {found[0]} were in the group, "
            f"now it is {line.members} of {line.people}; export anew and look again"
        )


def _decision(line: RoleLine, verdict: str, note: str) -> RoleDecision:
    return RoleDecision(
        source=line.source,
        value=line.value,
        group_id_lms=line.group_id_lms or "",
        group_name=line.group_name,
        verdict=verdict,
        people=line.people,
        members=line.members,
        reason=note,
    )
