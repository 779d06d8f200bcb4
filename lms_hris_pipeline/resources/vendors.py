"""Readers of the two systems, opened from settings and secrets, and closed after use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lms_hris_pipeline.connectors.docebo import DoceboReader, open_docebo
from lms_hris_pipeline.connectors.protocols import Reader
from lms_hris_pipeline.connectors.workday import WorkdayReader, open_workday
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.resources.night import Night
from lms_hris_pipeline.settings import Secrets

SYSTEMS = ("hris", "lms")


@contextmanager
def reading(night: Night, system: str) -> Iterator[Reader]:
    """The reader of `hris` or `lms` for this night.

    Raises:
        BadInput: secrets are missing, or an address is.
    """
    settings, secrets = night.settings, Secrets()
    missing = secrets.missing()
    if missing:
        raise BadInput(
            "These environment variables are not set:\n  "
            + "\n  ".join(missing)
            + "\n  They hold the vendors' credentials; `lms-hris doctor` checks them."
        )
    if system == "hris":
        tenant = open_workday(settings.hris, secrets, settings.quota, settings.extract)
        try:
            today = night.as_of.astimezone(settings.firm.zone).date()
            yield WorkdayReader(tenant, today=today, fields=settings.hris.fields)
        finally:
            tenant.close()
    else:
        platform = open_docebo(settings.lms, secrets, settings.quota, settings.extract)
        try:
            yield DoceboReader(platform, fields=settings.lms.fields)
        finally:
            platform.close()
