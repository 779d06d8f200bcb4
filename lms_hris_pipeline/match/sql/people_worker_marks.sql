-- grain: one worker record: a hash of all that is given of it and of its names, and of what it shares with others
-- Every column is named, so that whoever has the same mark tomorrow needs no new comparison.
with named as (
    select
        ways.worker_no,
        list(hash(ways.first_name, ways.last_name, ways.is_former) order by ways.way_no) as names
    from people_given_names as ways
    group by ways.worker_no
)

select
    hash(
        given.worker_id,
        given.current_worker_id,
        given.is_current,
        given.is_in_scope,
        given.employee_number,
        given.former_numbers,
        given.email,
        given.former_emails,
        given.hire_date,
        given.other_hire_date,
        given.termination_date,
        given.department,
        given.other_department,
        given.location,
        given.cost_center,
        given.manager_number,
        given.manager_email,
        given.job_title,
        given.worker_type,
        given.birth_date,
        given.house_number,
        given.street,
        given.postcode,
        given.city,
        given.state,
        named.names,
        flags.is_email_shared
    ) as mark
from people_given_workers as given
inner join named on named.worker_no = given.worker_no
inner join people_worker_flags as flags on flags.worker_no = given.worker_no
order by given.worker_no
