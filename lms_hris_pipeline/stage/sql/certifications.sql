-- grain: one certification
with received as (
    select
        from_json(certifications.record, '{"id":"VARCHAR","code":"VARCHAR","title":"VARCHAR","expires_after_months":"VARCHAR"}') as entry,
        certifications.record::varchar as text
    from raw_lms.certifications as certifications
)

select
    trim(received.entry['id']) as certification_id_lms,
    nullif(trim(received.entry['code']), '') as code,
    coalesce(nullif(trim(received.entry['title']), ''), trim(received.entry['id'])) as title,
    nullif(try_cast(received.entry['expires_after_months'] as integer), 0) as validity_months
from received
where nullif(trim(received.entry['id']), '') is not null
qualify row_number() over (partition by trim(received.entry['id']) order by received.text) = 1
order by certification_id_lms
