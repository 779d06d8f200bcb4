"""Two small tables of people as somebody would bring them, and the files they are in."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lms_hris_pipeline.report.linked import linked_page

WORKERS: Sequence[Mapping[str, str]] = (
    {"worker_id": "007", "employee_number": "0100", "first_name": "Ada", "last_name": "Lorenz", "email": "ada.lorenz@firm.example", "department": "Claims", "location": "Köln", "hire_date": "2019-03-01"},
    {"worker_id": "008", "employee_number": "0101", "first_name": "Jürgen", "last_name": "Kaya", "email": "j.kaya@firm.example", "department": "Sales", "location": "Lyon", "hire_date": "2020-05-11"},
    {"worker_id": "009", "employee_number": "0102", "first_name": "Zofia", "last_name": "Wrona", "email": "", "department": "Sales", "location": "Lyon", "hire_date": ""},
)  # fmt: skip
LEARNERS: Sequence[Mapping[str, str]] = (
    {"learner_id": "01", "employee_number": "0100", "first_name": "Ada", "last_name": "Lorenz", "email": "ada.lorenz@firm.example", "department": "Claims", "location": "Köln", "hire_date": "2019-03-01"},
    {"learner_id": "1", "employee_number": "", "first_name": "Juergen", "last_name": "Kaya", "email": "j.kaya@firm.example", "department": "Sales", "location": "Lyon", "hire_date": "2020-05-11"},
    {"learner_id": "2", "employee_number": "", "first_name": "Nobody", "last_name": "Known", "email": "nobody@mail.example", "department": "", "location": "", "hire_date": ""},
)  # fmt: skip


def write_csv(path: Path, rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> Path:
    """The rows as CSV, columns as the first row has them."""
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """The rows as Parquet, empty cells null."""
    pq.write_table(pa.Table.from_pylist([{name: value or None for name, value in row.items()} for row in rows]), path)
    return path


def linked_page_of(words: Sequence[str]) -> str:
    """The page about links, with `words` in every place that a record, a file's name or a note can fill."""
    count = len(words)
    ids = pa.array([f"{number} {word}" for number, word in enumerate(words)])
    people = pa.table({"worker_id": ids, **dict.fromkeys(("first_name", "last_name", "email", "department"), pa.array(list(words)))})  # fmt: skip
    evidence = [
        json.dumps({"causes": [word, "names_alone"], "prior": -9.5, "bits": -5.0, "fields": {"first_name": {"level": word, "weight": -1.5}, "place": {"level": "all", "weight": 6}}})
        for word in words
    ]  # fmt: skip
    rows = pa.table(
        {
            "learner_id": ids,
            "worker_id": ids,
            "decision": ["review"] * count,
            "score": [number / count for number in range(count)],
            "runner_up_worker_id": ids,
            "runner_up_score": [0.0001] * count,
            "evidence": evidence,
        }
    )
    return linked_page(rows, people, people.rename_columns(["learner_id", *people.column_names[1:]]), sources=(words[0], words[-1]), notes=words)  # fmt: skip
