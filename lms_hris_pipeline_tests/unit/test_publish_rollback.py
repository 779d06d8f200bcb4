"""What takes a published change back."""

from __future__ import annotations

from typing import Any

import pytest

from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.publish.rollback import inverse_of
from lms_hris_pipeline_tests.support.deltas import delta_of, verified
from lms_hris_pipeline_tests.support.publishing import (
    completion,
    creation,
    deactivation,
    groups,
    manager,
    merge,
    move,
    reactivation,
    record,
    skill,
    update,
)

LINKED = {"w-2": "77"}


@pytest.mark.parametrize(
    ("case", "wish", "desired", "base", "operation"),
    [
        ("values", update(1, {"last_name": "B", "email": "b"}, {"last_name": "A", "email": "a"}),
         {"last_name": "A", "email": "a"}, {"last_name": "B", "email": "b"}, "update"),
        ("a value that was empty", update(1, {"department": "SUP-1"}, {"department": None}, "profile"),
         {"department": None}, {"department": "SUP-1"}, "update"),
        ("a user name", update(1, {"username": "b"}, {"username": "a"}), {"username": "a"}, {"username": "b"}, "update"),
        ("a branch", move(1, "SUP-2", "SUP-1"), {"branch": "SUP-1"}, {"branch": "SUP-2"}, "update"),
        ("a deactivation", deactivation(1), {"active": True}, {"active": False}, "reactivate"),
        ("a reactivation", reactivation(1), {"active": False}, {"active": True}, "deactivate"),
        ("a manager", manager("learner:1", {"manager_learner_id": "9"}, "8"),
         {"manager_learner_id": "8"}, {"manager_learner_id": "9"}, "set_manager"),
        ("a first manager", manager("learner:1", {"manager_learner_id": "9"}),
         {"manager_learner_id": None}, {"manager_learner_id": "9"}, "set_manager"),
        ("a manager named by worker", manager("learner:1", {"manager_worker_id": "w-2"}, "8"),
         {"manager_learner_id": "8"}, {"manager_learner_id": "77"}, "set_manager"),
        ("groups", groups("learner:1", add="B", remove="A", held="A|X"),
         {"add": "A", "remove": "B"}, {"groups": "B|X"}, "set_groups"),
        ("a group that was there before", groups("learner:1", add="A|B", held="A"),
         {"add": "", "remove": "B"}, {"groups": "A|B"}, "set_groups"),
    ],
)  # fmt: skip
def test_the_inverse_restores_the_base(
    case: str, wish: ProposedDelta, desired: dict[str, Any], base: dict[str, Any], operation: str
) -> None:
    delta = verified(wish)
    assert inverse_of(delta, LINKED) == (delta, desired, base, operation), case


@pytest.mark.parametrize(
    ("case", "wish"),
    [
        ("a creation", creation(1)),
        ("a merge", merge(1, 2)),
        ("a completion", completion(1, "C-1", "2026-01-01")),
        ("a training record", record(1, "C-1", "2026-01-01")),
        ("a skill", skill(1, "SK-1")),
        ("a first branch", update(1, {"branch": "SUP-1"}, {"branch": None}, "branch")),
        ("a manager whose account nobody knows", manager("learner:1", {"manager_worker_id": "w-9"}, "8")),
        ("a value whose base nobody kept", update(1, {"last_name": "B"}, {})),
    ],
)
def test_what_has_no_inverse(case: str, wish: ProposedDelta) -> None:
    assert inverse_of(verified(wish), LINKED) is None, case


@pytest.mark.parametrize("state", ["proposed", "approved", "sending", "sent", "failed", "stale", "rolled_back"])
def test_only_what_was_verified_is_taken_back(state: str) -> None:
    assert inverse_of(delta_of(deactivation(1), state=state), LINKED) is None
