-- grain: one skill tag that a person is to confirm, the surest first
select
    skills.tag,
    skill_tags.use_count,
    skills.skill_id,
    framework.name as skill_name,
    framework.description,
    skills.confidence,
    skills.held_back,
    skills.candidates
from match.skills as skills
left join canonical.skill_tags as skill_tags on skill_tags.tag = skills.tag
left join canonical.framework_skills as framework on framework.skill_id = skills.skill_id
where skills.decision = 'review'
order by skills.confidence desc, skills.tag
