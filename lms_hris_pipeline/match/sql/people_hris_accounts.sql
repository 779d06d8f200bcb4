-- grain: one account of kind employee of the learning system, as it came
with accounts as (
    select
        learners.learner_id_lms,
        learners.first_name,
        learners.last_name,
        learners.is_active,
        learners.created_at,
        learners.worker_type,
        learners.job_profile_id,
        learners.department,
        learners.cost_center_id,
        learners.location_id,
        learners.manager_learner_id_lms,
        learners.hire_date,
        learners.email,
        lower(trim(learners.username)) as username,
        coalesce(
            learners.employee_number,
            -- a user name such as E004711 is the number where nothing else is
            case when regexp_full_match(trim(learners.username), '[A-Za-z]{0,3}[0-9]{3,}') then learners.username end
        ) as employee_number
    from canonical.learners as learners
    where learners.kind = 'employee'
)

select
    accounts.learner_id_lms as learner_id,
    accounts.first_name,
    accounts.last_name,
    accounts.employee_number,
    accounts.email,
    case when regexp_full_match(accounts.username, '[^@\s]+@[^@\s]+') then accounts.username end as other_email,
    -- day first where both readings are possible: the year-first form is what the pipeline itself writes
    try_strptime(
        left(accounts.hire_date, 10), ['%Y-%m-%d', '%d.%m.%Y', '%Y/%m/%d', '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%Y%m%d']
    )::date as hire_date,
    accounts.department,
    accounts.location_id as location,
    accounts.cost_center_id as cost_center,
    managers.employee_number as manager_number,
    managers.email as manager_email,
    accounts.job_profile_id as job_title,
    accounts.worker_type,
    accounts.created_at,
    accounts.is_active,
    null::varchar as birth_date,
    null::varchar as house_number,
    null::varchar as street,
    null::varchar as postcode,
    null::varchar as city,
    null::varchar as state
from accounts
left join canonical.learners as managers on managers.learner_id_lms = accounts.manager_learner_id_lms
