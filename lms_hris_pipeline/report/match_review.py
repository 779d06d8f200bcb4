"""What a filled-in review of accounts and skill tags says, held against what waits now. Pure.

Every row is checked before anything counts; one fault, and nothing is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from lms_hris_pipeline.ledger import PairDecision, TagDecision
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report.filled_in import DECISION, NO_DECISION, FilledRow, long_note, refuse, repeated
from lms_hris_pipeline.report.inert import cell_text
from lms_hris_pipeline.report.match_lines import PairLine, TagLine
from lms_hris_pipeline.report.match_workbook import (
    OTHER_SKILL,
    PAIR_KEYS,
    PAIR_WORDS,
    TAG_KEYS,
    TAG_WORDS,
    FilledMatches,
)

_GONE = "take the row out, or export anew"


@dataclass(frozen=True, slots=True)
class MatchReview:
    """What a review decides."""

    pairs: tuple[PairDecision, ...]
    tags: tuple[TagDecision, ...]


def judge_matches(
    filled: FilledMatches, pairs: Sequence[PairLine], tags: Sequence[TagLine], skills: AbstractSet[str]
) -> MatchReview:
    """The decisions of a review.

    Args:
        pairs: the accounts that wait now.
        tags: the skill tags that wait now.
        skills: the ids of the framework.

    Raises:
        BadInput: rows that wait no more, stand twice or were changed, words that do not fit; all with their cells. Or
            nothing is decided.
    """
    known_pairs = {cell_text(line.learner_id_lms): line for line in pairs}
    known_tags = {cell_text(line.tag): line for line in tags}
    faults = [*repeated(filled.pairs, "learner_id_lms", "account"), *repeated(filled.tags, "tag", "tag")]
    for row in filled.pairs:
        faults += _pair_faults(row, known_pairs.get(row.text("learner_id_lms")))
    for row in filled.tags:
        faults += _tag_faults(row, known_tags.get(row.text("tag")), skills)
    refuse(faults)
    review = MatchReview(
        tuple(_pair_decision(row, known_pairs[row.text("learner_id_lms")]) for row in filled.pairs if row.word),
        tuple(_tag_decision(row, known_tags[row.text("tag")]) for row in filled.tags if row.word),
    )
    if not review.pairs and not review.tags:
        raise BadInput(NO_DECISION)
    return review


def _pair_faults(row: FilledRow, line: PairLine | None) -> Iterator[str]:
    place = row.places["learner_id_lms"]
    if line is None:
        if row.word:
            yield f"{place}: the account {row.text('learner_id_lms')!r} does not wait any more; {_GONE}"
        return
    yield from _changed(row, line, PAIR_KEYS)
    yield from _word_faults(row, PAIR_WORDS)
    if row.word == "other" and line.other_worker_id_hris is None:
        yield f"{row.places[DECISION]}: there is no other worker; it is same or different, or left empty"
    yield from long_note(row)


def _tag_faults(row: FilledRow, line: TagLine | None, skills: AbstractSet[str]) -> Iterator[str]:
    place, other = row.places[OTHER_SKILL], row.text(OTHER_SKILL).strip()
    if line is None:
        if row.word:
            yield f"{row.places['tag']}: the tag {row.text('tag')!r} does not wait any more; {_GONE}"
        return
    yield from _changed(row, line, TAG_KEYS)
    yield from _word_faults(row, TAG_WORDS)
    if row.word == "other" and other not in skills:
        yield f"{place}: there is no skill {other!r} in the framework; write its id"
    elif row.word != "other" and other:
        yield f"{place}: a skill stands here, and the decision is not other"
    yield from long_note(row)


def _changed(row: FilledRow, line: PairLine | TagLine, keys: Sequence[str]) -> Iterator[str]:
    """Faults of cells that say what the row is about, and say something else by now."""
    for name in keys:
        text = cell_text(str(getattr(line, name) or ""))
        if row.text(name) != text:
            yield f"{row.places[name]}: {name} is {row.text(name)!r}, and {text!r} by now; {_GONE}"


def _word_faults(row: FilledRow, words: Sequence[str]) -> Iterator[str]:
    if row.word and row.word not in words:
        yield f"{row.places[DECISION]}: {row.text(DECISION)!r} is none of {', '.join(words)}"


def _pair_decision(row: FilledRow, line: PairLine) -> PairDecision:
    worker = str(line.other_worker_id_hris) if row.word == "other" else line.worker_id_hris
    return PairDecision(line.learner_id_lms, worker, "different" if row.word == "different" else "same", row.note)


def _tag_decision(row: FilledRow, line: TagLine) -> TagDecision:
    if row.word == "none":
        return TagDecision(line.tag, None, False, row.note)
    skill = row.text(OTHER_SKILL).strip() if row.word == "other" else line.skill_id
    return TagDecision(line.tag, skill, row.word == "no", row.note)
