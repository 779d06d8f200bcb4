"""How good people linking is and what it costs, beside Splink 5 on the same made-up firms. README.md tells the figures.

    python -m benchmarks.people                       # three firms of 20,000, one of 100,000, FEBRL
    python -m benchmarks.people --sizes 1000000       # a million of each; ten minutes and 8 GB
    python -m benchmarks.people --seeds 11 --no-splink --json figures.json

Every measurement runs in a process of its own, one after the other. Splink needs `pip install -e '.[compare]' -c
requirements.lock`; without it, or without FEBRL's files, those columns are left out and the reason is said.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import people_show
from benchmarks.people_febrl import FILES
from benchmarks.people_firm import write_firm
from benchmarks.run import ROOT, run_child

SEEDS = (101, 102, 103)
"""No weight, threshold or rule of the engine was settled on these firms."""
SMALL, SIZES = 20_000, (100_000,)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = _parse(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 132)
    home = Path(tempfile.mkdtemp(prefix="people-bench-", dir=given.folder))
    has_splink = not given.no_splink and importlib.util.find_spec("splink") is not None
    if not has_splink:
        console.print(
            "Splink is left out: " + ("as asked." if given.no_splink else "the extra `compare` is not installed.")
        )
    measured: list[dict[str, Any]] = []
    try:
        for seed, size in [(seed, given.small) for seed in given.seeds] + [
            ((given.seeds or SEEDS)[0], size) for size in given.sizes
        ]:
            with console.status(f"{size:,} people, seed {seed}"):
                measured.append(measure(home, size, seed, given.rates, has_splink=has_splink))
            people_show.print_firm(console, measured[-1])
        found = {"firms": measured, "febrl": measure_febrl(console, home)}
        people_show.print_summary(console, found)
        if given.json:
            given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(home: Path, size: int, seed: int, rates: float, *, has_splink: bool) -> dict[str, Any]:
    """One firm: the engine, the engine a night later, and Splink without and with a saved model."""
    firm = home / f"{size}-{seed}"
    counts = write_firm(firm, size, seed, rates)
    found: dict[str, Any] = {"size": size, "seed": seed, **counts}
    found["engine"] = run_child("people_engine", home, firm=firm)
    found["night_after"] = run_child("people_night", home, firm=firm)
    if has_splink:
        for name in ("splink_trained", "splink_saved"):
            found[name] = run_child("people_splink", home, firm=firm, model=firm / "model.json")
    shutil.rmtree(firm)
    return found


def febrl_folder() -> Path | None:
    """Where FEBRL's files are: beside the project, or where LMS_HRIS_SHARED_DATA says; None where they are not."""
    base = Path(os.environ.get("LMS_HRIS_SHARED_DATA") or ROOT.parent / "shared")
    folder = base / "data" / "febrl"
    return folder if all((folder / name).exists() for name in FILES) else None


def measure_febrl(console: Console, home: Path) -> dict[str, Any] | None:
    """The public data sets, or None where they are not there, which is said."""
    folder = febrl_folder()
    if folder is None:
        console.print(f"FEBRL is left out: {', '.join(FILES)} are not in data/febrl of the folder of public data.")
        return None
    return run_child("people_febrl", home, folder=folder)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description="Measure people linking.")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS), help="firms to judge by")
    parser.add_argument("--small", type=int, default=SMALL, help="people in each of them")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="firms to take the time with")
    parser.add_argument(
        "--million", dest="sizes", action="store_const", const=[1_000_000], help="the same as --sizes 1000000"
    )
    parser.add_argument("--rates", type=float, default=1.0, help="times the usual noise")
    parser.add_argument("--no-splink", action="store_true", help="the engine alone")
    parser.add_argument("--folder", type=Path, help="where the firms are put while they are measured")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
