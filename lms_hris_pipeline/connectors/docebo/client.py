"""Docebo's list envelope and the client that reaches the platform. No entity is known here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms_hris_pipeline.connectors.budget import CallBudget
from lms_hris_pipeline.connectors.http import VendorClient
from lms_hris_pipeline.connectors.protocols import Json, Params
from lms_hris_pipeline.connectors.tokens import Grant
from lms_hris_pipeline.model.errors import ContractBroken
from lms_hris_pipeline.settings import ExtractSettings, LmsSettings, QuotaSettings, Secrets

VENDOR = "Docebo"
PAGE_SIZE = 200
"""Largest page of the lists [3]; also the most ids in one filter [M]."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, its envelope checked."""

    items: list[Json]
    total: int
    pages: int
    cursor: str


@dataclass(frozen=True, slots=True)
class DoceboPlatform:
    """One platform: its client, and the lock that keeps batch and branch calls apart."""

    client: VendorClient
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def read_page(self, endpoint: str, path: str, params: Params, number: int, *, about: str) -> ListPage:
        """One page of a list.

        Raises:
            ContractBroken: the envelope contradicts itself, or the page holds too few or too many records.
        """
        query = (*params, ("page", str(number)), ("page_size", str(PAGE_SIZE)), ("get_total_count", "1"))
        return checked_page(self.client.get(endpoint, path, query, about=about), number, about)

    def read_list(self, endpoint: str, path: str, params: Params = (), *, about: str) -> list[Json]:
        """A whole list, one page after the other.

        Raises:
            ContractBroken: the pages do not add up to the total.
        """
        items: list[Json] = []
        number = 1
        while True:
            page = self.read_page(endpoint, path, params, number, about=f"{about}, page {number}")
            items += page.items
            if number >= page.pages:
                if len(items) != page.total:
                    raise ContractBroken(
                        f"{VENDOR}: {len(items)} records arrived for {about} of a total of {page.total}"
                    )
                return items
            number += 1

    def read_chosen(self, endpoint: str, path: str, name: str, values: Sequence[str], *, about: str) -> list[Json]:
        """The records of a list whose filter `name` is one of `values`."""
        items: list[Json] = []
        for start in range(0, len(values), PAGE_SIZE):
            chosen = tuple((name, value) for value in values[start : start + PAGE_SIZE])
            items += self.read_list(endpoint, path, chosen, about=about)
        return items

    def change(self, method: str, endpoint: str, path: str, body: object, *, about: str, is_idempotent: bool) -> Any:
        """The `data` of a write.

        Raises:
            InDoubt: it may have been carried out.
            Refused: nothing was written.
            ContractBroken: the answer holds no `data`.
        """
        answer = self.client.send(method, endpoint, path, body, about=about, is_idempotent=is_idempotent)
        if not isinstance(answer, dict) or "data" not in answer:
            raise ContractBroken(f"{VENDOR}: the answer to {about} holds no 'data'; read the target first")
        return answer["data"]


def checked_page(body: Any, number: int, about: str) -> ListPage:
    """The page in an answer.

    Raises:
        ContractBroken: the envelope contradicts itself, or the page holds too few or too many records.
    """
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise ContractBroken(f"{VENDOR}: the answer for {about} has no object 'data'")
    items, total, pages = data.get("items"), _number(data.get("total_count")), _number(data.get("total_page_count"))
    if not isinstance(items, list) or not set(map(type, items)) <= {dict}:
        raise ContractBroken(f"{VENDOR}: the answer for {about} has no list 'items' of objects")
    if total is None or pages is None:
        raise ContractBroken(f"{VENDOR}: the answer for {about} has no 'total_count' or no 'total_page_count'")
    fault = ""
    wanted = min(PAGE_SIZE, max(0, total - (number - 1) * PAGE_SIZE))
    if _number(data.get("current_page", number)) != number:
        fault = f"page {data.get('current_page')} was sent instead"
    elif pages != -(-total // PAGE_SIZE):
        fault = f"{pages} pages cannot hold {total} records"
    elif len(items) != wanted:
        fault = f"{len(items)} records arrived, but a total of {total} leaves {wanted} for it"
    elif bool(data.get("has_more_data")) != (number < pages):
        fault = f"has_more_data is {data.get('has_more_data')}, but there are {pages} pages"
    if fault:
        raise ContractBroken(
            f"{VENDOR} {about} of {max(pages, 1)}: {fault}\n"
            "  The vendor's paging cannot be trusted now; run again: lms-hris nightly"
        )
    return ListPage(items, total, pages, str(data.get("cursor") or ""))


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def open_docebo(
    lms: LmsSettings, secrets: Secrets, quota: QuotaSettings, extract: ExtractSettings, **client: Any
) -> DoceboPlatform:
    """A platform as the settings name it; nothing is sent yet. `client` overrides arguments of `VendorClient`.

    Raises:
        BadInput: the address is unusable.
    """
    budget = CallBudget(VENDOR, quota.lms_calls_per_hour if quota.enforce else None, reserve_share=quota.reserve_share)
    grant = Grant(
        token_path="/oauth2/token",  # noqa: S106 - a path
        client_id=secrets.docebo_client_id,
        client_secret=secrets.docebo_client_secret,
        scope="api",
        in_body=True,
    )
    options: dict[str, Any] = {
        "budget": budget,
        "timeout_seconds": extract.timeout_seconds,
        "max_attempts": extract.max_attempts,
        "connections": extract.threads + 2,
        **client,
    }
    return DoceboPlatform(VendorClient(VENDOR, lms.base_url, grant, **options))
