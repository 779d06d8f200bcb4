-- grain: the worker record $worker
select
    workers.employee_number,
    workers.worker_type,
    workers.first_name,
    workers.last_name,
    workers.email,
    workers.hire_date,
    workers.termination_date,
    employments.status,
    employments.scope_reason,
    employments.local_date,
    employments.is_on_leave,
    employments.current_worker_id_hris,
    employments.job_profile_id,
    employments.supervisory_organization_id,
    employments.cost_center_id,
    employments.location_id,
    situations.situation,
    situations.reason,
    situations.partner_id
from canonical.workers as workers
inner join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris
left join reconcile.situations as situations
    on situations.record_kind = 'worker' and situations.record_id = workers.worker_id_hris
where workers.worker_id_hris = $worker
