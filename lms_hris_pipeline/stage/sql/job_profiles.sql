-- grain: one job profile
-- The first job family counts; the REST answer lists the primary one first.
with received as (
    select
        from_json(job_profiles.record, '{"id":"VARCHAR","code":"VARCHAR","name":"VARCHAR","descriptor":"VARCHAR","inactive":"VARCHAR","jobFamilies":[{"descriptor":"VARCHAR"}],"managementLevel":{"descriptor":"VARCHAR"}}') as entry,
        job_profiles.record::varchar as text
    from raw_hris.job_profiles as job_profiles
),

named as (
    select
        coalesce(nullif(trim(received.entry['code']), ''), nullif(trim(received.entry['id']), '')) as job_profile_id,
        coalesce(nullif(trim(received.entry['name']), ''), nullif(trim(received.entry['descriptor']), '')) as name,
        nullif(trim(received.entry['jobFamilies'][1]['descriptor']), '') as job_family,
        nullif(trim(received.entry['managementLevel']['descriptor']), '') as management_level,
        coalesce(lower(received.entry['inactive']) in ('true', '1'), false) as is_inactive,
        received.text
    from received
),

latest as (
    select
        named.job_profile_id,
        named.name,
        named.job_family,
        named.management_level,
        named.is_inactive
    from named
    where named.job_profile_id is not null
    qualify row_number() over (partition by named.job_profile_id order by named.is_inactive, named.text) = 1
)

select
    latest.job_profile_id,
    coalesce(latest.name, latest.job_profile_id) as name,
    latest.job_family,
    latest.management_level,
    latest.is_inactive
from latest
order by latest.job_profile_id
