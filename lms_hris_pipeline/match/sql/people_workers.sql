-- grain: one worker record to be compared, its fields in the form in which they are compared
-- An address of very many people is nobody's own.
with formed as (
    select
        workers.worker_no,
        workers.is_email_shared,
        email_key(workers.email) as email,
        number_key(workers.employee_number) as number,
        number_stem(workers.employee_number) as number_stem,
        case
            when len(workers.former_numbers) > 0 then
                list_filter(
                    list_transform(workers.former_numbers, lambda former: number_key(former)),
                    lambda former: former is not null
                )
        end as former_numbers,
        case when len(workers.former_emails) > 0 then workers.former_emails end as former_emails,
        workers.hire_date,
        workers.other_hire_date,
        lower(trim(workers.department)) as department,
        lower(trim(workers.other_department)) as other_department,
        workers.location,
        workers.cost_center,
        number_key(workers.manager_number) as manager_number,
        lower(trim(workers.manager_email)) as manager_email,
        lower(trim(workers.job_title)) as job_title,
        lower(workers.worker_type) as worker_type,
        least(workers.hire_date, workers.other_hire_date) as first_hire_date,
        workers.termination_date,
        nullif(regexp_replace(workers.birth_date, '[^0-9]', '', 'g'), '') as birth_date,
        address_key(workers.house_number) as house_number,
        address_key(workers.street) as street,
        address_key(workers.postcode) as postcode,
        address_key(workers.city) as city,
        address_key(workers.state) as state
    from people_chosen_workers as workers
)

select
    formed.worker_no,
    formed.number,
    formed.number_stem,
    digits_of(formed.number) as digits,
    coalesce(regexp_matches(formed.number, '[A-Z]'), false) as has_letter,
    formed.former_numbers,
    case when not formed.is_email_shared then formed.email end as email,
    formed.is_email_shared,
    case when not formed.is_email_shared then split_part(formed.email, '@', 1) end as mailbox,
    case when not formed.is_email_shared then mailbox_stem(split_part(formed.email, '@', 1)) end as mailbox_stem,
    split_part(formed.email, '@', 2) as domain,
    is_private(split_part(formed.email, '@', 2)) as is_private,
    formed.former_emails,
    formed.hire_date,
    formed.other_hire_date,
    formed.department,
    formed.other_department,
    formed.location,
    formed.cost_center,
    formed.manager_number,
    formed.manager_email,
    formed.job_title,
    coalesce(regexp_matches(formed.job_title, '[0-9]'), false) as title_has_digit,
    formed.worker_type,
    formed.first_hire_date,
    formed.termination_date,
    formed.birth_date,
    formed.house_number,
    formed.street,
    formed.postcode,
    formed.city,
    formed.state
from formed
