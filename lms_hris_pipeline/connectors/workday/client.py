"""Where Workday's services stand for a tenant, and the client that reaches them. No entity is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms_hris_pipeline.connectors.budget import CallBudget
from lms_hris_pipeline.connectors.http import VendorClient
from lms_hris_pipeline.connectors.protocols import Json, Params
from lms_hris_pipeline.connectors.tokens import Grant
from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.settings import ExtractSettings, HrisSettings, QuotaSettings, Secrets

VENDOR = "Workday"
STAFFING_VERSION = "v6"
LEARNING_VERSION = "v44.0"
REST_LIMIT = 100
"""Largest page of the REST services."""


@dataclass(frozen=True, slots=True)
class WorkdayTenant:
    """One tenant: its client, its paths and the SOAP user."""

    client: VendorClient
    tenant: str
    report_owner: str
    soap_user: str
    soap_password: str

    def __repr__(self) -> str:
        """Without the password."""
        return f"WorkdayTenant({self.tenant!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    @property
    def staffing(self) -> str:
        """Path of the REST service Staffing."""
        return f"/ccx/api/staffing/{STAFFING_VERSION}/{self.tenant}"

    @property
    def learning(self) -> str:
        """Path of the SOAP service Learning."""
        return f"/ccx/service/{self.tenant}/Learning/{LEARNING_VERSION}"

    def report_path(self, report: str) -> str:
        """Path of a custom report."""
        return f"/ccx/service/customreport2/{self.tenant}/{self.report_owner}/{report}"

    def read_report(self, report: str, prompts: Params = (), *, about: str) -> list[Json]:
        """All rows of a custom report.

        Raises:
            ContractBroken: the answer has no list `Report_Entry`.
        """
        body = self.client.get(report, self.report_path(report), (("format", "json"), *prompts), about=about)
        return self._rows(body, "Report_Entry", about)

    def read_rest(self, endpoint: str, path: str, params: Params, *, about: str) -> tuple[list[Json], int]:
        """One page of a REST list and its total.

        Raises:
            ContractBroken: the answer has no `data` or no `total`.
        """
        body = self.client.get(endpoint, path, params, about=about)
        rows = self._rows(body, "data", about)
        total = body.get("total")
        if not isinstance(total, int):
            raise ContractBroken(f"{VENDOR}: the answer for {about} has no 'total'")
        return rows, total

    @staticmethod
    def _rows(body: Any, name: str, about: str) -> list[Json]:
        rows = body.get(name) if isinstance(body, dict) else None
        if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
            raise ContractBroken(f"{VENDOR}: the answer for {about} has no list '{name}' of objects")
        return rows


def open_workday(
    hris: HrisSettings, secrets: Secrets, quota: QuotaSettings, extract: ExtractSettings, **client: Any
) -> WorkdayTenant:
    """A tenant as the settings name it; nothing is sent yet. `client` overrides arguments of `VendorClient`.

    Raises:
        BadInput: the address is unusable.
    """
    budget = CallBudget(VENDOR, quota.hris_calls_per_hour if quota.enforce else None, reserve_share=quota.reserve_share)
    grant = Grant(
        token_path=f"/ccx/oauth2/{hris.tenant}/token",
        client_id=secrets.workday_client_id,
        client_secret=secrets.workday_client_secret,
        refresh_token=secrets.workday_refresh_token,
    )
    options: dict[str, Any] = {
        "budget": budget,
        "timeout_seconds": extract.timeout_seconds,
        "max_attempts": extract.max_attempts,
        "connections": extract.threads + 2,
        **client,
    }
    return WorkdayTenant(
        client=VendorClient(VENDOR, hris.base_url, grant, **options),
        tenant=hris.tenant,
        report_owner=hris.report_owner,
        soap_user=secrets.workday_soap_user,
        soap_password=secrets.workday_soap_password,
    )
