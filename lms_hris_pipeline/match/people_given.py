"""What is matched: accounts and worker records as they came, in one shape whoever brings them.

The nightly brings canonical tables of a batch; `people_tables` brings two tables of somebody else. How the records
are compared is in `people_candidates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.warehouse import Batch

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
UNKNOWN_DAY = np.int64(-(2**40))
"""Stands for a date that is not known: earlier than any."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one side. A record's number is its place in the order of ids; the rows stand as they came, so that only
    what is asked for is put in order. `place` has the row of each number, None where they came in order."""

    rows: pa.Table
    place: Ints | None = None

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return int(self.rows.num_rows) if self.place is None else len(self.place)

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """A column by number."""
        return self.rows[column] if self.place is None else self.rows[column].take(pa.array(self.place))

    def take(self, numbers: Ints) -> pa.Table:
        """The rows of these, in this order."""
        return self.rows.take(pa.array(self._places(numbers)))

    def only(self, chosen: Bools) -> Records:
        """These by themselves, numbered anew in the same order."""
        return Records(self.rows, self._places(np.flatnonzero(chosen)))

    def some(self, chosen: Bools, name: str) -> pa.Table:
        """The rows of these in any order, each with its number in the column `name`."""
        numbers = np.flatnonzero(chosen)
        if len(numbers) < self.rows.num_rows:
            rows = self.take(numbers)
        else:
            rows, numbers = self.rows, self.as_came(numbers)
        return rows.append_column(name, pa.array(numbers.astype(np.int32)))

    def as_came(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values by number, by row."""
        if self.place is None:
            return values
        found = np.empty_like(values)
        found[self.place] = values
        return found

    def _places(self, numbers: Ints) -> Ints:
        return numbers if self.place is None else self.place[numbers]


@dataclass(frozen=True, slots=True)
class Given:
    """Both sides. `names` has the ways in which a worker may be named, by worker, `way_worker` the worker's number by way,
    `person_of` the person's by worker record."""

    accounts: Records
    workers: Records
    names: Records
    person_of: Ints
    way_worker: Ints

    @property
    def way_order(self) -> Ints:
        """By way to be named, which of its worker's it is, from 0 on."""
        return np.arange(len(self.way_worker)) - first_places(self.way_worker)[self.way_worker]

    @property
    def person_count(self) -> int:
        """How many people HR knows."""
        return int(self.person_of.max()) + 1 if self.workers.num_rows else 0

    @property
    def account_count(self) -> int:
        """How many accounts there are."""
        return self.accounts.num_rows

    def worker_flag(self, column: str) -> Bools:
        """A yes or no of every worker record."""
        found: Bools = self.workers[column].to_numpy(zero_copy_only=False).astype(bool)
        return found

    def worker_day(self, column: str) -> Ints:
        """A date of every worker record as days since 1970; UNKNOWN_DAY where it is not known."""
        days = pc.fill_null(self.workers[column].cast(pa.int32()).cast(pa.int64()), int(UNKNOWN_DAY))
        found: Ints = days.to_numpy()
        return found

    def only(self, accounts: Bools, workers: Bools) -> Given:
        """These accounts and worker records by themselves, numbered anew in the same order."""
        if accounts.all() and workers.all():
            return self
        ways = workers[self.way_worker]
        return Given(
            self.accounts.only(accounts),
            self.workers.only(workers),
            self.names.only(ways),
            dense(self.person_of[workers]),
            (np.cumsum(workers) - 1)[self.way_worker[ways]],
        )


@cache
def people_query(name: str) -> str:
    """The SELECT of a file of this room."""
    return (files("lms_hris_pipeline.match") / "sql" / f"people_{name}.sql").read_text(encoding="utf-8").strip()


def ints(table: pa.Table, column: str) -> Ints:
    """A column of whole numbers without nulls."""
    found: Ints = table[column].to_numpy().astype(np.int64)
    return found


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The different ones of numbers, in order. np.unique looks each up in a hash table: at a million 17 times as slow."""
    ordered = np.sort(values)
    found: npt.NDArray[Any] = ordered[np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]]
    return found


def dense(numbers: Ints) -> Ints:
    """Numbers in the place of `numbers`: as few as there are different ones, in their order."""
    found: Ints = (np.cumsum(np.bincount(numbers) > 0) - 1)[numbers]
    return found


def first_places(numbers: Ints | npt.NDArray[np.int32]) -> Ints:
    """By number, where it stands first in `numbers`, which are in order and leave none out."""
    counts = np.bincount(numbers, minlength=1)
    found: Ints = np.cumsum(counts) - counts
    return found


def read_given(batch: Batch) -> Given:
    """Accounts of kind employee and worker records of a batch's canonical tables."""
    accounts, workers, names = (batch.arrow(people_query(f"hris_{side}")) for side in ("accounts", "workers", "names"))
    found = _by_id(workers, "worker_id")
    return Given(
        _by_id(accounts, "learner_id"),
        replace(found, rows=found.rows.drop_columns(["person_key"])),
        Records(names.drop_columns(["worker_no"])),
        pc.rank(found["person_key"], tiebreaker="dense").to_numpy().astype(np.int64) - 1,
        ints(names, "worker_no"),
    )


def given_tables(workers: pa.Table, learners: pa.Table) -> Given:
    """Two tables that somebody brings; columns that are missing are empty. A worker has one way to be named."""
    accounts = _with_empty(whole_table(learners, "learner_id").drop_columns(["universal_id"]), ACCOUNT_HOUSE_COLUMNS)
    found = _by_id(_with_empty(whole_table(workers, "worker_id"), WORKER_HOUSE_COLUMNS), "worker_id")
    numbers = np.arange(found.num_rows)
    latest_no = _latest_of_person(found)
    rows, names = found.rows, found.rows.select(["first_name", "last_name"])
    rows = rows.drop_columns([*names.column_names, "universal_id"]).append_column("is_in_scope", _all(rows, said=True))
    rows = rows.append_column("is_current", pa.array(found.as_came(latest_no == numbers)))
    rows = rows.append_column("current_worker_id", found["worker_id"].take(pa.array(found.as_came(latest_no))))
    return Given(
        _by_id(accounts.append_column("is_active", _all(accounts, said=True)), "learner_id"),
        replace(found, rows=rows),
        replace(found, rows=names.append_column("is_former", _all(names, said=False))),
        dense(latest_no),
        numbers,
    )


def _latest_of_person(workers: Records) -> Ints:
    """By worker record, the one that stands for its person: of one universal id the latest hired, else itself."""
    latest = np.arange(workers.num_rows)
    universal_id = workers["universal_id"]
    joined = np.flatnonzero(pc.is_valid(universal_id).to_numpy())
    if len(joined):
        person = universal_id.take(pa.array(joined)).combine_chunks().dictionary_encode().indices.to_numpy()
        hired = pc.fill_null(workers["hire_date"].take(pa.array(joined)).cast(pa.int32()), -(2**31)).to_numpy()
        order = np.lexsort((joined, hired, person))
        last = np.r_[person[order][1:] != person[order][:-1], True]
        latest_of = np.empty(person.max() + 1, dtype=np.int64)
        latest_of[person[order][last]] = joined[order][last]
        latest[joined] = latest_of[person]
    return latest


def _by_id(rows: pa.Table, key: str) -> Records:
    """The rows as records in the order of their ids."""
    rows = rows.combine_chunks()
    ids = rows[key]
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return Records(rows)
    return Records(rows, pc.sort_indices(ids).to_numpy().astype(np.int64))


def _with_empty(rows: pa.Table, columns: Mapping[str, pa.DataType]) -> pa.Table:
    for name, kind in columns.items():
        rows = rows.append_column(name, pa.nulls(rows.num_rows, kind))
    return rows


def _all(rows: pa.Table, *, said: bool) -> pa.Array:
    return pa.array(np.full(rows.num_rows, said))


TEXT_COLUMNS = (
    "employee_number", "first_name", "last_name", "email", "department", "job_title", "manager_email", "location",
    "universal_id", "birth_date", "house_number", "street", "postcode", "city", "state",
)  # fmt: skip
DATE_COLUMNS = ("hire_date",)
ACCOUNT_HOUSE_COLUMNS: Mapping[str, pa.DataType] = {
    "other_email": pa.string(), "cost_center": pa.string(), "manager_number": pa.string(), "worker_type": pa.string(),
    "created_at": pa.timestamp("us"),
}  # fmt: skip
WORKER_HOUSE_COLUMNS: Mapping[str, pa.DataType] = {
    "former_numbers": pa.list_(pa.string()), "former_emails": pa.list_(pa.string()), "other_hire_date": pa.date32(),
    "termination_date": pa.date32(), "other_department": pa.string(), "cost_center": pa.string(),
    "manager_number": pa.string(), "worker_type": pa.string(),
}  # fmt: skip
"""What only the nightly knows of accounts and of worker records."""


def whole_table(table: pa.Table, key: str) -> pa.Table:
    """`table` with every column that is compared, those it lacks empty. A birth date is text: a false one still tells."""
    columns = {key: table[key].cast(pa.string())}
    for names, kind in ((TEXT_COLUMNS, pa.string()), (DATE_COLUMNS, pa.date32())):
        for name in names:
            columns[name] = table[name].cast(kind) if name in table.column_names else pa.nulls(table.num_rows, kind)
    return pa.table(columns)
