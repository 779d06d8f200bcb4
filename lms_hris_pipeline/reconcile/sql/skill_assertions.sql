-- grain: one skill of one person in scope, by the strongest evidence of it
-- The highest level counts, then evidence that is in force, then the latest. Where all know attendance alone, the
-- skill is asserted without a level.
with passed as (
    select
        evidence.worker_id_hris,
        evidence.skill_id,
        evidence.level,
        evidence.source,
        evidence.evidence_id,
        evidence.learner_id_lms,
        evidence.course_code,
        evidence.tag,
        evidence.completed_date,
        evidence.score_pct,
        evidence.confidence,
        evidence.expires_date,
        evidence.levels_version,
        evidence.is_expired,
        max(evidence.completed_date) over (
            partition by evidence.worker_id_hris, evidence.skill_id
        ) as latest_shown_date
    from reconcile.skill_evidence as evidence
    where evidence.is_passed
),

strongest as (
    select
        passed.worker_id_hris,
        passed.skill_id,
        passed.level,
        passed.source,
        passed.evidence_id,
        passed.learner_id_lms,
        passed.course_code,
        passed.tag,
        passed.completed_date,
        passed.score_pct,
        passed.confidence,
        passed.expires_date,
        passed.levels_version,
        passed.latest_shown_date
    from passed
    qualify row_number() over (
        partition by passed.worker_id_hris, passed.skill_id
        order by
            passed.level desc,
            passed.is_expired,
            passed.completed_date desc,
            passed.confidence desc,
            passed.course_code,
            passed.tag,
            passed.score_pct desc nulls last,
            passed.evidence_id
    ) = 1
),

on_record as (
    select distinct
        recorded.worker_id_hris,
        recorded.skill_id
    from reconcile.recorded_skills as recorded
)

select
    strongest.worker_id_hris,
    strongest.skill_id,
    strongest.level,
    strongest.source,
    strongest.evidence_id,
    strongest.learner_id_lms,
    strongest.course_code,
    strongest.tag,
    strongest.completed_date,
    strongest.score_pct,
    strongest.confidence,
    strongest.completed_date as valid_from_date,
    strongest.expires_date as valid_to_date,
    strongest.latest_shown_date,
    strongest.levels_version,
    on_record.worker_id_hris is not null as is_on_record
from strongest
left join on_record
    on on_record.worker_id_hris = strongest.worker_id_hris and on_record.skill_id = strongest.skill_id
order by strongest.worker_id_hris, strongest.skill_id
