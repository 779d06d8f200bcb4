"""Reads Docebo's lists page by page; enrolments platform-wide, never course by course.

Not here: the envelope (`client`), the entities' contracts, and writing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from lms_hris_pipeline.connectors.docebo.client import PAGE_SIZE, VENDOR, DoceboPlatform
from lms_hris_pipeline.connectors.docebo.contracts import BY_CHANGE, ENTITIES, LISTS, entity_contracts
from lms_hris_pipeline.connectors.protocols import EntityContract, Page, Params, Part
from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.settings import LearnerFields

_PARENTS = frozenset(source.parent for source in LISTS.values())


def _now() -> datetime:
    return datetime.now(UTC)


class DoceboReader:
    """The learning system behind one platform. Thread-safe."""

    system = "lms"
    vendor = VENDOR
    entities = ENTITIES

    def __init__(
        self,
        platform: DoceboPlatform,
        *,
        fields: LearnerFields | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._platform = platform
        self._now = now
        self._contracts = entity_contracts(fields or LearnerFields())
        self._parents: dict[str, set[str]] = {}
        self._guard = threading.Lock()

    def contract(self, entity: str) -> EntityContract:
        """What every record of `entity` is held against."""
        return self._contracts[entity]

    def plan(self, entity: str, since: str | None = None) -> list[Part]:
        """The first page of the list, or of the list below each parent.

        Args:
            since: only records changed from then on, `Y-m-d H:i:s` in the vendor's clock; enrolments alone.
        """
        source = LISTS[entity]
        if not source.parent:
            changed: Params = (("updated_from", since),) if since and entity in BY_CHANGE else ()
            return [self._part(entity, entity, 1, changed)]
        return [self._part(entity, f"{source.given}={parent}", 1, (), parent) for parent in self._parent_ids(entity)]

    def fetch(self, part: Part) -> Page:
        """One page of a list; the first names the others.

        Raises:
            ContractBroken: the page contradicts its envelope.
            Transient, QuotaExhausted, Refused: as the client says.
        """
        filters = tuple(pair for pair in part.params if pair[0] not in {"page", "page_size", "get_total_count"})
        found = self._platform.read_page(
            LISTS[part.entity].path, part.path, filters, part.number, about=f"{part.entity}, {part.about}"
        )
        records = found.items
        if part.parent:
            name, value = part.parent
            records = [{name: value, **record} for record in records]
        elif part.entity in _PARENTS:
            self._remember(part, [str(record.get("id", "")) for record in records])
        parent = part.parent[1] if part.parent else ""
        last = found.pages if part.number == 1 else min(found.pages, part.number + 1)
        more = tuple(
            self._part(part.entity, part.series, number, filters, parent) for number in range(part.number + 1, last + 1)
        )
        return Page(part, self._now(), records, total=found.total, cursor=found.cursor, more=more)

    def independent_count(self, entity: str) -> int | None:
        """The platform's number of enrolments, whole lists included when only changes are read; else None."""
        if entity not in BY_CHANGE:
            return None
        path = LISTS[entity].path
        return self._platform.read_page(path, path, (), 1, about=f"the count of {entity}").total

    def fingerprint(self) -> str:
        """The tenant key that the platform itself names."""
        return read_fingerprint(self._platform)

    def calls(self) -> dict[str, int]:
        """Calls so far by endpoint."""
        return self._platform.client.budget.counts()

    def _part(self, entity: str, series: str, number: int, filters: Params, parent: str = "") -> Part:
        source = LISTS[entity]
        paging = (("page", str(number)), ("page_size", str(PAGE_SIZE)), ("get_total_count", "1"))
        about = f"page {number}" + (f" of {series}" if parent else "")
        return Part(
            entity,
            series,
            number,
            about,
            source.path.replace("{id}", parent),
            (*filters, *paging),
            (source.given, parent) if parent else None,
        )

    def _remember(self, part: Part, ids: list[str]) -> None:
        """Keep the ids of parents that pass by, so that they are not read again."""
        with self._guard:
            self._parents.setdefault(part.entity, set()).update(ids)

    def _parent_ids(self, entity: str) -> list[str]:
        source = LISTS[entity]
        parent = LISTS[source.parent]
        with self._guard:
            known = set(self._parents.get(source.parent, ()))
        if not known:
            rows = self._platform.read_list(parent.path, parent.path, about=f"{entity}, the list of {source.parent}")
            known = {str(row.get(source.parent_key) or "") for row in rows}
        if not all(parent_id.isdecimal() for parent_id in known):
            raise ContractBroken(f"{VENDOR} {source.parent} no longer has the field '{source.parent_key}'")
        return sorted(known, key=int)


def read_fingerprint(platform: DoceboPlatform) -> str:
    """The tenant key that the platform itself names [M].

    Raises:
        ContractBroken: the answer names none.
    """
    body = platform.client.get("/manage/v1/tenant", "/manage/v1/tenant", about="the tenant's fingerprint")
    data = body.get("data") if isinstance(body, dict) else None
    key = str(data.get("tenant_key") or "") if isinstance(data, dict) else ""
    if not key:
        raise ContractBroken(f"{VENDOR}: the platform names no 'tenant_key'")
    return key
