-- grain: one account that belongs to one of $workers, or that a person is to decide about
with owned as (
    select
        people.learner_id_lms,
        people.worker_id_hris
    from match.people as people
    where people.decision in ('link', 'duplicate')
),

candidates as (
    select
        people.learner_id_lms,
        people.worker_id_hris
    from match.people as people
    where people.decision = 'review'
    union
    -- also the account that has the user name which the worker is to get
    select
        exceptions.learner_id_lms,
        exceptions.worker_id_hris
    from reconcile.exceptions as exceptions
    where exceptions.type = 'identity_review'
)

select owned.learner_id_lms
from owned
where list_contains($workers, owned.worker_id_hris)
union
select candidates.learner_id_lms
from candidates
left join owned on owned.learner_id_lms = candidates.learner_id_lms
where list_contains($workers, candidates.worker_id_hris) and owned.learner_id_lms is null
order by learner_id_lms
