-- grain: one company
with received as (
    select
        from_json(companies.record, '{"Company_ID":"VARCHAR","Company_Name":"VARCHAR","Currency":"VARCHAR"}') as entry,
        companies.record::varchar as text
    from raw_hris.companies as companies
),

named as (
    select
        nullif(trim(received.entry['Company_ID']), '') as company_id,
        nullif(trim(received.entry['Company_Name']), '') as name,
        nullif(upper(trim(received.entry['Currency'])), '') as currency,
        received.text
    from received
),

latest as (
    select
        named.company_id,
        named.name,
        named.currency
    from named
    where named.company_id is not null
    qualify row_number() over (partition by named.company_id order by named.text) = 1
)

select
    latest.company_id,
    coalesce(latest.name, latest.company_id) as name,
    -- XXX is ISO 4217 for "no currency": the company stays visible though HR names none
    coalesce(latest.currency, 'XXX') as currency
from latest
order by latest.company_id
