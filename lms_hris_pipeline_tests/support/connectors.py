"""Readers and writers that reach a running sandbox, and a transport that answers from a table and records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from lms_hris_pipeline.connectors.docebo import DoceboReader, DoceboWriter, open_docebo
from lms_hris_pipeline.connectors.docebo.client import DoceboPlatform
from lms_hris_pipeline.connectors.workday import WorkdayReader, WorkdayWriter, open_workday
from lms_hris_pipeline.connectors.workday.client import WorkdayTenant
from lms_hris_pipeline.settings import ExtractSettings, HrisSettings, LmsSettings, QuotaSettings, Secrets
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox

TODAY = date(2026, 11, 2)
SECRETS = Secrets(
    workday_client_id="made-up-id",
    workday_client_secret="made-up-secret",
    workday_refresh_token="made-up-refresh",
    workday_soap_user="ISU_LMS@lumen_sandbox",
    workday_soap_password="made-up-password",
    docebo_client_id="made-up-id",
    docebo_client_secret="made-up-secret",
)


@dataclass
class Vendors:
    """Both vendors, through the connectors."""

    tenant: WorkdayTenant
    platform: DoceboPlatform
    slept: list[float] = field(default_factory=list)

    @property
    def hris(self) -> WorkdayReader:
        return WorkdayReader(self.tenant, today=TODAY)

    @property
    def lms(self) -> DoceboReader:
        return DoceboReader(self.platform)

    @property
    def hris_writer(self) -> WorkdayWriter:
        return WorkdayWriter(self.tenant)

    @property
    def lms_writer(self) -> DoceboWriter:
        return DoceboWriter(self.platform)


@contextmanager
def vendors_of(sandbox: Sandbox, *, quota: QuotaSettings | None = None, timeout: float = 20) -> Iterator[Vendors]:
    """Connectors to a running sandbox; waits between attempts are only noted."""
    c = sandbox.server.credentials
    secrets = Secrets(**{name: getattr(c, name) for name in Secrets.model_fields if hasattr(c, name)})
    with _opened(sandbox.server.workday_url, sandbox.server.docebo_url, secrets, quota, timeout) as vendors:
        yield vendors


@contextmanager
def vendors_over(answer: Callable[[httpx.Request], httpx.Response]) -> Iterator[Vendors]:
    """Connectors whose network is a function; tokens are answered here."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
        return answer(request)

    with _opened(
        "https://hris.example", "https://lms.example", SECRETS, None, 5, transport=httpx.MockTransport(handle)
    ) as vendors:
        yield vendors


@contextmanager
def _opened(
    workday_url: str, docebo_url: str, secrets: Secrets, quota: QuotaSettings | None, timeout: float, **client: Any
) -> Iterator[Vendors]:
    slept: list[float] = []
    budget = quota or QuotaSettings(enforce=False)
    extract = ExtractSettings(timeout_seconds=timeout, max_attempts=3)
    hris = HrisSettings(base_url=workday_url, tenant="lumen_sandbox")
    tenant = open_workday(hris, secrets, budget, extract, sleep=slept.append, **client)
    platform = open_docebo(LmsSettings(base_url=docebo_url), secrets, budget, extract, sleep=slept.append, **client)
    try:
        yield Vendors(tenant, platform, slept)
    finally:
        tenant.close()
        platform.close()
