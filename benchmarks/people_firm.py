"""A made-up firm's HR records and learning accounts, with the truth about who is who and what went wrong.

    python -m benchmarks.people_firm --workers 100000 --seed 1 --folder /tmp/firm

writes workers.parquet, learners.parquet (as `lms-hris match people` reads them) and truth.parquet. The same seed and
size give the same files. Memory is that of one division of 20,000 people and the addresses handed out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.people_mishaps import MISHAPS, befall, second_account
from benchmarks.people_names import NamePool
from benchmarks.people_records import (
    LAST_DAY,
    PRIVATE_DOMAINS,
    VENDOR_DOMAINS,
    Addresses,
    Division,
    Person,
    Record,
)

DIVISION = 20_000
OUTSIDE_SHARE, SECOND_SHARE = 0.05, 0.03
"""Of all accounts: people whom HR does not know, and second accounts of workers. The rest are first accounts."""
_EPOCH = 719_163
TRUTH = pa.schema(
    {
        "learner_id": pa.string(),
        "worker_id": pa.string(),
        "other_worker_id": pa.string(),
        "is_second": pa.bool_(),
        "noise": pa.string(),
    }
)
_FIELDS = (
    "employee_number",
    "first_name",
    "last_name",
    "email",
    "department",
    "job_title",
    "manager_email",
    "location",
)
_WORKERS = pa.schema(
    {"worker_id": pa.string(), **dict.fromkeys(_FIELDS, pa.string()), "hire_date": pa.date32(), "universal_id": pa.string()}
)  # fmt: skip
_LEARNERS = pa.schema({"learner_id": pa.string(), **dict.fromkeys(_FIELDS, pa.string()), "hire_date": pa.date32()})
Row = tuple[str | None, ...]


def write_firm(folder: Path, workers: int, seed: int, rates: float = 1.0) -> dict[str, int]:
    """Write a firm with so many people and as many accounts; how many of each kind of row there are.

    Args:
        rates: times the usual noise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pool, taken = NamePool(), Addresses()
    sizes = [min(DIVISION, workers - start) for start in range(0, workers, DIVISION)]
    counts = {"workers": 0, "learners": 0, "second": 0, "outside": 0}
    with (
        pq.ParquetWriter(folder / "workers.parquet", _WORKERS, compression="zstd") as hr,
        pq.ParquetWriter(folder / "learners.parquet", _LEARNERS, compression="zstd") as lms,
        pq.ParquetWriter(folder / "truth.parquet", TRUTH, compression="zstd") as truth,
    ):
        for number, size in enumerate(sizes):
            division = Division(number, number * DIVISION * 3, size, seed, pool, taken)
            people = _fill(division, size, number * DIVISION, rates)
            outside = _outsiders(division, round(size * OUTSIDE_SHARE), number * DIVISION + size - round(size * OUTSIDE_SHARE))  # fmt: skip
            records = [*((p.worker, p.universal_id) for p in people), *((p.former, p.universal_id) for p in people if p.former)]  # fmt: skip
            division.random.shuffle(records)
            hr.write_table(_table(_WORKERS, [(*_values(record), known) for record, known in records]))
            accounts = [record for p in people for record in (p.account, p.second) if record] + outside
            division.random.shuffle(accounts)
            lms.write_table(_table(_LEARNERS, [_values(record) for record in accounts]))
            told = [*_truths(people), *((record.key, None, None, False, "outside HR") for record in outside)]
            truth.write_table(_table(TRUTH, told))
            counts["workers"] += len(records)
            counts["learners"] += len(accounts)
            counts["second"] += sum(p.second is not None for p in people)
            counts["outside"] += len(outside)
    return counts


def _fill(division: Division, size: int, first_key: int, rates: float) -> list[Person]:
    """Give the people their accounts, then let things go wrong."""
    random = division.random
    seconds = round(size * SECOND_SHARE)
    firsts = size - round(size * OUTSIDE_SHARE) - seconds
    key = _keys(first_key)
    chosen = random.sample(division.people, firsts)
    for person in chosen:
        person.account = division.new_account(person, key())
    for name, mishap in MISHAPS.items():
        befall(division, name, mishap, round(firsts * mishap.share * rates))
    for person in random.sample(chosen, seconds):
        person.second = second_account(division, person, key())
    return division.people


def _outsiders(division: Division, count: int, first_key: int) -> list[Record]:
    """Accounts of partners, leavers and relations of workers, whom HR does not list."""
    random, key = division.random, _keys(first_key)
    found = []
    for name in division.pool.draw(count, division.rng, random):
        like = random.choice(division.people)
        kind = random.random()
        if kind < 0.04:  # the same name as a worker
            name = replace(name, first=like.name.first, last=like.name.last)
        elif kind < 0.14:  # a relation of a worker
            name = replace(name, last=like.name.last)
        first, last = division.local_parts(name)
        is_leaver = random.random() < 0.30
        place = random.randrange(len(division.departments))
        department = division.departments[place]
        email = division.address(name) if is_leaver else division.taken.new(f"{first}.{last}", random.choice(VENDOR_DOMAINS + PRIVATE_DOMAINS))  # fmt: skip
        number = division.new_number() if is_leaver and random.random() < 0.75 else f"P{random.randrange(10**6)}" if random.random() < 0.1 else None  # fmt: skip
        found.append(
            Record(
                key(), number, name.first, name.last, email if random.random() > 0.05 else None,
                department.name if is_leaver or random.random() < 0.2 else random.choice(("Partners", None)),
                division.title(place) if is_leaver else None,
                like.worker.manager_email if is_leaver else None,
                department.location if random.random() < 0.6 else None,
                LAST_DAY - random.randrange(8000) if is_leaver and random.random() < 0.7 else None,
            )
        )  # fmt: skip
    return found


def _keys(first: int) -> Callable[[], str]:
    """Account ids that tell nothing of the order in which people were made: a permutation of 0 to 2^24 - 1."""
    numbers: Iterator[int] = iter(range(first, 1 << 24))
    return lambda: str(10_000_000 + (next(numbers) * 5_700_349 + 77_213) % (1 << 24))


def _truths(people: Sequence[Person]) -> Iterator[tuple[str, str | None, str | None, bool, str]]:
    for person in people:
        other = person.former.key if person.former else None
        if person.account:
            yield person.account.key, person.worker.key, other, False, person.noise
        if person.second:
            yield person.second.key, person.worker.key, other, True, "second account"


def _values(record: Record) -> tuple[object, ...]:
    return (
        record.key, record.number, record.first, record.last, record.email, record.department, record.title,
        record.manager_email, record.location, None if record.hired is None else record.hired - _EPOCH,
    )  # fmt: skip


def _table(schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = []
    for column, field in zip(columns, schema, strict=True):
        values = list(column)
        arrays.append(
            pa.array(values, pa.int32()).cast(pa.date32())
            if pa.types.is_date32(field.type)
            else pa.array(values, field.type)
        )
    return pa.table(arrays, schema=schema)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a firm from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people_firm", description="Write a made-up firm.")
    parser.add_argument("--workers", type=int, default=100_000, help="people, and as many accounts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates", type=float, default=1.0, help="times the usual noise")
    parser.add_argument("--folder", type=Path, required=True, help="where the three files go")
    given = parser.parse_args(arguments)
    for name, count in write_firm(given.folder, given.workers, given.seed, given.rates).items():
        print(f"{name:>9} {count:,}")


if __name__ == "__main__":
    main()
