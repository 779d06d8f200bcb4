"""Workday over real HTTP: reports with prompts, REST, skill items, SOAP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from lms_hris_pipeline_tests.support.sandbox_api import (
    BSVC,
    LEARNING,
    REPORTS,
    SOAP,
    STAFFING,
    WORKERS,
    Sandbox,
    learning_data,
    sandbox_in,
    wid,
)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path) as running:
        yield running


def test_workers_come_by_location_and_under_each_of_theirs(reading: Sandbox) -> None:
    berlin = {row["Worker_WID"]: row for row in reading.report("INT_LMS_Workers", Location="LOC-BER")}
    paris = {row["Worker_WID"]: row for row in reading.report("INT_LMS_Workers", Location="LOC-PAR")}
    assert set(berlin) == {wid(number) for number in range(1, WORKERS + 1)}
    assert set(paris) == {wid(number) for number in range(3, WORKERS + 1, 3)}
    assert all(berlin[key] == row for key, row in paris.items()), "the same worker is the same row everywhere"
    assert reading.report("INT_LMS_Workers", Location="LOC-NONE") == []


def test_skills_are_joined_into_the_worker_report(reading: Sandbox) -> None:
    rows = {row["Worker_WID"]: row for row in reading.report("INT_LMS_Workers", Location="LOC-BER")}
    assert rows[wid(1)]["Skills_group"] == [{"Skill_ID": "SK-2", "Skill_Name": "Python"}, {"Skill_Name": "juggling"}]
    assert "Skills_group" not in rows[wid(2)]


@pytest.mark.parametrize(
    ("path", "params", "status", "error"),
    [
        ("INT_LMS_Nothing", {"format": "json"}, 404, "report not found"),
        ("INT_LMS_Workers", {"format": "json"}, 400, "the prompt Location is required"),
        ("INT_LMS_Locations", {"format": "json", "Colour": "red"}, 400, "unknown prompt: Colour"),
        ("INT_LMS_Locations", {"format": "xml"}, 400, "format must be json"),
        (
            "INT_LMS_Learning_Records",
            {"format": "json", "Completed_From": "today"},
            400,
            "Completed_From must be a date YYYY-MM-DD",
        ),
    ],
)
def test_a_report_says_what_it_cannot_answer(
    reading: Sandbox, path: str, params: dict[str, str], status: int, error: str
) -> None:
    reply = reading.workday("GET", f"{REPORTS}/{path}", params=params)
    assert (reply.status_code, reply.json()) == (status, {"error": error})


def test_another_tenant_is_not_known(reading: Sandbox) -> None:
    assert reading.workday("GET", REPORTS.replace("lumen_sandbox", "other") + "/INT_LMS_Tenant").status_code == 404
    assert reading.workday("GET", STAFFING.replace("lumen_sandbox", "other") + "/workers").status_code == 404


def test_learning_records_by_completion_date_and_by_worker(reading: Sandbox) -> None:
    everything = reading.report("INT_LMS_Learning_Records")
    assert len(everything) == 40
    march = reading.report("INT_LMS_Learning_Records", Completed_From="2026-03-05", Completed_To="2026-03-05")
    assert {row["Completion_Date"] for row in march} == {"2026-03-05"}
    assert len(march) == 4
    two = reading.report("INT_LMS_Learning_Records", Worker=[wid(2), wid(3)])
    assert {row["Worker_WID"] for row in two} == {wid(2), wid(3)}
    assert sum(row["Rescinded"] == "1" for row in everything) == 1
    assert {("Overall_Score" in row) for row in everything} == {True, False}, "what is null is left out"
    assert reading.report("INT_LMS_Learning_Record_Count") == [{"Record_Count": "40"}]


def test_plain_reports_and_the_tenant(reading: Sandbox) -> None:
    assert [row["Location_ID"] for row in reading.report("INT_LMS_Locations")] == ["LOC-BER", "LOC-PAR"]
    tenant = reading.report("INT_LMS_Tenant")
    assert tenant == [{"Tenant": "lumen_sandbox", "Environment": "SANDBOX", "Tenant_Key": "lumen-sandbox-hris"}]


def test_a_report_above_the_limit_is_refused(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, raas_limit_bytes=2000) as small:
        reply = small.workday("GET", f"{REPORTS}/INT_LMS_Workers", params={"format": "json", "Location": "LOC-BER"})
        assert reply.status_code == 500
        assert "2 GB" in reply.json()["error"]
        assert small.report("INT_LMS_Locations")


def test_scenario_06_report_rows_in_another_order(tmp_path: Path) -> None:
    with sandbox_in(tmp_path, shuffle_seed=3) as shuffled:
        rows = shuffled.report("INT_LMS_Workers", Location="LOC-BER")
        wids = [row["Worker_WID"] for row in rows]
        assert wids != sorted(wids)
        assert set(wids) == {wid(number) for number in range(1, WORKERS + 1)}
        listed = [
            row["id"]
            for offset in (0, 20)
            for row in shuffled.rest("/workers", includeTerminatedWorkers="true", offset=offset)["data"]
        ]
        assert sorted(listed) == sorted(wids)
        assert listed != sorted(wids)


def test_the_rest_service_counts_workers_independently(reading: Sandbox) -> None:
    page = reading.rest("/workers", includeTerminatedWorkers="true", limit=1)
    assert (len(page["data"]), page["total"]) == (1, WORKERS)
    assert reading.rest("/workers")["total"] == WORKERS - 3
    assert len(reading.rest("/workers")["data"]) == 20
    assert [row["workerId"] for row in reading.rest("/workers", search="000004")["data"]] == ["000004"]


def test_a_worker_shows_the_job_in_force(reading: Sandbox) -> None:
    worker = reading.rest(f"/workers/{wid(3)}")
    assert worker["person"]["email"] == "worker3@lumen.example"
    assert worker["primaryJob"]["location"]["id"] == "LOC-PAR"
    assert worker["primaryJob"]["jobProfile"] == {"id": wid(5004), "descriptor": "Profile 4"}
    reply = reading.workday("GET", f"{STAFFING}/workers/{'f' * 32}")
    assert reply.status_code == 404
    assert set(reply.json()) == {"error", "errors"}


@pytest.mark.parametrize("params", [{"limit": "101"}, {"limit": "0"}, {"offset": "-1"}, {"limit": "x"}])
def test_rest_pages_have_limits(reading: Sandbox, params: dict[str, str]) -> None:
    reply = reading.workday("GET", f"{STAFFING}/workers", params=params)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["field"] == next(iter(params))


def test_profiles_and_organizations(reading: Sandbox) -> None:
    assert reading.rest("/jobProfiles")["total"] == 29
    everything = reading.rest("/jobProfiles", includeInactive="true", limit=100)
    assert (everything["total"], everything["data"][0]["code"]) == (30, "JP-1")
    organizations = reading.rest("/supervisoryOrganizations", includeInactive="true")
    assert [item["code"] for item in organizations["data"]] == ["SUP-1", "SUP-2", "SUP-3"]
    assert reading.rest(f"/jobProfiles/{wid(5001)}")["code"] == "JP-1"


def test_tokens_are_needed_and_credentials_checked(reading: Sandbox) -> None:
    url = reading.server.workday_url
    assert reading.http.get(f"{url}{STAFFING}/workers").json() == {"error": "invalid_token"}
    token = f"{url}/ccx/oauth2/lumen_sandbox/token"
    good = reading.server.credentials
    form = {"grant_type": "refresh_token", "refresh_token": "stale"}
    reply = reading.http.post(token, data=form, auth=("a", "b"))
    assert (reply.status_code, reply.json()) == (401, {"error": "invalid_client"})
    reply = reading.http.post(token, data=form, auth=(good.workday_client_id, good.workday_client_secret))
    assert (reply.status_code, reply.json()) == (400, {"error": "invalid_grant"})


def test_skill_items_are_added_and_the_same_call_twice_adds_twice(sandbox: Sandbox) -> None:
    path = f"{STAFFING}/workers/{wid(2)}/skillItems"
    body = {"skillItems": [{"skillName": "Welding", "skillItem": {"id": "SK-1"}, "remoteID": "tag 4"}]}
    for _ in range(2):
        reply = sandbox.workday("POST", path, json=body)
        assert reply.status_code == 201
        assert reply.json()["skillItems"][0]["skillItem"]["id"] == "SK-1"
    items = sandbox.rest(f"/workers/{wid(2)}/skillItems")
    assert items["total"] == 2
    assert len({item["id"] for item in items["data"]}) == 2
    rows = {row["Worker_WID"]: row for row in sandbox.report("INT_LMS_Workers", Location="LOC-BER")}
    assert rows[wid(2)]["Skills_group"] == [{"Skill_ID": "SK-1", "Skill_Name": "Welding"}] * 2


def test_the_report_says_a_skills_level_where_hr_has_one(sandbox: Sandbox) -> None:
    values = ("I-1", wid(2), "SK-1", "Welding", None, "Expert")
    sandbox.sql_write("insert into hris_skill_items values(?, ?, ?, ?, ?, ?)", *values)
    rows = {row["Worker_WID"]: row for row in sandbox.report("INT_LMS_Workers", Location="LOC-BER")}
    assert rows[wid(2)]["Skills_group"] == [{"Skill_ID": "SK-1", "Skill_Name": "Welding", "Skill_Level": "Expert"}]


@pytest.mark.parametrize(
    ("worker", "body", "status", "field"),
    [
        (wid(2), {}, 400, "skillItems"),
        (wid(2), {"skillItems": [{"skillItem": {"id": "SK-9"}}]}, 400, "skillItem"),
        ("f" * 32, {"skillItems": [{"skillItem": {"id": "SK-1"}}]}, 404, "ID"),
    ],
)
def test_a_senseless_skill_item_is_refused(
    sandbox: Sandbox, worker: str, body: dict[str, object], status: int, field: str
) -> None:
    reply = sandbox.workday("POST", f"{STAFFING}/workers/{worker}/skillItems", json=body)
    assert reply.status_code == status
    assert reply.json()["errors"][0]["field"] == field
    assert sandbox.sql("select count(*) from hris_skill_items") == [(2,)]


def fault_of(envelope: Element) -> tuple[str, str]:
    fault = envelope.find(f"{SOAP}Body/{SOAP}Fault")
    assert fault is not None
    return fault.findtext("faultcode", ""), fault.findtext("faultstring", "")


def test_a_learning_record_is_put_and_twice_makes_two(sandbox: Sandbox) -> None:
    data = learning_data(
        "C-002",
        wid(2),
        "2026-10-31",
        more="<wd:Overall_Course_Score>95</wd:Overall_Course_Score><wd:Expiration_Date>2028-10-31</wd:Expiration_Date>",
    )
    ids = set()
    for _ in range(2):
        status, envelope = sandbox.put_learning(data)
        assert status == 200
        path = f"{SOAP}Body/{BSVC}Put_Learning_Enrollment_Response/{BSVC}Learning_Enrollment_Reference/{BSVC}ID"
        reference = envelope.find(path)
        assert reference is not None
        assert reference.get(f"{BSVC}type") == "WID"
        ids.add(reference.text)
    assert len(ids) == 2
    rows = [row for row in sandbox.report("INT_LMS_Learning_Records", Worker=wid(2)) if row["Source"] == "Integration"]
    assert len(rows) == 2
    row = rows[0]
    assert (row["Learning_Content_ID"], row["Completion_Date"], row["Overall_Score"], row["Expiration_Date"]) == (
        "C-002", "2026-10-31", "95", "2028-10-31",
    )  # fmt: skip
    assert row["Recorded_Moment"].startswith("2026-11-02T13:00")
    assert row["Recorded_Moment"].endswith("-08:00"), "the system user runs in Pacific time"
    assert sandbox.report("INT_LMS_Learning_Record_Count") == [{"Record_Count": "42"}]


def test_a_record_is_rescinded(sandbox: Sandbox) -> None:
    rescind = "<wd:Rescind_Enrollment>true</wd:Rescind_Enrollment>"
    row = sandbox.report("INT_LMS_Learning_Records", Worker=wid(2))[0]
    status, _ = sandbox.put_learning(learning_data("C-001", wid(2), row["Completion_Date"], more=rescind))
    assert status == 200
    again = sandbox.report("INT_LMS_Learning_Records", Worker=wid(2))
    assert {r["Learning_Record_ID"]: r["Rescinded"] for r in again}[row["Learning_Record_ID"]] == "1"
    status, envelope = sandbox.put_learning(learning_data("C-001", wid(2), "1999-01-01", more=rescind))
    assert (status, fault_of(envelope)[0]) == (500, "SOAP-ENV:Client.validationError")


@pytest.mark.parametrize(
    ("case", "data", "complaint"),
    [
        ("worker", learning_data("C-002", "f" * 32, "2026-10-31"), "learner"),
        ("content", learning_data("C-999", wid(2), "2026-10-31"), "learning content"),
        ("date", learning_data("C-002", wid(2), "31/10/2026"), "not a date"),
        ("nothing", "", "Learning_Content_Reference"),
    ],
)
def test_a_senseless_learning_record_is_a_validation_fault(
    sandbox: Sandbox, case: str, data: str, complaint: str
) -> None:
    status, envelope = sandbox.put_learning(data)
    code, text = fault_of(envelope)
    assert (status, code) == (500, "SOAP-ENV:Client.validationError"), case
    assert complaint in text
    assert envelope.find(f".//{BSVC}Validation_Fault/{BSVC}Validation_Error/{BSVC}Message") is not None
    assert sandbox.report("INT_LMS_Learning_Record_Count") == [{"Record_Count": "40"}]


def test_ws_security_is_checked(sandbox: Sandbox) -> None:
    status, envelope = sandbox.put_learning(learning_data("C-002", wid(2), "2026-10-31"), password="wrong")
    assert (status, fault_of(envelope)) == (
        500, ("SOAP-ENV:Client.authenticationError", "invalid username or password"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"<not-closed>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
    ],
)
def test_broken_and_hostile_xml_is_a_fault(sandbox: Sandbox, body: bytes) -> None:
    reply = sandbox.http.post(sandbox.server.workday_url + LEARNING, content=body)
    assert reply.status_code == 500
    assert b"Processing_Fault" in reply.content
