-- grain: one worker record, its fields in the form in which they are compared, and how rare each value is
-- An address of more than $most_holders people is nobody's own. Rarity is in bits: how many people share the value.
with counted as (
    select
        workers.worker_no,
        workers.person_no,
        nullif(lower(trim(workers.email)), '') as email,
        number_key(workers.employee_number) as number,
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
    from people_given_workers as workers
),

shared_emails as (
    select counted.email
    from counted
    where counted.email is not null
    group by counted.email
    having count(distinct counted.person_no) > $most_holders
),

date_sizes as (select counted.hire_date, count(*) as size from counted group by counted.hire_date),

department_sizes as (select counted.department, count(*) as size from counted group by counted.department),

location_sizes as (select counted.location, count(*) as size from counted group by counted.location),

center_sizes as (select counted.cost_center, count(*) as size from counted group by counted.cost_center),

team_sizes as (
    select
        counted.manager_number,
        counted.manager_email,
        count(*) as size
    from counted
    group by counted.manager_number, counted.manager_email
),

title_sizes as (select counted.job_title, count(*) as size from counted group by counted.job_title)

select
    counted.worker_no,
    counted.person_no,
    counted.number,
    nullif(ltrim(regexp_replace(counted.number, '[^0-9]', '', 'g'), '0'), '') as digits,
    coalesce(regexp_matches(counted.number, '[A-Z]'), false) as has_letter,
    counted.former_numbers,
    case when shared_emails.email is null then counted.email end as email,
    shared_emails.email is not null as is_email_shared,
    case when shared_emails.email is null then split_part(counted.email, '@', 1) end as mailbox,
    split_part(counted.email, '@', 2) as domain,
    counted.former_emails,
    counted.hire_date,
    counted.other_hire_date,
    counted.department,
    counted.other_department,
    counted.location,
    counted.cost_center,
    counted.manager_number,
    counted.manager_email,
    counted.job_title,
    coalesce(regexp_matches(counted.job_title, '[0-9]'), false) as title_has_digit,
    counted.worker_type,
    counted.first_hire_date,
    counted.termination_date,
    counted.birth_date,
    counted.house_number,
    counted.street,
    counted.postcode,
    counted.city,
    counted.state,
    log2($population / (date_sizes.size + 1))::float as date_rarity,
    log2($population / (department_sizes.size + 1))::float as department_rarity,
    log2($population / (location_sizes.size + 1))::float as location_rarity,
    log2($population / (center_sizes.size + 1))::float as center_rarity,
    log2($population / (team_sizes.size + 1))::float as team_rarity,
    log2($population / (title_sizes.size + 1))::float as title_rarity
from counted
left join shared_emails on shared_emails.email = counted.email
left join date_sizes on date_sizes.hire_date = counted.hire_date
left join department_sizes on department_sizes.department = counted.department
left join location_sizes on location_sizes.location = counted.location
left join center_sizes on center_sizes.cost_center = counted.cost_center
left join team_sizes
    on team_sizes.manager_number is not distinct from counted.manager_number
    and team_sizes.manager_email is not distinct from counted.manager_email
left join title_sizes on title_sizes.job_title = counted.job_title
order by counted.worker_no
