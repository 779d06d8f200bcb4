"""Which model of meanings answers: the one somebody adopted for a kind, or the one that comes with the package."""

from __future__ import annotations

from pathlib import Path

from lms_hris_pipeline.match.skill_answers import Mind
from lms_hris_pipeline.match.skill_model import Kind, shipped_model
from lms_hris_pipeline.settings import SkillSettings


def mind_of(kind: Kind, settings: SkillSettings, data_dir: Path) -> Mind:
    """What answers for `kind`.

    Raises:
        Permanent: the model that came with the package is damaged.
    """
    return Mind(kind, shipped_model(kind), settings.model_path, settings.threads)
