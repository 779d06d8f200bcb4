-- grain: one proposed change, without its values
select
    deltas.wish_id,
    deltas.family,
    deltas.target_system,
    deltas.entity,
    deltas.operation,
    deltas.risk,
    deltas.is_pilot
from reconcile.proposed_deltas as deltas
order by deltas.wish_id
