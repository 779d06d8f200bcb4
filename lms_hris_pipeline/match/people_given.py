"""What is matched: accounts and worker records as they came, in one shape whoever brings them.

The nightly brings canonical tables of a batch; `people_tables` brings two tables of somebody else. How the records
are compared is in `people_candidates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class Given:
    """Both sides, in the order of their ids: a row's number is its place. `names` has the ways in which a worker may be
    named, by worker; records of one person share its `person_no`."""

    accounts: pa.Table
    workers: pa.Table
    names: pa.Table

    @property
    def person_of(self) -> Ints:
        """Person by worker record."""
        return ints(self.workers, "person_no")

    @property
    def person_count(self) -> int:
        """How many people HR knows."""
        return int(self.person_of.max()) + 1 if self.workers.num_rows else 0

    @property
    def account_count(self) -> int:
        """How many accounts there are."""
        return int(self.accounts.num_rows)

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
        place, person_of = np.cumsum(workers) - 1, self.person_of[workers]
        names = self.names.filter(pa.array(workers[ints(self.names, "worker_no")]))
        return Given(
            _numbered(self.accounts.filter(pa.array(accounts)), "account_no"),
            _numbered(_with_column(self.workers.filter(pa.array(workers)), "person_no", dense(person_of)), "worker_no"),
            _numbered(_with_column(names, "worker_no", place[ints(names, "worker_no")]), "way_no"),
        )


@cache
def people_query(name: str) -> str:
    """The SELECT of a file of this room."""
    return (files("lms_hris_pipeline.match") / "sql" / f"people_{name}.sql").read_text(encoding="utf-8").strip()


def ints(table: pa.Table, column: str) -> Ints:
    """A column of whole numbers without nulls."""
    found: Ints = table[column].to_numpy().astype(np.int64)
    return found


def dense(numbers: Ints) -> Ints:
    """Numbers in the place of `numbers`: as few as there are different ones, in their order."""
    found: Ints = np.unique(numbers, return_inverse=True)[1]
    return found


def read_given(batch: Batch) -> Given:
    """Accounts of kind employee and worker records of a batch's canonical tables."""
    accounts, workers = (batch.arrow(people_query(f"hris_{side}")) for side in ("accounts", "workers"))
    workers = _sorted(workers, "worker_id")
    person_no = pc.rank(workers["person_key"], tiebreaker="dense").to_numpy().astype(np.int64) - 1
    workers = _with_column(workers.drop_columns(["person_key"]), "person_no", person_no)
    return Given(
        _numbered(_sorted(accounts, "learner_id"), "account_no"),
        _numbered(workers, "worker_no"),
        batch.arrow(people_query("hris_names")),
    )


def given_tables(workers: pa.Table, learners: pa.Table) -> Given:
    """Two tables that somebody brings; columns that are missing are empty. A worker has one way to be named."""
    accounts = whole_table(_sorted(learners, "learner_id"), "learner_id").drop_columns(["universal_id"])
    accounts = _with_empty(accounts, ACCOUNT_HOUSE_COLUMNS).append_column("is_active", _yes(accounts))
    found = whole_table(_sorted(workers, "worker_id"), "worker_id")
    current_no = _latest_of_person(found)
    places = np.arange(found.num_rows)
    found = _with_empty(found, WORKER_HOUSE_COLUMNS)
    found = found.append_column("is_in_scope", _yes(found)).append_column("is_current", pa.array(current_no == places))
    found = found.append_column("current_worker_id", found["worker_id"].take(pa.array(current_no)))
    names = found.select(["first_name", "last_name"]).append_column("is_former", pa.array(np.zeros(len(places), bool)))
    return Given(
        _numbered(accounts, "account_no"),
        _numbered(
            _with_column(
                found.drop_columns(["first_name", "last_name", "universal_id"]), "person_no", dense(current_no)
            ),
            "worker_no",
        ),
        _numbered(_numbered(names, "worker_no"), "way_no"),
    )


def _latest_of_person(workers: pa.Table) -> Ints:
    """By worker record, the one that stands for its person: of one universal id the latest hired, else itself."""
    latest = np.arange(workers.num_rows)
    joined = np.flatnonzero(pc.is_valid(workers["universal_id"]).to_numpy())
    if len(joined):
        person = workers["universal_id"].take(pa.array(joined)).combine_chunks().dictionary_encode().indices.to_numpy()
        hired = pc.fill_null(workers["hire_date"].take(pa.array(joined)).cast(pa.int32()), -(2**31)).to_numpy()
        order = np.lexsort((joined, hired, person))
        last = np.r_[person[order][1:] != person[order][:-1], True]
        latest_of = np.empty(person.max() + 1, dtype=np.int64)
        latest_of[person[order][last]] = joined[order][last]
        latest[joined] = latest_of[person]
    return latest


def _sorted(rows: pa.Table, key: str) -> pa.Table:
    """The rows in the order of their ids."""
    ids = rows[key].combine_chunks()
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return rows
    return rows.take(pc.sort_indices(ids))


def _numbered(rows: pa.Table, name: str) -> pa.Table:
    return _with_column(rows, name, np.arange(rows.num_rows))


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
