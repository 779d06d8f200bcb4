-- grain: one skill that the records $workers show or hold
select
    coalesce(framework.name, comparisons.skill_id) as name,
    comparisons.comparison,
    comparisons.shown_level,
    comparisons.recorded_level,
    assertions.source,
    assertions.course_code,
    assertions.completed_date,
    assertions.score_pct,
    assertions.confidence,
    assertions.valid_to_date
from reconcile.skill_comparisons as comparisons
left join reconcile.skill_assertions as assertions
    on assertions.worker_id_hris = comparisons.worker_id_hris and assertions.skill_id = comparisons.skill_id
left join canonical.framework_skills as framework on framework.skill_id = comparisons.skill_id
where list_contains($workers, comparisons.worker_id_hris)
order by name, comparisons.skill_id, comparisons.worker_id_hris
