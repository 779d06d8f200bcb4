-- grain: one person in scope, with an account or about to get one, whose managed groups are not those of the role
-- Managed are the groups that a mapping in force leads into; others are left alone.
with managed as (
    select distinct roles.group_id_lms
    from match.roles as roles
    where roles.state = 'in_force'
),

held as (
    select
        members.learner_id_lms,
        list_sort(list_distinct(list(groups.name))) as names
    from canonical.group_members as members
    inner join managed on managed.group_id_lms = members.group_id_lms
    inner join canonical.groups as groups on groups.group_id_lms = members.group_id_lms
    group by members.learner_id_lms
),

compared as (
    select
        wanted.worker_id_hris,
        wanted.learner_id_lms,
        employments.status,
        employments.job_profile_id,
        list_filter(string_split(wanted.groups, '|'), lambda name: name <> '') as wanted_names,
        coalesce(held.names, []) as held_names,
        coalesce('learner:' || wanted.learner_id_lms, 'worker:' || wanted.worker_id_hris) as target_key
    from reconcile.wanted_accounts as wanted
    cross join reconcile.observed as observed
    inner join canonical.employments as employments on employments.worker_id_hris = wanted.worker_id_hris
    left join held on held.learner_id_lms = wanted.learner_id_lms
    where
        wanted.groups is not null
        and observed.has_all_groups
        and (wanted.learner_id_lms is not null or wanted.can_be_created)
),

settling as (
    select distinct pending.target_key
    from match.pending_changes as pending
    where pending.entity = 'groups' and pending.operation = 'set_groups'
)

select
    compared.worker_id_hris,
    compared.learner_id_lms,
    array_to_string(compared.wanted_names, '|') as wanted_groups,
    array_to_string(compared.held_names, '|') as held_groups,
    array_to_string(
        list_filter(compared.wanted_names, lambda name: not list_contains(compared.held_names, name)), '|'
    ) as add_groups,
    array_to_string(
        list_filter(compared.held_names, lambda name: not list_contains(compared.wanted_names, name)), '|'
    ) as remove_groups,
    compared.status,
    compared.job_profile_id
from compared
left join settling on settling.target_key = compared.target_key
where settling.target_key is null and compared.wanted_names <> compared.held_names
order by compared.worker_id_hris
