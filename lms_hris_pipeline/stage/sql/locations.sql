-- grain: one location
-- A time zone that the database does not know is null: the firm's own then stands in, and nothing crashes.
with received as (
    select
        from_json(locations.record, '{"Location_ID":"VARCHAR","Location_Name":"VARCHAR","Country":"VARCHAR","Time_Zone":"VARCHAR","Jurisdiction":"VARCHAR"}') as entry,
        locations.record::varchar as text
    from raw_hris.locations as locations
),

named as (
    select
        nullif(trim(received.entry['Location_ID']), '') as location_id,
        nullif(trim(received.entry['Location_Name']), '') as name,
        nullif(upper(trim(received.entry['Country'])), '') as country,
        nullif(trim(received.entry['Time_Zone']), '') as time_zone,
        nullif(trim(received.entry['Jurisdiction']), '') as jurisdiction,
        received.text
    from received
),

latest as (
    select
        named.location_id,
        named.name,
        named.country,
        named.time_zone,
        named.jurisdiction
    from named
    where named.location_id is not null
    qualify row_number() over (partition by named.location_id order by named.text) = 1
),

known_zones as (
    select distinct zones.name as time_zone
    from pg_timezone_names() as zones
)

select
    latest.location_id,
    coalesce(latest.name, latest.location_id) as name,
    latest.country,
    case when known_zones.time_zone is not null then latest.time_zone end as time_zone,
    latest.jurisdiction
from latest
left join known_zones on known_zones.time_zone = latest.time_zone
order by latest.location_id
