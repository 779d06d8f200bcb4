"""Checks of both vendors: do they let us in, are they the right tenants, do fields, groups and quota fit.

Reads only, and little: first pages, and the short lists whole. Not here: judging what was read (`mapping`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.doctor import mapping
from lms_hris_pipeline.cli.doctor.finding import Finding, failed, failed_by, ok, tried, warning
from lms_hris_pipeline.cli.summary import hours_in_words
from lms_hris_pipeline.connectors.docebo import DoceboReader, open_docebo
from lms_hris_pipeline.connectors.http import VendorClient
from lms_hris_pipeline.connectors.protocols import Json, Page, Reader
from lms_hris_pipeline.connectors.workday import WorkdayReader, open_workday
from lms_hris_pipeline.extract.forecast import Forecast, forecast_hris, forecast_lms
from lms_hris_pipeline.extract.previous import changes_since, find_previous
from lms_hris_pipeline.model.errors import PipelineError
from lms_hris_pipeline.settings import Secrets, Settings

ATTEMPTS = 2
TIMEOUT_SECONDS = 20.0
SAMPLE = 200
"""Records of the worker report to look at; locations are read until there are so many."""

SAMPLE_PARTS = 5
AFTER_ALL = "9999-12-31-99"
LMS_COUNTED = ("users", "user_fields", "branches", "groups", "courses", "enrolments", "certifications", "skills")


@dataclass(slots=True)
class _Seen:
    """One system that let us in, and what was read of it already."""

    reader: Reader
    pages: dict[str, list[Page]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def first(self, entity: str) -> Page | None:
        """The first page of an entity; None where there is nothing to ask for."""
        if entity not in self.pages:
            parts = self.reader.plan(entity)
            self.pages[entity] = [self.reader.fetch(parts[0])] if parts else []
        return self.pages[entity][0] if self.pages[entity] else None

    def total(self, entity: str) -> int:
        """How many records the vendor says there are."""
        first = self.first(entity)
        return (first.total if first.total is not None else len(first.records)) if first is not None else 0

    def all(self, entity: str) -> list[Json]:
        """All records of a list of one series."""
        first = self.first(entity)
        if first is not None and entity not in self.whole:
            todo = deque(first.more)
            known = {first.part.key, *(part.key for part in todo)}
            while todo:
                page = self.reader.fetch(todo.popleft())
                self.pages[entity].append(page)
                fresh = [part for part in page.more if part.key not in known]
                todo.extend(fresh)
                known.update(part.key for part in fresh)
            self.whole.add(entity)
        return [record for page in self.pages[entity] for record in page.records]


def check_vendors(settings: Settings, secrets: Secrets) -> Iterator[Finding]:
    """Both vendors, as far as they let us in."""
    if settings.profile == "sandbox" and not settings.lms.base_url:
        yield failed(
            "vendors",
            "the settings use the sandbox, and it is not running",
            "Add --sandbox, or run `lms-hris sandbox serve` and export what it prints.",
        )
        return
    patient = settings.extract.model_copy(update={"max_attempts": ATTEMPTS, "timeout_seconds": TIMEOUT_SECONDS})
    today = clock_of(settings)().astimezone(settings.firm.zone).date()
    with ExitStack() as stack:

        def enter_hris() -> tuple[VendorClient, Reader]:
            tenant = open_workday(settings.hris, secrets, settings.quota, patient)
            stack.callback(tenant.close)
            return tenant.client, WorkdayReader(tenant, today=today, fields=settings.hris.fields)

        def enter_lms() -> tuple[VendorClient, Reader]:
            platform = open_docebo(settings.lms, secrets, settings.quota, patient)
            stack.callback(platform.close)
            return platform.client, DoceboReader(platform, fields=settings.lms.fields)

        hris = yield from _enter("HRIS", enter_hris, settings.hris.fingerprint)
        lms = yield from _enter("LMS", enter_lms, settings.lms.fingerprint)
        if hris is not None:
            yield from tried("HRIS fields", lambda: _worker_fields(settings, hris))
            if settings.skills.expected or settings.skills.next_jobs:
                yield from tried("job rules", lambda: _job_rules(settings, hris))
            if settings.policy.has_pilot:
                yield from tried("pilot", lambda: _pilot(settings, hris))
        if lms is not None:
            fields = settings.lms.fields.mapped()
            yield from tried("LMS fields", lambda: mapping.judge_learner_fields(fields, lms.all("user_fields")))
        if hris is not None and lms is not None:
            yield from tried("role rules", lambda: _role_rules(settings, hris, lms))
            yield from tried("quota", lambda: _quota(settings, hris, lms, today))


def _enter(
    name: str, enter: Callable[[], tuple[VendorClient, Reader]], fingerprint: str
) -> Generator[Finding, None, _Seen | None]:
    """Whether the vendor gives a token, and whether it is the tenant that the settings name."""
    try:
        client, reader = enter()
        client.sign_in()
    except PipelineError as error:
        yield failed_by(f"{name} connection", error)
        return None
    yield ok(f"{name} connection", f"{reader.vendor} at {client.base_url} gives a token")
    subject, setting = f"{name} tenant", f"{reader.system}.fingerprint"
    try:
        found = reader.fingerprint()
    except PipelineError as error:
        yield failed_by(subject, error)
        return None
    if not fingerprint:
        yield warning(
            subject,
            f"{found!r} answers; the settings name none, so that nothing keeps another tenant out, "
            "and nothing is published",
            f"If that is yours, set {setting} = {found!r}.",
        )
    elif found != fingerprint:
        yield failed(
            subject,
            f"{found!r} answers, the settings name {fingerprint!r}: nothing is read or written",
            f"Correct {reader.system}.base_url, or {setting}.",
        )
        return None
    else:
        yield ok(subject, f"{found!r}, as the settings name it")
    return _Seen(reader)


def _worker_fields(settings: Settings, hris: _Seen) -> Iterator[Finding]:
    records: list[Json] = []
    for part in hris.reader.plan("workers")[:SAMPLE_PARTS]:
        records += hris.reader.fetch(part).records
        if len(records) >= SAMPLE:
            break
    contract = hris.reader.contract("workers")
    return mapping.judge_worker_fields(settings.hris.fields.model_dump(), contract, records[:SAMPLE])


def _job_rules(settings: Settings, hris: _Seen) -> Iterator[Finding]:
    profiles = {str(profile.get("code") or profile.get("id")) for profile in hris.all("job_profiles")}
    return mapping.judge_job_rules(settings.skills, profiles, _codes(hris, "skills", "Skill_ID"))


def _pilot(settings: Settings, hris: _Seen) -> Iterator[Finding]:
    departments = _codes(hris, "supervisory_organizations", "code")
    return mapping.judge_pilot(settings.policy, departments, _codes(hris, "locations", "Location_ID"))


def _role_rules(settings: Settings, hris: _Seen, lms: _Seen) -> Iterator[Finding]:
    rules = settings.scope.roles
    open_sources = {rule.source for rule in rules if rule.value == "*"}
    profiles = hris.all("job_profiles") if open_sources & {"job_family", "job_profile"} else []
    families = (profile.get("jobFamilies") or [{}] for profile in profiles)
    values = {
        "job_family": [str(family[0].get("descriptor") or "").strip() for family in families],
        "job_profile": [str(profile.get("code") or profile.get("id")) for profile in profiles],
        "department": _codes(hris, "supervisory_organizations", "code") if "department" in open_sources else [],
        "location": _codes(hris, "locations", "Location_ID") if "location" in open_sources else [],
    }
    known = {source: sorted({value for value in found if value}) for source, found in values.items()}
    return mapping.judge_role_rules(settings.scope, lms.all("groups") if rules else [], known)


def _codes(hris: _Seen, entity: str, name: str) -> list[str]:
    return [str(record.get(name) or "") for record in hris.all(entity)]


def _quota(settings: Settings, hris: _Seen, lms: _Seen, today: date) -> Iterator[Finding]:
    """What the next night will call, by what the vendors say they hold."""
    quota = settings.quota
    lms_rows = {entity: lms.total(entity) for entity in LMS_COUNTED}
    forecast = forecast_lms(lms_rows, quota.lms_calls_per_hour, changed_enrolments=_changed(settings, lms, today))
    yield _forecast_line("LMS", forecast, settings, quota.lms_calls_per_hour)
    hris_rows = {entity: hris.total(entity) for entity in ("job_profiles", "supervisory_organizations")}
    hris_rows["locations"] = len(hris.all("locations"))
    windows = len(hris.reader.plan("learning_records"))
    yield _forecast_line(
        "HRIS",
        forecast_hris(hris_rows, quota.hris_calls_per_hour, windows=windows),
        settings,
        quota.hris_calls_per_hour,
    )


def _changed(settings: Settings, lms: _Seen, today: date) -> int | None:
    """Enrolments that the next night reads by their changes; None where a full extract is due."""
    since = changes_since(
        find_previous(settings.firm.data_dir / "landing", AFTER_ALL, "lms", "enrolments"),
        today,
        full_every_days=settings.lms.full_enrolments_every_days,
        overlap_minutes=settings.lms.overlap_minutes,
    )
    if since is None:
        return None
    parts = lms.reader.plan("enrolments", since)
    return lms.reader.fetch(parts[0]).total


def _forecast_line(name: str, forecast: Forecast, settings: Settings, limit: int) -> Finding:
    text = (
        f"{name}: the next extract takes about {forecast.total:,} calls, "
        f"{hours_in_words(forecast.hours)} at {limit:,} an hour"
    )
    for_reading = int(limit * (1 - settings.quota.reserve_share))
    if settings.quota.enforce and forecast.total > for_reading:
        return warning(
            "quota",
            f"{text}; reading may take {for_reading:,} of an hour's calls, so the night stops before its end",
            f"Run it {-(-forecast.total // for_reading)} times an hour apart: it goes on where it stopped. "
            "Or have the vendor raise the quota, and set it in [quota].",
        )
    return ok("quota", text)
