"""Reads Workday: workers by location, completions by date window, everything else whole or by page.

A custom report has no pages and answers at most 2 GB or 30 minutes, hence the splits; each split is a
part of its own. Not here: the contracts of the entities, and writing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from lms_hris_pipeline.connectors.protocols import EntityContract, Page, Params, Part
from lms_hris_pipeline.connectors.workday.client import REST_LIMIT, VENDOR, WorkdayTenant
from lms_hris_pipeline.connectors.workday.contracts import ENTITIES, REPORTS, REST, entity_contracts
from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.settings import WorkerFields

ROWS_A_WINDOW = 20_000
"""About 6 MB of completions: far below a report's limits, and little to read again after a failure."""

WINDOW_YEARS = 10
"""Completions are split over this many years back; what is older comes in one window."""


def _now() -> datetime:
    return datetime.now(UTC)


class WorkdayReader:
    """The HR system behind one tenant. Thread-safe.

    Args:
        today: the day around which windows of completions are laid; rows outside them are read too.
    """

    system = "hris"
    vendor = VENDOR
    entities = ENTITIES

    def __init__(
        self,
        tenant: WorkdayTenant,
        *,
        today: date,
        fields: WorkerFields | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._tenant = tenant
        self._today = today
        self._now = now
        self._contracts = entity_contracts(fields or WorkerFields())

    def contract(self, entity: str) -> EntityContract:
        """What every record of `entity` is held against."""
        return self._contracts[entity]

    def plan(self, entity: str, since: str | None = None) -> list[Part]:
        """The parts known before anything is read. Workday has no changes-since: `since` is ignored."""
        if entity in REST:
            return [self._rest_part(entity, 1)]
        if entity == "workers":
            return self._worker_parts()
        if entity == "learning_records":
            return self._learning_parts()
        return [self._report_part(entity, 1, "the whole report", ())]

    def fetch(self, part: Part) -> Page:
        """One report or one REST page.

        Raises:
            ContractBroken: the answer is not what the contract says.
            Transient, QuotaExhausted, Refused: as the client says.
        """
        about = f"{part.entity}, {part.about}"
        if part.entity not in REST:
            rows = self._tenant.read_report(REPORTS[part.entity], part.params[1:], about=about)
            return Page(part, self._now(), rows)
        rows, total = self._tenant.read_rest(REST[part.entity].collection, part.path, part.params, about=about)
        wanted = min(REST_LIMIT, max(0, total - (part.number - 1) * REST_LIMIT))
        if len(rows) != wanted:
            raise ContractBroken(
                f"{VENDOR} {about}: {len(rows)} records arrived, but a total of {total} leaves {wanted} for it\n"
                "  The vendor's paging cannot be trusted now; run again: lms-hris nightly"
            )
        pages = -(-total // REST_LIMIT)
        last = pages if part.number == 1 else min(pages, part.number + 1)
        more = tuple(self._rest_part(part.entity, number) for number in range(part.number + 1, last + 1))
        return Page(part, self._now(), rows, total=total, more=more)

    def independent_count(self, entity: str) -> int | None:
        """Workers by the REST total, completions by the count report; None for the rest."""
        if entity == "workers":
            params = (("includeTerminatedWorkers", "true"), ("limit", "1"), ("offset", "0"))
            return self._tenant.read_rest(
                "workers", f"{self._tenant.staffing}/workers", params, about="the count of workers"
            )[1]
        if entity == "learning_records":
            rows = self._tenant.read_report("INT_LMS_Learning_Record_Count", about="the count of learning records")
            text = str(rows[0].get("Record_Count", "")) if len(rows) == 1 else ""
            if not text.isdecimal():
                raise ContractBroken(
                    f"{VENDOR} learning_records: the report INT_LMS_Learning_Record_Count holds no 'Record_Count'"
                )
            return int(text)
        return None

    def fingerprint(self) -> str:
        """The tenant key that the system itself names."""
        return read_fingerprint(self._tenant)

    def calls(self) -> dict[str, int]:
        """Calls so far by endpoint."""
        return self._tenant.client.budget.counts()

    def _report_part(self, entity: str, number: int, about: str, prompts: Params) -> Part:
        path = self._tenant.report_path(REPORTS[entity])
        return Part(entity, about, number, about, path, (("format", "json"), *prompts))

    def _rest_part(self, entity: str, number: int) -> Part:
        source = REST[entity]
        window = (("limit", str(REST_LIMIT)), ("offset", str((number - 1) * REST_LIMIT)))
        path = f"{self._tenant.staffing}/{source.collection}"
        return Part(entity, source.collection, number, f"page {number}", path, (*source.params, *window))

    def _worker_parts(self) -> list[Part]:
        """One part a location, closed ones included: past assignments stand there."""
        rows = self._tenant.read_report(REPORTS["locations"], about="workers, the list of locations")
        if not rows:
            raise ContractBroken(
                f"{VENDOR} workers: the report INT_LMS_Locations is empty, and workers are read by location"
            )
        if missing := [row for row in rows if not row.get("Location_ID")]:
            raise ContractBroken(f"{VENDOR}: {len(missing)} rows of INT_LMS_Locations have no 'Location_ID'")
        ids = sorted({str(row["Location_ID"]) for row in rows})
        return [self._report_part("workers", 1, f"Location {code}", (("Location", code),)) for code in ids]

    def _learning_parts(self) -> list[Part]:
        count = self.independent_count("learning_records") or 0
        parts = []
        for first, last in completion_windows(self._today, count):
            prompts = []
            if first:
                prompts.append(("Completed_From", first.isoformat()))
            if last:
                prompts.append(("Completed_To", last.isoformat()))
            about = f"completed from {first or 'the beginning'} to {last or 'the end'}"
            parts.append(self._report_part("learning_records", 1, about, tuple(prompts)))
        return parts


def completion_windows(today: date, count: int) -> list[tuple[date | None, date | None]]:
    """Windows of dates, both ends inclusive, that cover all time without overlap; None = open.

    Windows are years, or months where the years would hold more than `ROWS_A_WINDOW` on average.
    """
    if count <= ROWS_A_WINDOW:
        return [(None, None)]
    months = 1 if count > ROWS_A_WINDOW * WINDOW_YEARS / 2 else 12
    starts = [
        date(year, month, 1)
        for year in range(today.year - WINDOW_YEARS + 1, today.year + 1)
        for month in range(1, 13, months)
    ]
    starts.append(date(today.year + 1, 1, 1))
    ends = [start - timedelta(days=1) for start in starts]
    return list(zip([None, *starts], [*ends, None], strict=True))


def read_fingerprint(tenant: WorkdayTenant) -> str:
    """The tenant key that the system itself names.

    Raises:
        ContractBroken: the report has no single row with `Tenant_Key`.
    """
    rows = tenant.read_report("INT_LMS_Tenant", about="the tenant's fingerprint")
    key = str(rows[0].get("Tenant_Key", "")) if len(rows) == 1 else ""
    if not key:
        raise ContractBroken(f"{VENDOR}: the report INT_LMS_Tenant names no 'Tenant_Key'")
    return key
