"""Every fault over real HTTP, and what a client sees of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lms_hris_pipeline_tests.support.sandbox_api import STAFFING, USERS, Sandbox, learning_data, sandbox_in, wid

USER_LIST = "/manage/v1/user"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path) as running:
        yield running


def ids(sandbox: Sandbox, page: int) -> list[int]:
    data = sandbox.data("GET", USER_LIST, params={"page": page, "get_total_count": 1})
    assert data["current_page"] == page
    assert data["total_count"] == USERS
    return [int(item["user_id"]) for item in data["items"]]


@pytest.mark.parametrize("retry_after", [None, 3])
@pytest.mark.parametrize("status", [429, 503])
def test_busy_with_and_without_retry_after(sandbox: Sandbox, status: int, retry_after: int | None) -> None:
    sandbox.fault(str(status), path=USER_LIST, nth=2, times=2, retry_after=retry_after)
    statuses = [sandbox.docebo("GET", USER_LIST) for _ in range(4)]
    assert [reply.status_code for reply in statuses] == [200, status, status, 200]
    assert statuses[1].headers.get("retry-after") == (str(retry_after) if retry_after else None)
    assert statuses[1].json()["status"] == status


def test_faults_hit_workday_in_its_own_words(sandbox: Sandbox) -> None:
    sandbox.fault("503", path="/ccx/api", retry_after=True)
    reply = sandbox.workday("GET", f"{STAFFING}/workers")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert set(reply.json()) == {"error", "errors"}


def test_slow(sandbox: Sandbox) -> None:
    sandbox.docebo("GET", USER_LIST)
    sandbox.fault("slow", path=USER_LIST, seconds=0.4)
    started = time.perf_counter()
    assert sandbox.docebo("GET", USER_LIST).status_code == 200
    assert time.perf_counter() - started >= 0.4


def test_scenario_24_timeout_after_commit_does_the_work_and_says_nothing(sandbox: Sandbox) -> None:
    body = {"user_ids": [5], "status": "0"}
    sandbox.fault("timeout_after_commit", path="/manage/v1/user/change_status")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.docebo("PUT", "/manage/v1/user/change_status", json=body)
    assert sandbox.sql("select status from lms_users where user_id = 5") == [("0",)]
    assert sandbox.docebo("PUT", "/manage/v1/user/change_status", json=body).status_code == 200
    silent = [entry for entry in sandbox.journal() if entry["fault"]]
    assert [(entry["status"], entry["fault"]) for entry in silent] == [(0, "timeout_after_commit")]


def test_workday_can_commit_and_say_nothing_as_well(sandbox: Sandbox) -> None:
    sandbox.fault("timeout_after_commit", path="/ccx/service/lumen_sandbox/Learning")
    data = learning_data("C-002", wid(2), "2026-10-31")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.put_learning(data)
    written = sandbox.report("INT_LMS_Learning_Records", Worker=wid(2))
    assert [row["Source"] for row in written].count("Integration") == 1
    sandbox.fault("timeout_after_commit", path=f"{STAFFING}/workers", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.workday("POST", f"{STAFFING}/workers/{wid(2)}/skillItems", json={"skillItems": [{"skillName": "x"}]})
    assert sandbox.rest(f"/workers/{wid(2)}/skillItems")["total"] == 1


def test_timeout_after_commit_may_keep_the_client_waiting(sandbox: Sandbox) -> None:
    sandbox.docebo("GET", USER_LIST)
    sandbox.fault("timeout_after_commit", path="/manage/v1/user/change_status", seconds=1.0)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.docebo("PUT", "/manage/v1/user/change_status", json={"user_ids": [5], "status": "0"}, timeout=0.3)
    patience = time.monotonic() + 10  # on a busy machine the client is gone before the change is made
    while sandbox.sql("select status from lms_users where user_id = 5") != [("0",)]:
        assert time.monotonic() < patience
        time.sleep(0.05)


def test_a_plain_timeout_does_nothing(sandbox: Sandbox) -> None:
    sandbox.fault("timeout", path="/manage/v1/user/change_status")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.docebo("PUT", "/manage/v1/user/change_status", json={"user_ids": [5], "status": "0"})
    assert sandbox.sql("select status from lms_users where user_id = 5") == [("1",)]


def test_a_page_sent_twice(sandbox: Sandbox) -> None:
    sandbox.fault("duplicate_page", path=USER_LIST)
    pages = [ids(sandbox, page) for page in (1, 2, 3)]
    assert pages[1] == pages[0]
    assert pages[2] == list(range(401, 451))


def test_a_page_lost(sandbox: Sandbox) -> None:
    sandbox.fault("missing_page", path=USER_LIST)
    pages = [ids(sandbox, page) for page in (1, 2, 3)]
    assert pages == [list(range(1, 201)), list(range(401, 451)), []]
    assert [len(ids(sandbox, page)) for page in (1, 2, 3)] == [200, 200, 50]


def test_pages_with_offsets_are_lost_and_doubled_as_well(sandbox: Sandbox) -> None:
    whole = [row["id"] for row in sandbox.rest("/workers", limit=10, includeTerminatedWorkers="true")["data"]]
    sandbox.fault("duplicate_page", path=STAFFING)
    second = sandbox.rest("/workers", limit=10, offset=10, includeTerminatedWorkers="true")
    assert [row["id"] for row in second["data"]] == whole


def test_a_report_with_rows_missing_or_doubled(sandbox: Sandbox) -> None:
    name = "INT_LMS_Learning_Records"
    sandbox.fault("missing_page", path="/ccx/service/customreport2")
    assert len(sandbox.report(name)) == 30
    sandbox.fault("duplicate_page", path="/ccx/service/customreport2")
    rows = sandbox.report(name)
    assert (len(rows), len({row["Learning_Record_ID"] for row in rows})) == (50, 40)


def test_a_body_cut_off_in_the_middle_of_the_array(sandbox: Sandbox) -> None:
    sandbox.fault("cut_body", path=USER_LIST)
    reply = sandbox.docebo("GET", USER_LIST)
    assert reply.status_code == 200
    with pytest.raises(ValueError, match="Expecting"):
        reply.json()
    sandbox.fault("cut_body", path=USER_LIST, cut="connection")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.docebo("GET", USER_LIST)
    assert sandbox.docebo("GET", USER_LIST).status_code == 200


def test_scenario_34_the_token_expires_in_the_middle_of_a_page_loop(sandbox: Sandbox) -> None:
    sandbox.fault("token_expiry", path=USER_LIST, nth=2)
    assert [sandbox.docebo("GET", USER_LIST, params={"page": page}).status_code for page in (1, 2, 3)] == [
        200, 401, 401,
    ]  # fmt: skip
    sandbox.forget_tokens()
    assert len(sandbox.every(USER_LIST)) == USERS


def test_tokens_end_by_the_virtual_clock(sandbox: Sandbox) -> None:
    assert sandbox.docebo("GET", USER_LIST).status_code == 200
    assert sandbox.workday("GET", f"{STAFFING}/workers").status_code == 200
    sandbox.control("POST", "/clock", {"advance_minutes": 61})
    assert sandbox.docebo("GET", USER_LIST).status_code == 401
    reply = sandbox.workday("GET", f"{STAFFING}/workers")
    assert (reply.status_code, reply.json()) == (401, {"error": "invalid_token"})


def test_scenario_14_an_empty_200(sandbox: Sandbox) -> None:
    sandbox.fault("empty_200", path=USER_LIST)
    page = sandbox.data("GET", USER_LIST, params={"get_total_count": 1})
    assert (page["items"], page["total_count"], page["has_more_data"]) == ([], 0, False)
    sandbox.fault("empty_200", path="/ccx/service/customreport2", query="Location=LOC-BER")
    assert sandbox.report("INT_LMS_Workers", Location="LOC-PAR")
    assert sandbox.report("INT_LMS_Workers", Location="LOC-BER") == []


def test_scenario_33_a_renamed_and_a_dropped_field(sandbox: Sandbox) -> None:
    sandbox.fault("renamed_field", path="/ccx/service/customreport2", field="Location_ID", to="Site")
    row = sandbox.report("INT_LMS_Workers", Location="LOC-BER")[0]
    assert {"Site"} <= set(row["Jobs_group"][0])
    assert "Location_ID" not in row["Jobs_group"][0]
    sandbox.fault("dropped_field", path=USER_LIST, field="field_5", times=None)
    assert all("field_5" not in item for item in sandbox.every(USER_LIST))


def test_scenario_36_the_quota_ends_and_the_next_hour_resumes(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, quota_per_hour=5, seconds_per_call=10) as sandbox:
        replies = [sandbox.docebo("GET", USER_LIST) for _ in range(6)]
        assert [reply.status_code for reply in replies] == [200] * 5 + [429]
        wait = int(replies[-1].headers["retry-after"])
        assert 3500 < wait <= 3600
        assert sandbox.workday("GET", f"{STAFFING}/workers").status_code == 200, "the quota is Docebo's"
        sandbox.control("POST", "/clock", {"advance_minutes": wait / 60})
        sandbox.forget_tokens()
        assert sandbox.docebo("GET", USER_LIST).status_code == 200
        assert sandbox.control("GET", "/status")["quota"] == {"per_hour": 5, "used": 1, "refused": 1}
        sandbox.control("POST", "/quota", {"per_hour": None})
        assert all(sandbox.docebo("GET", USER_LIST).status_code == 200 for _ in range(10))


def test_the_quota_may_keep_its_retry_after_to_itself(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, quota_per_hour=0, quota_retry_after=False) as sandbox:
        reply = sandbox.docebo("GET", USER_LIST)
        assert (reply.status_code, "retry-after" in reply.headers) == (429, False)


def test_faults_are_listed_and_cleared(sandbox: Sandbox) -> None:
    number = sandbox.fault("503", path=USER_LIST, times=None)
    assert sandbox.docebo("GET", USER_LIST).status_code == 503
    listed = sandbox.control("GET", "/faults")["faults"]
    assert [(each["id"], each["kind"], each["fired"]) for each in listed] == [(number, "503", 1)]
    sandbox.control("DELETE", "/faults")
    assert sandbox.docebo("GET", USER_LIST).status_code == 200
    bad = sandbox.http.post(f"{sandbox.server.control_url}/_sandbox/faults", json={"fault": "earthquake"})
    assert bad.status_code == 422
