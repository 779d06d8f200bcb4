"""The steps that change accounts: how each is seen at the learning system, and in which calls it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lms_hris_pipeline.connectors.protocols import RowOutcome
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish.bench import Bench, worker_of
from lms_hris_pipeline.publish.sight import DONE, READY, Sight, Stand, Unit, compare, is_same, names, stale

Sights = dict[str, Sight]
NO_ACCOUNT = Sight(Stand.WAITING, "its account does not exist yet")
GONE = Sight(Stand.STALE, "the account is gone")
IDENTITY = "employee_number"


def see_created(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """An account of the wanted user name is the wanted one only where its employee number is, too."""
    wanted = sorted({str(delta.desired["username"]) for delta in deltas})
    found = {account.username.lower(): account for account in bench.lms.accounts(usernames=wanted)}
    sights: Sights = {}
    for delta in deltas:
        account = found.get(str(delta.desired["username"]).lower())
        if account is None:
            sights[delta.delta_id] = READY
        elif is_same(IDENTITY, delta.desired.get(IDENTITY), account.values.get(IDENTITY)):
            sights[delta.delta_id] = DONE
            bench.linked[worker_of(delta)] = account.learner_id
        else:
            sights[delta.delta_id] = Sight(Stand.STALE, "another account took the user name since the approval")
    return sights


def send_created(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """New accounts in one batch."""
    return [Unit(tuple(deltas), lambda: bench.lms.create([delta.desired for delta in deltas]))]


def see_values(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Values of accounts: base or wish, else stale."""
    accounts = bench.accounts_of(deltas)
    sights: Sights = {}
    for delta in deltas:
        learner = bench.learner_of(delta)
        account = accounts.get(learner or "")
        if account is not None:
            sights[delta.delta_id] = compare(delta, delta.desired, account.values)
        else:
            sights[delta.delta_id] = NO_ACCOUNT if learner is None else GONE
    return sights


def send_values(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """Values in one batch by user name; a changed user name one by one, which is the only way there is."""
    accounts = bench.accounts_of(deltas)
    units = []
    plain: list[tuple[Delta, str]] = []
    for delta in deltas:
        learner = bench.learner_of(delta) or ""
        if "username" in delta.desired:
            units.append(Unit((delta,), lambda id_=learner, to=delta.desired: [bench.lms.rename(id_, to)]))
        elif learner in accounts:
            plain.append((delta, accounts[learner].username))
    if plain:
        rows = [(username, delta.desired) for delta, username in plain]
        units.append(Unit(tuple(delta for delta, _ in plain), lambda: bench.lms.update(rows)))
    return units


def _units_by(
    bench: Bench,
    deltas: Sequence[Delta],
    wanted: Callable[[Delta], str],
    call: Callable[[Sequence[str], str], Sequence[RowOutcome]],
) -> list[Unit]:
    """One call for all deltas that want the same."""
    alike: dict[str, list[Delta]] = defaultdict(list)
    for delta in deltas:
        alike[wanted(delta)].append(delta)

    def unit(value: str, part: Sequence[Delta]) -> Unit:
        ids = [bench.learner_of(delta) or "" for delta in part]
        return Unit(tuple(part), lambda: call(ids, value))

    return [unit(value, part) for value, part in sorted(alike.items())]


def send_active(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """Activations and deactivations."""
    return _units_by(
        bench,
        deltas,
        lambda delta: "yes" if delta.desired["active"] else "no",
        lambda ids, value: bench.lms.set_active(ids, value == "yes"),
    )


def see_branch(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Values, and whether the learning system has the branch at all."""
    sights = see_values(bench, deltas)
    for delta in deltas:
        if sights[delta.delta_id] is READY and bench.lms.branch_id(str(delta.desired["branch"])) is None:
            why = f"the learning system has no branch {delta.desired['branch']}"
            sights[delta.delta_id] = Sight(Stand.IMPOSSIBLE, why)
    return sights


def send_branch(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One call a branch."""
    return _units_by(
        bench,
        deltas,
        lambda delta: str(delta.desired["branch"]),
        lambda ids, code: bench.lms.move(ids, bench.lms.branch_id(code) or ""),
    )


def _manager(bench: Bench, delta: Delta) -> str | None:
    """The account of the wanted manager: '' for none, None while it does not exist."""
    if "manager_learner_id" in delta.desired:
        return str(delta.desired["manager_learner_id"] or "")
    return bench.linked.get(str(delta.desired["manager_worker_id"]))


def see_manager(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """The manager's account, by the link that its creation recorded."""
    accounts = bench.accounts_of(deltas)
    sights: Sights = {}
    for delta in deltas:
        learner, manager = bench.learner_of(delta), _manager(bench, delta)
        account = accounts.get(learner or "")
        if account is None:
            sights[delta.delta_id] = NO_ACCOUNT if learner is None else GONE
        elif manager is None:
            sights[delta.delta_id] = Sight(Stand.WAITING, "the manager's account does not exist yet")
        else:
            sights[delta.delta_id] = compare(delta, {"manager_learner_id": manager or None}, account.values)
    return sights


def send_manager(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One call a manager."""
    return _units_by(
        bench,
        deltas,
        lambda delta: _manager(bench, delta) or "",
        lambda ids, manager: bench.lms.set_manager(ids, manager or None),
    )


def see_groups(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Memberships: those to be added or taken away may stand either way, the others must be as in the base."""
    wanted = {name for delta in deltas for part in _group_parts(delta) for name in part}
    groups = {name: bench.lms.group_id(name) for name in sorted(wanted)}
    members = {name: bench.lms.members(group) for name, group in groups.items() if group is not None}
    sights: Sights = {}
    for delta in deltas:
        learner = bench.learner_of(delta)
        add, remove, held = _group_parts(delta)
        unknown = [name for name in add if name not in members]
        if learner is None:
            sights[delta.delta_id] = NO_ACCOUNT
        elif unknown:
            why = f"the learning system has no manual group {', '.join(unknown)}"
            sights[delta.delta_id] = Sight(Stand.IMPOSSIBLE, why)
        elif all(learner in members[name] for name in add) and not any(
            learner in members.get(name, ()) for name in remove
        ):
            sights[delta.delta_id] = DONE
        elif any(learner not in members.get(name, ()) for name in held if name not in remove):
            sights[delta.delta_id] = stale("groups")
        else:
            sights[delta.delta_id] = READY
    return sights


def _group_parts(delta: Delta) -> tuple[list[str], list[str], list[str]]:
    return names(delta.desired.get("add")), names(delta.desired.get("remove")), names(delta.base.get("groups"))


def send_groups(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One call a group and direction; adding and taking away are idempotent."""
    changes: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for delta in deltas:
        add, remove, _ = _group_parts(delta)
        for side, is_added in ((add, True), (remove, False)):
            for name in side:
                changes[name, is_added].append(bench.learner_of(delta) or "")

    def call() -> list[RowOutcome]:
        refused: dict[str, str] = {}
        for (name, is_added), ids in sorted(changes.items()):
            group = bench.lms.group_id(name)
            for outcome in bench.lms.change_members(group, ids, is_added=is_added) if group else []:
                if not outcome.is_done:
                    refused[ids[outcome.index]] = outcome.message
        found = [bench.learner_of(delta) or "" for delta in deltas]
        return [RowOutcome(n, i not in refused, i, refused.get(i, "")) for n, i in enumerate(found)]

    return [Unit(tuple(deltas), call, is_single=len(changes) == 1)]


def wish_order(delta: Delta) -> tuple[Any, ...]:
    """Deltas that share a call stand together."""
    desired: Mapping[str, Any] = delta.desired
    return (str(desired.get("branch") or desired.get("manager_learner_id") or ""), delta.target_key, delta.delta_id)
