-- grain: one change proposed for the records $workers and $learners
select
    deltas.operation,
    deltas.entity,
    deltas.family,
    deltas.risk,
    deltas.desired,
    deltas.reason,
    deltas.is_pilot,
    deltas.wish_id
from reconcile.proposed_deltas as deltas
where list_contains($workers, deltas.worker_id_hris) or list_contains($learners, deltas.learner_id_lms)
order by deltas.operation, deltas.entity, deltas.wish_id
