-- grain: one invoice line that names no cost centre and has nothing to be shared by
-- The rules are those of report.allocation_keys, which shares out the lines that are not here.
with lines as (
    select
        charges.invoice_id,
        charges.line_no,
        charges.charge_type,
        charges.course_code,
        charges.contract_id,
        charges.service_from_date,
        charges.service_to_date,
        courses.course_code as known_course_code,
        contracts.contract_id as known_contract_id,
        contracts.allocation,
        charges.contract_id is not null
        and (charges.charge_type = 'LICENCE' or charges.course_code is null) as is_by_contract
    from canonical.charges as charges
    left join canonical.courses as courses on courses.course_code = charges.course_code
    left join canonical.licence_contracts as contracts on contracts.contract_id = charges.contract_id
    where charges.cost_center_id is null
),

enrolled_days as (
    select distinct
        enrolments.course_code,
        enrolments.enrolled_at::date as enrolled_date
    from canonical.enrolments as enrolments
    where enrolments.enrolled_at is not null
),

-- lines with enrolments to be shared by: of their course or, for a contract by enrolments, of any
enrolled_lines as (
    select
        lines.invoice_id,
        lines.line_no
    from lines
    inner join enrolled_days
        on
            enrolled_days.course_code = lines.course_code
            and enrolled_days.enrolled_date >= lines.service_from_date
            and enrolled_days.enrolled_date <= lines.service_to_date
    where not lines.is_by_contract
    union
    select
        lines.invoice_id,
        lines.line_no
    from lines
    inner join enrolled_days
        on
            enrolled_days.enrolled_date >= lines.service_from_date
            and enrolled_days.enrolled_date <= lines.service_to_date
    where lines.is_by_contract
),

active_learners as (
    select count(*) as learner_count
    from canonical.learners as learners
    where learners.is_active and learners.kind in ('employee', 'external')
),

headcount as (
    select count(*) as person_count
    from canonical.employments as employments
    where employments.is_current and employments.is_in_scope
),

judged as (
    select
        lines.invoice_id,
        lines.line_no,
        case
            when lines.is_by_contract and lines.known_contract_id is null then 'unknown_contract'
            when lines.is_by_contract and lines.allocation = 'ACTIVE_LEARNERS' and active_learners.learner_count = 0
                then 'no_learners'
            when lines.is_by_contract and lines.allocation = 'HEADCOUNT' and headcount.person_count = 0
                then 'no_learners'
            when lines.is_by_contract and lines.allocation <> 'ENROLMENTS' then null
            when not lines.is_by_contract and lines.course_code is null then 'no_reference'
            when not lines.is_by_contract and lines.known_course_code is null then 'unknown_course'
            when enrolled_lines.invoice_id is null then 'no_enrolments'
        end as obstacle
    from lines
    cross join active_learners
    cross join headcount
    left join enrolled_lines
        on enrolled_lines.invoice_id = lines.invoice_id and enrolled_lines.line_no = lines.line_no
)

select
    judged.invoice_id,
    judged.line_no,
    judged.obstacle
from judged
cross join reconcile.observed as observed
where
    judged.obstacle is not null
    and observed.has_all_workers
    and observed.has_all_learners
    and observed.has_all_enrolments
    and observed.has_all_courses
order by judged.invoice_id, judged.line_no
