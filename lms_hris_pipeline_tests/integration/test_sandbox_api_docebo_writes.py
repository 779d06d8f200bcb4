"""What Docebo does when it is written to: published once, really there afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline_tests.support.sandbox_api import (
    ADMIN_ID,
    BERLIN,
    FINANCE,
    PARIS,
    RULE_COURSE_BRANCH,
    RULE_COURSE_GROUP,
    RULE_COURSE_PARIS,
    USERS,
    Sandbox,
    sandbox_in,
)

OPTIONS = {
    "change_user_password": False,
    "auto_assign_branch_to_pu": False,
    "update_user_info": True,
    "destination_branch": "",
    "ignore_password_change_for_existing_users": True,
    "branch_option": "existing",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path) as running:
        yield running


def batch(sandbox: Sandbox, *items: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sandbox.data(
        "POST", "/manage/v1/user/batch", json={"items": list(items), "options": OPTIONS | options}
    )
    return rows


def user(sandbox: Sandbox, user_id: int) -> dict[str, Any]:
    item: dict[str, Any] = sandbox.every("/manage/v1/user", **{"filters[user_ids][]": str(user_id)})[0]
    return item


def courses_of(sandbox: Sandbox, user_id: int) -> dict[int, str]:
    rows = sandbox.every("/learn/v1/enrollments", **{"id_user[]": str(user_id)})
    return {int(row["course_id"]): row["owner"] for row in rows}


def test_a_batch_creates_and_updates_row_by_row(sandbox: Sandbox) -> None:
    rows = batch(
        sandbox,
        {"username": "new@lumen.example", "firstname": "Nia", "email": "new@lumen.example", "branch_code": "SUP-2",
         "field_1": "009999", "active": True},
        {"username": "USER5@lumen.example", "lastname": "Married", "field_2": ""},
        {"username": "", "firstname": "Nobody"},
        {"username": "x@lumen.example", "branch_code": "SUP-99"},
        {"username": "y@lumen.example", "field_77": "?"},
        {"username": "z@lumen.example", "email": "no address"},
    )  # fmt: skip
    assert [row["success"] for row in rows] == [True, True, False, False, False, False]
    assert [row["row_index"] for row in rows] == [0, 1, 2, 3, 4, 5]
    assert rows[2]["message"] == "username is required"
    assert rows[3]["response"] == []
    new = user(sandbox, int(rows[0]["response"]["user_id"]))
    assert (new["username"], new["first_name"], new["field_1"]) == ("new@lumen.example", "Nia", "009999")
    assert (new["status"], new["branches"][0]["code"]) == ("1", "SUP-2")
    changed = user(sandbox, 5)
    assert (changed["last_name"], changed["first_name"], changed["username"]) == (
        "Married", "First5", "user5@lumen.example",
    )  # fmt: skip
    assert len(sandbox.every("/manage/v1/user")) == USERS + 1


def test_absent_keys_and_nulls_are_left_alone_and_an_empty_text_erases(sandbox: Sandbox) -> None:
    batch(sandbox, {"username": "user5@lumen.example", "field_1": None, "field_3": ""})
    item = user(sandbox, 5)
    assert (item["field_1"], item["field_3"], item["field_5"]) == ("000005", None, "LOC-BER")


def test_without_update_user_info_an_existing_username_is_refused(sandbox: Sandbox) -> None:
    rows = batch(sandbox, {"username": "user5@lumen.example", "lastname": "X"}, update_user_info=False)
    assert (rows[0]["success"], rows[0]["message"]) == (False, "username already exists")
    assert user(sandbox, 5)["last_name"] == "Last5"


def test_a_branch_may_be_made_by_the_way_but_not_by_a_refused_row(sandbox: Sandbox) -> None:
    def row(username: str, branch: str) -> dict[str, Any]:
        item = {"username": username, "branch_code": branch}
        return batch(sandbox, item, branch_option="autocreate", update_user_info=False)[0]

    refused, made = row("user5@lumen.example", "SUP-8"), row("new@lumen.example", "SUP-9")
    assert (refused["success"], made["success"]) == (False, True)
    branches = {branch["code"]: branch["id"] for branch in sandbox.every("/manage/v1/orgchart")}
    assert "SUP-8" not in branches
    assert user(sandbox, int(made["response"]["user_id"]))["branches"] == [{"id": branches["SUP-9"], "code": "SUP-9"}]


def test_a_batch_takes_at_most_100_rows(sandbox: Sandbox) -> None:
    body = {"items": [{"username": f"n{n}@lumen.example"} for n in range(101)], "options": OPTIONS}
    assert sandbox.docebo("POST", "/manage/v1/user/batch", json=body).status_code == 400


def test_two_accounts_may_share_an_email_but_not_a_username(sandbox: Sandbox) -> None:
    rows = batch(sandbox, {"username": "twin@lumen.example", "email": "user5@lumen.example"})
    assert rows[0]["success"]
    twin = rows[0]["response"]["user_id"]
    reply = sandbox.docebo("PUT", f"/manage/v1/user/{twin}", json={"userid": "USER5@LUMEN.example"})
    assert (reply.status_code, reply.json()["name"]) == (409, "Conflict")
    renamed = sandbox.data("PUT", f"/manage/v1/user/{twin}", json={"userid": "twin2@lumen.example"})
    assert renamed == [{"updated_id": int(twin), "success": True, "message": []}]
    assert user(sandbox, int(twin))["username"] == "twin2@lumen.example"


def test_fields_and_manager_by_put_and_mass_edit(sandbox: Sandbox) -> None:
    sandbox.data("PUT", "/manage/v1/user/5", json={"manager": 9, "additional_fields": [{"id": 4, "value": "CC-1"}]})
    assert (user(sandbox, 5)["manager_id"], user(sandbox, 5)["field_4"]) == ("9", "CC-1")
    rows = sandbox.data(
        "PUT", "/manage/v1/user/mass_edit",
        json={"user_ids": [5, 6, 100000], "manager": 0, "additional_fields": [{"id": 4, "value": "CC-2"}]},
    )  # fmt: skip
    assert [(row["updated_id"], row["success"]) for row in rows] == [(5, True), (6, True), (100000, False)]
    assert (user(sandbox, 6)["manager_id"], user(sandbox, 6)["field_4"]) == (None, "CC-2")
    too_many = {"user_ids": list(range(1, 102)), "manager": 1}
    assert sandbox.docebo("PUT", "/manage/v1/user/mass_edit", json=too_many).status_code == 400
    assert sandbox.docebo("PUT", "/manage/v1/user/5", json={"manager": 100000}).status_code == 400


def test_deactivation_does_not_unenrol(sandbox: Sandbox) -> None:
    before = courses_of(sandbox, 5)
    done = sandbox.data("PUT", "/manage/v1/user/change_status", json={"status": "0", "user_ids": [5, 100000]})
    assert done == [{"updated_ids": [5], "not_updated_ids": [100000], "success": False}]
    assert user(sandbox, 5)["status"] == "0"
    assert courses_of(sandbox, 5) == before


def test_scenario_39_a_move_to_a_branch_fires_its_rule_once(sandbox: Sandbox) -> None:
    assert user(sandbox, 4)["branches"][0]["code"] == "SUP-2"
    for _ in range(2):
        sandbox.data("PUT", "/manage/v1/user/move_to_branch", json={"branch_ids": [4], "user_ids": [4, 5]})
    assert user(sandbox, 4)["branches"][0]["code"] == "SUP-3"
    assert courses_of(sandbox, 4)[RULE_COURSE_BRANCH] == "rule"
    assert RULE_COURSE_BRANCH not in courses_of(sandbox, 5), "who stood in the branch before is not enrolled"
    bad = {"branch_ids": [77], "user_ids": [4]}
    assert sandbox.docebo("PUT", "/manage/v1/user/move_to_branch", json=bad).status_code == 400


def test_joining_a_group_fires_its_rule(sandbox: Sandbox) -> None:
    path = f"/manage/v1/group/{FINANCE}/members"
    assert sandbox.data("POST", path, json={"user_ids": [1, 8]}) == {"success": True, "updated": [8]}
    assert courses_of(sandbox, 8)[RULE_COURSE_GROUP] == "rule"
    assert RULE_COURSE_GROUP not in courses_of(sandbox, 1)
    assert sandbox.data("DELETE", path, json={"user_ids": [8, 9]}) == {"success": True, "updated": [8]}
    assert {row["user_id"] for row in sandbox.every(path)} == {"1", "2"}


def test_scenario_40_an_automatic_group_follows_its_field_hours_later(sandbox: Sandbox) -> None:
    def members(group_id: int) -> set[str]:
        return {row["user_id"] for row in sandbox.every(f"/manage/v1/group/{group_id}/members")}

    sandbox.data("PUT", "/manage/v1/user/5", json={"additional_fields": [{"id": 5, "value": "LOC-PAR"}]})
    assert "5" in members(BERLIN)
    assert members(PARIS) == set()
    sandbox.control("POST", "/clock", {"advance_minutes": 110})
    sandbox.forget_tokens()
    assert members(PARIS) == set()
    sandbox.control("POST", "/clock", {"advance_minutes": 20})
    sandbox.forget_tokens()
    assert members(PARIS) == {"5"}
    assert "5" not in members(BERLIN)
    assert courses_of(sandbox, 5)[RULE_COURSE_PARIS] == "rule"
    reply = sandbox.docebo("POST", f"/manage/v1/group/{PARIS}/members", json={"user_ids": [6]})
    assert reply.status_code == 400


def test_enrolment_batch_is_idempotent_and_fails_row_by_row(sandbox: Sandbox) -> None:
    item = {"username": "user5@lumen.example", "course_code": "C-009", "status": "completed",
            "completion_date": "2026-10-01", "score": "91"}  # fmt: skip
    bad = [{**item, "username": "nobody"}, {**item, "course_code": "C-999"}, {**item, "status": "done"},
           {**item, "score": "200"}, {**item, "completion_date": ""}]  # fmt: skip
    for _ in range(2):
        rows = sandbox.data("POST", "/learn/v1/enrollment/batch", json={"items": [item, *bad]})
        assert [row["success"] for row in rows] == [True, False, False, False, False, False]
    held = [
        row for row in sandbox.every("/learn/v1/enrollments", **{"id_user[]": "5"}) if row["course_code"] == "C-009"
    ]
    assert len(held) == 1
    assert (held[0]["status"], held[0]["completion_date"], held[0]["score"], held[0]["owner"]) == (
        "completed", "2026-10-01 00:00:00", "91", "integration",
    )  # fmt: skip
    assert held[0]["last_update"] >= "2026-11-02 21:00:00"


def test_enrolling_who_is_enrolled_is_an_error_in_a_200(sandbox: Sandbox) -> None:
    body = {"user_ids": [5, 6, 100000], "course_ids": [9], "level": "learner"}
    assert sandbox.data("POST", "/learn/v1/enrollments", json=body)["enrolled"] == [5, 6]
    again = sandbox.data("POST", "/learn/v1/enrollments", json=body)
    assert again["enrolled"] == []
    assert len(again["errors"]) == 3


def test_a_background_job_is_done_by_and_by(sandbox: Sandbox) -> None:
    items = [{"username": f"job{n}@lumen.example", "firstname": "Job"} for n in range(1500)] + [{"username": ""}]
    body = {"name": "Import", "type": "import", "endpoint": "/manage/v1/user/batch", "method": "POST",
            "data_source": {"items": items, "options": OPTIONS}, "chunk_size": 100}  # fmt: skip
    job = sandbox.data("POST", "/manage/v1/job", json=body)["job_descriptor"]
    assert (job["status"], job["percent"], job["total"]) == ("pending", 0, 1501)
    seen = []
    while job["status"] != "completed":
        job = sandbox.data("GET", f"/manage/v1/job/{job['hash']}")["job_descriptor"]
        seen.append((job["status"], round(job["percent"])))
        assert len(seen) < 10
    assert seen == [("in_progress", 0), ("in_progress", 67), ("completed", 100)]
    assert job["errors"] == 1
    assert job["output"] == [{"row_index": 1500, "success": False, "message": "username is required", "response": []}]
    assert sandbox.sql("select count(*) from lms_users where firstname = 'Job'") == [(1500,)]


def test_a_job_nobody_looks_at_is_done_when_its_time_has_come(sandbox: Sandbox) -> None:
    item = {"username": "user5@lumen.example", "course_code": "C-009", "status": "subscribed"}
    body = {"name": "Enrol", "type": "import", "endpoint": "/learn/v1/enrollment/batch", "method": "POST",
            "data_source": {"items": [item]}}  # fmt: skip
    job_hash = sandbox.data("POST", "/manage/v1/job", json=body)["job_descriptor"]["hash"]
    assert 9 not in courses_of(sandbox, 5)
    sandbox.control("POST", "/clock", {"advance_minutes": 5})
    assert 9 in courses_of(sandbox, 5)
    assert sandbox.data("GET", f"/manage/v1/job/{job_hash}")["job_descriptor"]["status"] == "completed"
    assert sandbox.docebo("GET", "/manage/v1/job/nonsense").status_code == 404


def test_an_aborted_job_does_no_more(sandbox: Sandbox) -> None:
    body = {"name": "Import", "type": "import", "endpoint": "/manage/v1/user/batch", "method": "POST",
            "data_source": {"items": [{"username": "late@lumen.example"}], "options": OPTIONS}}  # fmt: skip
    job_hash = sandbox.data("POST", "/manage/v1/job", json=body)["job_descriptor"]["hash"]
    assert sandbox.data("PUT", f"/manage/v1/job/{job_hash}", json={"abort": True}) == {"success": True}
    sandbox.control("POST", "/clock", {"advance_minutes": 50})
    assert len(sandbox.every("/manage/v1/user")) == USERS


def test_scenario_29_a_merge_moves_what_is_missing_and_loses_what_the_vendor_says_it_loses(sandbox: Sandbox) -> None:
    kept, gone = 1, 2  # 1 holds courses 2 and 3, 2 holds courses 3 and 4
    connection_rows = sandbox.data("GET", f"/manage/v1/user/{kept}/merge/{gone}/enrollments")["items"]
    preview = {row["code"]: row["users"] for row in connection_rows}
    assert set(preview) == {"C-002", "C-003", "C-004"}
    assert preview["C-002"]["source"] is None
    assert preview["C-004"]["destination"] is None
    both = preview["C-003"]
    assert both["destination"]["status"] == "completed"
    for part in ("badges", "subscriptions", "transactions"):
        assert sandbox.data("GET", f"/manage/v1/user/{kept}/merge/{gone}/{part}")["items"] == []
    sandbox.sql_write("update lms_enrolments set archived = 1 where user_id = 2 and course_id = 4")
    sandbox.sql_write("update lms_users set manager_id = 2 where user_id = 7")
    assert sandbox.data("PUT", f"/manage/v1/user/{kept}/merge/{gone}", json={}) == {"id": kept}
    held = {row["course_code"]: row for row in sandbox.every("/learn/v1/enrollments", **{"id_user[]": "1"})}
    assert set(held) == {"C-002", "C-003"}, "the archived enrolment of the second account is lost"
    assert held["C-003"]["completion_date"] == both["destination"]["completion_date"]
    assert sandbox.every("/manage/v1/user", **{"filters[user_ids][]": "2"}) == []
    assert user(sandbox, 7)["manager_id"] == "1"
    certificates = {row["user_id"]: row["expire_date"] for row in sandbox.every("/learn/v1/certification/1/users")}
    assert certificates == {"1": "2027-01-01", "3": "2028-06-01"}, "the better certificate of the second is lost"


def test_a_merge_takes_the_second_accounts_enrolment_where_it_is_named(sandbox: Sandbox) -> None:
    sandbox.sql_write("update lms_enrolments set score = '99' where user_id = 2 and course_id = 3")
    change = {"change_data": {"enrollments": [{"course_id": 3, "old_user_id": 2}]}}
    sandbox.data("PUT", "/manage/v1/user/1/merge/2", json=change)
    held = {row["course_code"]: row for row in sandbox.every("/learn/v1/enrollments", **{"id_user[]": "1"})}
    assert held["C-003"]["score"] == "99"
    assert set(held) == {"C-002", "C-003", "C-004"}


def test_administrators_are_not_merged(sandbox: Sandbox) -> None:
    for path in (f"/manage/v1/user/1/merge/{ADMIN_ID}", f"/manage/v1/user/{ADMIN_ID}/merge/1"):
        assert sandbox.docebo("PUT", path, json={}).status_code == 400
    assert sandbox.docebo("PUT", "/manage/v1/user/1/merge/1", json={}).status_code == 400
    assert len(sandbox.every("/manage/v1/user")) == USERS


def test_a_single_user_is_created_and_deleted(sandbox: Sandbox) -> None:
    assert sandbox.docebo("POST", "/manage/v1/user", json={"userid": "n@lumen.example"}).status_code == 400
    body = {"userid": "n@lumen.example", "password": "made-up-1", "firstname": "N", "select_orgchart": [2]}
    made = sandbox.data("POST", "/manage/v1/user", json=body)[0]
    assert user(sandbox, made["user_id"])["branches"][0]["code"] == "SUP-1"
    assert sandbox.docebo("POST", "/manage/v1/user", json=body).status_code == 409
    sandbox.data("DELETE", "/manage/v1/user/delete", json={"user_ids": [made["user_id"], 5]})
    assert sandbox.every("/learn/v1/enrollments", **{"id_user[]": "5"}) == []
    assert len(sandbox.every("/manage/v1/user")) == USERS - 1


def test_batch_and_branch_calls_do_not_run_at_the_same_time(sandbox: Sandbox) -> None:
    sandbox.docebo_token()
    sandbox.data("GET", "/manage/v1/tenant")
    sandbox.fault("slow", path="/manage/v1/user/batch", seconds=0.7)
    statuses: list[int] = []

    def first() -> None:
        body = {"items": [{"username": "slow@lumen.example"}], "options": OPTIONS}
        statuses.append(sandbox.docebo("POST", "/manage/v1/user/batch", json=body).status_code)

    other = threading.Thread(target=first)
    other.start()
    while not sandbox.sql("select 1 from lms_users where username = 'slow@lumen.example'"):
        pass
    body = {"branch_ids": [4], "user_ids": [4]}
    busy = sandbox.docebo("PUT", "/manage/v1/user/move_to_branch", json=body)
    other.join()
    assert (busy.status_code, busy.json()["name"]) == (503, "ServiceUnavailable")
    assert statuses == [200]
    assert sandbox.docebo("PUT", "/manage/v1/user/move_to_branch", json=body).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"items": []}', b'{"items": [1], "options": {}}'])
def test_a_body_that_makes_no_sense_is_refused(sandbox: Sandbox, body: bytes) -> None:
    reply = sandbox.docebo("POST", "/manage/v1/user/batch", content=body)
    assert (reply.status_code, reply.json()["name"]) == (400, "BadRequest")
