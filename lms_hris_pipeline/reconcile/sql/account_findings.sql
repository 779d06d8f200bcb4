-- grain: one finding about who has an account
-- What a delta would mend is read from the deltas, so that both always agree.
with deltas as (
    select
        proposed.wish_id,
        proposed.operation,
        proposed.target_key,
        proposed.worker_id_hris,
        proposed.learner_id_lms,
        proposed.base,
        proposed.reason,
        proposed.desired ->> '$.duplicate_learner_id' as duplicate_learner_id
    from reconcile.proposed_deltas as proposed
    where proposed.entity = 'account'
),

current_workers as (
    select
        employments.worker_id_hris,
        employments.person_key,
        employments.status,
        wanted.username,
        case wanted.account_obstacle
            when 'under_review' then wanted.claimed_learner_id_lms
            when 'username_taken' then wanted.username_holder_learner_id_lms
        end as contested_learner_id_lms,
        wanted.account_obstacle
    from canonical.employments as employments
    inner join canonical.workers as workers on workers.worker_id_hris = employments.worker_id_hris
    inner join reconcile.wanted_accounts as wanted on wanted.worker_id_hris = employments.worker_id_hris
    where employments.is_current and employments.is_in_scope
),

-- what a record is called: its name, else what its system knows it by
named_workers as (
    select
        workers.worker_id_hris,
        coalesce(
            nullif(concat_ws(' ', workers.first_name, workers.last_name), ''), workers.employee_number
        ) as name
    from canonical.workers as workers
),

named_learners as (
    select
        learners.learner_id_lms,
        coalesce(nullif(concat_ws(' ', learners.first_name, learners.last_name), ''), learners.username) as name
    from canonical.learners as learners
),

missing_accounts as (
    select
        'missing_account' as type,
        situations.record_id as worker_id_hris,
        null::varchar as learner_id_lms,
        'account' as field,
        current_workers.status as hris_value,
        null::varchar as lms_value,
        'worker:' || situations.record_id as root_cause,
        case
            when current_workers.account_obstacle = 'no_username' then 'HR lacks what an account needs: e-mail or employee number.'
            when current_workers.account_obstacle = 'left_to_people' then 'The settings leave new accounts to people.'
            else ''
        end as note,
        deltas.wish_id
    from reconcile.situations as situations
    inner join current_workers on current_workers.worker_id_hris = situations.record_id
    left join deltas on deltas.operation = 'create' and deltas.target_key = 'worker:' || situations.record_id
    where situations.record_kind = 'worker' and situations.situation = 'missing'
),

orphans as (
    select
        'orphan_account' as type,
        null::varchar as worker_id_hris,
        situations.record_id as learner_id_lms,
        'account' as field,
        null::varchar as hris_value,
        'active' as lms_value,
        'learner:' || situations.record_id as root_cause,
        '' as note,
        deltas.wish_id
    from reconcile.situations as situations
    left join deltas on deltas.operation = 'deactivate' and deltas.target_key = 'learner:' || situations.record_id
    where situations.record_kind = 'learner' and situations.situation = 'orphan'
),

leavers as (
    select
        'leaver_active' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        'account' as field,
        deltas.base ->> '$.hris_status' as hris_value,
        'active' as lms_value,
        deltas.target_key as root_cause,
        deltas.reason as note,
        deltas.wish_id
    from deltas
    where deltas.operation = 'deactivate' and deltas.worker_id_hris is not null
),

reactivations as (
    select
        'worker_inactive' as type,
        deltas.worker_id_hris,
        deltas.learner_id_lms,
        'account' as field,
        deltas.base ->> '$.hris_status' as hris_value,
        'inactive' as lms_value,
        deltas.target_key as root_cause,
        '' as note,
        deltas.wish_id
    from deltas
    where deltas.operation = 'reactivate'
),

losses as (
    select
        merge_losses.learner_id_lms,
        string_agg(
            merge_losses.kind || ' ' || merge_losses.item || coalesce(' of ' || nullif(merge_losses.day, ''), ''),
            ', '
            order by merge_losses.kind, merge_losses.item, merge_losses.day
        ) as items
    from reconcile.merge_losses as merge_losses
    group by merge_losses.learner_id_lms
),

duplicates as (
    select
        'duplicate_account' as type,
        accounts.current_worker_id_hris as worker_id_hris,
        accounts.learner_id_lms,
        'account' as field,
        employments.status as hris_value,
        accounts.primary_learner_id_lms as lms_value,
        'worker:' || accounts.current_worker_id_hris as root_cause,
        coalesce('No merge is proposed, because it would lose ' || losses.items || '.', '') as note,
        deltas.wish_id
    from reconcile.person_accounts as accounts
    inner join canonical.employments as employments
        on employments.worker_id_hris = accounts.current_worker_id_hris
    left join losses on losses.learner_id_lms = accounts.learner_id_lms
    left join deltas
        on
            deltas.operation = 'merge'
            and deltas.target_key = 'learner:' || accounts.primary_learner_id_lms
            and deltas.duplicate_learner_id = accounts.learner_id_lms
    where accounts.role = 'duplicate'
),

accounts_gone as (
    select
        'account_deleted' as type,
        current_workers.worker_id_hris,
        recorded.learner_id_lms,
        'account' as field,
        current_workers.status as hris_value,
        null::varchar as lms_value,
        'worker:' || current_workers.worker_id_hris as root_cause,
        '' as note,
        null::varchar as wish_id
    from current_workers
    inner join canonical.employments as records on records.person_key = current_workers.person_key
    inner join match.recorded_links as recorded
        on recorded.worker_id_hris = records.worker_id_hris and recorded.role = 'primary'
    left join canonical.learners as learners on learners.learner_id_lms = recorded.learner_id_lms
    where current_workers.account_obstacle = 'account_gone' and learners.learner_id_lms is null
),

reviewed as (
    select
        people.learner_id_lms,
        employments.current_worker_id_hris as worker_id_hris,
        people.reason
    from match.people as people
    left join canonical.employments as employments on employments.worker_id_hris = people.worker_id_hris
    where people.decision = 'review'
),

reviews as (
    select
        'identity_review' as type,
        reviewed.worker_id_hris,
        reviewed.learner_id_lms,
        'identity' as field,
        named_workers.name as hris_value,
        named_learners.name as lms_value,
        'learner:' || reviewed.learner_id_lms as root_cause,
        reviewed.reason as note,
        null::varchar as wish_id
    from reviewed
    left join named_workers on named_workers.worker_id_hris = reviewed.worker_id_hris
    left join named_learners on named_learners.learner_id_lms = reviewed.learner_id_lms
    union all
    select
        'identity_review' as type,
        current_workers.worker_id_hris,
        current_workers.contested_learner_id_lms as learner_id_lms,
        'identity' as field,
        named_workers.name as hris_value,
        named_learners.name as lms_value,
        'learner:' || current_workers.contested_learner_id_lms as root_cause,
        case current_workers.account_obstacle
            when 'under_review' then 'The account has this worker''s number or address, and is under review.'
            else 'The account already has the user name that this worker is to get.'
        end as note,
        null::varchar as wish_id
    from current_workers
    left join named_workers on named_workers.worker_id_hris = current_workers.worker_id_hris
    left join named_learners on named_learners.learner_id_lms = current_workers.contested_learner_id_lms
    left join reviewed
        on
            reviewed.learner_id_lms = current_workers.contested_learner_id_lms
            and reviewed.worker_id_hris = current_workers.worker_id_hris
    where current_workers.contested_learner_id_lms is not null and reviewed.learner_id_lms is null
)

select
    missing_accounts.type,
    missing_accounts.worker_id_hris,
    missing_accounts.learner_id_lms,
    missing_accounts.field,
    missing_accounts.hris_value,
    missing_accounts.lms_value,
    missing_accounts.root_cause,
    missing_accounts.note,
    missing_accounts.wish_id
from missing_accounts
union all
select
    orphans.type,
    orphans.worker_id_hris,
    orphans.learner_id_lms,
    orphans.field,
    orphans.hris_value,
    orphans.lms_value,
    orphans.root_cause,
    orphans.note,
    orphans.wish_id
from orphans
union all
select
    leavers.type,
    leavers.worker_id_hris,
    leavers.learner_id_lms,
    leavers.field,
    leavers.hris_value,
    leavers.lms_value,
    leavers.root_cause,
    leavers.note,
    leavers.wish_id
from leavers
union all
select
    reactivations.type,
    reactivations.worker_id_hris,
    reactivations.learner_id_lms,
    reactivations.field,
    reactivations.hris_value,
    reactivations.lms_value,
    reactivations.root_cause,
    reactivations.note,
    reactivations.wish_id
from reactivations
union all
select
    duplicates.type,
    duplicates.worker_id_hris,
    duplicates.learner_id_lms,
    duplicates.field,
    duplicates.hris_value,
    duplicates.lms_value,
    duplicates.root_cause,
    duplicates.note,
    duplicates.wish_id
from duplicates
union all
select
    accounts_gone.type,
    accounts_gone.worker_id_hris,
    accounts_gone.learner_id_lms,
    accounts_gone.field,
    accounts_gone.hris_value,
    accounts_gone.lms_value,
    accounts_gone.root_cause,
    accounts_gone.note,
    accounts_gone.wish_id
from accounts_gone
union all
select
    reviews.type,
    reviews.worker_id_hris,
    reviews.learner_id_lms,
    reviews.field,
    reviews.hris_value,
    reviews.lms_value,
    reviews.root_cause,
    reviews.note,
    reviews.wish_id
from reviews
order by type, worker_id_hris, learner_id_lms, field, hris_value, lms_value
