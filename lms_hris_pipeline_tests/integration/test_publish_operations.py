"""Every operation over real HTTP: sent once, read back, in the right state, and never again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.settings import PublishSettings
from lms_hris_pipeline_tests.support.publishing import (
    Firm,
    completion,
    creation,
    deactivation,
    firm_in,
    groups,
    manager,
    merge,
    move,
    reactivation,
    record,
    skill,
    update,
)
from lms_hris_pipeline_tests.support.sandbox_api import (
    BERLIN,
    BOOK_CLUB,
    FINANCE,
    PARIS,
    RULE_COURSE_BRANCH,
    RULE_COURSE_GROUP,
    wid,
)

ROOMY = {"publishing": PublishSettings(breaker_share=0.5, threads=1)}
"""One call at a time, so that calls have an order."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with firm_in(tmp_path_factory.mktemp("company"), sections=ROOMY) as running:
        yield running


@pytest.fixture
def firm(company: Firm, tmp_path: Path) -> Iterator[Firm]:
    """The same company for all tests, each with accounts of its own; a ledger for each."""
    shared, company.ledger = company.ledger, open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    company.certificates = {}
    yield company
    company.ledger.close()
    company.ledger = shared


def published_once(firm: Firm, *wishes: ProposedDelta, writes: list[str]) -> None:
    """Publish, look at ledger and journal, and publish again: nothing is sent."""
    firm.approve(*wishes)
    before = len(firm.writes())
    firm.publish()
    assert firm.writes()[before:] == writes
    for wish in wishes:
        assert (firm.state(wish), firm.attempts(wish)) == ("verified", ["sent"]), firm.message(wish)
    again = firm.publish()
    assert again.counts == {}
    assert again.calls == {}
    assert len(firm.writes()) == before + len(writes)
    assert firm.ledger.verify_audit() > 0


def test_accounts_are_created_in_one_call_and_linked(firm: Firm) -> None:
    published_once(firm, creation(601), creation(602), writes=["POST /manage/v1/user/batch"])
    links = {worker: learner for learner, worker in firm.ledger.live_links().items()}
    user = firm.user(links[wid(601)])
    assert (user["username"], user["field_1"], user["field_3"], user["status"]) == (
        "new601@lumen.example", "000601", "SUP-1", "1",
    )  # fmt: skip
    assert firm.sandbox.sql("select code from lms_branches where id = ?", user["branch_id"]) == [("SUP-1",)]
    assert set(links) == {wid(601), wid(602)}


def test_an_account_that_is_there_already_is_linked_and_not_sent(firm: Firm) -> None:
    wish = creation(610, username="user10@lumen.example", employee_number="000010")
    firm.approve(wish)
    before = firm.writes()
    summary = firm.publish()
    assert firm.writes() == before
    assert (firm.state(wish), firm.message(wish), firm.attempts(wish)) == ("verified", "was there already", [])
    assert firm.ledger.live_links() == {"10": wid(610)}
    assert summary.counts == {"create account": {"verified": 1}}


def test_a_user_name_that_somebody_else_has_is_never_taken_over(firm: Firm) -> None:
    wish = creation(611, username="user11@lumen.example", employee_number="777777")
    firm.approve(wish)
    firm.publish()
    assert firm.state(wish) == "stale"
    assert "another account took the user name" in firm.message(wish)
    assert firm.ledger.live_links() == {}


def test_values_of_several_accounts_change_in_one_call(firm: Firm) -> None:
    wishes = [
        update(20, {"last_name": "Moreau", "email": "moreau@lumen.example"}, {"last_name": "Last20", "email": "user20@lumen.example"}),
        update(21, {"employee_number": "900021"}, {"employee_number": "000021"}),
    ]  # fmt: skip
    published_once(firm, *wishes, writes=["POST /manage/v1/user/batch"])
    assert (firm.user("20")["lastname"], firm.user("20")["firstname"], firm.user("20")["email"]) == (
        "Moreau", "First20", "moreau@lumen.example",
    )  # fmt: skip
    assert firm.user("21")["field_1"] == "900021"


def test_a_field_is_erased_where_the_wish_says_null(firm: Firm) -> None:
    wish = update(
        22, {"department": None, "cost_center": "CC-1"}, {"department": "SUP-2", "cost_center": None}, "profile"
    )
    published_once(firm, wish, writes=["POST /manage/v1/user/batch"])
    assert (firm.user("22")["field_3"], firm.user("22")["field_4"]) == (None, "CC-1")


def test_scenario_3_a_marriage_changes_the_user_name_in_place_and_keeps_every_completion(firm: Firm) -> None:
    before = firm.enrolments("25")
    wish = update(
        25,
        {"username": "moreau25@lumen.example", "last_name": "Moreau", "department": "SUP-9"},
        {"username": "user25@lumen.example", "last_name": "Last25", "department": "SUP-2"},
    )
    published_once(firm, wish, writes=["PUT /manage/v1/user/25"])
    user = firm.user("25")
    assert (user["username"], user["lastname"], user["field_3"]) == ("moreau25@lumen.example", "Moreau", "SUP-9")
    assert firm.enrolments("25") == before


def test_a_user_name_that_is_taken_fails_with_the_vendors_reason(firm: Firm) -> None:
    wish = update(26, {"username": "user27@lumen.example"}, {"username": "user26@lumen.example"})
    firm.approve(wish)
    firm.publish()
    assert firm.state(wish) == "failed"
    assert "already exists" in firm.message(wish)
    assert firm.user("26")["username"] == "user26@lumen.example"


def test_leavers_and_people_who_are_back_take_one_call_each(firm: Firm) -> None:
    enrolments = firm.enrolments("30")
    published_once(firm, deactivation(30), deactivation(31), writes=["PUT /manage/v1/user/change_status"])
    assert [firm.user(n)["status"] for n in ("30", "31")] == ["0", "0"]
    assert firm.enrolments("30") == enrolments
    published_once(firm, reactivation(30), writes=["PUT /manage/v1/user/change_status"])
    assert [firm.user(n)["status"] for n in ("30", "31")] == ["1", "0"]


def test_scenario_39_a_branch_move_fires_its_rules_once_and_a_completion_of_that_course_goes_through(
    firm: Firm,
) -> None:
    course = f"C-{RULE_COURSE_BRANCH:03}"
    wishes = [move(40, "SUP-3", "SUP-2"), move(43, "SUP-3", "SUP-2"), completion(40, course, "2026-04-04", score="91")]
    published_once(firm, *wishes, writes=["PUT /manage/v1/user/move_to_branch", "POST /learn/v1/enrollment/batch"])
    branch = "select b.code from lms_users u join lms_branches b on b.id = u.branch_id where u.user_id = 40"
    assert firm.sandbox.sql(branch) == [("SUP-3",)]
    assert [row for row in firm.enrolments("40") if row[0] == RULE_COURSE_BRANCH] == [
        (RULE_COURSE_BRANCH, "completed", "2026-04-04", "91", "rule", 0)
    ]
    assert [row for row in firm.enrolments("43") if row[0] == RULE_COURSE_BRANCH] == [
        (RULE_COURSE_BRANCH, "subscribed", None, None, "rule", 0)
    ]


def test_a_branch_that_the_learning_system_lacks_is_told_and_not_made(firm: Firm) -> None:
    wish = move(46, "SUP-77", "SUP-2")
    firm.approve(wish)
    before = firm.writes()
    firm.publish()
    assert (firm.state(wish), firm.writes()) == ("failed", before)
    assert "no branch SUP-77" in firm.message(wish)


def test_scenario_18_managers_follow_accounts_even_those_created_in_the_same_publication(firm: Firm) -> None:
    wishes = [
        creation(650), creation(651),
        manager(f"worker:{wid(650)}", {"manager_worker_id": wid(651)}),
        manager("learner:50", {"manager_worker_id": wid(651)}, "1"),
        manager("learner:51", {"manager_learner_id": "52"}, "1"),
        groups(f"worker:{wid(650)}", add="Book club"),
    ]  # fmt: skip
    mass_edit = "PUT /manage/v1/user/mass_edit"
    member = f"POST /manage/v1/group/{BOOK_CLUB}/members"
    published_once(firm, *wishes, writes=["POST /manage/v1/user/batch", mass_edit, mass_edit, member])
    linked = {worker: int(learner) for learner, worker in firm.ledger.live_links().items()}
    new, boss = linked[wid(650)], linked[wid(651)]
    managers = firm.sandbox.sql("select user_id, manager_id from lms_users where user_id in (?, 50, 51)", new)
    assert dict(managers) == {50: boss, 51: 52, new: boss}
    assert firm.sandbox.sql("select 1 from lms_group_members where group_id = ? and user_id = ?", BOOK_CLUB, new)


def test_what_awaits_an_account_waits_until_it_is_there(firm: Firm) -> None:
    wishes = [
        manager("learner:55", {"manager_worker_id": wid(655)}, "1"),
        groups(f"worker:{wid(656)}", add="Book club"),
    ]
    firm.approve(*wishes)
    summary = firm.publish()
    assert [firm.state(wish) for wish in wishes] == ["approved", "approved"]
    assert summary.counts == {
        "set_groups groups": {"waiting: its account does not exist yet": 1},
        "set_manager manager": {"waiting: the manager's account does not exist yet": 1},
    }
    firm.approve(*wishes, creation(655), creation(656))
    firm.publish()
    assert [firm.state(wish) for wish in wishes] == ["verified", "verified"]


def test_manual_groups_are_written_once_and_automatic_ones_never(firm: Firm) -> None:
    automatic = groups("learner:62", add="LOC: LOC-PAR")
    rule_fires, leaves = (
        groups("learner:60", add="JF: Finance|Book club"),
        groups("learner:2", remove="JF: Finance", held="JF: Finance"),
    )
    firm.approve(automatic)
    published_once(
        firm, rule_fires, leaves,
        writes=[f"POST /manage/v1/group/{BOOK_CLUB}/members", f"POST /manage/v1/group/{FINANCE}/members",
                f"DELETE /manage/v1/group/{FINANCE}/members"],
    )  # fmt: skip
    assert (firm.state(automatic), firm.attempts(automatic)) == ("failed", [])
    assert "no manual group LOC: LOC-PAR" in firm.message(automatic)
    held = "select group_id from lms_group_members where user_id = ? order by group_id"
    assert firm.sandbox.sql(held, 60) == [(BOOK_CLUB,), (FINANCE,), (BERLIN,)]
    assert firm.sandbox.sql(held, 2) == [(BERLIN,)]
    assert [row[4] for row in firm.enrolments("60") if row[0] == RULE_COURSE_GROUP] == ["rule"]


def test_scenario_40_an_automatic_group_follows_its_field_hours_later_and_is_never_written(firm: Firm) -> None:
    wish = update(65, {"location": "LOC-PAR"}, {"location": "LOC-BER"}, "profile")
    published_once(firm, wish, writes=["POST /manage/v1/user/batch"])
    held = "select group_id from lms_group_members where user_id = 65 and group_id in (?, ?)"
    assert firm.sandbox.sql(held, BERLIN, PARIS) == [(BERLIN,)]
    firm.pass_time(hours=3)
    firm.sandbox.data("GET", "/manage/v1/user", params={"page_size": 1})
    assert firm.sandbox.sql(held, BERLIN, PARIS) == [(PARIS,)]
    assert not [write for write in firm.writes() if write.endswith((f"/{BERLIN}/members", f"/{PARIS}/members"))]


def test_completions_are_recorded_and_what_stands_is_kept(firm: Firm) -> None:
    begun = "update lms_enrolments set enrollment_date = '2026-01-15 09:30:00', level = 'tutor' where user_id = 72 and course_id = 3"
    firm.sandbox.sql_write(begun)
    firm.sandbox.sql_write(
        "update lms_enrolments set status = 'in_progress', completion_date = null, score = null where user_id = 72 and course_id = 3"
    )
    wishes = [
        completion(70, "C-009", "2026-05-05", score="88"),
        completion(72, "C-003", "2026-05-06", status="in_progress"),
    ]
    published_once(firm, *wishes, writes=["POST /learn/v1/enrollment/batch"])
    assert (9, "completed", "2026-05-05", "88", "integration", 0) in firm.enrolments("70")
    kept = "select status, level, enrollment_date, completion_date from lms_enrolments where user_id = 72 and course_id = 3"
    assert firm.sandbox.sql(kept) == [("completed", "tutor", "2026-01-15 09:30:00", "2026-05-06 00:00:00")]


def test_a_completion_of_another_day_is_never_overwritten(firm: Firm) -> None:
    firm.sandbox.sql_write(
        "update lms_enrolments set status = 'completed', completion_date = '2026-02-02 08:00:00' where user_id = 75 and course_id = 1"
    )
    wish, before = completion(75, "C-001", "2026-05-05", status="subscribed"), firm.enrolments("75")
    firm.approve(wish)
    firm.publish()
    assert (firm.state(wish), firm.enrolments("75")) == ("stale", before)


def history(firm: Firm, learner: int, *rows: tuple[int, str, str | None, str | None, int]) -> None:
    """Give an account exactly these enrolments: course, status, day, score, archived."""
    firm.sandbox.sql_write("delete from lms_enrolments where user_id = ?", learner)
    for course, status, day, score, archived in rows:
        firm.sandbox.sql_write(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, ?, 'learner', '2026-01-01 08:00:00', ?, ?,"
            " '2026-01-01 08:00:00', 'admin', ?)",
            learner, course, status, f"{day} 08:00:00" if day else None, score, archived,
        )  # fmt: skip


def test_scenario_29_a_merge_keeps_every_completion_and_the_better_score(firm: Firm) -> None:
    history(firm, 80, (1, "completed", "2026-01-05", "60", 0), (2, "subscribed", None, None, 0),
            (4, "completed", "2025-01-05", None, 1))  # fmt: skip
    history(firm, 81, (1, "completed", "2026-01-05", "90", 0), (2, "completed", "2026-02-05", "70", 0),
            (3, "completed", "2026-03-05", None, 0))  # fmt: skip
    wish = merge(80, 81, "C-001@2026-01-05|C-004@2025-01-05", "C-001@2026-01-05|C-002@2026-02-05|C-003@2026-03-05")
    firm.ledger.record_links(
        [("80", "w", "primary", "test"), ("81", "w", "duplicate", "test")], batch_id="b", now=firm.now
    )
    published_once(firm, wish, writes=["PUT /manage/v1/user/80/merge/81"])
    assert firm.user("81") == {}
    assert [row[:4] for row in firm.enrolments("80")] == [
        (1, "completed", "2026-01-05", "90"), (2, "completed", "2026-02-05", "70"),
        (3, "completed", "2026-03-05", None), (4, "completed", "2025-01-05", None),
    ]  # fmt: skip
    links = firm.ledger.snapshot(firm.now, 24).recorded_links
    assert [link[1] for link in links] == ["80"]


@pytest.mark.parametrize(
    ("case", "first", "second", "state", "words"),
    [
        ("an archived attempt would go", [(1, "completed", "2026-01-05", None, 0)],
         [(2, "completed", "2026-01-06", None, 1)], "failed", "would lose completions of C-002 (2026-01-06)"),
        ("one of two days would go", [(1, "completed", "2026-01-05", None, 0)],
         [(1, "completed", "2026-02-05", None, 0)], "failed", "would lose completions of C-001 (2026-02-05)"),
        ("a completion was taken away since", [], [(2, "completed", "2026-01-06", None, 0)], "stale", "first account"),
        ("a completion came to the second since", [(1, "completed", "2026-01-05", None, 0)],
         [(2, "completed", "2026-01-06", None, 0), (3, "completed", "2026-01-06", None, 0)], "stale", "second account"),
    ],
)  # fmt: skip
def test_scenario_29_a_merge_that_would_lose_something_is_refused(
    firm: Firm, case: str, first: list[tuple[int, str, str | None, str | None, int]],
    second: list[tuple[int, str, str | None, str | None, int]], state: str, words: str,
) -> None:  # fmt: skip
    history(firm, 84, *first)
    history(firm, 85, *second)
    relied = "|".join(sorted(f"C-{course:03}@{day}" for course, _, day, _, _ in second if course != 3))
    wish = merge(84, 85, "C-001@2026-01-05", relied)
    before = firm.writes(), firm.enrolments("84"), firm.enrolments("85")
    firm.approve(wish)
    firm.publish()
    assert (firm.state(wish), firm.writes(), firm.enrolments("84"), firm.enrolments("85")) == (state, *before), case
    assert words in firm.message(wish)


def test_scenario_29_the_better_certificate_is_kept_by_refusing_and_unknown_ones_wait(firm: Firm) -> None:
    history(firm, 86)
    history(firm, 87)
    wish = merge(86, 87)
    firm.approve(wish)
    firm.certificates = None
    waiting = firm.publish()
    assert waiting.counts == {"merge account": {"waiting: the certificates of both accounts are not known": 1}}
    firm.certificates = {"86": {"CERT-1": "2027-01-01"}, "87": {"CERT-1": "2028-01-01"}}
    firm.publish()
    assert (firm.state(wish), firm.user("87")["user_id"]) == ("failed", 87)
    assert "holds certification CERT-1 longer" in firm.message(wish)


def test_completions_gained_since_the_approval_do_not_void_a_merge(firm: Firm) -> None:
    history(firm, 88, (1, "completed", "2026-01-05", None, 0), (5, "completed", "2026-10-05", None, 0))
    history(firm, 89, (2, "completed", "2026-01-06", None, 0))
    published_once(
        firm, merge(88, 89, "C-001@2026-01-05", "C-002@2026-01-06"), completion(88, "C-009", "2026-05-05"),
        writes=["POST /learn/v1/enrollment/batch", "PUT /manage/v1/user/88/merge/89"],
    )  # fmt: skip
    assert [row[0] for row in firm.enrolments("88")] == [1, 2, 5, 9]


def test_an_administrators_account_is_not_merged(firm: Firm) -> None:
    history(firm, 450)
    history(firm, 90)
    wish = merge(90, 450)
    firm.approve(wish)
    firm.publish()
    assert firm.state(wish) == "failed"
    assert firm.user("450")["user_id"] == 450


def test_training_records_and_skills_reach_the_hr_system_once(firm: Firm) -> None:
    wishes = [
        record(3, "C-002", "2026-06-06", "77.5"),
        record(3, "C-002", "2025-06-06"),
        skill(3, "SK-1"),
        skill(1, "SK-1"),
    ]
    put, path = (
        "POST /ccx/service/lumen_sandbox/Learning/v44.0",
        "POST /ccx/api/staffing/v6/lumen_sandbox/workers/{}/skillItems",
    )
    published_once(firm, *wishes, writes=[put, put, path.format(wid(1)), path.format(wid(3))])
    rows = "select completion_date, score, source from hris_learning_records where wid = ? and content_id = 'C-002' order by 1"
    assert firm.sandbox.sql(rows, wid(3)) == [
        ("2025-06-06", None, "Integration"),
        ("2026-06-06", "77.5", "Integration"),
    ]
    skills = "select wid, skill_name from hris_skill_items where skill_id = 'SK-1' order by wid"
    assert firm.sandbox.sql(skills) == [(wid(1), "Welding"), (wid(3), "Welding")]


def test_a_worker_whom_the_hr_system_lost_holds_up_nobody_else(firm: Firm) -> None:
    lost, good = skill(900, "SK-1"), skill(4, "SK-1")
    firm.approve(lost, good)
    firm.publish()
    assert (firm.state(lost), firm.state(good)) == ("stale", "verified")


def test_an_account_that_is_gone_makes_its_delta_stale(firm: Firm) -> None:
    wishes = [
        update(9999, {"last_name": "B"}, {"last_name": "A"}),
        groups("learner:9999", add="Book club"),
        completion(9999, "C-009", "2026-05-05"),
    ]
    firm.approve(*wishes)
    firm.publish()
    assert [(firm.state(wish), firm.message(wish)) for wish in wishes] == [("stale", "the account is gone")] * 3


def test_the_summary_counts_each_delta_once_and_is_written_whole(firm: Firm, tmp_path: Path) -> None:
    file, heard = tmp_path / "batches" / "b" / "publication.json", []
    firm.approve(update(95, {"last_name": "B"}, {"last_name": "Last95"}), deactivation(96), skill(5, "SK-1"))
    summary = firm.publish(file=file, told=lambda step, count: heard.append((step, count)))
    assert heard == [("update account", 1), ("deactivate account", 1), ("add_skill skill", 1)]
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["counts"] == summary.counts == {
        "add_skill skill": {"verified": 1}, "deactivate account": {"verified": 1}, "update account": {"verified": 1},
    }  # fmt: skip
    assert written["calls"]["lms /manage/v1/user/change_status"] == 1
    assert written["calls"]["hris workers/skillItems"] == 4
    assert list(file.parent.iterdir()) == [file]


def test_deltas_in_shadow_are_never_sent(firm: Firm) -> None:
    wish = deactivation(97)
    firm.propose(wish, phase="shadow")
    assert firm.publish().counts == {}
    assert firm.user("97")["status"] == "1"
