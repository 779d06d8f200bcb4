-- grain: one certification of one account; the one that lasts longest where the vendor holds several
with received as (
    select
        from_json(certificates.record, '{"certification_id":"VARCHAR","user_id":"VARCHAR","issued_date":"VARCHAR","expire_date":"VARCHAR"}') as entry
    from raw_lms.certificates as certificates
),

named as (
    select
        nullif(trim(received.entry['certification_id']), '') as certification_id_lms,
        nullif(trim(received.entry['user_id']), '') as learner_id_lms,
        try_cast(try_cast(received.entry['issued_date'] as timestamp) as date) as issued_date,
        try_cast(try_cast(received.entry['expire_date'] as timestamp) as date) as expires_date
    from received
)

select
    named.certification_id_lms,
    named.learner_id_lms,
    named.issued_date,
    named.expires_date
from named
where named.certification_id_lms is not null and named.learner_id_lms is not null
qualify row_number() over (
    partition by named.certification_id_lms, named.learner_id_lms
    order by named.expires_date desc nulls first, named.issued_date desc nulls last
) = 1
order by named.certification_id_lms, named.learner_id_lms
