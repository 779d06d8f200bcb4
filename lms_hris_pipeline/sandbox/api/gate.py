"""The door of each vendor's app: clock, faults, quota, authorization, one batch at a time, journal.

A pure ASGI wrapper around a FastAPI app. The app answers completely; the gate may spoil the answer,
delay it, or break the connection, as the faults in force demand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lms_hris_pipeline.sandbox.api.faults import STATUS_KINDS, Fault, FaultPlan, page_number, shift_page, spoil
from lms_hris_pipeline.sandbox.api.journal import Entry, Journal, utc_now
from lms_hris_pipeline.sandbox.api.oauth import TokenBook
from lms_hris_pipeline.sandbox.api.quota import ONE_AT_A_TIME, HourlyQuota, Turnstile
from lms_hris_pipeline.sandbox.api.wire import Call, Reply
from lms_hris_pipeline.sandbox.api.world import World

CALL_KEY = "sandbox.call"
CONTROL_PREFIX = "/_sandbox"
PIECE_BYTES = 1 << 20
"""Large answers are sent in pieces, so that the server does not copy them as a whole."""
FAULT_STATUS_NAMES = {"429": "TooManyRequests", "503": "ServiceUnavailable", "500": "InternalServerError"}


@dataclass(frozen=True, slots=True)
class Manners:
    """How one vendor refuses.

    Args:
        error: makes the vendor's error body for (status, name, message).
        open_paths: prefixes that need no bearer token.
        unauthorized: the vendor's 401.
    """

    error: Callable[[int, str, str], Reply]
    open_paths: tuple[str, ...]
    unauthorized: Reply


class Gate:
    """Wraps a vendor's app. One per vendor; the world, faults and journal are shared."""

    def __init__(
        self,
        app: ASGIApp,
        system: str,
        world: World,
        *,
        faults: FaultPlan,
        journal: Journal,
        tokens: TokenBook,
        quota: HourlyQuota | None,
        manners: Manners,
    ) -> None:
        self.app = app
        self.system = system
        self.world = world
        self.faults = faults
        self.journal = journal
        self.tokens = tokens
        self.quota = quota
        self.manners = manners
        self.turnstile = Turnstile()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        call = await read_call(self.system, scope, receive)
        now = self.world.tick(self.world.options.seconds_per_call)
        struck = self.faults.strike(call)
        reply = self._refuse(call, now, struck) or await self._serve(call, scope, struck)
        wait, breaks = _connection_faults(struck)
        status = 0 if breaks == "silent" else reply.status
        fault = ",".join(sorted({fault.kind for fault in struck}))
        elapsed = (time.perf_counter() - started) * 1000
        self.journal.add(Entry(now, call, status, len(reply.body) if status else 0, fault, elapsed, utc_now()))
        if wait:
            await asyncio.sleep(wait)
        if breaks:
            await break_off(reply if breaks == "half" else None, send)
        else:
            await send_reply(reply, send)

    def _refuse(self, call: Call, now: Any, struck: list[Fault]) -> Reply | None:
        """The answer to a call that does not get as far as the app."""
        for fault in struck:
            if fault.kind in STATUS_KINDS:
                refusal = self.manners.error(int(fault.kind), FAULT_STATUS_NAMES[fault.kind], "Try again later")
                return _retry_after(refusal, fault.retry_after)
            if fault.kind == "timeout":
                return Reply(504, b"")  # never sent: the connection is closed, and nothing was done
            if fault.kind == "token_expiry":
                self.tokens.expire_all()
        if call.path.startswith(self.manners.open_paths):
            return None
        if self.quota is not None:
            wait = self.quota.take(now)
            if wait is not None:
                refusal = self.manners.error(429, "TooManyRequests", "The hourly number of calls is used up")
                return _retry_after(refusal, wait if self.world.options.quota_retry_after else None)
        if not self.tokens.accepts(call.headers.get("authorization", ""), now):
            return self.manners.unauthorized
        return None

    async def _serve(self, call: Call, scope: Scope, struck: list[Fault]) -> Reply:
        """Let the app answer, one at a time where the vendor insists on it."""
        shift = self.faults.page_shift(call, struck)
        asked_page = page_number(call) if shift else None
        asked = shift_page(call, shift) if shift and "/customreport2/" not in call.path else call
        if self.system == "docebo" and (call.method, call.path) in ONE_AT_A_TIME:
            if not self.turnstile.enter():
                return self.manners.error(503, "ServiceUnavailable", "Another batch or branch call is running")
            try:
                reply = await self._answer(asked, scope, struck)
            finally:
                self.turnstile.leave()
        else:
            reply = await self._answer(asked, scope, struck)
        return spoil(reply, struck, asked_page)

    async def _answer(self, call: Call, scope: Scope, struck: list[Fault]) -> Reply:
        reply = await collect(self.app, {**scope, CALL_KEY: call})
        for fault in struck:
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
        return reply


def _connection_faults(struck: list[Fault]) -> tuple[float, str]:
    """(seconds to wait, how to break the connection off: "" not, "silent" with no answer, "half" within it)."""
    wait, breaks = 0.0, ""
    for fault in struck:
        if fault.kind in {"timeout", "timeout_after_commit"}:
            wait, breaks = wait + fault.seconds, "silent"
        if fault.kind == "cut_body" and fault.cut == "connection":
            breaks = "half"
    return wait, breaks


def _retry_after(reply: Reply, seconds: int | None) -> Reply:
    return reply if seconds is None else replace(reply, headers=(*reply.headers, ("retry-after", str(seconds))))


async def read_call(system: str, scope: Scope, receive: Receive) -> Call:
    """The whole request."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return Call(
        system=system,
        method=scope["method"],
        path=scope["path"],
        query=parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True),
        body=b"".join(chunks),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
    )


async def collect(app: ASGIApp, scope: Scope) -> Reply:
    """An app's complete answer."""
    start: Message = {}
    chunks: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in start.get("headers", [])]
    media_type = next((value for name, value in headers if name == "content-type"), "")
    kept = tuple((k, v) for k, v in headers if k not in {"content-type", "content-length"})
    return Reply(start["status"], b"".join(chunks), media_type, kept)


async def send_reply(reply: Reply, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": _raw_headers(reply)})
    body = reply.body
    for start in range(0, max(len(body), 1), PIECE_BYTES):
        end = start + PIECE_BYTES
        piece = body if len(body) <= PIECE_BYTES else body[start:end]
        await send({"type": "http.response.body", "body": piece, "more_body": end < len(body)})


def _raw_headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    headers = [("content-type", reply.media_type), ("content-length", str(len(reply.body))), *reply.headers]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def break_off(half_of: Reply | None, send: Send) -> None:
    """Close the connection: without a word, or after half of an answer."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("the server does not give its connections away: it cannot break one off")
    if half_of is not None:
        await send({"type": "http.response.start", "status": half_of.status, "headers": _raw_headers(half_of)})
        half = half_of.body[: len(half_of.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.05)
    transport.close()
    # The server notices the closed connection in its next turn, and then asks for no answer any more.
    await asyncio.sleep(0.05)
