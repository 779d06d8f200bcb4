-- grain: one account: a hash of all that is given of it, and of what it shares with others
-- Every column is named, so that whoever has the same mark tomorrow needs no new comparison.
select
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
        given.state,
        flags.is_email_shared,
        flags.is_other_email_shared,
        flags.is_number_shared
    ) as mark
from people_given_accounts as given
inner join people_account_flags as flags on flags.account_no = given.account_no
order by given.account_no
