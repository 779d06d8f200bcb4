-- grain: one account that belongs to one of $workers
select people.learner_id_lms
from match.people as people
where people.decision in ('link', 'duplicate') and list_contains($workers, people.worker_id_hris)
order by people.learner_id_lms
