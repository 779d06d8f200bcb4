-- grain: one skill that a job profile calls for
-- Of several levels that the settings name, the highest counts.
select
    rules.job_profile_id,
    rules.skill_id,
    coalesce(framework.name, rules.skill_id) as name,
    max(rules.level)::integer as level
from settings_expected_skills as rules
left join canonical.framework_skills as framework on framework.skill_id = rules.skill_id
group by rules.job_profile_id, rules.skill_id, framework.name
order by rules.job_profile_id, rules.skill_id
