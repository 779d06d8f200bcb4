"""The one settings object: typed, validated, frozen. Values from a TOML file, then the environment."""

from __future__ import annotations

from lms_hris_pipeline.settings.load import (
    CONFIG_VARIABLE,
    DEFAULT_CONFIG,
    Secrets,
    Settings,
    load_settings,
    settings_from,
)
from lms_hris_pipeline.settings.people import (
    PRIVILEGED_GROUPS,
    MatchSettings,
    ReactionSettings,
    RoleRule,
    RoleSource,
    ScopeSettings,
)
from lms_hris_pipeline.settings.running import (
    RISKS,
    AlertSettings,
    FirmSettings,
    LedgerSettings,
    Phase,
    PolicySettings,
    PublishSettings,
    RetentionSettings,
    ScheduleSettings,
)
from lms_hris_pipeline.settings.skills import ExpectedSkill, LevelRule, NextJob, SkillSettings
from lms_hris_pipeline.settings.vendors import (
    ExtractSettings,
    HrisSettings,
    LearnerFields,
    LmsSettings,
    QuotaSettings,
    WorkerFields,
)

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_CONFIG",
    "PRIVILEGED_GROUPS",
    "RISKS",
    "AlertSettings",
    "ExpectedSkill",
    "ExtractSettings",
    "FirmSettings",
    "HrisSettings",
    "LearnerFields",
    "LedgerSettings",
    "LevelRule",
    "LmsSettings",
    "MatchSettings",
    "NextJob",
    "Phase",
    "PolicySettings",
    "PublishSettings",
    "QuotaSettings",
    "ReactionSettings",
    "RetentionSettings",
    "RoleRule",
    "RoleSource",
    "ScheduleSettings",
    "ScopeSettings",
    "Secrets",
    "Settings",
    "SkillSettings",
    "WorkerFields",
    "load_settings",
    "settings_from",
]
