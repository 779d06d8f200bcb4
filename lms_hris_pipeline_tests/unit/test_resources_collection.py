"""A run looks for garbage seldom, and leaves the process as it was, whatever happens."""

from __future__ import annotations

import gc

import pytest

from lms_hris_pipeline.resources.collection import SELDOM, seldom_collected


def test_thresholds_and_old_objects_are_as_before_after_a_run_that_failed() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), seldom_collected():
        assert gc.get_threshold() == SELDOM
        assert gc.get_freeze_count() > frozen
        raise ZeroDivisionError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
