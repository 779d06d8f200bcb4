"""The sandbox's Docebo against the vendor's specification of 2017, with what is known to be wrong in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lms_hris_pipeline.sandbox.api.apps import DOCEBO_WAYS
from lms_hris_pipeline_tests.support.paths import shared_data
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox, sandbox_in

OBJECTS_THAT_ARE_LISTS = {
    "ManageOrgchartIndexItems",
    "SkillSkillListItems",
    "ManageUserListEnrollmentsItems",
    "ManageUserListBadgesItems",
    "ManageUserListSubscriptionsItems",
    "ManageUserListTransactionsItems",
    "ManageUserViewAdditionalFields",
}
"""Defect: described as one object, sent as a list of them."""

LISTS_THAT_ARE_OBJECTS = {"LearnEnrollmentIndexData"}
"""Defect: described as a list, sent as one object."""

UNWRAPPED = {("post", "/manage/v1/user/batch")}
"""Defect: the rows of `data` are described without their envelope."""

MISSPELT = {
    "ManageUserIndexItems": {"firs_tname": "first_name", "field_1111": "field_1"},
    "ManageUserViewUserData": {"first_tname": "first_name"},
}
"""Defect: the name in the specification, and the one that is sent."""

NOT_SENT = {
    "LearnEnrollmentIndexItems": {
        "duration",
        "rating",
        "name",
        "slug_name",
        "type",
        "url",
        "can_enter",
        "is_new",
    },
}
"""Required by the specification for a learner's own page; the platform-wide list is taken to come without."""

NOT_ASKED = {
    "ManageUserUpdateSchema": {"password", "userid"},
    "ManageUserMassEditSchema": {"password"},
    "LearnEnrollmentBatchImportItems": {"active_until"},
    "LearnEnrollmentCreateSchema": {"enrollment_fields"},
}
"""Required by the specification; an update without a password leaves it alone."""

NOT_IN_2017 = {
    ("GET", "/audiences/v1/audience"),
    ("GET", "/manage/v1/group/{}/members"),
    ("POST", "/manage/v1/group/{}/members"),
    ("DELETE", "/manage/v1/group/{}/members"),
    ("GET", "/course/v1/courses"),
    ("GET", "/learn/v1/certification"),
    ("GET", "/learn/v1/certification/{}/users"),
    ("GET", "/manage/v1/tenant"),
}
"""Operations known from elsewhere, or unconfirmed."""

ADDED = {
    "ManageUserIndexItems": {
        "branches",
        "manager_id",
        "last_update",
        "timezone",
        *(f"field_{number}" for number in range(1, 10)),
    },
    "LearnEnrollmentIndexItems": {
        "username",
        "course_id",
        "course_code",
        "enrollment_date",
        "completion_date",
        "last_update",
        "owner",
        "archived",
    },
    "ManageOrgchartIndexItems": {"parent_id"},
    "SkillCoursesListSkillsItems": {"skill_id"},
}
"""Fields that the specification does not name, or names otherwise: known from elsewhere, or unconfirmed."""

TEXT_LEVELS = {"level"}
"""Described as a number, sent as a word."""

NULL_SIDES = {"ManageUserListEnrollmentsDestination", "ManageUserListEnrollmentsSource"}
"""Described as an object; null where that account is not enrolled."""

OPEN_LISTS = {"ManageUserBatchResponseL2"}
"""Described as a list of nothing known: an empty list after a refusal, an object after a success."""

MOMENT = r"^(\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|0000-00-00 00:00:00)$"
JSON = "application/json"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@cache
def specification() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(shared_data("contracts", "docebo-2017.openapi.json").read_text())
    return loaded


def model(name: str) -> dict[str, Any]:
    found: dict[str, Any] = specification()["components"]["schemas"][name]
    return found


def mended(schema: dict[str, Any], name: str = "", *, is_answer: bool = True) -> dict[str, Any]:
    """A schema of the specification with the defects above mended; numbers may be digits, and values null."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        inner = mended(model(target), target, is_answer=is_answer)
        if target in NULL_SIDES:
            inner = {"anyOf": [{"type": "null"}, inner]}
        return {"type": "array", "items": inner} if target in OBJECTS_THAT_ARE_LISTS else inner
    kind = schema.get("type")
    if kind == "array":
        items = mended(schema.get("items", {}), name, is_answer=is_answer)
        target = schema.get("items", {}).get("$ref", "").rpartition("/")[2]
        if target in OPEN_LISTS:
            return {"type": ["array", "object"]}
        return items if target in LISTS_THAT_ARE_OBJECTS else {"type": "array", "items": items}
    if kind == "object" or "properties" in schema:
        misspelt = MISSPELT.get(name, {})
        left_out = NOT_SENT.get(name, set()) if is_answer else NOT_ASKED.get(name, set())
        fields = {
            misspelt.get(field, field): {}
            if field == "_links" or (field in TEXT_LEVELS)
            else mended(inner, name, is_answer=is_answer)
            for field, inner in schema.get("properties", {}).items()
        }
        required = [misspelt.get(field, field) for field in schema.get("required", []) if field not in left_out]
        return {"type": "object", "properties": fields, "required": required}
    if kind in {"integer", "number"}:
        return {"anyOf": [{"type": [kind, "boolean", "null"]}, {"type": "string"}]}
    if kind == "boolean":
        return {"enum": [True, False, None]}
    if kind == "string" and schema.get("format") == "date-time":
        return {"anyOf": [{"type": "null"}, {"type": "string", "pattern": MOMENT}]}
    if kind == "string":
        return {"type": ["string", "null", "integer"]}
    return {}


def check(schema: dict[str, Any], value: object) -> None:
    errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft202012Validator(schema).iter_errors(value)]
    assert not errors, errors[:5]


def answer_schema(method: str, path: str) -> dict[str, Any]:
    schema = specification()["paths"][path][method]["responses"]["200"]["content"][JSON]["schema"]
    inner = mended(schema)
    if (method, path) in UNWRAPPED:
        return {"type": "object", "properties": {"data": {"type": "array", "items": inner}}, "required": ["data"]}
    return inner


LISTS = [
    ("/manage/v1/user", "/manage/v1/user", "ManageUserIndexItems"),
    ("/manage/v1/user_fields", "/manage/v1/user_fields", "ManageUserfieldIndexItems"),
    ("/manage/v1/orgchart", "/manage/v1/orgchart", "ManageOrgchartIndexItems"),
    ("/learn/v1/enrollments", "/learn/v1/enrollments", "LearnEnrollmentIndexItems"),
    ("/skill/v1/skills", "/skill/v1/skills", "SkillSkillListItems"),
    ("/skill/v1/courses/{course_id}/skills", "/skill/v1/courses/1/skills", "SkillCoursesListSkillsItems"),
    (
        "/manage/v1/user/{user_id}/merge/{user_id_2}/enrollments",
        "/manage/v1/user/1/merge/2/enrollments",
        "ManageUserListEnrollmentsItems",
    ),
]


@pytest.mark.parametrize(("path", "actual", "item_model"), LISTS)
def test_lists_answer_as_specified(sandbox: Sandbox, path: str, actual: str, item_model: str) -> None:
    reply = sandbox.docebo("GET", actual, params={"page": 1, "page_size": 200, "get_total_count": 1})
    check(answer_schema("get", path), reply.json())
    items = reply.json()["data"]["items"]
    assert items
    misspelt = MISSPELT.get(item_model, {})
    named = {misspelt.get(name, name) for name in model(item_model)["properties"]}
    for item in items:
        assert set(item) - named <= ADDED.get(item_model, set())


@pytest.mark.parametrize("part", ["badges", "subscriptions", "transactions"])
def test_empty_merge_previews_answer_as_specified(sandbox: Sandbox, part: str) -> None:
    reply = sandbox.docebo("GET", f"/manage/v1/user/1/merge/2/{part}")
    check(answer_schema("get", f"/manage/v1/user/{{user_id}}/merge/{{user_id_2}}/{part}"), reply.json())


@pytest.mark.parametrize(
    ("path", "actual"),
    [
        ("/manage/v1/user/{user_id}", "/manage/v1/user/7"),
        ("/manage/v1/user/{user_id}/merge/{user_id_2}", "/manage/v1/user/1/merge/2"),
    ],
)
def test_single_objects_answer_as_specified(sandbox: Sandbox, path: str, actual: str) -> None:
    check(answer_schema("get", path), sandbox.docebo("GET", actual).json())


OPTIONS = {
    "change_user_password": False,
    "auto_assign_branch_to_pu": False,
    "update_user_info": True,
    "destination_branch": "",
    "ignore_password_change_for_existing_users": True,
    "branch_option": "existing",
}
WRITES: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "post",
        "/manage/v1/user/batch",
        "/manage/v1/user/batch",
        {"items": [{"username": "a@lumen.example", "active": True}, {"username": ""}], "options": OPTIONS},
    ),
    (
        "put",
        "/manage/v1/user/{id}",
        "/manage/v1/user/8",
        {"manager": 9, "additional_fields": [{"id": 4, "value": "x"}]},
    ),
    ("put", "/manage/v1/user/change_status", "/manage/v1/user/change_status", {"status": "0", "user_ids": [8, 9999]}),
    ("put", "/manage/v1/user/mass_edit", "/manage/v1/user/mass_edit", {"user_ids": [8, 9999], "manager": 7}),
    ("put", "/manage/v1/user/move_to_branch", "/manage/v1/user/move_to_branch", {"branch_ids": [2], "user_ids": [8]}),
    ("post", "/manage/v1/user", "/manage/v1/user", {"userid": "b@lumen.example", "password": "made-up"}),
    ("post", "/learn/v1/enrollments", "/learn/v1/enrollments", {"user_ids": [8], "course_ids": [9], "level": 3}),
    (
        "post",
        "/learn/v1/enrollment/batch",
        "/learn/v1/enrollment/batch",
        {
            "items": [
                {
                    "username": "user8@lumen.example",
                    "course_code": "C-008",
                    "status": "subscribed",
                    "enrollment_date": "2026-10-01 00:00:00",
                }
            ]
        },
    ),
    (
        "post",
        "/manage/v1/job",
        "/manage/v1/job",
        {
            "name": "n",
            "type": "import",
            "endpoint": "/manage/v1/user/batch",
            "method": "POST",
            "data_source": {"items": [{"username": "c@lumen.example"}], "options": OPTIONS},
            "chunk_size": 100,
        },
    ),
    ("put", "/manage/v1/user/{user_id}/merge/{user_id_2}", "/manage/v1/user/11/merge/12", {"change_data": {}}),
]


@pytest.mark.parametrize(("method", "path", "actual", "body"), WRITES, ids=[f"{w[0]} {w[1]}" for w in WRITES])
def test_writes_are_taken_and_answered_as_specified(
    sandbox: Sandbox, method: str, path: str, actual: str, body: dict[str, Any]
) -> None:
    operation = specification()["paths"][path][method]
    check(mended(operation["requestBody"]["content"][JSON]["schema"], is_answer=False), body)
    reply = sandbox.docebo(method.upper(), actual, json=body)
    assert reply.status_code == 200, reply.text
    check(answer_schema(method, path), reply.json())


def test_jobs_answer_as_specified(sandbox: Sandbox) -> None:
    body = {
        "name": "n",
        "type": "import",
        "endpoint": "/learn/v1/enrollment/batch",
        "method": "POST",
        "data_source": {"items": [{"username": "user9@lumen.example", "course_code": "C-008"}]},
    }
    job_hash = sandbox.data("POST", "/manage/v1/job", json=body)["job_descriptor"]["hash"]
    check(answer_schema("get", "/manage/v1/job/{hash}"), sandbox.docebo("GET", f"/manage/v1/job/{job_hash}").json())
    check(answer_schema("get", "/manage/v1/job"), sandbox.docebo("GET", "/manage/v1/job").json())
    stop = sandbox.docebo("PUT", f"/manage/v1/job/{job_hash}", json={"abort": True})
    check(answer_schema("put", "/manage/v1/job/{hash}"), stop.json())


def test_every_operation_is_in_the_specification_or_known_not_to_be() -> None:
    specified = {
        (method.upper(), re.sub(r"\{.*?\}", "{}", path))
        for path, methods in specification()["paths"].items()
        for method in methods
    }
    served = {(way.method, re.sub(r"\{.*?\}", "{}", way.path)) for way in DOCEBO_WAYS}
    assert served - specified == NOT_IN_2017


def test_the_known_defects_are_still_there() -> None:
    for name in OBJECTS_THAT_ARE_LISTS:
        assert model(name)["type"] == "object", name
    assert model("LearnEnrollmentIndexResponse")["properties"]["data"]["type"] == "array"
    assert "data" not in model("ManageUserBatchResponse")["properties"]
    for name, names in MISSPELT.items():
        assert set(names) <= set(model(name)["properties"]), name
    for name, left_out in {**NOT_SENT, **NOT_ASKED}.items():
        assert left_out <= set(model(name)["required"]), name
