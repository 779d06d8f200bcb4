-- grain: one account that $word names by id, user name or e-mail, with its person; by id alone where $by_id
select
    learners.learner_id_lms,
    workers.person_key
from canonical.learners as learners
left join match.people as people
    on people.learner_id_lms = learners.learner_id_lms and people.decision in ('link', 'duplicate')
left join canonical.workers as workers on workers.worker_id_hris = people.worker_id_hris
where
    learners.learner_id_lms = $word
    or (not $by_id and (lower(learners.username) = lower($word) or learners.email = lower($word)))
order by learners.learner_id_lms
