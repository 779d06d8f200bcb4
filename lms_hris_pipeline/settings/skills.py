"""What skill tags mean, what training shows, and what jobs call for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from lms_hris_pipeline.settings.section import Section


class LevelRule(Section):
    """One line of the firm's proficiency scale: courses, or skills on worker records, that say `said` mean `level`."""

    scale: Literal["course", "worker_skill"]
    """Whose words."""
    said: str = Field(min_length=1)
    """The word, in any case."""
    level: int = Field(ge=0, le=5)
    """0 none, 1 beginner … 5 expert."""


class ExpectedSkill(Section):
    """One skill that a job profile calls for, and the level from which on it is had."""

    job_profile: str = Field(min_length=1)
    """Id of the job profile."""
    skill: str = Field(min_length=1)
    """Id of the skill."""
    level: int = Field(ge=1, le=5)
    """From which on it is had, 1 to 5."""


class NextJob(Section):
    """A job profile that people of another may come to; recommended once they show all that it calls for."""

    job_profile: str = Field(min_length=1)
    """Id of the profile that people have."""
    next_job_profile: str = Field(min_length=1)
    """Id of the one they may come to."""


class SkillSettings(Section):
    """Thresholds of skill matching, what a completion must show, and how levels are read."""

    model_path: str = ""
    """Another embedding model: a folder in sentence-transformers format. Empty takes the one that is installed."""
    threads: int = Field(default=1, ge=1, le=64)
    """Threads of the embedding model."""
    precision: float = Field(default=0.98, ge=0.5, lt=1.0)
    """Share of accepted tags that must be right; the threshold follows from it."""
    review_at: float = Field(default=0.40, gt=0.0, le=1.0)
    """Shown to a person from this confidence on."""
    min_score_pct: float = Field(default=70, ge=0, le=100)
    """A completion with a lower score shows no skill."""
    full_level_pct: float = Field(default=85, ge=0, le=100)
    """From this score on a completion shows the level of its course, below it one level less."""
    fade_days: int = Field(default=1095, ge=1)
    """Days after which shown skills lose one level."""
    levels: tuple[LevelRule, ...] = ()
    """The firm's words for proficiency, before the shipped ones."""
    levels_version: str = "1"
    """Name of the firm's scale, kept with the evidence."""
    expected: tuple[ExpectedSkill, ...] = ()
    """What job profiles call for."""
    next_jobs: tuple[NextJob, ...] = ()
    """Which job profiles lead to which."""

    @field_validator("levels")
    @classmethod
    def _says_once(cls, value: tuple[LevelRule, ...]) -> tuple[LevelRule, ...]:
        said = [(rule.scale, rule.said.strip().lower()) for rule in value]
        twice = sorted({one for one in said if said.count(one) > 1})
        if twice:
            raise ValueError(f"{twice[0][1]!r} stands twice for {twice[0][0]}; keep one of the two")
        return value
