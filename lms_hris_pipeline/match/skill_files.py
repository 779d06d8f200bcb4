"""Tables of targets, aliases and tags that somebody brings, and the table of what each tag means.

Targets are skills or occupations; which columns they have is said by `Columns`. Whether a file can be read at all is
`people_files`' business, what a tag means `skill_answers`'.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.file_columns import check_ids, folded_name, refuse, text_column
from lms_hris_pipeline.match.people_files import GivenTable
from lms_hris_pipeline.match.skill_answers import Mind, answer_tags
from lms_hris_pipeline.match.skill_decisions import decide
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_model import Kind
from lms_hris_pipeline.match.skill_words import fold
from lms_hris_pipeline.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Meant:
    """What each tag of a file means, one row a tag and rank; how many distinct tags were never answered before."""

    rows: pa.Table
    new_tags: int


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns are called: of a target's id, and of a tag's id and text."""

    target_id: str
    tag_id: str
    tag: str


COLUMNS: dict[Kind, Columns] = {
    "skills": Columns("skill_id", "tag_id", "tag"),
    "titles": Columns("occupation_id", "title_id", "title"),
}


_SHOWN = "description"  # of a target: to the person who reviews


def take_framework(given: GivenTable, aliases: GivenTable | None, columns: Columns) -> tuple[list[Entry], list[str]]:
    """The texts that name each target, and notes.

    Raises:
        BadInput: a column is missing, an id is empty, repeated or unknown, a text is empty or holds no word.
    """
    notes: list[str] = []
    targets = _columns(given, (columns.target_id, "label"), notes, (_SHOWN,))
    check_ids(given, targets[columns.target_id].combine_chunks(), columns.target_id)
    _refuse_wordless(given, targets["label"], "label")
    entries = [Entry.of(target, "label", label) for target, label in _pairs(targets)]
    if aliases is None:
        return entries, notes
    named = _columns(aliases, (columns.target_id, "alias"), notes)
    known = pc.fill_null(pc.is_in(named[columns.target_id], targets[columns.target_id].combine_chunks()), False)
    refuse(
        aliases,
        pc.invert(known),
        f"{columns.target_id} is not in {given.path.name}",
        "Leave out aliases of others, or add what they name; where all are unknown, the columns may be shifted",
    )
    _refuse_wordless(aliases, named["alias"], "alias")
    taken = {(entry.skill_id, entry.text) for entry in entries}
    for pair in _pairs(named):
        if pair not in taken:
            taken.add(pair)
            entries.append(Entry.of(pair[0], "alias", pair[1]))
    return entries, notes


def take_tags(given: GivenTable, columns: Columns) -> tuple[pa.Table, list[str]]:
    """The tags with their ids, in the file's order, null where the cell is empty, and notes.

    Raises:
        BadInput: a column is missing, an id is empty or repeated, no row has a tag.
    """
    notes: list[str] = []
    tags = _columns(given, (columns.tag_id, columns.tag), notes)
    check_ids(given, tags[columns.tag_id].combine_chunks(), columns.tag_id)
    if tags.num_rows and tags[columns.tag].null_count == tags.num_rows:
        raise BadInput(f"{given.path}: {columns.tag} is empty in every row\n  Name the file that holds the texts.")
    return tags, notes


def take_decisions(given: GivenTable, entries: Sequence[Entry], columns: Columns) -> dict[str, str | None]:
    """What a person said that each tag means; None, where the target is empty, for nothing.

    Raises:
        BadInput: a column is missing, a tag is empty or repeated, a target is unknown.
    """
    said = _columns(given, (columns.tag, columns.target_id), [])
    check_ids(given, said[columns.tag].combine_chunks(), columns.tag)
    known = pc.is_in(said[columns.target_id], pa.array(sorted({entry.skill_id for entry in entries}), pa.string()))
    unknown = pc.and_(said[columns.target_id].is_valid(), pc.invert(known))
    refuse(given, unknown, f"{columns.target_id} is not in the framework", "Write an id of it, or nothing for none")
    return dict(_pairs(said))


def take_descriptions(given: GivenTable, columns: Columns) -> dict[str, str]:
    """What each target is, in words, where the file has a column that says so; for the person who reviews."""
    if _SHOWN not in [folded_name(name) for name in given.header]:
        return {}
    return {target: told for target, told in _pairs(_columns(given, (columns.target_id, _SHOWN), [])) if told}


def match_tags(
    tags: pa.Table,
    entries: Sequence[Entry],
    mind: Mind,
    precision: float,
    review_at: float,
    cache_dir: Path,
    descriptions: Mapping[str, str] | None = None,
) -> Meant:
    """One row a tag and rank, in the order of `tags`; a tag that is empty or holds no word has one row without a target.

    `descriptions` say what targets are: they decide nothing, and stand in the evidence of what a person is to review.

    Raises:
        BadInput: the embedding model cannot be used.
    """
    columns = COLUMNS[mind.kind]
    found = answer_tags(pc.unique(pc.drop_null(tags[columns.tag])).to_pylist(), entries, mind, cache_dir)
    decided = decide(found.rows, mind, precision, review_at)
    numbered = tags.append_column("at", pa.array(range(tags.num_rows), pa.int64()))
    joined = numbered.join(decided, columns.tag, "tag", join_type="left outer").sort_by(
        [("at", "ascending"), ("rank", "ascending")]
    )
    rows = pa.table(
        {
            columns.tag_id: joined[columns.tag_id],
            "rank": pc.fill_null(joined["rank"], 1).cast(pa.int32()),
            columns.target_id: joined["skill_id"],
            "confidence": pc.fill_null(joined["confidence"], 0.0),
            "decision": pc.fill_null(joined["decision"], "no_match"),
            "matched_alias": joined["matched_alias"],
            "cosine": joined["cosine"],
            "lexical": joined["lexical"],
            "evidence": _evidence(joined, mind, descriptions or {}),
        }
    )
    return Meant(rows, found.new_tags)


def _evidence(rows: pa.Table, mind: Mind, descriptions: Mapping[str, str]) -> pa.ChunkedArray:
    """The kept evidence with what answered: the method, the models where they spoke, and what is to be reviewed in words."""
    unasked = pc.if_else(rows[COLUMNS[mind.kind].tag].is_null(), "empty", "none")
    head = pc.binary_join_element_wise('{"method":"', pc.coalesce(rows["method"], unasked), '","model":"', "")
    own = pc.replace_substring_regex(pc.fill_null(rows["evidence"], "{}"), r"^\{", "")
    rest = pc.if_else(pc.equal(own, "}"), own, pc.binary_join_element_wise(",", own, ""))
    version = mind.version.replace('"', "'")
    return pc.binary_join_element_wise(head, version, '"', _for_review(rows, descriptions), rest, "")


def _for_review(rows: pa.Table, descriptions: Mapping[str, str]) -> pa.Array:
    """Members of a JSON object where a person is asked: why the first rank is held back, and what each target is."""
    listed = (rows[name].to_pylist() for name in ("decision", "rank", "held_back", "skill_id"))
    told = (
        _told_for_review(decision, rank, held_back, target, descriptions)
        for decision, rank, held_back, target in zip(*listed, strict=True)
    )
    return pa.array(list(told), pa.string())


def _told_for_review(
    decision: str | None, rank: int | None, held_back: str | None, target: str | None, descriptions: Mapping[str, str]
) -> str:
    told = {"held_back": held_back if rank == 1 else None, "description": descriptions.get(target or "")}
    if decision != "review":
        return ""
    return "".join(f',"{name}":{json.dumps(one, ensure_ascii=False)}' for name, one in told.items() if one)


def _columns(given: GivenTable, wanted: Sequence[str], notes: list[str], shown: Sequence[str] = ()) -> pa.Table:
    """The wanted columns as text; `notes` is told which others there are, but for those that are `shown`."""
    names = [folded_name(name) for name in given.header]
    if absent := [name for name in wanted if name not in names]:
        raise BadInput(
            f"{given.path} has no column {', '.join(absent)}\n"
            f"  It has: {', '.join(name.strip() for name in given.header)}. It needs {', '.join(wanted)}."
        )
    if twice := [name for name in wanted if names.count(name) > 1]:
        raise BadInput(f"{given.path} has two columns that are {', '.join(twice)}\n  Rename or leave out one of them.")
    if ignored := [
        name.strip() for name, ours in zip(given.header, names, strict=True) if ours not in (*wanted, *shown)
    ]:
        notes.append(f"{given.path.name}: ignored {', '.join(ignored)}.")
    return pa.table(
        {name: text_column(given, names.index(name), name, notes, is_id=name.endswith("_id")) for name in wanted}
    )


def _refuse_wordless(given: GivenTable, texts: pa.ChunkedArray, name: str) -> None:
    wordless = pa.array([not text or not fold(text) for text in texts.to_pylist()], pa.bool_())
    refuse(
        given,
        wordless,
        f"{name} is empty or holds neither letter nor digit",
        "Write what it is called, or leave the row out",
    )


def _pairs(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
