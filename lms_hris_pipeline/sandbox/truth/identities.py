"""Keeps the truth about accounts up with the learning system: new ones get an owner, those gone are forgotten.

Whoever creates an account writes the worker's number and e-mail on it; administrators may change either later, so
that only accounts without an identity are looked at.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping

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
    owners = _Owners(people)
    held = {people.records[worker].person_key for worker in known.values() if worker in people.records}
    rows = []
    for account in new:
        owner = owners.of(account)
        kind = account.kind if account.kind != "employee" else "orphan"
        if owner is not None and account.kind == "employee":
            kind = "duplicate" if owner.person_key in held else "primary"
            held.add(owner.person_key)
        rows.append((account.learner_id, None if kind == "orphan" or owner is None else owner.worker_id, kind))
    truth.executemany("insert into identities values(?, ?, ?)", rows)


class _Owners:
    """Workers by number and by e-mail; what two people share tells nobody."""

    def __init__(self, people: People) -> None:
        self._by_number: dict[str, set[str]] = defaultdict(set)
        self._by_email: dict[str, set[str]] = defaultdict(set)
        self._people = people
        for worker in people.records.values():
            self._by_number[worker.number or ""].add(worker.person_key)
            self._by_email[worker.email or ""].add(worker.person_key)

    def of(self, account: Account) -> Worker | None:
        """The worker an account was made for; None where nothing on it names one."""
        numbered = self._by_number.get(account.values["employee_number"] or " ", set())
        addressed = self._by_email.get(account.values["email"] or " ", set())
        for persons in (numbered & addressed, numbered, addressed):
            if len(persons) == 1:
                return self._people.current[next(iter(persons))]
        return None
