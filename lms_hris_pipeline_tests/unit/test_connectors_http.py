"""The client's answers to statuses, tokens, waits and addresses; no network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from lms_hris_pipeline.connectors.budget import CallBudget
from lms_hris_pipeline.connectors.http import VendorClient, checked_base_url, parse_retry_after
from lms_hris_pipeline.connectors.tokens import Grant
from lms_hris_pipeline.model.errors import (
    BadInput,
    ContractBroken,
    InDoubt,
    Permanent,
    QuotaExhausted,
    Refused,
    Transient,
)

NOW = datetime(2026, 11, 2, 21, tzinfo=UTC)
GRANT = Grant("/token", "id", "made-up-secret")


class Vendor:
    """A vendor that answers from a list and counts."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []
        self.slept: list[float] = []
        self.tokens = 0

    def client(self, grant: Grant = GRANT, calls_per_hour: int | None = None) -> VendorClient:
        return VendorClient(
            "Vendor",
            "https://vendor.example",
            grant,
            budget=CallBudget("Vendor", calls_per_hour),
            max_attempts=3,
            sleep=self.slept.append,
            transport=httpx.MockTransport(self.handle),
        )

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.tokens += 1
            body = {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 3600}
            return httpx.Response(200, json=body)
        self.seen.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(body: object = None) -> httpx.Response:
    return httpx.Response(200, json=body if body is not None else {"fine": True})


def get(vendor: Vendor) -> object:
    return vendor.client().get("list", "/list", about="users, page 2")


def post(vendor: Vendor, *, is_idempotent: bool = False) -> object:
    return vendor.client().send("POST", "batch", "/batch", {}, about="a batch", is_idempotent=is_idempotent)


@pytest.mark.parametrize("passing", [408, 429, 500, 502, 503, 504])
def test_statuses_that_pass_are_tried_again(passing: int) -> None:
    vendor = Vendor(httpx.Response(passing), ok())
    assert get(vendor) == {"fine": True}
    assert len(vendor.slept) == 1


@pytest.mark.parametrize("error", [httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.RemoteProtocolError("x")])
def test_network_errors_of_reads_are_tried_again(error: Exception) -> None:
    assert get(Vendor(error, ok())) == {"fine": True}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(400, json={"error": "bad"}), Refused),
        (httpx.Response(404), Refused),
        (httpx.Response(403), Permanent),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), ContractBroken),
        (httpx.Response(200, content=b'{"a": [1,'), ContractBroken),
        (httpx.Response(429, headers={"retry-after": "1800"}), QuotaExhausted),
    ],
)
def test_what_is_not_tried_again(answer: httpx.Response, expected: type[Exception]) -> None:
    vendor = Vendor(answer)
    with pytest.raises(expected, match="users, page 2"):
        get(vendor)
    assert vendor.slept == []


def test_attempts_are_bounded() -> None:
    vendor = Vendor(*[httpx.Response(503)] * 3)
    with pytest.raises(Transient, match=r"users, page 2 in 3 attempts; the last: HTTP 503"):
        get(vendor)
    with pytest.raises(QuotaExhausted):
        get(Vendor(*[httpx.Response(429)] * 3))


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(500), httpx.ReadTimeout("x")])
def test_a_write_without_an_answer_is_in_doubt_and_sent_once(answer: httpx.Response | Exception) -> None:
    vendor = Vendor(answer)
    with pytest.raises(InDoubt):
        post(vendor)
    assert len(vendor.seen) == 1


def test_a_write_that_never_left_or_was_turned_away_is_sent_again() -> None:
    assert post(Vendor(httpx.ConnectError("x"), ok())) == {"fine": True}
    assert post(Vendor(httpx.Response(429), ok())) == {"fine": True}
    assert post(Vendor(httpx.Response(503), ok()), is_idempotent=True) == {"fine": True}


def test_scenario_34_one_new_token_after_401_then_an_end() -> None:
    vendor = Vendor(httpx.Response(401), ok())
    assert get(vendor) == {"fine": True}
    assert [r.headers["authorization"] for r in vendor.seen] == ["Bearer t1", "Bearer t2"]
    twice = Vendor(httpx.Response(401), httpx.Response(401))
    with pytest.raises(Permanent):
        get(twice)
    assert twice.tokens == 2


@pytest.mark.parametrize(
    ("grant", "form", "has_basic"),
    [
        (Grant("/token", "id", "s", refresh_token="r"), "grant_type=refresh_token&refresh_token=r", True),
        (Grant("/token", "id", "s", scope="api", in_body=True), "client_id=id", False),
    ],
)
def test_tokens_are_bought_as_the_vendor_wants(grant: Grant, form: str, has_basic: bool) -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t", "token_type": "Bearer"})

    client = VendorClient(
        "V", "https://v.example", grant, budget=CallBudget("V", None), transport=httpx.MockTransport(handle)
    )
    client.get("x", "/x", about="x")
    assert form in seen[0].content.decode()
    assert seen[0].headers.get("authorization", "").startswith("Basic") == has_basic
    assert "'s'" not in repr(grant)


def test_refused_credentials_say_so_without_the_secret() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": "invalid_client"})

    client = VendorClient(
        "V", "https://v.example", GRANT, budget=CallBudget("V", None), transport=httpx.MockTransport(handle)
    )
    with pytest.raises(Permanent, match="invalid_client") as refused:
        client.get("x", "/x", about="x")
    assert "made-up-secret" not in str(refused.value)


def test_messages_hold_no_addresses() -> None:
    answer = httpx.Response(400, json={"name": "Bad", "message": [{"id": "e", "message": "a@lumen.example is taken"}]})
    with pytest.raises(Refused) as refused:
        get(Vendor(answer))
    assert "<address> is taken" in str(refused.value)
    assert "lumen" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://x.example", True),
        ("http://127.0.0.1:8000/", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://x.example", False),
        ("http://127.0.0.1.example", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_plain_http_is_for_loopback_alone(url: str, is_good: bool) -> None:
    if is_good:
        assert not checked_base_url(url).endswith("/")
    else:
        with pytest.raises(BadInput):
            checked_base_url(url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 02 Nov 2026 21:00:30 GMT", 30.0),
        ("Mon, 02 Nov 2026 20:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_the_budget_stops_reading_before_writing_and_starts_anew_by_the_hour() -> None:
    now = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    budget = CallBudget("V", 10, reserve_share=0.2, clock=clock)
    for _ in range(8):
        budget.spend("list")
    assert budget.left == 0
    with pytest.raises(QuotaExhausted, match="60 min"):
        budget.spend("list")
    budget.spend("batch", is_write=True)
    now[0] = 3600.0
    assert budget.left == 8
    budget.spend("list")
    assert budget.counts() == {"batch": 1, "list": 9}
