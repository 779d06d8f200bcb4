"""Lightcast's skills as its service answers them: `{"data": [{"id", "name", "description", …}]}`, or the bare list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.documents import entries, read_document
from lms_hris_pipeline.match.frameworks.given import Gathered, GivenFramework


def read_lightcast(paths: Sequence[Path]) -> GivenFramework:
    """Skills by Lightcast's id and name. It publishes no aliases; category and subcategory have ids of another kind.

    Raises:
        BadInput: a document is no such answer.
    """
    found = Gathered()
    for path in paths:
        document = read_document(path)
        given = document.get("data") if isinstance(document, dict) else document
        for entry in entries(path, given, "data", "an answer of Lightcast's skills service"):
            found.add(entry.text("id"), entry.text("name"), entry.text("description"), (), entry.place)
    return found.framework("skill")
