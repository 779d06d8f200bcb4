-- grain: one cost centre
with received as (
    select
        from_json(cost_centers.record, '{"Cost_Center_ID":"VARCHAR","Cost_Center_Name":"VARCHAR","Company_ID":"VARCHAR","Valid_From":"VARCHAR","Closed_On":"VARCHAR"}') as entry,
        cost_centers.record::varchar as text
    from raw_hris.cost_centers as cost_centers
),

named as (
    select
        nullif(trim(received.entry['Cost_Center_ID']), '') as cost_center_id,
        nullif(trim(received.entry['Cost_Center_Name']), '') as name,
        nullif(trim(received.entry['Company_ID']), '') as company_id,
        try_cast(received.entry['Valid_From'] as date) as valid_from_date,
        try_cast(received.entry['Closed_On'] as date) as closed_date,
        received.text
    from received
),

latest as (
    select
        named.cost_center_id,
        named.name,
        named.company_id,
        named.valid_from_date,
        named.closed_date
    from named
    where named.cost_center_id is not null
    qualify row_number() over (partition by named.cost_center_id order by named.text) = 1
)

select
    latest.cost_center_id,
    coalesce(latest.name, latest.cost_center_id) as name,
    latest.company_id,
    latest.valid_from_date,
    latest.closed_date
from latest
order by latest.cost_center_id
