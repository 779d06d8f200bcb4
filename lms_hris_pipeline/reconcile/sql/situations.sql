-- grain: one worker record or one account, each in exactly one situation
with first_accounts as (
    select
        accounts.person_key,
        accounts.learner_id_lms,
        accounts.is_recorded
    from reconcile.person_accounts as accounts
    where accounts.role = 'primary'
),

settling as (
    select distinct pending.target_key
    from match.pending_changes as pending
),

workers as (
    select
        'worker' as record_kind,
        employments.worker_id_hris as record_id,
        case
            when not employments.is_current then 'out_of_scope'
            when settling.target_key is not null then 'settling'
            when first_accounts.learner_id_lms is not null and first_accounts.is_recorded then 'linked'
            when first_accounts.learner_id_lms is not null then 'unlinked'
            when not employments.is_in_scope then 'out_of_scope'
            when wanted.account_obstacle = 'account_gone' then 'deleted'
            when wanted.account_obstacle in ('under_review', 'username_taken', 'username_contested') then 'disputed'
            when wanted.account_obstacle = 'unobserved' then 'unobserved'
            else 'missing'
        end as situation,
        case
            when not employments.is_current then 'superseded_by:' || employments.current_worker_id_hris
            when settling.target_key is not null then 'change_sent'
            when first_accounts.learner_id_lms is not null then employments.scope_reason
            when not employments.is_in_scope then employments.scope_reason
            else coalesce(wanted.account_obstacle, employments.scope_reason)
        end as reason,
        case when employments.is_current then first_accounts.learner_id_lms end as partner_id
    from canonical.employments as employments
    left join first_accounts on first_accounts.person_key = employments.person_key
    left join reconcile.wanted_accounts as wanted on wanted.worker_id_hris = employments.worker_id_hris
    left join settling on settling.target_key = 'worker:' || employments.worker_id_hris
),

learners as (
    select
        'learner' as record_kind,
        learners.learner_id_lms as record_id,
        case
            when learners.kind <> 'employee' then 'out_of_scope'
            when settling.target_key is not null then 'settling'
            when accounts.role = 'duplicate' then 'duplicate'
            when accounts.role = 'primary' and accounts.is_recorded then 'linked'
            when accounts.role = 'primary' then 'unlinked'
            when people.decision = 'review' then 'disputed'
            when not learners.is_active then 'out_of_scope'
            when not observed.has_all_workers then 'unobserved'
            else 'orphan'
        end as situation,
        case
            when learners.kind <> 'employee' then learners.kind
            when settling.target_key is not null then 'change_sent'
            when accounts.role = 'duplicate' then 'duplicate_of:' || accounts.primary_learner_id_lms
            when accounts.role = 'primary' then people.method
            when people.decision = 'review' then 'under_review'
            when not learners.is_active then 'inactive_unmatched'
            when not observed.has_all_workers then 'workers_incomplete'
            else 'no_worker'
        end as reason,
        case
            when learners.kind = 'employee' then coalesce(
                accounts.current_worker_id_hris,
                case when people.decision = 'review' then people.worker_id_hris end
            )
        end as partner_id
    from canonical.learners as learners
    cross join reconcile.observed as observed
    left join reconcile.person_accounts as accounts on accounts.learner_id_lms = learners.learner_id_lms
    left join match.people as people on people.learner_id_lms = learners.learner_id_lms
    left join settling on settling.target_key = 'learner:' || learners.learner_id_lms
)

select
    workers.record_kind,
    workers.record_id,
    workers.situation,
    workers.reason,
    workers.partner_id
from workers
union all
select
    learners.record_kind,
    learners.record_id,
    learners.situation,
    learners.reason,
    learners.partner_id
from learners
order by record_kind, record_id
