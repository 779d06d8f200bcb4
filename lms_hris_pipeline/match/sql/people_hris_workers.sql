-- grain: one worker record of the HR system; records of one person share its key
select
    workers.person_key,
    workers.worker_id_hris as worker_id,
    employments.current_worker_id_hris as current_worker_id,
    employments.is_current,
    employments.is_in_scope,
    workers.employee_number,
    workers.former_employee_numbers as former_numbers,
    workers.email,
    workers.former_emails,
    workers.hire_date,
    case when workers.original_hire_date <> workers.hire_date then workers.original_hire_date end as other_hire_date,
    workers.termination_date,
    employments.supervisory_organization_id as department,
    organizations.name as other_department,
    employments.location_id as location,
    employments.cost_center_id as cost_center,
    managers.employee_number as manager_number,
    managers.email as manager_email,
    employments.job_profile_id as job_title,
    workers.worker_type,
    null::varchar as birth_date,
    null::varchar as house_number,
    null::varchar as street,
    null::varchar as postcode,
    null::varchar as city,
    null::varchar as state
from canonical.workers as workers
inner join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris
left join canonical.supervisory_organizations as organizations
    on organizations.supervisory_organization_id = employments.supervisory_organization_id
left join canonical.workers as managers on managers.worker_id_hris = employments.manager_worker_id_hris
