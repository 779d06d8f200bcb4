"""The assets of the matching: the ledger's snapshot as tables, who is who, what each skill tag means, which groups follow."""

from __future__ import annotations

import dagster as dg

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_models import adopted_weights, keep_model, kept_model, models_folder
from lms_hris_pipeline.match.people_weights import Weights
from lms_hris_pipeline.match.roles import groups_named_alike, match_roles
from lms_hris_pipeline.match.skill_answers import Mind
from lms_hris_pipeline.match.skill_drift import drift_rows, keep_shares, kept_shares, read_shares, shares_before
from lms_hris_pipeline.match.skill_kept import keep_meanings, kept_meanings
from lms_hris_pipeline.match.skill_model import Kind
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.match.skills import match_skills
from lms_hris_pipeline.model.waterfall import chart_markdown
from lms_hris_pipeline.resources.assets import Built, python_asset
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.snapshot import SNAPSHOT_TABLES, read_snapshot
from lms_hris_pipeline.tables import Table, canonical, match, raw


def _recorded(table: Table) -> dg.AssetsDefinition:
    return python_asset(
        table,
        lambda night: Built(read_snapshot(night.run_folder, table)),
        reads=(dg.AssetKey(["landing", "snapshot"]),),
    )


def _people(night: Night) -> Built:
    """Who is who: every learner's most likely worker, with a decision and its evidence."""
    # a replay or a copy goes without, and so shows that a night comes to the same with it
    memory = night.cache_dir / "people" if night.mode is Mode.NIGHTLY else None
    found = match_people(night.batch, night.settings.matching, _people_model(night), memory)
    shown: dict[str, int | float | str | dg.MarkdownMetadataValue] = dict(found.shown)
    likeliest = found.likeliest_review()
    if likeliest:
        shown["likeliest_review"] = dg.MetadataValue.md(chart_markdown(likeliest, "Evidence of the likeliest review"))
    return Built(found.rows, shown)


def _people_model(night: Night) -> Weights:
    """A night uses the model that is adopted, and keeps it; a replay or a copy uses the one its night kept."""
    kept = None if night.mode is Mode.NIGHTLY else kept_model(night.run_folder)
    weights = kept or adopted_weights(models_folder(night.data_dir))
    if night.mode is Mode.NIGHTLY:
        keep_model(night.run_folder, weights)
    return weights


def _skills(night: Night) -> Built:
    """What every skill tag means, with a confidence."""
    found = match_skills(night.batch, night.settings.skills, _mind(night, "skills"), night.cache_dir)
    return Built(found.rows, found.shown)


def _tag_drift(night: Night) -> Built:
    """Whether more tags than usual are unknown; a replay or a copy is held against what its night was."""
    if night.mode is Mode.NIGHTLY:
        keep_shares(night.run_folder, shares_before(night.shelf, night.batch_id))
    expected = 1 - _mind(night, "skills").model.usual_share
    return Built(drift_rows(read_shares(night.batch), kept_shares(night.run_folder), expected))


def _mind(night: Night, kind: Kind) -> Mind:
    """A night asks the model that is adopted, and keeps it; a replay or a copy asks the one its night kept."""
    kept = None if night.mode is Mode.NIGHTLY else kept_meanings(night.run_folder, kind)
    mind = mind_of(kind, night.settings.skills, night.data_dir, kept)
    if night.mode is Mode.NIGHTLY:
        keep_meanings(night.run_folder, mind.model, kind)
    return mind


def _roles(night: Night) -> Built:
    """Which groups follow from job, department and place: by rule, by decision, or proposed."""
    alike = groups_named_alike(night.batch, night.settings, _mind(night, "titles"), night.cache_dir)
    found = match_roles(night.batch, night.settings, alike)
    return Built(found.rows, found.shown)


assets = [
    *(_recorded(table) for table in SNAPSHOT_TABLES),
    python_asset(
        match.PEOPLE,
        _people,
        reads=(
            canonical.WORKERS,
            canonical.EMPLOYMENTS,
            canonical.ORGANIZATIONS,
            canonical.LEARNERS,
            match.RECORDED_LINKS,
            match.PAIR_DECISIONS,
        ),
        kinds={"duckdb", "numpy"},
    ),
    python_asset(
        match.SKILLS,
        _skills,
        reads=(
            canonical.FRAMEWORK_SKILLS,
            canonical.SKILL_ALIASES,
            canonical.SKILL_TAGS,
            match.TAG_DECISIONS,
            match.TAG_REFUSALS,
        ),
        kinds={"scikitlearn"},
        # after the people: what the embedding model's libraries take, they keep
        priority=-1,
    ),
    python_asset(match.TAG_DRIFT, _tag_drift, reads=(canonical.SKILL_TAGS, match.SKILLS), kinds={"duckdb"}),
    python_asset(
        match.ROLES,
        _roles,
        reads=(
            canonical.GROUPS,
            canonical.GROUP_MEMBERS,
            canonical.JOB_PROFILES,
            canonical.ORGANIZATIONS,
            canonical.LOCATIONS,
            canonical.EMPLOYMENTS,
            raw.HRIS_EXTRACTS,
            raw.LMS_EXTRACTS,
            match.PEOPLE,
            match.ROLE_DECISIONS,
        ),
        kinds={"duckdb"},
    ),
]
