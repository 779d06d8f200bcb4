"""The sandbox's vendors without a network, and a publication that may be interrupted at any of its durable steps.

A call is carried out in the caller's thread and answered at once: two hundred times faster than a kill of real
processes, with the same state left behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from lms_hris_pipeline.ledger import Ledger, audit, open_ledger
from lms_hris_pipeline.publish import PublicationSummary, publish_with
from lms_hris_pipeline.sandbox.api import apps
from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.api.serving import Vendors
from lms_hris_pipeline.sandbox.store import open_company
from lms_hris_pipeline.settings import PublishSettings, Settings
from lms_hris_pipeline_tests.support.ledger import NOW
from lms_hris_pipeline_tests.support.publishing import BATCH, SKILL_NAMES, secrets_of, settings_for

HRIS, LMS = "https://hris.example", "https://lms.example"
TROUBLES = ("unreachable", "lost_request", "lost_answer", "429", "503", "500", "gateway", "cut", "expired", "late")
"""What may befall a call: it does not arrive, no answer comes back, the vendor is busy or broken, the answer is replaced
by an error or cut off after the vendor has done its work, the token has expired, the vendor does its work only when
nobody waits for the answer any more."""
LATE_BY = (2, 4, 6, 9)
"""So many calls later the vendor gets to a late one; which of them, its own number says."""

Hook = Callable[[str], None]
_COMPILED: dict[Any, Any] = {}
"""Statements compiled by one process are there for its forks."""


async def _at_once(function: Callable[..., Any], *given: Any) -> Any:
    return function(*given)


def answer_in_place() -> None:
    """Let the vendors' handlers run in the caller's thread. For processes of their own only."""
    apps.run_in_threadpool = _at_once  # type: ignore[assignment]


@dataclass
class Wire(httpx.BaseTransport):
    """Carries calls to the vendors in this process, with trouble where it is planned.

    Args:
        hook: hears of each write that a vendor carried out, before its answer is on its way.
        troubles: by number of the call, from 1.
    """

    vendors: Vendors
    hook: Hook
    troubles: Mapping[int, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    _late: list[tuple[int, httpx.Request]] = field(default_factory=list)

    def close(self) -> None:
        """The client has gone; the vendor still gets to what it has received."""
        self._catch_up(before=None)

    def _catch_up(self, before: int | None) -> None:
        due = [one for one in self._late if before is None or one[0] <= before]
        self._late = [one for one in self._late if one not in due]
        for _, request in due:
            self._carried_out(request)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_token = request.url.path.endswith("/token")
        trouble = ""
        if not is_token:
            self.calls.append(f"{request.method} {request.url.path}")
            trouble = self.troubles.get(len(self.calls), "")
            self._catch_up(before=len(self.calls))
        if trouble == "unreachable":
            raise httpx.ConnectError("made up", request=request)
        if trouble == "late":
            self._late.append((len(self.calls) + LATE_BY[len(self.calls) % len(LATE_BY)], request))
        if trouble in ("lost_request", "late"):
            raise httpx.ReadTimeout("made up", request=request)
        if trouble in ("429", "503", "500"):
            return httpx.Response(int(trouble), json={"message": ["busy"]}, request=request)
        if trouble == "expired" and "authorization" in request.headers:
            return httpx.Response(401, json={"message": ["expired"]}, request=request)
        status, headers, body = self._carried_out(request)
        if request.method != "GET" and not is_token:
            self.hook(f"{request.method} {request.url.path}")
        if trouble == "lost_answer":
            raise httpx.ReadTimeout("made up", request=request)
        if trouble == "gateway":
            return httpx.Response(502, content=b"", request=request)
        if trouble == "cut":
            return httpx.Response(status, content=body[: len(body) // 2], request=request)
        return httpx.Response(status, headers=headers, content=body, request=request)

    def _carried_out(self, request: httpx.Request) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        app = self.vendors.workday if request.url.host == "hris.example" else self.vendors.docebo
        content, answer, pieces = request.read(), {}, []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
            "scheme": "https", "path": request.url.path, "raw_path": request.url.raw_path,
            "query_string": request.url.query, "root_path": "", "client": ("127.0.0.1", 1), "server": ("sandbox", 443),
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.update(message)
            else:
                pieces.append(message.get("body", b""))

        running = app(scope, receive, send)
        try:
            running.send(None)
        except StopIteration:
            return answer["status"], list(answer["headers"]), b"".join(pieces)
        raise AssertionError("the vendor did not answer at once")


@dataclass
class Bench:
    """A company and a ledger in a folder, to be published to by as many processes as a test wants."""

    folder: Path
    hook: Hook = lambda event: None
    now: datetime = NOW
    settings: Settings = field(
        default_factory=lambda: settings_for(
            HRIS, LMS, publishing=PublishSettings(breaker_share=0.5, group_size=2, threads=1)
        )
    )

    def copy_to(self, folder: Path) -> Bench:
        """The same company and ledger, in a folder of their own."""
        folder.mkdir(parents=True)
        for name in ("company.sqlite", "ledger.sqlite", "ledger.sqlite.audit-head"):
            shutil.copy(self.folder / name, folder / name)
        return Bench(folder, now=self.now, settings=self.settings)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, opened."""
        opened = open_ledger(f"sqlite:///{self.folder / 'ledger.sqlite'}")
        opened._engine.update_execution_options(compiled_cache=_COMPILED)
        try:
            yield opened
        finally:
            opened.close()

    def publish(
        self,
        *,
        hook: Hook = lambda event: None,
        troubles: Mapping[int, str] | None = None,
        ledger: Ledger | None = None,
    ) -> tuple[PublicationSummary, list[str]]:
        """One publication, and the calls it made. `hook` hears of every step that outlives a kill."""
        with ExitStack() as stack:
            vendors = Vendors(self.folder, SandboxOptions(journal=False))
            stack.callback(vendors.close)
            wire = Wire(vendors, hook, troubles or {})
            opened = ledger or stack.enter_context(self.ledger())
            stack.enter_context(_heard(hook))
            summary = publish_with(
                self.settings, secrets_of(Credentials.throwaway("lumen_sandbox")), opened, clock=lambda: self.now,
                batch_id=BATCH, active_accounts=400, skill_names=SKILL_NAMES, certificates={},
                client={"transport": wire, "sleep": lambda seconds: None},
            )  # fmt: skip
            return summary, wire.calls

    def pass_time(self, minutes: int) -> None:
        """Let time pass at the firm."""
        self.now += timedelta(minutes=minutes)

    def state(self, ledger: Ledger) -> dict[str, Any]:
        """Everything that publication may change, at the vendors and in the ledger; accounts by user name."""
        company = open_company(self.folder)
        try:
            found: dict[str, Any] = {
                name: sorted(map(tuple, company.execute(query))) for name, query in _QUERIES.items()
            }
            names = {str(row[0]): row[1] for row in company.execute("select user_id, username from lms_users")}
        finally:
            company.close()
        deltas = ledger.deltas()
        found["links"] = sorted((names.get(learner), worker) for learner, worker in ledger.live_links().items())
        found["deltas"] = sorted((d.operation, d.target_key, str(d.desired), str(d.state)) for d in deltas)
        found["open attempts"] = [
            d.delta_id for d in deltas for attempt in ledger.attempts(d.delta_id) if not attempt["ended_at"]
        ]
        ledger.verify_audit()
        return found


@contextmanager
def _heard(hook: Hook) -> Iterator[None]:
    """Tell the hook of each commit of the ledger, before the anchor of its audit trail follows."""
    real = audit.write_anchor

    def write_anchor(file: Path, event_no: int, digest: str) -> None:
        hook("ledger")
        real(file, event_no, digest)

    audit.write_anchor = write_anchor
    try:
        yield
    finally:
        audit.write_anchor = real


_NAMED = "(select username from lms_users named where named.user_id = {})"
_QUERIES = {
    "accounts": "select username, firstname, lastname, email, status, branch_id,"
    f" ifnull({_NAMED.format('u.manager_id')}, ''), ifnull(field_1, ''), ifnull(field_3, ''), ifnull(field_5, ''),"
    " ifnull(field_6, '') from lms_users u",
    "enrolments": f"select {_NAMED.format('e.user_id')}, course_id, status, ifnull(completion_date, ''),"
    " ifnull(score, ''), owner, archived from lms_enrolments e",
    "members": f"select group_id, {_NAMED.format('m.user_id')} from lms_group_members m",
    "skills": "select wid, ifnull(skill_id, ''), skill_name from hris_skill_items",
    "records": "select wid, content_id, completion_date, ifnull(score, ''), rescinded from hris_learning_records",
    "certificates": f"select certification_id, {_NAMED.format('c.user_id')}, expire_date from lms_certificates c",
}
