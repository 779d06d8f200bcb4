"""`make bench`: how long a night takes and how much memory, stage by stage, at several sizes, beside what DuckDB and
httpx alone would take over the same rows and pages. What each figure is stands in README.md.

Every measurement runs in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import show

SIZES = (2000, 20000, 100000)
ROOT = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size and print the tables."""
    given = _parse(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 132)
    root = Path(tempfile.mkdtemp(prefix="lms-hris-bench-", dir=given.folder))
    measured: dict[int, dict[str, Any]] = {}
    try:
        for workers in sorted(given.sizes):
            home = root / str(workers)
            measured[workers] = measure(home, workers, rounds=given.rounds, nights=given.nights, console=console)
            show.print_size(console, workers, measured[workers], steps=given.steps)
            if not given.keep:
                shutil.rmtree(home)
        show.print_growth(console, measured)
        show.print_forecast(console, measured)
        if given.json:
            given.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    finally:
        if given.keep:
            console.print(f"Kept: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)


def measure(home: Path, workers: int, *, rounds: int, nights: int, console: Console) -> dict[str, Any]:
    """All measurements of one size; `home` is made and holds what the nights leave."""
    company, installation = home / "company", home / "installation"
    installation.mkdir(parents=True)
    where = {"home": installation, "company": company}
    with console.status(f"{workers:,} workers: making the company"):
        found: dict[str, Any] = {"generate": run_child("company", home, folder=company, workers=workers)}
    with console.status(f"{workers:,} workers: reading it, {rounds} times"):
        found["extraction"] = run_child("extraction", home, **where, rounds=rounds)
    found["nights"] = []
    for number in range(nights):
        with console.status(f"{workers:,} workers: night {number + 1}"):
            found["nights"].append(run_child("stages", home, **where, days=min(number, 1)))
    with console.status(f"{workers:,} workers: the floor"):
        database = found["nights"][0]["database"]
        found["floor"] = run_child("floor", home, database=database, copy=home / "floor_copy.duckdb")
    return found


def run_child(module: str, folder: Path, /, **options: object) -> dict[str, Any]:
    """What `python -m benchmarks.<module>` answers.

    Raises:
        SystemExit: it failed; what it wrote is shown.
    """
    answer = folder / f"{module}.json"
    command = [sys.executable, "-m", f"benchmarks.{module}", "--answer", str(answer)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks.{module} failed\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description="Measure speed and memory of whole nights.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="workers, 10 completions each")
    parser.add_argument("--rounds", type=int, default=3, help="turns of extract and bare loop; the median counts")
    parser.add_argument(
        "--nights", type=int, default=1, help="nights in a row, a day apart; later ones read changes only"
    )
    parser.add_argument("--steps", type=int, default=0, help="also the slowest so many steps of each night")
    parser.add_argument("--folder", type=Path, help="where companies and batches are put; about 3 GB at 100,000")
    parser.add_argument("--keep", action="store_true", help="leave companies and batches there")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
