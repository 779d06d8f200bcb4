"""The bench of people matching: records in the form in which they are compared, in a database in memory.

Records are laid out when they are needed first; keys, pairs and levels are those of what lies there. Which records are
needed is decided in `people_compare`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.names import CLOSE_SIMILARITY, name_form
from lms_hris_pipeline.match.people_candidates import Codes
from lms_hris_pipeline.match.people_firm import ACCOUNT_VALUES, WAY_VALUES, WORKER_VALUES, Arrays, Hashes, Shared
from lms_hris_pipeline.match.people_given import Bools, Given, Ints, ints, people_query
from lms_hris_pipeline.match.people_weights import LEVELS
from lms_hris_pipeline.warehouse import Batch

MOST_WAYS = 20
"""More ways to be named than these with one key, or with both names: it tells too little, and is left out."""
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
    "email_key(said) as nullif(lower(trim(said)), '')",
    "number_key(said) as nullif(ltrim(upper(regexp_replace(said, '[^0-9A-Za-z]', '', 'g')), '0'), '')",
    "digits_of(number) as nullif(ltrim(regexp_replace(number, '[^0-9]', '', 'g'), '0'), '')",
    "number_digits(number) as coalesce(case when len(digits_of(number)) >= 3 then digits_of(number) end, number)",
    # somebody's second spell of employment, in the way of writing that adds it: 386741-1
    "number_stem(said) as number_key(nullif(regexp_extract(trim(said), '^(.*[0-9A-Za-z]{4})[-/.][0-9]{1,2}$', 1), ''))",
    "address_key(said) as nullif(regexp_replace(lower(said), '[^0-9a-z]', '', 'g'), '')",
    "mailbox_stem(mailbox) as nullif(regexp_replace(mailbox, '[._-]?[0-9]+', '', 'g'), '')",
    # letters alone, two vowels for one as one: `mueller2` and `muller` are alike
    "letters_of(said) as nullif(regexp_replace(regexp_replace(said, '[^a-z]', '', 'g'), '([aou])e', '\\1', 'g'), '')",
    "spells_first(mailbox, first, last) as mailbox in (first || last, last || first, first || last[1])",
    "spells_last(mailbox, first, last) as mailbox in (first || last, last || first, first[1] || last)",
    # where people have mailboxes of their own, apart from any employer
    "is_private(domain) as regexp_matches(domain, '^((gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|rocketmail|aol|"
    "icloud|me|mac|gmx|web|t-online|freenet|protonmail|proton|posteo|yandex|libero|virgilio|tiscali|orange|wanadoo|laposte|"
    "seznam|interia|onet|btinternet|bluewin|ziggo|kpnmail|telenet|comcast|verizon|hushmail|fastmail|zoho|terra|uol|qq|163|126|"
    "naver|rediffmail)[.][a-z.]{2,6}|(mail|list|inbox|bk)[.]ru|mail[.]com|mail[.]bg|abv[.]bg|ukr[.]net|i[.]ua|wp[.]pl|o2[.]pl|"
    "free[.]fr|sfr[.]fr|centrum[.]cz|email[.]cz|telia[.]com|mailbox[.]org|pm[.]me)$')",
    "consonants_key(name) as case when len(regexp_replace(name, '[aeiou]', '', 'g')) >= 3 "
    "then regexp_replace(name, '[aeiou]', '', 'g') end",
)
_FORMS = pa.schema(
    [("name_no", pa.int32()), *((name, pa.string()) for name in ("name", "folded", "whole", "skeleton"))]
    + [(name, pa.list_(pa.string())) for name in ("tokens", "roots")]
)
_TABLE_OF = {"account": "accounts", "worker": "workers", "way": "names"}
_HELD = {"account": tuple(ACCOUNT_VALUES), "worker": tuple(WORKER_VALUES), "way": tuple(WAY_VALUES)}


class Bench:
    """The records given, by number, and what is made of them; numbers are places in the tables given."""

    def __init__(self, given: Given, *, is_within: bool) -> None:
        self._given = given
        self._is_within = is_within
        self._given_of = {"account": given.accounts, "worker": given.workers, "way": given.names}
        self._laid = {side: np.zeros(records.num_rows, dtype=bool) for side, records in self._given_of.items()}
        self._tables: dict[str, pa.Table] = {}
        self._known_names: dict[str, int] = {}
        self._batch = Batch.in_memory(as_of=_NO_TIME)
        for statement in ("set memory_limit = '4GB'", "set preserve_insertion_order = false"):
            self._batch.execute(statement)
        for macro in _MACROS:
            self._batch.execute(f"create temp macro {macro}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._batch.close()

    def marks(self) -> dict[str, Hashes]:
        """By account, worker and way to be named: a hash of all that is given of it."""
        return {
            side: self._hashes(side, f"{side}_marks", f"people_given_{_TABLE_OF[side]}", ~laid, ("mark",))["mark"]
            for side, laid in self._laid.items()
        }

    def held(self, side: str, chosen: Bools) -> dict[str, Hashes]:
        """Of the chosen records of a side, hashes of the values that are counted, 0 without; in their order."""
        return self._hashes(side, f"{side}_held", f"people_chosen_{_TABLE_OF[side]}", chosen, _HELD[side])

    def way_held(self) -> tuple[Ints, dict[str, Hashes]]:
        """Of the ways to be named that lie there: their numbers, and hashes of their names, 0 without."""
        rows = self._batch.arrow(people_query("way_held"))
        return ints(rows, "way_no"), {name: pc.fill_null(rows[name], 0).to_numpy() for name in _HELD["way"]}

    def work_alone(self) -> None:
        """Take one thread for what follows: of few records several take half as much time again."""
        self._batch.execute("set threads = 1")

    def share(self, shared: Shared) -> None:
        """Tell whose addresses and numbers are nobody's own, before anything is laid out."""
        self._shared = shared

    def lay_accounts(self, chosen: Bools) -> None:
        """Lay out these accounts, where they do not lie there."""
        self._lay("account", chosen)

    def lay_workers(self, chosen: Bools) -> None:
        """Lay out these worker records and their ways to be named, where they do not lie there."""
        self._lay("worker", chosen)
        self._lay("way", chosen[self._given.way_worker])

    def make_way_keys(self) -> dict[str, pa.Table]:
        """The keys of the ways to be named that lie there, of sure rules and of wider ones: record_no, key, rule."""
        self._make("sure_way_keys")
        return {"sure_way": self._table("sure_way_keys"), "way": self._make_wide("way")}

    def make_account_keys(self) -> pa.Table:
        """The keys of sure rules of the accounts that lie there."""
        self._make("sure_account_keys")
        return self._table("sure_account_keys")

    def find_sure_pairs(self, kept: pa.Table) -> Bools:
        """Pair who shares a number, an address or both names; by account, whether that settles whom it is compared with.

        `kept` has keys of ways that do not lie there. Within one table such a partner is often the record itself: there
        nobody is settled.
        """
        self._insert("sure_way_keys", kept)
        self._make("sure_pairs", {"most_ways": MOST_WAYS})
        settled = np.zeros(self._given.account_count, dtype=bool)
        if not self._is_within:
            rows = self._batch.arrow(
                "select distinct sure.account_no from people_sure_pairs as sure where sure.rules & 4 > 0 and sure.rules & 3 > 0"
            )
            settled[ints(rows, "account_no")] = True
        return settled

    def make_wide_account_keys(self, wide: Bools) -> pa.Table:
        """The keys of wider rules of these accounts, which lie there."""
        with self._batch.lending(
            {"people_keyless": pa.table({"account_no": pa.array(np.flatnonzero(wide), pa.int32())})}
        ):
            return self._make_wide("account")

    def find_pairs(self, kept: Mapping[str, pa.Table]) -> pa.Table:
        """All pairs that share a key, or are paired surely: account_no, way_no, in this order. `kept` has keys, by side,
        of records that do not lie there."""
        for side, keys in kept.items():
            self._insert(f"{side}_keys", keys)
        self._make("found_pairs", {"most_ways": MOST_WAYS, "is_within": self._is_within}, "pairs")
        found = self._in_order("found_pairs")
        # what they take is room for the comparison
        for table in ("found_pairs", "sure_pairs", "sure_account_keys", "sure_way_keys", "account_keys", "way_keys"):
            self._batch.execute(f"drop table people_{table}")
        return found

    def compare(self, pairs: pa.Table) -> dict[str, Codes]:
        """The levels of pairs whose records lie there, by field of COMPARED, in the order of the pairs."""
        with self._batch.lending({"people_pairs": pairs}):
            self._make("name_pairs")
            self._make("name_levels", {**_NUMBERS, "close_similarity": CLOSE_SIMILARITY})
            self._make("levels", {**_NUMBERS, "swapped_similarity": SWAPPED_SIMILARITY})
        rows = self._in_order("levels")
        return {field: rows[field].to_numpy() for field in COMPARED}

    def _lay(self, side: str, chosen: Bools) -> None:
        missing = chosen & ~self._laid[side]
        if f"{side}s" in self._tables and not missing.any():
            return
        self._laid[side] |= missing
        rows = self._chosen(side, missing)
        if side != "worker":
            self._add_forms(self._new_names(rows))
        with self._batch.lending({f"people_chosen_{_TABLE_OF[side]}": rows}):
            self._add(f"{side}s", people_query(f"{side}s"))

    def _chosen(self, side: str, chosen: Bools) -> pa.Table:
        """The rows of some, with their numbers and what else the queries ask of them."""
        rows = self._given_of[side].some(chosen, f"{side}_no")
        number, shared = ints(rows, f"{side}_no"), self._shared
        more: Mapping[str, Arrays] = {
            "account": {
                "is_email_shared": shared.email,
                "is_other_email_shared": shared.other_email,
                "is_number_shared": shared.number,
            },
            "worker": {"is_email_shared": shared.worker_email},
            "way": {"worker_no": self._given.way_worker.astype(np.int32)},
        }
        for name, values in more[side].items():
            rows = rows.append_column(name, pa.array(values[number]))
        return rows

    def _hashes(self, side: str, query: str, lent: str, chosen: Bools, fields: Sequence[str]) -> dict[str, Hashes]:
        """Hashes of the rows of a query about some records, in their order; 0 where there is none."""
        with self._batch.lending({lent: self._given_of[side].some(chosen, f"{side}_no")}):
            rows = self._batch.arrow(people_query(query))
        place = (np.cumsum(chosen) - 1)[ints(rows, f"{side}_no")]
        found = {field: np.zeros(len(place), dtype=np.uint64) for field in fields}
        for field, values in found.items():
            values[place] = pc.fill_null(rows[field], 0).to_numpy()
        return found

    def _make_wide(self, side: str) -> pa.Table:
        keyed = {"account": "keyed_accounts", "way": "keyed_ways"}[side]
        self._batch.execute(f"create or replace temp view people_keyed as {people_query(keyed)}")
        self._make(f"{side}_keys", query="keys")
        return self._table(f"{side}_keys")

    def _table(self, name: str) -> pa.Table:
        return self._batch.arrow(f"from people_{name}")

    def _in_order(self, pairs: str) -> pa.Table:
        # made first and then read: a query with parameters that is read at once is planned twice, .03 s for the levels
        return self._batch.arrow(f"from people_{pairs} as pairs order by pairs.account_no, pairs.way_no")

    def _make(self, table: str, params: Mapping[str, Any] | None = None, query: str = "") -> None:
        self._batch.execute(f"create or replace temp table people_{table} as {people_query(query or table)}", params)

    def _add(self, table: str, select: str) -> None:
        """Rows to a table, which stays in Arrow: of its own tables DuckDB reads 122,880 rows on one thread."""
        rows = self._batch.arrow(select)
        before = self._tables.get(table)
        self._tables[table] = rows if before is None else pa.concat_tables([before, rows])
        self._batch.register(f"people_{table}", self._tables[table])

    def _insert(self, table: str, rows: pa.Table) -> None:
        if rows.num_rows:
            with self._batch.lending({"people_kept": rows}):
                self._batch.execute(f"insert into people_{table} by name from people_kept")

    def _new_names(self, rows: pa.Table) -> list[str]:
        """The distinct first and last names of some rows, as written, whose forms are not known yet."""
        texts = pa.chunked_array(
            [chunk for name in ("first_name", "last_name") for chunk in rows[name].chunks], pa.string()
        )
        return [name for name in texts.unique().to_pylist() if name is not None and name not in self._known_names]

    def _add_forms(self, names: list[str]) -> None:
        """Keep forms of names; equal texts have equal hashes, the empty text has none."""
        if "forms" in self._tables and not names:
            return
        forms = [name_form(name) for name in names]
        first = len(self._known_names)
        self._known_names |= {name: first + place for place, name in enumerate(names)}
        rows = {
            "name_no": range(first, first + len(names)),
            "name": names,
            "folded": [form.folded for form in forms],
            "whole": [form.whole for form in forms],
            "skeleton": [form.skeleton or None for form in forms],
            "tokens": [form.tokens for form in forms],
            "roots": [sorted(form.roots) for form in forms],
        }
        told = pa.table({field.name: pa.array(rows[field.name], field.type) for field in _FORMS})
        with self._batch.lending({"people_new_forms": told}):
            self._add(
                "forms",
                "select forms.*, case when forms.folded <> '' then hash(forms.folded) end as folded_key, "
                "case when forms.skeleton <> '' then hash(forms.skeleton) end as skeleton_key "
                "from people_new_forms as forms",
            )


def pairs_table(account: Ints, way: Ints) -> pa.Table:
    """Pairs as the queries take them."""
    return pa.table({"account_no": pa.array(account, pa.int32()), "way_no": pa.array(way, pa.int32())})
