"""A run that skips says so in one line."""

from __future__ import annotations

from lms_hris_pipeline_tests.conftest import not_held


def test_skips_are_counted_by_their_reason_the_most_frequent_first() -> None:
    absent, small = ("a.py", 1, "Skipped: the contracts are absent"), ("b.py", 2, "Skipped: no disk may be mounted")
    assert not_held([small, absent, absent]) == (
        "NOT HELD by this run (tests skipped: 3): 2 because the contracts are absent; 1 because no disk may be mounted"
    )
    assert not_held(["whatever else a plugin reports"]).endswith("1 because whatever else a plugin reports")


def test_a_run_that_skips_nothing_says_nothing() -> None:
    assert not_held([]) == ""
