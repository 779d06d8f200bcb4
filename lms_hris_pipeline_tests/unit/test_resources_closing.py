"""Retention: what is past its keeping goes, what a run uses or an auditor asks for stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from lms_hris_pipeline.model.errors import Busy
from lms_hris_pipeline.resources.closing import tidy
from lms_hris_pipeline.settings import FirmSettings, LmsSettings, RetentionSettings, Settings
from lms_hris_pipeline.warehouse import BatchShelf, RunLock
from lms_hris_pipeline.warehouse.shelf import COPIES_LOCK

TODAY = date(2026, 11, 23)
LAST = "2026-11-23-01"


def settings_of(data: Path) -> Settings:
    return Settings(
        firm=FirmSettings(data_dir=data),
        lms=LmsSettings(full_enrolments_every_days=7),
        retention=RetentionSettings(landing_days=30, batches=2, reports_days=400),
    )


def put(data: Path, paths: Iterable[str]) -> None:
    for path in paths:
        file = data / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def shelf(tmp_path: Path) -> BatchShelf:
    sealed = ("2026-11-20-01", "2026-11-21-01", "2026-11-22-02", LAST)
    put(tmp_path, [f"batches/{name}/warehouse.duckdb" for name in sealed])
    begun = ("2026-11-19-01", "2026-11-22-01", "2026-11-23-02")
    put(tmp_path, [f"batches/{name}/warehouse.duckdb.part" for name in begun])
    landed = ("2026-10-16-01", "2026-10-17-01", "2026-10-24-01", LAST)
    put(tmp_path, [f"landing/{name}/lms/users.ndjson.zst" for name in landed])
    put(tmp_path, [f"reports/{name}/index.html" for name in ("2025-10-18-01", "2025-10-19-01", LAST)])
    put(tmp_path, [f"replay/{name}/warehouse.duckdb" for name in ("2026-11-20-01", LAST)])
    put(tmp_path, ["replay/2026-11-22-02/warehouse.duckdb.part", "replay/2026-11-22-02.lock"])
    put(tmp_path, ["scratch/a run/warehouse.duckdb.part", "landing/notes/of a person.txt", "reports/own/page.html"])
    (tmp_path / "CURRENT").write_text(LAST + "\n", encoding="utf-8")
    return BatchShelf(tmp_path)


def test_what_is_past_its_keeping_goes_and_is_named(shelf: BatchShelf) -> None:
    data = shelf.data_dir
    assert tidy(shelf, TODAY, settings_of(data)) == {
        "unfinished batches": ["2026-11-19-01", "2026-11-22-01"],
        "reports": ["2025-10-18-01"],
        "batches": ["2026-11-20-01", "2026-11-21-01"],
        "landing": ["2026-10-16-01"],
        "replays": ["2026-11-20-01", "2026-11-22-02"],
        "scratch copies": ["a run"],
    }
    assert left(data / "batches") == ["2026-11-22-02", LAST, "2026-11-23-02"], "today's may still be gone on with"
    assert left(data / "landing") == ["2026-10-17-01", "2026-10-24-01", LAST, "notes"]
    assert left(data / "reports") == ["2025-10-19-01", LAST, "own"], "what nobody here wrote stays"
    assert left(data / "replay") == [LAST]
    assert left(data / "scratch") == []


def test_what_a_copy_under_construction_uses_stays_for_another_night(shelf: BatchShelf) -> None:
    data = shelf.data_dir
    kept = ("landing", "replay", "scratch")
    before = {name: left(data / name) for name in kept}
    with RunLock(data, COPIES_LOCK, is_shared=True), RunLock(data, COPIES_LOCK, is_shared=True):
        removed = tidy(shelf, TODAY, settings_of(data))
    assert removed.keys() == {"unfinished batches", "reports"}
    assert {name: left(data / name) for name in kept} == before
    assert len(shelf.sealed()) == 4
    assert tidy(shelf, TODAY, settings_of(data))["batches"] == ["2026-11-20-01", "2026-11-21-01"]


def test_who_has_a_lock_alone_keeps_out_those_who_would_share_it(tmp_path: Path) -> None:
    with RunLock(tmp_path, COPIES_LOCK), pytest.raises(Busy), RunLock(tmp_path, COPIES_LOCK, is_shared=True):
        pass


def test_the_current_batch_stays_however_old(shelf: BatchShelf) -> None:
    (shelf.data_dir / "CURRENT").write_text("2026-11-20-01\n", encoding="utf-8")
    assert tidy(shelf, TODAY, settings_of(shelf.data_dir))["batches"] == ["2026-11-21-01"]


def test_nothing_to_tidy_is_nothing_removed(tmp_path: Path) -> None:
    assert set(map(tuple, tidy(BatchShelf(tmp_path), TODAY, settings_of(tmp_path)).values())) == {()}
