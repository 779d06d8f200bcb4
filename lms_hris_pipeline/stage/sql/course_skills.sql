-- grain: one tag of one course
-- A course's list may name a tag by its id alone; the catalogue of tags then gives the word.
with received as (
    select
        from_json(course_skills.record, '{"course_id":"VARCHAR","skill_id":"VARCHAR","title":"VARCHAR"}') as entry
    from raw_lms.course_skills as course_skills
),

catalogue as (
    select
        trim(skills.record ->> '$.skill_id') as skill_id_lms,
        min(trim(skills.record ->> '$.title')) as tag
    from raw_lms.skills as skills
    group by trim(skills.record ->> '$.skill_id')
),

named as (
    select
        trim(received.entry['course_id']) as course_id_lms,
        coalesce(nullif(trim(received.entry['title']), ''), catalogue.tag) as tag
    from received
    left join catalogue on catalogue.skill_id_lms = trim(received.entry['skill_id'])
)

select distinct
    courses.course_code,
    named.tag
from named
inner join canonical.courses as courses on courses.course_id_lms = named.course_id_lms
where named.tag <> ''
order by courses.course_code, named.tag
