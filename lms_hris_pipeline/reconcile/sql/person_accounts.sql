-- grain: one account of a matched person
-- The first account of a person is the recorded one, else the matcher's; every further one is a duplicate.
with matched as (
    select
        people.learner_id_lms,
        people.worker_id_hris,
        people.decision
    from match.people as people
    where people.decision in ('link', 'duplicate') and people.worker_id_hris is not null
),

placed as (
    select
        matched.learner_id_lms,
        matched.worker_id_hris as matched_worker_id_hris,
        matched.decision,
        employments.person_key,
        employments.current_worker_id_hris,
        learners.is_active,
        learners.created_at,
        recorded_employments.person_key is not null as is_recorded,
        coalesce(recorded.role, 'none') as recorded_role
    from matched
    inner join canonical.learners as learners
        on learners.learner_id_lms = matched.learner_id_lms and learners.kind = 'employee'
    inner join canonical.employments as employments on employments.worker_id_hris = matched.worker_id_hris
    left join match.recorded_links as recorded on recorded.learner_id_lms = matched.learner_id_lms
    -- a link recorded with another person is no record of this one
    left join canonical.employments as recorded_employments
        on
            recorded_employments.worker_id_hris = recorded.worker_id_hris
            and recorded_employments.person_key = employments.person_key
),

ranked as (
    select
        placed.learner_id_lms,
        placed.matched_worker_id_hris,
        placed.person_key,
        placed.current_worker_id_hris,
        placed.is_recorded,
        row_number() over first_account as account_no,
        first_value(placed.learner_id_lms) over first_account as primary_learner_id_lms
    from placed
    window first_account as (
        partition by placed.person_key
        order by
            placed.is_recorded and placed.recorded_role = 'primary' desc,
            placed.decision = 'link' desc,
            placed.matched_worker_id_hris = placed.current_worker_id_hris desc,
            placed.is_active desc,
            placed.created_at asc nulls last,
            try_cast(placed.learner_id_lms as hugeint) asc nulls last,
            placed.learner_id_lms
    )
)

select
    ranked.learner_id_lms,
    ranked.person_key,
    ranked.current_worker_id_hris,
    ranked.matched_worker_id_hris,
    case when ranked.account_no = 1 then 'primary' else 'duplicate' end as role,
    ranked.primary_learner_id_lms,
    ranked.is_recorded
from ranked
order by ranked.learner_id_lms
