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


def inverse_of(delta: Delta, linked: Mapping[str, str]) -> Inverse | None:
    """What would take a verified delta back: `(delta, desired, base, operation)`; None where nothing can.

    Creations, merges, completions and skills have no inverse: undoing them would lose evidence. An account that was
    in no branch cannot be put back into none.

    Args:
        linked: account by worker id, for managers that were named by worker.
    """
    if delta.state is not DeltaState.VERIFIED or delta.target_system != "lms":
        return None
    if delta.operation == "set_groups":
        return _other_groups(delta)
    written: Mapping[str, object] = delta.desired
    if delta.operation == "set_manager" and "manager_learner_id" not in written:
        manager = linked.get(str(written["manager_worker_id"]))
        if manager is None:
            return None
        written = {"manager_learner_id": manager}
    if delta.operation not in (*_TURNED, "update", "set_manager"):
        return None
    if not all(name in delta.base for name in written) or ("branch" in written and not delta.base["branch"]):
        return None
    before = {name: _scalar(delta.base[name]) for name in sorted(written)}
    present = {name: _scalar(value) for name, value in sorted(written.items())}
    return delta, before, present, _TURNED.get(delta.operation, delta.operation)


def _other_groups(delta: Delta) -> Inverse:
    held = set(names(delta.base.get("groups")))
    add, remove = set(names(delta.desired.get("add"))), set(names(delta.desired.get("remove")))
    # What was there before it was added, or not there before it was taken away, stays as it is.
    desired: dict[str, Scalar] = {"add": _joined(remove & held), "remove": _joined(add - held)}
    return delta, desired, {"groups": _joined((held - remove) | add)}, delta.operation


def _joined(found: set[str]) -> str:
    return "|".join(sorted(found))


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, bool | int) or value is None else str(value)


def _obstacle(delta: Delta) -> str:
    """Why a delta that has no inverse has none."""
    if delta.state is not DeltaState.VERIFIED:
        return f"it is {delta.state.replace('_', ' ')}; only what was verified can be taken back"
    return f"{'an' if delta.operation[0] in 'aeiou' else 'a'} {delta.operation} has no inverse"


def propose_rollback(ledger: Ledger, ids: Sequence[str], *, by: str, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Propose the inverses of deltas: the ids that now wait for approval, and by id why others cannot be taken back.

    Once an inverse is approved and verified, its original is rolled back.
    """
    found = ledger.deltas(ids=ids) if ids else []
    linked = {worker: learner for learner, worker in ledger.live_links().items()}
    inverses = []
    impossible = dict.fromkeys(set(ids) - {delta.delta_id for delta in found}, "there is no such delta")
    for delta in found:
        inverse = inverse_of(delta, linked)
        if inverse is None:
            impossible[delta.delta_id] = _obstacle(delta)
        elif not ledger.attempts(delta.delta_id):
            impossible[delta.delta_id] = "nothing was sent: the target was so already"
        else:
            inverses.append(inverse)
    return ledger.propose_rollback(inverses, by=by, now=now), dict(sorted(impossible.items()))
