"""Nights that cannot begin or go on: settings, secrets, tenants and disks. Clear words, nothing half-written, then right."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lms_hris_pipeline.extract.run import check_tenant
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.resources.vendors import reading
from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import House, failures, house

WORKERS = 60
SMALL_DISKS = (1, 8)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    company.generate(folder, workers=WORKERS, seed=31, faults=company.FaultRates.default())
    return folder


@pytest.fixture
def built(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    shutil.copytree(template, tmp_path / "company")
    with house(tmp_path, tmp_path / "company", monkeypatch) as found:
        yield found


def assert_nothing_is_there(built: House) -> None:
    assert built.shelf.current() is None
    assert built.shelf.sealed() == []


def test_secrets_that_are_missing_are_all_named(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCEBO_CLIENT_SECRET", "WORKDAY_SOAP_USER"):
        monkeypatch.delenv(f"LMS_HRIS_SECRET_{name}")
    said = "\n".join(failures(built.run()))
    assert "LMS_HRIS_SECRET_DOCEBO_CLIENT_SECRET" in said
    assert "LMS_HRIS_SECRET_WORKDAY_SOAP_USER" in said
    assert_nothing_is_there(built)


def test_a_wrong_secret_is_a_refusal_with_a_cure(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_HRIS_SECRET_DOCEBO_CLIENT_SECRET", "of another tenant")
    said = "\n".join(failures(built.run()))
    assert "Docebo" in said
    assert "of another tenant" not in said
    assert_nothing_is_there(built)


def test_scenario_45_another_tenant_is_refused_before_anything_is_read(built: House) -> None:
    built.configure(lms={"fingerprint": "lumen-production-lms"})
    said = "\n".join(failures(built.run()))
    assert "lumen-sandbox-lms" in said
    assert "lumen-production-lms" in said
    assert_nothing_is_there(built)
    built.configure()
    with reading(Night(built.settings, "2026-11-02-01", built.as_of(), Mode.NIGHTLY, "a run"), "lms") as reader:
        check_tenant(reader, built.settings.lms.fingerprint)


def test_settings_that_cannot_be_used_are_named_all_at_once(built: House) -> None:
    (built.home / "lms_hris.toml").write_text(
        '[firm]\ntime_zone = "Europe/Nowhere"\n[extract]\nthreads = 0\n[policy]\naccounts = "yes"\n', encoding="utf-8"
    )
    said = "\n".join(failures(built.run_with(built.some_tags())))
    for word in ("firm.time_zone", "extract.threads", "policy.accounts"):
        assert word in said
    assert not (built.home / "data" / "batches").exists()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own that is soon full; skips where none may be mounted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("megabytes", SMALL_DISKS)
def test_a_full_disk_stops_the_night_and_leaves_nothing_half_written(
    megabytes: int, built: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", megabytes) as disk:
        monkeypatch.setenv("LMS_HRIS_FIRM__DATA_DIR", str(disk / "data"))
        result = built.run_with(built.some_tags())
        assert not result.success
        said = "\n".join(failures(result)).lower()
        assert "no space" in said or "disk is full" in said or "could not write" in said or "out of" in said, said
        assert not (disk / "data" / "CURRENT").exists()
        assert not list((disk / "data").glob("batches/*/warehouse.duckdb"))
    monkeypatch.delenv("LMS_HRIS_FIRM__DATA_DIR")
    if megabytes == max(SMALL_DISKS):
        built.night()


def test_a_folder_that_may_not_be_written_is_named(
    built: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("LMS_HRIS_FIRM__DATA_DIR", str(tmp_path / "file"))
    said = "\n".join(failures(built.run_with(built.some_tags())))
    assert str(tmp_path / "file") in said


def test_the_code_location_loads_without_secrets_or_vendors(tmp_path: Path) -> None:
    (tmp_path / "lms_hris.toml").write_text('profile = "firm"\n', encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LMS_HRIS_")}
    done = subprocess.run(
        [sys.executable, "-c", "import lms_hris_pipeline.definitions as found; print(len(found.ASSETS))"],
        env={**bare, "LMS_HRIS_CONFIG": str(tmp_path / "lms_hris.toml")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80
