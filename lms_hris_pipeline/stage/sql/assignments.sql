-- grain: one spell of one worker record, past and future ones included
-- Spells without a readable first day cannot be placed in time and are left out.
with received as (
    select
        records.worker_id_hris,
        workers.record
    from canonical.worker_records as records
    inner join raw_hris.workers as workers on workers.record_no = records.record_no
),

jobs as (
    select
        received.worker_id_hris,
        unnest(from_json(received.record -> '$.Jobs_group', '["JSON"]')) as job
    from received
),

spells as materialized (
    select
        jobs.worker_id_hris,
        json_extract_string(jobs.job, [
            $hris_assignment_id, $hris_position, $hris_job_profile, $hris_business_title, $hris_organization,
            $hris_cost_center, $hris_company, $hris_location, $hris_manager, $hris_fte, $hris_is_primary,
            $hris_start_date, $hris_end_date, $hris_recorded_moment, $hris_is_host
        ]) as fields
    from jobs
),

named as (
    select
        spells.worker_id_hris,
        nullif(trim(spells.fields[1]), '') as assignment_id,
        nullif(trim(spells.fields[2]), '') as position_id,
        nullif(trim(spells.fields[3]), '') as job_profile_id,
        nullif(trim(spells.fields[4]), '') as business_title,
        nullif(trim(spells.fields[5]), '') as supervisory_organization_id,
        nullif(trim(spells.fields[6]), '') as cost_center_id,
        nullif(trim(spells.fields[7]), '') as company_id,
        nullif(trim(spells.fields[8]), '') as location_id,
        nullif(trim(spells.fields[9]), '') as manager_worker_id_hris,
        try_cast(spells.fields[10] as decimal(5, 4)) as fte_share,
        coalesce(lower(trim(spells.fields[11])) in ('1', 'true', 'yes'), false) as is_primary,
        try_cast(spells.fields[12] as date) as started_date,
        try_cast(spells.fields[13] as date) as ended_date,
        -- the HR system writes Pacific time with its offset; the session's zone is UTC
        timezone('UTC', try_cast(spells.fields[14] as timestamptz)) as recorded_at,
        coalesce(lower(trim(spells.fields[15])) in ('1', 'true', 'yes'), false) as is_host,
        spells.fields
    from spells
)

select
    named.worker_id_hris,
    named.assignment_id,
    named.position_id,
    named.job_profile_id,
    named.business_title,
    named.supervisory_organization_id,
    named.cost_center_id,
    named.company_id,
    named.location_id,
    named.manager_worker_id_hris,
    named.fte_share,
    named.is_primary,
    named.is_host,
    named.started_date,
    named.ended_date,
    named.recorded_at
from named
where named.assignment_id is not null and named.started_date is not null
qualify row_number() over (
    partition by named.worker_id_hris, named.assignment_id
    order by named.recorded_at desc nulls last, named.fields
) = 1
order by named.worker_id_hris, named.assignment_id
