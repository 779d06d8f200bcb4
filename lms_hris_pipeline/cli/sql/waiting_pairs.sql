-- grain: one pair that waits for a person, the likeliest first
select
    people.learner_id_lms,
    learners.username,
    concat_ws(' ', learners.first_name, learners.last_name) as learner_name,
    people.worker_id_hris,
    workers.employee_number,
    concat_ws(' ', workers.first_name, workers.last_name) as worker_name,
    people.score,
    people.reason
from match.people as people
inner join canonical.learners as learners on learners.learner_id_lms = people.learner_id_lms
left join canonical.workers as workers on workers.worker_id_hris = people.worker_id_hris
where people.decision = 'review'
order by people.score desc nulls last, people.learner_id_lms
