"""The ledger's use cases on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lms_hris_pipeline.ledger import (
    Finding,
    Ledger,
    PairDecision,
    RoleDecision,
    RoleReview,
    TagDecision,
    open_ledger,
)
from lms_hris_pipeline.ledger.schema import metadata
from lms_hris_pipeline.model.delta import DeltaState, ProposedDelta
from lms_hris_pipeline.model.errors import BadInput, Busy, Permanent, StaleBase
from lms_hris_pipeline_tests.support.ledger import NOW, policy, postgres_server, wish


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    found: str = request.getfixturevalue("server")
    engine = sa.create_engine(found)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")
        connection.exec_driver_sql("drop function if exists audit_is_append_only cascade")
    engine.dispose()
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url)
    yield opened
    opened.close()


def _propose(ledger: Ledger, *wishes: ProposedDelta, day: int = 0, phase: str = "approve", complete: bool = True):
    now = NOW + timedelta(days=day)
    return ledger.propose(
        wishes, batch_id=f"2026-11-{2 + day:02d}-01", as_of=now, now=now, policy=policy(phase),
        is_complete=complete, rejection_days=90,
    )  # fmt: skip


RENAME = wish("update", "learner:7", {"last_name": "Moreau"}, {"last_name": "Petit"})
LEAVER = wish("deactivate", "learner:8", {"active": False}, {"active": True}, family="offboarding", risk="high")


def _verify(ledger: Ledger, day: int) -> None:
    ids = [delta.delta_id for delta in ledger.deltas(states=("proposed",))]
    now = NOW + timedelta(days=day)
    ledger.approve(ids, by="Ada", now=now)
    ids = [delta.delta_id for delta in ledger.sendable()]
    assert ledger.begin_sending(ids, now=now) == sorted(ids)
    ledger.finish(dict.fromkeys(ids, (DeltaState.VERIFIED, "")), now=now)


def test_the_migrations_make_the_schema(ledger: Ledger) -> None:
    with ledger._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_proposing_twice_is_proposing_once(ledger: Ledger) -> None:
    assert _propose(ledger, RENAME, LEAVER).new == 2
    again = _propose(ledger, LEAVER, RENAME)
    assert (again.new, again.known, again.superseded) == (0, 2, 0)
    assert len(ledger.deltas()) == 2


def test_scenario_25_38_an_approval_falls_with_its_wish_in_a_complete_run_only(ledger: Ledger) -> None:
    _propose(ledger, RENAME, LEAVER)
    ledger.approve([delta.delta_id for delta in ledger.deltas()], by="Ada", now=NOW)
    assert _propose(ledger, RENAME, day=1, complete=False).superseded == 0
    assert _propose(ledger, RENAME, day=2).superseded == 1
    assert [delta.operation for delta in ledger.sendable()] == ["update"]
    assert _propose(ledger, RENAME, LEAVER, day=3).new == 1
    assert {d.generation for d in ledger.deltas(operation="deactivate")} == {1, 2}


def test_a_rejection_holds_while_its_base_holds_and_expires(ledger: Ledger) -> None:
    _propose(ledger, RENAME)
    assert ledger.reject([ledger.deltas()[0].delta_id], by="Ada", now=NOW, reason="stage name") == 1
    assert _propose(ledger, RENAME, day=1).rejected_before == 1
    other_base = wish("update", "learner:7", {"last_name": "Moreau"}, {"last_name": "Klein"})
    assert _propose(ledger, other_base, day=2).new == 1
    assert _propose(ledger, RENAME, day=25).rejected_before == 1
    later = NOW + timedelta(days=91)
    summary = ledger.propose([RENAME], batch_id="2027-02-01-01", as_of=later, now=later, policy=policy(),
                             is_complete=True, rejection_days=90)  # fmt: skip
    assert summary.new == 1


def test_a_wish_verified_since_the_batch_looked_is_not_proposed_from_its_older_pages(ledger: Ledger) -> None:
    _propose(ledger, RENAME)
    _verify(ledger, day=1)
    given = {"now": NOW + timedelta(days=2), "policy": policy(), "is_complete": True, "rejection_days": 90}
    late = ledger.propose([RENAME], batch_id="2026-11-03-01", as_of=NOW + timedelta(hours=23), **given)
    assert (late.new, late.contested, late.already_done) == (0, 0, 1)
    next_night = ledger.propose([RENAME], batch_id="2026-11-04-01", as_of=NOW + timedelta(hours=25), **given)
    assert (next_night.new, next_night.already_done) == (1, 0)


def test_a_family_that_is_automatic_no_more_waits_for_a_person(ledger: Ledger) -> None:
    _propose(ledger, RENAME, phase="auto")
    assert [delta.state for delta in ledger.sendable()] == [DeltaState.AUTO_APPROVED]
    _propose(ledger, RENAME, day=1, phase="approve")
    assert ledger.sendable() == []
    (waiting,) = ledger.deltas(states=("proposed",))
    assert waiting.decided_by is None


def test_policy_does_not_approve_again_what_a_person_had_taken_back(ledger: Ledger) -> None:
    _propose(ledger, RENAME, phase="auto")
    _verify(ledger, 0)
    published = ledger.deltas(states=("verified",))[0]
    back = ledger.propose_rollback([(published, published.base, published.desired, "update")], by="Ada", now=NOW)
    ledger.approve(back, by="Ada", now=NOW)
    ledger.begin_sending(back, now=NOW)
    ledger.finish({back[0]: (DeltaState.VERIFIED, "")}, now=NOW)
    assert [delta.state for delta in ledger.deltas(ids=[published.delta_id])] == [DeltaState.ROLLED_BACK]
    for day in (1, 2):
        _propose(ledger, RENAME, day=day, phase="auto")
        assert [delta.state for delta in ledger.deltas(states=("proposed", "auto_approved"))] == [DeltaState.PROPOSED]


def test_scenario_37_the_third_time_is_a_case_and_is_never_automatic(ledger: Ledger) -> None:
    for day in (0, 1):
        assert _propose(ledger, RENAME, day=day, phase="auto").contested == 0
        _verify(ledger, day)
    assert _propose(ledger, RENAME, day=2, phase="auto").contested == 1
    assert [case.type for case in ledger.cases()] == ["tug_of_war"]
    assert [delta.state for delta in ledger.deltas(states=("proposed",))] == [DeltaState.PROPOSED]
    _propose(ledger, RENAME, day=3, phase="auto")
    assert ledger.sendable() == []
    _propose(ledger, day=4)
    assert ledger.cases() == []


def test_phases_off_shadow_approve_auto(ledger: Ledger) -> None:
    assert _propose(ledger, RENAME, phase="off").switched_off == 1
    assert ledger.deltas() == []
    _propose(ledger, RENAME, LEAVER, phase="shadow")
    ids = [delta.delta_id for delta in ledger.deltas()]
    assert ledger.approve(ids, by="Ada", now=NOW) == 0
    _propose(ledger, RENAME, LEAVER, phase="auto")
    assert {d.operation: str(d.state) for d in ledger.deltas()} == {"update": "auto_approved", "deactivate": "proposed"}
    _propose(ledger, RENAME, LEAVER, phase="shadow")
    assert ledger.sendable() == []


def test_outside_the_pilot_every_family_is_in_shadow_and_follows_when_it_grows(ledger: Ledger) -> None:
    outside = replace(RENAME, is_pilot=False)
    _propose(ledger, outside, LEAVER, phase="auto")
    stands = {delta.operation: (str(delta.state), delta.is_shadow) for delta in ledger.deltas()}
    assert stands == {"update": ("proposed", True), "deactivate": ("proposed", False)}
    assert ledger.approve([delta.delta_id for delta in ledger.deltas()], by="Ada", now=NOW) == 1
    _propose(ledger, RENAME, LEAVER, day=1, phase="auto")
    assert sorted(str(delta.state) for delta in ledger.sendable()) == ["approved", "auto_approved"]
    _propose(ledger, outside, replace(LEAVER, is_pilot=False), day=2, phase="auto")
    assert ledger.sendable() == [], "what was approved inside is not sent outside"
    assert _propose(ledger, outside, LEAVER, day=3, phase="off").superseded == 2


def test_only_what_is_still_approved_is_sent(ledger: Ledger) -> None:
    _propose(ledger, RENAME, LEAVER)
    ids = sorted(delta.delta_id for delta in ledger.deltas())
    ledger.approve(ids, by="Ada", now=NOW)
    ledger.reject([ids[0]], by="Grace", now=NOW)
    assert ledger.begin_sending(ids, now=NOW) == [ids[1]]
    assert ledger.begin_sending(ids, now=NOW) == []
    ledger.finish({ids[0]: (DeltaState.VERIFIED, ""), ids[1]: (DeltaState.SENT, "")}, now=NOW)
    assert {d.delta_id: d.state for d in ledger.deltas()} == {ids[0]: DeltaState.REJECTED, ids[1]: DeltaState.SENT}
    assert [row[0] for row in ledger.snapshot(NOW, 24).pending_changes] == [ids[1]]


def test_links_are_unique_and_survive(ledger: Ledger) -> None:
    assert ledger.record_links([("7", "w7", "primary", "matcher")], batch_id="b", now=NOW) == 1
    assert ledger.record_links([("7", "w9", "primary", "matcher")], batch_id="c", now=NOW) == 0
    with pytest.raises(BadInput, match="account 7 is linked to w7"):
        ledger.import_crosswalk([("5", "w5"), ("7", "w8")], now=NOW, by="Ada")
    assert ledger.live_links() == {"7": "w7"}
    ledger.decide_pair("7", "w7", "different", by="Ada", now=NOW)
    assert ledger.live_links() == {}
    assert ledger.import_crosswalk([("5", "w5"), ("7", "w8")], now=NOW, by="Ada") == 2
    ledger.decide_tag("py", "S-1", by="Ada", now=NOW)
    ledger.decide_tag("py", None, by="Grace", now=NOW)
    snapshot = ledger.snapshot(NOW, 24)
    assert [row[1:3] for row in snapshot.recorded_links] == [("5", "w5"), ("7", "w8")]
    assert [row[:3] for row in snapshot.tag_decisions] == [("py", None, "Grace")]


def test_what_a_tag_does_not_mean_and_what_it_means_take_each_others_place(ledger: Ledger) -> None:
    ledger.refuse_tag("py", "S-1", by="Ada", now=NOW)
    ledger.refuse_tag("py", "S-2", by="Ada", now=NOW)
    ledger.refuse_tag("py", "S-2", by="Grace", now=NOW)
    assert [row[:3] for row in ledger.snapshot(NOW, 24).tag_refusals] == [("py", "S-1", "Ada"), ("py", "S-2", "Grace")]
    ledger.decide_tag("py", "S-1", by="Grace", now=NOW)
    snapshot = ledger.snapshot(NOW, 24)
    assert [row[:2] for row in snapshot.tag_refusals] == [("py", "S-2")]
    assert [row[:2] for row in snapshot.tag_decisions] == [("py", "S-1")]
    ledger.refuse_tag("py", "S-1", by="Ada", now=NOW)
    snapshot = ledger.snapshot(NOW, 24)
    assert [row[:2] for row in snapshot.tag_refusals] == [("py", "S-1"), ("py", "S-2")]
    assert snapshot.tag_decisions == ()


def test_a_review_of_pairs_and_tags_is_recorded_as_a_whole_or_not_at_all(ledger: Ledger) -> None:
    ledger.record_links([("7", "w7", "primary", "matcher")], batch_id="b", now=NOW)
    pairs = [PairDecision("5", "w5", "same", "knows her"), PairDecision("7", "w7", "different")]
    tags = [TagDecision("py", "S-1"), TagDecision("misc", None), TagDecision("java", "S-2", is_refusal=True)]
    for bad in ([PairDecision("9", "w9", "perhaps")], [*pairs, PairDecision("9", "w9", "")]):
        with pytest.raises(BadInput, match="same or different"):
            ledger.record_match_review(bad, tags, by="Ada", now=NOW)
    with pytest.raises(BadInput, match="says nothing"):
        ledger.record_match_review(pairs, [*tags, TagDecision("misc", None, is_refusal=True)], by="Ada", now=NOW)
    untouched = ledger.snapshot(NOW, 24)
    assert (untouched.pair_decisions, untouched.tag_decisions, len(untouched.recorded_links)) == ((), (), 1)
    ledger.record_match_review(pairs, tags, by="Ada", now=NOW)
    snapshot = ledger.snapshot(NOW, 24)
    assert [row[:4] for row in snapshot.pair_decisions] == [("5", "w5", "same", "Ada"), ("7", "w7", "different", "Ada")]
    assert [row[:3] for row in snapshot.tag_decisions] == [("misc", None, "Ada"), ("py", "S-1", "Ada")]
    assert [row[:3] for row in snapshot.tag_refusals] == [("java", "S-2", "Ada")]
    assert snapshot.recorded_links == ()
    ledger.verify_audit()


def test_reviews_of_role_mappings_are_added_and_the_last_word_counts(ledger: Ledger) -> None:
    def record(*decisions: RoleDecision, after: int, is_whole: bool = False, day: int = 0) -> None:
        now = NOW + timedelta(days=day)
        ledger.record_role_review(
            decisions, after=after, batch_id=f"b{day}", mappings=3, is_whole=is_whole, by="Ada", now=now
        )

    club = RoleDecision("job_profile", "JP-1", "7", "Book club", "approved", 12, 11, "as agreed")
    assert ledger.last_role_decision() == 0
    record(club, replace(club, value="JP-2"), after=0)
    assert ledger.last_whole_role_review() is None
    record(replace(club, verdict="rejected", people=None, members=None), after=2, is_whole=True, day=1)
    record(after=3, day=2)
    rows = ledger.snapshot(NOW, 24).role_decisions
    assert [row[:8] for row in rows] == [
        ("job_profile", "JP-1", "7", "Book club", "rejected", None, None, "Ada"),
        ("job_profile", "JP-2", "7", "Book club", "approved", 12, 11, "Ada"),
    ]
    assert ledger.last_whole_role_review() == RoleReview("b1", 3, "Ada", NOW + timedelta(days=1))
    with pytest.raises(StaleBase, match="Somebody else decided"):
        record(club, after=2)
    with pytest.raises(BadInput, match="approved or rejected"):
        record(replace(club, verdict="kept"), after=3)
    assert ledger.last_role_decision() == 3
    assert ledger.verify_audit() == 6


def test_scenario_23_cases_open_age_and_close_themselves(ledger: Ledger) -> None:
    def seen(*keys: str, day: int, complete: bool = True) -> dict[str, object]:
        now = NOW + timedelta(days=day)
        findings = [Finding(key, "completion_missing_hris") for key in keys]
        return dict(ledger.upsert_cases(findings, batch_id=f"b{day}", now=now, is_complete=complete))

    assert set(seen("a", "b", day=0)) == {"a", "b"}
    assert set(seen("a", day=1, complete=False)) == {"a", "b"}
    assert seen("a", day=2) == {"a": NOW}
    assert ledger.cases()[0].age_days(NOW + timedelta(days=2)) == 2
    assert seen("b", day=3) == {"b": NOW + timedelta(days=3)}


def test_scenario_26_one_publisher_a_target(ledger: Ledger, url: str) -> None:
    other = open_ledger(url)
    with ledger.publisher_lock("lms"):
        with pytest.raises(Busy), other.publisher_lock("lms"):
            pass
        with other.publisher_lock("hris"):
            pass
    with other.publisher_lock("lms"):
        pass
    other.close()


def test_scenario_27_a_cut_tail_is_detected_even_with_a_forged_head(ledger: Ledger, url: str) -> None:
    for day in range(3):
        _propose(ledger, RENAME, day=day)
    assert ledger.verify_audit() == 3
    engine = sa.create_engine(url)
    is_sqlite = engine.dialect.name == "sqlite"
    with (
        engine.begin() as connection,
        pytest.raises(sa.exc.DBAPIError, match="never changed"),
        connection.begin_nested(),
    ):
        connection.exec_driver_sql("delete from audit_events where event_no = 3")
    with engine.begin() as connection:
        if is_sqlite:
            connection.exec_driver_sql("drop trigger audit_events_no_delete")
        else:
            connection.exec_driver_sql("alter table audit_events disable trigger all")
        connection.exec_driver_sql("delete from audit_events where event_no = 3")
    with pytest.raises(Permanent, match="its head says 3"):
        ledger.verify_audit()
    if is_sqlite:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "update audit_head set event_no = 2, hash = (select hash from audit_events where event_no = 2)"
            )
        with pytest.raises(Permanent, match="its anchor says 3"):
            ledger.verify_audit()
    engine.dispose()


def test_threads_that_note_the_head_of_the_audit_trail_do_not_trip_over_each_other(tmp_path: Path) -> None:
    ledgers = [open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") for _ in range(4)]
    anchor = tmp_path / "ledger.sqlite.audit-head"
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(lambda number: ledgers[number % 4].note_event("test", "x", {}, by="test", now=NOW), range(200))
        )
    assert json.loads(anchor.read_text(encoding="utf-8"))["event_no"] == 200, "not that of an earlier commit"
    assert list(tmp_path.glob("*.part")) == []
    for ledger in ledgers:
        ledger.close()


def test_concurrent_writers_lose_nothing(url: str) -> None:
    ledgers = [open_ledger(url) for _ in range(4)]

    def count(ledger: Ledger) -> None:
        for _ in range(10):
            ledger.add_calls("lms", {"users": 1}, now=NOW)
            ledger.note_event("test", "x", {}, by="test", now=NOW)

    ledgers[0].add_calls("lms", {"users": 0}, now=NOW)
    threads = [threading.Thread(target=count, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledgers[0].calls_since("lms", NOW) == {"users": 40}
    assert ledgers[0].verify_audit() == 40
    for ledger in ledgers:
        ledger.close()
