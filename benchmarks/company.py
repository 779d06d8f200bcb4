"""Makes the company that a size is measured on, and meters that: a child of `benchmarks.run`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.meter import Meter
from lms_hris_pipeline.sandbox import company

SEED = 1


def measure_generation(folder: Path, workers: int) -> dict[str, Any]:
    """The cost of a company of `workers` with everything that is usually wrong with one."""
    meter = Meter()
    with meter.span("generate"):
        company.generate(folder, workers=workers, seed=SEED, faults=company.FaultRates.default(), with_truth=False)
    size = sum(file.stat().st_size for file in folder.glob("*.sqlite"))
    return {**asdict(meter.costs["generate"]), "bytes": size}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_generation(given.folder, given.workers)), encoding="utf-8")
