"""The weights of people matching: a versioned file of the package, read and checked. What they are used for is not here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.names import FIRST_LEVELS, LAST_LEVELS
from lms_hris_pipeline.model.errors import ContractBroken

FIELD_LEVELS: Mapping[str, tuple[str, ...]] = {
    "employee_number": ("exact", "former", "same_digits", "close", "other_scheme", "different", "missing"),
    "email": ("exact", "former", "local_part", "close", "different", "shared", "missing"),
    "hire_date": ("exact", "near", "different", "missing"),
    "place": ("all", "most", "some", "none", "missing"),
    "worker_type": ("exact", "different", "missing"),
    "account_age": ("plausible", "before_hire", "after_leaving", "missing"),
}
NAME_LEVELS: Mapping[str, tuple[str, ...]] = {"first_name": FIRST_LEVELS, "last_name": LAST_LEVELS}


@dataclass(frozen=True, slots=True)
class NameWeights:
    """How a name's levels weigh: `relative` ones on top of its rarity, the others fixed."""

    rarest: float
    commonest: float
    smoothing: int
    relative: Mapping[str, float]
    fixed: Mapping[str, float]

    def rarity(self, holder_counts: npt.NDArray[np.int64], population: int) -> npt.NDArray[np.float64]:
        """Log2 odds of agreeing on a name that `holder_counts` people of about `population` have."""
        shares = (holder_counts + 1) / (population + self.smoothing)
        bits: npt.NDArray[np.float64] = np.round(np.clip(-np.log2(shares), self.commonest, self.rarest), 2)
        return bits

    def table(self, levels: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Weight by level, and whether the name's rarity is added to it."""
        return (
            np.array([self.relative.get(level, self.fixed.get(level, 0.0)) for level in levels]),
            np.array([level in self.relative for level in levels]),
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """One version of the weights, in log2 odds."""

    version: str
    smallest_population: int
    fields: Mapping[str, Mapping[str, float]]
    names: Mapping[str, NameWeights]

    def population(self, people: int) -> int:
        """`people` rounded up to a power of two, so that one person more or less changes no weight."""
        return int(2 ** math.ceil(math.log2(max(people, self.smallest_population))))

    def prior(self, people: int) -> float:
        """Log2 odds that an account and a person drawn by chance belong together."""
        return -math.log2(self.population(people))


@cache
def load_weights() -> Weights:
    """The weights that the package ships.

    Raises:
        ContractBroken: a level has no weight, or a weight no level.
    """
    found = json.loads((files("lms_hris_pipeline.match") / "data" / "people_weights.json").read_text(encoding="utf-8"))
    names = {name: NameWeights(**values) for name, values in found["names"].items()}
    weighed = {name: set(levels) for name, levels in found["fields"].items()}
    weighed |= {name: {*weights.relative, *weights.fixed} for name, weights in names.items()}
    known = {name: set(levels) for name, levels in {**FIELD_LEVELS, **NAME_LEVELS}.items()}
    if weighed != known:
        faults = sorted(
            f"{name}: {sorted(weighed.get(name, set()) ^ known.get(name, set()))}" for name in weighed | known
        )
        raise ContractBroken(f"people_weights.json and the levels that are compared disagree:\n  {'; '.join(faults)}")
    return Weights(found["version"], found["smallest_population"], found["fields"], names)
