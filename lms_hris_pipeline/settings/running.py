"""The firm and its nights: what is approved and sent, when a night runs, who hears of it, what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from lms_hris_pipeline.settings.section import Section

Phase = Literal["off", "shadow", "approve", "auto"]
RISKS = ("low", "normal", "high")


class FirmSettings(Section):
    """The firm: its name on reports, its business day, where its data lie."""

    name: str = "Unnamed firm"
    """On reports and in mails."""
    time_zone: str = "UTC"
    """IANA zone of the business day, of the schedule, and of people whose place of work has none."""
    data_dir: Path = Path("data")
    """Everything a run writes."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone; write for example 'Europe/Berlin'")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The firm's time zone."""
        return ZoneInfo(self.time_zone)


class PolicySettings(Section):
    """Each family's phase: off, shadow (never sent), approve (a person decides), auto (policy approves what is low-risk)."""

    accounts: Phase = "shadow"
    """Creating, changing, merging, reactivating accounts."""
    organisation: Phase = "shadow"
    """Branch, manager and profile fields."""
    roles: Phase = "shadow"
    """Membership of managed groups."""
    enrolments: Phase = "shadow"
    """Completions that the learning system lacks."""
    skills: Phase = "shadow"
    """Skills that training shows and the HR record lacks."""
    training_records: Phase = "shadow"
    """Completions that the HR system lacks."""
    offboarding: Phase = "shadow"
    """Switching accounts off."""
    auto_approve_risk: Literal["low", "normal", "high"] = "low"
    """In phase `auto`, policy approves up to this risk; a person the rest."""
    pilot_departments: tuple[str, ...] = ()
    """The phases are for people of these supervisory organisations and all below; everybody else stays in shadow."""
    pilot_locations: tuple[str, ...] = ()
    """The same for people of these locations. Both empty: the phases are for everybody."""

    @property
    def has_pilot(self) -> bool:
        """Whether the phases are for some people only."""
        return bool(self.pilot_departments or self.pilot_locations)

    def phase_of(self, family: str, *, is_pilot: bool = True) -> Phase:
        """The phase of `family` for people inside the pilot, or outside."""
        phase: Phase = getattr(self, family)
        return phase if is_pilot or phase == "off" else "shadow"

    def approves(self, family: str, risk: str, *, is_pilot: bool = True) -> bool:
        """Whether policy may approve a delta of `family` whose risk is `risk`; never what is advice."""
        return (
            risk in RISKS
            and self.phase_of(family, is_pilot=is_pilot) == "auto"
            and RISKS.index(risk) <= RISKS.index(self.auto_approve_risk)
        )


class PublishSettings(Section):
    """How much may be published, and how long a vendor may take to show it."""

    settle_hours: int = Field(default=24, ge=0)
    """A change that was sent may take so long to show before it counts as failed."""
    breaker_count: int = Field(default=200, ge=1)
    """Deactivations and merges within the window above which a person must let them pass."""
    breaker_share: float = Field(default=0.05, gt=0, le=1)
    """The same as a share of active accounts; changes that can be undone may reach five times of it, kind by kind."""
    breaker_window_days: int = Field(default=10, ge=1)
    """The rolling window of both."""
    rejection_days: int = Field(default=90, ge=1)
    """How long a rejection holds while what it rests on stays."""
    group_size: int = Field(default=50, ge=1, le=50)
    """Changes whose intent is noted at once before they are sent."""
    threads: int = Field(default=4, ge=1, le=16)
    """Calls at a time, where one does not depend on another: managers, training records, skills."""


class RetentionSettings(Section):
    """How long files are kept; reports longer than a year, because auditors ask about the last one."""

    landing_days: int = Field(default=30, ge=1)
    """Vendors' pages and logs; a batch can be replayed while they are there."""
    batches: int = Field(default=14, ge=2)
    """Sealed batches."""
    reports_days: int = Field(default=400, ge=1)
    """Reports."""


class ScheduleSettings(Section):
    """When the nightly runs, in the firm's time zone."""

    cron: str = "30 2 * * *"
    """Minute, hour, day, month, weekday."""


class AlertSettings(Section):
    """Who hears of a failure."""

    smtp_host: str = ""
    """Mail server. Empty: the log alone."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls`, or `tls` where the connection is encrypted from its start, usually on port 465."""
    sender: str = ""
    """Address of the sender."""
    recipients: tuple[str, ...] = ()
    """Who hears of a failed run."""


class LedgerSettings(Section):
    """Where decisions are kept."""

    url: str = ""
    """SQLAlchemy URL; empty takes SQLite in the data folder."""
