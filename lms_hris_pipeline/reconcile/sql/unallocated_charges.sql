-- grain: one invoice line that names no cost centre and has nothing to be shared by
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

-- enrolments that a line is shared by, of its course or, for a contract by enrolments, of any
enrolled_lines as (
    select distinct
        lines.invoice_id,
        lines.line_no
    from lines
    inner join canonical.enrolments as enrolments
        on
            enrolments.enrolled_at::date >= lines.service_from_date
            and enrolments.enrolled_at::date <= lines.service_to_date
            and (lines.is_by_contract or enrolments.course_code = lines.course_code)
),

shared_by as (
    select
        count(*) filter (where learners.is_active) as active_learner_count,
        count(*) as learner_count
    from reconcile.person_accounts as accounts
    inner join canonical.learners as learners on learners.learner_id_lms = accounts.learner_id_lms
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
            when lines.is_by_contract and lines.allocation = 'ACTIVE_LEARNERS' and shared_by.active_learner_count = 0
                then 'no_learners'
            when lines.is_by_contract and lines.allocation = 'HEADCOUNT' and headcount.person_count = 0
                then 'no_learners'
            when lines.is_by_contract and lines.allocation <> 'ENROLMENTS' then null
            when not lines.is_by_contract and lines.course_code is null then 'no_reference'
            when not lines.is_by_contract and lines.known_course_code is null then 'unknown_course'
            when enrolled_lines.invoice_id is null then 'no_enrolments'
        end as obstacle
    from lines
    cross join shared_by
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
