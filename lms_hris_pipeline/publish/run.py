"""One publication from settings and secrets: opens the writers, keeps their calls within the quota, closes them.

The entry for the shell and for Dagster. What is sent, and how it is proven, is `publisher`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lms_hris_pipeline.connectors.budget import CallBudget
from lms_hris_pipeline.connectors.docebo import DoceboWriter, open_docebo
from lms_hris_pipeline.connectors.docebo.client import VENDOR as DOCEBO
from lms_hris_pipeline.connectors.workday import WorkdayWriter, open_workday
from lms_hris_pipeline.connectors.workday.client import VENDOR as WORKDAY
from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.publish.bench import Certificates
from lms_hris_pipeline.publish.publisher import publish_approved
from lms_hris_pipeline.publish.summary import PublicationSummary
from lms_hris_pipeline.settings import Secrets, Settings

QUOTA_WINDOW = timedelta(hours=1)
"""Vendors count by the hour; calls are kept by clock hour, so up to two of them count: too many rather than too few."""


def publish_with(
    settings: Settings,
    secrets: Secrets,
    ledger: Ledger,
    *,
    clock: Callable[[], datetime],
    batch_id: str,
    active_accounts: int,
    skill_names: Mapping[str, str],
    certificates: Certificates | None = None,
    override_by: str | None = None,
    file: Path | None = None,
    told: Callable[[str, int], None] = lambda step, count: None,
    client: Mapping[str, Any] | None = None,
) -> PublicationSummary:
    """Publish what is approved to the vendors that the settings name; see `publish_approved`.

    What was called within the last hour and noted in the ledger counts against the quota; the calls made here are
    noted there in turn. The summary's calls are by system and endpoint.

    Args:
        certificates: day of expiry (YYYY-MM-DD, empty for never) by certification, by account, as the batch read
            them; without them merges wait.
        client: overrides arguments of the vendors' `VendorClient`.

    Raises:
        BadInput: secrets are missing, an address is unusable, or the override names nobody.
        Busy, WrongTenant, Transient, Permanent: see `publish_approved`.
    """
    missing = secrets.missing()
    if missing:
        raise BadInput(
            f"Secrets are missing: {', '.join(missing)}; nothing was sent\n  Set these environment variables."
        )
    with ExitStack() as stack:
        lms, hris = _Calls(ledger, "lms", settings, clock), _Calls(ledger, "hris", settings, clock)
        options, common = dict(client or {}), (secrets, settings.quota, settings.extract)
        platform = open_docebo(settings.lms, *common, **{**options, "budget": lms.budget})
        stack.callback(platform.close)
        tenant = open_workday(settings.hris, *common, **{**options, "budget": hris.budget})
        stack.callback(tenant.close)
        stack.callback(lms.note)
        stack.callback(hris.note)

        def heard(step: str, count: int) -> None:
            lms.note()
            hris.note()
            told(step, count)

        return publish_approved(
            ledger, DoceboWriter(platform), WorkdayWriter(tenant), settings=settings, clock=clock, batch_id=batch_id,
            active_accounts=active_accounts, skill_names=skill_names, certificates=certificates,
            override_by=override_by, file=file, told=heard, calls=lambda: {**lms.named(), **hris.named()},
        )  # fmt: skip


@dataclass(slots=True)
class _Calls:
    """One vendor's budget, and what of it the ledger knows already."""

    ledger: Ledger
    system: str
    settings: Settings
    clock: Callable[[], datetime]
    budget: CallBudget = field(init=False)
    _noted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        quota = self.settings.quota
        vendor, limit = {
            "lms": (DOCEBO, quota.lms_calls_per_hour),
            "hris": (WORKDAY, quota.hris_calls_per_hour),
        }[self.system]
        spent = sum(self.ledger.calls_since(self.system, self.clock() - QUOTA_WINDOW).values())
        # No reserve: it is what reading leaves for this. Its own reading, before and after, is part of publishing.
        self.budget = CallBudget(vendor, limit if quota.enforce else None, already=spent)

    def named(self) -> dict[str, int]:
        """Calls made here by system and endpoint."""
        return {f"{self.system} {endpoint}": count for endpoint, count in self.budget.counts().items()}

    def note(self) -> None:
        """Put the calls made since the last note into the ledger."""
        counts = self.budget.counts()
        new = {name: count - self._noted.get(name, 0) for name, count in counts.items()}
        new = {name: count for name, count in new.items() if count}
        if new:
            self.ledger.add_calls(self.system, new, now=self.clock())
        self._noted = counts
