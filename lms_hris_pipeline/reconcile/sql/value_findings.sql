-- grain: one finding about a value of a person or an account
-- What a delta would mend is read from the differences and deltas, so that both always agree.
with deltas as (
    select
        proposed.wish_id,
        proposed.operation,
        proposed.target_key,
        proposed.worker_id_hris,
        proposed.learner_id_lms,
        proposed.base,
        proposed.entity
    from reconcile.proposed_deltas as proposed
),

current_workers as (
    select
        employments.worker_id_hris,
        employments.local_date,
        employments.cost_center_id,
        employments.location_id,
        employments.job_profile_id,
        employments.manager_worker_id_hris,
        workers.email,
        wanted.learner_id_lms,
        wanted.username,
        wanted.username_holder_learner_id_lms,
        wanted.is_username_contested,
        wanted.account_obstacle,
        wanted.manager_obstacle,
        learners.email as held_email,
        lower(trim(learners.username)) as held_username,
        learners.cost_center_id as held_cost_center,
        learners.location_id as held_location,
        learners.job_profile_id as held_job_profile,
        learners.manager_learner_id_lms as held_manager
    from canonical.employments as employments
    inner join canonical.workers as workers on workers.worker_id_hris = employments.worker_id_hris
    inner join reconcile.wanted_accounts as wanted on wanted.worker_id_hris = employments.worker_id_hris
    left join canonical.learners as learners on learners.learner_id_lms = wanted.learner_id_lms
    where employments.is_current and employments.is_in_scope
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
        deltas.wish_id
    from reconcile.field_differences as differences
    left join deltas
        on
            deltas.operation = 'update'
            and deltas.entity = differences.entity
            and deltas.learner_id_lms = differences.learner_id_lms
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
        deltas.wish_id
    from reconcile.group_differences as differences
    left join deltas
        on deltas.operation = 'set_groups' and deltas.learner_id_lms = differences.learner_id_lms
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
        deltas.wish_id
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
        coalesce('account ' || current_workers.username_holder_learner_id_lms, 'another person who is to get it') as note,
        null::varchar as wish_id
    from current_workers
    where
        (current_workers.learner_id_lms is not null and current_workers.username_holder_learner_id_lms is not null)
        or current_workers.account_obstacle = 'username_contested'
        or (current_workers.is_username_contested and current_workers.held_username <> current_workers.username)
),

missing_values as (
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'email' as field, current_workers.email as hris_value, current_workers.held_email as lms_value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'cost_center' as field, current_workers.cost_center_id as hris_value, current_workers.held_cost_center as lms_value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'location' as field, current_workers.location_id as hris_value, current_workers.held_location as lms_value from current_workers
    union all
    select current_workers.worker_id_hris, current_workers.learner_id_lms, 'job_profile' as field, current_workers.job_profile_id as hris_value, current_workers.held_job_profile as lms_value from current_workers
),

hr_values_missing as (
    select
        'hr_value_missing' as type,
        missing_values.worker_id_hris,
        missing_values.learner_id_lms,
        missing_values.field,
        missing_values.hris_value,
        missing_values.lms_value,
        'hr_value_missing:' || missing_values.field as root_cause,
        '' as note,
        null::varchar as wish_id
    from missing_values
    where missing_values.hris_value is null
),

managers as (
    select
        case current_workers.manager_obstacle when 'cycle' then 'manager_cycle' else 'manager_without_account' end as type,
        current_workers.worker_id_hris,
        case current_workers.manager_obstacle when 'cycle' then null else current_workers.learner_id_lms end
            as learner_id_lms,
        'manager' as field,
        current_workers.manager_worker_id_hris as hris_value,
        case current_workers.manager_obstacle when 'without_account' then current_workers.held_manager end as lms_value,
        case current_workers.manager_obstacle
            when 'cycle' then 'manager_cycle:' || cycles.cycle_key
            else 'manager:' || current_workers.manager_worker_id_hris
        end as root_cause,
        '' as note,
        null::varchar as wish_id
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
        null::varchar as wish_id
    from current_workers
    inner join canonical.cost_centers as cost_centers
        on cost_centers.cost_center_id = current_workers.cost_center_id
    where cost_centers.closed_date < current_workers.local_date
)

select
    differences.type,
    differences.worker_id_hris,
    differences.learner_id_lms,
    differences.field,
    differences.hris_value,
    differences.lms_value,
    differences.root_cause,
    differences.note,
    differences.wish_id
from differences
union all
select
    usernames_taken.type,
    usernames_taken.worker_id_hris,
    usernames_taken.learner_id_lms,
    usernames_taken.field,
    usernames_taken.hris_value,
    usernames_taken.lms_value,
    usernames_taken.root_cause,
    usernames_taken.note,
    usernames_taken.wish_id
from usernames_taken
union all
select
    hr_values_missing.type,
    hr_values_missing.worker_id_hris,
    hr_values_missing.learner_id_lms,
    hr_values_missing.field,
    hr_values_missing.hris_value,
    hr_values_missing.lms_value,
    hr_values_missing.root_cause,
    hr_values_missing.note,
    hr_values_missing.wish_id
from hr_values_missing
union all
select
    managers.type,
    managers.worker_id_hris,
    managers.learner_id_lms,
    managers.field,
    managers.hris_value,
    managers.lms_value,
    managers.root_cause,
    managers.note,
    managers.wish_id
from managers
union all
select
    cost_centers_closed.type,
    cost_centers_closed.worker_id_hris,
    cost_centers_closed.learner_id_lms,
    cost_centers_closed.field,
    cost_centers_closed.hris_value,
    cost_centers_closed.lms_value,
    cost_centers_closed.root_cause,
    cost_centers_closed.note,
    cost_centers_closed.wish_id
from cost_centers_closed
order by type, worker_id_hris, learner_id_lms, field, hris_value, lms_value
