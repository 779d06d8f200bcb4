"""Landing files to raw rows: every record once, in the order in which it landed, the last word of a key counting."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms_hris_pipeline.connectors.protocols import Json, Page, Part
from lms_hris_pipeline.extract import landing
from lms_hris_pipeline.extract.landing import LandingFile, Manifest, write_manifest
from lms_hris_pipeline.extract.load import raw_query
from lms_hris_pipeline.extract.previous import find_previous
from lms_hris_pipeline.tables.raw import RAW_LMS
from lms_hris_pipeline.warehouse import Batch

AT = datetime(2026, 11, 2, 21, tzinfo=UTC)


def land(root: Path, batch: str, pages: list[list[Json]], base: str | None = None) -> Manifest:
    """A complete extract of enrolments in these pages."""
    file = LandingFile(root / batch, "lms", "enrolments", {"plan": "x"})
    for number, records in enumerate(pages, 1):
        file.append(Page(Part("enrolments", "enrolments", number, f"page {number}", "/list", ()), AT, records), records)
    sha256, size = file.finish()
    rows = sum(map(len, pages))
    manifest = Manifest(
        "lms", "enrolments", batch, "changes" if base else "full", base, sha256, size, len(pages), rows, rows, None,
        True, None, None, "",
    )  # fmt: skip
    write_manifest(root / batch, manifest)
    return manifest


def loaded(root: Path, manifest: Manifest) -> list[tuple[str, str]]:
    """(id, value) of the raw rows in the order of their numbers."""
    query = raw_query(root, manifest)
    batch = Batch.in_memory(as_of=AT)
    batch.build(RAW_LMS["enrolments"], query.sql, query.params)
    return [
        (str(key), str(value))
        for key, value in batch.execute(
            "select record ->> '$.id', record ->> '$.v' from raw_lms.enrolments order by record_no"
        )
    ]


def rows(*pairs: tuple[int, str]) -> list[Json]:
    return [{"id": key, "v": value} for key, value in pairs]


def test_records_keep_the_order_in_which_they_landed(tmp_path: Path) -> None:
    manifest = land(tmp_path, "2026-11-02-01", [rows((3, "a"), (1, "a")), [], rows((2, "a"))])
    assert loaded(tmp_path, manifest) == [("3", "a"), ("1", "a"), ("2", "a")]


def test_parts_of_a_long_page_keep_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "LINE_BYTES", 40)
    wanted = [(number, "x" * 20) for number in range(25, 0, -1)]
    manifest = land(tmp_path, "2026-11-02-01", [rows(*wanted[:20]), rows(*wanted[20:])])
    assert loaded(tmp_path, manifest) == [(str(key), value) for key, value in wanted]


def test_of_each_key_the_record_that_landed_last_counts(tmp_path: Path) -> None:
    land(tmp_path, "2026-11-02-01", [rows((1, "full"), (2, "full"), (3, "full"))])
    land(tmp_path, "2026-11-03-01", [rows((2, "tue")), rows((4, "tue"), (2, "tue again"))], base="2026-11-02-01")
    manifest = land(tmp_path, "2026-11-04-01", [rows((4, "wed"), (1, "wed"))], base="2026-11-03-01")
    assert loaded(tmp_path, manifest) == [("3", "full"), ("2", "tue again"), ("4", "wed"), ("1", "wed")]


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        ((), "2026-11-04-01"),
        (("2026-11-04-01",), "2026-11-03-01"),
        (("2026-11-03-01",), "2026-11-02-01"),
        (("2026-11-02-01",), None),
    ],
    ids=["nothing is gone", "the last changes", "changes in the middle", "the full extract below"],
)
def test_an_extract_is_built_upon_only_with_all_its_files(
    tmp_path: Path, gone: tuple[str, ...], found: str | None
) -> None:
    land(tmp_path, "2026-11-02-01", [rows((1, "full"))])
    land(tmp_path, "2026-11-03-01", [rows((2, "tue"))], base="2026-11-02-01")
    land(tmp_path, "2026-11-04-01", [rows((3, "wed"))], base="2026-11-03-01")
    for batch in gone:
        landing.data_path(tmp_path / batch, "lms", "enrolments").unlink()
    previous = find_previous(tmp_path, "2026-11-05-01", "lms", "enrolments")
    assert (previous.manifest.batch if previous else None) == found
    if previous:
        raw_query(tmp_path, previous.manifest)
