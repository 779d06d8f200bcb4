"""Whether more skill tags than usual are unknown: truth tables of the rule, and what is counted of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from lms_hris_pipeline.match.skill_drift import (
    Seen,
    drift_rows,
    has_drifted,
    has_drifted_from_model,
    keep_shares,
    kept_shares,
    read_shares,
    usual_night,
)
from lms_hris_pipeline.report import words
from lms_hris_pipeline.tables import canonical, match
from lms_hris_pipeline_tests.support.reconcile import meaning, write_rows
from lms_hris_pipeline_tests.support.skills import skill_batch


@pytest.mark.parametrize(
    ("case", "tonight", "usual", "expected"),
    [
        ("as ever", (20, 200), (20, 200), False),
        ("fewer", (2, 200), (40, 200), False),
        ("twice as many", (40, 200), (20, 200), True),
        ("a few more, which may be chance", (28, 200), (20, 200), False),
        ("surely more, and too few to matter", (1_300, 10_000), (1_000, 10_000), False),
        ("five points of very many", (1_500, 10_000), (1_000, 10_000), True),
        ("one of few", (1, 5), (0, 5), False),
        ("all of few, where none was", (8, 8), (0, 8), True),
        ("no tags tonight", (0, 0), (20, 200), False),
        ("everything was unknown already", (200, 200), (195, 200), False),
    ],
)
def test_a_share_drifts_when_it_is_clearly_and_noticeably_above(
    case: str, tonight: tuple[int, int], usual: tuple[int, int], expected: bool
) -> None:
    assert has_drifted(Seen(*tonight), Seen(*usual)) is expected


@pytest.mark.parametrize(
    ("found", "tags", "expected"),
    [(49, 100, False), (63, 100, False), (70, 100, True), (1, 1, False), (2, 2, False), (0, 0, False), (9, 9, True)],
)
def test_a_first_night_and_a_file_are_held_against_the_model(found: int, tags: int, expected: bool) -> None:
    assert has_drifted_from_model(Seen(found, tags), 0.4893) is expected


@pytest.mark.parametrize(
    ("nights", "usual"),
    [
        ([(1, 10)], (1, 10)),
        ([(1, 10), (2, 10)], (1, 10)),
        ([(9, 10), (1, 10), (2, 10)], (2, 10)),
        ([(2, 10), (1, 10), (9, 10)], (2, 10)),
    ],
)
def test_one_odd_night_is_not_the_usual_one(nights: list[tuple[int, int]], usual: tuple[int, int]) -> None:
    assert usual_night([Seen(*night) for night in nights]) == usual


def shares(**found: tuple[int, int]) -> Mapping[tuple[str, str], Seen]:
    return {("all", decision): Seen(*counted) for decision, counted in found.items()}


def test_rows_say_what_was_expected_and_by_whom() -> None:
    tonight = shares(no_match=(60, 100), review=(30, 100))
    first = drift_rows(tonight, [], 0.49).to_pylist()
    assert [(row["expected_share"], row["night_count"], row["has_drifted"]) for row in first] == [
        (Decimal("0.490000"), 0, False),
        (None, 0, False),
    ]
    later = drift_rows(tonight, [shares(no_match=(58, 100), review=(10, 100)), shares(no_match=(0, 0), review=(0, 0))], 0.49)  # fmt: skip
    assert [(row["expected_share"], row["night_count"], row["has_drifted"]) for row in later.to_pylist()] == [
        (Decimal("0.580000"), 1, False),
        (Decimal("0.100000"), 1, True),
    ]


def test_what_a_person_decided_is_known_and_each_system_has_its_own_tags() -> None:
    batch = skill_batch([])
    said = {
        "a": ("no_match", "model"),
        "b": ("no_match", "decision"),
        "c": ("review", "model"),
        "d": ("accept", "exact"),
    }
    write_rows(batch, match.SKILLS, [meaning(tag, None, decision) | {"method": method} for tag, (decision, method) in said.items()])  # fmt: skip
    used = {"a": (True, True), "b": (True, False), "c": (False, True), "d": (True, True)}
    write_rows(batch, canonical.SKILL_TAGS, [{"tag": tag, "is_in_lms": lms, "is_in_hris": hris, "use_count": 1} for tag, (lms, hris) in used.items()])  # fmt: skip
    assert read_shares(batch) == {
        ("all", "no_match"): (1, 4), ("all", "review"): (1, 4), ("hris", "no_match"): (1, 3), ("hris", "review"): (1, 3),
        ("lms", "no_match"): (1, 3), ("lms", "review"): (0, 3),
    }  # fmt: skip


def test_without_tags_nothing_drifts_and_every_row_is_there() -> None:
    batch = skill_batch([])
    write_rows(batch, match.SKILLS, [])
    found = read_shares(batch)
    assert len(found) == 6
    assert set(found.values()) == {(0, 0)}
    assert not any(row["has_drifted"] for row in drift_rows(found, [found], 0.5).to_pylist())


def test_what_a_night_was_held_against_is_kept(tmp_path: Path) -> None:
    assert kept_shares(tmp_path) == []
    before = [shares(no_match=(1, 2), review=(0, 2))]
    keep_shares(tmp_path, before)
    assert kept_shares(tmp_path) == before


def test_a_drift_is_told_in_words() -> None:
    assert words.drift("lms", "no_match", 1_200, 4_000, Decimal("0.1")) == (
        "1,200 of 4,000 skill tags of the learning system are without a match: 30 %, where 10 % is usual. "
        "The framework may lack what they mean."
    )
