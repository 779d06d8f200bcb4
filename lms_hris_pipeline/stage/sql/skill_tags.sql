-- grain: one distinct tag
-- Words on worker records count only where the record does not name a skill of the framework.
with used as (
    select
        trim(skills.record ->> '$.title') as tag,
        'catalogue' as used_by,
        0 as uses
    from raw_lms.skills as skills
    union all
    select
        course_skills.tag,
        'lms' as used_by,
        1 as uses
    from canonical.course_skills as course_skills
    union all
    select
        worker_skills.tag,
        'hris' as used_by,
        1 as uses
    from canonical.worker_skills as worker_skills
    where worker_skills.skill_id is null
)

select
    used.tag,
    bool_or(used.used_by <> 'hris') as is_in_lms,
    bool_or(used.used_by = 'hris') as is_in_hris,
    sum(used.uses)::bigint as use_count
from used
where used.tag <> ''
group by used.tag
order by used.tag
