-- grain: one organisation
-- Organisations point at each other by WID or by code; both lead to the code.
with received as (
    select
        from_json(organizations.record, '{"id":"VARCHAR","code":"VARCHAR","name":"VARCHAR","descriptor":"VARCHAR","inactive":"VARCHAR","superior":{"id":"VARCHAR","code":"VARCHAR"},"manager":{"id":"VARCHAR"}}') as entry,
        organizations.record::varchar as text
    from raw_hris.supervisory_organizations as organizations
),

named as (
    select
        nullif(trim(received.entry['id']), '') as organization_wid,
        coalesce(nullif(trim(received.entry['code']), ''), nullif(trim(received.entry['id']), '')) as organization_id,
        coalesce(nullif(trim(received.entry['name']), ''), nullif(trim(received.entry['descriptor']), '')) as name,
        nullif(trim(received.entry['superior']['code']), '') as superior_code,
        nullif(trim(received.entry['superior']['id']), '') as superior_wid,
        nullif(trim(received.entry['manager']['id']), '') as manager_worker_id_hris,
        coalesce(lower(received.entry['inactive']) in ('true', '1'), false) as is_inactive,
        received.text
    from received
),

latest as (
    select
        named.organization_wid,
        named.organization_id,
        named.name,
        named.superior_code,
        named.superior_wid,
        named.manager_worker_id_hris,
        named.is_inactive
    from named
    where named.organization_id is not null
    qualify row_number() over (partition by named.organization_id order by named.is_inactive, named.text) = 1
),

codes as (
    select
        latest.organization_wid,
        min(latest.organization_id) as organization_id
    from latest
    where latest.organization_wid is not null
    group by latest.organization_wid
)

select
    latest.organization_id as supervisory_organization_id,
    coalesce(latest.name, latest.organization_id) as name,
    coalesce(latest.superior_code, codes.organization_id) as superior_id,
    latest.manager_worker_id_hris,
    latest.is_inactive
from latest
left join codes on codes.organization_wid = latest.superior_wid
order by latest.organization_id
