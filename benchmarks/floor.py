"""What DuckDB alone takes over a sealed batch: every column of every table read, the big ones joined, all copied.

`python -m benchmarks.floor` is a child of `benchmarks.run`, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.meter import Meter
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse.batch import MEMORY_LIMIT

JOIN = """
select employments.cost_center_id, count(*), count(completions.enrolment_id_lms), count(records.worker_id_hris)
from canonical.enrolments as enrolments
inner join canonical.learners as learners on learners.learner_id_lms = enrolments.learner_id_lms
left join canonical.completions as completions on completions.enrolment_id_lms = enrolments.enrolment_id_lms
left join reconcile.person_accounts as accounts on accounts.learner_id_lms = learners.learner_id_lms
left join canonical.employments as employments on employments.worker_id_hris = accounts.matched_worker_id_hris
left join (
    select distinct training_records.worker_id_hris, training_records.canonical_course_code
    from canonical.training_records as training_records
) as records
    on records.worker_id_hris = accounts.matched_worker_id_hris
    and records.canonical_course_code = completions.canonical_course_code
group by employments.cost_center_id
"""


def measure_floor(database: Path, copy: Path) -> dict[str, Any]:
    """Costs of `scan`, `join` and `copy` over a sealed batch, with the pipeline's own memory limit.

    Args:
        copy: a database to be made with the same rows.
    """
    meter = Meter()
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"attach '{database}' as sealed (read_only)")
        connection.execute("use sealed")
        with meter.span("scan"):
            for table in ALL_TABLES:
                columns = ", ".join(table.column_names)
                connection.execute(f"select count(*), bit_xor(hash({columns})) from {table.sql_name}").fetchall()
        with meter.span("join"):
            connection.execute(JOIN).fetchall()
        with meter.span("copy"):
            for table in ALL_TABLES:
                connection.execute(f"create table {copy.stem}.{table.schema}_{table.name} as from {table.sql_name}")
            connection.execute(f"checkpoint {copy.stem}")
    return {name: asdict(cost) for name, cost in meter.costs.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--copy", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_floor(given.database, given.copy)), encoding="utf-8")
