-- grain: one worker record, its fields in the form in which they are compared
with numbered as (
    select
        workers.worker_id_hris,
        nullif(ltrim(upper(regexp_replace(workers.employee_number, '[^0-9A-Za-z]', '', 'g')), '0'), '') as number,
        list_filter(
            list_transform(
                workers.former_employee_numbers,
                lambda former: ltrim(upper(regexp_replace(former, '[^0-9A-Za-z]', '', 'g')), '0')
            ),
            lambda former: former <> ''
        ) as former_numbers
    from canonical.workers as workers
),

-- an address of three or more people is nobody's own
shared_emails as (
    select workers.email
    from canonical.workers as workers
    where workers.email is not null
    group by workers.email
    having count(distinct workers.person_key) > 2
)

select
    row_number() over (order by workers.worker_id_hris) - 1 as worker_no,
    dense_rank() over (order by workers.person_key) - 1 as person_no,
    workers.worker_id_hris,
    employments.current_worker_id_hris,
    employments.is_current,
    employments.is_in_scope,
    list_filter(
        list_concat(
            [workers.first_name],
            case when workers.legal_first_name <> workers.first_name then [workers.legal_first_name] end
        ),
        lambda name: name is not null
    ) as first_names,
    list_filter(
        list_concat(
            [workers.last_name],
            case when workers.legal_last_name <> workers.last_name then [workers.legal_last_name] end,
            workers.former_last_names
        ),
        lambda name: name is not null
    ) as last_names,
    (workers.last_name is not null)::integer
    + coalesce(workers.legal_last_name <> workers.last_name, false)::integer as present_last_name_count,
    lower(workers.worker_type) as worker_type,
    employments.job_profile_id,
    list_filter(
        [lower(employments.supervisory_organization_id), lower(organizations.name)],
        lambda department: department is not null
    ) as departments,
    employments.cost_center_id,
    employments.location_id,
    numbered.number,
    numbered.former_numbers,
    case when shared_emails.email is null then workers.email end as email,
    shared_emails.email is not null as is_email_shared,
    workers.former_emails,
    list_distinct(list_filter(
        [workers.hire_date, workers.original_hire_date], lambda hired: hired is not null
    )) as hire_dates,
    least(workers.hire_date, workers.original_hire_date) as first_hire_date,
    workers.hire_date,
    workers.termination_date,
    managers.number as manager_number,
    manager_records.email as manager_email
from canonical.workers as workers
inner join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris
inner join numbered on numbered.worker_id_hris = workers.worker_id_hris
left join shared_emails on shared_emails.email = workers.email
left join canonical.supervisory_organizations as organizations
    on organizations.supervisory_organization_id = employments.supervisory_organization_id
left join numbered as managers on managers.worker_id_hris = employments.manager_worker_id_hris
left join canonical.workers as manager_records on manager_records.worker_id_hris = employments.manager_worker_id_hris
order by workers.worker_id_hris
