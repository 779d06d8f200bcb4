-- grain: one wish about an account, its place in the organisation, or its groups
-- Pairs are members of JSON objects; a null stands for a value that HR does not say, and is left out.
-- The base holds the present values of the fields to be written and the facts (hris_...) that the wish follows from.
with wanted as (
    select
        wanted_accounts.worker_id_hris,
        wanted_accounts.learner_id_lms,
        wanted_accounts.username,
        wanted_accounts.first_name,
        wanted_accounts.last_name,
        wanted_accounts.email,
        wanted_accounts.employee_number,
        wanted_accounts.hire_date,
        wanted_accounts.worker_type,
        wanted_accounts.job_profile,
        wanted_accounts.department,
        wanted_accounts.cost_center,
        wanted_accounts.location,
        wanted_accounts.branch,
        wanted_accounts.manager_worker_id_hris,
        wanted_accounts.manager_learner_id_lms,
        wanted_accounts.manager_obstacle,
        wanted_accounts.can_be_created,
        coalesce('learner:' || wanted_accounts.learner_id_lms, 'worker:' || wanted_accounts.worker_id_hris) as target_key,
        learners.is_active,
        learners.manager_learner_id_lms as present_manager_learner_id_lms,
        employments.status
    from reconcile.wanted_accounts as wanted_accounts
    inner join canonical.employments as employments on employments.worker_id_hris = wanted_accounts.worker_id_hris
    left join canonical.learners as learners on learners.learner_id_lms = wanted_accounts.learner_id_lms
),

-- what a new account tells its owner to learn; later it is the learning system's own
callings as (
    select
        expected.job_profile_id,
        string_agg(
            expected.name || ' (' || expected.level::varchar || ')', ', ' order by expected.name, expected.skill_id
        ) as skills
    from reconcile.expected_skills as expected
    where $has_expected_skills_field
    group by expected.job_profile_id
),

creations as (
    select
        'accounts' as family,
        'lms' as target_system,
        'account' as entity,
        'create' as operation,
        wanted.target_key,
        wanted.worker_id_hris,
        null::varchar as learner_id_lms,
        '' as subject,
        [
            '"active":true',
            '"branch":' || to_json(wanted.branch)::varchar,
            '"cost_center":' || to_json(wanted.cost_center)::varchar,
            '"department":' || to_json(wanted.department)::varchar,
            '"email":' || to_json(wanted.email)::varchar,
            '"employee_number":' || to_json(wanted.employee_number)::varchar,
            '"expected_skills":' || to_json(callings.skills)::varchar,
            '"first_name":' || to_json(wanted.first_name)::varchar,
            '"hire_date":' || to_json(wanted.hire_date)::varchar,
            '"job_profile":' || to_json(wanted.job_profile)::varchar,
            '"last_name":' || to_json(wanted.last_name)::varchar,
            '"location":' || to_json(wanted.location)::varchar,
            '"username":' || to_json(wanted.username)::varchar,
            '"worker_type":' || to_json(wanted.worker_type)::varchar
        ] as desired_pairs,
        ['"hris_status":' || to_json(wanted.status)::varchar] as base_pairs,
        case wanted.status
            when 'pre_hire' then 'Starts on ' || wanted.hire_date || ' and has no account yet.'
            else 'Is employed and has no account.'
        end as reason,
        'low' as risk
    from wanted
    left join callings on callings.job_profile_id = wanted.job_profile
    where wanted.can_be_created
),

updates as (
    select
        case differences.entity when 'account' then 'accounts' else 'organisation' end as family,
        'lms' as target_system,
        differences.entity,
        'update' as operation,
        'learner:' || differences.learner_id_lms as target_key,
        differences.worker_id_hris,
        differences.learner_id_lms,
        '' as subject,
        list(
            to_json(differences.field)::varchar || ':' || coalesce(to_json(differences.hris_value)::varchar, 'null')
            order by differences.field
        ) as desired_pairs,
        list_append(
            list(
                to_json(differences.field)::varchar || ':' || coalesce(to_json(differences.lms_value)::varchar, 'null')
                order by differences.field
            ),
            '"hris_status":' || to_json(differences.status)::varchar
        ) as base_pairs,
        'HR says otherwise: ' || string_agg(replace(differences.field, '_', ' '), ', ' order by differences.field) || '.'
            as reason,
        'low' as risk
    from reconcile.field_differences as differences
    group by differences.entity, differences.learner_id_lms, differences.worker_id_hris, differences.status
),

managers as (
    select
        'organisation' as family,
        'lms' as target_system,
        'manager' as entity,
        'set_manager' as operation,
        wanted.target_key,
        wanted.worker_id_hris,
        wanted.learner_id_lms,
        '' as subject,
        [
            '"manager_learner_id":' || to_json(wanted.manager_learner_id_lms)::varchar,
            case
                when wanted.manager_learner_id_lms is null
                    then '"manager_worker_id":' || to_json(wanted.manager_worker_id_hris)::varchar
            end
        ] as desired_pairs,
        [
            '"hris_manager":' || to_json(wanted.manager_worker_id_hris)::varchar,
            '"hris_status":' || to_json(wanted.status)::varchar,
            '"manager_learner_id":' || coalesce(to_json(wanted.present_manager_learner_id_lms)::varchar, 'null')
        ] as base_pairs,
        case
            when wanted.learner_id_lms is null then 'The new account needs its manager.'
            when wanted.manager_learner_id_lms is null then 'The manager''s account is about to be created.'
            else 'HR names another manager.'
        end as reason,
        'low' as risk
    from wanted
    where
        (wanted.learner_id_lms is not null or wanted.can_be_created)
        and wanted.manager_worker_id_hris is not null
        and wanted.manager_obstacle is null
        and (
            wanted.manager_learner_id_lms is null
            or wanted.present_manager_learner_id_lms is distinct from wanted.manager_learner_id_lms
        )
),

memberships as (
    select
        'roles' as family,
        'lms' as target_system,
        'groups' as entity,
        'set_groups' as operation,
        coalesce('learner:' || differences.learner_id_lms, 'worker:' || differences.worker_id_hris) as target_key,
        differences.worker_id_hris,
        differences.learner_id_lms,
        '' as subject,
        [
            '"add":' || to_json(differences.add_groups)::varchar,
            '"remove":' || to_json(differences.remove_groups)::varchar
        ] as desired_pairs,
        [
            '"groups":' || to_json(differences.held_groups)::varchar,
            '"hris_job_profile":' || coalesce(to_json(differences.job_profile_id)::varchar, 'null'),
            '"hris_status":' || to_json(differences.status)::varchar
        ] as base_pairs,
        'The role-mapping table gives other groups than the account has.' as reason,
        'low' as risk
    from reconcile.group_differences as differences
),

reactivations as (
    select
        'accounts' as family,
        'lms' as target_system,
        'account' as entity,
        'reactivate' as operation,
        wanted.target_key,
        wanted.worker_id_hris,
        wanted.learner_id_lms,
        '' as subject,
        ['"active":true'] as desired_pairs,
        ['"active":false', '"hris_status":' || to_json(wanted.status)::varchar] as base_pairs,
        case wanted.status
            when 'pre_hire' then 'Starts on ' || wanted.hire_date || '; the account is switched off.'
            else 'Is employed; the account is switched off.'
        end as reason,
        'low' as risk
    from wanted
    where wanted.learner_id_lms is not null and not wanted.is_active
),

-- every account of a leaver, second ones too: one that is left on is a way in
leavers as (
    select
        'offboarding' as family,
        'lms' as target_system,
        'account' as entity,
        'deactivate' as operation,
        'learner:' || accounts.learner_id_lms as target_key,
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.learner_id_lms,
        '' as subject,
        ['"active":false'] as desired_pairs,
        [
            '"active":true',
            '"hris_status":' || to_json(employments.status)::varchar,
            '"hris_termination_date":'
            || coalesce(to_json(strftime(workers.termination_date, '%Y-%m-%d'))::varchar, 'null')
        ] as base_pairs,
        case employments.status
            when 'rescinded' then 'The hire was called off.'
            else 'Left; last day ' || coalesce(strftime(workers.termination_date, '%Y-%m-%d'), 'unknown') || '.'
        end as reason,
        'high' as risk
    from reconcile.person_accounts as accounts
    cross join reconcile.observed as observed
    inner join canonical.learners as learners
        on learners.learner_id_lms = accounts.learner_id_lms and learners.is_active
    inner join canonical.employments as employments on employments.worker_id_hris = accounts.current_worker_id_hris
    inner join canonical.workers as workers on workers.worker_id_hris = accounts.current_worker_id_hris
    where
        not employments.is_in_scope
        and employments.status in ('terminated', 'rescinded')
        and observed.has_all_workers
),

orphans as (
    select
        'offboarding' as family,
        'lms' as target_system,
        'account' as entity,
        'deactivate' as operation,
        'learner:' || situations.record_id as target_key,
        null::varchar as worker_id_hris,
        situations.record_id as learner_id_lms,
        '' as subject,
        ['"active":false'] as desired_pairs,
        ['"active":true', '"hris_match":"none"'] as base_pairs,
        'Orphan: no worker of the HR system belongs to the account.' as reason,
        'high' as risk
    from reconcile.situations as situations
    where situations.record_kind = 'learner' and situations.situation = 'orphan' and $orphan_reaction = 'deactivate'
),

histories as (
    select
        completions.learner_id_lms,
        string_agg(
            distinct coalesce(completions.course_code, '?') || '@' || strftime(completions.completed_date, '%Y-%m-%d'),
            '|'
            order by coalesce(completions.course_code, '?') || '@' || strftime(completions.completed_date, '%Y-%m-%d')
        ) as completions
    from canonical.completions as completions
    group by completions.learner_id_lms
),

merges as (
    select
        'accounts' as family,
        'lms' as target_system,
        'account' as entity,
        'merge' as operation,
        'learner:' || accounts.primary_learner_id_lms as target_key,
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.primary_learner_id_lms as learner_id_lms,
        accounts.learner_id_lms as subject,
        ['"duplicate_learner_id":' || to_json(accounts.learner_id_lms)::varchar] as desired_pairs,
        [
            '"completions":' || to_json(coalesce(kept.completions, ''))::varchar,
            '"duplicate_completions":' || to_json(coalesce(merged.completions, ''))::varchar
        ] as base_pairs,
        'A second account of the same person; its completions move to the first.' as reason,
        'high' as risk
    from reconcile.person_accounts as accounts
    cross join reconcile.observed as observed
    inner join canonical.employments as employments
        on employments.worker_id_hris = accounts.current_worker_id_hris and employments.is_in_scope
    left join histories as kept on kept.learner_id_lms = accounts.primary_learner_id_lms
    left join histories as merged on merged.learner_id_lms = accounts.learner_id_lms
    left join (select distinct merge_losses.learner_id_lms from reconcile.merge_losses as merge_losses) as lossy
        on lossy.learner_id_lms = accounts.learner_id_lms
    where
        accounts.role = 'duplicate'
        and $duplicate_reaction = 'merge'
        and observed.has_all_enrolments
        and observed.has_all_certificates
        and lossy.learner_id_lms is null
)

select
    creations.family,
    creations.target_system,
    creations.entity,
    creations.operation,
    creations.target_key,
    creations.worker_id_hris,
    creations.learner_id_lms,
    creations.subject,
    creations.desired_pairs,
    creations.base_pairs,
    creations.reason,
    creations.risk
from creations
union all
select
    updates.family,
    updates.target_system,
    updates.entity,
    updates.operation,
    updates.target_key,
    updates.worker_id_hris,
    updates.learner_id_lms,
    updates.subject,
    updates.desired_pairs,
    updates.base_pairs,
    updates.reason,
    updates.risk
from updates
union all
select
    managers.family,
    managers.target_system,
    managers.entity,
    managers.operation,
    managers.target_key,
    managers.worker_id_hris,
    managers.learner_id_lms,
    managers.subject,
    managers.desired_pairs,
    managers.base_pairs,
    managers.reason,
    managers.risk
from managers
union all
select
    memberships.family,
    memberships.target_system,
    memberships.entity,
    memberships.operation,
    memberships.target_key,
    memberships.worker_id_hris,
    memberships.learner_id_lms,
    memberships.subject,
    memberships.desired_pairs,
    memberships.base_pairs,
    memberships.reason,
    memberships.risk
from memberships
union all
select
    reactivations.family,
    reactivations.target_system,
    reactivations.entity,
    reactivations.operation,
    reactivations.target_key,
    reactivations.worker_id_hris,
    reactivations.learner_id_lms,
    reactivations.subject,
    reactivations.desired_pairs,
    reactivations.base_pairs,
    reactivations.reason,
    reactivations.risk
from reactivations
union all
select
    leavers.family,
    leavers.target_system,
    leavers.entity,
    leavers.operation,
    leavers.target_key,
    leavers.worker_id_hris,
    leavers.learner_id_lms,
    leavers.subject,
    leavers.desired_pairs,
    leavers.base_pairs,
    leavers.reason,
    leavers.risk
from leavers
union all
select
    orphans.family,
    orphans.target_system,
    orphans.entity,
    orphans.operation,
    orphans.target_key,
    orphans.worker_id_hris,
    orphans.learner_id_lms,
    orphans.subject,
    orphans.desired_pairs,
    orphans.base_pairs,
    orphans.reason,
    orphans.risk
from orphans
union all
select
    merges.family,
    merges.target_system,
    merges.entity,
    merges.operation,
    merges.target_key,
    merges.worker_id_hris,
    merges.learner_id_lms,
    merges.subject,
    merges.desired_pairs,
    merges.base_pairs,
    merges.reason,
    merges.risk
from merges
order by operation, target_key, entity, subject
