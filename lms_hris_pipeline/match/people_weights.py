"""The weights of people matching: versions of a file, read and checked. What they are used for is not here.

Log2 odds with which a field's level of agreement speaks for one person rather than two. Where a field has a rarity,
agreeing on a value that few people have weighs more: so many bits of it as `share` says, between `least` and `most`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.names import FIRST_LEVELS, LAST_LEVELS
from lms_hris_pipeline.model.errors import ContractBroken

LEVELS: Mapping[str, tuple[str, ...]] = {
    "first_name": FIRST_LEVELS,
    "last_name": LAST_LEVELS,
    "both_names": ("same", "alike", "one", "none", "missing"),
    "employee_number": ("exact", "former", "same_digits", "close", "other_scheme", "different", "missing"),
    "email": (
        "exact",
        "former",
        "local_part",
        "close",
        "other_domain",
        "different",
        "shared",
        "missing",
        "numbered",
        "private",
    ),
    "hire_date": ("exact", "near", "different", "missing"),
    "place": ("all", "most", "some", "none", "missing"),
    "job_title": ("exact", "similar", "different", "missing"),
    "worker_type": ("exact", "different", "missing"),
    "account_age": ("plausible", "before_hire", "after_leaving", "missing"),
    "birth_date": ("exact", "close", "different", "missing"),
    "address": ("all", "most", "some", "none", "missing"),
    "stale_record": ("no", "yes", "missing"),
}
"""The levels of every field; a level's position is its number wherever numbers stand for levels."""

STALE_FIELDS = ("employee_number", "email", "hire_date", "place", "job_title")
"""What goes stale together when somebody left and came back, or was employed after a contract."""

_ACCOUNTS_EXPECTED = 512
"""So many accounts stand beside those that are counted, strangers among them as expected: few tell little."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rarity:
    """How a value's rarity in bits adds to the weight of the levels at which it agrees."""

    levels: tuple[str, ...]
    share: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Weights:
    """One version of the weights, in log2 odds."""

    version: str
    smallest_population: int
    known_bits: float
    second_account_bits: float
    waiting_bits: float
    duplicate_bits: float
    most_stale_bits: float
    fields: Mapping[str, Mapping[str, float]]
    rarities: Mapping[str, Rarity]

    def population(self, people: int) -> int:
        """`people` rounded up to a power of two, so that one person more or less changes no weight."""
        return int(2 ** math.ceil(math.log2(max(people, self.smallest_population))))

    def prior(self, people: int) -> float:
        """Log2 odds, against an account of nobody, that an account and a person drawn by chance belong together."""
        return self.known_bits - math.log2(self.population(people))

    def waiting_for(self, waiting: int, people: int) -> float:
        """Log2 odds for somebody who has no account yet, where `waiting` of `people` have none.

        Whole bits of both rounded up to powers of two: one person more or less changes nothing but at such a line.
        """
        bits = math.log2(self.population(people)) - waiting_step(waiting)
        return min(self.waiting_bits, max(0.0, bits))

    def stranger_bits(self, strangers: int, accounts: int) -> float:
        """Log2 odds by which any account is less likely a worker's, where so many are of nobody whom HR knows.

        Nothing while they are as few as `known_bits` expects; whole bits, as of those who wait.
        """
        expected = math.ceil(_ACCOUNTS_EXPECTED * 2**-self.known_bits)
        odds = waiting_step(strangers + expected) - waiting_step(accounts - strangers + _ACCOUNTS_EXPECTED)
        return max(0.0, odds + self.known_bits)

    def table(self, field: str) -> Floats:
        """Weight by number of level."""
        return np.array([self.fields[field][level] for level in LEVELS[field]])

    def scaled(self, field: str, rarity: npt.NDArray[Any], levels: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What `rarity` adds at `levels`: nothing where the level does not agree."""
        told = self.rarities[field]
        takes = np.isin(np.arange(len(LEVELS[field])), [LEVELS[field].index(level) for level in told.levels])
        added = np.clip(rarity, told.least, told.most) * told.share
        return np.where(takes[levels] & (added == added), added, 0.0)


def waiting_step(waiting: int) -> int:
    """Bits of the power of two to which those who wait are rounded up."""
    return math.ceil(math.log2(waiting + 1))


def read_weights(text: str, origin: str) -> Weights:
    """The weights that `text` holds as JSON.

    Raises:
        ContractBroken: a level has no weight, or a weight no level.
    """
    found = json.loads(text)
    fields = found["fields"]
    faults = [
        f"{name}: {sorted(set(fields.get(name, ())) ^ set(LEVELS.get(name, ())))}"
        for name in sorted({*fields, *LEVELS})
        if set(fields.get(name, ())) != set(LEVELS.get(name, ()))
    ]
    if faults:
        raise ContractBroken(f"{origin} and the levels that are compared disagree:\n  {'; '.join(faults)}")
    rarities = {
        name: Rarity(tuple(told["levels"]), told["share"], told["least"], told["most"])
        for name, told in found["rarities"].items()
    }
    return Weights(
        found["version"],
        found["smallest_population"],
        found["known_bits"],
        found["second_account_bits"],
        found["waiting_bits"],
        found["duplicate_bits"],
        found["most_stale_bits"],
        fields,
        rarities,
    )


def weights_text(weights: Weights) -> str:
    """The weights as the JSON that `read_weights` reads."""
    told = {
        "version": weights.version,
        "smallest_population": weights.smallest_population,
        "known_bits": weights.known_bits,
        "second_account_bits": weights.second_account_bits,
        "waiting_bits": weights.waiting_bits,
        "duplicate_bits": weights.duplicate_bits,
        "most_stale_bits": weights.most_stale_bits,
        "fields": {field: {level: weights.fields[field][level] for level in LEVELS[field]} for field in LEVELS},
        "rarities": {
            field: {"levels": list(told.levels), "share": told.share, "least": told.least, "most": told.most}
            for field, told in weights.rarities.items()
        },
    }
    return json.dumps(told, indent=1)


@cache
def load_weights() -> Weights:
    """The weights that the package ships.

    Raises:
        ContractBroken: a level has no weight, or a weight no level.
    """
    path = files("lms_hris_pipeline.match") / "data" / "people_weights.json"
    return read_weights(path.read_text(encoding="utf-8"), "people_weights.json")
