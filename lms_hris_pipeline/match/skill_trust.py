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
_TO_SPARE = 0.6  # a threshold that is chosen because it fits is too low for other tags
_LEAST_ACCEPTED = 50  # a precision is not told from fewer tags
_USUAL_SHARE = 0.65  # of tags inside, where a table tells nothing else; the made worlds hold more than a firm's tags do
_ALL_INSIDE = 0.97  # a world whose names mean something in it, nearly all of them, tells nothing of names that do not
_BELOW_FLOOR = 0.2  # of tags inside: so far from everything, they are seldom told from those outside


class Trust(TypedDict):
    """The parts of a model that say how far a match is to be trusted."""

    inside: Trees
    right: Trees
    usual_share: float
    floor: float
    share_above_floor: float
    thresholds: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Rows:
    """One row a tag: figures of the first candidate, whether its skill is inside, whether the first is it, part, world.

    `is_name`: the tag names some skill, inside or not. `counts` says how much a row counts. `balanced` is that, but for
    the share inside among names, which it makes the same in every world, so that no tree learns it from what tells worlds
    apart: how much means something outside is estimated from a table's own tags (`skill_probability`).
    """

    features: Floats
    is_inside: npt.NDArray[np.bool_]
    is_right: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]
    world: npt.NDArray[np.int64]
    is_name: npt.NDArray[np.bool_]
    counts: Floats

    @property
    def balanced(self) -> Floats:
        """How much each row counts where being inside is learnt.

        Names of a world that holds them all are left as they are: what is outside there was never a name, and blown up
        it would teach that names outside are as easily told.
        """
        found = self.counts.copy()
        usual = float(np.average(self.is_inside[self.is_name], weights=self.counts[self.is_name]))
        for world in np.unique(self.world):
            here = (self.world == world) & self.is_name
            share = float(np.average(self.is_inside[here], weights=self.counts[here])) if here.any() else 1.0
            if 0.0 < share <= _ALL_INSIDE:
                found[here] *= np.where(self.is_inside[here], usual / share, (1 - usual) / (1 - share))
        return found


def learn_trust(rows: Rows) -> Trust:
    """Trees grown on all rows, straightened and with thresholds by what trees grown on the other parts say of each."""
    unseen_inside, unseen_right = _unseen(rows)
    settled, balanced = rows.is_inside, rows.balanced
    straight_inside = _straighten(unseen_inside, settled, balanced)
    straight_right = _straighten(unseen_right[settled], rows.is_right[settled], rows.counts[settled])
    inside, right = _grow(rows, np.ones(len(rows.part), dtype=bool))
    confidence = confidence_of(_along(unseen_inside, straight_inside), _along(unseen_right, straight_right))
    share = float(np.average(settled, weights=balanced))
    floor = _floor(rows)
    return {
        "inside": inside.along(*straight_inside).along(1.0, _odds(_USUAL_SHARE) - _odds(share)),
        "right": right.along(*straight_right),
        "usual_share": _USUAL_SHARE,
        "floor": floor,
        "share_above_floor": _share_above(floor, rows, share),
        "thresholds": _thresholds(confidence, rows),
    }


def _floor(rows: Rows) -> float:
    """The cosine below which the given share of the tags inside lie."""
    cosine = rows.features[rows.is_inside, JUDGED_BY.index("cosine")]
    order = np.argsort(cosine, kind="stable")
    below = np.cumsum(rows.counts[rows.is_inside][order])
    return round(float(cosine[order][np.searchsorted(below, _BELOW_FLOOR * below[-1])]), 4)


def _share_above(floor: float, rows: Rows, share: float) -> float:
    """The share of tags inside among those from `floor` on, where of all of them the usual share is."""
    above = rows.features[:, JUDGED_BY.index("cosine")] >= floor
    weight = rows.balanced * np.where(rows.is_inside, _USUAL_SHARE / share, (1 - _USUAL_SHARE) / (1 - share))
    return round(float(np.average(rows.is_inside[above], weights=weight[above])), 4)


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
