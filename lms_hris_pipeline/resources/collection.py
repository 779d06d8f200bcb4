"""How often Python looks for garbage in cycles while a run lasts. Nothing else is changed; counts free the rest.

A night makes millions of records, pages and cells, which are trees: looking through them found next to nothing and
took 7 s of 90 s of processor time at 100,000 workers, with the thresholds that Python starts with.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (200_000, 10, 10)
"""New containers between two looks at the young ones; then every how many looks the older ones are looked at."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Within the context cycles are looked for seldom; what was made before is left out of it."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
