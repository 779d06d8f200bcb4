"""Small worlds for skill matching: a framework, tags, decisions; and an encoder that needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match import embedding
from lms_hris_pipeline.match.skill_cache import Vectors
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.match.skills import SkillsMatched, match_skills
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.tables import canonical, match
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.stage import AS_OF

FRAMEWORK: dict[str, tuple[str, ...]] = {
    "Python": ("Python programming",),
    "Java": (),
    "Project management": ("PM", "Projektmanagement"),
    "Product management": ("PM",),
    "Microsoft Excel": ("Excel", "MS Excel"),
    "Quality management ISO 9001": ("ISO 9001",),
    "C++": (),
    "Café service": (),
    "Customer service": ("client care",),
    "Mentoring": (),
    "Presentation skills": ("presenting",),
}
DIMENSIONS = 384
"""Of the shipped model's vectors, which its adapter turns."""
DECIDED_AT = datetime(2026, 10, 1)  # noqa: DTZ001 - a DuckDB timestamp is naive UTC


def skill_id(name: str) -> str:
    """The id of a skill of a small framework."""
    return f"SK-{name}"


def skill_batch(
    tags: Iterable[str],
    framework: Mapping[str, Sequence[str]] = FRAMEWORK,
    decisions: Mapping[str, str | None] | None = None,
    refusals: Iterable[tuple[str, str]] = (),
) -> Batch:
    """A batch in memory with what skill matching reads.

    `decisions` says by tag which skill id a person chose, `refusals` which tag does not mean which skill id.
    """
    batch = Batch.in_memory(as_of=AS_OF)
    names = list(framework)
    batch.write(
        canonical.FRAMEWORK_SKILLS,
        pa.table(
            {
                "skill_id": pa.array([skill_id(name) for name in names], pa.string()),
                "name": pa.array(names, pa.string()),
                "category": pa.array([None] * len(names), pa.string()),
                "description": pa.array([None] * len(names), pa.string()),
            }
        ),
    )
    aliases = [(skill_id(name), alias) for name in names for alias in framework[name]]
    batch.write(
        canonical.SKILL_ALIASES,
        pa.table(
            {
                "skill_id": pa.array([one for one, _ in aliases], pa.string()),
                "alias": pa.array([alias for _, alias in aliases], pa.string()),
            }
        ),
    )
    listed = list(tags)
    batch.write(
        canonical.SKILL_TAGS,
        pa.table(
            {
                "tag": pa.array(listed, pa.string()),
                "is_in_lms": pa.array([True] * len(listed), pa.bool_()),
                "is_in_hris": pa.array([False] * len(listed), pa.bool_()),
                "use_count": pa.array([1] * len(listed), pa.int64()),
            }
        ),
    )
    decided = decisions or {}
    batch.write(
        match.TAG_DECISIONS,
        pa.table(
            {
                "tag": pa.array(list(decided), pa.string()),
                "skill_id": pa.array(list(decided.values()), pa.string()),
                "decided_by": pa.array(["ada"] * len(decided), pa.string()),
                "decided_at": pa.array([DECIDED_AT] * len(decided), pa.timestamp("us")),
            }
        ),
    )
    refused = list(refusals)
    batch.write(
        match.TAG_REFUSALS,
        pa.table(
            {
                "tag": pa.array([tag for tag, _ in refused], pa.string()),
                "skill_id": pa.array([skill for _, skill in refused], pa.string()),
                "decided_by": pa.array(["ada"] * len(refused), pa.string()),
                "decided_at": pa.array([DECIDED_AT] * len(refused), pa.timestamp("us")),
            }
        ),
    )
    return batch


def matched(batch: Batch, settings: SkillSettings, folder: Path) -> SkillsMatched:
    """What the shipped model says of a batch's tags; what is kept lies in `folder`."""
    return match_skills(batch, settings, mind_of("skills", settings, folder), folder)


def by_tag(rows: pa.Table) -> dict[str, dict[str, Any]]:
    """The rows of `match.skills` by tag."""
    found = {row["tag"]: row for row in rows.to_pylist()}
    assert len(found) == rows.num_rows
    return found


@pytest.fixture
def letters_encoder(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Vectors from three-letter pieces in place of the model's; the list grows by the texts of each call."""
    calls: list[list[str]] = []

    def encode(texts: Sequence[str], model: embedding.ModelFiles, threads: int, tell: embedding.Tell | None) -> Vectors:
        calls.append(list(texts))
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            padded = f" {text} "
            for start in range(len(padded) - 2):
                vectors[
                    row, int.from_bytes(hashlib.sha256(padded[start : start + 3].encode()).digest()[:2]) % DIMENSIONS
                ] += 1
        if tell:
            tell(len(texts), len(texts))
        scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return scaled.astype(np.float32)

    monkeypatch.setattr(embedding, "_encode", encode)
    return calls
