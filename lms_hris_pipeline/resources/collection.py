"""Memory while a run lasts: how often Python looks for garbage in cycles, and what goes back to the system.

A night makes millions of records, pages and cells, which are trees: looking for cycles in them found next to nothing
and took 7 s of 90 s of processor time at 100,000 workers, with the thresholds that Python starts with. What the C
library keeps of what the reading threads have freed was 0.4 GB, on top of which every later step came, and 0.2 GB what
Arrow keeps after people have been matched.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

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


def give_back_memory() -> None:
    """Hand freed memory back to the system: Arrow's, and the C library's where that knows how (glibc)."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
