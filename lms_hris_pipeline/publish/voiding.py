"""Deltas whose reasons a batch contradicts: what was read of a worker voids them, even in an incomplete extract.

A complete batch supersedes whatever it no longer proposes; from an incomplete one nothing follows from absence, but
what was read still speaks: who is employed again must not be switched off on last week's approval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.delta import UNSENT_STATES, Delta, DeltaState
from lms_hris_pipeline.publish.sight import is_same
from lms_hris_pipeline.warehouse import Batch

Facts = Mapping[str, Mapping[str, str | None]]
"""By worker id: what HR says of them, in the words of the deltas' bases."""

_FACTS = """
    select
        workers.worker_id_hris,
        employments.status,
        strftime(workers.termination_date, '%Y-%m-%d')
    from canonical.workers as workers
    inner join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris
    order by workers.worker_id_hris
"""


def void_contradicted(batch: Batch, ledger: Ledger, *, now: datetime) -> int:
    """Supersede deltas that wait or are approved on facts that the batch contradicts; their number."""
    rows = batch.execute(_FACTS)
    facts = {worker: {"hris_status": status, "hris_termination_date": ended} for worker, status, ended in rows}
    outcomes = contradicted(ledger.deltas(states=UNSENT_STATES), facts)
    return ledger.finish(outcomes, now=now) if outcomes else 0


def contradicted(deltas: Sequence[Delta], facts: Facts) -> dict[str, tuple[DeltaState, str]]:
    """What becomes of deltas whose base says otherwise than `facts`, by id. Workers who were not read say nothing."""
    outcomes = {}
    for delta in deltas:
        found = facts.get(delta.worker_id_hris or "", {})
        changed = [
            name for name, value in found.items() if name in delta.base and not is_same(name, delta.base[name], value)
        ]
        if changed:
            fact = changed[0].removeprefix("hris_").replace("_", " ")
            outcomes[delta.delta_id] = (DeltaState.SUPERSEDED, f"the worker's {fact} changed since it was proposed")
    return outcomes
