"""The figures of the skill benchmark: what counts as right, as covered, as calibrated; and that no case gives itself away."""

from __future__ import annotations

import random

import pytest

from benchmarks.skill_cases import aliases_known, decorated, label_only, skills_taken_out
from benchmarks.skill_model import is_reported
from benchmarks.skill_score import Told, accepted, at_precision, calibration_error, ranked
from lms_hris_pipeline.match.skill_worlds import Tag, Vocabulary


def _told(means: str, said: str, confidence: float = 1.0, decision: str = "accept") -> Told:
    return Told(
        Tag(f"{means} {said} {confidence}", frozenset(means.split()), "alias"),
        tuple(said.split()),
        confidence,
        decision,
    )


def test_ranks_count_tags_inside_alone() -> None:
    told = [_told("A", "A B"), _told("A", "B A"), _told("A", "B C"), _told("", "A B")]
    assert ranked(told) == {"top1": 0.3333, "recall5": 0.6667, "mrr": 0.5, "n": 3}


def test_precision_is_of_what_was_accepted_and_coverage_of_all() -> None:
    told = [_told("A", "A"), _told("A", "B"), _told("", "A"), _told("", "A", decision="review")]
    assert accepted(told) == {"precision": 0.3333, "coverage": 0.75, "outside_accepted": 0.5, "n": 4, "n_outside": 2}


def test_calibration_error_is_the_distance_from_the_share_right() -> None:
    fair = [_told("A", "A" if at % 5 else "B", 0.8) for at in range(1000)]
    sure = [_told("A", "A" if at % 5 else "B", 1.0) for at in range(1000)]
    shared = [_told("A B", "A", 0.5) for _ in range(100)]
    assert calibration_error([*fair, *shared])["error"] == 0.0, "of two skills of one name, one is meant"
    assert calibration_error(sure) == {"error": pytest.approx(0.2), "by_chance": 0.0, "n": 1000}


def test_chance_puts_true_confidences_at_a_distance() -> None:
    dice = random.Random(1)
    errors = []
    for _ in range(20):
        told = [_told("A", "A" if dice.random() < at / 1000 else "B", at / 1000) for at in range(1000)]
        found = calibration_error(told)
        errors.append(found["error"])
    assert sum(errors) / 20 == pytest.approx(found["by_chance"], rel=0.15)


def test_a_threshold_is_set_on_the_other_half() -> None:
    told = [_told(f"S{at}", f"S{at}" if at % 10 else "X", 0.9 if at % 10 else 0.5) for at in range(400)]
    found = at_precision(told, 0.98)
    assert found["precision"] == 1.0
    assert found["coverage"] == pytest.approx(0.9, abs=0.01)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    labels = {f"S{at}": f"handle thing{at} machines" for at in range(200)}
    return Vocabulary(labels, {skill: [f"operate {label}", f"{label} at work"] for skill, label in labels.items()})


def test_cases_ask_of_skills_that_nothing_was_learnt_from(vocabulary: Vocabulary) -> None:
    for make in (label_only, aliases_known, decorated, skills_taken_out):
        case = make(vocabulary, 500, 0)
        known = {(entry.skill_id, entry.text) for entry in case.entries}
        assert case.tags
        for tag in case.tags:
            assert all(is_reported(skill) for skill in tag.means)
            assert make is decorated or all((skill, tag.text) not in known for skill in tag.means)


def test_skills_taken_out_leave_tags_outside(vocabulary: Vocabulary) -> None:
    case = skills_taken_out(vocabulary, 500, 0)
    there = {entry.skill_id for entry in case.entries}
    assert 0.5 < len(there) / len(vocabulary.labels) < 0.8
    assert {tag.kind for tag in case.tags if not tag.means} == {"near"}
    assert all(tag.means <= there for tag in case.tags)
