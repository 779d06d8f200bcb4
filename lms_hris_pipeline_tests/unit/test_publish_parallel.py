"""Calls side by side: all are made, none of one target at the same time, none begun after an error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.model.errors import QuotaExhausted
from lms_hris_pipeline.publish.parallel import call_units, in_parallel
from lms_hris_pipeline.publish.sight import Unit
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.publishing import skill

THREADS = 4


def units_for(*targets: str) -> list[Unit]:
    wish = skill(1, "SK-1")
    return [
        Unit((delta_of(wish, delta_id=f"d{number}", target_key=target),), list) for number, target in enumerate(targets)
    ]


class Calls:
    """Notes which deltas are under way together, and in which order they ended."""

    def __init__(self, work: Callable[[Delta], None] = lambda one: time.sleep(0.01)) -> None:
        self.ended: list[str] = []
        self.together: set[tuple[str, ...]] = set()
        self._work = work
        self._running: dict[str, str] = {}
        self._guard = threading.Lock()

    def __call__(self, unit: Unit) -> None:
        one = unit.deltas[0]
        with self._guard:
            self._running[one.delta_id] = one.target_key
            self.together.add(tuple(sorted(self._running.values())))
        try:
            self._work(one)
        finally:
            with self._guard:
                self.ended.append(one.delta_id)
                del self._running[one.delta_id]


def test_calls_for_different_targets_are_made_at_the_same_time() -> None:
    all_of_them = threading.Barrier(THREADS, timeout=5)

    def work(_: Delta) -> None:
        all_of_them.wait()

    calls = Calls(work)
    call_units(calls, units_for("a", "b", "c", "d"), THREADS)
    assert sorted(calls.ended) == ["d0", "d1", "d2", "d3"]
    assert ("a", "b", "c", "d") in calls.together


def test_calls_for_one_target_are_made_one_after_the_other_in_order() -> None:
    calls = Calls()
    call_units(calls, units_for("a", "b", "a", "c", "a", "b"), THREADS)
    assert all(len(targets) == len(set(targets)) for targets in calls.together)
    assert [one for one in calls.ended if one in {"d0", "d2", "d4"}] == ["d0", "d2", "d4"]
    assert len(calls.ended) == 6


@pytest.mark.parametrize("threads", [1, THREADS])
def test_after_an_error_no_call_begins_and_what_had_begun_ends_before_it_is_raised(threads: int) -> None:
    def work(one: Delta) -> None:
        if one.delta_id == "d1":
            raise QuotaExhausted("used up")
        time.sleep(0.05)

    calls = Calls(work)
    with pytest.raises(QuotaExhausted):
        call_units(calls, units_for(*"abcdefghij"), threads)
    begun = set(calls.ended)
    assert {"d0", "d1"} <= begun
    assert len(begun) <= 2 * threads
    assert "d9" not in begun


def test_what_comes_back_stands_in_the_order_of_the_items() -> None:
    def late(number: int) -> int:
        time.sleep(0.02 / number)
        return number * 10

    assert in_parallel(late, [1, 2, 3, 4, 5], THREADS) == [10, 20, 30, 40, 50]
    assert in_parallel(late, [], THREADS) == []
