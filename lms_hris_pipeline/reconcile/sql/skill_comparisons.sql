-- grain: one skill of one person in scope, shown or on record
-- Contradicting: the last scored attempt failed, at no more than the level on record. A record that says no level, or a
-- higher one than training shows, agrees: there are other ways to learn.
with last_scored as (
    select
        evidence.worker_id_hris,
        evidence.skill_id,
        evidence.evidence_id,
        evidence.learner_id_lms,
        evidence.completed_date,
        evidence.course_level,
        evidence.is_passed
    from reconcile.skill_evidence as evidence
    where evidence.score_pct is not null
    qualify row_number() over (
        partition by evidence.worker_id_hris, evidence.skill_id
        order by
            evidence.completed_date desc,
            evidence.is_passed desc,
            evidence.course_level,
            evidence.evidence_id
    ) = 1
),

recorded as (
    select
        recorded_skills.worker_id_hris,
        recorded_skills.skill_id,
        recorded_skills.level
    from reconcile.recorded_skills as recorded_skills
    inner join canonical.employments as employments
        on employments.worker_id_hris = recorded_skills.worker_id_hris and employments.is_in_scope
),

pairs as (
    select
        coalesce(assertions.worker_id_hris, recorded.worker_id_hris) as worker_id_hris,
        coalesce(assertions.skill_id, recorded.skill_id) as skill_id,
        assertions.worker_id_hris is not null as is_shown,
        recorded.worker_id_hris is not null as is_on_record,
        assertions.learner_id_lms,
        assertions.evidence_id,
        assertions.completed_date,
        assertions.level as shown_level,
        recorded.level as recorded_level
    from reconcile.skill_assertions as assertions
    full outer join recorded
        on recorded.worker_id_hris = assertions.worker_id_hris and recorded.skill_id = assertions.skill_id
),

compared as (
    select
        pairs.worker_id_hris,
        pairs.skill_id,
        pairs.learner_id_lms,
        pairs.evidence_id,
        pairs.completed_date,
        pairs.shown_level,
        pairs.recorded_level,
        last_scored.learner_id_lms as failed_learner_id_lms,
        last_scored.evidence_id as failed_evidence_id,
        last_scored.completed_date as failed_date,
        case
            when not pairs.is_on_record then 'new'
            when not last_scored.is_passed and last_scored.course_level <= pairs.recorded_level then 'contradicting'
            when pairs.shown_level > pairs.recorded_level then 'higher'
            when pairs.is_shown then 'agrees'
            when observed.has_all_learners and observed.has_all_enrolments and observed.has_all_courses then 'unsupported'
            else 'unobserved'
        end as comparison
    from pairs
    cross join reconcile.observed as observed
    left join last_scored
        on last_scored.worker_id_hris = pairs.worker_id_hris and last_scored.skill_id = pairs.skill_id
)

select
    compared.worker_id_hris,
    compared.skill_id,
    compared.comparison,
    compared.shown_level,
    compared.recorded_level,
    case compared.comparison when 'contradicting' then compared.failed_learner_id_lms else compared.learner_id_lms end
        as learner_id_lms,
    case compared.comparison when 'contradicting' then compared.failed_evidence_id else compared.evidence_id end
        as evidence_id,
    case compared.comparison when 'contradicting' then compared.failed_date else compared.completed_date end
        as evidence_date
from compared
order by compared.worker_id_hris, compared.skill_id
