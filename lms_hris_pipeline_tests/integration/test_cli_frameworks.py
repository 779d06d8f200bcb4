"""`lms-hris skills import`: from a publisher's files to a folder that matching reads, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.frameworks import (
    ESCO_COLUMNS,
    read_rows,
    write_esco,
    write_json,
    write_sheet,
)
from lms_hris_pipeline_tests.support.paths import shared_data

__all__ = ["home"]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_come_out_as_tables_that_matching_reads(home: Home) -> None:
    write_esco(
        home.folder / "skills_en.csv", [("a", "manage staff", "lead a team\nstaff, managing of"), ("b", "weld", "")]
    )
    ran = home.lms_hris("skills", "import", "skills_en.csv", "--from", "esco", "--out", "esco")
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out == "2 skills, 2 aliases, 0 steps up: esco/skills.csv, esco/aliases.csv\n"
    assert {path.name for path in (home.folder / "esco").iterdir()} == {"skills.csv", "aliases.csv"}
    skills, words = (read_rows(home.folder / "esco" / name) for name in ("skills.csv", "aliases.csv"))
    assert [list(row) for row in (skills[0], words[0])] == [["skill_id", "label", "description"], ["skill_id", "alias"]]
    assert [row["label"] for row in skills] == ["manage staff", "weld"]
    assert [row["alias"] for row in words] == ["lead a team", "staff, managing of"]


def test_what_was_imported_can_be_imported(home: Home) -> None:
    write_sheet(
        home.folder / "ours.csv",
        ["skill_id", "label", "description", "broader_id"],
        [{"skill_id": "1", "label": 'Craft, "fine"'}, {"skill_id": "02", "label": "Weld", "broader_id": "1"}],
    )
    write_sheet(home.folder / "words.csv", ["skill_id", "alias"], [{"skill_id": "02", "alias": "Schweißen"}])
    assert home.lms_hris("skills", "import", "ours.csv", "words.csv", "--from", "csv", "--out", "one").exit_code == 0
    again = home.lms_hris("skills", "import", "one/skills.csv", "one/aliases.csv", "--from", "csv", "--out", "two")
    assert again.exit_code == 0
    for name in ("skills.csv", "aliases.csv"):
        assert (home.folder / "one" / name).read_bytes() == (home.folder / "two" / name).read_bytes()
    assert read_rows(home.folder / "one" / "broader.csv") == [{"skill_id": "02", "broader_id": "1"}]


@pytest.mark.parametrize(
    ("case", "words", "told"),
    [
        ("a circle", ["bad.csv", "--from", "csv", "--out", "new"], "goes in a circle"),
        ("the wrong publisher", ["bad.csv", "--from", "onet", "--out", "new"], "no file of O*NET has those"),
        ("no such publisher", ["bad.csv", "--from", "sfia", "--out", "new"], "esco"),
        ("a taken folder", ["good.csv", "--from", "csv", "--out", "taken"], "taken is there already"),
        ("onto a file", ["good.csv", "--from", "csv", "--out", "good.csv"], "good.csv is there already"),
        ("no such parent", ["good.csv", "--from", "csv", "--out", "gone/new"], "gone is no folder"),
        ("no such file", ["gone.csv", "--from", "csv", "--out", "new"], "gone.csv does not exist"),
        (
            "where nothing can be written",
            ["good.csv", "--from", "csv", "--out", "/proc/new"],
            "/proc/new cannot be written",
        ),
        ("a name too long", ["good.csv", "--from", "csv", "--out", "n" * 300], "cannot be written: File name too long"),
        ("a bottomless file", ["deep.json", "--from", "case", "--out", "new"], "deep.json is nested too deeply"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_writes_nothing(home: Home, case: str, words: list[str], told: str) -> None:
    write_sheet(home.folder / "good.csv", ["skill_id", "label"], [{"skill_id": "1", "label": "Weld"}])
    write_sheet(home.folder / "bad.csv", ["skill_id", "label", "broader_id"], [{"skill_id": "1", "label": "a", "broader_id": "1"}])  # fmt: skip
    (home.folder / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (home.folder / "taken").mkdir()
    (home.folder / "taken" / "skills.csv").write_text("old", encoding="utf-8")
    before = everything(home.folder)
    ran = home.lms_hris("skills", "import", *words)
    assert ran.exit_code == 2
    assert told in ran.err
    assert everything(home.folder) == before
    assert not (home.folder / "new").exists()


def test_an_empty_folder_may_be_named_and_a_left_over_part_is_replaced(home: Home) -> None:
    write_json(home.folder / "skills.json", {"data": [{"id": "KS1", "name": "Welding"}]})
    (home.folder / "new").mkdir()
    (home.folder / "new.part").mkdir()
    (home.folder / "new.part" / "junk.csv").write_text("", encoding="utf-8")
    assert home.lms_hris("skills", "import", "skills.json", "--from", "lightcast", "--out", "new").exit_code == 0
    assert {path.name for path in (home.folder / "new").iterdir()} == {"skills.csv"}
    assert not (home.folder / "new.part").exists()


def _public_esco(folder: Path, *, slip: int = 0) -> Path:
    """The public skills as ESCO's own file, their aliases so many rows too far down."""
    skills = read_rows(shared_data("data", "esco", "skills.csv"))
    words: dict[str, list[str]] = {}
    for row in read_rows(shared_data("data", "esco", "aliases_dev.csv")):
        words.setdefault(row["skill_id"], []).append(row["alias"])
    cells = ["\n".join(words.get(row["skill_id"], [])) for row in skills]
    common = {"conceptType": "KnowledgeSkillCompetence", "status": "released"}
    return write_sheet(
        folder / "skills_en.csv",
        ESCO_COLUMNS,
        (
            {**common, "conceptUri": row["skill_id"], "preferredLabel": row["label"], "altLabels": cells[at - slip]}
            for at, row in enumerate(skills)
        ),
    )


def test_all_of_esco_is_taken_and_refused_when_its_aliases_slip(home: Home) -> None:
    _public_esco(home.folder)
    ran = home.lms_hris("skills", "import", "skills_en.csv", "--from", "esco", "--out", "esco")
    assert (ran.exit_code, ran.err) == (0, "")
    assert "14,046 skills, 15,690 aliases" in ran.out
    assert "1 labels stand for more than one skill, for example 'safety engineering'" in ran.out
    _public_esco(home.folder, slip=1)
    refused = home.lms_hris("skills", "import", "skills_en.csv", "--from", "esco", "--out", "slipped")
    assert refused.exit_code == 2
    assert "Aliases have slipped against labels" in refused.err
    assert "1 row above" in refused.err
