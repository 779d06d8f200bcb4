"""Docebo's lists over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lms_hris_pipeline_tests.support.sandbox_api import BERLIN, COURSES, USERS, Sandbox, sandbox_in


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


def test_users_come_page_by_page(sandbox: Sandbox) -> None:
    page = sandbox.data("GET", "/manage/v1/user", params={"page": 3, "get_total_count": 1})
    assert (page["current_page"], page["current_page_size"], page["count"]) == (3, 200, 50)
    assert (page["total_page_count"], page["total_count"], page["has_more_data"]) == (3, USERS, False)
    users = sandbox.every("/manage/v1/user")
    assert [user["user_id"] for user in users] == [str(number) for number in range(1, USERS + 1)]


def test_a_user_carries_branch_manager_and_fields(sandbox: Sandbox) -> None:
    user = sandbox.data("GET", "/manage/v1/user", params={"filters[user_ids][]": "5"})["items"][0]
    assert user["branches"] == [{"id": "4", "code": "SUP-3"}]
    assert (user["manager_id"], user["manager_first_name"], user["manager_last_name"]) == ("1", "First1", "Last1")
    assert (user["field_1"], user["field_2"], user["status"], user["level"]) == ("000005", None, "1", "user")


def test_the_page_size_is_at_most_200(sandbox: Sandbox) -> None:
    page = sandbox.data("GET", "/manage/v1/user", params={"page_size": 1000})
    assert page["count"] == 200


def test_a_page_beyond_the_end_is_empty(sandbox: Sandbox) -> None:
    page = sandbox.data("GET", "/manage/v1/user", params={"page": 9})
    assert (page["items"], page["has_more_data"]) == ([], False)


@pytest.mark.parametrize("params", [{"page": "0"}, {"page": "x"}, {"page_size": "-1"}])
def test_a_senseless_page_is_refused(sandbox: Sandbox, params: dict[str, str]) -> None:
    reply = sandbox.docebo("GET", "/manage/v1/user", params=params)
    assert reply.status_code == 400
    assert reply.json()["name"] == "BadRequest"
    assert reply.json()["status"] == 400


def test_users_are_found_by_id_and_by_name_without_regard_to_case(sandbox: Sandbox) -> None:
    by_id = sandbox.every("/manage/v1/user", **{"filters[user_ids][]": ["7", "9", "100000"]})
    assert [user["user_id"] for user in by_id] == ["7", "9"]
    by_name = sandbox.every("/manage/v1/user", **{"filters[usernames][]": ["USER7@lumen.example", "nobody"]})
    assert [user["user_id"] for user in by_name] == ["7"]
    too_many = [str(number) for number in range(201)]
    assert sandbox.docebo("GET", "/manage/v1/user", params={"filters[user_ids][]": too_many}).status_code == 400


def test_one_user_by_id(sandbox: Sandbox) -> None:
    user = sandbox.data("GET", "/manage/v1/user/7")
    assert user["user_data"]["username"] == "user7@lumen.example"
    assert {field["id"]: field["value"] for field in user["additional_fields"]}[1] == "000007"
    assert sandbox.docebo("GET", "/manage/v1/user/100000").status_code == 404


def test_zero_dates_and_nulls_both_stand_for_nothing(sandbox: Sandbox) -> None:
    expirations = {user["expiration_date"] for user in sandbox.every("/manage/v1/user")}
    assert expirations == {None, "0000-00-00 00:00:00"}
    enrolments = sandbox.every("/learn/v1/enrollments", **{"status[]": "subscribed"})
    assert {row["completion_date"] for row in enrolments} == {None, "0000-00-00 00:00:00"}


def test_enrolments_of_the_whole_platform(sandbox: Sandbox) -> None:
    rows = sandbox.every("/learn/v1/enrollments")
    assert len(rows) == 2 * USERS
    assert rows[0] == {
        "id": "1", "user_id": "1", "username": "user1@lumen.example", "course_id": "2", "course_code": "C-002",
        "status": "subscribed", "level": "learner", "enrollment_date": "2026-01-01 08:00:00", "completion_date": None,
        "score": None, "last_update": "2026-02-01 08:00:00", "owner": "admin", "archived": False,
    }  # fmt: skip


def test_enrolments_changed_since(sandbox: Sandbox) -> None:
    rows = sandbox.every("/learn/v1/enrollments", updated_from="2026-05-01 08:00:00")
    assert rows
    assert {row["last_update"] for row in rows} == {"2026-05-01 08:00:00", "2026-06-01 08:00:00"}
    window = sandbox.every(
        "/learn/v1/enrollments", updated_from="2026-05-01 08:00:00", updated_to="2026-05-31 00:00:00"
    )
    assert 0 < len(window) < len(rows)
    assert sandbox.docebo("GET", "/learn/v1/enrollments", params={"updated_from": "yesterday"}).status_code == 400


def test_enrolments_of_some_users(sandbox: Sandbox) -> None:
    rows = sandbox.every("/learn/v1/enrollments", **{"id_user[]": ["3", "4"]})
    assert {row["user_id"] for row in rows} == {"3", "4"}


def test_groups_and_members(sandbox: Sandbox) -> None:
    groups = {group["name"]: group for group in sandbox.every("/audiences/v1/audience")}
    assert groups["LOC: LOC-BER"]["rule"] == {"field": "field_5", "value": "LOC-BER"}
    assert "rule" not in groups["JF: Finance"]
    assert len(sandbox.every(f"/manage/v1/group/{BERLIN}/members")) == USERS
    assert sandbox.docebo("GET", "/manage/v1/group/99/members").status_code == 404


def test_courses_certifications_skills_fields_branches(sandbox: Sandbox) -> None:
    assert [course["code"] for course in sandbox.every("/course/v1/courses")][:2] == ["C-001", "C-002"]
    assert len(sandbox.every("/course/v1/courses", page_size=5)) == COURSES
    assert sandbox.every("/learn/v1/certification")[0]["code"] == "CERT-1"
    certified = sandbox.every("/learn/v1/certification/1/users")
    assert certified[1] == {"user_id": "2", "issued_date": "2026-01-01", "expire_date": "2028-01-01"}
    assert [skill["title"] for skill in sandbox.every("/skill/v1/skills")][:2] == ["tag 1", "tag 2"]
    assert [skill["skill_id"] for skill in sandbox.every("/skill/v1/courses/1/skills")] == ["1", "2"]
    assert sandbox.every("/skill/v1/courses/9/skills") == []
    assert sandbox.every("/manage/v1/user_fields")[1]["title"] == "Job profile"
    assert [branch["code"] for branch in sandbox.every("/manage/v1/orgchart")] == ["ROOT", "SUP-1", "SUP-2", "SUP-3"]


def test_the_platform_says_which_tenant_it_is(sandbox: Sandbox) -> None:
    tenant = sandbox.data("GET", "/manage/v1/tenant")
    assert tenant["tenant_key"] == "lumen-sandbox-lms"
    assert tenant["environment"] == "SANDBOX"


def test_no_token_no_answer(sandbox: Sandbox) -> None:
    for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"}):
        reply = sandbox.http.get(f"{sandbox.server.docebo_url}/manage/v1/user", headers=headers)
        assert reply.status_code == 401
        assert reply.json()["name"] == "Unauthorized"


def test_wrong_credentials_buy_no_token(sandbox: Sandbox) -> None:
    url = f"{sandbox.server.docebo_url}/oauth2/token"
    wrong = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    assert sandbox.http.post(url, data=wrong).json()["error"] == "invalid_client"
    assert sandbox.http.post(url, data={**wrong, "grant_type": "magic"}).status_code == 400


def test_an_unknown_path_is_not_found(sandbox: Sandbox) -> None:
    reply = sandbox.docebo("GET", "/manage/v1/nothing")
    assert (reply.status_code, reply.json()["name"]) == (404, "NotFound")


def test_scenario_06_rows_come_in_any_order_and_every_row_once(sandbox: Sandbox) -> None:
    ordered = sandbox.every("/learn/v1/enrollments")
    sandbox.control("POST", "/shuffle", {"seed": 7})
    try:
        shuffled = sandbox.every("/learn/v1/enrollments")
        again = sandbox.every("/learn/v1/enrollments")
    finally:
        sandbox.control("POST", "/shuffle", {"seed": None})
    assert shuffled == again
    assert shuffled != ordered
    assert sorted(shuffled, key=lambda row: int(row["id"])) == ordered
