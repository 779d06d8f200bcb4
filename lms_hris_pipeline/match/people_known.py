"""What is known before anything is compared: links of the ledger and people's decisions on pairs.

A person's word outranks a record: "different" forbids a pair for good, "same" settles it. Links that the ledger
records stay; whether something speaks against them is for `people_fixed` to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from lms_hris_pipeline.match.people_given import Given, Ints

NO_LINKS = pa.table({"learner_id_lms": pa.array([], pa.string()), "worker_id_hris": pa.array([], pa.string())})
"""Of a ledger that records none."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """An account whose partner is known; `worker` is None where HR no longer has the record."""

    worker_id: str
    worker: int | None
    method: str
    role: str
    origin: str
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Partners by account number, and the pairs of account and person that nobody may join."""

    fixed: Mapping[int, Fixed]
    forbidden: tuple[Ints, Ints]
    pairs: tuple[Ints, Ints]

    @property
    def accounts(self) -> Ints:
        """The accounts whose partner is known."""
        return np.array(sorted(self.fixed), dtype=np.int64)

    def persons(self, given: Given) -> Ints:
        """The people who are known to have an account."""
        workers = [fixed.worker for fixed in self.fixed.values() if fixed.worker is not None]
        persons: Ints = given.person_of[np.array(workers, dtype=np.int64)] if workers else np.array([], dtype=np.int64)
        return persons


def read_known(given: Given, links: pa.Table, decisions: pa.Table) -> Known:
    """What the ledger's links and people's decisions say about the accounts given; others are left out.

    `links` has the columns of match.recorded_links, `decisions` those of match.pair_decisions.
    """
    rows = (links.to_pylist(), decisions.to_pylist())
    told_of = {row["learner_id_lms"] for listed in rows for row in listed}
    told_of_workers = {row["worker_id_hris"] for listed in rows for row in listed}
    accounts = _numbers(given.accounts["learner_id"], told_of)
    workers = _numbers(given.workers["worker_id"], told_of_workers)
    person_of = given.person_of
    fixed: dict[int, Fixed] = {}
    for row in rows[0]:
        account = accounts.get(row["learner_id_lms"])
        if account is not None:
            worker = workers.get(row["worker_id_hris"])
            fixed[account] = Fixed(
                row["worker_id_hris"], worker, "recorded", row["role"], row["origin"], row["recorded_at"]
            )
    verdicts: dict[tuple[int, int], tuple[datetime, str, int]] = {}
    for row in rows[1]:
        account, worker = accounts.get(row["learner_id_lms"]), workers.get(row["worker_id_hris"])
        if account is not None and worker is not None:
            word = (row["decided_at"], row["verdict"], worker)
            pair = (account, int(person_of[worker]))
            # records of one person may have been decided apart: the later word counts, the cautious one on a tie
            verdicts[pair] = max(verdicts.get(pair, word), word, key=lambda told: (told[0], told[1] != "same", told[2]))
    forbidden = {pair for pair, (_, verdict, _) in verdicts.items() if verdict == "different"}
    latest: dict[int, datetime] = {}
    for (account, person), (decided_at, verdict, worker) in sorted(verdicts.items()):
        if verdict == "same" and decided_at >= latest.get(account, decided_at):
            latest[account] = decided_at
            fixed[account] = _decided(fixed.get(account), worker, person, given, decided_at)
    allowed = {
        account: partner
        for account, partner in fixed.items()
        if partner.worker is None or (account, int(person_of[partner.worker])) not in forbidden
    }
    pairs = {
        (accounts[row["learner_id_lms"]], workers[row["worker_id_hris"]])
        for listed in rows
        for row in listed
        if row["learner_id_lms"] in accounts and row["worker_id_hris"] in workers
    }
    return Known(allowed, _arrays(forbidden), _arrays(pairs))


def _numbers(ids: pa.ChunkedArray, wanted: set[Any]) -> dict[str, int]:
    """The places of the wanted ids."""
    if not wanted:
        return {}
    return {name: place for place, name in enumerate(ids.to_pylist()) if name in wanted}


def _arrays(pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    listed = sorted(pairs)
    return (
        np.array([one for one, _ in listed], dtype=np.int64),
        np.array([other for _, other in listed], dtype=np.int64),
    )


def _decided(recorded: Fixed | None, worker: int, person: int, given: Given, decided_at: datetime) -> Fixed:
    """A pair that a person decided; where the ledger already records that person, the record stands."""
    if (
        recorded
        and recorded.worker is not None
        and recorded.method == "recorded"
        and int(given.person_of[recorded.worker]) == person
    ):
        return recorded
    worker_id = given.workers["worker_id"][worker].as_py()
    return Fixed(worker_id, worker, "decision", "primary", "person", decided_at)
