"""Taking back what was published: the inverse of a verified delta, from its base. Proposed, never sent by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.delta import Delta, DeltaState
from lms_hris_pipeline.model.wish import Scalar
from lms_hris_pipeline.publish.sight import names

Inverse = tuple[Delta, dict[str, Scalar], dict[str, Scalar], str]
_TURNED = {"deactivate": "reactivate", "reactivate": "deactivate"}


def inverse_of(delta: Delta) -> Inverse | None:
    """What would take a verified delta back: `(delta, desired, base, operation)`; None where nothing can.

    Creations, merges, completions and skills have no inverse: undoing them would lose evidence.
    """
    if delta.state is not DeltaState.VERIFIED or delta.target_system != "lms":
        return None
    operation = _TURNED.get(delta.operation, delta.operation)
    if delta.operation == "set_groups":
        held = set(names(delta.base.get("groups")))
        add, remove = set(names(delta.desired.get("add"))), set(names(delta.desired.get("remove")))
        desired: dict[str, Scalar] = {"add": "|".join(sorted(remove)), "remove": "|".join(sorted(add))}
        return delta, desired, {"groups": "|".join(sorted((held - remove) | add))}, operation
    if delta.operation == "set_manager" and "manager_learner_id" not in delta.desired:
        return None
    if delta.operation not in (*_TURNED, "update", "set_manager"):
        return None
    if not all(name in delta.base for name in delta.desired):
        return None
    before: Mapping[str, Scalar] = {name: _scalar(delta.base[name]) for name in sorted(delta.desired)}
    return delta, dict(before), dict(delta.desired), operation


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, bool | int) or value is None else str(value)


def propose_rollback(ledger: Ledger, ids: Sequence[str], *, by: str, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Propose the inverses of deltas: the ids that now wait for approval, and by id why others cannot be taken back.

    Once an inverse is approved and verified, its original is rolled back.
    """
    found = ledger.deltas(ids=ids)
    inverses = []
    impossible = dict.fromkeys(set(ids) - {delta.delta_id for delta in found}, "there is no such delta")
    for delta in found:
        inverse = inverse_of(delta)
        if inverse is None:
            impossible[delta.delta_id] = f"a {delta.state} {delta.operation} has no inverse"
        else:
            inverses.append(inverse)
    return ledger.propose_rollback(inverses, by=by, now=now), dict(sorted(impossible.items()))
