-- grain: one leave of one worker record
with received as (
    select
        records.worker_id_hris,
        workers.record
    from canonical.worker_records as records
    inner join raw_hris.workers as workers on workers.record_no = records.record_no
),

spells as materialized (
    select
        received.worker_id_hris,
        unnest(from_json(received.record -> '$.Leaves_group', '[{"Leave_ID":"VARCHAR","Leave_Type":"VARCHAR","First_Day":"VARCHAR","Last_Day":"VARCHAR"}]')) as entry
    from received
),

named as (
    select
        spells.worker_id_hris,
        nullif(trim(spells.entry['Leave_ID']), '') as leave_id,
        coalesce(nullif(trim(spells.entry['Leave_Type']), ''), 'unknown') as leave_type,
        try_cast(spells.entry['First_Day'] as date) as first_date,
        try_cast(spells.entry['Last_Day'] as date) as last_date
    from spells
)

select
    named.worker_id_hris,
    named.leave_id,
    named.leave_type,
    named.first_date,
    named.last_date
from named
where named.leave_id is not null and named.first_date is not null
qualify row_number() over (
    partition by named.worker_id_hris, named.leave_id
    order by named.first_date desc, named.last_date desc nulls first, named.leave_type
) = 1
order by named.worker_id_hris, named.leave_id
