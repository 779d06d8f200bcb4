"""What may be switched on the sandbox's vendors, and the throwaway credentials they accept.

Not here: faults (`faults`), which are added and removed while the server runs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

RAAS_LIMIT_BYTES = 2 * 1024**3
"""Workday refuses to answer a custom report larger than 2 GB."""

BATCH_LIMIT = 100
"""Most rows in one Docebo batch call."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The vendors' behaviour that a run may choose.

    Args:
        quota_per_hour: Docebo calls allowed in an hour of the virtual clock; None = no limit.
        quota_retry_after: whether the quota's 429 says `Retry-After`.
        seconds_per_call: how far one call moves the virtual clock.
        token_seconds: life of an access token, on the virtual clock.
        shuffle_seed: None = rows in the order of their ids; a number = each list in its own shuffled order.
        group_delay_minutes: how long an automatic group trails the field it follows.
        raas_limit_bytes: the largest report answered.
        tenant: the Workday tenant in every Workday path.
        hris_tenant_key, lms_tenant_key: what each system answers when asked which tenant it is.
        journal: keep the journal of requests.
    """

    quota_per_hour: int | None = None
    quota_retry_after: bool = True
    seconds_per_call: float = 0.2
    token_seconds: int = 3600
    shuffle_seed: int | None = None
    group_delay_minutes: int = 120
    raas_limit_bytes: int = RAAS_LIMIT_BYTES
    tenant: str = "lumen_sandbox"
    hris_tenant_key: str = "lumen-sandbox-hris"
    lms_tenant_key: str = "lumen-sandbox-lms"
    journal: bool = True

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> SandboxOptions:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets that open nothing but the sandbox: derived from a fixed word, so that two processes agree on them."""

    workday_tenant: str
    workday_client_id: str
    workday_client_secret: str
    workday_refresh_token: str
    workday_soap_user: str
    workday_soap_password: str
    docebo_client_id: str
    docebo_client_secret: str

    @classmethod
    def throwaway(cls, tenant: str) -> Credentials:
        """The credentials of the sandbox tenant `tenant`; the same on every call."""

        def made(purpose: str) -> str:
            return hashlib.sha256(f"sandbox-throwaway/{tenant}/{purpose}".encode()).hexdigest()[:32]

        return cls(
            workday_tenant=tenant,
            workday_client_id=made("workday-client-id"),
            workday_client_secret=made("workday-client-secret"),
            workday_refresh_token=made("workday-refresh-token"),
            workday_soap_user=f"ISU_LMS@{tenant}",
            workday_soap_password=made("workday-soap-password"),
            docebo_client_id=made("docebo-client-id"),
            docebo_client_secret=made("docebo-client-secret"),
        )
