"""Calls and replies as the handlers see them, and JSON in both directions.

A handler is a plain function `(World, Call) -> Reply`; `Problem` carries a reply out of any depth.
Not here: what any vendor's envelope or error looks like.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from lms_hris_pipeline.sandbox.api.world import World

try:
    import orjson
except ImportError:  # pragma: no cover - the sandbox only gets slower
    orjson = None  # type: ignore[assignment]

JSON_TYPE = "application/json; charset=utf-8"


def dump(value: object) -> bytes:
    """`value` as compact JSON bytes."""
    if orjson is not None:
        return orjson.dumps(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def load(text: bytes | str) -> Any:
    """The value of a JSON text; raises ValueError when it is none."""
    return orjson.loads(text) if orjson is not None else json.loads(text)


@dataclass(slots=True)
class Call:
    """One request, read completely. `path_values` are filled in by the router."""

    system: str
    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    headers: Mapping[str, str]
    path_values: Mapping[str, str] = field(default_factory=dict)

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def many(self, name: str) -> list[str]:
        """All values of a repeated query parameter, however the client spells a list: `x`, `x[]`, `x[0]`."""
        found = list(self.query.get(name, ()))
        for key, values in self.query.items():
            if key.startswith(name + "[") and key.endswith("]"):
                found.extend(values)
        return found

    def form(self) -> dict[str, str]:
        """The body as a form; of a repeated field the first value."""
        return {key: values[0] for key, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer."""

    status: int
    body: bytes
    media_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


class Problem(Exception):
    """Stop handling the call and answer `reply`."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status}")
        self.reply = reply


Handler = Callable[["World", Call], Reply]


def answer(value: object, status: int = 200) -> Reply:
    """A JSON reply."""
    return Reply(status, dump(value))


def like_true(value: object) -> bool:
    """A vendor's idea of true: true, 1, "1", "true"."""
    return value in (True, 1) or (isinstance(value, str) and value.lower() in {"1", "true"})
