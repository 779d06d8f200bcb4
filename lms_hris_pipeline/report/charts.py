"""The geometry of bars drawn as SVG in the pages: percentages of the width, so that they fit a phone and a printout.

Each bar stands beside its number; nothing is told by the bar alone. Drawing is the templates' work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_HUNDRED = Decimal(100)
_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: where it begins, how long it is and where zero lies, in per cent of the width."""

    start_pct: str
    width_pct: str
    zero_pct: str
    is_negative: bool


def bars(values: Sequence[Decimal]) -> list[Bar]:
    """A bar for each value on one scale that holds zero; negative values lie left of it."""
    low, high = min((Decimal(0), *values)), max((Decimal(0), *values))
    span = high - low or Decimal(1)
    zero = -low / span * _HUNDRED
    drawn = []
    for value in values:
        width = abs(value) / span * _HUNDRED
        start = zero - width if value < 0 else zero
        drawn.append(Bar(_pct(start), _pct(width), _pct(zero), value < 0))
    return drawn


def _pct(value: Decimal) -> str:
    return f"{value.quantize(_STEP)}%"
