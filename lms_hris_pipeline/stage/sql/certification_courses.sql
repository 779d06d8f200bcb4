-- grain: one course of one certification
with received as (
    select
        nullif(trim(certifications.record ->> '$.id'), '') as certification_id_lms,
        unnest(from_json(certifications.record -> '$.course_ids', '["VARCHAR"]')) as course_id_lms
    from raw_lms.certifications as certifications
)

select distinct
    received.certification_id_lms,
    courses.course_code
from received
inner join canonical.courses as courses on courses.course_id_lms = trim(received.course_id_lms)
where received.certification_id_lms is not null
order by received.certification_id_lms, courses.course_code
