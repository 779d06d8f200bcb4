"""The one settings object: typed, validated, frozen. Values from a TOML file, then the environment.

Secrets are not here: they come from the environment alone, through `Secrets`, when a run starts.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lms_hris_pipeline.model.errors import BadInput

CONFIG_VARIABLE = "LMS_HRIS_CONFIG"
DEFAULT_CONFIG = "lms_hris.toml"

Phase = Literal["off", "shadow", "approve", "auto"]
RISKS = ("low", "normal", "high")
PRIVILEGED_GROUPS = (
    "*manager*",
    "*instructor*",
    "*trainer*",
    "*administrator*",
    "*admins*",
    "*power user*",
    "*superadmin*",
)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FirmSettings(_Section):
    """The firm: its name on reports, its business day, where its data lie."""

    name: str = "Unnamed firm"
    time_zone: str = "UTC"
    data_dir: Path = Path("data")

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


class WorkerFields(_Section):
    """Which column of the worker report holds what: report alias by attribute."""

    employee_id: str = "Employee_ID"
    worker_type: str = "Worker_Type"
    universal_id: str = "Universal_ID"
    legal_first_name: str = "Legal_First_Name"
    legal_last_name: str = "Legal_Last_Name"
    preferred_first_name: str = "Preferred_First_Name"
    preferred_last_name: str = "Preferred_Last_Name"
    email: str = "Email_Work"
    hire_date: str = "Hire_Date"
    original_hire_date: str = "Original_Hire_Date"
    termination_date: str = "Termination_Date"
    rescinded: str = "Hire_Rescinded"
    country: str = "Country"
    assignment_id: str = "Assignment_ID"
    position: str = "Position_ID"
    job_profile: str = "Job_Profile_ID"
    business_title: str = "Business_Title"
    organization: str = "Supervisory_Organization_ID"
    cost_center: str = "Cost_Center_ID"
    company: str = "Company_ID"
    location: str = "Location_ID"
    manager: str = "Manager_WID"
    fte: str = "FTE"
    is_primary: str = "Is_Primary"
    is_host: str = "Is_Host_Assignment"
    start_date: str = "Start_Date"
    end_date: str = "End_Date"
    recorded_moment: str = "Recorded_Moment"


class LearnerFields(_Section):
    """Which custom field of an account holds what: `field_N` by attribute. Only `expected_skills` may be left empty."""

    employee_number: str = "field_1"
    job_profile: str = "field_2"
    department: str = "field_3"
    cost_center: str = "field_4"
    location: str = "field_5"
    hire_date: str = "field_6"
    worker_type: str = "field_7"
    account_kind: str = "field_8"
    expected_skills: str = ""

    def mapped(self) -> dict[str, str]:
        """The custom field of each attribute that has one."""
        return {name: field for name, field in self.model_dump().items() if field}

    @field_validator("*")
    @classmethod
    def _names_a_field(cls, value: str, info: ValidationInfo) -> str:
        is_empty = not value and info.field_name == "expected_skills"
        if not is_empty and not (value.startswith("field_") and value[6:].isdigit()):
            raise ValueError(f"{value!r} is no custom field; write for example 'field_4'")
        return value

    @model_validator(mode="after")
    def _holds_one_thing_a_field(self) -> Self:
        # two attributes would overwrite each other every night
        held: dict[str, list[str]] = {}
        for name, field in self.mapped().items():
            held.setdefault(field, []).append(name)
        twice = [f"{field} is mapped as {' and as '.join(names)}" for field, names in held.items() if len(names) > 1]
        if twice:
            raise ValueError("; ".join(twice))
        return self


class HrisSettings(_Section):
    """The HR system and how to read it."""

    vendor: Literal["workday"] = "workday"
    base_url: str = ""
    tenant: str = ""
    report_owner: str = "INT_LMS"
    fingerprint: str = ""
    fields: WorkerFields = WorkerFields()


class LmsSettings(_Section):
    """The learning system and how to read it."""

    vendor: Literal["docebo"] = "docebo"
    base_url: str = ""
    fingerprint: str = ""
    fields: LearnerFields = LearnerFields()
    course_level: str = "difficulty"
    full_enrolments_every_days: int = Field(default=7, ge=1)
    overlap_minutes: int = Field(default=180, ge=0)


RoleSource = Literal["job_family", "job_profile", "department", "location"]


class RoleRule(_Section):
    """One line of the role-mapping table: people whose `source` is `value` belong to `group`.

    `value = "*"` stands for every value; `{value}` in `group` is replaced by it.
    """

    source: RoleSource
    value: str
    group: str

    def group_for(self, value: str) -> str:
        """The group's name for people whose source is `value`."""
        return self.group.replace("{value}", value)


class ScopeSettings(_Section):
    """Who gets an account, under which user name, in which groups.

    Of an international assignment `assignment_side` says whose place, law and cost centre count while it lasts.
    A mapping of a group that one of `privileged_groups` fits (`*` and `?` as in file names, any case) is never proposed
    and never in force; one seen in memberships is proposed from `roles_propose_at` on; `roles_review_days` after the
    last review of all mappings the next one is due.
    """

    prehire_days: int = Field(default=14, ge=0, le=365)
    include_contingent: bool = True
    assignment_side: Literal["home", "host"] = "home"
    username_rule: Literal["email", "employee_number"] = "email"
    erase_when_empty: bool = False
    roles: tuple[RoleRule, ...] = ()
    privileged_groups: tuple[str, ...] = PRIVILEGED_GROUPS
    roles_propose_at: float = Field(default=0.75, gt=0.5, lt=1.0)
    roles_review_days: int = Field(default=92, ge=1)

    @model_validator(mode="after")
    def _names_no_privileged_group(self) -> Self:
        named = sorted({rule.group_for(rule.value) for rule in self.roles if rule.value != "*"})
        if refused := [name for name in named if self.is_privileged(name)]:
            raise ValueError(
                f"roles names {', '.join(map(repr, refused))}, privileged by scope.privileged_groups: such groups are given "
                "by hand alone; remove the rule, or the pattern if the group bestows no rights"
            )
        return self

    def is_privileged(self, group: str) -> bool:
        """Whether membership of a group of this name may bestow rights, so that only people give it."""
        return any(fnmatchcase(group.casefold(), pattern.casefold()) for pattern in self.privileged_groups)


class MatchSettings(_Section):
    """Thresholds of people matching, as probabilities and their distance."""

    link_at: float = Field(default=0.95, gt=0.5, le=1.0)
    review_at: float = Field(default=0.30, gt=0.0, lt=1.0)
    margin: float = Field(default=0.25, ge=0.0, le=1.0)


class LevelRule(_Section):
    """One line of the firm's proficiency scale: courses, or skills on worker records, that say `said` mean `level`."""

    scale: Literal["course", "worker_skill"]
    said: str = Field(min_length=1)
    level: int = Field(ge=0, le=5)


class ExpectedSkill(_Section):
    """One skill that a job profile calls for, and the level from which on it is had."""

    job_profile: str = Field(min_length=1)
    skill: str = Field(min_length=1)
    level: int = Field(ge=1, le=5)


class NextJob(_Section):
    """A job profile that people of another may come to; recommended once they show all that it calls for."""

    job_profile: str = Field(min_length=1)
    next_job_profile: str = Field(min_length=1)


class SkillSettings(_Section):
    """Thresholds of skill matching, what a completion must show, and how levels are read."""

    model_path: str = ""
    threads: int = Field(default=1, ge=1, le=64)
    precision: float = Field(default=0.98, ge=0.5, lt=1.0)
    review_at: float = Field(default=0.35, gt=0.0, le=1.0)
    min_score_pct: float = Field(default=70, ge=0, le=100)
    full_level_pct: float = Field(default=85, ge=0, le=100)
    fade_days: int = Field(default=1095, ge=1)
    levels: tuple[LevelRule, ...] = ()
    levels_version: str = "1"
    expected: tuple[ExpectedSkill, ...] = ()
    next_jobs: tuple[NextJob, ...] = ()

    @field_validator("levels")
    @classmethod
    def _says_once(cls, value: tuple[LevelRule, ...]) -> tuple[LevelRule, ...]:
        said = [(rule.scale, rule.said.strip().lower()) for rule in value]
        twice = sorted({one for one in said if said.count(one) > 1})
        if twice:
            raise ValueError(f"{twice[0][1]!r} stands twice for {twice[0][0]}; keep one of the two")
        return value


class PolicySettings(_Section):
    """The phase of each family of deltas. A new installation starts in shadow."""

    accounts: Phase = "shadow"
    organisation: Phase = "shadow"
    roles: Phase = "shadow"
    enrolments: Phase = "shadow"
    skills: Phase = "shadow"
    training_records: Phase = "shadow"
    offboarding: Phase = "shadow"
    auto_approve_risk: Literal["low", "normal", "high"] = "low"

    def phase_of(self, family: str) -> Phase:
        """The phase of `family`."""
        phase: Phase = getattr(self, family)
        return phase

    def approves(self, family: str, risk: str) -> bool:
        """Whether policy may approve a delta of `family` whose risk is `risk`; never what is advice."""
        return (
            risk in RISKS
            and self.phase_of(family) == "auto"
            and RISKS.index(risk) <= RISKS.index(self.auto_approve_risk)
        )


class PublishSettings(_Section):
    """How much may be published, and how long a vendor may take to show it."""

    settle_hours: int = Field(default=24, ge=0)
    breaker_count: int = Field(default=200, ge=1)
    breaker_share: float = Field(default=0.05, gt=0, le=1)
    breaker_window_days: int = Field(default=10, ge=1)
    rejection_days: int = Field(default=90, ge=1)
    group_size: int = Field(default=50, ge=1, le=50)


class QuotaSettings(_Section):
    """Calls an hour the vendors allow, and how many of them the nightly may use."""

    lms_calls_per_hour: int = Field(default=1000, ge=1)
    hris_calls_per_hour: int = Field(default=10000, ge=1)
    enforce: bool = True
    reserve_share: float = Field(default=0.1, ge=0, lt=1)


class ExtractSettings(_Section):
    """How much to fetch at once and what a believable extract looks like."""

    threads: int = Field(default=4, ge=1, le=16)
    min_share_of_last: float = Field(default=0.8, ge=0, le=1)
    timeout_seconds: float = Field(default=60, gt=0)
    max_attempts: int = Field(default=5, ge=1, le=10)


class RetentionSettings(_Section):
    """How long files are kept; reports longer than a year, because auditors ask about the last one."""

    landing_days: int = Field(default=30, ge=1)
    batches: int = Field(default=14, ge=2)
    reports_days: int = Field(default=400, ge=1)


class ScheduleSettings(_Section):
    """When the nightly runs, in the firm's time zone."""

    cron: str = "30 2 * * *"


class AlertSettings(_Section):
    """Who hears of a failure. No host: the log alone. `tls` is encrypted from the start, usually on port 465."""

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    recipients: tuple[str, ...] = ()


class LedgerSettings(_Section):
    """Where decisions are kept. Empty: SQLite under the data folder."""

    url: str = ""


class Settings(BaseSettings):
    """All settings. Environment variables `LMS_HRIS_<SECTION>__<NAME>` overrule the file."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="LMS_HRIS_", env_nested_delimiter="__")

    profile: Literal["firm", "sandbox"] = "firm"
    firm: FirmSettings = FirmSettings()
    hris: HrisSettings = HrisSettings()
    lms: LmsSettings = LmsSettings()
    scope: ScopeSettings = ScopeSettings()
    matching: MatchSettings = MatchSettings()
    skills: SkillSettings = SkillSettings()
    policy: PolicySettings = PolicySettings()
    publishing: PublishSettings = PublishSettings()
    quota: QuotaSettings = QuotaSettings()
    extract: ExtractSettings = ExtractSettings()
    retention: RetentionSettings = RetentionSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    alerts: AlertSettings = AlertSettings()
    ledger: LedgerSettings = LedgerSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrules the file."""
        return (env_settings, init_settings)

    @property
    def ledger_url(self) -> str:
        """The ledger's database URL."""
        return self.ledger.url or f"sqlite:///{(self.firm.data_dir / 'ledger.sqlite').as_posix()}"


class Secrets(BaseSettings):
    """Credentials, from the environment alone; empty where not set."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="LMS_HRIS_SECRET_")

    workday_client_id: str = ""
    workday_client_secret: str = ""
    workday_refresh_token: str = ""
    workday_soap_user: str = ""
    workday_soap_password: str = ""
    docebo_client_id: str = ""
    docebo_client_secret: str = ""
    smtp_user: str = ""
    smtp_password: str = ""

    def missing(self) -> tuple[str, ...]:
        """The environment variables that vendors need and that are not set."""
        optional = {"smtp_user", "smtp_password"}
        return tuple(
            f"LMS_HRIS_SECRET_{name.upper()}"
            for name in type(self).model_fields
            if name not in optional and not getattr(self, name)
        )


def _overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`below` with the values of `above` over it, section by section."""
    merged = dict(below)
    for name, value in above.items():
        found = merged.get(name)
        merged[name] = _overlaid(found, value) if isinstance(found, dict) and isinstance(value, dict) else value
    return merged


class _FrozenSettings(Settings):
    """Settings of an earlier run: the environment of today has no say."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings as an earlier run noted them."""
    return _FrozenSettings(**values)


def load_settings(path: Path | None = None) -> Settings:
    """Settings from `path`, else from the file that LMS_HRIS_CONFIG names, else from ./lms_hris.toml.

    Raises:
        BadInput: the file is missing, is no TOML or holds bad values; all faults are in one message.
    """
    file = path or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            f"No settings file at {file}\n  Run from the project's folder, or name the file in {CONFIG_VARIABLE}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not valid TOML: {error}\n  Mend the line it names.") from None
    if values.get("profile") == "sandbox":
        shipped = files("lms_hris_pipeline") / "profiles" / "sandbox.toml"
        values = _overlaid(tomllib.loads(shipped.read_text(encoding="utf-8")), values)
    faults = _misspelt_variables(os.environ)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_fault_in_words(fault) for fault in error.errors()]
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        raise BadInput(f"{file} (with LMS_HRIS_* variables) has settings that cannot be used:\n{told}")
    return settings


def _fault_in_words(fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"[{place}] is no setting; docs/settings.md lists all"
    return f"[{place}] {fault['msg'].removeprefix('Value error, ')}"


def _misspelt_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that were meant as settings and would be passed over without a word, each with what is wrong."""
    prefix = str(Settings.model_config["env_prefix"])
    names = [name.upper().removeprefix(prefix) for name in sorted(environment) if name.upper().startswith(prefix)]
    sections = [section.upper() for section in Settings.model_fields]
    faults = []
    for name in names:
        section, parted, _ = name.partition("__")
        if parted and section not in sections:
            faults.append(f"{prefix}{name} names no section of the settings; docs/settings.md lists all")
        elif not parted and any(name.startswith(f"{known}_") for known in sections):
            faults.append(f"{prefix}{name} is no setting; two underscores stand between section and name")
    return faults
