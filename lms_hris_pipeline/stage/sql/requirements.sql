-- grain: one version of one requirement for one job profile; * where it holds for all
with received as (
    select
        from_json(requirements.record, '{"Requirement_ID":"VARCHAR","Version":"VARCHAR","Requirement_Name":"VARCHAR","Course_Code":"VARCHAR","Job_Profile_IDs_group":[{"Job_Profile_ID":"VARCHAR"}],"Location_ID":"VARCHAR","Due_Days":"VARCHAR","Recertify_Months":"VARCHAR","Valid_From":"VARCHAR","Valid_To":"VARCHAR"}') as entry,
        requirements.record::varchar as text
    from raw_hris.requirements as requirements
),

latest as (
    select
        trim(received.entry['Requirement_ID']) as requirement_id,
        coalesce(try_cast(received.entry['Version'] as integer), 1) as version_no,
        received.entry
    from received
    where nullif(trim(received.entry['Requirement_ID']), '') is not null and nullif(trim(received.entry['Course_Code']), '') is not null
    qualify row_number() over (
        partition by trim(received.entry['Requirement_ID']), coalesce(try_cast(received.entry['Version'] as integer), 1)
        order by received.text
    ) = 1
),

profiles as (
    select
        latest.requirement_id,
        latest.version_no,
        nullif(trim(entries.entry['Job_Profile_ID']), '') as job_profile_id
    from latest
    cross join unnest(latest.entry['Job_Profile_IDs_group']) as entries(entry)
),

named_profiles as (
    select distinct
        profiles.requirement_id,
        profiles.version_no,
        profiles.job_profile_id
    from profiles
    where profiles.job_profile_id is not null
)

select
    latest.requirement_id,
    latest.version_no,
    coalesce(nullif(trim(latest.entry['Requirement_Name']), ''), latest.requirement_id) as name,
    trim(latest.entry['Course_Code']) as course_code,
    coalesce(named_profiles.job_profile_id, '*') as job_profile_id,
    nullif(trim(latest.entry['Location_ID']), '') as location_id,
    try_cast(latest.entry['Due_Days'] as integer) as due_days,
    try_cast(latest.entry['Recertify_Months'] as integer) as recertify_months,
    try_cast(latest.entry['Valid_From'] as date) as valid_from_date,
    try_cast(latest.entry['Valid_To'] as date) as valid_to_date
from latest
left join named_profiles
    on named_profiles.requirement_id = latest.requirement_id and named_profiles.version_no = latest.version_no
order by latest.requirement_id, latest.version_no, job_profile_id
