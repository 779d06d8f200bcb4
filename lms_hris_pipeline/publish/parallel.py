"""Calls that do not depend on each other, several at a time. Not here: what is called, and what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import groupby
from typing import TypeVar

from lms_hris_pipeline.publish.sight import Unit

T = TypeVar("T")
R = TypeVar("R")


def call_units(call: Callable[[Unit], None], units: Sequence[Unit], threads: int) -> None:
    """Give every unit to `call`, up to `threads` at a time; those of one target one after the other, in order.

    After an error nothing further of its target begins, nor any other target; see `in_parallel`.
    """

    def target(unit: Unit) -> str:
        return unit.deltas[0].target_key

    def call_each(chain: Sequence[Unit]) -> None:
        for unit in chain:
            call(unit)

    chains = [list(chain) for _, chain in groupby(sorted(units, key=target), key=target)]
    in_parallel(call_each, chains, threads)


def in_parallel(work: Callable[[T], R], items: Sequence[T], threads: int) -> list[R]:
    """What `work` gives for each item, in their order; up to `threads` at a time.

    After an error nothing further begins. It is raised when all that had begun have ended; of several, the first
    item's.
    """
    if threads == 1 or len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads, thread_name_prefix="publish") as pool:
        running = [pool.submit(work, item) for item in items]
        try:
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            for future in running:
                future.cancel()
    return [future.result() for future in running if not future.cancelled()]
