"""Faults on demand: which call they hit, and what they do to its answer.

Added and removed over the control plane while the server runs. Here are the plan and the pure
transformations of an answer; waiting and breaking connections is the gate's work.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

from lms_hris_pipeline.sandbox.api.wire import Call, Reply, dump, load

KINDS = frozenset(
    {
        "429",
        "503",
        "500",
        "slow",
        "timeout",
        "timeout_after_commit",
        "duplicate_page",
        "missing_page",
        "cut_body",
        "token_expiry",
        "empty_200",
        "renamed_field",
        "dropped_field",
    }
)
ROW_LISTS = ("Report_Entry", "data", "items")
TOKEN_PATHS = ("/oauth2/token", "/ccx/oauth2/")
STATUS_KINDS = frozenset({"429", "503", "500"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to inject.

    Args:
        kind: one of KINDS.
        path: prefix of the paths it hits.
        method: only this method, or any when empty.
        query: only calls whose query holds this text (decoded `name=value`), or any when empty.
        nth: the first matching call it hits, counted from 1.
        times: how many matching calls from there on; None = all.
        retry_after: on 429 and 503: seconds to say in `Retry-After`, or None to say nothing.
        seconds: how long `slow` and the timeouts keep the caller waiting.
        field_name, new_name: what `renamed_field` and `dropped_field` change.
        cut: for `cut_body`: "body" ends the answer early and calls it complete, "connection" breaks it off.
    """

    kind: str
    path: str = "/"
    method: str = ""
    query: str = ""
    nth: int = 1
    times: int | None = 1
    retry_after: int | None = None
    seconds: float = 0.0
    field_name: str = ""
    new_name: str = ""
    cut: str = "body"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; there are {', '.join(sorted(KINDS))}")
        if self.kind in {"renamed_field", "dropped_field"} and not self.field_name:
            raise ValueError(f"{self.kind} needs 'field'")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError("'nth' and 'times' count from 1")

    @classmethod
    def from_wire(cls, wanted: dict[str, Any]) -> Fault:
        """A fault as the control plane takes it; raises ValueError naming what is wrong."""
        names = {"fault": "kind", "field": "field_name", "to": "new_name"}
        known = set(cls.__slots__)
        arguments: dict[str, Any] = {}
        for name, value in wanted.items():
            argument = names.get(name, name)
            if argument not in known:
                raise ValueError(f"a fault has no {name!r}")
            arguments[argument] = value
        if "kind" not in arguments:
            raise ValueError("'fault' is missing")
        arguments["kind"] = str(arguments["kind"])
        if isinstance(arguments.get("retry_after"), bool):
            arguments["retry_after"] = 1 if arguments["retry_after"] else None
        return cls(**arguments)

    def hits(self, call: Call) -> bool:
        """Whether this call is one of those that are counted."""
        if not call.path.startswith(self.path) or (self.method and self.method.upper() != call.method):
            return False
        if self.kind == "token_expiry" and call.path.startswith(TOKEN_PATHS):
            return False
        if self.kind in {"duplicate_page", "missing_page"} and page_number(call) < 2 and is_paged(call):
            return False
        return not self.query or self.query in "&".join(f"{k}={v}" for k, vs in call.query.items() for v in vs)


@dataclass(slots=True)
class Armed:
    """A fault with its count."""

    number: int
    fault: Fault
    seen: int = 0
    fired: int = 0


@dataclass(slots=True)
class FaultPlan:
    """The faults in force. Safe to use from several threads."""

    armed: list[Armed] = field(default_factory=list)
    _next: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _missing_from: dict[str, int] = field(default_factory=dict)

    def add(self, fault: Fault) -> int:
        with self._lock:
            number = self._next
            self._next += 1
            self.armed.append(Armed(number, fault))
            return number

    def clear(self) -> None:
        with self._lock:
            self.armed.clear()
            self._missing_from.clear()

    def strike(self, call: Call) -> list[Fault]:
        """Count this call and return the faults that hit it."""
        if not self.armed and not self._missing_from:
            return []
        with self._lock:
            struck = []
            for armed in self.armed:
                if not armed.fault.hits(call):
                    continue
                armed.seen += 1
                if armed.seen < armed.fault.nth:
                    continue
                if armed.fault.times is not None and armed.fired >= armed.fault.times:
                    continue
                armed.fired += 1
                struck.append(armed.fault)
            return struck

    def page_shift(self, call: Call, struck: list[Fault]) -> int:
        """By how many pages this call's answer is off: -1 for a page sent twice, +1 after a page was lost.

        A lost page shifts the rest of its loop as well, until the loop starts again at page 1.
        """
        kinds = {fault.kind for fault in struck}
        if "duplicate_page" in kinds:
            return -1
        if "missing_page" in kinds:
            self._missing_from[call.path] = page_number(call)
        lost = self._missing_from.get(call.path)
        if lost is None:
            return 0
        if page_number(call) < lost:
            del self._missing_from[call.path]
            return 0
        return 1


def is_paged(call: Call) -> bool:
    """Whether the call belongs to a list with pages; a custom report and a single object have none."""
    return "/customreport2/" not in call.path and ("page" in call.query or "offset" in call.query)


def page_number(call: Call) -> int:
    """The page asked for, from 1; for a list with offsets, as if pages were as long as `limit`."""
    if call.first("offset").isdecimal():
        limit = int(call.first("limit")) if call.first("limit").isdecimal() else 20
        return int(call.first("offset")) // max(limit, 1) + 1
    page = call.first("page", "1")
    return int(page) if page.isdecimal() else 1


def shift_page(call: Call, shift: int) -> Call:
    """The call that asks for a neighbouring page."""
    query = dict(call.query)
    if "offset" in query:
        limit = int(call.first("limit", "20"))
        query["offset"] = [str(max(0, int(call.first("offset")) + shift * limit))]
    else:
        query["page"] = [str(max(1, page_number(call) + shift))]
    return replace(call, query=query)


def spoil(reply: Reply, faults: list[Fault], asked_page: int | None) -> Reply:
    """The answer after the faults that change its body. `asked_page` = the page it claims to be, if shifted."""
    kinds = {fault.kind for fault in faults}
    changes_json = kinds & {"empty_200", "renamed_field", "dropped_field", "duplicate_page", "missing_page"}
    if reply.status < 400 and reply.media_type.startswith("application/json") and (changes_json or asked_page):
        value = load(reply.body)
        if asked_page is not None:
            value = _claim_page(value, asked_page)
        for fault in faults:
            value = _change(value, fault)
        reply = replace(reply, body=dump(value))
    if any(fault.kind == "cut_body" and fault.cut == "body" for fault in faults):
        reply = replace(reply, body=cut(reply.body))
    return reply


def cut(body: bytes) -> bytes:
    """The first half of a body, up to the end of some record: it stops in the middle of the array."""
    middle = len(body) // 2
    end = body.find(b"}", middle)
    return body[: end + 1] if 0 < end < len(body) - 2 else body[:middle]


def _claim_page(value: Any, page: int) -> Any:
    if isinstance(value, dict) and isinstance(value.get("data"), dict) and "current_page" in value["data"]:
        value["data"]["current_page"] = page
    return value


def _change(value: Any, fault: Fault) -> Any:
    if fault.kind == "empty_200":
        return _emptied(value)
    if fault.kind == "renamed_field":
        return _renamed(value, fault.field_name, fault.new_name or f"{fault.field_name}_New")
    if fault.kind == "dropped_field":
        return _renamed(value, fault.field_name, None)
    if fault.kind in {"duplicate_page", "missing_page"}:
        return _report_rows(value, fault.kind)
    return value


def _report_rows(value: Any, kind: str) -> Any:
    """A report has no pages: its last rows come twice, or not at all."""
    if isinstance(value, dict) and isinstance(value.get("Report_Entry"), list):
        rows = value["Report_Entry"]
        tail = max(1, len(rows) // 4)
        value["Report_Entry"] = [*rows, *rows[-tail:]] if kind == "duplicate_page" else rows[:-tail]
    return value


def _emptied(value: Any) -> Any:
    """The same envelope with no rows, as if there were none."""
    if not isinstance(value, dict):
        return [] if isinstance(value, list) else value
    if isinstance(value.get("Report_Entry"), list):
        return {"Report_Entry": []}
    if isinstance(value.get("data"), list):
        return {**value, "data": [], **({"total": 0} if "total" in value else {})}
    page = value.get("data")
    if isinstance(page, dict) and isinstance(page.get("items"), list):
        zeros = {name: 0 for name in ("count", "total_page_count", "total_count") if name in page}
        return {**value, "data": {**page, **zeros, "items": [], "has_more_data": False}}
    return {}


def _renamed(value: Any, old: str, new: str | None) -> Any:
    """Every object's key `old` becomes `new`, or goes away."""
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, item in value.items():
        if key != old:
            changed[key] = _renamed(item, old, new)
        elif new is not None:
            changed[new] = item
    return changed
