"""The sandbox's Workday against the vendor's REST specification and the fault types of its WSDL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any
from xml.etree.ElementTree import tostring

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from lms_hris_pipeline.sandbox.api.apps import STAFFING as STAFFING_PATH
from lms_hris_pipeline.sandbox.api.apps import WORKDAY_WAYS
from lms_hris_pipeline_tests.support.paths import shared_data
from lms_hris_pipeline_tests.support.sandbox_api import LEARNING, STAFFING, Sandbox, learning_data, sandbox_in, wid

EXTRA_FIELDS = {
    "/jobProfiles": {"descriptor", "code", "jobFamilies", "managementLevel"},
    "/supervisoryOrganizations": {"manager", "superior"},
    "/workers/{ID}/skillItems": {"skillItem"},
    "/workers": set(),
}
"""What the specification does not name and tenants are taken to send all the same: unconfirmed."""

JSON = "application/json"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@cache
def specification() -> dict[str, Any]:
    text = shared_data("contracts", "workday-staffing-v6.openapi.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def without_shadows(node: Any) -> Any:
    """A schema beside a `$ref` under `allOf` is vendor decoration; nothing else is taken away."""
    if isinstance(node, list):
        return [without_shadows(item) for item in node]
    if isinstance(node, dict):
        return {key: without_shadows(item) for key, item in node.items() if key not in {"example", "examples"}}
    return node


def check(schema: dict[str, Any], value: object) -> None:
    whole = {**without_shadows(deepcopy(schema)), "components": without_shadows(specification()["components"])}
    errors = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft202012Validator(whole).iter_errors(value)]
    assert not errors, errors[:5]


def response_schema(path: str, method: str, status: str) -> dict[str, Any]:
    schema: dict[str, Any] = specification()["paths"][path][method]["responses"][status]["content"][JSON]["schema"]
    return schema


def properties(schema: dict[str, Any]) -> dict[str, Any]:
    """All properties of an object schema, through `$ref` and `allOf`."""
    if "$ref" in schema:
        target: Any = specification()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return properties(target)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= properties(part)
    return found


@pytest.mark.parametrize(
    ("path", "actual", "params"),
    [
        ("/workers", "/workers", {"includeTerminatedWorkers": "true", "limit": "30"}),
        ("/jobProfiles", "/jobProfiles", {"includeInactive": "true", "limit": "100"}),
        ("/supervisoryOrganizations", "/supervisoryOrganizations", {"includeInactive": "true"}),
        ("/workers/{ID}/skillItems", f"/workers/{wid(1)}/skillItems", {}),
    ],
)
def test_lists_answer_as_specified(sandbox: Sandbox, path: str, actual: str, params: dict[str, str]) -> None:
    named = {parameter["name"] for parameter in specification()["paths"][path]["get"]["parameters"]}
    assert set(params) <= named
    schema = response_schema(path, "get", "200")
    answer = sandbox.rest(actual, **params)
    check(schema, answer)
    assert answer["data"]
    items = properties(schema)["data"]["items"]
    for item in answer["data"]:
        assert set(item) - set(properties(items)) <= EXTRA_FIELDS[path]


@pytest.mark.parametrize("path", ["/workers/{ID}", "/jobProfiles/{ID}", "/supervisoryOrganizations/{ID}"])
def test_single_objects_answer_as_specified(sandbox: Sandbox, path: str) -> None:
    known = {"/workers/{ID}": wid(3), "/jobProfiles/{ID}": wid(5001), "/supervisoryOrganizations/{ID}": wid(7001)}
    check(response_schema(path, "get", "200"), sandbox.rest(path.replace("{ID}", known[path])))


def test_a_skill_item_is_taken_and_answered_as_specified(sandbox: Sandbox) -> None:
    path = "/workers/{ID}/skillItems"
    operation = specification()["paths"][path]["post"]
    body = {"skillItems": [{"skillName": "Welding", "skillItem": {"id": "Skill_ID=SK-1"}, "remoteID": "t"}]}
    check(operation["requestBody"]["content"][JSON]["schema"], body)
    reply = sandbox.workday("POST", f"{STAFFING}/workers/{wid(4)}/skillItems", json=body)
    assert reply.status_code == 201
    check(response_schema(path, "post", "201"), reply.json())


@pytest.mark.parametrize(
    ("path", "actual", "params", "status"),
    [
        ("/workers", "/workers", {"limit": "101"}, 400),
        ("/workers/{ID}", f"/workers/{'f' * 32}", {}, 404),
        ("/jobProfiles/{ID}", "/jobProfiles/none", {}, 404),
    ],
)
def test_errors_answer_as_specified(
    sandbox: Sandbox, path: str, actual: str, params: dict[str, str], status: int
) -> None:
    reply = sandbox.workday("GET", STAFFING + actual, params=params)
    assert reply.status_code == status
    assert reply.json()["error"]
    check(response_schema(path, "get", str(status)), reply.json())
    for error in reply.json()["errors"]:
        check({"$ref": "#/components/schemas/ERROR_MODEL_REFERENCE"}, error)


def test_every_rest_operation_is_in_the_specification() -> None:
    specified = {
        (method.upper(), re.sub(r"\{.*?\}", "{}", path))
        for path, methods in specification()["paths"].items()
        for method in methods
    }
    served = {
        (way.method, re.sub(r"\{.*?\}", "{}", way.path.removeprefix(STAFFING_PATH)))
        for way in WORKDAY_WAYS
        if way.path.startswith(STAFFING_PATH)
    }
    assert len(served) == 8
    assert served <= specified


@cache
def fault_schema() -> etree.XMLSchema:
    """The schema of the WSDL's types."""
    wsdl = etree.parse(str(shared_data("contracts", "workday-human-resources-v26.wsdl")))
    schema = wsdl.find(".//{http://www.w3.org/2001/XMLSchema}schema")
    assert schema is not None
    return etree.XMLSchema(etree.fromstring(etree.tostring(schema)))


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("Validation_Fault", None),
        ("Processing_Fault", b"<not-closed>"),
    ],
)
def test_soap_faults_carry_the_wsdls_fault_elements(sandbox: Sandbox, fault: str, body: bytes | None) -> None:
    if body is None:
        status, envelope = sandbox.put_learning(learning_data("C-999", wid(2), "2026-10-31"))
        assert status == 500
        root = etree.fromstring(tostring(envelope))
    else:
        root = etree.fromstring(sandbox.http.post(sandbox.server.workday_url + LEARNING, content=body).content)
    found = root.find(f".//{{urn:com.workday/bsvc}}{fault}")
    assert found is not None
    assert len(found)
    fault_schema().assertValid(etree.fromstring(etree.tostring(found, with_tail=False)))
