-- grain: one wish of the batch
select
    deltas.wish_id,
    deltas.operation,
    deltas.entity
from reconcile.proposed_deltas as deltas
order by deltas.wish_id
