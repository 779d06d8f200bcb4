-- grain: the account $learner
select
    learners.username,
    learners.first_name,
    learners.last_name,
    learners.kind,
    learners.is_active,
    people.decision,
    people.method,
    people.score,
    people.reason,
    people.worker_id_hris,
    people.runner_up_worker_id_hris,
    people.runner_up_score,
    people.evidence,
    situations.situation,
    situations.reason as situation_reason
from canonical.learners as learners
left join match.people as people on people.learner_id_lms = learners.learner_id_lms
left join reconcile.situations as situations
    on situations.record_kind = 'learner' and situations.record_id = learners.learner_id_lms
where learners.learner_id_lms = $learner
