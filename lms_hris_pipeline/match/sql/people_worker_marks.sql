-- grain: one worker record: a hash of all that is given of it but its names, which are in people_way_marks
-- Every column is named, so that whoever has the same mark tomorrow needs no new comparison.
select
    given.worker_no,
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
        given.state
    ) as mark
from people_given_workers as given
