"""The review of accounts and skill tags as a workbook: what it shows, and what of a filled-in one is taken or refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from lms_hris_pipeline.ledger import PairDecision, TagDecision
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.match_lines import read_pair_lines, read_tag_lines
from lms_hris_pipeline.report.match_review import MatchReview, judge_matches
from lms_hris_pipeline.report.match_workbook import (
    PAIR_WORDS,
    PAIRS,
    TAG_WORDS,
    TAGS,
    read_match_workbook,
    write_match_workbook,
)
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import link, meaning, reconciled
from lms_hris_pipeline_tests.support.review_books import fill_in
from lms_hris_pipeline_tests.support.stage import course, sandbox_settings, user, wid, worker

HOSTILE = '=cmd|"/c calc"!A1'
SKILLS = {"S-1": "Python", "S-2": "Querying"}
SETTINGS = sandbox_settings()


def waiting_pair(number: int, score: str, other: int | None = None) -> dict[str, Any]:
    """The matcher's doubt about an account."""
    more = {"runner_up_worker_id_hris": wid(other), "runner_up_score": Decimal("0.2")} if other else {}
    return link(number, number, "review", method="score", score=Decimal(score), reason=f"doubt {number}", **more)


def waiting_tag(tag: str, skill_id: str) -> dict[str, Any]:
    """The matcher's doubt about a tag."""
    found = [{"skill_id": one, "name": name, "score": 0.5} for one, name in SKILLS.items()]
    return meaning(tag, skill_id, "review") | {"confidence": 0.5, "candidates": json.dumps(found)}


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Two accounts that wait, the likelier first, one with another worker; one that does not; two tags that wait."""
    people = [waiting_pair(1, "0.4"), waiting_pair(2, "0.6", other=3), link(3, 3)]
    return reconciled(
        {
            "workers": [worker(1), worker(2, Legal_First_Name=HOSTILE), worker(3)],
            "skills": [{"Skill_ID": skill, "Skill_Name": name} for skill, name in SKILLS.items()],
        },
        {"users": [user(number) for number in (1, 2, 3)], "courses": [course("C-1")]},
        people=people,
        skills=[waiting_tag("Pyhton", "S-1"), waiting_tag("-1 SQL", "S-2"), meaning("Python", "S-1")],
    )


@pytest.fixture
def book(batch: Batch, tmp_path: Path) -> Path:
    """The workbook of the batch, nothing filled in."""
    file = tmp_path / "matches.xlsx"
    facts = NightFacts("Lumen", SETTINGS.firm.zone, SETTINGS.policy)
    write_match_workbook(file, batch, facts, read_pair_lines(batch), read_tag_lines(batch))
    return file


def judged(batch: Batch, file: Path) -> MatchReview:
    return judge_matches(read_match_workbook(file), read_pair_lines(batch), read_tag_lines(batch), SKILLS.keys())


def rows_in(file: Path, sheet: str) -> list[dict[str, Any]]:
    read = load_workbook(file)
    header, *rows = read[sheet].iter_rows(values_only=True)
    read.close()
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_workbook_shows_what_waits_with_its_evidence_and_nothing_that_acts(book: Path) -> None:
    second, first = rows_in(book, PAIRS)
    assert (first["learner_id_lms"], first["worker_id_hris"], first["reason"]) == ("10001", wid(1), "doubt 1")
    assert (second["learner_id_lms"], second["other_worker_id_hris"], second["other_score"]) == ("10002", wid(3), 0.2)
    assert HOSTILE in second["worker_name"]
    assert (first["decision"], first["other_worker_name"]) == (None, None)
    tags = {row["tag"]: row for row in rows_in(book, TAGS)}
    assert tags.keys() == {"Pyhton", "-1 SQL"}
    assert (tags["Pyhton"]["skill_name"], tags["Pyhton"]["others"]) == ("Python", "S-2 Querying (0.50)")
    read = load_workbook(book)
    assert {cell.data_type for row in read[PAIRS].iter_rows() for cell in row} <= {"s", "n", "inlineStr", "d"}
    [pair_choice], [tag_choice] = (read[name].data_validations.dataValidation for name in (PAIRS, TAGS))
    assert (pair_choice.formula1, tag_choice.formula1) == (f'"{",".join(PAIR_WORDS)}"', f'"{",".join(TAG_WORDS)}"')
    read.close()


@pytest.mark.parametrize(
    ("word", "decision"),
    [
        ("same", PairDecision("10002", wid(2), "same", "knows her")),
        ("Different ", PairDecision("10002", wid(2), "different", "knows her")),
        ("other", PairDecision("10002", wid(3), "same", "knows her")),
    ],
)
def test_a_word_on_an_account_is_taken(batch: Batch, book: Path, word: str, decision: PairDecision) -> None:
    filled = fill_in(book, lambda row: word if row["learner_id_lms"] == "10002" else None, PAIRS, B2="knows her ")
    assert judged(batch, filled) == MatchReview((decision,), ())


@pytest.mark.parametrize(
    ("word", "other", "decision"),
    [
        ("yes", None, TagDecision("Pyhton", "S-1")),
        ("no", None, TagDecision("Pyhton", "S-1", is_refusal=True)),
        ("none", None, TagDecision("Pyhton", None)),
        ("other", " S-2", TagDecision("Pyhton", "S-2")),
    ],
)
def test_a_word_on_a_tag_is_taken(
    batch: Batch, book: Path, word: str, other: str | None, decision: TagDecision
) -> None:
    at = [row["tag"] for row in rows_in(book, TAGS)].index("Pyhton") + 2
    filled = fill_in(book, lambda row: word if row["tag"] == "Pyhton" else None, TAGS, **{f"B{at}": other})
    assert judged(batch, filled) == MatchReview((), (decision,))


FAULTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("another word", PAIRS, {"A2": "maybe"}, "Accounts!A2: 'maybe' is none of same, different, other"),
    ("no other worker", PAIRS, {"A3": "other"}, "Accounts!A3: there is no other worker"),
    ("changed account", PAIRS, {"A2": "same", "U2": "777"}, "Accounts!U2: the account '777' does not wait any more"),
    ("changed worker", PAIRS, {"A2": "same", "V2": wid(1)}, f"Accounts!V2: worker_id_hris is '{wid(1)}', and"),
    ("changed other worker", PAIRS, {"W3": wid(2)}, f"Accounts!W3: other_worker_id_hris is '{wid(2)}', and ''"),
    ("an account twice", PAIRS, {"U3": "10002"}, "Accounts!U3: the account '10002' stands in Accounts!U2 already"),
    ("a long note", PAIRS, {"B2": "x" * 2001}, "Accounts!B2: a note has at most 2,000 characters"),
    ("another word of a tag", TAGS, {"A2": "same"}, "Skill tags!A2: 'same' is none of yes, no, none, other"),
    ("no skill", TAGS, {"A2": "other"}, "Skill tags!B2: there is no skill '' in the framework"),
    ("unknown skill", TAGS, {"A2": "other", "B2": "S-9"}, "Skill tags!B2: there is no skill 'S-9' in the framework"),
    ("a skill beside yes", TAGS, {"A2": "yes", "B2": "S-2"}, "Skill tags!B2: a skill stands here"),
    ("changed tag", TAGS, {"A2": "yes", "D2": "Java"}, "Skill tags!D2: the tag 'Java' does not wait any more"),
    ("changed skill", TAGS, {"A2": "yes", "K2": "S-9"}, "Skill tags!K2: skill_id is 'S-9', and"),
]


@pytest.mark.parametrize(("case", "sheet", "cells", "says"), FAULTS, ids=[case[0] for case in FAULTS])
def test_one_fault_and_nothing_is_taken(
    batch: Batch, book: Path, case: str, sheet: str, cells: dict[str, Any], says: str
) -> None:
    fill_in(book, lambda row: "same", PAIRS)
    with pytest.raises(BadInput, match="nothing was recorded") as refused:
        judged(batch, fill_in(book, lambda row: None, sheet, **cells))
    assert says in str(refused.value)


def test_what_waits_no_more_and_has_no_word_is_left_aside(batch: Batch, book: Path) -> None:
    filled = read_match_workbook(fill_in(book, lambda row: "same" if row["learner_id_lms"] == "10001" else None, PAIRS))
    still = [line for line in read_pair_lines(batch) if line.learner_id_lms == "10001"]
    assert judge_matches(filled, still, [], SKILLS.keys()).pairs == (PairDecision("10001", wid(1), "same"),)


def test_a_review_without_a_word_says_so(batch: Batch, book: Path) -> None:
    with pytest.raises(BadInput, match="holds no decision"):
        judged(batch, book)


def test_a_workbook_without_one_of_its_sheets_or_columns_is_refused(book: Path) -> None:
    with pytest.raises(BadInput, match="sheet Skill tags: its first row must name each column once; amiss: tag"):
        read_match_workbook(fill_in(book, lambda row: None, TAGS, D1="word"))
    read = load_workbook(book)
    del read[TAGS]
    read.save(book)
    with pytest.raises(BadInput, match="has no sheet Skill tags"):
        read_match_workbook(book)
