"""Estimates weights from pairs whose truth is known: decided by people, or made up. Deterministic; no reading.

The likelihood is of the model that the matcher uses: an account belongs to one of its candidates or to nobody. Each
weight is drawn back to the one it starts from, so that levels that are rarely seen stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from lms_hris_pipeline.match.people_candidates import Candidates, Compared, Floats
from lms_hris_pipeline.match.people_given import Bools, Ints
from lms_hris_pipeline.match.people_weights import LEVELS, STALE_FIELDS, Rarity, Weights

WIDEST_BITS = 20.0
NEUTRAL = "missing"
_AGAINST = ("different", "none", "other_domain", "other_scheme", "shared", "numbered", "before_hire", "after_leaving")
_LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Sample:
    """Candidates of accounts with their truth, by account.

    `told` are the places of the candidates that somebody told about, `is_same` what was told: that this is the
    person, or that it is not. An account of nobody is told by `NOBODY_TOLD` in `told` and its number in `accounts`.
    """

    found: Candidates
    accounts: Ints
    told: Ints
    is_same: Bools


NOBODY_TOLD = -1


def fit_weights(
    samples: Sequence[Sample], start: Weights, sigma_bits: float, version: str, *, with_nobody: bool = True
) -> Weights:
    """Weights under which what was told is likeliest, each drawn back to `start` as by a normal of `sigma_bits`.

    Without nobody only the choice among candidates is learned: what strangers' accounts look like is not.
    """
    names = [(field, level) for field in LEVELS for level in LEVELS[field] if level != NEUTRAL]
    shares = list(start.rarities)
    first = np.array(
        [start.fields[field][level] for field, level in names]
        + [start.rarities[field].share for field in shares]
        + [0.0]
    )
    prepared = [_Prepared.of(sample, start, names, shares, with_nobody) for sample in samples]

    def loss(point: Floats) -> tuple[float, Floats]:
        shift = point - first
        scale = np.r_[np.full(len(names), sigma_bits), np.full(len(shares), 0.25), sigma_bits]
        value, slope = float((shift**2 / scale**2).sum() / 2), shift / scale**2
        for sample in prepared:
            more, steeper = sample.loss(point)
            value, slope = value + more, slope + steeper
        return value, slope

    bounds = (
        [(-WIDEST_BITS, 0.0 if level in _AGAINST else WIDEST_BITS) for _, level in names]
        + [(0.0, 1.2)] * len(shares)
        + [(-4.0, 6.0)]
    )
    best = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300})
    point = np.round(best.x, 2)
    fields = {field: dict(start.fields[field]) for field in LEVELS}
    for (field, level), value in zip(names, point.tolist(), strict=False):
        fields[field][level] = value
    rarities = {
        field: replace(start.rarities[field], share=value)
        for field, value in zip(shares, point[len(names) : -1].tolist(), strict=True)
    }
    known = round(start.known_bits + float(point[-1]), 2)
    return replace(start, version=version, known_bits=known, fields=fields, rarities=rarities)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A sample as the loss wants it: for each field the parameter of each row's level, and what a share multiplies."""

    rows: Compared
    columns: Mapping[str, Ints]
    added: Mapping[str, Floats]
    shares: Sequence[str]
    group: Ints
    starts: Ints
    prior: float
    told: Ints
    told_group: Ints
    is_same: Bools
    size: int
    nobody: float
    most_stale: float

    @classmethod
    def of(
        cls,
        sample: Sample,
        start: Weights,
        names: Sequence[tuple[str, str]],
        shares: Sequence[str],
        with_nobody: bool,
    ) -> _Prepared:
        place = {name: number for number, name in enumerate(names)}
        keep = np.flatnonzero(np.isin(sample.found.account, sample.accounts))
        rows = sample.found.compared.take(keep)
        new_place = np.full(len(sample.found.account) + 1, NOBODY_TOLD, dtype=np.int64)
        new_place[keep] = np.arange(len(keep))
        starts = np.flatnonzero(np.r_[True, rows.account[1:] != rows.account[:-1]])
        group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(keep)]))
        of_account = dict(zip(rows.account[starts].tolist(), range(len(starts)), strict=True))
        has_rows = np.array([account in of_account for account in sample.accounts.tolist()], dtype=bool)
        columns = {
            field: np.array([place.get((field, level), len(names)) for level in LEVELS[field]])[rows.levels[field]]
            for field in LEVELS
        }
        unit = {field: replace(start.rarities[field], share=1.0) for field in shares}
        added = {field: _added(unit[field], field, rows) for field in shares}
        return cls(
            rows, columns, added, shares, group, starts, sample.found.prior,
            new_place[sample.told[has_rows]],
            np.array([of_account[account] for account in sample.accounts[has_rows].tolist()], dtype=np.int64),
            sample.is_same[has_rows], len(names), 1.0 if with_nobody else 0.0,
            start.most_stale_bits,
        )  # fmt: skip

    def loss(self, point: Floats) -> tuple[float, Floats]:
        """Minus log likelihood, and its slope."""
        weights = np.r_[point[: self.size], 0.0]
        weighed = {field: weights[column] for field, column in self.columns.items()}
        for number, field in enumerate(self.shares):
            weighed[field] = weighed[field] + point[self.size + number] * self.added[field]
        excess = weighed["first_name"] + weighed["last_name"] - self.rows.rarities["both_names"]
        is_over = excess > 0
        bits = self.prior + point[-1] - np.where(is_over, excess, 0.0)
        for field in sorted(weighed):
            bits = bits + weighed[field]
        against = sum(np.minimum(weighed[field], 0.0) for field in STALE_FIELDS)
        is_stale = self.rows.has_level("stale_record", ("yes",)) & (-against > self.most_stale)
        bits = bits + np.where(is_stale, -against - self.most_stale, 0.0)
        silent = {field: is_stale & (weighed[field] < 0) for field in STALE_FIELDS}
        odds = np.exp2(np.clip(bits, -60, 60))
        totals = self.nobody + np.add.reduceat(odds, self.starts)
        chance = odds / totals[self.group]
        own = np.where(self.told >= 0, chance[self.told], self.nobody / totals[self.told_group])
        likely = np.clip(np.where(self.is_same, own, 1.0 - own), 1e-12, 1.0)
        factor = np.where(self.is_same, 1.0, -own / np.maximum(1.0 - own, 1e-12))
        by_group = np.bincount(self.told_group, weights=factor, minlength=len(self.starts))
        slope = by_group[self.group] * chance
        named = self.told >= 0
        np.subtract.at(slope, self.told[named], factor[named])
        slope *= _LN2
        return -float(np.log(likely).sum()), self._parameters(slope, is_over, silent)

    def _parameters(self, slope: Floats, is_over: Bools, silent: Mapping[str, Bools]) -> Floats:
        """The slope by parameter; where a sum was capped, what was beyond the cap moves nothing."""
        found = np.zeros(self.size + 1)
        names = np.where(is_over, 0.0, slope)
        felt = {
            field: names if field in ("first_name", "last_name") else np.where(silent.get(field, False), 0.0, slope)
            for field in self.columns
        }
        for field, column in self.columns.items():
            found += np.bincount(column, weights=felt[field], minlength=self.size + 1)
        shares = [float((felt[field] * self.added[field]).sum()) for field in self.shares]
        slopes: Floats = np.r_[found[: self.size], shares, slope.sum()]
        return slopes


def _added(told: Rarity, field: str, rows: Compared) -> Floats:
    takes = np.isin(np.arange(len(LEVELS[field])), [LEVELS[field].index(level) for level in told.levels])
    rarity: npt.NDArray[np.float64] = np.clip(
        np.nan_to_num(rows.rarities[field], nan=told.least), told.least, told.most
    ).astype(np.float64)
    added: Floats = np.where(takes[rows.levels[field]], rarity, 0.0)
    return added
