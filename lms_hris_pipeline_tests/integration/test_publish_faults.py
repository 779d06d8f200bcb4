"""Vendors in trouble, over real HTTP: what finishes all the same, what stops, and that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.connectors.docebo import DoceboWriter
from lms_hris_pipeline.connectors.protocols import RowOutcome
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.model.errors import ContractBroken, Transient
from lms_hris_pipeline.settings import PublishSettings, QuotaSettings
from lms_hris_pipeline_tests.support.publishing import (
    Firm,
    completion,
    creation,
    deactivation,
    firm_in,
    groups,
    move,
    record,
    skill,
    update,
)
from lms_hris_pipeline_tests.support.sandbox_api import wid

BATCH_PATH, SOAP_PATH = "/manage/v1/user/batch", "/ccx/service/lumen_sandbox/Learning/v44.0"
SKILLS_PATH = "/ccx/api/staffing/v6/lumen_sandbox/workers"
LIMITED = QuotaSettings(lms_calls_per_hour=1000, hris_calls_per_hour=1000)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    sections = {"publishing": PublishSettings(breaker_share=0.5, group_size=2)}
    with firm_in(tmp_path_factory.mktemp("company"), sections=sections) as running:
        yield running


@pytest.fixture
def firm(company: Firm, tmp_path: Path) -> Iterator[Firm]:
    shared, company.ledger = company.ledger, open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    company.slept.clear()
    yield company
    company.sandbox.control("DELETE", "/faults")
    company.sandbox.control("POST", "/quota", {"per_hour": None})
    company.ledger.close()
    company.ledger = shared


def renamed(learner: int) -> ProposedDelta:
    return update(learner, {"last_name": "Moreau"}, {"last_name": f"Last{learner}"})


def count(firm: Firm, query: str, *values: object) -> int:
    return int(firm.sandbox.sql(f"select count(*) from {query}", *values)[0][0])


@pytest.mark.parametrize(("retry_after", "first_wait"), [(7, 7.0), (None, None)])
def test_a_busy_vendor_is_asked_again_after_the_time_it_names(
    firm: Firm, retry_after: int | None, first_wait: float | None
) -> None:
    learner = 100 if retry_after else 101
    firm.sandbox.fault("429", path=BATCH_PATH, times=2, retry_after=retry_after)
    firm.approve(renamed(learner))
    firm.publish()
    assert (firm.state(renamed(learner)), firm.attempts(renamed(learner))) == ("verified", ["sent"])
    assert len(firm.slept) == 2
    assert first_wait is None or firm.slept == [first_wait, first_wait]


@pytest.mark.parametrize("fault", ["503", "500", "timeout", "timeout_after_commit", "cut_body"])
def test_scenario_24_a_batch_in_doubt_is_read_and_not_doubled(firm: Firm, fault: str) -> None:
    number = 700 + ["503", "500", "timeout", "timeout_after_commit", "cut_body"].index(fault)
    wish = creation(number)
    firm.sandbox.fault(fault, path=BATCH_PATH, method="POST")
    firm.approve(wish)
    firm.publish()
    assert firm.state(wish) == "verified"
    assert count(firm, "lms_users where field_1 = ?", f"{number:06}") == 1
    arrived = fault in ("timeout_after_commit", "cut_body")
    assert firm.attempts(wish) == (["verified"] if arrived else ["approved", "sent"])
    assert list(firm.ledger.live_links().values()) == [wid(number)]


@pytest.mark.parametrize("fault", ["503", "timeout", "timeout_after_commit", "cut_body"])
def test_scenario_24_what_must_not_be_sent_twice_stays_in_doubt_until_its_absence_is_sure(
    firm: Firm, fault: str
) -> None:
    worker = 10 + ["503", "timeout", "timeout_after_commit", "cut_body"].index(fault)
    wishes = [record(worker, "C-005", "2026-06-06", "77"), skill(worker, "SK-1")]
    firm.sandbox.fault(fault, path=SOAP_PATH)
    firm.sandbox.fault(fault, path=SKILLS_PATH, method="POST")
    firm.approve(*wishes)
    summary = firm.publish()
    if fault in ("timeout_after_commit", "cut_body"):
        assert [firm.state(wish) for wish in wishes] == ["verified", "verified"]
    else:
        assert [firm.state(wish) for wish in wishes] == ["sending", "sending"]
        assert summary.counts["add_skill skill"] == {"in doubt": 1}
        before = firm.writes()
        firm.pass_time(minutes=29)
        firm.publish()
        assert firm.writes() == before
        firm.pass_time(hours=48)
        firm.publish()
        assert [firm.attempts(wish) for wish in wishes] == [["approved", "sent"]] * 2
    assert [firm.state(wish) for wish in wishes] == ["verified", "verified"]
    assert count(firm, "hris_learning_records where wid = ? and content_id = 'C-005'", wid(worker)) == 1
    assert count(firm, "hris_skill_items where wid = ? and skill_id = 'SK-1'", wid(worker)) == 1


def test_trouble_with_one_of_several_calls_at_a_time_is_its_own(firm: Firm) -> None:
    workers = range(14, 30)
    wishes = [skill(worker, name) for worker in workers for name in ("SK-1", "SK-2")]
    settings = firm.settings.model_copy(update={"publishing": PublishSettings(breaker_share=0.5, threads=4)})
    for fault, nth in (("timeout_after_commit", 3), ("503", 9), ("429", 14), ("token_expiry", 20)):
        firm.sandbox.fault(fault, path=SKILLS_PATH, method="POST", nth=nth)
    firm.approve(*wishes)
    summary = firm.publish(settings=settings)
    assert summary.counts["add_skill skill"] == {"verified": 31, "in doubt": 1}
    firm.pass_time(hours=1)
    firm.publish(settings=settings)
    assert {firm.state(wish) for wish in wishes} == {"verified"}
    ids = ", ".join(f"'{wid(worker)}'" for worker in workers)
    assert count(firm, f"hris_skill_items where wid in ({ids})") == 32
    assert count(firm, f"(select distinct wid, skill_id from hris_skill_items where wid in ({ids}))") == 32


@pytest.mark.parametrize(
    ("learner", "path"), [(110, "/manage/v1/user"), (111, BATCH_PATH), (112, "/manage/v1/user/change_status")]
)
def test_scenario_34_a_token_that_expires_on_the_way_is_renewed(firm: Firm, learner: int, path: str) -> None:
    firm.sandbox.fault("token_expiry", path=path, nth=1)
    wishes = [renamed(learner), deactivation(learner)]
    firm.approve(*wishes)
    firm.publish()
    assert [firm.attempts(wish) for wish in wishes] == [["sent"], ["sent"]]


def test_an_answer_to_a_reading_that_is_cut_off_stops_that_vendor_alone(firm: Firm) -> None:
    wishes = [renamed(120), skill(5, "SK-1")]
    firm.sandbox.fault("cut_body", path="/manage/v1/user", method="GET")
    firm.approve(*wishes)
    with pytest.raises(ContractBroken, match="accounts by id, page 1"):
        firm.publish()
    assert [firm.state(wish) for wish in wishes] == ["approved", "verified"]
    firm.publish()
    assert firm.attempts(wishes[0]) == ["sent"]


def test_a_vendor_out_of_reach_leaves_the_other_alone_and_its_deltas_approved(firm: Firm, tmp_path: Path) -> None:
    wishes, file = [renamed(121), skill(6, "SK-1")], tmp_path / "publication.json"
    firm.sandbox.fault("503", path="/manage/v1/user", method="GET", times=None)
    firm.approve(*wishes)
    with pytest.raises(Transient, match="no good answer for accounts by id"):
        firm.publish(file=file)
    assert [firm.state(wish) for wish in wishes] == ["approved", "verified"]
    assert '"stopped_by": "Docebo: no good answer for accounts by id' in file.read_text(encoding="utf-8")


def test_rows_refused_in_a_good_answer_fail_with_their_reason_and_alone(firm: Firm) -> None:
    wishes = [renamed(130), update(131, {"email": "no address"}, {"email": "user131@lumen.example"}), renamed(132)]
    firm.approve(*wishes)
    firm.publish()
    assert [firm.state(wish) for wish in wishes] == ["verified", "failed", "verified"]
    assert "email is not a valid address" in firm.message(wishes[1])
    assert firm.attempts(wishes[1]) == ["failed"]


class Careless(DoceboWriter):
    """A vendor that answers for a whole call at once, as a move to a branch does, and says no for one of its rows."""

    def move_to_branch(self, learner_ids_lms: Any, branch_id: str) -> list[RowOutcome]:
        done = super().move_to_branch(learner_ids_lms, branch_id)
        return [RowOutcome(one.index, is_done=False, message="not carried out") for one in done]


def test_a_refusal_is_believed_only_after_the_target_was_read(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms_hris_pipeline.publish.run.DoceboWriter", Careless)
    wishes = [move(133, "SUP-3", "SUP-2"), move(136, "SUP-3", "SUP-2")]
    firm.approve(*wishes)
    firm.publish()
    assert [(firm.state(wish), firm.attempts(wish)) for wish in wishes] == [("verified", ["verified"])] * 2


class Slow(DoceboWriter):
    """A vendor that says yes and does it later."""

    def change_status(self, learner_ids_lms: Any, *, is_active: bool) -> list[RowOutcome]:
        return [RowOutcome(index, is_done=True, target_id=one) for index, one in enumerate(learner_ids_lms)]


def test_scenario_40_what_a_vendor_does_later_is_settling_and_not_failed_nor_sent_again(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms_hris_pipeline.publish.run.DoceboWriter", Slow)
    wishes = [deactivation(140), deactivation(141)]
    firm.approve(*wishes)
    assert firm.publish().counts == {"deactivate account": {"settling": 2}}
    assert [firm.state(wish) for wish in wishes] == ["sent", "sent"]
    pending = firm.ledger.snapshot(firm.now, firm.settings.publishing.settle_hours).pending_changes
    assert sorted(row[3] for row in pending) == ["learner:140", "learner:141"]
    firm.propose(*wishes)
    assert len(firm.ledger.deltas()) == 2
    firm.sandbox.sql_write("update lms_users set status = '0' where user_id = 140")
    firm.pass_time(hours=23)
    assert firm.publish().counts == {"deactivate account": {"settling": 1, "verified": 1}}
    firm.pass_time(hours=2)
    firm.publish()
    assert [firm.state(wish) for wish in wishes] == ["verified", "failed"]
    assert "not there after the settle window" in firm.message(wishes[1])
    assert [firm.attempts(wish) for wish in wishes] == [["sent"], ["sent"]]


def test_scenario_36_the_vendors_quota_ends_midway_and_the_rest_goes_next_hour_once(firm: Firm) -> None:
    wishes = [creation(number) for number in range(720, 727)] + [skill(7, "SK-1")]
    firm.approve(*wishes)
    firm.pass_time(hours=1)
    firm.sandbox.control("POST", "/quota", {"per_hour": 5})
    summary = firm.publish()
    assert "asks to wait" in summary.stopped_by
    assert summary.is_ended_by_quota
    states = [firm.state(wish) for wish in wishes]
    assert states[:7].count("approved") >= 1
    assert states[7] == "verified"
    firm.sandbox.control("POST", "/quota", {"per_hour": 100})
    firm.pass_time(hours=1)
    assert firm.publish().stopped_by == ""
    assert [firm.state(wish) for wish in wishes] == ["verified"] * 8
    assert count(firm, "lms_users where field_1 between '000720' and '000726'") == 7
    # One group may have been begun and not sent.
    assert [firm.attempts(wish)[-1:] for wish in wishes[:7]] == [["sent"]] * 7
    assert {outcome for wish in wishes[:7] for outcome in firm.attempts(wish)[:-1]} <= {"approved"}


def test_what_reading_left_of_the_quota_is_respected_across_processes_and_spent_calls_are_noted(firm: Firm) -> None:
    settings = firm.settings.model_copy(update={"quota": LIMITED})
    firm.ledger.add_calls("lms", {"/manage/v1/user": 996}, now=firm.now)
    wishes = [renamed(150), groups("learner:150", add="Book club")]
    firm.approve(*wishes)
    summary = firm.publish(settings=settings)
    assert sum(n for name, n in summary.calls.items() if name.startswith("lms ")) == 4
    assert "1000 of 1000 calls an hour are used up" in summary.stopped_by
    assert sum(firm.ledger.calls_since("lms", firm.now).values()) == 1000
    firm.pass_time(hours=2)
    assert firm.publish(settings=settings).stopped_by == ""
    assert [firm.state(wish) for wish in wishes] == ["verified", "verified"]


def test_the_share_that_reading_leaves_to_writing_may_be_spent_on_reading_back(firm: Firm) -> None:
    settings = firm.settings.model_copy(update={"quota": LIMITED})
    firm.ledger.add_calls("lms", {"/manage/v1/user": 950}, now=firm.now)
    firm.approve(renamed(151), completion(151, "C-012", "2026-05-05"))
    assert firm.publish(settings=settings).stopped_by == ""
    assert firm.state(renamed(151)) == "verified"


def test_a_rejection_while_others_are_sent_is_heeded(firm: Firm) -> None:
    wishes = [creation(number) for number in range(740, 744)]
    deltas = {delta.wish_id: delta.delta_id for delta in firm.approve(*wishes)}
    last = max(deltas.values())
    real = firm.ledger.finish

    def finish(outcomes: Any, *, now: Any) -> int:
        firm.ledger.reject([last], by="Ada", now=now)
        return real(outcomes, now=now)

    firm.ledger.finish = finish  # type: ignore[method-assign]
    firm.publish()
    states = sorted(str(delta.state) for delta in firm.ledger.deltas())
    assert states.count("verified") == 3
    assert states.count("rejected") == 1
    assert count(firm, "lms_users where field_1 between '000740' and '000743'") == 3
