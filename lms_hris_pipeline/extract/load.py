"""From verified landing files to the rows of raw tables, in one query an entity. No connection of its own.

Records stay JSON: explicit columns would turn a renamed field into nulls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from lms_hris_pipeline.extract.landing import LINE_BYTES, Manifest, data_path
from lms_hris_pipeline.extract.previous import extract_chain

MAX_OBJECT_BYTES = 4 * LINE_BYTES
"""A line holds at most LINE_BYTES of records, or one longer record."""

RECORDS_A_LINE = 10**7
"""More than fit into a line of LINE_BYTES."""

LINES_A_FILE = 10**8
"""More than a file ever has; 90,000 files of so many lines of so many records still number within a BIGINT."""


def _sql(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class RawQuery:
    """A query whose rows are `record_no, page_no, fetched_at, record`, with its parameters."""

    sql: str
    params: dict[str, object]


def raw_query(landing_root: Path, manifest: Manifest, record_key: str = "id") -> RawQuery:
    """The rows of an entity's raw table; changes are laid over their base, the latest record of a key winning.

    Args:
        record_key: the field that tells records apart, where changes are laid over a base.
    """
    chain = extract_chain(landing_root, manifest)
    paths = [
        data_path(landing_root / link.batch, link.system, link.entity).as_posix() for link in chain if link.rows > 0
    ]
    if not paths:
        return RawQuery(_sql("raw_empty.sql"), {})
    params: dict[str, object] = {
        "landing_files": paths,
        "max_object_bytes": MAX_OBJECT_BYTES,
        "records_a_line": RECORDS_A_LINE,
    }
    if len(paths) == 1:
        return RawQuery(_sql("raw_full.sql"), params)
    return RawQuery(_sql("raw_latest.sql"), {**params, "lines_a_file": LINES_A_FILE, "record_key": f'$."{record_key}"'})


def extracts_rows(manifests: Sequence[Manifest]) -> dict[str, list[object]]:
    """The columns of the table `extracts`: how complete each entity is."""
    return {
        "entity": [manifest.entity for manifest in manifests],
        "is_complete": [manifest.is_complete for manifest in manifests],
        "row_count": [manifest.rows_in_all for manifest in manifests],
        "expected_count": [manifest.expected_rows for manifest in manifests],
        "page_count": [manifest.pages for manifest in manifests],
        "reason": [manifest.reason for manifest in manifests],
    }
