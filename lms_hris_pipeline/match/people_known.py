"""What is known before anything is compared: links of the ledger and people's decisions on pairs.

A person's word outranks a record: "different" forbids a pair for good, "same" settles it. Links that the ledger
records stay; whether something speaks against them is for `people_decide` to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms_hris_pipeline.match.people_candidates import Records
from lms_hris_pipeline.tables.match import PAIR_DECISIONS, RECORDED_LINKS
from lms_hris_pipeline.warehouse import Batch


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
    forbidden: frozenset[tuple[int, int]]


def read_known(batch: Batch, records: Records) -> Known:
    """What the ledger's snapshot says about the accounts of this batch; facts about other accounts are left out."""
    accounts = {name: number for number, name in enumerate(records.accounts["learner_id_lms"].to_pylist())}
    workers = {name: number for number, name in enumerate(records.workers["worker_id_hris"].to_pylist())}
    person_of = records.person_of.tolist()
    fixed: dict[int, Fixed] = {}
    for row in batch.read(RECORDED_LINKS).to_pylist():
        account = accounts.get(row["learner_id_lms"])
        if account is not None:
            worker = workers.get(row["worker_id_hris"])
            fixed[account] = Fixed(
                row["worker_id_hris"], worker, "recorded", row["role"], row["origin"], row["recorded_at"]
            )
    verdicts: dict[tuple[int, int], tuple[datetime, str, int]] = {}
    for row in batch.read(PAIR_DECISIONS).to_pylist():
        account, worker = accounts.get(row["learner_id_lms"]), workers.get(row["worker_id_hris"])
        if account is not None and worker is not None:
            word = (row["decided_at"], row["verdict"], worker)
            pair = (account, person_of[worker])
            # records of one person may have been decided apart: the later word counts, the cautious one on a tie
            verdicts[pair] = max(verdicts.get(pair, word), word, key=lambda told: (told[0], told[1] != "same", told[2]))
    forbidden = frozenset(pair for pair, (_, verdict, _) in verdicts.items() if verdict == "different")
    latest: dict[int, datetime] = {}
    for (account, _), (decided_at, verdict, worker) in sorted(verdicts.items()):
        if verdict == "same" and decided_at >= latest.get(account, decided_at):
            latest[account] = decided_at
            fixed[account] = _decided(fixed.get(account), worker, records, person_of, decided_at)
    allowed = {
        account: partner
        for account, partner in fixed.items()
        if partner.worker is None or (account, person_of[partner.worker]) not in forbidden
    }
    return Known(allowed, forbidden)


def _decided(
    recorded: Fixed | None, worker: int, records: Records, person_of: list[int], decided_at: datetime
) -> Fixed:
    """A pair that a person decided; where the ledger already records that person, the record stands."""
    if (
        recorded
        and recorded.worker is not None
        and recorded.method == "recorded"
        and person_of[recorded.worker] == person_of[worker]
    ):
        return recorded
    worker_id = records.workers["worker_id_hris"][worker].as_py()
    return Fixed(worker_id, worker, "decision", "primary", "person", decided_at)
