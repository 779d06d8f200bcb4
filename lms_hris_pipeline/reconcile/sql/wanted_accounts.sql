-- grain: one person whose current worker record is in scope
-- What HR does not say is null here, and is neither written nor compared.
with entitled as (
    select
        employments.worker_id_hris,
        employments.person_key,
        workers.email,
        workers.first_name,
        workers.last_name,
        workers.employee_number,
        workers.hire_date,
        workers.worker_type,
        employments.job_profile_id,
        employments.supervisory_organization_id,
        employments.cost_center_id,
        employments.location_id,
        manager_records.current_worker_id_hris as manager_worker_id_hris,
        employments.manager_worker_id_hris as named_manager_worker_id_hris,
        managers.worker_id_hris is not null as is_manager_in_scope,
        lower(case $username_rule when 'employee_number' then workers.employee_number else workers.email end) as username
    from canonical.employments as employments
    inner join canonical.workers as workers on workers.worker_id_hris = employments.worker_id_hris
    left join canonical.employments as manager_records
        on manager_records.worker_id_hris = employments.manager_worker_id_hris
    left join canonical.employments as managers
        on managers.worker_id_hris = manager_records.current_worker_id_hris and managers.is_in_scope
    where employments.is_current and employments.is_in_scope
),

first_accounts as (
    select
        accounts.person_key,
        accounts.learner_id_lms
    from reconcile.person_accounts as accounts
    where accounts.role = 'primary'
),

-- user names are the learning system's own key: any kind of account may hold one
holders as (
    select
        lower(trim(learners.username)) as username,
        learners.learner_id_lms
    from canonical.learners as learners
),

taken as (
    select
        entitled.worker_id_hris,
        min(holders.learner_id_lms) as learner_id_lms
    from entitled
    inner join holders on holders.username = entitled.username
    left join first_accounts on first_accounts.person_key = entitled.person_key
    where holders.learner_id_lms is distinct from first_accounts.learner_id_lms
    group by entitled.worker_id_hris
),

contested as (
    select entitled.username
    from entitled
    where entitled.username is not null
    group by entitled.username
    having count(*) > 1
),

settling as (
    select distinct pending.target_key
    from match.pending_changes as pending
    where pending.entity = 'account' and pending.operation = 'create'
),

accounts_gone as (
    select distinct employments.person_key
    from match.recorded_links as recorded
    inner join canonical.employments as employments on employments.worker_id_hris = recorded.worker_id_hris
    left join canonical.learners as learners on learners.learner_id_lms = recorded.learner_id_lms
    where recorded.role = 'primary' and learners.learner_id_lms is null
),

under_review as (
    select distinct employments.person_key
    from match.people as people
    inner join canonical.employments as employments on employments.worker_id_hris = people.worker_id_hris
    where people.decision = 'review'
),

disputed as (
    select
        learners.learner_id_lms,
        learners.employee_number,
        learners.email
    from match.people as people
    inner join canonical.learners as learners on learners.learner_id_lms = people.learner_id_lms
    where people.decision = 'review'
),

-- whoever has the number or the address of a disputed account may be its owner, likeliest or not
claims as (
    select
        entitled.worker_id_hris,
        disputed.learner_id_lms
    from entitled
    inner join disputed on disputed.employee_number = entitled.employee_number
    union all
    select
        entitled.worker_id_hris,
        disputed.learner_id_lms
    from entitled
    inner join disputed on disputed.email = entitled.email
),

claimed as (
    select
        claims.worker_id_hris,
        min(claims.learner_id_lms) as learner_id_lms
    from claims
    group by claims.worker_id_hris
),

standing as (
    select
        entitled.worker_id_hris,
        first_accounts.learner_id_lms,
        taken.learner_id_lms as username_holder_learner_id_lms,
        case when under_review.person_key is null then claimed.learner_id_lms end as claimed_learner_id_lms,
        contested.username is not null as is_username_contested,
        case
            when first_accounts.learner_id_lms is not null then null
            when settling.target_key is not null then 'settling'
            when accounts_gone.person_key is not null and observed.has_all_learners then 'account_gone'
            when under_review.person_key is not null or claimed.learner_id_lms is not null then 'under_review'
            when taken.learner_id_lms is not null then 'username_taken'
            when not observed.has_all_learners then 'unobserved'
            when entitled.username is null or entitled.email is null then 'no_username'
            when contested.username is not null then 'username_contested'
            when $missing_reaction = 'report' then 'left_to_people'
        end as account_obstacle
    from entitled
    cross join reconcile.observed as observed
    left join first_accounts on first_accounts.person_key = entitled.person_key
    left join taken on taken.worker_id_hris = entitled.worker_id_hris
    left join contested on contested.username = entitled.username
    left join settling on settling.target_key = 'worker:' || entitled.worker_id_hris
    left join accounts_gone on accounts_gone.person_key = entitled.person_key
    left join under_review on under_review.person_key = entitled.person_key
    left join claimed on claimed.worker_id_hris = entitled.worker_id_hris
),

sources as (
    select
        entitled.worker_id_hris,
        'job_family' as source,
        profiles.job_family as value
    from entitled
    left join canonical.job_profiles as profiles on profiles.job_profile_id = entitled.job_profile_id
    union all
    select
        entitled.worker_id_hris,
        'job_profile' as source,
        entitled.job_profile_id as value
    from entitled
    union all
    select
        entitled.worker_id_hris,
        'department' as source,
        entitled.supervisory_organization_id as value
    from entitled
    union all
    select
        entitled.worker_id_hris,
        'location' as source,
        entitled.location_id as value
    from entitled
),

mappings as (
    select distinct
        roles.source,
        roles.value,
        roles.group_name
    from match.roles as roles
    where roles.state = 'in_force'
),

mapped_sources as (
    select distinct mappings.source
    from mappings
),

-- where HR lacks a value that a mapping goes by, nobody can say which groups are wanted
undecided as (
    select distinct sources.worker_id_hris
    from sources
    inner join mapped_sources on mapped_sources.source = sources.source
    where sources.value is null
),

wanted_memberships as (
    select distinct
        sources.worker_id_hris,
        mappings.group_name as name
    from sources
    inner join mappings on mappings.source = sources.source and mappings.value = sources.value
),

wanted_groups as (
    select
        wanted_memberships.worker_id_hris,
        string_agg(wanted_memberships.name, '|' order by wanted_memberships.name) as groups
    from wanted_memberships
    group by wanted_memberships.worker_id_hris
)

select
    entitled.worker_id_hris,
    standing.learner_id_lms,
    entitled.username,
    entitled.first_name,
    entitled.last_name,
    entitled.email,
    entitled.employee_number,
    strftime(entitled.hire_date, '%Y-%m-%d') as hire_date,
    entitled.worker_type,
    entitled.job_profile_id as job_profile,
    entitled.supervisory_organization_id as department,
    entitled.cost_center_id as cost_center,
    entitled.location_id as location,
    entitled.supervisory_organization_id as branch,
    entitled.manager_worker_id_hris,
    manager_standing.learner_id_lms as manager_learner_id_lms,
    case
        when entitled.named_manager_worker_id_hris is null then null
        when cycles.worker_id_hris is not null then 'cycle'
        when manager_standing.learner_id_lms is not null then null
        when manager_standing.worker_id_hris is not null and manager_standing.account_obstacle is null then null
        when manager_standing.account_obstacle in ('settling', 'unobserved') then 'unobserved'
        when not entitled.is_manager_in_scope and not observed.has_all_workers then 'unobserved'
        else 'without_account'
    end as manager_obstacle,
    case when undecided.worker_id_hris is null then coalesce(wanted_groups.groups, '') end as groups,
    standing.username_holder_learner_id_lms,
    standing.claimed_learner_id_lms,
    standing.is_username_contested,
    standing.account_obstacle,
    standing.learner_id_lms is null and standing.account_obstacle is null as can_be_created
from entitled
cross join reconcile.observed as observed
inner join standing on standing.worker_id_hris = entitled.worker_id_hris
left join standing as manager_standing on manager_standing.worker_id_hris = entitled.manager_worker_id_hris
left join reconcile.manager_cycles as cycles on cycles.worker_id_hris = entitled.worker_id_hris
left join undecided on undecided.worker_id_hris = entitled.worker_id_hris
left join wanted_groups on wanted_groups.worker_id_hris = entitled.worker_id_hris
order by entitled.worker_id_hris
