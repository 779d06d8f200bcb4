"""Between which bounds a share lies of which a few were seen: Wilson's, one-sided."""

from __future__ import annotations

import math

Z = 1.645
"""One in twenty samples of a share at the bound would show as much, on that side."""


def bounds(members: int, people: int) -> tuple[float, float]:
    """Wilson's bounds of a share of which `members` of `people` were seen; (0, 1) where nobody was. Six digits."""
    if people == 0:
        return 0.0, 1.0
    share, square = members / people, Z * Z / people
    middle = share + square / 2
    spread = Z * math.sqrt((share * (1 - share) + square / 4) / people)
    return round((middle - spread) / (1 + square), 6), round((middle + spread) / (1 + square), 6)
