-- grain: one finding about completions, skills, what follows from them or what they cost
-- What a delta would mend is read from the gaps and deltas, so that both always agree.
with deltas as (
    select
        proposed.wish_id,
        proposed.operation,
        proposed.target_key,
        proposed.worker_id_hris,
        proposed.learner_id_lms,
        proposed.reason,
        proposed.desired ->> '$.course_code' as course_code,
        proposed.desired ->> '$.completed_date' as completed_date,
        proposed.desired ->> '$.skill_id' as skill_id,
        proposed.desired ->> '$.job_profile' as next_job_profile,
        proposed.base ->> '$.job_profile' as job_profile
    from reconcile.proposed_deltas as proposed
    where proposed.entity in ('training_record', 'completion', 'skill', 'job')
),

completions as (
    select
        case gaps.gap
            when 'missing_hris' then 'completion_missing_hris'
            when 'missing_lms' then 'completion_missing_lms'
            else 'completion_unmapped'
        end as type,
        gaps.worker_id_hris,
        gaps.learner_id_lms,
        gaps.course_code as field,
        case gaps.gap when 'missing_lms' then strftime(gaps.completed_date, '%Y-%m-%d') end as hris_value,
        case gaps.gap when 'missing_lms' then null else strftime(gaps.completed_date, '%Y-%m-%d') end as lms_value,
        'course:' || gaps.course_code as root_cause,
        '' as note,
        deltas.wish_id
    from reconcile.completion_gaps as gaps
    left join deltas
        on
            deltas.operation = case gaps.gap when 'missing_hris' then 'add_training_record' when 'missing_lms' then 'enrol' end
            and deltas.worker_id_hris = gaps.worker_id_hris
            and deltas.course_code = gaps.course_code
            and deltas.completed_date = strftime(gaps.completed_date, '%Y-%m-%d')
    -- where there is no account yet, that is the finding
    where gaps.learner_id_lms is not null
),

skills as (
    select
        'skill_missing_hris' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        deltas.skill_id as field,
        null::varchar as hris_value,
        strftime(assertions.latest_shown_date, '%Y-%m-%d') as lms_value,
        deltas.target_key as root_cause,
        deltas.reason as note,
        deltas.wish_id
    from deltas
    inner join reconcile.skill_assertions as assertions
        on assertions.worker_id_hris = deltas.worker_id_hris and assertions.skill_id = deltas.skill_id
    where deltas.operation = 'add_skill'
),

-- Workday's skill items take no level: a person raises or lowers it there
levels as (
    select
        case comparisons.comparison when 'higher' then 'skill_level_higher' else 'skill_level_contradicted' end as type,
        comparisons.worker_id_hris,
        comparisons.learner_id_lms,
        comparisons.skill_id as field,
        comparisons.recorded_level::varchar as hris_value,
        case comparisons.comparison
            when 'higher' then comparisons.shown_level::varchar
            else strftime(comparisons.evidence_date, '%Y-%m-%d')
        end as lms_value,
        'worker:' || comparisons.worker_id_hris as root_cause,
        'Evidence: ' || comparisons.evidence_id || '.' as note,
        null::varchar as wish_id
    from reconcile.skill_comparisons as comparisons
    where comparisons.comparison in ('higher', 'contradicting')
),

unknown_levels as (
    select distinct
        'course' as scale,
        lower(courses.level_said) as said
    from canonical.courses as courses
    where courses.level_said is not null
    union
    select distinct
        'worker_skill' as scale,
        lower(worker_skills.level_said) as said
    from canonical.worker_skills as worker_skills
    where worker_skills.level_said is not null
),

words as (
    select
        'skill_level_unmapped' as type,
        null::varchar as worker_id_hris,
        null::varchar as learner_id_lms,
        case unknown_levels.scale when 'course' then 'course_level' else 'skill_level' end as field,
        case unknown_levels.scale when 'worker_skill' then unknown_levels.said end as hris_value,
        case unknown_levels.scale when 'course' then unknown_levels.said end as lms_value,
        'level:' || unknown_levels.said as root_cause,
        '' as note,
        null::varchar as wish_id
    from unknown_levels
    anti join canonical.proficiency_levels as known
        on known.scale = unknown_levels.scale and known.said = unknown_levels.said
),

jobs as (
    select
        'job_recommended' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        deltas.next_job_profile as field,
        deltas.job_profile as hris_value,
        null::varchar as lms_value,
        deltas.target_key as root_cause,
        deltas.reason as note,
        deltas.wish_id
    from deltas
    where deltas.operation = 'recommend'
),

tags as (
    select
        case skills.decision when 'review' then 'skill_tag_review' else 'skill_tag_unmapped' end as type,
        null::varchar as worker_id_hris,
        null::varchar as learner_id_lms,
        'skill_tag' as field,
        null::varchar as hris_value,
        skills.tag as lms_value,
        'tag:' || skills.tag as root_cause,
        concat_ws(' ', 'Nearest: ' || framework.name || '.', 'Not taken by itself: ' || skills.held_back || '.') as note,
        null::varchar as wish_id
    from match.skills as skills
    left join canonical.framework_skills as framework on framework.skill_id = skills.skill_id
    where skills.decision in ('review', 'no_match')
),

invoices as (
    select
        'invoice_unallocated' as type,
        null::varchar as worker_id_hris,
        null::varchar as learner_id_lms,
        'invoice' as field,
        unallocated.invoice_id || '/' || unallocated.line_no::varchar as hris_value,
        null::varchar as lms_value,
        'invoice:' || unallocated.invoice_id as root_cause,
        case unallocated.obstacle
            when 'unknown_course' then 'its course is not in the catalogue.'
            when 'unknown_contract' then 'its contract is not known.'
            when 'no_enrolments' then 'nobody was enrolled in the service period.'
            when 'no_learners' then 'there are no learners to share it.'
            else 'it names neither a course nor a contract.'
        end as note,
        null::varchar as wish_id
    from reconcile.unallocated_charges as unallocated
)

select
    completions.type,
    completions.worker_id_hris,
    completions.learner_id_lms,
    completions.field,
    completions.hris_value,
    completions.lms_value,
    completions.root_cause,
    completions.note,
    completions.wish_id
from completions
union all
select
    skills.type,
    skills.worker_id_hris,
    skills.learner_id_lms,
    skills.field,
    skills.hris_value,
    skills.lms_value,
    skills.root_cause,
    skills.note,
    skills.wish_id
from skills
union all
select
    levels.type,
    levels.worker_id_hris,
    levels.learner_id_lms,
    levels.field,
    levels.hris_value,
    levels.lms_value,
    levels.root_cause,
    levels.note,
    levels.wish_id
from levels
union all
select
    words.type,
    words.worker_id_hris,
    words.learner_id_lms,
    words.field,
    words.hris_value,
    words.lms_value,
    words.root_cause,
    words.note,
    words.wish_id
from words
union all
select
    jobs.type,
    jobs.worker_id_hris,
    jobs.learner_id_lms,
    jobs.field,
    jobs.hris_value,
    jobs.lms_value,
    jobs.root_cause,
    jobs.note,
    jobs.wish_id
from jobs
union all
select
    tags.type,
    tags.worker_id_hris,
    tags.learner_id_lms,
    tags.field,
    tags.hris_value,
    tags.lms_value,
    tags.root_cause,
    tags.note,
    tags.wish_id
from tags
union all
select
    invoices.type,
    invoices.worker_id_hris,
    invoices.learner_id_lms,
    invoices.field,
    invoices.hris_value,
    invoices.lms_value,
    invoices.root_cause,
    invoices.note,
    invoices.wish_id
from invoices
order by type, worker_id_hris, learner_id_lms, field, hris_value, lms_value
