"""`lms-hris deltas`: by id and by family, on a ledger of its own; what cannot be decided is refused as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lms_hris_pipeline.model.delta import Delta, DeltaState, ProposedDelta
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.ledger import NOW, policy, wish
from lms_hris_pipeline_tests.support.publishing import recommendation

__all__ = ["home"]
HOSTILE = "[red]x[/red]\x1b[31m\u202e"


def propose(home: Home, wishes: Sequence[ProposedDelta], phase: str = "approve", **phases: str) -> list[Delta]:
    with home.ledger() as ledger:
        ledger.propose(
            wishes,
            batch_id="2026-11-02-01",
            as_of=NOW,
            now=NOW,
            policy=policy(phase, **phases),
            is_complete=False,
            rejection_days=90,
        )
        return ledger.deltas()


def three(family: str = "accounts", targets: str = "123") -> list[ProposedDelta]:
    values = {number: {"email": f"{number}@lumen.example"} for number in targets}
    return [wish("update", f"learner:{n}", value, {"email": "old"}, family=family) for n, value in values.items()]


def states(home: Home) -> dict[str, str]:
    with home.ledger() as ledger:
        return {delta.delta_id: str(delta.state) for delta in ledger.deltas()}


def ambiguous(home: Home) -> tuple[str, list[str]]:
    """A digit with which several ids begin, and these."""
    by_digit: dict[str, list[str]] = {}
    for one in sorted(states(home)):
        by_digit.setdefault(one[0], []).append(one)
    return max(by_digit.items(), key=lambda pair: len(pair[1]))


def test_an_empty_ledger_lists_nothing(home: Home) -> None:
    ran = home.lms_hris("deltas", "list")
    assert (ran.exit_code, ran.out) == (0, "No deltas in state proposed.\n")


def test_a_list_shows_what_waits_and_how_many(home: Home) -> None:
    propose(home, three())
    ran = home.lms_hris("deltas", "list", "--limit", "2")
    assert ran.exit_code == 0
    assert ran.out.count("update account") == 2
    assert "2 of 3 deltas; --limit 3 shows all" in ran.out


def test_a_list_keeps_like_beside_like(home: Home) -> None:
    propose(home, [*three("offboarding"), *three("accounts", "654"), *three("skills", "87")])
    listed = [line.split("  ") for line in home.lms_hris("deltas", "list").out.splitlines()[1:-1]]
    shown = [tuple(cell.strip() for cell in line if cell.strip())[2:4] for line in listed]
    assert shown == [
        *((f"learner:{number}", "accounts") for number in "456"),
        *((f"learner:{number}", "skills") for number in "78"),
        *((f"learner:{number}", "offboarding") for number in "123"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--state", "done"), ("'done' is no state", "auto_approved")),
        (("list", "--family", "people"), ("'people' is no family", "accounts, organisation")),
        (("show", "zz"), ("'zz' is no beginning of an id",)),
        (("show", ""), ("'' is no beginning of an id",)),
        (("show", "%"), ("'%' is no beginning of an id",)),
        (("show", "abc"), ("No delta begins with abc",)),
        (("approve",), ("Say which deltas to approve",)),
        (("approve", "abc", "--family", "skills"), ("not both",)),
        (("reject",), ("Say which deltas to reject",)),
        (("approve", "--family", "people"), ("'people' is no family",)),
    ],
)
def test_what_cannot_be_meant_is_bad_input(home: Home, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    ran = home.lms_hris("deltas", *arguments)
    assert ran.exit_code == 2
    assert ran.err.startswith("BadInput: ")
    for word in words:
        assert word in ran.err
    assert ran.out == ""


def test_a_beginning_that_several_share_lists_them(home: Home) -> None:
    propose(home, [wish("update", f"learner:{n}", {"email": str(n)}) for n in range(40)])
    beginning, ids = ambiguous(home)
    ran = home.lms_hris("deltas", "show", beginning)
    assert ran.exit_code == 2
    assert f"Several deltas begin with {beginning}" in ran.err
    assert sum(one[:12] in ran.err for one in ids) == min(len(ids), 10)


def test_approval_by_beginnings_says_who_and_what(home: Home) -> None:
    found = propose(home, [*three(), wish("deactivate", "learner:9", {"active": False}, family="offboarding")])
    chosen = [delta for delta in found if delta.target_key in {"learner:1", "learner:9"}]
    ran = home.lms_hris("deltas", "approve", *(delta.delta_id[:16] for delta in chosen), "--reason", "seen")
    assert ran.exit_code == 0
    assert "Approved by tess: 2 of 2 deltas" in ran.out
    assert "deactivate account  1" in ran.out
    with home.ledger() as ledger:
        decided = ledger.deltas(states=(DeltaState.APPROVED,))
    assert {delta.delta_id for delta in decided} == {delta.delta_id for delta in chosen}
    assert {(delta.decided_by, delta.decision_reason) for delta in decided} == {("tess", "seen")}


def test_a_family_is_approved_in_bulk_and_nothing_else(home: Home) -> None:
    propose(home, [*three("skills"), *three("accounts", "456")])
    ran = home.lms_hris("deltas", "approve", "--family", "skills", "--by", "ada")
    assert "Approved by ada: 3 of 3 deltas" in ran.out
    with home.ledger() as ledger:
        assert {delta.family for delta in ledger.deltas(states=(DeltaState.APPROVED,))} == {"skills"}
        assert len(ledger.deltas(states=(DeltaState.PROPOSED,))) == 3
    again = home.lms_hris("deltas", "approve", "--family", "skills")
    assert (again.exit_code, again.out) == (0, "No deltas in state proposed of the family skills.\n")


def test_one_that_cannot_be_decided_stops_all(home: Home) -> None:
    first, second, third = propose(home, three())
    home.lms_hris("deltas", "approve", first.delta_id)
    ran = home.lms_hris("deltas", "approve", first.delta_id, second.delta_id, "abcdef")
    assert ran.exit_code == 2
    assert "Nothing was decided" in ran.err
    assert f"{first.delta_id[:12]} is approved already" in ran.err
    assert states(home)[second.delta_id] == "proposed"
    assert states(home)[third.delta_id] == "proposed"


def test_shadow_is_never_approved_and_says_how_to_leave_it(home: Home) -> None:
    (delta,) = propose(home, three()[:1], "shadow")
    ran = home.lms_hris("deltas", "approve", delta.delta_id)
    assert ran.exit_code == 2
    assert "is in shadow" in ran.err
    assert "policy.accounts" in ran.err
    bulk = home.lms_hris("deltas", "approve", "--family", "accounts")
    assert bulk.exit_code == 0
    assert "1 are in shadow and never sent" in bulk.out
    assert set(states(home).values()) == {"proposed"}


def test_what_is_on_its_way_or_over_is_not_decided(home: Home) -> None:
    sending, failed, _ = propose(home, three(), "auto")
    with home.ledger() as ledger:
        ledger.begin_sending([sending.delta_id, failed.delta_id], now=NOW)
        ledger.finish({failed.delta_id: (DeltaState.FAILED, "refused")}, now=NOW)
    ran = home.lms_hris("deltas", "reject", sending.delta_id, failed.delta_id)
    assert ran.exit_code == 2
    assert "is sending: it is on its way" in ran.err
    assert "is failed: that is over" in ran.err


def test_an_approval_may_be_taken_back_until_it_is_sent(home: Home) -> None:
    (delta,) = propose(home, three()[:1], "auto")
    ran = home.lms_hris("deltas", "reject", delta.delta_id, "--reason", "leaves on Friday")
    assert "Rejected by tess: 1 of 1 deltas" in ran.out
    assert set(states(home).values()) == {"rejected"}


def test_show_tells_values_reason_decisions_and_attempts(home: Home) -> None:
    (delta,) = propose(home, [wish("update", "learner:7", {"email": "new"}, {"email": "old", "status": "active"})])
    home.lms_hris("deltas", "approve", delta.delta_id, "--by", "ada", "--reason", "she married")
    with home.ledger() as ledger:
        ledger.begin_sending([delta.delta_id], now=NOW)
        ledger.finish({delta.delta_id: (DeltaState.FAILED, "the vendor refused")}, now=NOW)
    ran = home.lms_hris("deltas", "show", delta.delta_id[:10])
    assert ran.exit_code == 0
    for word in (
        "update account of learner:7 in the lms system",
        "email   old     new",
        "status  active  (relied on, not written)",
        "A test.",
        "accounts, low",
        "she married",
        "failed: the vendor refused",
    ):
        assert word in ran.out, word
    assert ran.out.count("the vendor refused") == 2, "in the state, and in the attempt"


def test_an_unanswered_attempt_is_in_doubt(home: Home) -> None:
    (delta,) = propose(home, three()[:1], "auto")
    with home.ledger() as ledger:
        ledger.begin_sending([delta.delta_id], now=NOW)
    ran = home.lms_hris("deltas", "show", delta.delta_id)
    assert "in doubt" in ran.out
    assert "policy" in ran.out


def test_a_shadow_is_marked(home: Home) -> None:
    (delta,) = propose(home, three()[:1], "shadow")
    assert "never sent" in home.lms_hris("deltas", "show", delta.delta_id).out
    assert " shadow " in home.lms_hris("deltas", "list").out


def test_hostile_values_stay_inert(home: Home) -> None:
    (delta,) = propose(home, [wish("update", f"learner:{HOSTILE}", {"first_name": HOSTILE}, {"first_name": HOSTILE})])
    for arguments in (("list",), ("show", delta.delta_id)):
        ran = home.lms_hris("deltas", *arguments)
        assert "[red]x[/red]" in ran.out, "markup is shown as it is written"
        assert "\u202e" not in ran.out


def test_a_decision_needs_a_name_that_can_be_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (delta,) = propose(home, three()[:1])
    ran = home.lms_hris("deltas", "approve", delta.delta_id, "--by", "a\x1b[2Jb")
    assert (ran.exit_code, states(home)[delta.delta_id]) == (2, "proposed")
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError("no such user")))
    ran = home.lms_hris("deltas", "approve", delta.delta_id)
    assert ran.exit_code == 2
    assert "--by <name>" in ran.err


def test_a_published_delta_is_taken_back_by_a_proposal_that_waits(home: Home) -> None:
    published, open_one = [delta.delta_id for delta in propose(home, three(targets="12"))]
    with home.ledger() as ledger:
        ledger.approve([published], by="ada", now=NOW)
        ledger.begin_sending([published], now=NOW)
        ledger.finish({published: (DeltaState.VERIFIED, "")}, now=NOW)
    ran = home.lms_hris("deltas", "rollback", published[:12], open_one[:12], "--by", "ada")
    assert ran.exit_code == 0, ran.err
    assert "Proposed:" in ran.out
    assert f"{open_one[:12]} cannot be taken back: it is proposed; only what was verified can be taken back" in ran.out
    with home.ledger() as ledger:
        (back,) = [delta for delta in ledger.deltas(states=("proposed",)) if delta.rolls_back]
    assert (back.rolls_back, dict(back.desired)) == (published, {"email": "old"})


def test_nothing_is_proposed_where_nothing_can_be_taken_back(home: Home) -> None:
    (waiting,) = [delta.delta_id for delta in propose(home, three(targets="1"))]
    ran = home.lms_hris("deltas", "rollback", waiting[:12], "--by", "ada")
    assert ran.exit_code == 2
    assert "Nothing can be taken back" in ran.err


def test_advice_is_shown_and_rejected_but_never_approved(home: Home) -> None:
    advised = recommendation(1, "JP-2")
    propose(home, [advised, *three("skills", "12")])
    with home.ledger() as ledger:
        [delta] = ledger.deltas(operation="recommend")
    refused = home.lms_hris("deltas", "approve", delta.delta_id)
    assert refused.exit_code == 2
    assert "is advice to a person, and nothing sends it" in refused.err
    approved = home.lms_hris("deltas", "approve", "--family", "skills")
    assert "2 of 2 deltas" in approved.out
    assert states(home)[delta.delta_id] == "proposed"
    assert "recommend job" in home.lms_hris("deltas", "show", delta.delta_id).out
    assert home.lms_hris("deltas", "reject", delta.delta_id).exit_code == 0
    assert states(home)[delta.delta_id] == "rejected"
