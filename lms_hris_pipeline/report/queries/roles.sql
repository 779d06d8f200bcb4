-- grain: one role mapping, those that wait for a person first, the surest of them on top
select
    roles.mapping_id,
    roles.source,
    roles.value,
    roles.value_name,
    roles.group_id_lms,
    roles.group_name,
    roles.state,
    roles.origin,
    roles.people,
    roles.members,
    roles.removals,
    roles.lift,
    roles.confidence,
    roles.driven_by,
    roles.reason,
    roles.decided_by,
    roles.decided_at
from match.roles as roles
order by
    list_position(['proposed', 'in_force', 'rejected', 'void', 'automatic'], roles.state),
    case when roles.state = 'proposed' then -roles.confidence else 0 end,
    roles.source,
    roles.value,
    roles.group_name,
    roles.mapping_id
