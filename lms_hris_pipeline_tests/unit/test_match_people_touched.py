"""Whom a change reaches: which records are what they were, and which pairs weigh otherwise than the night before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match.people_bench import COMPARED
from lms_hris_pipeline.match.people_compare import Pairs
from lms_hris_pipeline.match.people_firm import GONE
from lms_hris_pipeline.match.people_given import Given, Records
from lms_hris_pipeline.match.people_memory import blank
from lms_hris_pipeline.match.people_recall import Recalled, recall
from lms_hris_pipeline.match.people_touched import differs
from lms_hris_pipeline.match.people_weights import LEVELS, load_weights

POPULATION = 2**17
LOCATION = 2


def given_of(workers: int) -> Given:
    """So many accounts and worker records, of one way to be named each, of whom nothing else is known."""
    records, numbers = Records(pa.table({"id": pa.array(range(workers))})), np.arange(workers)
    return Given(records, records, records, numbers, numbers)


def pair(levels: Mapping[str, str], places: int, moved: Mapping[str, tuple[int, int]]) -> Pairs:
    """One pair that was there the night before, all of whose values are rare but for those in `moved`: steps before and now."""
    row = [places if field == "places" else LEVELS[field].index(levels.get(field, "missing")) for field in COMPARED]
    memory, place = blank(""), np.zeros(1, dtype=np.int32)
    steps = {side: [name for name in getattr(memory, side) if name.endswith("_step")] for side in ("worker", "way")}
    before, now = (
        {
            side: {name: np.array([moved.get(name, (0, 0))[at]], dtype=np.uint8) for name in names}
            for side, names in steps.items()
        }
        for at in (0, 1)
    )
    recalled = Recalled(replace(memory, **before), *(place for _ in range(6)))  # type: ignore[arg-type]
    no, yes = np.zeros(1, dtype=bool), np.ones(1, dtype=bool)
    number = np.zeros(1, dtype=np.int64)
    return Pairs(
        recalled, number, number, number, np.array([row], dtype=np.uint8), number, yes, no, no, no,
        account={}, worker=now["worker"], way=now["way"], codes={}, keys={},
    )  # fmt: skip


NAMES = {"first_name": "exact", "last_name": "exact"}
SHORT = {"first_name": "nickname", "last_name": "exact"}


@pytest.mark.parametrize(
    ("case", "levels", "places", "moved", "expected"),
    [
        ("nothing met a line", NAMES, 0, {}, False),
        ("a name that agrees", NAMES, 0, {"first_step": (9, 10)}, True),
        ("a name, rarer than counts both times", NAMES, 0, {"first_step": (0, 1)}, False),
        ("both names together", NAMES, 0, {"both_step": (8, 9)}, True),
        ("a name that does not agree", {"first_name": "different", "last_name": "different"}, 0, {"last_step": (9, 10)}, False),
        ("a short form, where the names cease to be rare", SHORT, 0, {"first_step": (10, 11)}, True),
        ("a short form, rare both times", SHORT, 0, {"first_step": (3, 4)}, False),
        ("a site that agrees", {**NAMES, "place": "some"}, LOCATION, {"location_step": (9, 10)}, True),
        ("a site that does not agree", {**NAMES, "place": "none"}, 0, {"location_step": (9, 10)}, False),
        ("a site, where the team is rarer", {**NAMES, "place": "some"}, LOCATION + 8, {"location_step": (9, 10)}, False),
        ("a job that agrees", {**NAMES, "job_title": "exact"}, 0, {"title_step": (11, 12)}, True),
        ("a day that is near only", {**NAMES, "hire_date": "near"}, 0, {"date_step": (9, 10)}, False),
    ],
)  # fmt: skip
def test_a_count_that_met_a_line_matters_where_it_changes_a_weight_or_a_rule(
    case: str, levels: dict[str, str], places: int, moved: dict[str, tuple[int, int]], expected: bool
) -> None:
    weights, rows = load_weights(), np.zeros(1, dtype=np.int64)
    assert differs(pair(levels, places, moved), rows, weights, POPULATION).tolist() == [expected]
    new = replace(pair(levels, places, moved), source=np.array([GONE], dtype=np.int64))
    assert differs(new, rows, weights, POPULATION).tolist() == [True], "whatever it weighs"


@pytest.mark.parametrize("largest", [40, 2**63])
def test_records_are_known_again_by_their_marks(largest: int) -> None:
    """Small numbers begin alike, so that none is told from another by its beginning."""
    random = Random(largest)
    before, today = (np.array(random.sample(range(1, largest), 30), dtype=np.uint64) for _ in range(2))
    today[3:9] = before[5:11]
    today[9:] = np.setdiff1d(np.arange(100, 200, dtype=np.uint64), before)[:21]
    memory = blank("")
    memory = replace(
        memory,
        account={**memory.account, "mark": before},
        worker={**memory.worker, "mark": before, "person": np.arange(30, dtype=np.int32)},
        way={**memory.way, "worker": np.arange(30, dtype=np.int32)},
    )
    found = recall(memory, today, today, given_of(30))
    number = {mark: place for place, mark in enumerate(before.tolist())}
    expected = [number.get(mark, int(GONE)) for mark in today.tolist()]
    assert expected[3:9] == [5, 6, 7, 8, 9, 10]
    assert found.account.tolist() == found.worker.tolist() == found.way.tolist() == expected


def test_records_stand_in_the_order_of_their_ids_whatever_the_order_of_the_rows() -> None:
    ids = ["d", "a", "c", "b"]
    records = Records(pa.table({"id": ids}), np.array([1, 3, 2, 0]))
    assert records["id"].to_pylist() == sorted(ids)
    assert records.take(np.array([2, 0]))["id"].to_pylist() == ["c", "a"]
    some = np.array([True, False, True, True])
    assert records.only(some)["id"].to_pylist() == ["a", "c", "d"]
    assert records.only(some).only(np.array([False, True, True]))["id"].to_pylist() == ["c", "d"]
    for chosen in (some, np.ones(4, dtype=bool), np.zeros(4, dtype=bool)):
        rows = records.some(chosen, "no").to_pylist()
        assert {row["no"]: row["id"] for row in rows} == {no: sorted(ids)[no] for no in np.flatnonzero(chosen).tolist()}
