"""Which nights may begin: none that looks at a time before the current batch's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.resources import runs
from lms_hris_pipeline.resources.night import Mode, Night
from lms_hris_pipeline.settings import FirmSettings, Settings

SEEN = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CURRENT = "2026-11-23-01"


def night(data: Path, profile: Literal["firm", "sandbox"], as_of: datetime) -> Night:
    settings = Settings(profile=profile, firm=FirmSettings(data_dir=data))
    return Night(settings, "2026-11-23-02", as_of, Mode.NIGHTLY, "a run")


def seal(data: Path) -> None:
    (data / "batches" / CURRENT).mkdir(parents=True)
    (data / "batches" / CURRENT / "batch.json").write_text(json.dumps({"as_of": SEEN.isoformat()}), encoding="utf-8")
    (data / "CURRENT").write_text(CURRENT, encoding="utf-8")


@pytest.mark.parametrize("days", [1, 400])
def test_scenario_35_a_clock_that_was_set_back_begins_no_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    seal(tmp_path)
    (tmp_path / "lms_hris.toml").write_text(f'[firm]\ndata_dir = "{tmp_path.as_posix()}"\n', encoding="utf-8")
    monkeypatch.setenv("LMS_HRIS_CONFIG", str(tmp_path / "lms_hris.toml"))
    tags = {runs.AS_OF_TAG: (SEEN - timedelta(days=days)).isoformat()}
    told = {"root_run_id": None, "op_selection": None, "asset_selection": None, "asset_check_selection": None}
    run = SimpleNamespace(run_id="a run", job_name="nightly", parent_run_id=None, tags=tags, **told)
    instance, job = SimpleNamespace(add_run_tags=lambda *_: None), SimpleNamespace(asset_selection_data=None)
    with pytest.raises(BadInput, match=f"before the current batch {CURRENT}, which looks at 2026-11-23 01:30 UTC"):
        runs._begin(cast("Any", run), cast("Any", instance), cast("Any", job))


@pytest.mark.parametrize("hours", [0, 24])
def test_the_same_instant_may_be_looked_at_again_and_time_goes_on(tmp_path: Path, hours: int) -> None:
    runs._check_time_goes_on(night(tmp_path, "firm", SEEN - timedelta(days=900)))
    seal(tmp_path)
    runs._check_time_goes_on(night(tmp_path, "firm", SEEN + timedelta(hours=hours)))


def test_the_made_up_company_may_begin_its_calendar_anew(tmp_path: Path) -> None:
    seal(tmp_path)
    runs._check_time_goes_on(night(tmp_path, "sandbox", SEEN - timedelta(days=900)))
