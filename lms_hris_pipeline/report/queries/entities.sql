-- grain: one entity of one system, as it was read
-- kept: rows after repeats, withdrawn records and those without an id were dropped; null where one record makes
-- several rows or none.
with extracts as (
    select
        1 as system_no,
        'hris' as system,
        hris.entity,
        hris.is_complete,
        hris.row_count,
        hris.expected_count,
        hris.reason
    from raw_hris.extracts as hris
    union all
    select
        2 as system_no,
        'lms' as system,
        lms.entity,
        lms.is_complete,
        lms.row_count,
        lms.expected_count,
        lms.reason
    from raw_lms.extracts as lms
),

received as (
    select 'hris' as system, 'workers' as entity, (select count(*) from raw_hris.workers) as received_count, (select count(*) from canonical.workers) as kept_count
    union all
    select 'hris' as system, 'cost_centers' as entity, (select count(*) from raw_hris.cost_centers) as received_count, (select count(*) from canonical.cost_centers) as kept_count
    union all
    select 'hris' as system, 'learning_records' as entity, (select count(*) from raw_hris.learning_records) as received_count, (select count(*) from canonical.training_records) as kept_count
    union all
    select 'hris' as system, 'invoices' as entity, (select count(*) from raw_hris.invoices) as received_count, (select count(*) from canonical.charges) as kept_count
    union all
    select 'hris' as system, 'licence_contracts' as entity, (select count(*) from raw_hris.licence_contracts) as received_count, (select count(*) from canonical.licence_contracts) as kept_count
    union all
    select 'lms' as system, 'users' as entity, (select count(*) from raw_lms.users) as received_count, (select count(*) from canonical.learners) as kept_count
    union all
    select 'lms' as system, 'courses' as entity, (select count(*) from raw_lms.courses) as received_count, (select count(*) from canonical.courses) as kept_count
    union all
    select 'lms' as system, 'enrolments' as entity, (select count(*) from raw_lms.enrolments) as received_count, (select count(*) from canonical.enrolments) as kept_count
)

select
    extracts.system,
    extracts.entity,
    extracts.is_complete,
    extracts.row_count,
    extracts.expected_count,
    extracts.reason,
    received.received_count,
    received.kept_count
from extracts
left join received on received.system = extracts.system and received.entity = extracts.entity
order by extracts.system_no, extracts.entity
