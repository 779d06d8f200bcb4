"""`lms-hris sandbox fault`: faults of a running sandbox, switched over its control plane.

Not here: what a fault does; the sandbox says what kinds there are and refuses what cannot be meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from lms_hris_pipeline.cli.terminal import say, show_table
from lms_hris_pipeline.model.errors import BadInput, Transient
from lms_hris_pipeline.settings import load_settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS = 10
CUTS = ("body", "connection")
_CALLS: Mapping[object, str] = {None: "every matching call", 1: "one matching call"}
_SHOWN = ("path", "method", "query", "nth", "retry_after", "seconds", "field_name", "new_name", "cut")
_DEFAULTS: Mapping[str, object] = {"path": "/", "nth": 1, "seconds": 0.0, "cut": "body"}


def run_list_faults(url: str) -> None:
    """Print the faults that are armed, how many calls each has seen and how many it hit."""
    faults = _ask(url, "GET")["faults"]
    if not faults:
        say("No fault is armed.")
        return
    rows = [
        (
            fault["id"],
            fault["kind"],
            ", ".join(f"{name} {fault[name]}" for name in _SHOWN if fault[name] not in ("", None, _DEFAULTS.get(name))),
            "every one" if fault["times"] is None else fault["times"],
            fault["seen"],
            fault["fired"],
        )
        for fault in faults
    ]
    show_table(("fault", "kind", "where and how", "times", "calls seen", "calls hit"), rows)


def run_set_fault(url: str, wanted: Mapping[str, object]) -> None:
    """Arm a fault; what is None or empty in `wanted` has the sandbox's default, but for `times`, where None is every call.

    Raises:
        BadInput: there is no such fault, or it needs something else.
    """
    said = {name: value for name, value in wanted.items() if name == "times" or value not in (None, "")}
    if wanted.get("cut") not in (None, "", *CUTS):
        raise BadInput(f"A body is not cut by {wanted['cut']!r}\n  Write --cut {' or --cut '.join(CUTS)}.")
    number = _ask(url, "POST", said)["id"]
    times = wanted.get("times")
    say(f"Fault {number} is armed: {wanted['fault']}, {_CALLS.get(times, f'{times} matching calls')}.")
    say("It is on until it is used up, until `lms-hris sandbox fault clear`, or until the sandbox stops.")


def run_clear_faults(url: str) -> None:
    """Disarm all faults."""
    _ask(url, "DELETE")
    say("No fault is armed.")


def _ask(url: str, method: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The control plane's answer.

    Raises:
        BadInput: no sandbox is named, the address is not the sandbox's, or it refuses what was asked.
        Transient: nobody answers there.
    """
    base = (url or load_settings().lms.base_url).rstrip("/")
    if not base:
        raise BadInput(
            "No running sandbox is named\n"
            "  Run `lms-hris sandbox serve` in another shell and export here what it prints, or write --url <Docebo's>."
        )
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise BadInput(
            f"{base} is not the sandbox: it answers on loopback alone\n  Faults are never set anywhere else."
        )
    data = None if body is None else json.dumps(body).encode()
    request = Request(  # noqa: S310 - http on loopback, held above
        f"{base}/_sandbox/faults", data=data, method=method, headers={"Content-Type": "application/json"}
    )
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except HTTPError as error:
        if error.code == 422:
            raise BadInput(f"The sandbox refuses the fault: {_detail(error)}") from None
        raise BadInput(
            f"{base} has no faults to switch (status {error.code})\n  Name the Docebo address of a running sandbox."
        ) from None
    except (URLError, TimeoutError, json.JSONDecodeError) as error:
        raise Transient(f"No sandbox answers at {base}: {error}\n  Start one: lms-hris sandbox serve") from None


def _detail(error: HTTPError) -> str:
    try:
        detail = json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"status {error.code}"
    return detail if isinstance(detail, str) else json.dumps(detail)
