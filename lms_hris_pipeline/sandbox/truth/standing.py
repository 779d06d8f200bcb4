"""Who has which account and who ought to: first and second accounts, user names, obstacles, managers in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms_hris_pipeline.sandbox.truth.accounts import Account
from lms_hris_pipeline.sandbox.truth.parsing import lower
from lms_hris_pipeline.sandbox.truth.people import People, Worker

Identity = tuple[str, str | None, str]
"""(account, worker record, kind), as the truth knows them."""


@dataclass(frozen=True, slots=True)
class Owned:
    """The accounts of one person: the first, and the further ones."""

    primary: str
    duplicates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The account that a person in scope ought to have.

    `obstacle` says why none is created where there is none: the account of the person is under review, or `claimed`
    is, an account that has the person's number or address; another account has the user name, HR lacks the e-mail, or
    two people want the name.
    """

    worker: Worker
    account: Account | None
    username: str | None
    name_holder: str | None
    claimed: str | None
    is_name_contested: bool
    obstacle: str | None

    @property
    def is_to_be_created(self) -> bool:
        """Whether there is no account and nothing stands against creating one."""
        return self.account is None and self.obstacle is None

    @property
    def is_name_kept_from_account(self) -> bool:
        """Whether there is an account that cannot get its user name: another has it, or two people are to have it."""
        if self.account is None:
            return False
        has_it = lower(self.account.values["username"]) == self.username
        return self.name_holder is not None or (self.is_name_contested and not has_it)

    @property
    def target_key(self) -> str:
        """Whom a change concerns."""
        return f"worker:{self.worker.worker_id}" if self.account is None else f"learner:{self.account.learner_id}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the rules about accounts go by."""

    people: People
    accounts: Mapping[str, Account]
    owned: Mapping[str, Owned]
    owner: Mapping[str, str]
    """Person by account."""
    reviews: Mapping[str, str | None]
    """Accounts a person must decide about, with the record of the likely owner."""
    wanted: Mapping[str, Wanted]
    """By worker id."""
    circles: frozenset[str]
    """Workers who, by way of their managers, report to themselves."""

    def primary_of(self, worker: Worker | None) -> str | None:
        """The first account of a worker's person."""
        owned = None if worker is None else self.owned.get(worker.person_key)
        return None if owned is None else owned.primary


def take_stock(people: People, accounts: Mapping[str, Account], identities: Iterable[Identity]) -> Standing:
    """Join people and accounts by what is true of them and visible to the pipeline."""
    mine: dict[str, list[tuple[Account, str, str]]] = defaultdict(list)
    owner: dict[str, str] = {}
    reviews: dict[str, str | None] = {}
    for learner_id, worker_id, kind in identities:
        account = accounts.get(learner_id)
        if account is None or account.kind != "employee":
            continue
        record = people.records.get(worker_id or "")
        if kind == "ambiguous":
            reviews[learner_id] = None if record is None else record.worker_id
        elif kind in ("primary", "duplicate") and record is not None:
            mine[record.person_key].append((account, record.worker_id, kind))
            owner[learner_id] = record.person_key
    owned = {person: _ranked(found, people.current[person].worker_id) for person, found in mine.items()}
    return Standing(
        people=people,
        accounts=accounts,
        owned=owned,
        owner=owner,
        reviews=reviews,
        wanted=_wanted(people, accounts, owned, reviews),
        circles=circles_of(people),
    )


def _ranked(found: list[tuple[Account, str, str]], current: str) -> Owned:
    """First the account the truth calls so, then the current record's, then active ones, then the oldest."""

    def rank(entry: tuple[Account, str, str]) -> tuple[object, ...]:
        account, worker_id, kind = entry
        age = (account.created is None, account.created or "", int(account.learner_id))
        return (kind != "primary", worker_id != current, not account.is_active, *age)

    first, *further = (account.learner_id for account, _, _ in sorted(found, key=rank))
    return Owned(first, tuple(further))


def _wanted(
    people: People, accounts: Mapping[str, Account], owned: Mapping[str, Owned], reviews: Mapping[str, str | None]
) -> dict[str, Wanted]:
    holders: dict[str, list[str]] = defaultdict(list)
    for account in accounts.values():
        holders[lower(account.values["username"]) or ""].append(account.learner_id)
    entitled = people.entitled()
    seekers: dict[str, int] = defaultdict(int)
    for worker in entitled:
        seekers[worker.email or ""] += 1
    undecided = {people.records[worker].person_key for worker in reviews.values() if worker is not None}
    claims = _claims([worker for worker in entitled if worker.person_key not in undecided], accounts, reviews)
    found = {}
    for worker in entitled:
        mine = owned.get(worker.person_key)
        primary = None if mine is None else mine.primary
        others = [learner for learner in holders.get(worker.email or "", ()) if learner != primary]
        holder = min(others) if worker.email and others else None
        claimed = claims.get(worker.worker_id)
        obstacle = None
        if primary is None:
            if worker.person_key in undecided or claimed is not None:
                obstacle = "under_review"
            elif holder is not None:
                obstacle = "username_taken"
            elif worker.email is None:
                obstacle = "no_username"
            elif seekers[worker.email] > 1:
                obstacle = "username_contested"
        first = None if primary is None else accounts[primary]
        is_contested = worker.email is not None and seekers[worker.email] > 1
        found[worker.worker_id] = Wanted(worker, first, worker.email, holder, claimed, is_contested, obstacle)
    return found


def _claims(workers: Iterable[Worker], accounts: Mapping[str, Account], disputed: Iterable[str]) -> dict[str, str]:
    """By worker id: the first disputed account that has the worker's number or address."""
    holders: dict[tuple[str, str | None], str] = {}
    for learner in sorted(disputed, reverse=True):
        holders |= {(name, accounts[learner].values[name]): learner for name in ("employee_number", "email")}
    claims = {}
    for worker in workers:
        keys = [("employee_number", worker.number), ("email", worker.email)]
        held = [holders[key] for key in keys if key[1] is not None and key in holders]
        if held:
            claims[worker.worker_id] = min(held)
    return claims


def circles_of(people: People) -> frozenset[str]:
    """Workers in scope who report to themselves, directly or by way of others; not those who report to a circle."""
    above: dict[str, str] = {}
    for worker in people.entitled():
        manager = people.standing_for(worker.now("manager"))
        if manager is not None and manager.is_in_scope:
            above[worker.worker_id] = manager.worker_id
    found: set[str] = set()
    seen: set[str] = set()
    for start in above:
        path: list[str] = []
        place: dict[str, int] = {}
        here: str | None = start
        while here is not None and here not in seen:
            seen.add(here)
            place[here] = len(path)
            path.append(here)
            here = above.get(here)
        if here is not None and here in place:
            found.update(path[place[here] :])
    return frozenset(found)
