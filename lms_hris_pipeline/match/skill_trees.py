"""Boosted decision trees as plain numbers: read from JSON, asked, written. What they are asked is decided elsewhere.

scikit-learn grows them; here they are evaluated, so that a decision rests on a file of the package and a few
comparisons, the same on every machine and under every version of that library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

DECIMALS = 6
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees whose leaves add up to the log odds. A node is a place in arrays of one row a tree; a leaf leads to itself.

    `feature`, `threshold`, `left`, `right`: at a node, go left where the feature is at most the threshold. `value`:
    what a leaf adds. `depth`: steps after which every way has ended.
    """

    names: tuple[str, ...]
    feature: npt.NDArray[np.int64]
    threshold: Floats
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    value: Floats
    depth: int

    def log_odds(self, features: Floats) -> Floats:
        """For each row of `features`, columns in the order of `names`, rounded."""
        trees, rows = np.arange(len(self.value))[:, None], np.arange(len(features))
        at = np.zeros((len(self.value), len(features)), dtype=np.int64)
        for _ in range(self.depth):
            is_left = features[rows, self.feature[trees, at]] <= self.threshold[trees, at]
            at = np.where(is_left, self.left[trees, at], self.right[trees, at])
        found: Floats = np.round(self.value[trees, at].sum(axis=0), DECIMALS)
        return found

    def along(self, scale: float, offset: float) -> Trees:
        """Trees whose log odds are these, times `scale`, plus `offset`."""
        value = self.value * scale
        value[0] += offset
        return replace(self, value=np.round(value, DECIMALS))


def grow_trees(
    names: Sequence[str],
    features: Floats,
    is_so: npt.NDArray[np.bool_],
    count: int,
    depth: int,
    weight: Floats,
) -> Trees:
    """Trees that say how likely `is_so` is for each row of `features`; the same rows grow the same trees.

    `weight`: how much each row counts.
    """
    from sklearn.ensemble import GradientBoostingClassifier

    grower = GradientBoostingClassifier(
        init="zero", n_estimators=count, max_depth=depth, learning_rate=0.1, subsample=0.5, min_samples_leaf=20,
        max_features=0.3, random_state=0,
    )  # fmt: skip
    grower.fit(features, is_so, sample_weight=weight)
    grown = [one.tree_ for one in grower.estimators_[:, 0]]
    return read_trees(
        {
            "names": list(names),
            "trees": [
                {
                    "feature": np.maximum(tree.feature, 0).tolist(),
                    "threshold": [round(float(one), DECIMALS) for one in tree.threshold],
                    "left": np.where(tree.children_left < 0, np.arange(tree.node_count), tree.children_left).tolist(),
                    "right": np.where(
                        tree.children_right < 0, np.arange(tree.node_count), tree.children_right
                    ).tolist(),
                    "value": [round(0.1 * float(one), DECIMALS) for one in tree.value[:, 0, 0]],
                }
                for tree in grown
            ],
        }
    )


def read_trees(read: Mapping[str, Any]) -> Trees:
    """The trees in what `written_trees` gives.

    Raises:
        ValueError: a way leads nowhere, or a node asks for a feature that is not named.
        KeyError: a part is missing.
    """
    trees = read["trees"]
    nodes = max(len(tree["value"]) for tree in trees)

    def stacked(part: str, kind: type) -> npt.NDArray[Any]:
        return np.array([list(tree[part]) + [0] * (nodes - len(tree[part])) for tree in trees], dtype=kind)

    found = Trees(
        tuple(read["names"]),
        stacked("feature", np.int64),
        stacked("threshold", np.float64),
        stacked("left", np.int64),
        stacked("right", np.int64),
        stacked("value", np.float64),
        max(_depth(tree["left"], tree["right"]) for tree in trees),
    )
    if found.feature.min() < 0 or found.feature.max() >= len(found.names):
        raise ValueError("a tree asks for a feature that is not named")
    return found


def written_trees(trees: Trees) -> dict[str, Any]:
    """What `read_trees` reads, without the places that no way leads to."""
    listed = []
    for tree in range(len(trees.value)):
        used = 1 + int(max(trees.left[tree].max(), trees.right[tree].max()))
        listed.append(
            {
                part: getattr(trees, part)[tree, :used].tolist()
                for part in ("feature", "threshold", "left", "right", "value")
            }
        )
    return {"names": list(trees.names), "trees": listed}


def _depth(left: Sequence[int], right: Sequence[int]) -> int:
    """Steps from the first node to the last leaf. Children come after their parents, so that every way ends."""
    depth = [0] * len(left)
    for node, children in enumerate(zip(left, right, strict=True)):
        for child in children:
            if child != node:
                if not node < child < len(left):
                    raise ValueError(f"node {node} leads to {child}")
                depth[child] = depth[node] + 1
    return max(depth)
