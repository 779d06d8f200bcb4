-- grain: one decision and method of one matcher
select
    'people' as matcher,
    people.decision,
    people.method,
    count(*) as decided_count
from match.people as people
group by people.decision, people.method
union all
select
    'skills' as matcher,
    skills.decision,
    skills.method,
    count(*) as decided_count
from match.skills as skills
group by skills.decision, skills.method
union all
select
    'roles' as matcher,
    roles.state as decision,
    roles.origin as method,
    count(*) as decided_count
from match.roles as roles
group by roles.state, roles.origin
order by matcher, decision, method
