-- grain: one learner of a table that somebody brings, numbered by its id
select
    (row_number() over (order by given.learner_id) - 1)::integer as account_no,
    given.learner_id,
    given.first_name,
    given.last_name,
    given.employee_number,
    given.email,
    null::varchar as other_email,
    given.hire_date,
    given.department,
    given.location,
    null::varchar as cost_center,
    null::varchar as manager_number,
    given.manager_email,
    given.job_title,
    null::varchar as worker_type,
    null::timestamp as created_at,
    true as is_active,
    given.birth_date,
    given.house_number,
    given.street,
    given.postcode,
    given.city,
    given.state
from people_given as given
order by given.learner_id
