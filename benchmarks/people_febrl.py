"""Links FEBRL's public made-up people: dataset 4 (two tables) and dataset 3 (one table), with the engine as shipped.

`python -m benchmarks.people_febrl` is a child of `benchmarks.people`. The columns are mapped as a user would map them.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa

from lms_hris_pipeline.match.people_columns import ColumnRules, take_people
from lms_hris_pipeline.match.people_files import read_table
from lms_hris_pipeline.match.people_tables import find_duplicates, link_people
from lms_hris_pipeline.settings import MatchSettings

MAPS = {
    "rec_id": "id",
    "given_name": "first_name",
    "surname": "last_name",
    "address_1": "street",
    "suburb": "city",
    "date_of_birth": "birth_date",
    "soc_sec_id": "employee_number",
}
FILES = ("dataset4a.csv", "dataset4b.csv", "dataset3.csv")
RULES = ColumnRules(MAPS, empty_bad_dates=True)
"""Some of its birth dates are no dates: the errors were put in on purpose."""
_ENTITY = re.compile(r"rec-(\d+)-")
Pair = tuple[str, str]


def measure_febrl(folder: Path) -> dict[str, Any]:
    """Precision, recall and F1 of what is decided without a person, and with what a person would be asked about."""
    started = time.perf_counter()
    originals, others = (_people(folder / name) for name in FILES[:2])
    links = link_people(_named(originals, "worker_id"), _named(others, "learner_id"), None, MatchSettings()).rows
    linked = {
        "link": _score(_pairs(links, ("link", "duplicate"), ("worker_id", "learner_id")), _truth_between(originals, others)),
        "asked": _score(_pairs(links, ("link", "duplicate", "review"), ("worker_id", "learner_id")), _truth_between(originals, others)),
        "seconds": time.perf_counter() - started,
    }  # fmt: skip
    started = time.perf_counter()
    people = _people(folder / FILES[2])
    pairs = find_duplicates(people, MatchSettings())
    found = {
        "link": _score(_pairs(pairs, ("link", "duplicate"), ("id_a", "id_b")), _truth_within(people)),
        "asked": _score(_pairs(pairs, ("link", "duplicate", "review"), ("id_a", "id_b")), _truth_within(people)),
        "seconds": time.perf_counter() - started,
    }
    return {"febrl4": linked, "febrl3": found}


def _people(file: Path) -> pa.Table:
    return take_people(read_table(file), ("person_id",), RULES).rows


def _named(people: pa.Table, key: str) -> pa.Table:
    return people.rename_columns([key, *people.column_names[1:]])


def _pairs(rows: pa.Table, decisions: Iterable[str], sides: Pair) -> set[Pair]:
    wanted = set(decisions)
    columns = (rows[name].to_pylist() for name in (*sides, "decision"))
    return {(min(a, b), max(a, b)) for a, b, said in zip(*columns, strict=True) if said in wanted}


def _entity(record: str) -> str:
    found = _ENTITY.match(record)
    if found is None:
        raise ValueError(f"{record!r} is no record of FEBRL")
    return found[1]


def _truth_between(originals: pa.Table, others: pa.Table) -> set[Pair]:
    of = {_entity(record): record for record in originals["person_id"].to_pylist()}
    pairs = ((of[_entity(record)], record) for record in others["person_id"].to_pylist())
    return {(min(pair), max(pair)) for pair in pairs}


def _truth_within(people: pa.Table) -> set[Pair]:
    groups: dict[str, list[str]] = {}
    for record in people["person_id"].to_pylist():
        groups.setdefault(_entity(record), []).append(record)
    return {(min(pair), max(pair)) for group in groups.values() for pair in combinations(group, 2)}


def _score(found: set[Pair], truth: set[Pair]) -> dict[str, float]:
    hits = len(found & truth)
    return {
        "precision": hits / max(1, len(found)),
        "recall": hits / len(truth),
        "f1": 2 * hits / (len(found) + len(truth)),
    }


def main() -> None:
    """Answer `benchmarks.run.run_child`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    given.answer.write_text(json.dumps(measure_febrl(given.folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
