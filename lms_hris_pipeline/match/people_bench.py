"""The bench of people matching: records in the form in which they are compared, in a database in memory.

Records are laid out when they are needed first; keys, pairs and levels are those of what lies there. Which records are
needed is decided in `people_compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lms_hris_pipeline.match.names import CLOSE_SIMILARITY, name_form
from lms_hris_pipeline.match.people_candidates import Codes
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, ints, people_query
from lms_hris_pipeline.match.people_weights import LEVELS, Weights
from lms_hris_pipeline.warehouse import Batch

MAX_BLOCK_PAIRS = 400
MOST_HOLDERS, MOST_HOLDERS_WITHIN = 2, 20
"""More records than these with one address or number: it is shared. One table may hold a person many times."""
SWAPPED_SIMILARITY = 0.88
_SHORT = {
    "first_name": "first", "last_name": "last", "employee_number": "number", "email": "email", "hire_date": "date",
    "place": "place", "job_title": "title", "worker_type": "type", "account_age": "age", "birth_date": "birth",
    "address": "address",
}  # fmt: skip
_NUMBERS: Mapping[str, int] = {
    f"{short}_{level}": number for field, short in _SHORT.items() for number, level in enumerate(LEVELS[field])
}
COMPARED = (*_SHORT, "places")
"""What people_levels says of a pair: the levels of these fields, and which parts of the organisation agree."""

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
# what both sides write each in their own way; one definition, so that the two cannot part
_MACROS = (
    "number_key(said) as nullif(ltrim(upper(regexp_replace(said, '[^0-9A-Za-z]', '', 'g')), '0'), '')",
    "address_key(said) as nullif(regexp_replace(lower(said), '[^0-9a-z]', '', 'g'), '')",
    "consonants_key(name) as case when len(regexp_replace(name, '[aeiou]', '', 'g')) >= 3 "
    "then regexp_replace(name, '[aeiou]', '', 'g') end",
)
_FORMS = pa.schema(
    [("name_no", pa.int32()), ("name", pa.string()), ("folded", pa.string()), ("skeleton", pa.string())]
    + [(name, pa.list_(pa.string())) for name in ("tokens", "roots")]
)
Hashes = npt.NDArray[np.uint64]


class Bench:
    """The records given, by number, and what is made of them; numbers are places in the tables given."""

    def __init__(self, given: Given, *, is_within: bool) -> None:
        self._given = given
        self._is_within = is_within
        self._laid = {side: np.zeros(table.num_rows, dtype=bool) for side, table in self._sides().items()}
        self._is_laid = False
        self._name_count = 0
        self._batch = Batch.in_memory(as_of=_NO_TIME)
        for statement in ("set memory_limit = '4GB'", "set preserve_insertion_order = false"):
            self._batch.execute(statement)
        for macro in _MACROS:
            self._batch.execute(f"create temp macro {macro}")
        self._batch.register("people_given_accounts", given.accounts)
        self._batch.register("people_given_workers", given.workers)
        self._forms(pa.Table.from_pylist([], _FORMS))
        holders = {"most_holders": MOST_HOLDERS_WITHIN if is_within else MOST_HOLDERS}
        for table in ("worker_flags", "account_own"):
            self._make(table, holders)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._batch.close()

    def marks(self) -> tuple[Hashes, Hashes]:
        """By account and by worker record, a hash of all that is given of it, and of what is shared with others."""
        with self._batch.lending({"people_given_names": self._given.names}):
            accounts, workers = (self._batch.arrow(people_query(f"{side}_marks")) for side in ("account", "worker"))
        return accounts["mark"].to_numpy(), workers["mark"].to_numpy()

    def lay(self, accounts: Bools, workers: Bools) -> None:
        """Lay out these accounts and worker records, and the ways to be named of the latter, where they do not lie there."""
        wanted = {"accounts": accounts, "workers": workers, "names": workers[ints(self._given.names, "worker_no")]}
        missing = {side: wanted[side] & ~laid for side, laid in self._laid.items()}
        if self._is_laid and not any(rows.any() for rows in missing.values()):
            return
        chosen = {}
        for side, table in self._sides().items():
            chosen[f"people_chosen_{side}"] = table if missing[side].all() else table.filter(pa.array(missing[side]))
            self._laid[side] |= missing[side]
        with self._batch.lending(chosen):
            self._add_forms(self._batch.arrow(people_query("words"))["name"].to_pylist())
            for table, side in (("workers", "workers"), ("accounts", "accounts"), ("ways", "names")):
                if missing[side].any() or not self._is_laid:
                    self._add(table, people_query(table))
        self._is_laid = True

    def names(self) -> pa.Table:
        """Of the ways to be named that lie there, by number: way_no, first_skeleton, last_skeleton (hashes)."""
        return self._batch.arrow("select way_no, first_skeleton, last_skeleton from people_ways order by way_no")

    def rarities(self, named: pa.Table, weights: Weights) -> tuple[pa.Table, pa.Table]:
        """By worker record and by way to be named, how rare its values are; `named` has the hashes of all ways' names."""
        params = {"population": weights.population(self._given.person_count)}
        with self._batch.lending({"people_named": named}):
            ways = self._batch.arrow(people_query("way_rarities"), params)
        return self._batch.arrow(people_query("worker_rarities"), params), ways

    def find_sure_pairs(self, kept: Mapping[str, pa.Table]) -> Bools:
        """Pair who shares a number, an address or both names; by account, whether that settles whom it is compared with.

        `kept` has the keys, by side, of records that do not lie there. Within one table such a partner is often the
        record itself: there nobody is settled.
        """
        for side in ("account", "way"):
            self._make(f"sure_{side}_keys")
            self._insert(f"sure_{side}_keys", kept.get(f"sure_{side}"))
        self._make("sure_pairs", {"max_block_pairs": MAX_BLOCK_PAIRS})
        settled = np.zeros(self._given.account_count, dtype=bool)
        if not self._is_within:
            rows = self._batch.arrow(
                "select distinct sure.account_no from people_sure_pairs as sure where sure.rules & 4 > 0 and sure.rules & 3 > 0"
            )
            settled[ints(rows, "account_no")] = True
        return settled

    def find_pairs(self, keyless: Bools, kept: Mapping[str, pa.Table], known: tuple[Ints, Ints]) -> pa.Table:
        """All pairs that are compared: account_no, way_no, in this order.

        `keyless` are the accounts to be looked for more widely whose keys are not in `kept`; `known` are pairs of
        account and way.
        """
        numbers = pa.table({"account_no": pa.array(np.flatnonzero(keyless), pa.int32())})
        with self._batch.lending({"people_keyless": numbers, "people_known_pairs": pairs_table(*known)}):
            for side, keyed in (("account", "keyed_accounts"), ("way", "keyed_ways")):
                self._batch.execute(f"create or replace temp view people_keyed as {people_query(keyed)}")
                self._make(f"{side}_keys", query="keys")
                self._insert(f"{side}_keys", kept.get(side))
            limit = {"max_block_pairs": MAX_BLOCK_PAIRS, "is_within": self._is_within}
            return self._batch.arrow(people_query("pairs"), limit)

    def keys(self) -> dict[str, pa.Table]:
        """All keys by kind and side, as `find_sure_pairs` and `find_pairs` take them."""
        return {
            side: self._batch.arrow(f"from people_{side}_keys")
            for side in ("sure_account", "sure_way", "account", "way")
        }

    def compare(self, pairs: pa.Table) -> dict[str, Codes]:
        """The levels of pairs whose records lie there, by field of COMPARED, in the order of the pairs."""
        with self._batch.lending({"people_pairs": pairs}):
            self._make("name_pairs")
            self._make("name_levels", {**_NUMBERS, "close_similarity": CLOSE_SIMILARITY})
            rows = self._batch.arrow(people_query("levels"), {**_NUMBERS, "swapped_similarity": SWAPPED_SIMILARITY})
        return {field: rows[field].to_numpy() for field in COMPARED}

    def _sides(self) -> dict[str, pa.Table]:
        return {"accounts": self._given.accounts, "workers": self._given.workers, "names": self._given.names}

    def _make(self, table: str, params: Mapping[str, Any] | None = None, query: str = "") -> None:
        self._batch.execute(f"create or replace temp table people_{table} as {people_query(query or table)}", params)

    def _add(self, table: str, select: str) -> None:
        """Rows to a table, which the first ones make."""
        begin = f"insert into people_{table}" if self._is_laid else f"create or replace temp table people_{table} as"
        self._batch.execute(f"{begin} {select}")

    def _insert(self, table: str, rows: pa.Table | None) -> None:
        if rows is not None:
            with self._batch.lending({"people_kept": rows}):
                self._batch.execute(f"insert into people_{table} by name from people_kept")

    def _add_forms(self, names: list[str]) -> None:
        forms = [name_form(name) for name in names]
        rows = {
            "name_no": range(self._name_count, self._name_count + len(names)),
            "name": names,
            "folded": [form.folded for form in forms],
            "skeleton": [form.skeleton or None for form in forms],
            "tokens": [form.tokens for form in forms],
            "roots": [sorted(form.roots) for form in forms],
        }
        self._name_count += len(names)
        self._forms(pa.table({field.name: pa.array(rows[field.name], field.type) for field in _FORMS}))

    def _forms(self, rows: pa.Table) -> None:
        """Keep forms of names; equal texts have equal hashes, the empty text has none."""
        with self._batch.lending({"people_new_forms": rows}):
            self._add(
                "forms",
                "select forms.*, case when forms.folded <> '' then hash(forms.folded) end as folded_key, "
                "case when forms.skeleton <> '' then hash(forms.skeleton) end as skeleton_key "
                "from people_new_forms as forms",
            )


def pairs_table(account: Ints, way: Ints) -> pa.Table:
    """Pairs as the queries take them."""
    return pa.table({"account_no": pa.array(account, pa.int32()), "way_no": pa.array(way, pa.int32())})
