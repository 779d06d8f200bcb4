"""The questions that commands put to a sealed batch: one SELECT a file in `sql/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lms_hris_pipeline.warehouse import Batch


@cache
def read_query(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("lms_hris_pipeline") / "cli" / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def ask(batch: Batch, name: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a question."""
    return batch.execute(read_query(name), params)
