-- grain: one title that people have on the door
-- A title that stands with several job profiles names none of them.
select
    min(assignments.job_profile_id) as job_profile_id,
    trim(assignments.business_title) as title
from canonical.assignments as assignments
where
    assignments.job_profile_id is not null
    and trim(assignments.business_title) <> ''
group by trim(assignments.business_title)
having count(distinct assignments.job_profile_id) = 1
order by title
