"""`lms-hris match skills` and `match titles`: from files to files, whole or not at all. The encoder here needs no model."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lms_hris_pipeline.cli import match_meanings
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.skills import letters_encoder

__all__ = ["home", "letters_encoder"]
COLUMNS = ["tag_id", "rank", "skill_id", "confidence", "decision", "matched_alias", "cosine", "lexical", "evidence"]
FRAMEWORK = [("007", "Python"), ("7", "Java"), ("8", "Project management"), ("9", "データ分析"), ("10", "Анализ данных"), ("11", "Mentoring")]  # fmt: skip
ALIASES = [("007", "Python programming"), ("8", "PM"), ("8", "PM")]
TAGS = [("01", "Python 3 (advanced)"), ("1", "Projct managment"), ("2", "データ分析"), ("3", "анализ ДАННЫХ"), ("4", "🐍"), ("5", "PM")]  # fmt: skip

pytestmark = pytest.mark.usefixtures("letters_encoder")


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


@pytest.fixture
def folder(home: Home) -> Path:
    """A folder with a framework, its aliases and tags."""
    _write(home.folder / "f.csv", ("skill_id", "label", "description"), [(*row, "") for row in FRAMEWORK])
    _write(home.folder / "a.csv", ("skill_id", "alias"), ALIASES)
    _write(home.folder / "t.csv", ("tag_id", "tag"), TAGS)
    return home.folder


def _skills(home: Home, *more: str, **files: str) -> object:
    given = {"framework": "f.csv", "tags": "t.csv", "out": "o.parquet"} | files
    return home.lms_hris(
        "match", "skills", *(part for name, file in given.items() for part in (f"--{name}", file)), *more
    )


def test_each_tag_has_five_ranks_and_one_decision(home: Home, folder: Path) -> None:
    ran = _skills(home, aliases="a.csv")
    assert (ran.exit_code, ran.err) == (0, "")
    found = pq.read_table(folder / "o.parquet")
    assert found.column_names == COLUMNS
    assert found.schema.field("skill_id").type == pa.string()
    rows = found.to_pylist()
    assert [(row["tag_id"], row["rank"]) for row in rows if row["tag_id"] != "4"] == [
        (tag, rank) for tag, _ in TAGS if tag != "4" for rank in range(1, 6)
    ]
    first = {row["tag_id"]: row for row in rows if row["rank"] == 1}
    assert {tag: first[tag]["skill_id"] for tag in ("01", "1", "2", "3", "5")} == {
        "01": "007", "1": "8", "2": "9", "3": "10", "5": "8",
    }  # fmt: skip
    assert first["01"]["decision"] == first["2"]["decision"] == "accept"
    told = json.loads(first["01"]["evidence"])
    assert (told["method"], told["stripped"][0]) == ("normalised", {"kind": "version", "words": "3"})
    assert set(json.loads(first["1"]["evidence"])) == {
        "method", "model", "share", "edit", "stripped", "only_in_tag", "only_in_alias",
    }  # fmt: skip
    for tag, row in first.items():
        assert {(one["confidence"], one["decision"]) for one in rows if one["tag_id"] == tag} == {
            (row["confidence"], row["decision"])
        }


def test_what_a_person_is_to_review_is_described_and_nothing_else(home: Home, folder: Path) -> None:
    assert _skills(home, "--precision", "0.999", aliases="a.csv", out="plain.csv").exit_code == 0
    told = 'Planning "work",\nsteering it — データ'
    _write(folder / "f.csv", ("skill_id", "label", "Description"), [(*row, told if row[0] == "8" else "") for row in FRAMEWORK])  # fmt: skip
    assert _skills(home, "--precision", "0.999", aliases="a.csv").exit_code == 0
    rows = pq.read_table(folder / "o.parquet").to_pylist()
    described = {(row["decision"], row["skill_id"]) for row in rows if "description" in json.loads(row["evidence"])}
    assert described == {("review", "8")}
    assert {json.loads(row["evidence"]).get("description", told) for row in rows} == {told}
    with (folder / "plain.csv").open(encoding="utf-8", newline="") as handle:
        plain = [(row["tag_id"], row["skill_id"], float(row["confidence"])) for row in csv.DictReader(handle)]
    assert [(row["tag_id"], row["skill_id"] or "", row["confidence"]) for row in rows] == plain, "it decides nothing"


def test_a_tag_without_a_word_has_one_row_and_no_skill(home: Home, folder: Path) -> None:
    assert _skills(home).exit_code == 0
    (row,) = [row for row in pq.read_table(folder / "o.parquet").to_pylist() if row["tag_id"] == "4"]
    assert (row["skill_id"], row["decision"], row["confidence"]) == (None, "no_match", 0.0)


def test_an_empty_tag_stops_nothing(home: Home, folder: Path) -> None:
    _write(folder / "t.csv", ("tag_id", "tag"), [("1", "Python"), ("2", ""), ("3", "  "), ("4", "***")])
    assert _skills(home).exit_code == 0
    rows = {row["tag_id"]: row for row in pq.read_table(folder / "o.parquet").to_pylist() if row["rank"] == 1}
    assert {tag: (row["decision"], json.loads(row["evidence"])["method"]) for tag, row in rows.items()} == {
        "1": ("accept", "exact"), "2": ("no_match", "empty"), "3": ("no_match", "empty"), "4": ("no_match", "none"),
    }  # fmt: skip


def test_columns_that_nobody_asked_for_are_named(home: Home, folder: Path) -> None:
    _write(folder / "f.csv", ("skill_id", "label", "description", "Owner"), [(*row, "", "ada") for row in FRAMEWORK])
    _write(folder / "t.csv", ("tag_id", "tag", "uses"), [(*row, "7") for row in TAGS])
    ran = _skills(home)
    assert ran.out.count("ignored") == 2
    assert "f.csv: ignored Owner." in ran.out
    assert "t.csv: ignored uses." in ran.out


def test_what_holds_a_sure_tag_back_stands_in_the_evidence(home: Home, folder: Path) -> None:
    _write(folder / "f.csv", ("skill_id", "label"), [("1", "Quality audits ISO 9001"), ("2", "Lead"), ("3", "lead")])
    _write(folder / "t.csv", ("tag_id", "tag"), [("a", "Quality audits ISO 14001"), ("b", "LEAD"), ("c", "Qualiti audits ISO 9001")])  # fmt: skip
    assert _skills(home, "--precision", "0.9").exit_code == 0
    rows = [row for row in pq.read_table(folder / "o.parquet").to_pylist() if row["decision"] != "no_match"]
    told = {(row["tag_id"], row["rank"]): json.loads(row["evidence"]).get("held_back") for row in rows}
    assert told["a", 1] == "a number differs"
    assert told["b", 1] == "several skills claim these words"
    assert told["c", 1] is None
    assert {reason for (_, rank), reason in told.items() if rank > 1} == {None}


@pytest.mark.usefixtures("letters_encoder")
def test_the_summary_says_how_many_are_new_and_how_far_it_is(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_meanings, "_TELL_EVERY_SECONDS", 0.0)
    first, again = _skills(home), _skills(home)
    assert "6 tags, 5 of them never answered before" in first.out
    assert "6 tags, 0 of them never answered before" in again.out
    assert "new texts" in first.err
    assert again.err == ""


def test_a_second_run_says_the_same_and_embeds_nothing(
    home: Home, folder: Path, letters_encoder: list[list[str]]
) -> None:
    assert _skills(home, out="1.csv").exit_code == 0
    assert letters_encoder
    letters_encoder.clear()
    assert _skills(home, out="2.csv").exit_code == 0
    assert letters_encoder == []
    assert (folder / "1.csv").read_bytes() == (folder / "2.csv").read_bytes()


def test_the_more_precision_the_fewer_are_accepted(home: Home, folder: Path) -> None:
    taken = []
    for precision in ("0.9", "0.999"):
        assert _skills(home, "--precision", precision).exit_code == 0
        rows = pq.read_table(folder / "o.parquet").to_pylist()
        taken.append({row["tag_id"] for row in rows if row["decision"] == "accept"})
    assert taken[1] < taken[0]


def test_a_framework_of_two_has_two_ranks(home: Home, folder: Path) -> None:
    _write(folder / "f.csv", ("skill_id", "label"), FRAMEWORK[:2])
    assert _skills(home).exit_code == 0
    assert {row["rank"] for row in pq.read_table(folder / "o.parquet").to_pylist()} == {1, 2}


def test_titles_have_columns_of_their_own(home: Home, folder: Path) -> None:
    _write(folder / "o.csv", ("occupation_id", "label"), [("29-1141.00", "Registered Nurses"), ("1", "Bakers")])
    _write(folder / "oa.csv", ("occupation_id", "alias"), [("1", "Pastry Chef")])
    _write(folder / "jt.csv", ("title_id", "title"), [("a", "Senior pastry chef"), ("b", "registered nurse")])
    ran = home.lms_hris("match", "titles", "--occupations", "o.csv", "--aliases", "oa.csv", "--titles", "jt.csv", "--out", "m.csv")  # fmt: skip
    assert (ran.exit_code, ran.err) == (0, "")
    with (folder / "m.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0])[:3] == ["title_id", "rank", "occupation_id"]
    assert [row["occupation_id"] for row in rows if row["rank"] == "1"] == ["1", "29-1141.00"]


@pytest.mark.parametrize(
    ("case", "file", "content", "told"),
    [
        ("no such column", "f.csv", "id,label\n1,a\n", "f.csv has no column skill_id"),
        (
            "an id twice",
            "f.csv",
            "skill_id,label\n1,a\n1,b\n",
            "row 3 (the header is row 1) has the same skill_id as row 2",
        ),
        ("no id", "f.csv", "skill_id,label\n,a\n", "skill_id is empty in row 2"),
        ("no label", "f.csv", "skill_id,label\n1,\n", "label is empty or holds neither letter nor digit in row 2"),
        ("a wordless label", "f.csv", "skill_id,label\n1,***\n", "neither letter nor digit in row 2"),
        ("no rows", "f.csv", "skill_id,label\n", "has a header and no rows"),
        ("nothing at all", "t.csv", "", "is empty"),
        ("an alias of nobody", "a.csv", "skill_id,alias\nx,y\n", "a.csv: skill_id is not in f.csv in row 2"),
        ("an empty alias", "a.csv", "skill_id,alias\n7,\n", "alias is empty"),
        ("no tag at all", "t.csv", "tag_id,tag\n1,\n2, \n", "t.csv: tag is empty in every row"),
        ("a tag's id twice", "t.csv", "tag_id,tag\n1,a\n1,b\n", "the same tag_id"),
        ("two columns of one name", "t.csv", "tag_id,tag,Tag\n1,a,b\n", "two columns that are tag"),
        ("too many cells", "t.csv", "tag_id,tag\n1,a,b\n", "has 3 cells, the header 2"),
    ],
)
def test_broken_input_ends_with_2_and_writes_nothing(
    home: Home, folder: Path, case: str, file: str, content: str, told: str
) -> None:
    (folder / file).write_text(content, encoding="utf-8")
    before = {path.name for path in folder.iterdir()}
    ran = _skills(home, aliases="a.csv")
    assert ran.exit_code == 2
    assert told in ran.err
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("files", "more", "told"),
    [
        ({"out": "f.csv"}, (), "named twice"),
        ({"out": "o.xlsx"}, (), "neither .csv nor .parquet"),
        ({"out": "/proc/o.csv"}, (), "/proc/o.csv cannot be written"),
        ({"out": "o" * 300 + ".csv"}, (), "cannot be written: File name too long"),
        ({"out": "gone/o.csv"}, (), "gone is no folder"),
        ({"tags": "gone.csv"}, (), "gone.csv does not exist"),
        ({}, ("--precision", "1.0"), "--precision 1.0 is not from 0.5 to below 1"),
    ],
)
def test_options_that_cannot_be_used(
    home: Home, folder: Path, files: dict[str, str], more: tuple[str, ...], told: str
) -> None:
    ran = _skills(home, *more, **files)
    assert ran.exit_code == 2
    assert told in ran.err
