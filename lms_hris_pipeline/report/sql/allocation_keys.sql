-- grain: one cost centre of one invoice line that has something to be shared by
-- A line that names a cost centre goes there whole. Other lines are shared by what their contract says, or by the
-- enrolments in their course within the service period. A cost centre is that of the account's person as at the
-- batch's instant; where no person or no cost centre is known the unit counts for UNASSIGNED, so that nobody pays
-- for people who are not theirs. Which lines have nothing to be shared by, reconcile.unallocated_charges says too.
with lines as (
    select
        charges.invoice_id,
        charges.line_no,
        charges.cost_center_id,
        charges.service_from_date,
        charges.service_to_date,
        courses.course_code,
        contracts.allocation,
        charges.contract_id is not null
        and (charges.charge_type = 'LICENCE' or charges.course_code is null) as is_by_contract
    from canonical.charges as charges
    left join canonical.courses as courses on courses.course_code = charges.course_code
    left join canonical.licence_contracts as contracts on contracts.contract_id = charges.contract_id
),

account_cost_centers as (
    select
        learners.learner_id_lms,
        learners.is_active and learners.kind in ('employee', 'external') as is_active_learner,
        coalesce(employments.cost_center_id, 'UNASSIGNED') as cost_center_id
    from canonical.learners as learners
    left join reconcile.person_accounts as accounts on accounts.learner_id_lms = learners.learner_id_lms
    left join canonical.employments as employments on employments.worker_id_hris = accounts.current_worker_id_hris
),

active_learners as (
    select
        account_cost_centers.cost_center_id,
        count(*) as unit_count
    from account_cost_centers
    where account_cost_centers.is_active_learner
    group by account_cost_centers.cost_center_id
),

headcount as (
    select
        coalesce(employments.cost_center_id, 'UNASSIGNED') as cost_center_id,
        count(*) as unit_count
    from canonical.employments as employments
    where employments.is_current and employments.is_in_scope
    group by coalesce(employments.cost_center_id, 'UNASSIGNED')
),

-- counted by day before lines are joined: a million enrolments become some ten thousand rows
enrolled_days as (
    select
        enrolments.course_code,
        enrolments.enrolled_at::date as enrolled_date,
        coalesce(account_cost_centers.cost_center_id, 'UNASSIGNED') as cost_center_id,
        count(*) as unit_count
    from canonical.enrolments as enrolments
    left join account_cost_centers on account_cost_centers.learner_id_lms = enrolments.learner_id_lms
    where enrolments.enrolled_at is not null
    group by
        enrolments.course_code,
        enrolments.enrolled_at::date,
        coalesce(account_cost_centers.cost_center_id, 'UNASSIGNED')
),

enrolled_days_of_any_course as (
    select
        enrolled_days.enrolled_date,
        enrolled_days.cost_center_id,
        sum(enrolled_days.unit_count) as unit_count
    from enrolled_days
    group by enrolled_days.enrolled_date, enrolled_days.cost_center_id
),

counted as (
    select
        lines.invoice_id,
        lines.line_no,
        lines.cost_center_id,
        'named' as method,
        1 as unit_count
    from lines
    where lines.cost_center_id is not null
    union all
    select
        lines.invoice_id,
        lines.line_no,
        enrolled_days.cost_center_id,
        'enrolments' as method,
        enrolled_days.unit_count
    from lines
    inner join enrolled_days
        on
            enrolled_days.course_code = lines.course_code
            and enrolled_days.enrolled_date >= lines.service_from_date
            and enrolled_days.enrolled_date <= lines.service_to_date
    where lines.cost_center_id is null and not lines.is_by_contract
    union all
    select
        lines.invoice_id,
        lines.line_no,
        enrolled_days.cost_center_id,
        'enrolments' as method,
        enrolled_days.unit_count
    from lines
    inner join enrolled_days_of_any_course as enrolled_days
        on
            enrolled_days.enrolled_date >= lines.service_from_date
            and enrolled_days.enrolled_date <= lines.service_to_date
    where lines.cost_center_id is null and lines.is_by_contract and lines.allocation = 'ENROLMENTS'
    union all
    select
        lines.invoice_id,
        lines.line_no,
        active_learners.cost_center_id,
        'active_learners' as method,
        active_learners.unit_count
    from lines
    cross join active_learners
    where lines.cost_center_id is null and lines.is_by_contract and lines.allocation = 'ACTIVE_LEARNERS'
    union all
    select
        lines.invoice_id,
        lines.line_no,
        headcount.cost_center_id,
        'headcount' as method,
        headcount.unit_count
    from lines
    cross join headcount
    where lines.cost_center_id is null and lines.is_by_contract and lines.allocation = 'HEADCOUNT'
)

select
    counted.invoice_id,
    counted.line_no,
    counted.cost_center_id,
    counted.method,
    sum(counted.unit_count)::bigint as unit_count
from counted
group by counted.invoice_id, counted.line_no, counted.cost_center_id, counted.method
order by counted.invoice_id, counted.line_no, counted.cost_center_id
