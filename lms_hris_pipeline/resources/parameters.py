"""What settings say to the queries: bound values, the firm's proficiency scales, what jobs call for."""

from __future__ import annotations

import pyarrow as pa

from lms_hris_pipeline.settings import Settings


def query_params(settings: Settings) -> dict[str, object]:
    """Scope rules, and the JSON path of each mapped field."""
    paths = {f"hris_{name}": f'$."{alias}"' for name, alias in settings.hris.fields.model_dump().items()}
    paths |= {f"lms_{name}": f'$."{alias}"' for name, alias in settings.lms.fields.mapped().items()}
    return {
        **paths,
        "firm_time_zone": settings.firm.time_zone,
        "prehire_days": settings.scope.prehire_days,
        "include_contingent": settings.scope.include_contingent,
        "assignment_side": settings.scope.assignment_side,
        "username_rule": settings.scope.username_rule,
        **{f"{situation}_reaction": reaction for situation, reaction in settings.reactions.model_dump().items()},
        "erase_when_empty": settings.scope.erase_when_empty,
        "lms_course_level": f'$."{settings.lms.course_level}"',
        "has_expected_skills_field": bool(settings.lms.fields.expected_skills),
        "min_score_pct": settings.skills.min_score_pct,
        "full_level_pct": settings.skills.full_level_pct,
        "fade_days": settings.skills.fade_days,
        "levels_version": settings.skills.levels_version,
    }


def settings_views(settings: Settings) -> dict[str, pa.Table]:
    """The tables that settings hold, by the names under which queries read them."""
    return {
        "settings_level_rules": level_rules(settings),
        "settings_expected_skills": expected_skills(settings),
        "settings_next_jobs": next_jobs(settings),
        "settings_pilot": pilot(settings),
    }


def level_rules(settings: Settings) -> pa.Table:
    """The firm's words for proficiency: one row a word, `scale, said, level`."""
    return pa.table(
        {
            "scale": pa.array([rule.scale for rule in settings.skills.levels], pa.string()),
            "said": pa.array([rule.said for rule in settings.skills.levels], pa.string()),
            "level": pa.array([rule.level for rule in settings.skills.levels], pa.int32()),
        }
    )


def expected_skills(settings: Settings) -> pa.Table:
    """The skills that job profiles call for: one row a skill of a profile, `job_profile_id, skill_id, level`."""
    return pa.table(
        {
            "job_profile_id": pa.array([rule.job_profile for rule in settings.skills.expected], pa.string()),
            "skill_id": pa.array([rule.skill for rule in settings.skills.expected], pa.string()),
            "level": pa.array([rule.level for rule in settings.skills.expected], pa.int32()),
        }
    )


def next_jobs(settings: Settings) -> pa.Table:
    """Which job may follow which: one row a pair, `job_profile_id, next_job_profile_id`."""
    return pa.table(
        {
            "job_profile_id": pa.array([rule.job_profile for rule in settings.skills.next_jobs], pa.string()),
            "next_job_profile_id": pa.array([rule.next_job_profile for rule in settings.skills.next_jobs], pa.string()),
        }
    )


def pilot(settings: Settings) -> pa.Table:
    """Whom the phases are for: one row a department or location, `kind, id`; none where they are for everybody."""
    named = {"department": settings.policy.pilot_departments, "location": settings.policy.pilot_locations}
    rows = [(kind, value) for kind, values in named.items() for value in values]
    return pa.table(
        {
            "kind": pa.array([kind for kind, _ in rows], pa.string()),
            "id": pa.array([value for _, value in rows], pa.string()),
        }
    )
