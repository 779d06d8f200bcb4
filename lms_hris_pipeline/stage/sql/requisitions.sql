-- grain: one job requisition
with received as (
    select
        from_json(requisitions.record, '{"Job_Requisition_ID":"VARCHAR","Position_ID":"VARCHAR","Job_Profile_ID":"VARCHAR","Supervisory_Organization_ID":"VARCHAR","Location_ID":"VARCHAR","Cost_Center_ID":"VARCHAR","Target_Hire_Date":"VARCHAR","Openings":"VARCHAR","Status":"VARCHAR"}') as entry,
        requisitions.record::varchar as text
    from raw_hris.requisitions as requisitions
),

named as (
    select
        nullif(trim(received.entry['Job_Requisition_ID']), '') as job_requisition_id,
        received.entry,
        received.text
    from received
),

latest as (
    select
        named.job_requisition_id,
        named.entry
    from named
    where named.job_requisition_id is not null
    qualify row_number() over (partition by named.job_requisition_id order by named.text) = 1
)

select
    latest.job_requisition_id,
    nullif(trim(latest.entry['Position_ID']), '') as position_id,
    nullif(trim(latest.entry['Job_Profile_ID']), '') as job_profile_id,
    nullif(trim(latest.entry['Supervisory_Organization_ID']), '') as supervisory_organization_id,
    nullif(trim(latest.entry['Location_ID']), '') as location_id,
    nullif(trim(latest.entry['Cost_Center_ID']), '') as cost_center_id,
    try_cast(latest.entry['Target_Hire_Date'] as date) as target_hire_date,
    coalesce(try_cast(latest.entry['Openings'] as integer), 0) as opening_count,
    nullif(trim(latest.entry['Status']), '') as status
from latest
order by latest.job_requisition_id
