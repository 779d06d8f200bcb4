-- grain: one exception of the records $workers and $learners
select
    exceptions.severity,
    exceptions.type,
    exceptions.field,
    exceptions.hris_value,
    exceptions.lms_value,
    exceptions.suggested_action,
    exceptions.worker_id_hris,
    exceptions.learner_id_lms
from reconcile.exceptions as exceptions
where list_contains($workers, exceptions.worker_id_hris) or list_contains($learners, exceptions.learner_id_lms)
order by
    list_position(['critical', 'high', 'medium', 'low'], exceptions.severity),
    exceptions.type,
    exceptions.field,
    exceptions.exception_id
