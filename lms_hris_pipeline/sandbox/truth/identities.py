"""Keeps the truth about accounts up with the learning system: new ones get an owner, those gone are forgotten.

Whoever creates an account writes the worker's number and e-mail on it; administrators may change either later, so
that only accounts without an identity are looked at.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping

from lms_hris_pipeline.sandbox.truth.accounts import Account
from lms_hris_pipeline.sandbox.truth.people import People, Worker


def learn_identities(truth: sqlite3.Connection, people: People, accounts: Mapping[str, Account]) -> None:
    """Forget accounts that are gone; find the owner of those that came since. The caller commits."""
    known = {row[0]: row[1] for row in truth.execute("select learner_id_lms, worker_id_hris from identities")}
    gone = sorted(known.keys() - accounts.keys())
    truth.executemany("delete from identities where learner_id_lms = ?", [(learner,) for learner in gone])
    new = [accounts[learner] for learner in sorted(accounts.keys() - known.keys(), key=int)]
    if not new:
        return
    owner_of = owners_of(people)
    held = {people.records[worker].person_key for worker in known.values() if worker in people.records}
    rows = []
    for account in new:
        owner = owner_of(account)
        kind = account.kind if account.kind != "employee" else "orphan"
        if owner is not None and account.kind == "employee":
            kind = "duplicate" if owner.person_key in held else "primary"
            held.add(owner.person_key)
        rows.append((account.learner_id, None if kind == "orphan" or owner is None else owner.worker_id, kind))
    truth.executemany("insert into identities values(?, ?, ?)", rows)


def owners_of(people: People) -> Callable[[Account], Worker | None]:
    """Says whom an account was made for, by number and e-mail; what two people share tells nobody."""
    by_number: dict[str | None, set[str]] = defaultdict(set)
    by_email: dict[str | None, set[str]] = defaultdict(set)
    for worker in people.records.values():
        by_number[worker.number].add(worker.person_key)
        by_email[worker.email].add(worker.person_key)
    nobody: set[str] = set()

    def owner(account: Account) -> Worker | None:
        number, email = account.values["employee_number"], account.values["email"]
        numbered = nobody if number is None else by_number.get(number, nobody)
        addressed = nobody if email is None else by_email.get(email, nobody)
        for persons in (numbered & addressed, numbered, addressed):
            if len(persons) == 1:
                return people.current[next(iter(persons))]
        return None

    return owner
