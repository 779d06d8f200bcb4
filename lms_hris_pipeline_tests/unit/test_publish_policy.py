"""Phases when a change is sent; the breaker: by number, by share, over a rolling window, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lms_hris_pipeline.model.delta import Delta, ProposedDelta
from lms_hris_pipeline.publish.policy import judge, kept_by_phase, overridden
from lms_hris_pipeline.settings import PublishSettings
from lms_hris_pipeline_tests.support.deltas import delta_of
from lms_hris_pipeline_tests.support.ledger import policy
from lms_hris_pipeline_tests.support.publishing import creation, deactivation, groups, merge, move, update

PHASES = [
    # phase now, decided by, risk, a rollback: why it is kept
    ("approve", "Ada", "high", False, None),
    ("auto", "Ada", "high", False, None),
    ("auto", "policy", "low", False, None),
    ("auto", "policy", "normal", False, "policy no longer approves accounts of normal risk"),
    ("approve", "policy", "low", False, "policy no longer approves accounts of low risk"),
    ("shadow", "Ada", "low", False, "accounts is in phase shadow"),
    ("shadow", "policy", "low", False, "accounts is in phase shadow"),
    ("shadow", "Ada", "high", True, None),
    ("off", "Ada", "low", False, "accounts is in phase off"),
    ("off", "Ada", "high", True, "accounts is in phase off"),
]


@pytest.mark.parametrize(("phase", "by", "risk", "is_rollback", "why"), PHASES)
def test_what_is_approved_goes_out_only_in_a_phase_that_sends_it(
    phase: str, by: str, risk: str, is_rollback: bool, why: str | None
) -> None:
    delta = replace(
        delta_of(update(1, {"last_name": "B"}, {"last_name": "A"})),
        family="accounts", risk=risk, decided_by=by, rolls_back="0" * 64 if is_rollback else None,
    )  # fmt: skip
    assert kept_by_phase([delta], policy("approve", accounts=phase)).get(delta.delta_id) == why


RULES = PublishSettings(breaker_count=20, breaker_share=0.05)
DEACTIVATED = ("account", "deactivate")
MERGED = ("account", "merge")
GROUPED = ("groups", "set_groups")
MOVED = ("branch", "update")


def profile(number: int) -> ProposedDelta:
    return update(number, {"department": "SUP-2"}, {"department": "SUP-1"}, "profile")


def made(make: object, count: int) -> list[Delta]:
    return [delta_of(make(number)) for number in range(1, count + 1)]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("case", "make", "count", "recent", "accounts", "held"),
    [
        ("as many as the number",           deactivation, 20, {},                             1000, 0),
        ("one above the number",            deactivation, 21, {},                             1000, 21),
        ("as many as the share",            deactivation, 5,  {},                             100,  0),
        ("one above the share",             deactivation, 6,  {},                             100,  6),
        ("one is always allowed",           deactivation, 1,  {},                             3,    0),
        ("two of three accounts",           deactivation, 2,  {},                             3,    2),
        ("earlier nights count",            deactivation, 3,  {DEACTIVATED: 18},              1000, 3),
        ("the window has room for it",      deactivation, 2,  {DEACTIVATED: 18},              1000, 0),
        ("merges and deactivations count",  deactivation, 3,  {DEACTIVATED: 9, MERGED: 9},    1000, 3),
        ("other kinds do not count",        deactivation, 3,  {GROUPED: 900, MOVED: 900},     1000, 0),
        ("nothing waits after a big night", deactivation, 0,  {DEACTIVATED: 900},             1000, 0),
        ("merges destroy as well",          lambda n: merge(n, n + 500), 21, {},              1000, 21),
        ("groups up to five shares",        lambda n: groups(f"learner:{n}", add="A"), 250, {},            1000, 0),
        ("groups above five shares",        lambda n: groups(f"learner:{n}", add="A"), 251, {},            1000, 251),
        ("groups over many nights",         lambda n: groups(f"learner:{n}", add="A"), 51, {GROUPED: 200}, 1000, 51),
        ("branches above five shares",      lambda n: move(n, "SUP-2", "SUP-1"), 251, {},     1000, 251),
        ("profiles above five shares",      profile,      251, {},                            1000, 251),
        ("one kind does not fill another",  profile,      250, {GROUPED: 250, MOVED: 250},    1000, 0),
        ("new accounts destroy nothing",    creation,     300, {},                            1000, 0),
        ("groups of new accounts neither",  lambda n: groups(f"worker:{n}", add="A"), 300, {}, 1000, 0),
        ("user names above five shares",    lambda n: update(n, {"username": "B"}, {"username": "A"}), 251, {}, 1000, 251),
        ("names up to five shares",         lambda n: update(n, {"last_name": "B"}, {"last_name": "A"}), 250, {}, 1000, 0),
    ],
)  # fmt: skip
def test_the_breaker_counts(
    case: str, make: object, count: int, recent: dict[tuple[str, str], int], accounts: int, held: int
) -> None:
    found = judge(made(make, count), recent=recent, active_accounts=accounts, settings=RULES)
    assert sum(one.count for one in found) == held, case


def test_what_is_held_back_is_all_of_its_kind_and_nothing_else() -> None:
    leavers, moved = made(deactivation, 21), made(lambda n: move(n, "SUP-2", "SUP-1"), 21)
    (found,) = judge([*moved, *leavers], recent={}, active_accounts=1000, settings=RULES)
    assert set(found.delta_ids) == {delta.delta_id for delta in leavers}


def test_a_share_of_everybody_can_never_be_exceeded_by_changes_that_can_be_undone() -> None:
    rules = PublishSettings(breaker_share=0.5)
    assert not judge(made(profile, 100), recent={}, active_accounts=100, settings=rules)


def test_the_reason_says_how_many_wait_were_sent_and_are_allowed_and_what_to_do() -> None:
    (held,) = judge(made(deactivation, 3), recent={DEACTIVATED: 19}, active_accounts=1000, settings=RULES)
    text = str(held.error())
    assert "3 deactivations and merges wait, and 19 were sent within 10 days; the firm allows 20" in text
    assert "lms-hris" in text
    assert overridden([held]) == {"deactivations and merges": 3}
