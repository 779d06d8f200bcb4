-- grain: one account
-- Zero dates are null. An account can log in unless the learning system says that it cannot.
with received as materialized (
    select
        from_json(users.record, '{"user_id":"VARCHAR","username":"VARCHAR","first_name":"VARCHAR","last_name":"VARCHAR","email":"VARCHAR","status":"VARCHAR","level":"VARCHAR","creation_date":"VARCHAR","last_update":"VARCHAR","last_access_date":"VARCHAR","manager_id":"VARCHAR","branches":[{"id":"VARCHAR","code":"VARCHAR"}]}') as entry,
        json_extract_string(users.record, [
            $lms_employee_number, $lms_job_profile, $lms_department, $lms_cost_center, $lms_location, $lms_hire_date,
            $lms_worker_type, $lms_account_kind
        ]) as fields,
        users.fetched_at,
        users.record::varchar as text
    from raw_lms.users as users
),

latest as (
    select
        nullif(trim(received.entry['user_id']), '') as learner_id_lms,
        received.entry,
        received.fields,
        lower(trim(received.entry['level'])) as level,
        lower(trim(received.fields[8])) as account_kind
    from received
    where nullif(trim(received.entry['user_id']), '') is not null
    -- a user moved between pages while they were read comes twice
    qualify row_number() over (
        partition by trim(received.entry['user_id'])
        order by received.entry['last_update'] desc nulls last, received.fetched_at desc, received.text
    ) = 1
),

placed as (
    select
        latest.learner_id_lms,
        latest.entry,
        latest.fields,
        latest.level,
        latest.account_kind,
        list_sort(list_filter(
            list_transform(latest.entry['branches'], lambda branch: nullif(trim(branch['code']), '')),
            lambda code: code is not null
        )) as branch_codes
    from latest
)

select
    placed.learner_id_lms,
    coalesce(placed.entry['username'], '') as username,
    nullif(trim(placed.entry['first_name']), '') as first_name,
    nullif(trim(placed.entry['last_name']), '') as last_name,
    nullif(lower(trim(placed.entry['email'])), '') as email,
    case
        when placed.level in ('godadmin', 'power_user') then 'privileged'
        when placed.account_kind in ('external', 'service') then placed.account_kind
        else 'employee'
    end as kind,
    coalesce(lower(trim(placed.entry['status'])) not in ('0', 'false', 'deactivated', 'inactive'), true) as is_active,
    nullif(trim(placed.fields[1]), '') as employee_number,
    nullif(trim(placed.fields[2]), '') as job_profile_id,
    nullif(trim(placed.fields[3]), '') as department,
    nullif(trim(placed.fields[4]), '') as cost_center_id,
    nullif(trim(placed.fields[5]), '') as location_id,
    nullif(trim(placed.fields[6]), '') as hire_date,
    nullif(trim(placed.fields[7]), '') as worker_type,
    placed.branch_codes[1] as branch_code,
    nullif(nullif(trim(placed.entry['manager_id']), ''), '0') as manager_learner_id_lms,
    try_cast(placed.entry['creation_date'] as timestamp) as created_at,
    try_cast(placed.entry['last_access_date'] as timestamp) as last_access_at,
    try_cast(placed.entry['last_update'] as timestamp) as last_updated_at
from placed
order by placed.learner_id_lms
