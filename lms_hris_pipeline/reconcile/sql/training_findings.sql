-- grain: one finding about completions, skills or what they cost
-- What a delta would mend is read from the gaps and deltas, so that both always agree.
with deltas as (
    select
        proposed.wish_id,
        proposed.entity,
        proposed.operation,
        proposed.target_key,
        proposed.worker_id_hris,
        proposed.learner_id_lms,
        proposed.desired,
        proposed.base,
        proposed.reason,
        case proposed.operation
            when 'merge' then proposed.desired ->> '$.duplicate_learner_id'
            when 'add_skill' then proposed.desired ->> '$.skill_id'
            when 'add_training_record' then (proposed.desired ->> '$.course_code') || '@' || (proposed.desired ->> '$.completed_date')
            when 'enrol' then (proposed.desired ->> '$.course_code') || '@' || (proposed.desired ->> '$.completed_date')
            else ''
        end as subject
    from reconcile.proposed_deltas as proposed
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
        case gaps.gap when 'missing_hris' then 'add_training_record' when 'missing_lms' then 'enrol' else 'none' end as operation,
        case gaps.gap when 'missing_lms' then 'learner:' || gaps.learner_id_lms else 'worker:' || gaps.worker_id_hris end as target_key,
        gaps.course_code || '@' || strftime(gaps.completed_date, '%Y-%m-%d') as subject
    from reconcile.completion_gaps as gaps
),

skills as (
    select
        'skill_missing_hris' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        deltas.subject as field,
        null::varchar as hris_value,
        null::varchar as lms_value,
        deltas.target_key as root_cause,
        deltas.reason as note,
        deltas.operation,
        deltas.target_key,
        deltas.subject
    from deltas
    where deltas.operation = 'add_skill'
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
        coalesce('Nearest: ' || framework.name || '.', '') as note,
        'none' as operation,
        '' as target_key,
        '' as subject
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
        'none' as operation,
        '' as target_key,
        '' as subject
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
    completions.operation,
    completions.target_key,
    completions.subject
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
    skills.operation,
    skills.target_key,
    skills.subject
from skills
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
    tags.operation,
    tags.target_key,
    tags.subject
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
    invoices.operation,
    invoices.target_key,
    invoices.subject
from invoices
order by type, worker_id_hris, learner_id_lms, field, hris_value, lms_value
