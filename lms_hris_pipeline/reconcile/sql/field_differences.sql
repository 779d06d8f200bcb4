-- grain: one field of one account
-- First accounts of people in scope. E-mail and user name are compared whatever their case, the rest exactly.
-- What HR does not say is not compared. Where the settings say that an empty value erases, a field erases that HR
-- sent empty; a field that it did not send never does.
with pairs as (
    select
        wanted.worker_id_hris,
        learners.learner_id_lms,
        employments.status,
        wanted.first_name as wanted_first_name,
        wanted.last_name as wanted_last_name,
        wanted.email as wanted_email,
        -- a name that another account has, or that two people are to have, cannot be given; without all accounts
        -- nobody can tell
        case
            when wanted.username_holder_learner_id_lms is null and not wanted.is_username_contested and observed.has_all_learners
                then wanted.username
        end as wanted_username,
        wanted.employee_number as wanted_employee_number,
        wanted.hire_date as wanted_hire_date,
        wanted.worker_type as wanted_worker_type,
        wanted.job_profile as wanted_job_profile,
        wanted.department as wanted_department,
        wanted.cost_center as wanted_cost_center,
        wanted.location as wanted_location,
        wanted.branch as wanted_branch,
        learners.first_name,
        learners.last_name,
        learners.email,
        learners.username,
        learners.employee_number,
        learners.hire_date,
        learners.worker_type,
        learners.job_profile_id,
        learners.department,
        learners.cost_center_id,
        learners.location_id,
        learners.branch_code
    from reconcile.wanted_accounts as wanted
    cross join reconcile.observed as observed
    inner join canonical.learners as learners on learners.learner_id_lms = wanted.learner_id_lms
    inner join canonical.employments as employments on employments.worker_id_hris = wanted.worker_id_hris
),

compared as (
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'first_name' as field, pairs.wanted_first_name as hris_value, pairs.first_name as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'last_name' as field, pairs.wanted_last_name as hris_value, pairs.last_name as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'email' as field, pairs.wanted_email as hris_value, pairs.email as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'username' as field, pairs.wanted_username as hris_value, pairs.username as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'employee_number' as field, pairs.wanted_employee_number as hris_value, pairs.employee_number as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'hire_date' as field, pairs.wanted_hire_date as hris_value, pairs.hire_date as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'account' as entity, 'worker_type' as field, pairs.wanted_worker_type as hris_value, pairs.worker_type as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'profile' as entity, 'job_profile' as field, pairs.wanted_job_profile as hris_value, pairs.job_profile_id as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'profile' as entity, 'department' as field, pairs.wanted_department as hris_value, pairs.department as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'profile' as entity, 'cost_center' as field, pairs.wanted_cost_center as hris_value, pairs.cost_center_id as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'profile' as entity, 'location' as field, pairs.wanted_location as hris_value, pairs.location_id as lms_value from pairs
    union all
    select pairs.learner_id_lms, pairs.worker_id_hris, pairs.status, 'branch' as entity, 'branch' as field, pairs.wanted_branch as hris_value, pairs.branch_code as lms_value from pairs
),

emptied as (
    select
        employments.worker_id_hris,
        emptied_fields.field
    from canonical.emptied_fields as emptied_fields
    inner join canonical.employments as employments
        on
            employments.worker_id_hris = emptied_fields.worker_id_hris
            and employments.assignment_id = emptied_fields.assignment_id
    where $erase_when_empty::boolean
),

settling as (
    select distinct
        pending.target_key,
        pending.entity
    from match.pending_changes as pending
    where pending.operation = 'update'
)

select
    compared.learner_id_lms,
    compared.field,
    compared.worker_id_hris,
    compared.entity,
    compared.hris_value,
    compared.lms_value,
    compared.status
from compared
left join emptied on emptied.worker_id_hris = compared.worker_id_hris and emptied.field = compared.field
left join settling
    on settling.target_key = 'learner:' || compared.learner_id_lms and settling.entity = compared.entity
where
    settling.target_key is null
    and case
        when compared.hris_value is null
            then emptied.field is not null and compared.lms_value is not null
        when compared.field in ('email', 'username')
            then lower(trim(compared.lms_value)) is distinct from compared.hris_value
        else compared.lms_value is distinct from compared.hris_value
    end
order by compared.learner_id_lms, compared.field
