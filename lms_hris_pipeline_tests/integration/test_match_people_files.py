"""Files of people as they come: what is read how, and which fault is told where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lms_hris_pipeline.match.people_columns import (
    ColumnRules,
    GivenPeople,
    check_maps_used,
    parse_maps,
    take_decisions,
    take_people,
)
from lms_hris_pipeline.match.people_files import read_table, whole_or_not, write_table
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline_tests.support.people_tables import LEARNERS, WORKERS, write_csv

PLAIN = ColumnRules({})


def taken(path: Path, rules: ColumnRules = PLAIN, encoding: str = "utf-8") -> GivenPeople:
    return take_people(read_table(path, encoding), ("worker_id",), rules)


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("case", "content", "expected"),
    [
        ("zeros stay", "worker_id,last_name\n007,Kaya\n", ["007"]),
        ("a number too long for a number", "worker_id,last_name\n12345678901234567890123,Kaya\n", ["12345678901234567890123"]),
        ("an exponent is text", "worker_id,last_name\n1E5,Kaya\n", ["1E5"]),
        ("true is text", "worker_id,last_name\ntrue,Kaya\n", ["true"]),
        ("NA is text", "worker_id,last_name\nNA,Kaya\n", ["NA"]),
        ("byte order mark", "\ufeffworker_id,last_name\n007,Kaya\n", ["007"]),
        ("headers with blanks and capitals", " Worker ID , Last-Name\n007,Kaya\n", ["007"]),
        ("semicolons", "worker_id;last_name\n007;Kaya\n", ["007"]),
        ("tabs", "worker_id\tlast_name\n007\tKaya\n", ["007"]),
        ("Windows line ends and blank lines", "worker_id,last_name\r\n007,Kaya\r\n\r\n", ["007"]),
        ("quoted separator and line break", 'worker_id,last_name\n007,"Kaya, ""J""\nJr"\n008,B\n', ["007", "008"]),
        ("one column beside the id", "last_name,worker_id\nKaya,007\n", ["007"]),
    ],
)  # fmt: skip
def test_ids_stay_as_written(tmp_path: Path, case: str, content: str, expected: list[str]) -> None:
    people = taken(saved(tmp_path / "w.csv", content))
    assert people.rows["worker_id"].to_pylist() == expected
    assert people.rows["last_name"][0].as_py().startswith("Kaya")


@pytest.mark.parametrize(
    ("case", "content", "told"),
    [
        ("nothing", b"", "w.csv is empty"),
        ("header alone", "worker_id,last_name\n", "no rows"),
        ("empty first line", "\nworker_id\n7\n", "begins with an empty line"),
        ("no id column", "last_name,email\nKaya,k@firm.example\n", "has no column worker_id"),
        ("two columns of one name", "worker_id,email,E-mail,Email\n7,a,b,c\n", "two columns that are email"),
        ("an id is missing", "worker_id,last_name\n7,A\n,B\n  ,C\n", "worker_id is empty in row 3, row 4 (the header is row 1), 2 in all"),
        ("an id repeats but for blanks", "worker_id,last_name\n7,A\n 7,B\n7 ,C\n", "has the same worker_id as row 2 (the header is row 1); 2 rows repeat an id"),
        ("an id repeats", "worker_id,last_name\n7,A\n8,B\n7,C\n", "row 4 (the header is row 1) has the same worker_id as row 2 (the header is row 1); 1 row repeats an id"),
        ("no date", "worker_id,hire_date\n7,2020-01-31\n8,31.01.2020\n", "hire_date is no date in row 3"),
        ("no such day", "worker_id,hire_date\n7,2020-02-30\n", "hire_date is no date in row 2"),
        ("zero date", "worker_id,hire_date\n7,0000-00-00\n", "hire_date is no date in row 2"),
        ("too many cells", "worker_id,last_name\n7,A\n8,B,C\n", "row 3 (the header is row 1) has 3 cells, the header 2; 1 such row"),
        ("too few cells", "worker_id,last_name\n7,A\n8\n", "row 3 (the header is row 1) has 1 cells"),
        ("open quotation mark", 'worker_id,last_name\n7,"A\n8,B\n', "opens a quotation mark"),
        ("Latin letters of Windows", b"worker_id,last_name\n7,A\n8,M\xfcller\n", "not written in utf-8: it has bytes in line 3, byte 4"),
        ("UTF-16", "worker_id,last_name\n7,Müller\n".encode("utf-16"), "is written in UTF-16"),
        ("UTF-16 without a mark", "worker_id,last_name\n7,A\n".encode("utf-16-le"), "no text in UTF-8"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_row_and_cure(tmp_path: Path, case: str, content: str | bytes, told: str) -> None:
    path = saved(tmp_path / "w.csv", content)
    with pytest.raises(BadInput) as raised:
        taken(path)
    message = str(raised.value)
    assert told in message
    assert "w.csv" in message
    assert message.count("\n  ") >= 1
    assert "Müller" not in message
    assert "31.01" not in message


@pytest.mark.parametrize(
    ("case", "make", "told"),
    [
        ("cut off", lambda path: path.write_bytes(path.read_bytes()[:-9]), "no readable Parquet"),
        ("cut in two", lambda path: path.write_bytes(path.read_bytes()[:40]), "no readable Parquet"),
        ("a page is broken", lambda path: path.write_bytes(path.read_bytes()[:60] + b"\xff" * 60 + path.read_bytes()[120:]), "no readable Parquet"),
        ("CSV under that name", lambda path: path.write_text("worker_id\n7\n"), "no readable Parquet"),
        ("empty", lambda path: path.write_bytes(b""), "is empty"),
        ("gone", lambda path: path.unlink(), "does not exist"),
    ],
)  # fmt: skip
def test_a_broken_parquet_file_is_told(tmp_path: Path, case: str, make: Callable[[Path], object], told: str) -> None:
    path = tmp_path / "w.parquet"
    pq.write_table(pa.table({"worker_id": [f"{n:08}" for n in range(900)]}), path, write_page_checksum=True)
    make(path)
    with pytest.raises(BadInput, match=told):
        taken(path)


@pytest.mark.parametrize(
    ("case", "column", "expected"),
    [
        ("whole numbers", pa.array([7, 8], pa.int64()), ["7", "8"]),
        ("text in a dictionary", pa.array(["007", "8"]).dictionary_encode(), ["007", "8"]),
        ("large text", pa.array(["007", "8"], pa.large_string()), ["007", "8"]),
        ("text views", pa.array(["007", "8"], pa.string_view()), ["007", "8"]),
    ],
)
def test_ids_of_parquet_become_text(tmp_path: Path, case: str, column: pa.Array, expected: list[str]) -> None:
    pq.write_table(pa.table({"worker_id": column, "last_name": ["A", "B"]}), tmp_path / "w.parquet")
    assert taken(tmp_path / "w.parquet").rows["worker_id"].to_pylist() == expected


@pytest.mark.parametrize(
    ("case", "column", "told"),
    [
        ("decimals", pa.array([7.0, 8.0]), "numbers with decimals"),
        ("bytes", pa.array([b"7", b"8"]), "which is no text"),
        ("lists", pa.array([["7"], ["8"]]), "which is no text"),
        ("truth values", pa.array([True, False]), "which is no text"),
        ("a repeated one", pa.array(["7", "7"]), "row 2 has the same worker_id as row 1"),
    ],
)
def test_ids_that_are_no_text_are_refused(tmp_path: Path, case: str, column: pa.Array, told: str) -> None:
    pq.write_table(pa.table({"worker_id": column, "last_name": ["A", "B"]}), tmp_path / "w.parquet")
    with pytest.raises(BadInput, match=told):
        taken(tmp_path / "w.parquet")


def test_numbers_that_pandas_made_decimal_become_digits_and_it_is_said(tmp_path: Path) -> None:
    numbers = pa.array([100.0, None, float("nan")])
    pq.write_table(pa.table({"worker_id": ["a", "b", "c"], "employee_number": numbers}), tmp_path / "w.parquet")
    people = taken(tmp_path / "w.parquet")
    assert people.rows["employee_number"].to_pylist() == ["100", None, None]
    assert "leading zeros" in people.notes[0]


@pytest.mark.parametrize(
    ("case", "column", "rules", "expected"),
    [
        ("days", pa.array([18262], pa.date32()), PLAIN, "2020-01-01"),
        ("instants", pa.array(["2020-01-01 13:00:00"]).cast(pa.timestamp("us")), PLAIN, "2020-01-01"),
        ("ISO", pa.array(["2020-01-01"]), PLAIN, "2020-01-01"),
        ("ISO with time", pa.array(["2020-01-01T13:00:00Z"]), PLAIN, "2020-01-01"),
        ("without hyphens", pa.array(["20200101"]), PLAIN, "2020-01-01"),
        ("without hyphens as number", pa.array([20200101]), PLAIN, "2020-01-01"),
        ("as said", pa.array(["31/12/2020"]), ColumnRules({}, "%d/%m/%Y"), "2020-12-31"),
        ("empty", pa.array([" "]), PLAIN, None),
        ("bad ones left out", pa.array(["31/12/2020"]), ColumnRules({}, "", True), None),
    ],
)
def test_dates_are_read(tmp_path: Path, case: str, column: pa.Array, rules: ColumnRules, expected: str | None) -> None:
    pq.write_table(pa.table({"worker_id": ["a"], "hire_date": column}), tmp_path / "w.parquet")
    people = taken(tmp_path / "w.parquet", rules)
    assert people.rows["hire_date"].to_pylist() == [expected and dt.date.fromisoformat(expected)]
    assert bool(people.notes) == rules.empty_bad_dates


def test_maps_name_columns_and_outrank_names(tmp_path: Path) -> None:
    path = saved(tmp_path / "w.csv", "rec_id, given_name, last_name, surname\n01,ada,x,kaya\n")
    rules = ColumnRules(parse_maps([" rec_id=id", "given_name = first_name", "surname=last_name"]))
    people = taken(path, rules)
    assert people.rows.to_pylist() == [{"worker_id": "01", "first_name": "ada", "last_name": "kaya"}]
    assert people.ignored == ("last_name",)
    check_maps_used(rules, [people])


@pytest.mark.parametrize(
    ("maps", "told"),
    [
        (["given_name"], "says nothing usable"),
        (["given_name=name"], "says nothing usable"),
        (["=first_name"], "says nothing usable"),
        (["a=first_name", "b=first_name"], "contradicts"),
        (["a=first_name", "a=last_name"], "contradicts"),
    ],
)
def test_maps_that_say_nothing_are_refused(maps: list[str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        parse_maps(maps)


def test_a_map_of_a_column_that_no_file_has_is_refused(tmp_path: Path) -> None:
    rules = ColumnRules({"given": "first_name"})
    with pytest.raises(BadInput, match="No file has the column given"):
        check_maps_used(rules, [taken(write_csv(tmp_path / "w.csv", WORKERS), rules)])


def test_missing_and_ignored_columns_are_named(tmp_path: Path) -> None:
    people = taken(saved(tmp_path / "w.csv", "worker_id,last_name,shoe size\n7,Kaya,43\n"))
    assert people.ignored == ("shoe size",)
    assert "first_name" in people.missing
    assert "last_name" not in people.missing


@pytest.mark.parametrize(
    ("case", "rows", "told"),
    [
        ("unknown worker", "7,1,same\n", "worker_id is not in the workers' file in row 2"),
        ("unknown account", "007,9,same\n", "learner_id is not in the learners' file in row 2"),
        ("neither", "007,1,maybe\n", "neither 'same' nor 'different' in row 2"),
        ("both", "007,1,same\n008,01,different\n007,1,different\n", "row 4 (the header is row 1) contradicts row 2"),
        ("an account of two", "007,1,same\n008,1,same\n", "row 3 (the header is row 1) gives the account of row 2"),
    ],
)  # fmt: skip
def test_decisions_that_cannot_be_obeyed_are_refused(tmp_path: Path, case: str, rows: str, told: str) -> None:
    workers = taken(write_csv(tmp_path / "w.csv", WORKERS))
    learners = take_people(read_table(write_csv(tmp_path / "l.csv", LEARNERS)), ("learner_id",), PLAIN)
    path = saved(tmp_path / "d.csv", f"worker_id,learner_id,decision\n{rows}")
    with pytest.raises(BadInput) as raised:
        take_decisions(read_table(path), workers, learners)
    assert told in str(raised.value)


def test_decisions_are_taken_once_in_any_case_of_letters(tmp_path: Path) -> None:
    workers = taken(write_csv(tmp_path / "w.csv", WORKERS))
    learners = take_people(read_table(write_csv(tmp_path / "l.csv", LEARNERS)), ("learner_id",), PLAIN)
    path = saved(tmp_path / "d.csv", "Learner ID,Worker ID,Decision\n1,007, Same\n1,007,same\n2,007,DIFFERENT\n")
    assert take_decisions(read_table(path), workers, learners).to_pylist() == [
        {"worker_id": "007", "learner_id": "1", "decision": "same"},
        {"worker_id": "007", "learner_id": "2", "decision": "different"},
    ]


@pytest.mark.parametrize("name", ["o.csv", "o.parquet"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, name: str) -> None:
    rows = pa.table({"worker_id": ["007", 'a"b,c\nd'], "last_name": ["=1+1", None]})
    with whole_or_not(tmp_path / name) as [part]:
        write_table(part, rows)
    assert taken(tmp_path / name).rows.to_pylist() == rows.to_pylist()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    old = saved(tmp_path / "a.csv", "old")

    def write() -> None:
        with whole_or_not(old, tmp_path / "b.html") as parts:
            parts[0].write_text("half")
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert old.read_text() == "old"


def test_another_encoding_is_read_where_it_is_said(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16"):
        path = saved(tmp_path / "w.csv", "worker_id,last_name\n007,Müller\n".encode(encoding))
        assert taken(path, encoding=encoding).rows["last_name"].to_pylist() == ["Müller"]
    with pytest.raises(BadInput, match="no known encoding"):
        taken(path, encoding="utf-99")
