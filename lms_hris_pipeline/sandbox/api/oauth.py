"""Access tokens of both vendors: how they are bought, and when they end.

Tokens live on the virtual clock and in memory: a restarted server knows none, as after an expiry.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import threading
from datetime import datetime, timedelta

from lms_hris_pipeline.sandbox.api.wire import Call, Reply, answer
from lms_hris_pipeline.sandbox.api.world import World


class TokenBook:
    """The valid tokens of one vendor."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._ends: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def issue(self, now: datetime) -> str:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._ends = {old: end for old, end in self._ends.items() if end > now}
            self._ends[token] = now + timedelta(seconds=self.seconds)
        return token

    def accepts(self, authorization: str, now: datetime) -> bool:
        """Whether a header `Authorization: Bearer …` is good now."""
        scheme, _, token = authorization.partition(" ")
        end = self._ends.get(token)
        return scheme.lower() == "bearer" and end is not None and now < end

    def expire_all(self) -> None:
        with self._lock:
            self._ends.clear()


def basic_credentials(authorization: str) -> tuple[str, str]:
    """User and password of a basic authorization header, or two empty texts."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def same(given: str, expected: str) -> bool:
    """Compared in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def workday_token(world: World, call: Call, book: TokenBook) -> Reply:
    """Workday: a refresh token, with the client's id and secret as basic authorization."""
    expected = world.credentials
    user, password = basic_credentials(call.headers.get("authorization", ""))
    if not (same(user, expected.workday_client_id) and same(password, expected.workday_client_secret)):
        return answer({"error": "invalid_client"}, 401)
    form = call.form()
    if form.get("grant_type") != "refresh_token":
        return answer({"error": "unsupported_grant_type"}, 400)
    if not same(form.get("refresh_token", ""), expected.workday_refresh_token):
        return answer({"error": "invalid_grant"}, 400)
    return answer(
        {
            "access_token": book.issue(world.now()),
            "token_type": "Bearer",
            "expires_in": book.seconds,
            "refresh_token": expected.workday_refresh_token,
        }
    )


def docebo_token(world: World, call: Call, book: TokenBook) -> Reply:
    """Docebo: client credentials, in the form or as basic authorization."""
    expected = world.credentials
    form = call.form()
    user, password = basic_credentials(call.headers.get("authorization", ""))
    user, password = form.get("client_id", user), form.get("client_secret", password)
    if form.get("grant_type") != "client_credentials":
        return answer({"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}, 400)
    if not (same(user, expected.docebo_client_id) and same(password, expected.docebo_client_secret)):
        return answer({"error": "invalid_client", "error_description": "The client credentials are invalid"}, 400)
    return answer(
        {
            "access_token": book.issue(world.now()),
            "expires_in": book.seconds,
            "token_type": "Bearer",
            "scope": "api",
            "refresh_token": None,
        }
    )
