-- grain: one skill tag that waits for a person, the surest first
select
    skills.tag,
    skills.skill_id,
    framework.name,
    skills.confidence,
    skills.held_back,
    framework.description
from match.skills as skills
left join canonical.framework_skills as framework on framework.skill_id = skills.skill_id
where skills.decision = 'review'
order by skills.confidence desc, skills.tag
