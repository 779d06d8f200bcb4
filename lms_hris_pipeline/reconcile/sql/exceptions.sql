-- grain: one finding
-- Findings that a delta would mend are read from the deltas, so that both always agree.
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

current_workers as (
    select
        employments.worker_id_hris,
        employments.person_key,
        employments.status,
        employments.local_date,
        employments.cost_center_id,
        employments.location_id,
        employments.job_profile_id,
        employments.manager_worker_id_hris,
        workers.email,
        wanted.learner_id_lms,
        wanted.username,
        wanted.username_holder_learner_id_lms,
        wanted.account_obstacle,
        wanted.manager_obstacle,
        wanted.can_be_created
    from canonical.employments as employments
    inner join canonical.workers as workers on workers.worker_id_hris = employments.worker_id_hris
    inner join reconcile.wanted_accounts as wanted on wanted.worker_id_hris = employments.worker_id_hris
    where employments.is_current and employments.is_in_scope
),

missing_accounts as (
    select
        'missing_account' as type,
        situations.record_id as worker_id_hris,
        null::varchar as learner_id_lms,
        'account' as field,
        current_workers.status as hris_value,
        null::varchar as lms_value,
        'worker:' || situations.record_id as root_cause,
        case
            when current_workers.account_obstacle = 'no_username' then 'HR lacks what an account needs: e-mail or employee number.'
            else ''
        end as note,
        'create' as operation,
        'worker:' || situations.record_id as target_key,
        '' as subject
    from reconcile.situations as situations
    inner join current_workers on current_workers.worker_id_hris = situations.record_id
    where situations.record_kind = 'worker' and situations.situation = 'missing'
),

deactivations as (
    select
        case when deltas.worker_id_hris is null then 'orphan_account' else 'leaver_active' end as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        'account' as field,
        deltas.base ->> '$.hris_status' as hris_value,
        'active' as lms_value,
        deltas.target_key as root_cause,
        deltas.reason as note,
        deltas.operation,
        deltas.target_key,
        deltas.subject
    from deltas
    where deltas.operation = 'deactivate'
),

reactivations as (
    select
        'worker_inactive' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        'account' as field,
        deltas.base ->> '$.hris_status' as hris_value,
        'inactive' as lms_value,
        deltas.target_key as root_cause,
        '' as note,
        deltas.operation,
        deltas.target_key,
        deltas.subject
    from deltas
    where deltas.operation = 'reactivate'
),

duplicates as (
    select
        'duplicate_account' as type,
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.learner_id_lms,
        'account' as field,
        null::varchar as hris_value,
        accounts.primary_learner_id_lms as lms_value,
        'worker:' || accounts.current_worker_id_hris as root_cause,
        '' as note,
        'merge' as operation,
        'learner:' || accounts.primary_learner_id_lms as target_key,
        accounts.learner_id_lms as subject
    from reconcile.person_accounts as accounts
    where accounts.role = 'duplicate'
),

accounts_gone as (
    select
        'account_deleted' as type,
        current_workers.worker_id_hris,
        recorded.learner_id_lms,
        'account' as field,
        current_workers.status as hris_value,
        null::varchar as lms_value,
        'worker:' || current_workers.worker_id_hris as root_cause,
        '' as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from current_workers
    inner join canonical.employments as records on records.person_key = current_workers.person_key
    inner join match.recorded_links as recorded
        on recorded.worker_id_hris = records.worker_id_hris and recorded.role = 'primary'
    left join canonical.learners as learners on learners.learner_id_lms = recorded.learner_id_lms
    where current_workers.account_obstacle = 'account_gone' and learners.learner_id_lms is null
),

reviews as (
    select
        'identity_review' as type,
        employments.current_worker_id_hris as worker_id_hris,
        people.learner_id_lms,
        'identity' as field,
        null::varchar as hris_value,
        null::varchar as lms_value,
        'learner:' || people.learner_id_lms as root_cause,
        people.reason as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from match.people as people
    left join canonical.employments as employments on employments.worker_id_hris = people.worker_id_hris
    where people.decision = 'review'
    union all
    select
        'identity_review' as type,
        current_workers.worker_id_hris,
        current_workers.username_holder_learner_id_lms as learner_id_lms,
        'identity' as field,
        null::varchar as hris_value,
        null::varchar as lms_value,
        'learner:' || current_workers.username_holder_learner_id_lms as root_cause,
        'The account already has the user name that this worker is to get.' as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from current_workers
    left join match.people as people
        on
            people.learner_id_lms = current_workers.username_holder_learner_id_lms
            and people.worker_id_hris = current_workers.worker_id_hris
            and people.decision = 'review'
    where current_workers.account_obstacle = 'username_taken' and people.learner_id_lms is null
),

differences as (
    select
        'value_mismatch' as type,
        differences.worker_id_hris,
        differences.learner_id_lms,
        differences.field,
        differences.hris_value,
        differences.lms_value,
        'learner:' || differences.learner_id_lms as root_cause,
        '' as note,
        differences.entity || '.update' as operation,
        'learner:' || differences.learner_id_lms as target_key,
        '' as subject
    from reconcile.field_differences as differences
    union all
    select
        'value_mismatch' as type,
        differences.worker_id_hris,
        differences.learner_id_lms,
        'groups' as field,
        differences.wanted_groups as hris_value,
        differences.held_groups as lms_value,
        'learner:' || differences.learner_id_lms as root_cause,
        '' as note,
        'set_groups' as operation,
        'learner:' || differences.learner_id_lms as target_key,
        '' as subject
    from reconcile.group_differences as differences
    where differences.learner_id_lms is not null
    union all
    select
        'value_mismatch' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        'manager' as field,
        deltas.base ->> '$.hris_manager' as hris_value,
        deltas.base ->> '$.manager_learner_id' as lms_value,
        deltas.target_key as root_cause,
        '' as note,
        deltas.operation,
        deltas.target_key,
        deltas.subject
    from deltas
    where deltas.operation = 'set_manager' and deltas.learner_id_lms is not null
),

usernames_taken as (
    select
        'username_taken' as type,
        current_workers.worker_id_hris,
        current_workers.learner_id_lms,
        'username' as field,
        current_workers.username as hris_value,
        current_workers.username_holder_learner_id_lms as lms_value,
        'username:' || current_workers.username as root_cause,
        coalesce('account ' || current_workers.username_holder_learner_id_lms, 'another person who is to get an account') as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from current_workers
    where
        (current_workers.learner_id_lms is not null and current_workers.username_holder_learner_id_lms is not null)
        or current_workers.account_obstacle = 'username_contested'
),

missing_values as (
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'email' as field, current_workers.email as value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'cost_center' as field, current_workers.cost_center_id as value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'location' as field, current_workers.location_id as value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'job_profile' as field, current_workers.job_profile_id as value from current_workers
),

hr_values_missing as (
    select
        'hr_value_missing' as type,
        missing_values.worker_id_hris,
        missing_values.learner_id_lms,
        missing_values.field,
        null::varchar as hris_value,
        null::varchar as lms_value,
        'hr_value_missing:' || missing_values.field as root_cause,
        '' as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from missing_values
    where missing_values.value is null
),

managers as (
    select
        case current_workers.manager_obstacle when 'cycle' then 'manager_cycle' else 'manager_without_account' end as type,
        current_workers.worker_id_hris,
        case current_workers.manager_obstacle when 'cycle' then null else current_workers.learner_id_lms end
            as learner_id_lms,
        'manager' as field,
        current_workers.manager_worker_id_hris as hris_value,
        null::varchar as lms_value,
        case current_workers.manager_obstacle
            when 'cycle' then 'manager_cycle:' || cycles.cycle_key
            else 'manager:' || current_workers.manager_worker_id_hris
        end as root_cause,
        '' as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from current_workers
    left join reconcile.manager_cycles as cycles on cycles.worker_id_hris = current_workers.worker_id_hris
    where current_workers.manager_obstacle in ('cycle', 'without_account')
),

cost_centers_closed as (
    select
        'cost_center_closed' as type,
        current_workers.worker_id_hris,
        null::varchar as learner_id_lms,
        'cost_center' as field,
        current_workers.cost_center_id as hris_value,
        null::varchar as lms_value,
        'cost_center:' || current_workers.cost_center_id as root_cause,
        '' as note,
        'none' as operation,
        '' as target_key,
        '' as subject
    from current_workers
    inner join canonical.cost_centers as cost_centers
        on cost_centers.cost_center_id = current_workers.cost_center_id
    where cost_centers.closed_date < current_workers.local_date
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
),

findings as (
    select missing_accounts.type, missing_accounts.worker_id_hris, missing_accounts.learner_id_lms, missing_accounts.field, missing_accounts.hris_value, missing_accounts.lms_value, missing_accounts.root_cause, missing_accounts.note, missing_accounts.operation, missing_accounts.target_key, missing_accounts.subject from missing_accounts
    union all
    select deactivations.type, deactivations.worker_id_hris, deactivations.learner_id_lms, deactivations.field, deactivations.hris_value, deactivations.lms_value, deactivations.root_cause, deactivations.note, deactivations.operation, deactivations.target_key, deactivations.subject from deactivations
    union all
    select reactivations.type, reactivations.worker_id_hris, reactivations.learner_id_lms, reactivations.field, reactivations.hris_value, reactivations.lms_value, reactivations.root_cause, reactivations.note, reactivations.operation, reactivations.target_key, reactivations.subject from reactivations
    union all
    select duplicates.type, duplicates.worker_id_hris, duplicates.learner_id_lms, duplicates.field, duplicates.hris_value, duplicates.lms_value, duplicates.root_cause, duplicates.note, duplicates.operation, duplicates.target_key, duplicates.subject from duplicates
    union all
    select accounts_gone.type, accounts_gone.worker_id_hris, accounts_gone.learner_id_lms, accounts_gone.field, accounts_gone.hris_value, accounts_gone.lms_value, accounts_gone.root_cause, accounts_gone.note, accounts_gone.operation, accounts_gone.target_key, accounts_gone.subject from accounts_gone
    union all
    select reviews.type, reviews.worker_id_hris, reviews.learner_id_lms, reviews.field, reviews.hris_value, reviews.lms_value, reviews.root_cause, reviews.note, reviews.operation, reviews.target_key, reviews.subject from reviews
    union all
    select differences.type, differences.worker_id_hris, differences.learner_id_lms, differences.field, differences.hris_value, differences.lms_value, differences.root_cause, differences.note, differences.operation, differences.target_key, differences.subject from differences
    union all
    select usernames_taken.type, usernames_taken.worker_id_hris, usernames_taken.learner_id_lms, usernames_taken.field, usernames_taken.hris_value, usernames_taken.lms_value, usernames_taken.root_cause, usernames_taken.note, usernames_taken.operation, usernames_taken.target_key, usernames_taken.subject from usernames_taken
    union all
    select hr_values_missing.type, hr_values_missing.worker_id_hris, hr_values_missing.learner_id_lms, hr_values_missing.field, hr_values_missing.hris_value, hr_values_missing.lms_value, hr_values_missing.root_cause, hr_values_missing.note, hr_values_missing.operation, hr_values_missing.target_key, hr_values_missing.subject from hr_values_missing
    union all
    select managers.type, managers.worker_id_hris, managers.learner_id_lms, managers.field, managers.hris_value, managers.lms_value, managers.root_cause, managers.note, managers.operation, managers.target_key, managers.subject from managers
    union all
    select cost_centers_closed.type, cost_centers_closed.worker_id_hris, cost_centers_closed.learner_id_lms, cost_centers_closed.field, cost_centers_closed.hris_value, cost_centers_closed.lms_value, cost_centers_closed.root_cause, cost_centers_closed.note, cost_centers_closed.operation, cost_centers_closed.target_key, cost_centers_closed.subject from cost_centers_closed
    union all
    select completions.type, completions.worker_id_hris, completions.learner_id_lms, completions.field, completions.hris_value, completions.lms_value, completions.root_cause, completions.note, completions.operation, completions.target_key, completions.subject from completions
    union all
    select skills.type, skills.worker_id_hris, skills.learner_id_lms, skills.field, skills.hris_value, skills.lms_value, skills.root_cause, skills.note, skills.operation, skills.target_key, skills.subject from skills
    union all
    select tags.type, tags.worker_id_hris, tags.learner_id_lms, tags.field, tags.hris_value, tags.lms_value, tags.root_cause, tags.note, tags.operation, tags.target_key, tags.subject from tags
    union all
    select invoices.type, invoices.worker_id_hris, invoices.learner_id_lms, invoices.field, invoices.hris_value, invoices.lms_value, invoices.root_cause, invoices.note, invoices.operation, invoices.target_key, invoices.subject from invoices
),

worded as (
    select
        findings.type,
        findings.worker_id_hris,
        findings.learner_id_lms,
        findings.field,
        findings.hris_value,
        findings.lms_value,
        findings.root_cause,
        findings.note,
        coalesce(exact.severity, general.severity) as severity,
        coalesce(exact.suggested_action, general.suggested_action) as suggested_action,
        coalesce(exact.explanation, general.explanation) as explanation,
        deltas.wish_id,
        case
            when findings.type like 'completion%' or findings.type like 'skill%' then findings.field
            else replace(findings.field, '_', ' ')
        end as shown_field,
        coalesce(nullif(findings.hris_value, ''), 'none') as shown_hris_value,
        coalesce(nullif(findings.lms_value, ''), 'none') as shown_lms_value,
        '[' || to_json(findings.type)::varchar
        || ',' || coalesce(to_json(findings.worker_id_hris)::varchar, 'null')
        || ',' || coalesce(to_json(findings.learner_id_lms)::varchar, 'null')
        || ',' || to_json(findings.field)::varchar
        || ',' || coalesce(to_json(findings.hris_value)::varchar, 'null')
        || ',' || coalesce(to_json(findings.lms_value)::varchar, 'null') || ']' as text
    from findings
    left join deltas
        on
            deltas.target_key = findings.target_key
            and deltas.subject = findings.subject
            and case when deltas.operation = 'update' then deltas.entity || '.update' else deltas.operation end
            = findings.operation
    left join reconcile.finding_rules as exact
        on exact.type = findings.type and exact.field = findings.field and exact.field <> '*'
    left join reconcile.finding_rules as general on general.type = findings.type and general.field = '*'
)

select
    sha256(
        -- control characters in the canonical form, as in reconcile.proposed_deltas
        case
            when contains(worded.text, '\u00') then array_to_string(
                list_transform(
                    string_split(worded.text, '\\'),
                    lambda part: replace(replace(replace(replace(replace(replace(replace(replace(replace(
                        part, '\u000B', '\u000b'), '\u000E', '\u000e'), '\u000F', '\u000f'), '\u001A', '\u001a'),
                        '\u001B', '\u001b'), '\u001C', '\u001c'), '\u001D', '\u001d'), '\u001E', '\u001e'),
                        '\u001F', '\u001f')
                ),
                '\\'
            )
            else worded.text
        end
    ) as exception_id,
    worded.type,
    worded.severity,
    worded.worker_id_hris,
    worded.learner_id_lms,
    worded.field,
    worded.hris_value,
    worded.lms_value,
    worded.root_cause,
    replace(
        replace(worded.suggested_action, '{field}', worded.shown_field), '{hris}', worded.shown_hris_value
    ) as suggested_action,
    trim(
        replace(
            replace(
                replace(
                    replace(worded.explanation, '{field}', worded.shown_field),
                    '{note}', worded.note
                ),
                '{hris}', worded.shown_hris_value
            ),
            '{lms}', worded.shown_lms_value
        )
    ) as explanation,
    worded.wish_id
from worded
order by exception_id
