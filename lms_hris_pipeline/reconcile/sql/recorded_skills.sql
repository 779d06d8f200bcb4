-- grain: one skill on one worker record
-- Words count where they mean a skill; of several entries of one skill the highest level counts.
with meanings as (
    select
        skills.tag,
        skills.skill_id
    from match.skills as skills
    where skills.decision = 'accept' and skills.skill_id is not null
),

entries as (
    select
        worker_skills.worker_id_hris,
        coalesce(worker_skills.skill_id, meanings.skill_id) as skill_id,
        levels.level
    from canonical.worker_skills as worker_skills
    left join meanings on meanings.tag = worker_skills.tag
    left join canonical.proficiency_levels as levels
        on levels.scale = 'worker_skill' and levels.said = lower(worker_skills.level_said)
)

select
    entries.worker_id_hris,
    entries.skill_id,
    max(entries.level) as level
from entries
where entries.skill_id is not null
group by entries.worker_id_hris, entries.skill_id
order by entries.worker_id_hris, entries.skill_id
