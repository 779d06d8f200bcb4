"""The benchmark runs, at a size at which its figures mean nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import run, show
from benchmarks.extraction import measure_extraction
from benchmarks.floor import measure_floor
from benchmarks.meter import Meter
from benchmarks.show import STAGES
from benchmarks.stages import measure_night


def test_the_benchmark_measures_every_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_process = {
        "extraction": lambda home, company, rounds: measure_extraction(home, company, rounds),
        "stages": lambda home, company, days: measure_night(home, company, days),
        "floor": lambda database, copy: measure_floor(Path(database), copy),
    }
    start_process = run.run_child

    def run_child(module: str, folder: Path, /, **options: Any) -> dict[str, Any]:
        """A process for the generator alone: each other one would import Dagster anew."""
        return in_process[module](**options) if module in in_process else start_process(module, folder, **options)

    monkeypatch.setattr(run, "run_child", run_child)
    found = run.measure(tmp_path / "60", 60, rounds=1, nights=1, console=Console())
    show.print_size(Console(width=120), 60, found, steps=1)
    show.print_growth(Console(width=120), {30: found, 60: found})
    show.print_forecast(Console(width=120), {60: found})
    assert set(found["nights"][0]["stages"]) == set(STAGES)
    assert found["extraction"]["requests"] > 100
    assert found["floor"]["scan"]["seconds"] > 0
    shown = capsys.readouterr().out
    assert all(stage in shown for stage in STAGES)
    assert "30 to 60" in shown
    assert "hours at the limit" in shown


def test_a_span_pays_for_itself_alone() -> None:
    meter = Meter()
    with meter.span("outer"):
        with meter.span("inner"):
            held = bytearray(64 * 2**20)
            held[::4096] = bytes(len(held[::4096]))
        del held
    assert meter.costs["inner"].peak_mib > meter.costs["outer"].peak_mib - 64
    assert meter.costs["outer"].seconds < meter.costs["inner"].seconds
    assert {name: cost.count for name, cost in meter.costs.items()} == {"outer": 1, "inner": 1}
