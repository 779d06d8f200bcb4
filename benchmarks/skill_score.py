"""Figures of skill matching from answers whose meaning is known: first right, coverage, precision, calibration."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.skill_worlds import Tag

_BINS = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one tag: the skills by rank, the confidence of the first, the decision."""

    tag: Tag
    skills: tuple[str, ...]
    confidence: float
    decision: str

    @property
    def place(self) -> int:
        """The rank of a right skill, 0 where none is named."""
        return next((rank for rank, skill in enumerate(self.skills, 1) if skill in self.tag.means), 0)

    @property
    def is_right(self) -> bool:
        """Whether the first is right."""
        return self.place == 1


def ranked(told: Sequence[Told]) -> dict[str, float]:
    """Of tags inside: share with the right skill first, among five, and mean reciprocal rank (of five)."""
    inside = [one for one in told if one.tag.means]
    places = [one.place for one in inside]
    return {
        "top1": _share([place == 1 for place in places]),
        "recall5": _share([place > 0 for place in places]),
        "mrr": round(sum(1 / place for place in places if place) / max(1, len(places)), 4),
        "n": len(inside),
    }


def accepted(told: Sequence[Told]) -> dict[str, float]:
    """Precision and coverage of what was accepted, and how often tags outside were."""
    taken = [one for one in told if one.decision == "accept"]
    outside = [one.decision == "accept" for one in told if not one.tag.means]
    return {
        "precision": _share([one.is_right for one in taken]),
        "coverage": _share([one.decision == "accept" for one in told]),
        "outside_accepted": _share(outside),
        "n": len(told),
        "n_outside": len(outside),
    }


def at_precision(told: Sequence[Told], wanted: float) -> dict[str, float]:
    """As `accepted`, with a threshold set on other skills: on one half of the tags for the other, and turned about."""
    half = [zlib.crc32(min(one.tag.means, default=one.tag.text).encode()) % 2 for one in told]
    taken: list[Told] = []
    for side in (0, 1):
        needed = _threshold([one for one, where in zip(told, half, strict=True) if where != side], wanted)
        taken += [one for one, where in zip(told, half, strict=True) if where == side and one.confidence >= needed]
    return {
        "precision": _share([one.is_right for one in taken]),
        "coverage": round(len(taken) / max(1, len(told)), 4),
        "n": len(told),
    }


def calibration_error(told: Sequence[Told]) -> dict[str, float]:
    """Mean distance between confidence and share right, over ten bins of equally many tags; and what chance makes of it.

    A tag whose very words several skills claim is left out: nothing tells which of them is meant, and the engine says so.
    Even if every confidence were the true one, so few tags would be that far from it: `by_chance`.
    """
    order = sorted((one for one in told if len(one.tag.means) <= 1), key=lambda one: one.confidence)
    confidence = np.array([one.confidence for one in order])
    gap = confidence - np.array([one.is_right for one in order])
    bins = np.array_split(np.arange(len(order)), _BINS)
    # a sum of independent errors is nearly normal, and such a one is at this distance from 0 on average
    chance = [math.sqrt(2 / math.pi * float((confidence[part] * (1 - confidence[part])).sum())) for part in bins]
    return {
        "error": round(float(sum(abs(gap[part].sum()) for part in bins)) / max(1, len(order)), 4),
        "by_chance": round(math.fsum(chance) / max(1, len(order)), 4),
        "n": len(order),
    }


def _threshold(told: Sequence[Told], wanted: float) -> float:
    """The least confidence from which the wanted share is right; above all where none is. Ties stand or fall together."""
    order = sorted(told, key=lambda one: -one.confidence)
    right: npt.NDArray[np.int64] = np.cumsum([one.is_right for one in order])
    confidences = [one.confidence for one in order]
    found = 1.1
    for at, confidence in enumerate(confidences):
        is_last = at + 1 == len(order) or confidences[at + 1] != confidence
        if is_last and right[at] >= wanted * (at + 1):
            found = confidence
    return found


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4) if found else 0.0
