"""Links a made-up firm's files with the engine as shipped, and says how well and at what cost.

`python -m benchmarks.people_engine` is a child of `benchmarks.people`, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.meter import peak_mib, reset_peak_mib
from benchmarks.people_score import score_links
from lms_hris_pipeline.match.people_columns import ColumnRules, take_people
from lms_hris_pipeline.match.people_files import read_table, write_table
from lms_hris_pipeline.match.people_tables import link_people
from lms_hris_pipeline.settings import MatchSettings


def measure_engine(firm: Path) -> dict[str, Any]:
    """From two Parquet files to one with the links; the figures of `people_score`, seconds and the peak of memory."""
    links = firm / "links.parquet"
    started, busy = time.perf_counter(), time.process_time()
    workers = take_people(read_table(firm / "workers.parquet"), ("worker_id",), ColumnRules({}))
    learners = take_people(read_table(firm / "learners.parquet"), ("learner_id",), ColumnRules({}))
    write_table(links, link_people(workers.rows, learners.rows, None, MatchSettings()).rows)
    cost = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - busy,
        "peak_mib": peak_mib(),
    }
    return {**score_links(links, firm / "truth.parquet"), **cost}


def main() -> None:
    """Answer `benchmarks.run.run_child`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--firm", type=Path, required=True)
    given = parser.parse_args()
    reset_peak_mib()
    given.answer.write_text(json.dumps(measure_engine(given.firm)), encoding="utf-8")


if __name__ == "__main__":
    main()
