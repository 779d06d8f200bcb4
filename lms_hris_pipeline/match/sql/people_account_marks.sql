-- grain: one account: a hash of all that is given of it
-- Every column is named, so that whoever has the same mark tomorrow needs no new comparison.
select
    given.account_no,
    hash(
        given.learner_id,
        given.first_name,
        given.last_name,
        given.employee_number,
        given.email,
        given.other_email,
        given.hire_date,
        given.department,
        given.location,
        given.cost_center,
        given.manager_number,
        given.manager_email,
        given.job_title,
        given.worker_type,
        given.created_at,
        given.is_active,
        given.birth_date,
        given.house_number,
        given.street,
        given.postcode,
        given.city,
        given.state
    ) as mark
from people_given_accounts as given
