"""What the firm calls its jobs: the names of its job profiles, and the titles of the people who have them.

What a job title means is `skill_answers`' business.
"""

from __future__ import annotations

from importlib.resources import files

from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.tables.canonical import JOB_PROFILES
from lms_hris_pipeline.warehouse import Batch


def read_job_profiles(batch: Batch) -> list[Entry]:
    """The texts that name each job profile: its name, and every title that stands with no other profile."""
    names = {str(row["job_profile_id"]): str(row["name"]) for row in batch.read(JOB_PROFILES).to_pylist()}
    query = (files("lms_hris_pipeline.match") / "sql" / "profile_titles.sql").read_text(encoding="utf-8")
    titled = [(str(profile), str(title)) for profile, title in batch.execute(query) if profile in names]
    labels = [Entry.of(profile, "label", name) for profile, name in names.items()]
    aliases = [Entry.of(profile, "alias", title) for profile, title in titled if title != names[profile]]
    return sorted(entry for entry in (*labels, *aliases) if entry.folded)
