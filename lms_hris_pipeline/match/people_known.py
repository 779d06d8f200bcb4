"""What is known before anything is compared: links of the ledger and people's decisions on pairs.

A person's word outranks a record: "different" forbids a pair for good, "same" settles it. Links that the ledger
records stay; whether something speaks against them is for `people_fixed` to tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_firm import Hashes
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, Records, dense, people_query
from lms_hris_pipeline.warehouse import Batch

NO_LINKS = pa.table(
    {
        **{name: pa.array([], pa.string()) for name in ("learner_id_lms", "worker_id_hris", "role", "origin")},
        "recorded_at": pa.array([], pa.timestamp("us")),
    }
)
"""Of a ledger that records none."""
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""For a batch that asks no clock."""
NOWHERE = -1
"""The place of a worker record that HR no longer has."""
NEVER = np.iinfo(np.int64).min
"""The day on which nobody said anything."""
_DAY = timedelta(days=1) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Known:
    """The accounts whose partner is known, as arrays by account, and the pairs of account and person nobody may join.

    `marks` are hashes, by account given, of all that is said about it.

    `worker` is NOWHERE where HR no longer has the record; `is_decided` tells a person's word from a record of the
    ledger, `origin` and `role` are the record's; `known_at` is in microseconds, `affirmed_on` the day (since 1970) on which
    a person last said so, be it recorded or not, NEVER where nobody did. `pairs` are all pairs of account and worker that
    anything is known about.
    """

    accounts: Ints
    worker: Ints
    worker_id: pa.Array
    is_decided: Bools
    is_primary: Bools
    origin: pa.Array
    known_at: Ints
    affirmed_on: Ints
    forbidden: tuple[Ints, Ints]
    pairs: tuple[Ints, Ints]
    marks: Hashes

    def only(self, given: Given, accounts: Bools, workers: Bools) -> Known:
        """What is known of some accounts, by the numbers that they, their worker records and people have among those."""
        if accounts.all() and workers.all():
            return self
        account, worker = np.cumsum(accounts) - 1, np.where(workers, np.cumsum(workers) - 1, NOWHERE)
        person = np.full(given.person_count, NOWHERE)
        person[given.person_of[workers]] = dense(given.person_of[workers])
        kept = accounts[self.accounts]
        forbidden, pairs = (tuple(side[accounts[both[0]]] for side in both) for both in (self.forbidden, self.pairs))
        rows = pa.array(np.flatnonzero(kept))
        return Known(
            account[self.accounts[kept]],
            np.r_[worker, NOWHERE][self.worker[kept]],
            self.worker_id.take(rows),
            self.is_decided[kept],
            self.is_primary[kept],
            self.origin.take(rows),
            self.known_at[kept],
            self.affirmed_on[kept],
            (account[forbidden[0]], person[forbidden[1]]),
            (account[pairs[0]], worker[pairs[1]]),
            self.marks[accounts],
        )

    def persons(self, given: Given) -> Ints:
        """The people who are known to have an account."""
        persons: Ints = given.person_of[self.worker[self.worker != NOWHERE]]
        return persons


def read_known(given: Given, links: pa.Table, decisions: pa.Table) -> Known:
    """What the ledger's links and people's decisions say about the accounts given; others are left out.

    `links` has the columns of match.recorded_links, `decisions` those of match.pair_decisions.
    """
    person_of = given.person_of
    linked_account, linked_worker = _places(given, links)
    decided_account, decided_worker = _places(given, decisions)
    is_whole = (decided_account != NOWHERE) & (decided_worker != NOWHERE)
    said = decisions.filter(pa.array(is_whole)).select(["decided_at", "verdict"]).to_pylist()
    verdicts: dict[tuple[int, int], tuple[datetime, str, int]] = {}
    for account, worker, row in zip(
        decided_account[is_whole].tolist(), decided_worker[is_whole].tolist(), said, strict=True
    ):
        word = (row["decided_at"], row["verdict"], worker)
        pair = (account, int(person_of[worker]))
        # records of one person may have been decided apart: the later word counts, the cautious one on a tie
        verdicts[pair] = max(verdicts.get(pair, word), word, key=lambda told: (told[0], told[1] != "same", told[2]))
    forbidden = _arrays(pair for pair, (_, verdict, _) in verdicts.items() if verdict == "different")
    same: dict[int, tuple[datetime, int, int]] = {}
    for (account, person), (decided_at, verdict, worker) in sorted(verdicts.items()):
        if verdict == "same" and decided_at >= same.get(account, (decided_at,))[0]:
            same[account] = (decided_at, person, worker)
    accounts, workers = np.r_[linked_account, decided_account], np.r_[linked_worker, decided_worker]
    is_pair = (accounts != NOWHERE) & (workers != NOWHERE)
    pairs = (accounts[is_pair], workers[is_pair])
    marks = _marks(given, links, decisions)
    return _known(given, links, linked_account, linked_worker, same, forbidden, pairs, marks)


def _marks(given: Given, links: pa.Table, decisions: pa.Table) -> Hashes:
    """By account, a hash of the links and decisions about it; 0 where there are none."""
    marks = np.zeros(given.account_count + 1, dtype=np.uint64)
    if links.num_rows or decisions.num_rows:
        tables = {"people_links": links, "people_said": decisions}
        with closing(Batch.in_memory(as_of=NO_TIME)) as bench, bench.lending(tables):
            rows = bench.arrow(people_query("known_marks"))
        marks[_places_in(given.accounts, "learner_id", rows["learner_id"])] = rows["mark"].to_numpy()
    return marks[:-1]


def _places(given: Given, rows: pa.Table) -> tuple[Ints, Ints]:
    """The places of the accounts and worker records that `rows` name; NOWHERE where they are not given."""
    accounts = _places_in(given.accounts, "learner_id", rows["learner_id_lms"])
    return accounts, _places_in(given.workers, "worker_id", rows["worker_id_hris"])


def _places_in(records: Records, key: str, named: pa.ChunkedArray) -> Ints:
    if not len(named):
        return np.array([], dtype=np.int64)
    ids = records[key].combine_chunks()
    found: Ints = pc.fill_null(pc.index_in(named, ids).cast(pa.int64()), NOWHERE).to_numpy()
    return found


def _known(
    given: Given,
    links: pa.Table,
    account: Ints,
    worker: Ints,
    same: dict[int, tuple[datetime, int, int]],
    forbidden: tuple[Ints, Ints],
    pairs: tuple[Ints, Ints],
    marks: Hashes,
) -> Known:
    """Records and words in one; where the ledger already records the person that was decided, the record stands."""
    person_of = np.r_[given.person_of, NOWHERE]
    decided_person = np.full(given.account_count + 1, NOWHERE)
    decided_person[list(same)] = [person for _, person, _ in same.values()]
    decided = decided_person[account]
    stands = (account != NOWHERE) & ((decided == NOWHERE) | (decided == person_of[worker]))
    stands[(decided != NOWHERE) & (worker == NOWHERE)] = False
    recorded = {int(place) for place in account[stands & (decided != NOWHERE)]}
    words = {place: word for place, word in same.items() if place not in recorded}
    word_workers = np.array([word[2] for word in words.values()], dtype=np.int64)
    standing = links.filter(pa.array(stands))
    count = len(words)
    accounts = np.r_[account[stands], np.array(list(words), dtype=np.int64)]
    workers = np.r_[worker[stands], word_workers]
    group = accounts * (given.person_count + 1) + person_of[workers]
    is_allowed = ~np.isin(group, forbidden[0] * (given.person_count + 1) + forbidden[1]) | (workers == NOWHERE)
    order = np.flatnonzero(is_allowed)
    order = order[np.argsort(accounts[order], kind="stable")]
    affirmed_on = np.full(given.account_count, NEVER)
    affirmed_on[list(same)] = _microseconds(_times(same)) // _DAY
    return Known(
        accounts[order],
        workers[order],
        _joined(standing["worker_id_hris"], given.workers.take(word_workers)["worker_id"].combine_chunks()).take(
            pa.array(order)
        ),
        np.r_[np.zeros(len(standing), dtype=bool), np.ones(count, dtype=bool)][order],
        np.r_[pc.equal(standing["role"], "primary").to_numpy(), np.ones(count, dtype=bool)][order],
        _joined(standing["origin"], pa.array(["person"] * count, pa.string())).take(pa.array(order)),
        np.r_[_microseconds(standing["recorded_at"]), _microseconds(_times(words))][order],
        affirmed_on[accounts[order]],
        forbidden,
        pairs,
        marks,
    )


def _times(words: dict[int, tuple[datetime, int, int]]) -> pa.Array:
    return pa.array([word[0] for word in words.values()], pa.timestamp("us"))


def _microseconds(times: pa.Array | pa.ChunkedArray) -> Ints:
    """Since 1970."""
    since: Ints = times.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    return since


def _joined(column: pa.ChunkedArray, more: pa.Array) -> pa.Array:
    return pa.concat_arrays([*(chunk.cast(more.type) for chunk in column.chunks), more])


def _arrays(pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    listed = sorted(pairs)
    return (
        np.array([one for one, _ in listed], dtype=np.int64),
        np.array([other for _, other in listed], dtype=np.int64),
    )
