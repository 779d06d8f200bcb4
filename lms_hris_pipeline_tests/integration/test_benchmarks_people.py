"""The benchmark of people linking runs, at a size at which its times mean nothing; its firm and its scores are right."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from benchmarks import people, people_show
from benchmarks.people_engine import measure_engine
from benchmarks.people_firm import write_firm
from benchmarks.people_night import changed, measure_night
from benchmarks.people_score import score_links

SIZE = 400


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm") / "small"
    write_firm(folder, SIZE, 1, 1.0)
    return folder


def test_a_firm_is_measured_and_shown(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_process = {"people_engine": measure_engine, "people_night": measure_night}
    monkeypatch.setattr(people, "run_child", lambda module, folder, /, firm: in_process[module](firm))
    found = people.measure(tmp_path, SIZE, 1, 1.0, has_splink=False)
    console = Console(width=160)
    people_show.print_firm(console, found)
    people_show.print_summary(console, {"firms": [found], "febrl": None})
    shown = " ".join(capsys.readouterr().out.split())
    assert found["engine"]["auto_precision"] >= 0.99
    assert found["engine"]["recall_with_review"] >= 0.97
    assert found["night_after"]["is_same"]
    assert "The links are the same" in shown
    for _, label, *_ in people_show.WANTED:
        assert label in shown


def test_a_seed_makes_one_firm(firm: Path, tmp_path: Path) -> None:
    for seed, is_same in ((1, True), (2, False)):
        write_firm(tmp_path / str(seed), SIZE, seed, 1.0)
        for name in ("workers", "learners", "truth"):
            again = pq.read_table(tmp_path / str(seed) / f"{name}.parquet")
            assert again.equals(pq.read_table(firm / f"{name}.parquet")) is is_same, name


def test_links_that_are_the_truth_score_one(firm: Path, tmp_path: Path) -> None:
    truth = pq.read_table(firm / "truth.parquet").to_pylist()
    decision = {True: "duplicate", False: "link"}
    rows = [
        {
            "learner_id": row["learner_id"],
            "worker_id": row["worker_id"],
            "decision": decision[row["is_second"]] if row["worker_id"] else "no_match",
            "score": 1.0 if row["worker_id"] else 0.0,
        }
        for row in truth
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "links.parquet")
    figures = score_links(tmp_path / "links.parquet", firm / "truth.parquet")
    for name in ("auto_precision", "auto_recall", "recall_with_review", "best_match_f1", "second_accounts_f1"):
        assert figures[name] == 1.0, name


def test_one_record_in_a_hundred_changes(firm: Path) -> None:
    before = pq.read_table(firm / "workers.parquet")
    after = changed(before, 7)
    rows = {row["worker_id"]: row for row in before.to_pylist()}
    kept = after.to_pylist()
    differing = sum(row != rows[row["worker_id"]] for row in kept)
    assert 0 < before.num_rows - after.num_rows <= 2
    assert 0 < differing <= 3
