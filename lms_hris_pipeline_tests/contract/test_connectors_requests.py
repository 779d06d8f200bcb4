"""What the connectors send, held against the vendors' own specifications; no sandbox is involved."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from lms_hris_pipeline.connectors.docebo.contracts import LISTS
from lms_hris_pipeline.connectors.protocols import LearningRecord
from lms_hris_pipeline.connectors.workday.contracts import REST
from lms_hris_pipeline.connectors.workday.soap import BSVC, WSSE, put_learning_envelope
from lms_hris_pipeline_tests.support.connectors import Vendors, vendors_over
from lms_hris_pipeline_tests.support.paths import shared_data

NOT_IN_2017 = {
    "/audiences/v1/audience",
    "/manage/v1/group/{}/members",
    "/course/v1/courses",
    "/learn/v1/certification",
    "/learn/v1/certification/{}/users",
    "/manage/v1/tenant",
}
"""Paths known from elsewhere, or unconfirmed."""

PAGING = {"page", "page_size", "get_total_count"}
ADDED_PARAMETERS = {
    "/manage/v1/user": {"filters[user_ids][]", "filters[usernames][]"},
    "/manage/v1/orgchart": PAGING,
    "/learn/v1/enrollments": PAGING | {"updated_from"},
}
"""Parameters that the specification does not name: unconfirmed, or known from elsewhere."""

NOT_SENT = {
    "ManageUserUpdateSchema": {"password", "userid"},
    "ManageUserMassEditSchema": {"password"},
    "LearnEnrollmentBatchImportItems": {"active_until"},
}
"""Required by the specification; a password that is sent would be set."""


@cache
def docebo() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(shared_data("contracts", "docebo-2017.openapi.json").read_text())
    return loaded


@cache
def workday() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(shared_data("contracts", "workday-staffing-v6.openapi.json").read_text())
    return loaded


def generic(path: str) -> str:
    return re.sub(r"\{.*?\}|(?<=/)\d+(?=/|$)", "{}", path)


@cache
def docebo_paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for path, methods in docebo()["paths"].items():
        paths.setdefault(generic(path), {}).update(methods)
    return paths


class Recorder:
    """Answers every request with an empty success and keeps it."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.method != "GET":
            rows = len(json.loads(request.content).get("items", ())) if b"items" in request.content else 0
            answer = [{"row_index": n, "success": True, "message": "", "response": []} for n in range(rows)]
            return httpx.Response(200, json={"data": answer, "skillItems": [{"id": "1"}]})
        data = {"items": [], "has_more_data": False, "total_page_count": 0, "total_count": 0, "current_page": 1}
        workday_rows = {"data": [], "total": 0}
        is_docebo = request.url.host == "lms.example"
        return httpx.Response(200, json={"data": data} if is_docebo else workday_rows)


def sent(act: Any) -> list[httpx.Request]:
    recorder = Recorder()
    with vendors_over(recorder) as vendors:
        act(vendors)
    assert recorder.seen
    return recorder.seen


def fields_of(schema: dict[str, Any]) -> tuple[str, dict[str, Any], set[str]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    body = docebo()["components"]["schemas"][name] if name else schema
    return name, body.get("properties", {}), set(body.get("required", ())) - NOT_SENT.get(name, set())


def check_body(schema: dict[str, Any], body: Any, where: str = "") -> None:
    """Every field sent is in the specification, every one required is sent; lists of objects are followed."""
    name, known, required = fields_of(schema)
    extra = {field for field in body if field not in known and not re.fullmatch(r"field_\d+", field)}
    assert extra == set(), f"{where}{name}: not in the specification"
    assert required - set(body) == set(), f"{where}{name}: required"
    for field, value in body.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            items = known[field].get("items", known[field])
            for element in value:
                check_body(items, element, f"{where}{field}/")


USER = {"username": "a@lumen.example", "firstname": "A", "lastname": "B", "email": "a@lumen.example", "active": True,
        "field_1": "000001"}  # fmt: skip
ENROLMENT = {"username": "a@lumen.example", "course_code": "C-1", "status": "completed", "level": "student",
             "enrollment_date": "2026-10-01 00:00:00", "completion_date": "2026-10-01 00:00:00", "score": "90"}  # fmt: skip

WRITES = {
    "create": lambda v: v.lms_writer.create_users([USER]),
    "update": lambda v: v.lms_writer.update_users([USER]),
    "rename": lambda v: v.lms_writer.put_user("8", {"userid": "b@lumen.example", "firstname": "B"}),
    "status": lambda v: v.lms_writer.change_status(["8"], is_active=False),
    "manager": lambda v: v.lms_writer.set_manager(["8"], "9"),
    "branch": lambda v: v.lms_writer.move_to_branch(["8"], "2"),
    "enrol": lambda v: v.lms_writer.enrol([ENROLMENT]),
    "merge": lambda v: v.lms_writer.merge("8", "9", ["3"]),
}


@pytest.mark.parametrize("name", WRITES)
def test_docebo_writes_are_as_specified(name: str) -> None:
    (request,) = sent(WRITES[name])
    operation = docebo_paths()[generic(request.url.path)][request.method.lower()]
    check_body(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(request.content))
    assert request.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("entity", sorted(LISTS))
def test_docebo_lists_are_asked_as_specified(entity: str) -> None:
    def read(vendors: Vendors) -> None:
        source = LISTS[entity]
        reader = vendors.lms
        if source.parent:
            reader.fetch(reader._part(entity, "s", 1, (), "3"))
        for part in () if source.parent else reader.plan(entity, "2026-11-01 00:00:00"):
            reader.fetch(part)

    for request in sent(read):
        path = generic(request.url.path)
        if path in NOT_IN_2017:
            assert path not in docebo_paths()
            continue
        known = {parameter["name"] for parameter in docebo_paths()[path]["get"].get("parameters", ())}
        assert set(request.url.params) - known <= ADDED_PARAMETERS.get(path, set())
        assert int(request.url.params["page_size"]) <= 200


def test_docebo_reads_back_in_lists_of_at_most_200_ids() -> None:
    ids = [str(n) for n in range(1, 402)]
    requests = sent(lambda v: v.lms_writer.read_users(ids=ids))
    assert [len(r.url.params.get_list("filters[user_ids][]")) for r in requests] == [200, 200, 1]
    requests = sent(lambda v: v.lms_writer.read_enrolments(["8"]))
    assert requests[0].url.params["id_user[]"] == "8"
    assert "id_user[]" in {p["name"] for p in docebo_paths()["/learn/v1/enrollments"]["get"]["parameters"]}


def test_docebo_batches_hold_at_most_100_rows() -> None:
    rows = [{**USER, "username": f"u{n}@lumen.example"} for n in range(250)]
    sizes = [len(json.loads(r.content)["items"]) for r in sent(lambda v: v.lms_writer.create_users(rows))]
    assert sizes == [100, 100, 50]


@pytest.mark.parametrize("entity", sorted(REST))
def test_workday_lists_are_asked_as_specified(entity: str) -> None:
    (request,) = sent(lambda v: [v.hris.fetch(part) for part in v.hris.plan(entity)])
    base = "/ccx/api/staffing/v6/lumen_sandbox"
    operation = workday()["paths"][request.url.path.removeprefix(base)]["get"]
    assert set(request.url.params) <= {parameter["name"] for parameter in operation["parameters"]} | {"includeInactive"}
    assert int(request.url.params["limit"]) <= 100


def test_workday_counts_workers_as_specified() -> None:
    (request,) = sent(lambda v: v.hris.independent_count("workers"))
    known = {parameter["name"] for parameter in workday()["paths"]["/workers"]["get"]["parameters"]}
    assert set(request.url.params) <= known


def test_workday_skill_writes_are_as_specified_and_come_after_a_read() -> None:
    read, write = sent(lambda v: v.hris_writer.add_skill("0" * 32, "SK-1", "Welding"))
    assert (read.method, write.method) == ("GET", "POST")
    assert read.url.path == write.url.path
    operation = workday()["paths"]["/workers/{ID}/skillItems"]["post"]
    schema = {
        **operation["requestBody"]["content"]["application/json"]["schema"],
        "components": workday()["components"],
    }
    faults = [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(write.content))]
    assert faults == []


def test_workday_learning_envelope() -> None:
    hostile = 'C-1"><wd:Rescind_Enrollment>1</wd:Rescind_Enrollment> & <x'
    record = LearningRecord("0" * 32, hostile, date(2026, 10, 1), score="90")
    root = etree.fromstring(put_learning_envelope(record, "user", "p&<w"))
    data = root.find(f".//{{{BSVC}}}Learning_Enrollment_Data")
    assert data is not None
    assert [etree.QName(child).localname for child in data] == [
        "Learning_Content_Reference",
        "Learner_Reference",
        "Registered_Date",
        "Learning_Enrollment_Completion_Date",
        "Overall_Course_Score",
    ]
    assert data[0][0].text == hostile
    assert data[0][0].get(f"{{{BSVC}}}type") == "Learning_Content_ID"
    assert root.findtext(f".//{{{WSSE}}}Password") == "p&<w"
