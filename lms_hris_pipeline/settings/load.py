"""All sections together: values from a TOML file, then the environment; all faults in one message.

Secrets are not among them: they come from the environment alone, through `Secrets`, when a run starts.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings.people import MatchSettings, ReactionSettings, ScopeSettings
from lms_hris_pipeline.settings.running import (
    AlertSettings,
    FirmSettings,
    LedgerSettings,
    PolicySettings,
    PublishSettings,
    RetentionSettings,
    ScheduleSettings,
)
from lms_hris_pipeline.settings.skills import SkillSettings
from lms_hris_pipeline.settings.vendors import ExtractSettings, HrisSettings, LmsSettings, QuotaSettings

CONFIG_VARIABLE = "LMS_HRIS_CONFIG"
DEFAULT_CONFIG = "lms_hris.toml"


class Settings(BaseSettings):
    """All settings. Environment variables `LMS_HRIS_<SECTION>__<NAME>` overrule the file."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="LMS_HRIS_", env_nested_delimiter="__", use_attribute_docstrings=True
    )

    profile: Literal["firm", "sandbox"] = "firm"
    """`sandbox` fills in what the built-in sandbox needs."""
    firm: FirmSettings = FirmSettings()
    hris: HrisSettings = HrisSettings()
    lms: LmsSettings = LmsSettings()
    scope: ScopeSettings = ScopeSettings()
    reactions: ReactionSettings = ReactionSettings()
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
