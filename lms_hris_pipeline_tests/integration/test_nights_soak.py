"""Long runs, not part of `make test`: `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.nights import house, play_days

WORKERS = 2000
DAYS = 10


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_days_of_a_firm_converge_each_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "company"
    company.generate(folder, workers=WORKERS, seed=1, faults=company.FaultRates.default(), with_truth=False)
    with house(tmp_path, folder, monkeypatch) as built:
        built.automatic()
        play_days(built, DAYS)
