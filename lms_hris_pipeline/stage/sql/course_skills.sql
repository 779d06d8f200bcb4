-- grain: one tag of one course
with received as (
    select
        from_json(course_skills.record, '{"course_id":"VARCHAR","title":"VARCHAR"}') as entry
    from raw_lms.course_skills as course_skills
),

named as (
    select
        trim(received.entry['course_id']) as course_id_lms,
        trim(received.entry['title']) as tag
    from received
)

select distinct
    courses.course_code,
    named.tag
from named
inner join canonical.courses as courses on courses.course_id_lms = named.course_id_lms
where named.tag <> ''
order by courses.course_code, named.tag
