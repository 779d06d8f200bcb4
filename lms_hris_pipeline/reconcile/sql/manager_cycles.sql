-- grain: one worker record in a cycle of managers
-- Everybody has at most one manager, so that leaps of doubled length end in a cycle or above the top:
-- after 2^20 steps whoever is still reached is in a cycle (firms of up to a million people).
with recursive reports as (
    select
        employments.worker_id_hris,
        managers.current_worker_id_hris as manager_worker_id_hris
    from canonical.employments as employments
    inner join canonical.employments as manager_records
        on manager_records.worker_id_hris = employments.manager_worker_id_hris
    inner join canonical.employments as managers
        on managers.worker_id_hris = manager_records.current_worker_id_hris and managers.is_in_scope
    where employments.is_current and employments.is_in_scope
),

leaps as (
    select
        0 as doubling_no,
        reports.worker_id_hris,
        reports.manager_worker_id_hris as reached_worker_id_hris,
        least(reports.worker_id_hris, reports.manager_worker_id_hris) as least_worker_id_hris
    from reports
    union all
    select
        near.doubling_no + 1 as doubling_no,
        near.worker_id_hris,
        far.reached_worker_id_hris,
        least(near.least_worker_id_hris, far.least_worker_id_hris) as least_worker_id_hris
    from leaps as near
    inner join leaps as far on far.worker_id_hris = near.reached_worker_id_hris
    where near.doubling_no < 20
),

reached as (
    select distinct leaps.reached_worker_id_hris as worker_id_hris
    from leaps
    where leaps.doubling_no = 20
)

select
    leaps.worker_id_hris,
    leaps.least_worker_id_hris as cycle_key
from leaps
inner join reached on reached.worker_id_hris = leaps.worker_id_hris
where leaps.doubling_no = 20
order by leaps.worker_id_hris
