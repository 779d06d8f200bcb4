"""Whether aliases slipped against labels: a column sorted alone, a row pushed in, a look-up from the wrong line.

Every row then still has aliases, ids and labels that look right, and each alias names somebody else's concept. It shows
because aliases share letters with their own label far more often than with the label some rows away. Measured on ESCO
and O*NET, rows by id or by label: in no stretch of 40 rows did the labels of other rows win; with aliases slipped by one
row they won nearly every row of every stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import comb

from lms_hris_pipeline.match.frameworks.given import AliasRow

OFFSETS = (-3, -2, -1, 1, 2, 3)
STRETCH = 40
"""Rows judged together, of those whose label is another: a slip in the midst of a file is not outvoted by what is before."""
CLEARLY = 0.05
"""By how much one label must come nearer than the other before a row votes."""
CHANCE = 1e-5
"""A stretch is refused where fair coins would vote so with less than this probability: 17 votes to none."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Where aliases begin to fit the label `offset` rows on, by how many votes, with an example."""

    place: str
    offset: int
    votes: int
    against: int
    alias: str
    own_label: str
    fitting_label: str


def find_slip(rows: Sequence[AliasRow], labels: Mapping[str, str]) -> Slip | None:
    """Where aliases begin to fit other rows' labels better than their own; None where they do nowhere.

    Looked for twice, because a slip can be one of rows or one of concepts: a file with a row an alias has several rows
    a concept. Rows of unknown concepts are passed over.
    """
    known = [row for row in rows if row.concept_id in labels]
    by_concept = [
        AliasRow(concept_id, tuple(alias for row in group for alias in row.aliases), group[0].place)
        for concept_id, group in ((key, list(found)) for key, found in groupby(known, lambda row: row.concept_id))
    ]
    slip = _find(by_concept, labels)
    return slip if slip or len(by_concept) == len(known) else _find(known, labels)


def _find(rows: Sequence[AliasRow], labels: Mapping[str, str]) -> Slip | None:
    own = [_grams(labels[row.concept_id]) for row in rows]
    words = [[_grams(alias) for alias in row.aliases] for row in rows]
    near = [_nearness(words[at], own[at]) for at in range(len(rows))]
    found: list[tuple[int, Slip]] = []
    for offset in OFFSETS:
        gains = [
            (at, _nearness(words[at], own[at + offset]) - near[at])
            for at in range(max(0, -offset), len(rows) - max(0, offset))
            if words[at] and own[at + offset] != own[at]
        ]
        if (ballot := _first_lost(gains)) is not None:
            at, best, votes, against = ballot
            pair = (labels[rows[best].concept_id], labels[rows[best + offset].concept_id])
            alias = min(rows[best].aliases, key=lambda word: -_nearness([_grams(word)], own[best + offset]))
            found.append((at, Slip(rows[at].place, offset, votes, against, alias, *pair)))
    return min(found, key=lambda one: (one[0], -one[1].votes))[1] if found else None


def _first_lost(gains: Sequence[tuple[int, float]]) -> tuple[int, int, int, int] | None:
    """Of the first stretch that other labels win: the row where it began, the clearest row, votes, votes against."""
    for start in range(0, len(gains), STRETCH):
        stretch = gains[start : start + STRETCH]
        votes = sum(gain > CLEARLY for _, gain in stretch)
        against = sum(gain < -CLEARLY for _, gain in stretch)
        if _chance(votes, against) < CHANCE:
            right = [number for number in range(start) if gains[number][1] < -CLEARLY]
            begun = next(at for at, gain in gains[right[-1] + 1 if right else 0 :] if gain > CLEARLY)
            best = max(stretch, key=lambda judged: (judged[1], -judged[0]))[0]
            return begun, best, votes, against
    return None


def _grams(text: str) -> frozenset[str]:
    padded = f" {' '.join(text.casefold().split())} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _nearness(words: Sequence[frozenset[str]], label: frozenset[str]) -> float:
    """The mean share of letters, three at a time, that aliases and label have in common."""
    return sum(len(word & label) / max(len(word | label), 1) for word in words) / max(len(words), 1)


def _chance(votes: int, against: int) -> float:
    """The probability that of so many fair coins at least `votes` fall on one side."""
    tossed = votes + against
    return float(sum(comb(tossed, heads) for heads in range(votes, tossed + 1)) / 2**tossed)
