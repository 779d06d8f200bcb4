"""What is matched: accounts and worker records as they came, in one shape whoever brings them.

The nightly brings canonical tables of a batch; `people_tables` brings two tables of somebody else. How the records
are compared is in `people_candidates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

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
    """Records of one side. A record's number is its place in the order of ids; the rows stand as they came, each with its
    number in a column, so that only what is asked for is put in order. `place` has the row of each number, None where
    they came in order."""

    rows: pa.Table
    place: Ints | None = None

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return int(self.rows.num_rows)

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """A column by number."""
        return self.rows[column] if self.place is None else self.rows[column].take(pa.array(self.place))

    def take(self, numbers: Ints) -> pa.Table:
        """The rows of these, in this order."""
        return self.rows.take(pa.array(numbers if self.place is None else self.place[numbers]))

    def some(self, chosen: Bools) -> pa.Table:
        """The rows of some, in any order."""
        return self.rows if chosen.all() else self.take(np.flatnonzero(chosen))


@dataclass(frozen=True, slots=True)
class Given:
    """Both sides. `names` has the ways in which a worker may be named, by worker; `person_of` the number of the person by
    worker record."""

    accounts: Records
    workers: Records
    names: Records
    person_of: Ints

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
        place = np.cumsum(workers) - 1
        names = self.names.take(np.flatnonzero(workers[ints(self.names, "worker_no")]))
        return Given(
            _numbered(self.accounts.take(np.flatnonzero(accounts)), "account_no"),
            _numbered(self.workers.take(np.flatnonzero(workers)), "worker_no"),
            _numbered(_with_column(names, "worker_no", place[ints(names, "worker_no")]), "way_no"),
            dense(self.person_of[workers]),
        )


@cache
def people_query(name: str) -> str:
    """The SELECT of a file of this room."""
    return (files("lms_hris_pipeline.match") / "sql" / f"people_{name}.sql").read_text(encoding="utf-8").strip()


def ints(table: pa.Table | Records, column: str) -> Ints:
    """A column of whole numbers without nulls."""
    found: Ints = table[column].to_numpy().astype(np.int64)
    return found


def dense(numbers: Ints) -> Ints:
    """Numbers in the place of `numbers`: as few as there are different ones, in their order."""
    found: Ints = (np.cumsum(np.bincount(numbers) > 0) - 1)[numbers]
    return found


def read_given(batch: Batch) -> Given:
    """Accounts of kind employee and worker records of a batch's canonical tables."""
    accounts, workers = (batch.arrow(people_query(f"hris_{side}")) for side in ("accounts", "workers"))
    found = _by_id(workers, "worker_id", "worker_no")
    return Given(
        _by_id(accounts, "learner_id", "account_no"),
        replace(found, rows=found.rows.drop_columns(["person_key"])),
        Records(batch.arrow(people_query("hris_names"))),
        pc.rank(found["person_key"], tiebreaker="dense").to_numpy().astype(np.int64) - 1,
    )


def given_tables(workers: pa.Table, learners: pa.Table) -> Given:
    """Two tables that somebody brings; columns that are missing are empty. A worker has one way to be named."""
    accounts = _with_empty(whole_table(learners, "learner_id").drop_columns(["universal_id"]), ACCOUNT_HOUSE_COLUMNS)
    found = _by_id(_with_empty(whole_table(workers, "worker_id"), WORKER_HOUSE_COLUMNS), "worker_id", "worker_no")
    latest_no = _latest_of_person(found)
    rows, stands = found.rows, _as_came(found, latest_no)
    names = rows.select(["worker_no", "first_name", "last_name"]).append_column(
        "is_former", pa.array(np.zeros(len(stands), bool))
    )
    rows = rows.drop_columns(["first_name", "last_name", "universal_id"]).append_column("is_in_scope", _yes(rows))
    rows = rows.append_column("is_current", pa.array(stands == ints(rows, "worker_no")))
    rows = rows.append_column("current_worker_id", found["worker_id"].take(pa.array(stands)))
    return Given(
        _by_id(accounts.append_column("is_active", _yes(accounts)), "learner_id", "account_no"),
        replace(found, rows=rows),
        replace(found, rows=names.append_column("way_no", names["worker_no"])),
        dense(latest_no),
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


def _by_id(rows: pa.Table, key: str, number: str) -> Records:
    """The rows, and their numbers in the order of their ids in the column `number`."""
    rows = rows.combine_chunks()
    ids = rows[key]
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return _numbered(rows, number)
    place = pc.sort_indices(ids).to_numpy().astype(np.int64)
    numbers = np.empty(len(place), dtype=np.int64)
    numbers[place] = np.arange(len(place))
    return Records(_with_column(rows, number, numbers), place)


def _as_came(records: Records, values: Ints) -> Ints:
    """Values by number, by row."""
    if records.place is None:
        return values
    found = np.empty_like(values)
    found[records.place] = values
    return found


def _numbered(rows: pa.Table, name: str) -> Records:
    """Rows that stand in the order of their ids."""
    return Records(_with_column(rows, name, np.arange(rows.num_rows)))


def _with_column(rows: pa.Table, name: str, numbers: Ints) -> pa.Table:
    column = pa.array(numbers.astype(np.int32))
    if name in rows.column_names:
        return rows.set_column(rows.column_names.index(name), name, column)
    return rows.append_column(name, column)


def _with_empty(rows: pa.Table, columns: Mapping[str, pa.DataType]) -> pa.Table:
    for name, kind in columns.items():
        rows = rows.append_column(name, pa.nulls(rows.num_rows, kind))
    return rows


def _yes(rows: pa.Table) -> pa.Array:
    return pa.array(np.ones(rows.num_rows, dtype=bool))


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
