-- grain: one worker of a table that somebody brings, numbered by its id; those of one universal id are one person
-- The latest hired record stands for a person.
with numbered as (
    select
        given.*,
        case
            when given.universal_id is not null then
                first_value(given.worker_id) over (
                    partition by given.universal_id order by given.hire_date desc nulls last, given.worker_id desc
                )
            else given.worker_id
        end as current_worker_id
    from people_given as given
)

select
    (row_number() over (order by numbered.worker_id) - 1)::integer as worker_no,
    (dense_rank() over (order by numbered.current_worker_id) - 1)::integer as person_no,
    numbered.worker_id,
    numbered.current_worker_id,
    numbered.current_worker_id = numbered.worker_id as is_current,
    true as is_in_scope,
    numbered.employee_number,
    null::varchar[] as former_numbers,
    numbered.email,
    null::varchar[] as former_emails,
    numbered.hire_date,
    null::date as other_hire_date,
    null::date as termination_date,
    numbered.department,
    null::varchar as other_department,
    numbered.location,
    null::varchar as cost_center,
    null::varchar as manager_number,
    numbered.manager_email,
    numbered.job_title,
    null::varchar as worker_type,
    numbered.birth_date,
    numbered.house_number,
    numbered.street,
    numbered.postcode,
    numbered.city,
    numbered.state
from numbered
order by numbered.worker_id
