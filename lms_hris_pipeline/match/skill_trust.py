"""Learns how far a match is to be trusted: trees for being inside and being right, their straightening, thresholds.

Everything is fitted on tags whose skills the trees in question never saw. Where the rows come from is
`skill_training`'s business, what the log odds are worth in a table of tags `skill_probability`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.skill_confidence import JUDGED_BY
from lms_hris_pipeline.match.skill_index import Floats
from lms_hris_pipeline.match.skill_model import PRECISIONS
from lms_hris_pipeline.match.skill_probability import confidence_of
from lms_hris_pipeline.match.skill_trees import Trees, grow_trees

_TREES, _DEPTH = 120, 4
_TO_SPARE = 5 / 6  # a threshold that is chosen because it fits is a little too low for other tags
_LEAST_ACCEPTED = 50  # a precision is not told from fewer tags
_USUAL_SHARE = 0.65  # of tags inside, where a table tells nothing else; the made worlds hold more than a firm's tags do
_LEAST_SHARE = 0.05  # a world in which nearly nothing is outside (or inside) tells little: its rows are not blown up


class Trust(TypedDict):
    """The parts of a model that say how far a match is to be trusted."""

    inside: Trees
    right: Trees
    usual_share: float
    thresholds: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Rows:
    """One row a tag: figures of the first candidate, whether its skill is inside, whether the first is it, part, world.

    `counts` says how much a row counts. `balanced` is that, but for the share inside, which it makes the same in every
    world, so that no tree learns it from what tells worlds apart: how much means something outside is estimated from a
    table's own tags (`skill_probability`).
    """

    features: Floats
    is_inside: npt.NDArray[np.bool_]
    is_right: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]
    world: npt.NDArray[np.int64]
    counts: Floats

    @property
    def usual_share(self) -> float:
        """The share of tags inside."""
        return float(np.average(self.is_inside, weights=self.counts))

    @property
    def balanced(self) -> Floats:
        """How much each row counts where being inside is learnt."""
        found = self.counts.copy()
        for world in np.unique(self.world):
            here = self.world == world
            share = np.average(self.is_inside[here], weights=self.counts[here])
            share = np.clip(share, _LEAST_SHARE, 1 - _LEAST_SHARE)
            inside, outside = self.usual_share / share, (1 - self.usual_share) / (1 - share)
            found[here] *= np.where(self.is_inside[here], inside, outside)
        return found


def learn_trust(rows: Rows) -> Trust:
    """Trees grown on all rows, straightened and with thresholds by what trees grown on the other parts say of each."""
    unseen_inside, unseen_right = _unseen(rows)
    settled = rows.is_inside
    straight_inside = _straighten(unseen_inside, settled, rows.balanced)
    straight_right = _straighten(unseen_right[settled], rows.is_right[settled], rows.counts[settled])
    inside, right = _grow(rows, np.ones(len(rows.part), dtype=bool))
    confidence = confidence_of(_along(unseen_inside, straight_inside), _along(unseen_right, straight_right))
    return {
        "inside": inside.along(*straight_inside).along(1.0, _odds(_USUAL_SHARE) - _odds(rows.usual_share)),
        "right": right.along(*straight_right),
        "usual_share": _USUAL_SHARE,
        "thresholds": _thresholds(confidence, rows),
    }


def _grow(rows: Rows, among: npt.NDArray[np.bool_]) -> tuple[Trees, Trees]:
    """Trees for being inside, from all of `among`; and for being right, from those of them that are inside."""
    settled = among & rows.is_inside
    return (
        grow_trees(JUDGED_BY, rows.features[among], rows.is_inside[among], _TREES, _DEPTH, rows.balanced[among]),
        grow_trees(JUDGED_BY, rows.features[settled], rows.is_right[settled], _TREES, _DEPTH, rows.counts[settled]),
    )


def _unseen(rows: Rows) -> tuple[Floats, Floats]:
    """Log odds of being inside and right by trees that never saw the tags' skills."""
    found = np.zeros((2, len(rows.part)))
    for part in np.unique(rows.part):
        here = rows.part == part
        for at, trees in enumerate(_grow(rows, ~here)):
            found[at, here] = trees.log_odds(rows.features[here])
    return found[0], found[1]


def _straighten(log_odds: Floats, is_so: npt.NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """The line along which log odds of unseen tags become probabilities: trees are surer than they should be."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e6).fit(log_odds[:, None], is_so, sample_weight=weight)
    return round(float(line.coef_[0, 0]), 4), round(float(line.intercept_[0]), 4)


def _along(log_odds: Floats, line: tuple[float, float]) -> Floats:
    return log_odds * line[0] + line[1]


def _odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _thresholds(confidence: Floats, rows: Rows) -> dict[float, float]:
    """The least confidence from which the wanted share of unseen tags is right, with a sixth fewer errors to spare."""
    order = np.argsort(-confidence, kind="stable")
    counts = rows.counts[order]
    wrong = np.cumsum(~rows.is_right[order] * counts) / np.cumsum(counts)
    found = {}
    for wanted in PRECISIONS:
        enough = np.flatnonzero(wrong[_LEAST_ACCEPTED:] <= (1 - wanted) * _TO_SPARE)
        if len(enough):
            found[wanted] = round(float(confidence[order][_LEAST_ACCEPTED + enough[-1]]), 6)
    return found
