"""What must not happen in a publication: void approvals, too many changes at once, the wrong tenant, two at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.ledger.cases import TUG_OF_WAR
from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.model.errors import BadInput, Busy, WrongTenant
from lms_hris_pipeline.publish import propose_rollback
from lms_hris_pipeline.publish.voiding import void_contradicted
from lms_hris_pipeline.settings import PublishSettings, Secrets
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.ledger import policy, postgres_server, wish
from lms_hris_pipeline_tests.support.publishing import (
    BATCH,
    Firm,
    creation,
    deactivation,
    firm_in,
    groups,
    manager,
    move,
    reactivation,
    record,
    skill,
    update,
)
from lms_hris_pipeline_tests.support.sandbox_api import wid

STRICT = PublishSettings(breaker_count=4, breaker_share=0.5)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with firm_in(tmp_path_factory.mktemp("company"), sections={"publishing": STRICT}) as running:
        yield running


@pytest.fixture
def firm(company: Firm, tmp_path: Path) -> Iterator[Firm]:
    shared, company.ledger = company.ledger, open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield company
    company.ledger.close()
    company.ledger = shared


def test_scenario_25_a_target_that_changed_voids_the_approval_and_is_proposed_anew(firm: Firm) -> None:
    before = update(200, {"last_name": "Moreau"}, {"last_name": "Last200"})
    firm.approve(before)
    firm.sandbox.sql_write("update lms_users set lastname = 'Petit' where user_id = 200")
    writes = firm.writes()
    firm.publish()
    assert (firm.state(before), firm.message(before), firm.attempts(before), firm.writes()) == (
        "stale", "last_name changed since the approval", [], writes,
    )  # fmt: skip
    anew = update(200, {"last_name": "Moreau"}, {"last_name": "Petit"})
    firm.propose(anew)
    assert firm.state(anew) == "proposed"
    firm.approve(anew)
    firm.publish()
    assert (firm.state(anew), firm.user("200")["lastname"]) == ("verified", "Moreau")


def test_scenario_25_a_worker_who_changed_voids_the_approval_with_the_next_night(firm: Firm) -> None:
    approved = update(201, {"last_name": "Moreau"}, {"last_name": "Last201"})
    firm.approve(approved)
    wanted = update(201, {"last_name": "Garnier"}, {"last_name": "Last201"})
    firm.propose(wanted)
    assert (firm.state(approved), firm.state(wanted)) == ("superseded", "proposed")
    firm.publish()
    assert firm.user("201")["lastname"] == "Last201"


def test_scenario_38_an_unrelated_login_does_not_void_and_a_termination_taken_back_does(firm: Firm) -> None:
    leaver, stays = deactivation(202), deactivation(203)
    firm.approve(leaver, stays)
    firm.sandbox.sql_write(
        "update lms_users set last_access_date = '2026-11-02 20:00:00', last_update = '2026-11-02 20:00:00' where user_id = 202"
    )
    firm.propose(leaver)
    firm.publish()
    assert (firm.state(leaver), firm.state(stays)) == ("verified", "superseded")
    assert [firm.user(n)["status"] for n in ("202", "203")] == ["0", "1"]


def test_scenario_37_what_somebody_keeps_changing_back_becomes_a_case(firm: Firm) -> None:
    wanted = update(204, {"last_name": "Moreau"}, {"last_name": "Last204"})
    for occurrence in (1, 2):
        firm.propose(wanted, phase="auto")
        assert firm.state(wanted) == "auto_approved"
        firm.publish()
        assert (firm.state(wanted), len(firm.ledger.deltas())) == ("verified", occurrence)
        firm.sandbox.sql_write("update lms_users set lastname = 'Last204' where user_id = 204")
        firm.pass_time(days=1)
    firm.propose(wanted, phase="auto")
    assert firm.state(wanted) == "proposed"
    assert [case.type for case in firm.ledger.cases()] == [TUG_OF_WAR]
    firm.publish()
    assert firm.user("204")["lastname"] == "Last204"


def test_a_family_that_is_turned_off_after_the_approval_is_not_sent_until_it_is_on_again(firm: Firm) -> None:
    wanted = update(206, {"last_name": "Moreau"}, {"last_name": "Last206"})
    firm.approve(wanted)
    writes = firm.writes()
    for phase in ("off", "shadow"):
        summary = firm.publish(settings=firm.settings.model_copy(update={"policy": policy(phase)}))
        assert summary.counts == {"update account": {f"waiting: accounts is in phase {phase}": 1}}
    assert (firm.state(wanted), firm.writes(), firm.user("206")["lastname"]) == ("approved", writes, "Last206")
    firm.publish(settings=firm.settings.model_copy(update={"policy": policy("approve")}))
    assert (firm.state(wanted), firm.user("206")["lastname"]) == ("verified", "Moreau")


def test_of_two_approvals_for_one_account_the_later_goes_and_the_earlier_is_void(firm: Firm) -> None:
    """Nights without a complete extract supersede nothing: both are open."""
    first = update(205, {"last_name": "Moreau"}, {"last_name": "Last205"})
    firm.approve(first)
    firm.pass_time(days=1)
    second = update(205, {"last_name": "Garnier"}, {"last_name": "Last205"})
    firm.approve(second)
    summary = firm.publish()
    assert (firm.state(second), firm.user("205")["lastname"]) == ("verified", "Garnier")
    assert summary.counts["update account"] == {"verified": 1, "waiting: a later change of the same goes first": 1}
    firm.publish()
    assert (firm.state(first), firm.attempts(first)) == ("stale", [])


def leavers(*numbers: int) -> list[ProposedDelta]:
    return [deactivation(number) for number in numbers]


def test_too_many_leavers_at_once_wait_for_a_person_and_all_else_goes_on(firm: Firm) -> None:
    many, other = leavers(210, 211, 212, 213, 214), update(215, {"last_name": "B"}, {"last_name": "Last215"})
    firm.approve(*many, other)
    summary = firm.publish()
    assert {firm.state(one) for one in many} == {"approved"}
    assert firm.state(other) == "verified"
    assert "5 deactivations and merges wait, and 0 were sent within 10 days; the firm allows 4" in summary.held_back[0]
    assert summary.counts["deactivate account"] == {"waiting: held back by the breaker": 5}
    events = len(firm.sandbox.journal())
    with pytest.raises(BadInput, match="needs a name"):
        firm.publish(override_by=" ")
    assert len(firm.sandbox.journal()) == events
    overridden = firm.publish(override_by="Grace")
    assert {firm.state(one) for one in many} == {"verified"}
    assert overridden.held_back == []
    query = "select actor, subject, detail from audit_events where event = 'breaker_overridden'"
    with firm.ledger._engine.begin() as connection:
        ((actor, subject, detail),) = connection.exec_driver_sql(query).fetchall()
    assert (actor, subject, json.loads(detail)) == ("Grace", BATCH, {"deactivations and merges": 5})
    firm.ledger.verify_audit()


def test_scenario_16_a_few_leavers_each_night_trip_as_one_big_night_would(firm: Firm) -> None:
    tripped = []
    for night in range(7):
        firm.approve(*leavers(220 + night))
        tripped.append(bool(firm.publish().held_back))
        firm.pass_time(days=1)
    # Four in ten days; from the fifth on they wait for a person.
    assert tripped == [False] * 4 + [True] * 3
    assert sum(firm.user(str(number))["status"] == "0" for number in range(220, 227)) == 4


def test_scenario_16_the_window_rolls_on(firm: Firm) -> None:
    firm.approve(*leavers(240, 241, 242, 243))
    assert not firm.publish().held_back
    firm.approve(*leavers(244))
    firm.pass_time(days=9, hours=23)
    assert firm.publish().held_back
    firm.pass_time(hours=2)
    assert not firm.publish().held_back
    assert firm.user("244")["status"] == "0"


def test_the_share_of_a_small_firm_trips_before_the_number(firm: Firm) -> None:
    rules = PublishSettings(breaker_count=200, breaker_share=0.005)
    settings = firm.settings.model_copy(update={"publishing": rules})
    firm.approve(*leavers(250, 251, 252))
    assert "the firm allows 2" in firm.publish(settings=settings).held_back[0]


def test_scenario_17_a_reorganisation_that_touches_too_many_groups_trips(firm: Firm) -> None:
    rules = PublishSettings(breaker_share=0.005)
    settings = firm.settings.model_copy(update={"publishing": rules})
    moved = [groups(f"learner:{number}", add="Book club") for number in range(260, 272)]
    firm.approve(*moved)
    summary = firm.publish(settings=settings)
    assert "12 changes of groups wait" in summary.held_back[0]
    assert {firm.state(one) for one in moved} == {"approved"}


@pytest.mark.parametrize("system", ["lms", "hris"])
def test_scenario_45_another_tenant_is_refused_before_anything_is_sent(firm: Firm, system: str) -> None:
    section = getattr(firm.settings, system).model_copy(update={"fingerprint": "lumen-production"})
    settings = firm.settings.model_copy(update={system: section})
    firm.approve(update(280, {"last_name": "B"}, {"last_name": "Last280"}), skill(8, "SK-1"))
    before = firm.writes()
    with pytest.raises(WrongTenant, match="the settings name 'lumen-production'; nothing was sent"):
        firm.publish(settings=settings)
    assert firm.writes() == before
    assert {delta.state for delta in firm.ledger.deltas()} == {"approved"}


def test_settings_that_name_no_tenant_are_refused(firm: Firm) -> None:
    settings = firm.settings.model_copy(update={"lms": firm.settings.lms.model_copy(update={"fingerprint": ""})})
    firm.approve(update(281, {"last_name": "B"}, {"last_name": "Last281"}))
    with pytest.raises(WrongTenant):
        firm.publish(settings=settings)


def test_scenario_26_a_second_publisher_is_turned_away(firm: Firm) -> None:
    firm.approve(update(282, {"last_name": "B"}, {"last_name": "Last282"}))
    with firm.ledger.publisher_lock("hris"), pytest.raises(Busy, match="under way"):
        firm.publish()
    assert firm.user("282")["lastname"] == "Last282"
    turned_away = []

    def told(_: str, __: int) -> None:
        try:
            firm.publish()
        except Busy as busy:
            turned_away.append(busy)

    firm.publish(told=told)
    assert len(turned_away) == 1
    assert firm.user("282")["lastname"] == "B"


def test_missing_secrets_are_named_before_anything_is_called(firm: Firm) -> None:
    firm.approve(update(283, {"last_name": "B"}, {"last_name": "Last283"}))
    good, firm.secrets = firm.secrets, Secrets(docebo_client_id="x")
    before = len(firm.sandbox.journal())
    try:
        with pytest.raises(BadInput, match="LMS_HRIS_SECRET_DOCEBO_CLIENT_SECRET"):
            firm.publish()
    finally:
        firm.secrets = good
    assert len(firm.sandbox.journal()) == before


def test_what_this_version_cannot_send_is_said_and_stays(firm: Firm) -> None:
    odd = wish("archive_enrolment", "learner:284", {"course_code": "C-001"}, entity="enrolment")
    firm.approve(odd)
    assert firm.publish().counts == {"archive_enrolment enrolment": {"waiting: this version cannot send it": 1}}
    assert firm.state(odd) == "approved"


ACCOUNT = ["username", "lastname", "status", "branch_id", "manager_id", "field_3", "field_5"]


def kept(firm: Firm, *learners: int) -> list[Any]:
    """What can be taken back, of some accounts."""
    found: list[Any] = [[firm.user(str(one))[name] for name in ACCOUNT] for one in learners]
    marks = ",".join(map(str, learners))
    return found + firm.sandbox.sql(
        f"select group_id, user_id from lms_group_members where user_id in ({marks}) order by 1, 2"
    )


def test_a_rollback_restores_every_field_and_marks_the_original(firm: Firm) -> None:
    firm.sandbox.sql_write("update lms_users set status = '0' where user_id = 295")
    before = kept(firm, 290, 291, 292, 293, 294, 295)
    wishes = [
        update(290, {"username": "moreau290@lumen.example", "last_name": "Moreau"}, {"username": "user290@lumen.example", "last_name": "Last290"}),
        update(291, {"department": "SUP-9", "location": None}, {"department": "SUP-1", "location": "LOC-BER"}, "profile"),
        move(292, "SUP-3", "SUP-2"), manager("learner:292", {"manager_learner_id": "2"}, "1"),
        groups("learner:293", add="Book club|JF: Finance"), deactivation(294), reactivation(295),
    ]  # fmt: skip
    originals = firm.approve(*wishes)
    firm.publish()
    assert kept(firm, 290, 291, 292, 293, 294, 295) != before
    ids, impossible = propose_rollback(firm.ledger, [one.delta_id for one in originals], by="Ada", now=firm.now)
    assert (len(ids), impossible) == (7, {})
    again, _ = propose_rollback(firm.ledger, [one.delta_id for one in originals], by="Ada", now=firm.now)
    assert again == []
    firm.publish()
    assert {delta.state for delta in firm.ledger.deltas(ids=[one.delta_id for one in originals])} == {"verified"}
    firm.ledger.approve(ids, by="Ada", now=firm.now)
    firm.publish()
    assert kept(firm, 290, 291, 292, 293, 294, 295) == before
    assert {delta.state for delta in firm.ledger.deltas(ids=[one.delta_id for one in originals])} == {"rolled_back"}
    assert {delta.state for delta in firm.ledger.deltas(ids=ids)} == {"verified"}
    firm.ledger.verify_audit()


def test_a_rollback_of_what_changed_since_is_stale_and_leaves_the_original(firm: Firm) -> None:
    (original,) = firm.approve(update(296, {"last_name": "Moreau"}, {"last_name": "Last296"}))
    firm.publish()
    (inverse,), _ = propose_rollback(firm.ledger, [original.delta_id], by="Ada", now=firm.now)
    firm.ledger.approve([inverse], by="Ada", now=firm.now)
    firm.sandbox.sql_write("update lms_users set lastname = 'Petit' where user_id = 296")
    firm.publish()
    assert [str(d.state) for d in firm.ledger.deltas(ids=[original.delta_id, inverse])].count("stale") == 1
    assert firm.user("296")["lastname"] == "Petit"


def test_what_cannot_be_taken_back_is_said_with_its_reason(firm: Firm) -> None:
    made, there, waits = creation(801), reactivation(297), deactivation(298)
    firm.approve(made, there, record(9, "C-002", "2026-06-06"))
    firm.publish()
    firm.propose(waits, is_complete=False)
    found = {delta.operation: delta.delta_id for delta in firm.ledger.deltas()}
    ids, impossible = propose_rollback(firm.ledger, [*found.values(), "nobody"], by="Ada", now=firm.now)
    assert ids == []
    assert impossible == {
        found["create"]: "a create has no inverse",
        found["add_training_record"]: "an add_training_record has no inverse",
        found["reactivate"]: "nothing was sent: the target was so already",
        found["deactivate"]: "it is proposed; only what was verified can be taken back",
        "nobody": "there is no such delta",
    }
    assert wid(801) in firm.ledger.live_links().values()


def test_a_firm_with_its_ledger_on_postgresql_publishes_in_the_same_way(firm: Firm) -> None:
    with postgres_server() as url:
        ours, firm.ledger = firm.ledger, open_ledger(url)
        try:
            wishes = [creation(810), manager(f"worker:{wid(810)}", {"manager_learner_id": "2"}), skill(11, "SK-1")]
            firm.approve(*wishes)
            other = open_ledger(url)
            with other.publisher_lock("lms"), pytest.raises(Busy):
                firm.publish()
            other.close()
            firm.publish()
            assert [(firm.state(one), firm.attempts(one)) for one in wishes] == [("verified", ["sent"])] * 3
            assert firm.publish().counts == {}
        finally:
            firm.ledger.close()
            firm.ledger = ours


def test_scenario_38_a_termination_taken_back_voids_even_in_a_night_that_read_only_the_workers(
    firm: Firm, tmp_path: Path
) -> None:
    leaver = replace(deactivation(299), worker_id_hris=wid(1))
    gone, waiting = replace(deactivation(300), worker_id_hris=wid(2)), replace(deactivation(301), worker_id_hris=wid(1))
    firm.approve(leaver, gone)
    firm.propose(waiting, is_complete=False)
    batch = Batch.open(tmp_path / "w.duckdb", batch_id=BATCH, as_of=firm.now, params={}, is_scratch=True)
    for table, rows in (
        ("workers(worker_id_hris varchar, termination_date date)", f"('{wid(1)}', null), ('{wid(2)}', '2026-10-31')"),
        ("employments(worker_id_hris varchar, status varchar)", f"('{wid(1)}', 'active'), ('{wid(2)}', 'terminated')"),
    ):
        batch.execute("create schema if not exists canonical")
        batch.execute(f"create table canonical.{table}")
        batch.execute(f"insert into canonical.{table.partition('(')[0]} values {rows}")
    assert void_contradicted(batch, firm.ledger, now=firm.now) == 2
    batch.close()
    firm.publish()
    assert [firm.state(one) for one in (leaver, waiting, gone)] == ["superseded", "superseded", "verified"]
    assert [firm.user(number)["status"] for number in ("299", "300")] == ["1", "0"]
