"""What linking costs on the night after, when one record in a hundred has changed: anew, and with the memory of before.

`python -m benchmarks.people_night` is a child of `benchmarks.people`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lms_hris_pipeline.match.people_tables import link_people
from lms_hris_pipeline.settings import MatchSettings

CHANGED = 0.01


def measure_night(firm: Path) -> dict[str, Any]:
    """Seconds and processor seconds from two tables to links: anew and with a memory; whether both decide the same."""
    memory = firm / "memory"
    before = [pq.read_table(firm / f"{side}.parquet") for side in ("workers", "learners")]
    after = [changed(table, seed) for seed, table in enumerate(before)]
    _link(before, memory)
    anew, whole = _link(after, None)
    spared, same = _link(after, memory)
    return {
        "anew": anew,
        "remembering": spared,
        "is_same": whole.equals(same),
        "memory_mib": sum(file.stat().st_size for file in memory.iterdir()) / 2**20,
    }


def changed(people: pa.Table, seed: int) -> pa.Table:
    """The table with `CHANGED` of its rows gone, moved to somebody's department, or named as somebody else, a third each."""
    random = np.random.default_rng(seed)
    order = random.permutation(people.num_rows)
    gone, moved, renamed = np.array_split(order[: round(people.num_rows * CHANGED)], 3)
    for column, rows in (("department", moved), ("last_name", renamed)):
        place = np.arange(people.num_rows)
        place[rows] = random.integers(0, people.num_rows, len(rows))
        people = people.set_column(people.column_names.index(column), column, people[column].take(pa.array(place)))
    return people.filter(pa.array(~np.isin(np.arange(people.num_rows), gone)))


def _link(sides: list[pa.Table], memory: Path | None) -> tuple[dict[str, float], pa.Table]:
    started, busy = time.perf_counter(), time.process_time()
    rows = link_people(sides[0], sides[1], None, MatchSettings(), memory=memory).rows
    return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy}, rows


def main() -> None:
    """Answer `benchmarks.run.run_child`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--firm", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_night(given.firm)), encoding="utf-8")


if __name__ == "__main__":
    main()
