"""Scenario 38 in nights whose extract is incomplete: what was read of a worker voids what rested on something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.publish.voiding import contradicted
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.publishing import deactivation

LEFT = {"active": True, "hris_status": "terminated", "hris_termination_date": "2026-10-31"}
SAME = {"hris_status": "terminated", "hris_termination_date": "2026-10-31"}


@pytest.mark.parametrize(
    ("case", "base", "worker", "read", "words"),
    [
        ("nothing changed",                      LEFT, "w", SAME, ""),
        ("the termination was taken back",       LEFT, "w", {"hris_status": "active", "hris_termination_date": None}, "status"),
        ("its date was corrected",               LEFT, "w", {**SAME, "hris_termination_date": "2026-11-30"}, "termination date"),
        ("the worker was not read",              LEFT, "w", None, ""),
        ("no worker is concerned",               {"active": True, "hris_match": "none"}, None, SAME, ""),
        ("the wish does not rest on it",         {"last_name": "A"}, "w", SAME, ""),
        ("no date before, none now",             {**LEFT, "hris_termination_date": None}, "w", {**SAME, "hris_termination_date": None}, ""),
    ],
)  # fmt: skip
def test_what_voids(
    case: str, base: dict[str, Any], worker: str | None, read: dict[str, Any] | None, words: str
) -> None:
    delta = replace(delta_of(deactivation(1)), base=base, worker_id_hris=worker)
    outcomes = contradicted([delta], {"w": read} if read is not None else {})
    if not words:
        assert outcomes == {}, case
    else:
        assert outcomes == {
            delta.delta_id: (DeltaState.SUPERSEDED, f"the worker's {words} changed since it was proposed")
        }
