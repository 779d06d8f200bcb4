"""The one HTTP client: tokens, retries, timeouts, call budget, and what an answer's status means.

Not here: any vendor's paths or bodies. Messages never hold bodies, tokens or addresses of people.
"""

from __future__ import annotations

import email.utils
import ipaddress
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from authlib.common.errors import AuthlibBaseError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from lms_hris_pipeline.connectors.budget import CallBudget
from lms_hris_pipeline.connectors.tokens import Grant, TokenSource
from lms_hris_pipeline.model.errors import (
    BadInput,
    ContractBroken,
    InDoubt,
    Permanent,
    QuotaExhausted,
    Refused,
    Transient,
)

AGAIN = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may go away by themselves."""

LONGEST_WAIT_SECONDS = 120.0
"""A longer `Retry-After` is the hourly quota speaking: better to stop and resume than to hold the night."""

TOKEN_LEEWAY_SECONDS = 30
"""A token is renewed this long before its end, so that it does not end under way."""

_BACKOFF = wait_random_exponential(multiplier=0.5, max=20)
_ADDRESS = re.compile(r"[^\s\"'<>]+@[^\s\"'<>]+")
Pairs = Sequence[tuple[str, str]]


class _Again(Exception):
    """This attempt failed in a way that may pass; `wait_seconds` is what the vendor asked for."""

    def __init__(self, what: str, status: int = 0, wait_seconds: float | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.wait_seconds = wait_seconds


def checked_base_url(url: str) -> str:
    """`url` without a trailing slash; plain http is taken for loopback hosts alone.

    Raises:
        BadInput: no URL, or plain http to another machine.
    """
    parsed = httpx.URL(url)
    if parsed.scheme == "https" and parsed.host:
        return url.rstrip("/")
    if parsed.scheme == "http" and _is_loopback(parsed.host):
        return url.rstrip("/")
    raise BadInput(f"{url!r} is no address for a vendor\n  Write https://<host>; plain http works for loopback only.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait from a `Retry-After` in seconds or as an HTTP date; None where it says nothing usable."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class VendorClient:
    """Calls to one vendor. Thread-safe: one pool, one token, one budget.

    Args:
        vendor: the vendor's name in messages.
        sleep: waits between attempts.
        transport: replaces the network in tests.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str,
        grant: Grant,
        *,
        budget: CallBudget,
        timeout_seconds: float = 60.0,
        max_attempts: int = 5,
        connections: int = 8,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.vendor = vendor
        self.base_url = checked_base_url(base_url)
        self.budget = budget
        self._max_attempts = max_attempts
        self._sleep = sleep
        timeout = httpx.Timeout(timeout_seconds, connect=min(10.0, timeout_seconds))
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.Client(
            base_url=self.base_url, timeout=timeout, limits=limits, transport=transport, trust_env=False
        )
        self._tokens = TokenSource(grant, self._post_form)
        self._token: Mapping[str, Any] | None = None
        self._token_guard = threading.Lock()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def sign_in(self) -> None:
        """Obtain a token now rather than with the first call.

        Raises:
            Permanent: the vendor gives none.
            Transient: the vendor cannot be reached.
        """
        self._authorization("")

    def get(self, endpoint: str, path: str, params: Pairs = (), *, about: str) -> Any:
        """The JSON answer to a GET; `about` names entity and page in messages.

        Raises:
            Transient: the vendor did not answer in `max_attempts` attempts.
            QuotaExhausted: the call quota is used up.
            ContractBroken: the answer is no JSON, or cut off.
            Refused: the vendor said no.
        """
        reply = self._retried("GET", endpoint, path, about, is_safe=True, is_write=False, params=params)
        return self._parsed(reply, about)

    def send(self, method: str, endpoint: str, path: str, body: object, *, about: str, is_idempotent: bool) -> Any:
        """The JSON answer to a write.

        Raises:
            InDoubt: it was sent and may or may not have been carried out. Idempotent writes are retried first.
            Refused: the vendor said no; nothing was written.
        """
        reply = self._retried(
            method,
            endpoint,
            path,
            about,
            is_safe=is_idempotent,
            is_write=True,
            content=orjson.dumps(body),
            headers={"content-type": "application/json"},
        )
        try:
            return orjson.loads(reply.content)
        except orjson.JSONDecodeError:
            raise InDoubt(f"{self.vendor}: the answer to {about} cannot be read\n  Read the target first.") from None

    def post_xml(self, endpoint: str, path: str, document: bytes, *, about: str) -> tuple[int, bytes]:
        """Status and body of a SOAP call; carries its own security, no token. Faults are the caller's to read."""
        reply = self._retried(
            "POST",
            endpoint,
            path,
            about,
            is_safe=False,
            is_write=True,
            with_token=False,
            answers_with=frozenset({500}),
            content=document,
            headers={"content-type": "text/xml; charset=utf-8"},
        )
        return reply.status_code, reply.content

    def _parsed(self, reply: httpx.Response, about: str) -> Any:
        try:
            return orjson.loads(reply.content)
        except orjson.JSONDecodeError:
            raise ContractBroken(
                f"{self.vendor}: the answer for {about} is no complete JSON ({len(reply.content)} bytes)\n"
                "  The body was cut off or is something else; run again: lms-hris nightly"
            ) from None

    def _retried(
        self,
        method: str,
        endpoint: str,
        path: str,
        about: str,
        *,
        is_safe: bool,
        is_write: bool,
        with_token: bool = True,
        answers_with: frozenset[int] = frozenset(),
        **request: Any,
    ) -> httpx.Response:
        def attempt() -> httpx.Response:
            self.budget.spend(endpoint, is_write=is_write)
            reply = self._once(method, path, about, is_safe=is_safe, with_token=with_token, **request)
            if reply.status_code == 401 and with_token:
                self.budget.spend(endpoint, is_write=is_write)
                stale = reply.request.headers.get("authorization", "")
                reply = self._once(method, path, about, is_safe=is_safe, with_token=True, stale=stale, **request)
            if reply.status_code in answers_with:
                return reply
            self._judge(reply, about, is_safe=is_safe)
            return reply

        reply: httpx.Response = self._persist(attempt, about)
        return reply

    def _persist(self, attempt: Callable[[], Any], about: str) -> Any:
        """Run an attempt until it works or gives up."""
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(self._max_attempts),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _Again as last:
            if last.status == 429:
                raise QuotaExhausted(
                    f"{self.vendor}: the call quota is used up ({about})\n  Resume later: lms-hris nightly"
                ) from None
            raise Transient(
                f"{self.vendor}: no good answer for {about} in {self._max_attempts} attempts; the last: {last}\n"
                "  Run again later: lms-hris nightly"
            ) from None

    def _once(
        self, method: str, path: str, about: str, *, is_safe: bool, with_token: bool, stale: str = "", **request: Any
    ) -> httpx.Response:
        headers = dict(request.pop("headers", {}))
        if with_token:
            headers["authorization"] = self._authorization(stale)
        try:
            return self._http.request(method, path, headers=headers, **request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Again(type(error).__name__) from None
        except httpx.RequestError as error:
            if is_safe:
                raise _Again(type(error).__name__) from None
            raise self._doubt(about, type(error).__name__) from None

    def _doubt(self, about: str, what: str) -> InDoubt:
        return InDoubt(
            f"{self.vendor}: {about} was sent and not answered ({what})\n"
            "  It may have been carried out: the target is read before anything is sent again."
        )

    def _judge(self, reply: httpx.Response, about: str, *, is_safe: bool) -> None:
        """Nothing for a success, else the error that fits."""
        status = reply.status_code
        if 200 <= status < 300:
            return
        if status in AGAIN:
            wait = parse_retry_after(reply.headers.get("retry-after"), datetime.now(UTC))
            if wait is not None and wait > LONGEST_WAIT_SECONDS:
                raise QuotaExhausted(
                    f"{self.vendor}: asks to wait {wait:.0f} s before {about}\n  Resume after that: lms-hris nightly"
                )
            if status in {429, 408} or is_safe:
                raise _Again(f"HTTP {status}", status, wait)
            raise self._doubt(about, f"HTTP {status}")
        if 300 <= status < 400:
            raise ContractBroken(f"{self.vendor}: {about} is answered by a redirection (HTTP {status})")
        if status in {401, 403}:
            raise Permanent(
                f"{self.vendor}: does not let this client do {about}: HTTP {status}{_reason(reply)}\n"
                "  Check the client's rights and secrets: lms-hris doctor"
            )
        raise Refused(f"{self.vendor}: refused {about}: HTTP {status}{_reason(reply)}")

    def _authorization(self, stale: str) -> str:
        """The header of a good token; buys a new one if none is held, it ends soon or it is the stale one."""
        with self._token_guard:
            token = self._token
            held = f"Bearer {token['access_token']}" if token else ""
            if (
                token is None
                or held == stale
                or token.get("expires_at", time.time() + 60)
                < (time.time() + min(TOKEN_LEEWAY_SECONDS, token.get("expires_in", 3600) / 10))
            ):
                self._token = self._buy_token()
                held = f"Bearer {self._token['access_token']}"
            return held

    def _buy_token(self) -> Mapping[str, Any]:
        def attempt() -> Mapping[str, Any]:
            try:
                return self._tokens.buy(self.base_url)
            except AuthlibBaseError as error:
                raise Permanent(
                    f"{self.vendor}: gives no access token ({error.error})\n"
                    "  Check the client's id and secret in the environment: lms-hris doctor"
                ) from None
            except (ValueError, httpx.HTTPStatusError):
                raise ContractBroken(f"{self.vendor}: the answer of the token endpoint holds no token") from None

        self.budget.spend("token")
        token: Mapping[str, Any] = self._persist(attempt, "an access token")
        return token

    def _post_form(self, url: str, form: str, headers: dict[str, str]) -> httpx.Response:
        """Post to the token endpoint; what may pass is tried again, a refusal is authlib's to read."""
        try:
            reply = self._http.post(url, content=form, headers=headers)
        except httpx.RequestError as error:
            raise _Again(type(error).__name__) from None
        if reply.status_code in AGAIN:
            self._judge(reply, "an access token", is_safe=True)
        return reply


def _wait(state: RetryCallState) -> float:
    """What the vendor asked for, else an exponential wait with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, _Again) else None
    return asked if asked is not None else _BACKOFF(state)


def _reason(reply: httpx.Response) -> str:
    """The vendor's words about a refusal, without addresses and at most 200 characters."""
    try:
        body = orjson.loads(reply.content)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(body, dict):
        return ""
    words = [str(body.get("name") or body.get("error") or "")]
    details = body.get("message") or body.get("errors") or []
    for detail in details if isinstance(details, list) else [details]:
        words.append(str(detail.get("message") or detail.get("error")) if isinstance(detail, dict) else str(detail))
    text = ": ".join(word for word in words if word)
    return f" ({mask_addresses(text)[:200]})" if text else ""


def mask_addresses(text: str) -> str:
    """A vendor's words without e-mail addresses."""
    return _ADDRESS.sub("<address>", text)
