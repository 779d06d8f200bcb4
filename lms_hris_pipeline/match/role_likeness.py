"""Which groups are called like a job profile, a job family or a place, by the engine that reads job titles.

It is weak evidence: what it is worth beside memberships is `role_evidence`'s business. Departments are left out: they are
often named after their managers, and what was answered once is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lms_hris_pipeline.match.role_facts import Group, Trait
from lms_hris_pipeline.match.skill_answers import Mind, answer_tags
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_probability import confidence_of

LIKELY = 0.5
"""From here on the name is likelier than not to mean the value."""
_SOURCES = ("job_profile", "location", "job_family")


def names_alike(
    groups: Iterable[Group], names: Mapping[Trait, str | None], mind: Mind, cache_dir: Path
) -> dict[str, Trait]:
    """By group id, the value that the group's name likely means; groups of which none can be said are left out.

    Raises:
        BadInput: the embedding model cannot be used.
    """
    values = {f"{trait.source}:{trait.value}": trait for trait in names if trait.source in _SOURCES}
    entries = [Entry.of(name, "label", names[trait] or trait.value) for name, trait in values.items()]
    asked = {group.group_id: group.name for group in groups}
    answers = answer_tags(asked.values(), entries, mind, cache_dir).rows.to_pylist()
    meant: dict[str, Trait] = {}
    for row in answers:
        if row["rank"] > 1 or row["held_back"]:
            continue
        confidence = row["known"]
        if confidence is None:
            confidence = float(confidence_of(np.array(row["inside"]), np.array(row["right"])))
        if confidence >= LIKELY:
            meant[row["tag"]] = values[row["skill_id"]]
    return {group_id: meant[name] for group_id, name in asked.items() if name in meant}
