"""One engine of meanings for nights and files: dictionary, index, ranking and confidence joined.

It places texts among a framework's entries; reading tables, remembering results and deciding are for its callers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.skill_confidence import JUDGED_BY, describe_first
from lms_hris_pipeline.match.skill_index import Floats, Query, SkillIndex, Vectors
from lms_hris_pipeline.match.skill_model import MeaningModel
from lms_hris_pipeline.match.skill_ranking import RANKED_BY, Ranked, rank
from lms_hris_pipeline.match.skill_trees import Trees

TOP = 5


@dataclass(frozen=True, slots=True)
class Near:
    """One skill that a tag may mean: the text that came nearest, its scores, and the words they do not share."""

    skill_id: str
    alias: str
    share: float
    cosine: float
    lexical: float
    edit: float
    is_stripped: bool
    only_in_tag: tuple[str, ...]
    only_in_alias: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """The nearest skills of one tag, the likeliest first, and the log odds of being inside and of the first being it."""

    near: tuple[Near, ...]
    inside: float
    right: float


class Engine:
    """A framework's index with a model."""

    def __init__(self, index: SkillIndex, model: MeaningModel) -> None:
        self._index = index
        self._model = model
        # a model that was learnt before a figure was known goes by the others
        self._weights = np.array([model.ranking.get(name, 0.0) for name in RANKED_BY])

    def place(self, queries: Sequence[Query], vectors: Vectors) -> list[Placed]:
        """What each query means, in their order."""
        found: list[Placed] = []
        for part, looked in self._index.search(queries, vectors):
            ranked = rank(self._index, part, looked, self._weights)
            features = describe_first(self._index, part, ranked)
            found.extend(
                self._told(ranked, *(_log_odds(trees, features) for trees in (self._model.inside, self._model.right)))
            )
        return found

    def _told(self, ranked: Ranked, insides: Floats, rights: Floats) -> list[Placed]:
        figures: dict[str, list[list[Any]]] = {
            name: ranked.feature(name)[:, :TOP].tolist() for name in ("cosine", "lexical", "edit", "is_core")
        }
        numbers = {
            name: values[:, :TOP].tolist()
            for name, values in (("skill", ranked.skill), ("entry", ranked.entry), ("share", ranked.share))
        }
        return [
            Placed(
                tuple(self._near(row, place, numbers, figures, ranked) for place in range(_count(ranked.skill[row]))),
                inside,
                right,
            )
            for row, (inside, right) in enumerate(zip(insides.tolist(), rights.tolist(), strict=True))
        ]

    def _near(
        self,
        row: int,
        place: int,
        numbers: dict[str, list[list[Any]]],
        figures: dict[str, list[list[Any]]],
        ranked: Ranked,
    ) -> Near:
        differs = ranked.differences[row][place]
        return Near(
            self._index.skills[numbers["skill"][row][place]],
            self._index.entries[numbers["entry"][row][place]].text,
            numbers["share"][row][place],
            figures["cosine"][row][place],
            figures["lexical"][row][place],
            figures["edit"][row][place],
            bool(figures["is_core"][row][place]),
            differs.only_in_tag if differs else (),
            differs.only_in_entry if differs else (),
        )


def _log_odds(trees: Trees, features: Floats) -> Floats:
    """What trees say by the figures that they know."""
    return trees.log_odds(features[:, [JUDGED_BY.index(name) for name in trees.names]])


def _count(skills: npt.NDArray[np.int64]) -> int:
    return int(min(TOP, (skills >= 0).sum()))
