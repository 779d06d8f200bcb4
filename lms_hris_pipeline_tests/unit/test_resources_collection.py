"""A run looks for garbage seldom, and leaves the process as it was, whatever happens."""

from __future__ import annotations

import gc

import pytest

from lms_hris_pipeline.resources.collection import SELDOM, seldom_collected


def test_thresholds_and_old_objects_are_as_before_after_a_run_that_failed() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    seen = []

    def run_that_fails() -> None:
        with seldom_collected():
            seen.append((gc.get_threshold(), gc.get_freeze_count() > frozen))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_that_fails()
    assert seen == [(SELDOM, True)]
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
