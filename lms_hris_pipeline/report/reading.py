"""Reads a sealed batch for the pages: the queries in `queries/`, as typed rows. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lms_hris_pipeline.warehouse import Batch

_CHUNK = 20_000


@cache
def read_page_query(name: str) -> str:
    """The SELECT of `queries/<name>.sql`."""
    text = (files("lms_hris_pipeline") / "report" / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


def rows_of(batch: Batch, name: str) -> Iterator[Mapping[str, Any]]:
    """The rows of `queries/<name>.sql` in its order, by column name; made into Python values a part at a time."""
    table = batch.arrow(read_page_query(name))
    for start in range(0, table.num_rows, _CHUNK):
        yield from table.slice(start, _CHUNK).to_pylist()
