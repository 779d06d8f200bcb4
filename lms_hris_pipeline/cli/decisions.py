"""`lms-hris deltas`: list, show, approve and reject. Pairs, tags and the crosswalk are in `identities`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.identities import run_crosswalk, run_decide_pair, run_decide_tag
from lms_hris_pipeline.cli.terminal import decider, say, show_record, show_table
from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.model.delta import ADVICE, Delta, DeltaState, states_before
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import PolicySettings, load_settings

__all__ = [
    "run_crosswalk",
    "run_decide_deltas",
    "run_decide_pair",
    "run_decide_tag",
    "run_list_deltas",
    "run_show_delta",
]
CANDIDATES_SHOWN = 10
FAULTS_SHOWN = 20
ID_SHOWN = 12


@contextmanager
def the_ledger() -> Iterator[Ledger]:
    """The ledger that the settings name."""
    ledger = open_ledger(load_settings().ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


def run_list_deltas(state: str | None, family: str | None, limit: int) -> None:
    """Print deltas, the oldest first and like beside like, at most `limit`, and how many there are."""
    states = (_state(state),) if state else ()
    _check_family(family)
    with the_ledger() as ledger:
        found = ledger.deltas(states=states, family=family)
    if not found:
        say(_nothing(state, family))
        return
    found.sort(key=_like_beside_like)
    show_table(
        ("delta", "operation", "target", "family", "risk", "state", "reason"),
        [
            (d.delta_id[:ID_SHOWN], f"{d.operation} {d.entity}", d.target_key, d.family, d.risk, _shown(d), d.reason)
            for d in found[:limit]
        ],
    )
    more = f"; --limit {len(found)} shows all" if len(found) > limit else ""
    say(f"{min(limit, len(found)):,} of {len(found):,} deltas{more}. `lms-hris deltas show <delta>` shows one.")


def _like_beside_like(delta: Delta) -> tuple[object, ...]:
    """A night proposes all at one instant: within it by family, as the settings list them, operation and target."""
    family = list(PolicySettings.model_fields).index(delta.family)
    return delta.proposed_at, family, delta.operation, delta.entity, delta.target_key, delta.reason


def run_show_delta(prefix: str) -> None:
    """Print one delta: what it changes from what to what, why, who decided, what became of it.

    Raises:
        BadInput: no delta, or more than one, begins so.
    """
    with the_ledger() as ledger:
        delta = find_delta(ledger, prefix)
        decisions, attempts = ledger.decisions(delta.delta_id), ledger.attempts(delta.delta_id)
    message = f": {delta.message}" if delta.message else ""
    lines = [
        ("change", f"{delta.operation} {delta.entity} of {delta.target_key} in the {delta.target_system} system"),
        ("person", f"worker {delta.worker_id_hris or 'none'}, account {delta.learner_id_lms or 'none'}"),
        ("why", delta.reason),
        ("family, risk", f"{delta.family}, {delta.risk}"),
        ("state", _shown(delta) + message),
        ("proposed", f"{_at(delta.proposed_at)}; wish {delta.wish_id[:ID_SHOWN]}, generation {delta.generation}"),
    ]
    if delta.rolls_back:
        lines.append(("takes back", delta.rolls_back))
    if delta.is_shadow:
        lines.append(("shadow", f"the family {delta.family} is in phase shadow: it is never sent"))
    show_record(f"Delta {delta.delta_id}", lines)
    show_table(("field", "base", "desired"), _fields(delta), title="Values")
    if decisions or delta.decided_by:
        rows = [(_at(one["decided_at"]), one["verdict"], one["decided_by"], one["reason"]) for one in decisions]
        policy = (
            [("", "approved", "policy", "low enough in risk for its phase")] if delta.decided_by == "policy" else []
        )
        show_table(("at", "verdict", "by", "reason"), [*policy, *rows], title="Decisions")
    if attempts:
        show_table(
            ("began", "ended", "outcome", "message"),
            [(_at(a["began_at"]), _at(a["ended_at"]), a["outcome"] or "in doubt", a["message"]) for a in attempts],
            title="Attempts",
        )


def run_decide_deltas(ids: Sequence[str], family: str | None, *, approve: bool, by: str, reason: str) -> None:
    """Approve or reject deltas by id, or all that wait in a family; print what was done by operation.

    Raises:
        BadInput: nothing or too much is named, or one of the deltas cannot be decided; then nothing is.
    """
    verb = "approve" if approve else "reject"
    if bool(ids) == bool(family):
        raise BadInput(
            f"Say which deltas to {verb}: their ids, or --family, and not both\n"
            f"  `lms-hris deltas list` shows what waits; then for example: lms-hris deltas {verb} --family skills"
        )
    _check_family(family)
    name, now = decider(by), clock_of(load_settings())()
    with the_ledger() as ledger:
        if family:
            waiting = ledger.deltas(states=(DeltaState.PROPOSED,), family=family, is_shadow=False if approve else None)
            chosen = [delta for delta in waiting if not (approve and delta.operation in ADVICE)]
        else:
            chosen = _chosen(ledger, ids, approve=approve)
        if not chosen:
            say(_nothing("proposed", family) + _shadow_note(ledger, family))
            return
        decide = ledger.approve if approve else ledger.reject
        done = decide([delta.delta_id for delta in chosen], by=name, now=now, reason=reason)
    say(f"{'Approved' if approve else 'Rejected'} by {name}: {done:,} of {len(chosen):,} deltas")
    counts = Counter(f"{delta.operation} {delta.entity}" for delta in chosen)
    show_table(("operation", "deltas"), sorted(counts.items()))
    if done < len(chosen):
        say(f"{len(chosen) - done:,} were decided, superseded or sent by somebody else meanwhile.")
    if approve:
        say("They are sent by the next night, or now by: lms-hris publish")


def find_delta(ledger: Ledger, prefix: str) -> Delta:
    """The one delta whose id begins with `prefix`.

    Raises:
        BadInput: none does, or several do; these are listed.
    """
    wanted = prefix.strip().lower()
    if not wanted or set(wanted) - set("0123456789abcdef"):
        raise BadInput(
            f"{prefix!r} is no beginning of an id\n  Ids are hexadecimal; `lms-hris deltas list` shows them."
        )
    found = ledger.deltas(id_prefix=wanted, limit=CANDIDATES_SHOWN + 1)
    if not found:
        raise BadInput(f"No delta begins with {wanted}\n  `lms-hris deltas list --all` shows all.")
    if len(found) > 1:
        lines = [
            f"  {d.delta_id[: max(ID_SHOWN, len(wanted) + 4)]}  {d.operation} {d.entity} {d.target_key}, {_shown(d)}"
            for d in found[:CANDIDATES_SHOWN]
        ]
        more = "\n  and more" if len(found) > CANDIDATES_SHOWN else ""
        raise BadInput(f"Several deltas begin with {wanted}; write more of the id\n" + "\n".join(lines) + more)
    return found[0]


def _chosen(ledger: Ledger, prefixes: Sequence[str], *, approve: bool) -> list[Delta]:
    """The deltas that are named, each of which can be decided so; all faults in one message."""
    found: dict[str, Delta] = {}
    faults = []
    for prefix in prefixes:
        try:
            delta = find_delta(ledger, prefix)
        except BadInput as error:
            faults.append(str(error).replace("\n", "\n  "))
            continue
        fault = _obstacle(delta, approve=approve)
        if fault:
            faults.append(f"{delta.delta_id[:ID_SHOWN]} {fault}")
        found[delta.delta_id] = delta
    if faults:
        shown = "\n  ".join(faults[:FAULTS_SHOWN])
        more = f"\n  and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise BadInput(f"Nothing was decided:\n  {shown}{more}")
    return list(found.values())


def _obstacle(delta: Delta, *, approve: bool) -> str:
    """Why this delta cannot be decided so; empty where it can."""
    if approve and delta.operation in ADVICE:
        return "is advice to a person, and nothing sends it: enter the change in the HR system, or reject the advice"
    if approve and delta.is_shadow and delta.state is DeltaState.PROPOSED:
        return (
            f"is in shadow: the family {delta.family} is in phase shadow and is never sent; "
            f"set policy.{delta.family} to approve, run a night, then approve"
        )
    allowed = (DeltaState.PROPOSED,) if approve else states_before(DeltaState.REJECTED)
    if delta.state in allowed:
        return ""
    if delta.state in (DeltaState.SENDING, DeltaState.SENT):
        return f"is {delta.state}: it is on its way and cannot be decided any more"
    if delta.state in (DeltaState.APPROVED, DeltaState.AUTO_APPROVED):
        return f"is {delta.state} already; `lms-hris publish` sends it"
    return f"is {delta.state}: that is over; a night proposes anew what is still wanted"


def _fields(delta: Delta) -> list[tuple[str, str, str]]:
    """Per field: what it was when the change was proposed, and what it is to be; first the fields to be written."""
    written = [
        (name, _value(delta.base[name]) if name in delta.base else "", _value(value))
        for name, value in sorted(delta.desired.items())
    ]
    relied_on = sorted(delta.base.keys() - delta.desired.keys())
    return written + [(name, _value(delta.base[name]), "(relied on, not written)") for name in relied_on]


def _value(value: object) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _shown(delta: Delta) -> str:
    return "shadow" if delta.is_shadow and delta.state is DeltaState.PROPOSED else str(delta.state)


def _state(text: str) -> DeltaState:
    try:
        return DeltaState(text)
    except ValueError:
        known = ", ".join(DeltaState)
        raise BadInput(f"{text!r} is no state of a delta\n  One of: {known}; --all shows every state.") from None


def _check_family(family: str | None) -> None:
    known = [name for name, field in PolicySettings.model_fields.items() if name != "auto_approve_risk"]
    if family is not None and family not in known:
        raise BadInput(f"{family!r} is no family of deltas\n  One of: {', '.join(known)}")


def _nothing(state: str | None, family: str | None) -> str:
    return f"No deltas{f' in state {state}' if state else ''}{f' of the family {family}' if family else ''}."


def _shadow_note(ledger: Ledger, family: str | None) -> str:
    count = len(ledger.deltas(states=(DeltaState.PROPOSED,), family=family, is_shadow=True))
    return f" {count:,} are in shadow and never sent: set policy.{family} to approve." if count else ""


def _at(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"
