"""Prints what was measured: a table a size, how costs grow between sizes, and the forecast of calls."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.forecasting import forecasts

Figures = Mapping[str, Any]
STAGES = (
    "extract",
    "load",
    "stage",
    "match",
    "reconcile",
    "report tables",
    "contract checks",
    "cross checks",
    "previews",
    "seal",
    "propose",
    "render",
    "publish",
    "tidy",
    "between steps",
)
GOAL_WORKERS, GOAL_SECONDS, GOAL_MIB = 100_000, 60, 2048
"""At this size all stages after extraction together, and the whole process at its largest."""


def after_extraction(night: Figures) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds, peak MiB) of everything that follows the extract."""
    costs = [cost for stage, cost in night["stages"].items() if stage != "extract"]
    return (
        sum(cost["seconds"] for cost in costs),
        sum(cost["cpu_seconds"] for cost in costs),
        max(cost["peak_mib"] for cost in costs),
    )


def print_size(console: Console, workers: int, found: Figures, *, steps: int = 0) -> None:
    """Everything about one size."""
    made = found["generate"]
    console.print(
        f"\n[bold]{workers:,} workers[/bold], {found['nights'][0]['tables']['canonical.completions']:,} completions. "
        f"Generator: {made['seconds']:.1f} s, {made['cpu_seconds']:.1f} s CPU, {made['peak_mib']:.0f} MiB, "
        f"{made['bytes'] / 2**20:.0f} MiB on disk."
    )
    for number, night in enumerate(found["nights"], 1):
        _print_night(console, number, night, steps)
    _print_floor(console, found)
    _print_extraction(console, found["extraction"])


def _print_night(console: Console, number: int, night: Figures, steps: int) -> None:
    table = Table("stage", title=f"night {number}", title_justify="left")
    for heading in ("wall s", "CPU s", "sandbox CPU s", "peak MiB", "spans"):
        table.add_column(heading, justify="right")
    for stage in STAGES:
        if cost := night["stages"].get(stage):
            table.add_row(stage, *_cells(cost), f"{cost['peak_mib']:,.0f}", str(cost["count"]))
    wall, cpu, peak = after_extraction(night)
    table.add_section()
    table.add_row("after extraction", f"{wall:.1f}", f"{cpu:.1f}", "", f"{peak:,.0f}", "")
    table.add_row("whole night", f"{night['seconds']:.1f}", "", f"{night['sandbox_seconds']:.1f}", "", "")
    console.print(table)
    calls = ", ".join(f"{system} {sum(counts.values()):,}" for system, counts in sorted(night["calls"].items()))
    deltas = ", ".join(f"{state} {count:,}" for state, count in sorted(night["deltas"].items())) or "none"
    console.print(f"Calls: {calls}. Deltas: {deltas}. Batch: {night['database_bytes'] / 2**20:.0f} MiB.")
    for step, seconds in sorted(night["steps"].items(), key=lambda item: -item[1])[:steps]:
        console.print(f"  {seconds:8.2f} s  {step}")


def _cells(cost: Figures) -> list[str]:
    return [f"{cost[name]:.2f}" for name in ("seconds", "cpu_seconds", "sandbox_seconds")]


def _print_floor(console: Console, found: Figures) -> None:
    floor, (wall, cpu, _) = found["floor"], after_extraction(found["nights"][0])
    plain = {name: floor["scan"][name] + floor["join"][name] for name in ("seconds", "cpu_seconds")}
    parts = ", ".join(
        f"{name} {cost['seconds']:.2f} s ({cost['cpu_seconds']:.2f} s CPU)" for name, cost in floor.items()
    )
    console.print(
        f"Floor, DuckDB alone over the sealed batch: {parts}. After extraction the night takes "
        f"{wall / plain['seconds']:.0f} times scan and join ({cpu / plain['cpu_seconds']:.0f} times by CPU)."
    )


def _print_extraction(console: Console, found: Figures) -> None:
    extract, loop = found["extract"], found["loop"]
    total = {name: cost["cpu_seconds"] + cost["sandbox_seconds"] for name, cost in (("e", extract), ("l", loop))}
    console.print(
        f"Extraction of {found['requests']:,} pages, {loop['bytes'] / 2**20:.0f} MiB: {extract['seconds']:.2f} s "
        f"({extract['cpu_seconds']:.2f} s CPU, sandbox {extract['sandbox_seconds']:.2f} s). Bare httpx loop: "
        f"{loop['seconds']:.2f} s ({loop['cpu_seconds']:.2f} s CPU, sandbox {loop['sandbox_seconds']:.2f} s). "
        f"Speed of the loop reached: {loop['seconds'] / extract['seconds']:.2f} by the clock, "
        f"{total['l'] / total['e']:.2f} by CPU of both sides (aim 0.80)."
    )


def print_growth(console: Console, measured: Mapping[int, Figures]) -> None:
    """Exponents of wall and CPU time between neighbouring sizes: 1 is linear, 0 is constant."""
    sizes = sorted(measured)
    if len(sizes) < 2:
        return
    table = Table("stage", title="\ngrowth exponents, wall (CPU)", title_justify="left")
    pairs = list(itertools.pairwise(sizes))
    for small, large in pairs:
        table.add_column(f"{small:,} to {large:,}", justify="right")
    for stage in ("generate", *STAGES):
        costs = {
            n: found["generate"] if stage == "generate" else found["nights"][0]["stages"].get(stage)
            for n, found in measured.items()
        }
        if all(costs.values()):
            table.add_row(stage, *(_growth(small, large, costs) for small, large in pairs))
    console.print(table)
    if GOAL_WORKERS in measured:
        wall, cpu, peak = after_extraction(measured[GOAL_WORKERS]["nights"][0])
        console.print(
            f"Goal at {GOAL_WORKERS:,}: after extraction {GOAL_SECONDS} s and {GOAL_MIB:,} MiB. "
            f"Measured: {wall:.1f} s ({cpu:.1f} s CPU) and {peak:,.0f} MiB."
        )


def _growth(small: int, large: int, costs: Mapping[int, Any]) -> str:
    wall, cpu = (
        f"{math.log(costs[large][name] / costs[small][name]) / math.log(large / small):.2f}"
        if min(costs[small][name], costs[large][name]) > 0
        else "-"
        for name in ("seconds", "cpu_seconds")
    )
    return f"{wall} ({cpu})"


def print_forecast(console: Console, measured: Mapping[int, Figures]) -> None:
    """Calls by endpoint and the hours they take, for a firm of 100,000."""
    largest = max(measured)
    night = measured[largest]["nights"][0]
    for title, forecast in forecasts(night["extracts"], largest):
        table = Table("endpoint", title=f"\n{title}", title_justify="left")
        table.add_column("calls", justify="right")
        for endpoint, calls in sorted(forecast.calls.items(), key=lambda item: (-item[1], item[0])):
            table.add_row(endpoint, f"{calls:,}")
        table.add_section()
        table.add_row("all", f"{forecast.total:,}")
        table.add_row("hours at the limit", f"{forecast.hours:.1f}")
        console.print(table)
