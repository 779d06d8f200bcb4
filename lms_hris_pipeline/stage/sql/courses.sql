-- grain: one course revision
-- A published course counts as itself. A retired one counts as the course it is equivalent to, else as none.
-- Its level stays in the words of the learning system; canonical.proficiency_levels says what they mean.
with received as (
    select
        from_json(courses.record, '{"id":"VARCHAR","code":"VARCHAR","name":"VARCHAR","status":"VARCHAR","duration_minutes":"VARCHAR","price":"VARCHAR","currency":"VARCHAR","revision_of":"VARCHAR","revision_no":"VARCHAR","effective_date":"VARCHAR","equivalent_to":"VARCHAR"}') as entry,
        nullif(trim(courses.record ->> $lms_course_level), '') as level_said,
        courses.record::varchar as text
    from raw_lms.courses as courses
),

latest as (
    select
        coalesce(nullif(trim(received.entry['code']), ''), trim(received.entry['id'])) as course_code,
        received.entry,
        received.level_said
    from received
    where coalesce(nullif(trim(received.entry['code']), ''), nullif(trim(received.entry['id']), '')) is not null
    qualify row_number() over (
        partition by coalesce(nullif(trim(received.entry['code']), ''), trim(received.entry['id']))
        order by lower(trim(received.entry['status'])) = 'published' desc, received.text
    ) = 1
)

select
    latest.course_code,
    coalesce(nullif(trim(latest.entry['id']), ''), latest.course_code) as course_id_lms,
    nullif(trim(latest.entry['name']), '') as name,
    coalesce(lower(trim(latest.entry['status'])) = 'published', false) as is_published,
    case
        when lower(trim(latest.entry['status'])) = 'published' then latest.course_code
        else nullif(trim(latest.entry['equivalent_to']), '')
    end as canonical_course_code,
    nullif(trim(latest.entry['revision_of']), '') as revision_of,
    try_cast(latest.entry['revision_no'] as integer) as revision_no,
    try_cast(latest.entry['effective_date'] as date) as effective_date,
    try_cast(latest.entry['duration_minutes'] as integer) as duration_minutes,
    try_cast(latest.entry['price'] as decimal(18, 2)) as price,
    nullif(upper(trim(latest.entry['currency'])), '') as currency,
    latest.level_said
from latest
order by latest.course_code
