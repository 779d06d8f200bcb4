-- grain: one field of one spell that HR sent as null or blank
-- A field that the report left out says nothing; one that it sent empty says that there is none.
-- Only records with a spell that lacks one of the fields are read again.
with lacking as (
    select distinct assignments.worker_id_hris
    from canonical.assignments as assignments
    where
        assignments.job_profile_id is null
        or assignments.supervisory_organization_id is null
        or assignments.cost_center_id is null
        or assignments.location_id is null
),

received as (
    select
        records.worker_id_hris,
        workers.record
    from lacking
    inner join canonical.worker_records as records on records.worker_id_hris = lacking.worker_id_hris
    inner join raw_hris.workers as workers on workers.record_no = records.record_no
),

spells as (
    select
        received.worker_id_hris,
        nullif(trim(jobs.job ->> $hris_assignment_id), '') as assignment_id,
        jobs.job
    from received
    cross join unnest(from_json(received.record -> '$.Jobs_group', '["JSON"]')) as jobs(job)
),

fields as (
    select
        spells.worker_id_hris,
        spells.assignment_id,
        'job_profile' as field
    from spells
    where json_exists(spells.job, $hris_job_profile) and coalesce(trim(spells.job ->> $hris_job_profile), '') = ''
    union all
    select
        spells.worker_id_hris,
        spells.assignment_id,
        'department' as field
    from spells
    where json_exists(spells.job, $hris_organization) and coalesce(trim(spells.job ->> $hris_organization), '') = ''
    union all
    select
        spells.worker_id_hris,
        spells.assignment_id,
        'cost_center' as field
    from spells
    where json_exists(spells.job, $hris_cost_center) and coalesce(trim(spells.job ->> $hris_cost_center), '') = ''
    union all
    select
        spells.worker_id_hris,
        spells.assignment_id,
        'location' as field
    from spells
    where json_exists(spells.job, $hris_location) and coalesce(trim(spells.job ->> $hris_location), '') = ''
)

select distinct
    fields.worker_id_hris,
    fields.assignment_id,
    fields.field
from fields
where fields.assignment_id is not null
order by fields.worker_id_hris, fields.assignment_id, fields.field
