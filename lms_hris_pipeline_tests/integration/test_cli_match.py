"""`lms-hris match`: from files to files, said plainly, whole or not at all."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lms_hris_pipeline.report.linked import MAX_REVIEWS, linked_page
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.people_tables import LEARNERS, WORKERS, linked_page_of, write_csv, write_parquet

__all__ = ["home"]
COLUMNS = ["learner_id", "worker_id", "decision", "score", "runner_up_worker_id", "runner_up_score", "evidence"]


@pytest.fixture
def folder(home: Home) -> Path:
    """A folder with both tables, CSV and Parquet."""
    for name, rows in (("w", WORKERS), ("l", LEARNERS)):
        write_csv(home.folder / f"{name}.csv", rows)
        write_parquet(home.folder / f"{name}.parquet", rows)
    return home.folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_csv_and_parquet_give_the_same_links(home: Home, folder: Path) -> None:
    first = home.lms_hris("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.csv", "--report", "r.html")  # fmt: skip
    assert (first.exit_code, first.err) == (0, "")
    second = home.lms_hris("match", "people", "--workers", "w.parquet", "--learners", "l.parquet", "--out", "o.parquet")
    assert (second.exit_code, second.err) == (0, "")
    with open(folder / "o.csv", encoding="utf-8", newline="") as handle:
        links = list(csv.DictReader(handle))
    assert list(links[0]) == COLUMNS
    assert [(row["learner_id"], row["worker_id"], row["decision"]) for row in links] == [
        ("01", "007", "link"),
        ("1", "008", "link"),
        ("2", "", "no_match"),
    ]
    written = pq.read_table(folder / "o.parquet")
    assert written.column_names == COLUMNS
    for ours, theirs in zip(written.to_pylist(), links, strict=True):
        assert {name: "" if value is None else value for name, value in ours.items() if "score" not in name} == {
            name: value for name, value in theirs.items() if "score" not in name
        }
    assert all(0 <= row["score"] <= 1 for row in written.to_pylist())
    assert json.loads(links[0]["evidence"])["fields"]["last_name"]["level"] == "exact"
    assert "w.csv has no job_title, manager_email: taken as empty." in first.out
    assert "link      2" in re.sub(r" +", lambda found: " " * min(len(found[0]), 6), first.out)
    assert "<title>Who is who \u2013 w.csv and l.csv</title>" in (folder / "r.html").read_text(encoding="utf-8")
    assert "o.csv.part" not in names(folder)


def test_files_can_lie_where_there_are_no_settings(home: Home, folder: Path) -> None:
    (folder / "lms_hris.toml").unlink()
    ran = home.lms_hris("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.csv")
    assert ran.exit_code == 0


def test_the_learners_file_may_be_written_otherwise(home: Home, folder: Path) -> None:
    rows = [{**row, "hire_date": "/".join(reversed(row["hire_date"].split("-"))), "last_name": "Müller"} for row in LEARNERS]  # fmt: skip
    write_csv(folder / "l.csv", rows)
    (folder / "l.csv").write_bytes((folder / "l.csv").read_text(encoding="utf-8").encode("cp1252"))
    command = ("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.parquet")
    assert "l.csv is not written in utf-8" in home.lms_hris(*command).err
    said = ("--learners-encoding", "cp1252", "--learners-date-format", "%d/%m/%Y")
    assert home.lms_hris(*command, *said).exit_code == 0
    found = pq.read_table(folder / "o.parquet").to_pylist()
    assert json.loads(found[0]["evidence"])["fields"]["hire_date"]["level"] == "exact"


def test_blanks_around_ids_are_left_out_and_said(home: Home, folder: Path) -> None:
    write_csv(folder / "l.csv", [{**row, "learner_id": f" {row['learner_id']}"} for row in LEARNERS[:1]])
    write_csv(folder / "d.csv", [{"worker_id": " 009", "learner_id": "01 ", "decision": "same"}])
    ran = home.lms_hris("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.parquet", "--decisions", "d.csv")  # fmt: skip
    assert "l.csv: blanks around 1 id in learner_id were left out." in ran.out
    [row] = pq.read_table(folder / "o.parquet").to_pylist()
    assert (row["learner_id"], row["worker_id"]) == ("01", "009")


def test_where_nobody_is_found_it_is_said(home: Home, folder: Path) -> None:
    write_csv(folder / "w.csv", [{**WORKERS[0], "employee_number": "9", "first_name": "Zoe", "last_name": "Quist", "email": ""}])  # fmt: skip
    ran = home.lms_hris("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.parquet")
    assert ran.exit_code == 0
    assert "No account of l.csv has a worker in w.csv: do the files belong together?" in ran.err
    for row in pq.read_table(folder / "o.parquet").to_pylist():
        assert (row["worker_id"], row["score"]) == (None, row["runner_up_score"] or 0.0)


def test_decisions_are_obeyed(home: Home, folder: Path) -> None:
    said = [("007", "01", "different"), ("009", "2", "same")]
    write_csv(folder / "d.csv", [dict(zip(("worker_id", "learner_id", "decision"), one, strict=True)) for one in said])
    ran = home.lms_hris(
        "match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.parquet", "--decisions", "d.csv"
    )
    assert ran.exit_code == 0
    found = {row["learner_id"]: row for row in pq.read_table(folder / "o.parquet").to_pylist()}
    assert found["01"]["worker_id"] != "007"
    assert (found["2"]["worker_id"], found["2"]["decision"]) == ("009", "link")


@pytest.mark.parametrize(
    ("case", "changes", "told"),
    [
        ("no such file", {"--workers": "gone.csv"}, "gone.csv does not exist"),
        ("a suffix that is none of ours", {"--workers": "lms_hris.toml"}, "neither .csv nor .parquet"),
        ("a result of another kind", {"--out": "o.xlsx"}, "neither .csv nor .parquet"),
        ("a page of another kind", {"--report": "r.pdf"}, "does not end in .html"),
        ("onto an input", {"--out": "w.csv"}, "named twice"),
        ("page onto the links", {"--out": "o.csv", "--report": "o.csv"}, "named twice"),
        ("no such folder", {"--out": "gone/o.csv"}, "is no folder"),
        ("a bad decision", {"--decisions": "w.csv"}, "no column learner_id, decision"),
        ("a map of nothing", {"--map": "gone=first_name"}, "No file has the column gone"),
        ("neither refuse nor empty", {"--bad-dates": "guess"}, "neither refuse nor empty"),
        ("the files swapped", {"--workers": "l.csv", "--learners": "w.csv"}, "l.csv has no column worker_id"),
        ("nothing to compare by", {"--learners": "bare.csv"}, "share no column that tells people apart"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(
    home: Home, folder: Path, case: str, changes: dict[str, str], told: str
) -> None:
    (folder / "bare.csv").write_text("learner_id,location\n1,Lyon\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    options = {"--workers": "w.csv", "--learners": "l.csv", "--out": "o.csv", **changes}
    ran = home.lms_hris("match", "people", *(part for option in options.items() for part in option))
    assert ran.exit_code == 2
    assert told in ran.err
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_failed_run_keeps_the_links_of_the_last(home: Home, folder: Path) -> None:
    (folder / "o.csv").write_text("old", encoding="utf-8")
    (folder / "l.csv").write_text("learner_id,last_name\n1,A\n1,B\n", encoding="utf-8")
    ran = home.lms_hris("match", "people", "--workers", "w.csv", "--learners", "l.csv", "--out", "o.csv")
    assert ran.exit_code == 2
    assert "row 3 (the header is row 1) has the same learner_id as row 2" in ran.err
    assert (folder / "o.csv").read_text(encoding="utf-8") == "old"


def test_the_page_is_the_same_for_the_same_tables_and_says_what_it_leaves_out() -> None:
    words = [f"name {number}" for number in range(MAX_REVIEWS + 5)]
    page = linked_page_of(words)
    assert page == linked_page_of(words)
    assert page.count('class="cause-title"') == MAX_REVIEWS
    assert f"Shown are {MAX_REVIEWS:,} of {len(words):,}" in page
    # the likeliest first
    assert page.index("Account 1004 name 1004,") < page.index("Account 1003 name 1003,")
    assert "over 0.999" not in page
    assert "all, +6.0" in page
    assert "\u22121.5" in page
    assert "Why a person is asked: name 1004; only the names agree." in page
    assert page.count('class="waterfall"') == MAX_REVIEWS


def test_a_page_without_reviews_says_so() -> None:
    links = pa.table(
        {
            **dict.fromkeys(COLUMNS, pa.nulls(1, pa.string())),
            "learner_id": ["1"],
            "decision": ["no_match"],
            "score": [0.0],
        }
    )
    people = [pa.table({key: ["1"], "first_name": ["Ada"]}) for key in ("worker_id", "learner_id")]
    page = linked_page(links, *people, sources=("a", "b"), notes=())
    assert "No pair waits for a person" in page
    assert "100.0 %" in page
