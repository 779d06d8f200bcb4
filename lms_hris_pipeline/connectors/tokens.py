"""How an access token is bought with authlib, over whatever posts the request.

Not here: when a token is bought, retries, and the network itself (`http`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.client import OAuth2Client

Post = Callable[[str, str, dict[str, str]], Any]
"""Posts (URL, form, headers) and answers with a response that has `status_code`, `json` and `raise_for_status`."""


@dataclass(frozen=True, slots=True)
class Grant:
    """How access tokens are bought. The secrets never show in a representation.

    Args:
        token_path: path of the token endpoint.
        refresh_token: buys tokens with it when not empty, else with the client's own credentials.
        in_body: send the client's credentials in the form instead of as basic authorization.
    """

    token_path: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    in_body: bool = False


class _Exchange(OAuth2Client):  # type: ignore[misc]
    """authlib's client, posting through a function instead of a session of its own."""

    def _http_post(
        self, url: str, body: str = "", auth: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> Any:
        url, signed, form = auth.prepare("POST", url, dict(headers or {}), body)
        return self.session(url, form, signed)

    def _fetch_token(self, url: str, body: str = "", headers: Any = None, auth: Any = None, **_: Any) -> Any:
        return self.parse_response_token(self._http_post(url, body, auth, headers))


class TokenSource:
    """Buys tokens of one grant."""

    def __init__(self, grant: Grant, post: Post) -> None:
        self._grant = grant
        self._exchange = _Exchange(
            post,
            client_id=grant.client_id,
            client_secret=grant.client_secret,
            scope=grant.scope or None,
            token_endpoint_auth_method="client_secret_post" if grant.in_body else "client_secret_basic",
        )

    def buy(self, base_url: str) -> Mapping[str, Any]:
        """A fresh token: `access_token`, and `expires_at` in seconds since 1970 where the vendor says it.

        Raises:
            AuthlibBaseError: the vendor refuses the credentials.
            ValueError: the answer is no token.
        """
        url = base_url + self._grant.token_path
        if self._grant.refresh_token:
            token: Mapping[str, Any] = self._exchange.refresh_token(url, refresh_token=self._grant.refresh_token)
        else:
            token = self._exchange.fetch_token(url, grant_type="client_credentials")
        if not token.get("access_token"):
            raise ValueError("no access_token")
        return token
