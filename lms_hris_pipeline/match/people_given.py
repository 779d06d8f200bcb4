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
    """Both sides: a row's number is its place. `names` has the ways in which a worker may be named."""

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


@cache
def people_query(name: str) -> str:
    """The SELECT of a file of this room."""
    return (files("lms_hris_pipeline.match") / "sql" / f"people_{name}.sql").read_text(encoding="utf-8").strip()


def ints(table: pa.Table, column: str) -> Ints:
    """A column of whole numbers without nulls."""
    found: Ints = table[column].to_numpy().astype(np.int64)
    return found


def read_given(batch: Batch) -> Given:
    """Accounts of kind employee and worker records of a batch's canonical tables."""
    return Given(*(batch.arrow(people_query(f"hris_{side}")) for side in ("accounts", "workers", "names")))


def given_tables(batch: Batch, workers: pa.Table, learners: pa.Table) -> Given:
    """Two tables that somebody brings; columns that are missing are empty."""
    views: Mapping[str, tuple[pa.Table, str]] = {
        "accounts": (learners, "learner_id"),
        "workers": (workers, "worker_id"),
        "names": (workers, "worker_id"),
    }
    found = {}
    for side, (table, key) in views.items():
        with batch.lending({"people_given": whole_table(table, key)}):
            found[side] = batch.arrow(people_query(f"table_{side}"))
    return Given(found["accounts"], found["workers"], found["names"])


TEXT_COLUMNS = (
    "employee_number", "first_name", "last_name", "email", "department", "job_title", "manager_email", "location",
    "universal_id", "birth_date", "house_number", "street", "postcode", "city", "state",
)  # fmt: skip
DATE_COLUMNS = ("hire_date",)


def whole_table(table: pa.Table, key: str) -> pa.Table:
    """`table` with every column that is compared, those it lacks empty. A birth date is text: a false one still tells."""
    columns = {key: table[key].cast(pa.string())}
    for names, kind in ((TEXT_COLUMNS, pa.string()), (DATE_COLUMNS, pa.date32())):
        for name in names:
            columns[name] = table[name].cast(kind) if name in table.column_names else pa.nulls(table.num_rows, kind)
    return pa.table(columns)
