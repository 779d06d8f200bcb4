"""The steps that change accounts: how each is seen at the learning system, and in which calls it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lms_hris_pipeline.connectors.protocols import RowOutcome
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish.bench import Bench, awaits_creation, worker_of
from lms_hris_pipeline.publish.sight import DONE, READY, Sight, Stand, Unit, compare, is_same, names

Sights = dict[str, Sight]
NO_ACCOUNT = Sight(Stand.WAITING, "its account does not exist yet")
GONE = Sight(Stand.STALE, "the account is gone")
IDENTITY = "employee_number"
NAMES = ("first_name", "last_name", "email")


def absent(delta: Delta) -> Sight:
    """How a delta stands whose account the target does not show."""
    return NO_ACCOUNT if awaits_creation(delta) else GONE


def is_wanted(desired: Mapping[str, object], values: Mapping[str, object]) -> bool:
    """Whether an account of the wanted user name is the wanted one: by employee number, without one by names."""
    identity = (IDENTITY,) if desired.get(IDENTITY) else NAMES
    return all(is_same(name, desired.get(name), values.get(name)) for name in identity)


def see_created(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Whether the account exists; one of the same user name may be somebody else's."""
    wanted = sorted({str(delta.desired["username"]) for delta in deltas})
    found = {account.username.lower(): account for account in bench.lms.accounts(usernames=wanted)}
    sights: Sights = {}
    for delta in deltas:
        account = found.get(str(delta.desired["username"]).lower())
        if account is None:
            sights[delta.delta_id] = READY
        elif is_wanted(delta.desired, account.values):
            sights[delta.delta_id] = DONE
            bench.linked[worker_of(delta)] = account.learner_id
        else:
            sights[delta.delta_id] = Sight(Stand.STALE, "another account took the user name since the approval")
    return sights


def send_created(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """New accounts in one batch."""
    rows = [delta.desired for delta in deltas]
    return [Unit(tuple(deltas), lambda: bench.lms.create(rows))]


def see_values(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Values of accounts: base or wish, else stale."""
    accounts = bench.accounts_of(deltas)
    sights: Sights = {}
    for delta in deltas:
        account = accounts.get(bench.learner_of(delta) or "")
        found = absent(delta) if account is None else compare(delta, delta.desired, account.values)
        sights[delta.delta_id] = found
    return sights


def send_values(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """Values in one batch by user name; a changed user name one by one, which is the only way there is.

    The vendor's batch would create an account for a name that it does not know: names are read right before.
    """
    accounts = bench.accounts_of(deltas)
    units = []
    plain: list[tuple[Delta, str]] = []

    def rename(learner: str, delta: Delta) -> Unit:
        return Unit((delta,), lambda: [bench.lms.rename(learner, delta.desired)])

    for delta in deltas:
        learner = bench.learner_of(delta) or ""
        if "username" in delta.desired:
            units.append(rename(learner, delta))
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
        lambda ids, value: bench.lms.set_active(ids, is_active=value == "yes"),
    )


def see_branch(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Values, and whether the learning system has the branch at all."""
    sights = see_values(bench, deltas)
    for delta in deltas:
        if sights[delta.delta_id].stand is Stand.READY and bench.lms.branch_id(str(delta.desired["branch"])) is None:
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
        manager = _manager(bench, delta)
        account = accounts.get(bench.learner_of(delta) or "")
        if account is None:
            sights[delta.delta_id] = absent(delta)
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
    """The memberships to be added and taken away, in manual groups. Others of the account do not matter here."""
    accounts = bench.accounts_of(deltas)
    wanted = {name for delta in deltas for side in _sides(delta) for name in side}
    groups = {name: bench.lms.group_id(name) for name in sorted(wanted)}
    members = {name: bench.lms.members(group) for name, group in groups.items() if group is not None}
    sights: Sights = {}
    for delta in deltas:
        learner = bench.learner_of(delta) or ""
        add, remove = _sides(delta)
        unknown = [name for name in add if name not in members]
        if learner not in accounts:
            sights[delta.delta_id] = absent(delta)
        elif unknown:
            why = f"the learning system has no manual group {', '.join(unknown)}"
            sights[delta.delta_id] = Sight(Stand.IMPOSSIBLE, why)
        else:
            is_in = all(learner in members[name] for name in add)
            is_out = not any(learner in members.get(name, ()) for name in remove)
            sights[delta.delta_id] = DONE if is_in and is_out else READY
    return sights


def _sides(delta: Delta) -> tuple[list[str], list[str]]:
    return names(delta.desired.get("add")), names(delta.desired.get("remove"))


def send_groups(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One call a group and direction; adding and taking away are idempotent."""
    changes: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for delta in deltas:
        for side, is_added in zip(_sides(delta), (True, False), strict=True):
            for name in side:
                changes[name, is_added].append(bench.learner_of(delta) or "")

    def call() -> list[RowOutcome]:
        refused: dict[str, str] = {}
        # Nobody is for a moment in none of their groups: what is added comes first.
        for (name, is_added), ids in sorted(changes.items(), key=lambda change: (not change[0][1], change[0][0])):
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
