"""Holds the pages of one entity against the contract: fields, totals, repeated records, repeated cursors.

Pure: no I/O. What a vendor's entity must look like is given by its `EntityContract`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter

import orjson

from lms_hris_pipeline.connectors.protocols import EntityContract, Json, Page
from lms_hris_pipeline.model.errors import ContractBroken, Transient

FEW_RECORDS = 10
"""A field must have been on this many records before its absence everywhere means that it was renamed."""


class ListMoved(Transient):
    """Records came or went while the list was read, so that pages do not fit together: read it once more."""


class EntityTally:
    """What has arrived of one entity so far; not thread-safe.

    Args:
        vendor: the vendor's name in messages.
        contract: what each record is held against.
    """

    def __init__(self, vendor: str, entity: str, contract: EntityContract) -> None:
        self._vendor = vendor
        self._entity = entity
        self._contract = contract
        self._seen: dict[int, tuple[bytes, str]] = {}
        self._shapes: Counter[tuple[str, ...]] = Counter()
        self._nested: Counter[tuple[str, str]] = Counter()
        self._cursors: dict[str, str] = {}
        self._totals: dict[str, tuple[int, int]] = {}
        self._latest: dict[str, tuple[datetime, int]] = {}
        self._counts: Counter[str] = Counter()
        self.rows = 0
        self.pages = 0

    def admit(self, page: Page) -> list[Json]:
        """The records of `page` that are new.

        Raises:
            ContractBroken: a field is missing, a record or a cursor came before.
            ListMoved: the same record came with other values, or the total shrank.
        """
        shapes = Counter(map(tuple, page.records))
        self._check_fields(page, shapes)
        self._check_cursor(page)
        fresh = self._new_records(page)
        part = page.part
        if page.total is not None:
            self._note_total(page, page.total)
        self._counts[part.series] += len(page.records)
        self.rows += len(fresh)
        self.pages += 1
        self._shapes.update(shapes if len(fresh) == len(page.records) else map(tuple, fresh))
        return fresh

    def finish(self, expected: int | None) -> None:
        """Hold what arrived against the vendor's totals; `expected` is the independent count.

        Raises:
            ListMoved: the counts disagree.
        """
        for series, (_, total) in sorted(self._totals.items()):
            if self._counts[series] != total:
                raise ListMoved(
                    f"{self._vendor} {self._entity}: {self._counts[series]} records arrived of {series}, "
                    f"but its total is {total}"
                )
        if expected is not None and self.rows != expected:
            raise ListMoved(
                f"{self._vendor} {self._entity}: {self.rows} records arrived, "
                f"but the vendor's independent count is {expected}"
            )

    @property
    def expected(self) -> int | None:
        """The sum of the series' totals; None where the vendor gives none."""
        return sum(total for _, total in self._totals.values()) if self._totals else None

    def fields(self) -> dict[str, int]:
        """On how many records each field was, nested ones as `list.field`."""
        found: Counter[str] = Counter()
        for shape, count in self._shapes.items():
            for name in shape:
                found[name] += count
        for (outer, inner), count in self._nested.items():
            found[f"{outer}.{inner}"] += count
        return dict(sorted(found.items()))

    def _note_total(self, page: Page, total: int) -> None:
        """Keep the total that the last page of the series knew; rows added behind it belong to the next night."""
        series = page.part.series
        before_at, before = self._latest.setdefault(series, (page.fetched_at, total))
        shrank = total < before if page.fetched_at >= before_at else total > before
        if (total == 0) != (before == 0):
            raise ContractBroken(
                f"{self._named(page)}: the answer was good (HTTP 200) but empty, in a list of {max(total, before)}\n"
                "  Nothing is inferred from it; run again: lms-hris nightly"
            )
        if shrank:
            raise ListMoved(f"{self._named(page)}: the list shrank while it was read")
        self._latest[series] = max((page.fetched_at, total), (before_at, before))
        if page.part.number >= self._totals.get(series, (0, 0))[0]:
            self._totals[series] = (page.part.number, total)

    def _named(self, page: Page) -> str:
        return f"{self._vendor} {self._entity}, {page.part.about}"

    def _check_fields(self, page: Page, shapes: Iterable[tuple[str, ...]]) -> None:
        required = self._contract.required
        for shape in shapes:
            if not required.issubset(shape):
                self._broken(page, sorted(required.difference(shape))[0])
        for outer, inner in self._contract.nested.items():
            elements = Counter(tuple(element) for record in page.records for element in record.get(outer) or ())
            for shape, count in elements.items():
                if not inner.issubset(shape):
                    self._broken(page, f"{outer}.{sorted(inner.difference(shape))[0]}")
                for name in shape:
                    self._nested[outer, name] += count

    def _broken(self, page: Page, field: str) -> None:
        raise ContractBroken(
            f"{self._vendor} {self._entity} no longer has the field '{field}'\n  {page.part.about}\n"
            "  Its owner must restore it, or map another field in lms_hris.toml; then: lms-hris nightly"
        )

    def _check_cursor(self, page: Page) -> None:
        if not page.cursor:
            return
        before = self._cursors.setdefault(page.cursor, page.part.key)
        if before != page.part.key:
            raise ContractBroken(f"{self._named(page)}: the cursor came before, on {before.partition('#')[2]}")

    def _new_records(self, page: Page) -> list[Json]:
        seen, repeats, about = self._seen, self._contract.repeats, page.part.about
        identities = self._identities(page.records)
        if not repeats:
            arrived = dict.fromkeys(identities, (b"", about))
            if len(arrived) == len(identities) and seen.keys().isdisjoint(arrived):
                seen.update(arrived)
                return page.records
        fresh = []
        for identity, record in zip(identities, page.records, strict=True):
            before = seen.get(identity)
            if before is None:
                seen[identity] = (_fingerprint(record) if repeats else b"", about)
                fresh.append(record)
            elif not repeats:
                raise ContractBroken(
                    f"{self._named(page)}: a record came twice, first on {before[1]} "
                    f"({', '.join(self._contract.key)} repeated)\n"
                    "  The vendor's paging cannot be trusted now; run again: lms-hris nightly"
                )
            elif before[0] != _fingerprint(record):
                raise ListMoved(f"{self._named(page)}: a record differs from the one on {before[1]}")
        return fresh

    def _identities(self, records: Sequence[Json]) -> list[int]:
        """A 64-bit hash of each record's key, its values as texts. Of a million, two share one once in 10^7 lists."""
        columns = (map(str, map(itemgetter(name), records)) for name in self._contract.key)
        return list(map(hash, zip(*columns, strict=True)))


def _fingerprint(record: Json) -> bytes:
    """The same for records that differ only in the order of fields or of nested lists."""
    if any(type(value) is list and len(value) > 1 for value in record.values()):
        record = {
            name: sorted(value, key=_in_order) if isinstance(value, list) else value for name, value in record.items()
        }
    return blake2b(_in_order(record), digest_size=12).digest()


def _in_order(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def lost_fields(seen: Mapping[str, int], last: Mapping[str, int], rows: int) -> list[str]:
    """Fields that were common in the last complete extract and are on no record now."""
    if rows < FEW_RECORDS:
        return []
    return sorted(name for name, count in last.items() if count >= FEW_RECORDS and not seen.get(name))


def check_lost_fields(
    vendor: str, entity: str, seen: Mapping[str, int], last: Mapping[str, int], rows: int, last_batch: str
) -> None:
    """Stop where a field vanished from every record since the last complete extract.

    Raises:
        ContractBroken: naming field, entity and the batch that last had it.
    """
    lost: Iterable[str] = lost_fields(seen, last, rows)
    for field in lost:
        raise ContractBroken(
            f"{vendor} {entity} no longer has the field '{field}'\n"
            f"  on none of {rows} records; last seen in {last_batch}\n"
            "  Its owner must restore it, or map another field in lms_hris.toml; then: lms-hris nightly"
        )
