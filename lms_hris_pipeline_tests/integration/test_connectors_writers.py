"""The writers over real HTTP: what is written is there afterwards, once, and doubts are said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from lms_hris_pipeline.connectors.protocols import LearningRecord, RowOutcome
from lms_hris_pipeline.connectors.workday import WorkdayWriter
from lms_hris_pipeline.model.errors import InDoubt, Permanent, Refused
from lms_hris_pipeline_tests.support.connectors import Vendors, vendors_of
from lms_hris_pipeline_tests.support.sandbox_api import ADMIN_ID, BERLIN, BOOK_CLUB, Sandbox, sandbox_in, wid


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    yield shared
    shared.control("DELETE", "/faults")


@pytest.fixture
def vendors(sandbox: Sandbox) -> Iterator[Vendors]:
    with vendors_of(sandbox, timeout=1) as opened:
        yield opened


def done(outcomes: list[RowOutcome]) -> list[bool]:
    return [outcome.is_done for outcome in outcomes]


def test_accounts_are_created_in_batches_and_failed_rows_are_told(vendors: Vendors) -> None:
    rows = [
        {"username": f"new{n}@lumen.example", "firstname": "N", "lastname": str(n), "email": f"new{n}@lumen.example",
         "active": True, "branch_code": "SUP-1", "field_1": f"{n:06}"}
        for n in range(150)
    ]  # fmt: skip
    rows[120]["username"] = "user1@lumen.example"
    outcomes = vendors.lms_writer.create_users(rows)
    assert [o.index for o in outcomes] == list(range(150))
    assert [o.index for o in outcomes if not o.is_done] == [120]
    assert "exists" in outcomes[120].message
    found = vendors.lms_writer.read_users(usernames=[str(row["username"]) for row in rows])
    assert len(found) == 150
    by_name = {user["username"]: user for user in found}
    assert by_name["new7@lumen.example"]["field_1"] == "000007"
    assert by_name["new7@lumen.example"]["branches"][0]["code"] == "SUP-1"
    assert outcomes[7].target_id == by_name["new7@lumen.example"]["user_id"]


def test_accounts_are_updated_renamed_moved_and_switched_off(vendors: Vendors) -> None:
    writer = vendors.lms_writer
    assert done(writer.update_users([{"username": "user20@lumen.example", "lastname": "Changed"}])) == [True]
    assert writer.put_user("20", {"userid": "renamed20@lumen.example"}).is_done
    assert not writer.put_user("21", {"userid": "renamed20@lumen.example"}).is_done
    branches = {row["code"]: row["id"] for row in writer.read_branches()}
    assert done(writer.move_to_branch(["20"], branches["SUP-1"])) == [True]
    assert done(writer.set_manager(["20"], "7")) == [True]
    assert done(writer.change_status(["20", "99999"], is_active=False)) == [True, False]
    user = writer.read_users(ids=["20"])[0]
    seen = {name: user[name] for name in ("username", "last_name", "manager_id", "status")}
    assert seen == {
        "username": "renamed20@lumen.example", "last_name": "Changed", "manager_id": "7", "status": "0",
    }  # fmt: skip
    assert done(writer.set_manager(["20"], None)) == [True]
    assert writer.read_users(ids=["20"])[0]["manager_id"] is None


def test_groups_enrolments_and_merges(vendors: Vendors) -> None:
    writer = vendors.lms_writer
    assert done(writer.add_to_group(str(BOOK_CLUB), ["30", "31"])) == [True, True]
    assert done(writer.add_to_group(str(BOOK_CLUB), ["30"])) == [True]
    assert {"30", "31"} <= set(writer.read_group_members(str(BOOK_CLUB)))
    assert done(writer.remove_from_group(str(BOOK_CLUB), ["31"])) == [True]
    assert "31" not in writer.read_group_members(str(BOOK_CLUB))
    assert done(writer.add_to_group(str(BERLIN), ["30"])) == [False]
    row = {
        "username": "user30@lumen.example", "course_code": "C-008", "status": "completed", "level": "learner",
        "enrollment_date": "2026-10-01 00:00:00", "completion_date": "2026-10-02 00:00:00", "score": "90",
    }  # fmt: skip
    assert done(writer.enrol([row, {**row, "course_code": "C-999"}])) == [True, False]
    held = {e["course_code"]: e for e in writer.read_enrolments(["30"])}
    assert held["C-008"]["completion_date"][:10] == "2026-10-02"
    preview = {course.course_code: course for course in writer.merge_preview("32", "30")}
    assert preview["C-008"].kept is None
    assert preview["C-008"].gone is not None
    writer.merge("32", "30")
    assert writer.read_users(ids=["30"]) == []
    assert "C-008" in {e["course_code"] for e in writer.read_enrolments(["32"])}
    with pytest.raises(Refused):
        writer.merge("33", str(ADMIN_ID))


def test_scenario_24_a_batch_whose_answer_is_lost_is_in_doubt_and_not_sent_again(
    sandbox: Sandbox, vendors: Vendors
) -> None:
    before = len(sandbox.journal())
    sandbox.fault("timeout_after_commit", path="/manage/v1/user/batch", seconds=2)
    with pytest.raises(InDoubt):
        vendors.lms_writer.create_users([{"username": "doubt@lumen.example", "active": True}])
    assert len(vendors.lms_writer.read_users(usernames=["doubt@lumen.example"])) == 1
    assert sum(e["path"] == "/manage/v1/user/batch" for e in sandbox.journal()[before:]) == 1


def test_a_batch_after_503_is_in_doubt_and_after_429_sent_again(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("503", path="/manage/v1/user/batch")
    with pytest.raises(InDoubt):
        vendors.lms_writer.update_users([{"username": "user40@lumen.example", "lastname": "A"}])
    sandbox.control("DELETE", "/faults")
    sandbox.fault("429", path="/manage/v1/user/batch", retry_after=2)
    assert done(vendors.lms_writer.update_users([{"username": "user40@lumen.example", "lastname": "B"}])) == [True]
    assert vendors.slept == [2.0]


def test_a_skill_is_added_once(vendors: Vendors) -> None:
    writer = vendors.hris_writer
    assert writer.add_skill(wid(2), "SK-1", "Welding").target_id
    again = writer.add_skill(wid(2), "SK-1", "Welding")
    assert (again.is_done, again.target_id) == (True, "")
    assert writer.read_skill_ids(wid(2)) == ["SK-1"]
    assert not writer.add_skill(wid(2), "SK-99", "Unknown").is_done


def test_scenario_24_a_skill_in_doubt_is_read_before_it_is_sent_again(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.fault("timeout_after_commit", method="POST", path="/ccx/api", seconds=2)
    with pytest.raises(InDoubt):
        vendors.hris_writer.add_skill(wid(3), "SK-1", "Welding")
    assert vendors.hris_writer.add_skill(wid(3), "SK-1", "Welding").message == "held already"
    assert sandbox.sql("select count(*) from hris_skill_items where wid = ?", wid(3)) == [(1,)]


def test_a_completion_is_written_read_back_and_rescinded(vendors: Vendors) -> None:
    writer = vendors.hris_writer
    record = LearningRecord(wid(5), "C-004", date(2026, 10, 7), score="91", expires_date=date(2028, 10, 7))
    outcome = writer.put_learning_enrollment(record)
    assert outcome.is_done
    found = [r for r in writer.read_learning_records([wid(5)]) if r["Learning_Record_ID"] == outcome.target_id]
    assert [(r["Completion_Date"], r["Overall_Score"], r["Expiration_Date"], r["Rescinded"]) for r in found] == [
        ("2026-10-07", "91", "2028-10-07", "0")
    ]
    withdrawn = LearningRecord(wid(5), "C-004", date(2026, 10, 7), is_rescinded=True)
    assert writer.put_learning_enrollment(withdrawn).is_done
    assert {r["Rescinded"] for r in writer.read_learning_records([wid(5)]) if r["Learning_Content_ID"] == "C-004"} == {
        "1"
    }


def test_soap_faults_are_refusals_and_a_wrong_password_stops(vendors: Vendors) -> None:
    hostile = LearningRecord(wid(5), "<!ENTITY x> & ]]>", date(2026, 10, 7))
    refused = vendors.hris_writer.put_learning_enrollment(hostile)
    assert not refused.is_done
    assert "Learning_Content_Reference" in refused.message
    control = LearningRecord(wid(5), "C-\x00", date(2026, 10, 7))
    assert not vendors.hris_writer.put_learning_enrollment(control).is_done
    other = type(vendors.tenant)(vendors.tenant.client, "lumen_sandbox", "INT_LMS", "ISU_LMS@lumen_sandbox", "wrong")
    with pytest.raises(Permanent, match="SOAP user"):
        WorkdayWriter(other).put_learning_enrollment(LearningRecord(wid(5), "C-004", date(2026, 10, 8)))
    assert "wrong" not in repr(other)


def test_fingerprints(vendors: Vendors) -> None:
    assert vendors.hris_writer.fingerprint() == "lumen-sandbox-hris"
    assert vendors.lms_writer.fingerprint() == "lumen-sandbox-lms"
