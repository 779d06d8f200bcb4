-- grain: one worker record, as at the batch's instant
-- The day is the calendar day where the person works, so that nobody in Melbourne leaves a day late.
-- The spell valid on the UTC day tells the place; the spell valid on the local day tells the attributes.
-- An international assignment is a second spell beside the primary one: while both last, the side that is set counts.
with counted_spells as (
    select
        assignments.worker_id_hris,
        assignments.assignment_id,
        assignments.is_host = ($assignment_side = 'host') as is_on_side,
        assignments.location_id,
        assignments.started_date,
        assignments.ended_date,
        assignments.recorded_at,
        $as_of::timestamp::date as utc_date
    from canonical.assignments as assignments
    where assignments.is_primary or assignments.is_host
),

-- 0 = valid that day, 1 = over, 2 = not begun; a worker with any spell begun is read from those begun
spells_on_utc_date as (
    select
        counted_spells.worker_id_hris,
        counted_spells.location_id,
        counted_spells.assignment_id,
        counted_spells.is_on_side,
        counted_spells.recorded_at,
        counted_spells.started_date,
        counted_spells.ended_date,
        case
            when counted_spells.started_date > counted_spells.utc_date then 2
            when counted_spells.ended_date is null or counted_spells.ended_date >= counted_spells.utc_date then 0
            else 1
        end as standing
    from counted_spells
),

places as (
    select
        spells.worker_id_hris,
        spells.location_id
    from spells_on_utc_date as spells
    qualify row_number() over (
        partition by spells.worker_id_hris
        order by
            spells.standing,
            case when spells.standing = 0 then spells.is_on_side end desc,
            case when spells.standing = 1 then spells.ended_date end desc nulls last,
            case when spells.standing = 2 then spells.started_date end asc nulls last,
            spells.started_date desc,
            spells.recorded_at desc nulls last,
            spells.assignment_id desc
    ) = 1
),

zones as (
    select distinct coalesce(locations.time_zone, $firm_time_zone) as time_zone
    from canonical.locations as locations
    union
    select $firm_time_zone as time_zone
),

local_dates as (
    select
        zones.time_zone,
        timezone(zones.time_zone, timezone('UTC', $as_of::timestamp))::date as local_date
    from zones
),

dated as (
    select
        workers.worker_id_hris,
        workers.person_key,
        workers.worker_type,
        workers.hire_date,
        workers.termination_date,
        workers.is_rescinded,
        local_dates.local_date
    from canonical.workers as workers
    left join places on places.worker_id_hris = workers.worker_id_hris
    left join canonical.locations as locations on locations.location_id = places.location_id
    inner join local_dates on local_dates.time_zone = coalesce(locations.time_zone, $firm_time_zone)
),

spells_on_local_date as (
    select
        dated.worker_id_hris,
        counted_spells.assignment_id,
        counted_spells.is_on_side,
        counted_spells.recorded_at,
        counted_spells.started_date,
        counted_spells.ended_date,
        case
            when counted_spells.started_date > dated.local_date then 2
            when counted_spells.ended_date is null or counted_spells.ended_date >= dated.local_date then 0
            else 1
        end as standing
    from dated
    inner join counted_spells on counted_spells.worker_id_hris = dated.worker_id_hris
),

relevant as (
    select
        spells.worker_id_hris,
        spells.assignment_id
    from spells_on_local_date as spells
    qualify row_number() over (
        partition by spells.worker_id_hris
        order by
            spells.standing,
            case when spells.standing = 0 then spells.is_on_side end desc,
            case when spells.standing = 1 then spells.ended_date end desc nulls last,
            case when spells.standing = 2 then spells.started_date end asc nulls last,
            spells.started_date desc,
            spells.recorded_at desc nulls last,
            spells.assignment_id desc
    ) = 1
),

on_leave as (
    select distinct dated.worker_id_hris
    from dated
    inner join canonical.leaves as leaves on leaves.worker_id_hris = dated.worker_id_hris
    where leaves.first_date <= dated.local_date and coalesce(leaves.last_date >= dated.local_date, true)
),

judged as (
    select
        dated.worker_id_hris,
        dated.person_key,
        dated.worker_type,
        dated.hire_date,
        dated.local_date,
        case
            when dated.is_rescinded then 'rescinded'
            when dated.hire_date > dated.local_date then 'pre_hire'
            when dated.termination_date < dated.local_date then 'terminated'
            else 'active'
        end as status,
        -- the last day itself still counts as employed
        case
            when dated.is_rescinded then 'rescinded'
            when dated.hire_date is null then 'no_hire_date'
            when dated.hire_date > dated.local_date + $prehire_days::integer then 'starts_later'
            when dated.hire_date <= dated.local_date and dated.termination_date < dated.local_date then 'terminated'
            when dated.worker_type <> 'Employee' and not $include_contingent::boolean then 'contingent_excluded'
            when dated.hire_date > dated.local_date then 'pre_hire'
            else 'active'
        end as scope_reason
    from dated
),

ranked as (
    select
        judged.worker_id_hris,
        judged.person_key,
        judged.status,
        judged.scope_reason,
        judged.scope_reason in ('active', 'pre_hire') as is_in_scope,
        judged.local_date,
        first_value(judged.worker_id_hris) over (
            partition by judged.person_key
            order by
                judged.scope_reason in ('active', 'pre_hire') desc,
                judged.scope_reason in ('active', 'pre_hire') and judged.worker_type = 'Employee' desc,
                -- who has left and comes back in months is a leaver until then
                judged.scope_reason = 'starts_later' asc,
                judged.hire_date desc nulls last,
                judged.worker_id_hris desc
        ) as current_worker_id_hris
    from judged
)

select
    ranked.worker_id_hris,
    ranked.person_key,
    ranked.current_worker_id_hris,
    ranked.worker_id_hris = ranked.current_worker_id_hris as is_current,
    ranked.status,
    ranked.is_in_scope,
    ranked.scope_reason,
    on_leave.worker_id_hris is not null as is_on_leave,
    ranked.local_date,
    relevant.assignment_id,
    assignments.job_profile_id,
    assignments.business_title,
    assignments.supervisory_organization_id,
    assignments.cost_center_id,
    assignments.company_id,
    assignments.location_id,
    assignments.manager_worker_id_hris,
    assignments.fte_share
from ranked
left join on_leave on on_leave.worker_id_hris = ranked.worker_id_hris
left join relevant on relevant.worker_id_hris = ranked.worker_id_hris
left join canonical.assignments as assignments
    on assignments.worker_id_hris = relevant.worker_id_hris and assignments.assignment_id = relevant.assignment_id
order by ranked.worker_id_hris
