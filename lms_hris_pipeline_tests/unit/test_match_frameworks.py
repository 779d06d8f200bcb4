"""Frameworks from outside: what each publisher's files say, and what must hold before they are taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lms_hris_pipeline.match.frameworks import READERS, check_framework
from lms_hris_pipeline.match.frameworks.given import AliasRow, Broader, Concept, Framework, GivenFramework
from lms_hris_pipeline.match.frameworks.shift import find_slip
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline_tests.support.frameworks import (
    ESCO_SKILL,
    ONET_CODE,
    case_package,
    write_esco,
    write_json,
    write_sheet,
)

_VERBS = ("plan", "clean", "repair", "paint", "weigh", "carry", "label", "count", "lift", "store")
_THINGS = ("bridges", "turbines", "violins", "greenhouses", "ledgers", "reactors")
LABELS = {f"s{number}": f"{_VERBS[number % 10]} {_THINGS[number // 10]}" for number in range(60)}
ALIASES = {key: (f"{label.split()[0]}ing of {label.split()[1]}",) for key, label in LABELS.items()}


def read(publisher: str, *paths: Path) -> Framework:
    return check_framework(READERS[publisher](paths))


def concepts(framework: Framework) -> list[tuple[str, str, str]]:
    return [(one.concept_id, one.label, one.description) for one in framework.concepts]


def aliases(framework: Framework) -> list[tuple[str, str]]:
    return [(one.concept_id, one.alias) for one in framework.aliases]


def test_esco_gives_skills_with_labels_one_a_line_and_leaves_groups_out(tmp_path: Path) -> None:
    skills = write_esco(
        tmp_path / "skills_en.csv",
        [("a", "manage staff", "staff management\nManage  Staff\nlead a team"), ("b", 'play "violin"', "")],
    )
    groups = write_esco(tmp_path / "skillGroups_en.csv", [("g", "music", "")], conceptType="SkillGroup")
    old = write_esco(tmp_path / "old.csv", [("o", "telex", "")], status="obsolete")
    broader = write_sheet(
        tmp_path / "broaderRelationsSkillPillar_en.csv",
        ["conceptType", "conceptUri", "broaderType", "broaderUri"],
        [{"conceptUri": f"{ESCO_SKILL}b", "broaderUri": "http://data.europa.eu/esco/skill/S1"}],
    )
    found = read("esco", skills, groups, old, broader)
    assert found.kind == "skill"
    assert concepts(found) == [(f"{ESCO_SKILL}a", "manage staff", ""), (f"{ESCO_SKILL}b", 'play "violin"', "")]
    assert aliases(found) == [(f"{ESCO_SKILL}a", "staff management"), (f"{ESCO_SKILL}a", "lead a team")]
    assert [one.broader_id for one in found.broader] == ["http://data.europa.eu/esco/skill/S1"]
    assert found.notes[:2] == (
        "1 concepts with the status obsolete were left out.",
        "1 groups of concepts were left out.",
    )
    assert "1 aliases say again" in found.notes[2]


def test_esco_occupations_come_as_occupations_and_not_with_skills(tmp_path: Path) -> None:
    jobs = write_esco(tmp_path / "occupations_en.csv", [("x", "welder", "")], conceptType="Occupation")
    assert read("esco", jobs).kind == "occupation"
    skills = write_esco(tmp_path / "skills_en.csv", [("a", "weld", "")])
    with pytest.raises(BadInput, match=r"skills_en\.csv holds skills and .*occupations_en\.csv occupations"):
        read("esco", jobs, skills)


def test_onet_gives_occupations_with_alternate_and_short_titles(tmp_path: Path) -> None:
    jobs = write_sheet(
        tmp_path / "Occupation Data.txt",
        [ONET_CODE, "Title", "Description"],
        [{ONET_CODE: "11-1011.00", "Title": "Chief Executives", "Description": 'Lead a "firm", wholly'}],
        "\t",
    )
    titles = write_sheet(
        tmp_path / "Alternate Titles.txt",
        [ONET_CODE, "Alternate Title", "Short Title", "Source(s)"],
        [
            {ONET_CODE: "11-1011.00", "Alternate Title": "Chief Executive Officer (CEO)", "Short Title": "CEO"},
            {ONET_CODE: "11-1011.00", "Alternate Title": "President", "Short Title": "n/a"},
        ],
        "\t",
    )
    found = read("onet", titles, jobs)
    assert found.kind == "occupation"
    assert concepts(found) == [("11-1011.00", "Chief Executives", 'Lead a "firm", wholly')]
    assert [alias for _, alias in aliases(found)] == ["Chief Executive Officer (CEO)", "CEO", "President"]


def test_onet_skills_and_technologies_come_once_whoever_uses_them(tmp_path: Path) -> None:
    skills = write_sheet(
        tmp_path / "Skills.txt",
        [ONET_CODE, "Element ID", "Element Name", "Scale ID", "Data Value"],
        [{ONET_CODE: code, "Element ID": "2.A.1.a", "Element Name": "Reading Comprehension"} for code in ("1", "2")],
        "\t",
    )
    model = write_sheet(
        tmp_path / "Content Model Reference.txt",
        ["Element ID", "Element Name", "Description"],
        [{"Element ID": "2.A.1.a", "Element Name": "Reading Comprehension", "Description": "Understanding sentences"}],
        "\t",
    )
    technology = write_sheet(
        tmp_path / "Technology Skills.txt",
        [ONET_CODE, "Example", "Commodity Code", "Commodity Title", "Hot Technology", "In Demand"],
        [
            {
                ONET_CODE: code,
                "Example": "Microsoft Excel",
                "Commodity Code": "43232110",
                "Commodity Title": "Spreadsheets",
            }
            for code in ("1", "2")
        ],
        "\t",
    )
    assert concepts(read("onet", skills, model, technology)) == [
        ("2.A.1.a", "Reading Comprehension", "Understanding sentences"),
        ("43232110/Microsoft Excel", "Microsoft Excel", "Spreadsheets"),
    ]


def test_lightcast_gives_skills_from_an_answer_or_a_bare_list(tmp_path: Path) -> None:
    listed = [{"id": "KS1", "name": "C (Programming Language)", "description": None, "type": {"id": "ST1"}}]
    for document in ({"attributions": [], "data": listed}, listed):
        found = read("lightcast", write_json(tmp_path / "skills.json", document))
        assert concepts(found) == [("KS1", "C (Programming Language)", "")]
        assert aliases(found) == []


def test_case_gives_items_under_a_document(tmp_path: Path) -> None:
    package = case_package(
        [
            {"identifier": "i1", "fullStatement": "Administers medicines safely", "abbreviatedStatement": "Medication"},
            {"identifier": "i2", "fullStatement": "Counts pills", "alternativeLabel": "Pill count", "notes": "By hand"},
        ],
        [("i1", "doc"), ("i2", "i1")],
    )
    package["CFAssociations"].append({"identifier": "r", "associationType": "isRelatedTo"})
    found = read("case", write_json(tmp_path / "package.json", package))
    assert concepts(found) == [("i1", "Medication", ""), ("i2", "Counts pills", "By hand")]
    assert aliases(found) == [("i1", "Administers medicines safely"), ("i2", "Pill count")]
    assert [(one.concept_id, one.broader_id) for one in found.broader] == [("i1", "doc"), ("i2", "i1")]


def test_own_files_keep_ids_as_text_and_name_what_they_leave_aside(tmp_path: Path) -> None:
    skills = write_sheet(
        tmp_path / "ours.csv",
        ["Skill_ID", "Label", "broader_id", "owner"],
        [{"Skill_ID": "007", "Label": "木工"}, {"Skill_ID": "7", "Label": "Sägen", "broader_id": "007"}],
    )
    words = write_sheet(tmp_path / "words.csv", ["skill_id", "alias"], [{"skill_id": "7", "alias": "sawing"}])
    found = read("csv", words, skills)
    assert concepts(found) == [("007", "木工", ""), ("7", "Sägen", "")]
    assert aliases(found) == [("7", "sawing")]
    assert found.notes == ("ours.csv: ignored owner.",)


def _csv(*rows: str) -> Callable[[Path], Path]:
    return lambda folder: _text(folder / "f.csv", "\n".join(rows))


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("publisher", "make", "told"),
    [
        ("csv", _csv("id,name", "1,a"), "has the columns id, name: no file of this kind has those"),
        ("csv", _csv("skill_id,label", "1,a", "1,b"), "f.csv, row 3: the id '1' stands in f.csv, row 2 already"),
        ("csv", _csv("skill_id,label", ",a"), "f.csv, row 2: the id is empty"),
        ("csv", _csv("skill_id,label", "1,"), "f.csv, row 2: the label is empty"),
        ("csv", _csv("skill_id,label", "a\x07b,x"), "f.csv, row 2: 'a\\x07b' is no id"),
        ("csv", _csv("skill_id,label", f"1,{'x' * 2001}"), "the label has 2,001 characters"),
        ("csv", _csv("skill_id,alias", "1,a"), "there is no skill with the id '1'"),
        ("csv", _csv("skill_id,label,broader_id", "1,a,2"), "there is no skill with the id '2'"),
        ("csv", _csv("skill_id,label,broader_id", "1,a,1"), "'1' below '1' goes in a circle"),
        (
            "csv",
            _csv("skill_id,label,broader_id", "1,a,2", "2,b,3", "3,c,1", "4,d,1"),
            "f.csv, row 4: '1' below '2' below '3' below '1' goes in a circle",
        ),
        ("csv", _csv("skill_id,label", "1,a,b"), "3 cells, the header 2"),
        ("esco", _csv("skill_id,label", "1,a"), "no file of ESCO has those"),
        ("esco", _csv("conceptUri,broaderUri", "1,2"), "None of the files holds skills"),
        ("esco", _csv("conceptUri,preferredLabel,altLabels,conceptType", "1,a,,Job"), "the conceptType 'Job' is none of"),
        ("onet", lambda folder: _text(folder / "f.txt", "Code\tTitle\n1\ta\n"), "no file of O*NET has those"),
        ("onet", lambda folder: _text(folder / "f.txt", "Code\tTitle\n1\n"), "f.txt, row 2: 1 cells, the first line has 2"),
        ("onet", lambda folder: _text(folder / "f.txt", "Code\tTitle\n"), "no rows below its first line"),
        ("onet", lambda folder: folder / "gone.txt", "gone.txt does not exist"),
        ("lightcast", lambda folder: _text(folder / "f.json", '{"data": [\n{"id": 1,'), "line 2, column 10: this is no JSON"),
        ("lightcast", lambda folder: write_json(folder / "f.json", {"errors": []}), "has no list data"),
        ("lightcast", lambda folder: write_json(folder / "f.json", ["KS1"]), "f.json, data[0] is no object"),
        ("lightcast", lambda folder: write_json(folder / "f.json", [{"id": 1}]), "f.json, data[0]: id is no text"),
        ("lightcast", lambda folder: write_json(folder / "f.json", []), "The files name no skill"),
        ("lightcast", lambda folder: folder, "is a folder"),
        ("case", lambda folder: write_json(folder / "f.json", {"CFItems": []}), "has no object CFDocument"),
        (
            "case",
            lambda folder: write_json(
                folder / "f.json", case_package([{"identifier": "i", "fullStatement": "s"}], [("i", "gone")])
            ),
            "f.json, CFAssociations[0]: there is no skill with the id 'gone'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_names_the_place_and_the_cure(
    tmp_path: Path, publisher: str, make: Callable[[Path], Path], told: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(told)) as raised:
        read(publisher, make(tmp_path))
    assert "\n  " in str(raised.value), "it says what happened but not what to do"


def test_all_faults_are_in_one_message_up_to_twenty(tmp_path: Path) -> None:
    rows = [{"skill_id": "1", "label": f"l{number}"} for number in range(30)]
    with pytest.raises(BadInput, match="and 9 more") as raised:
        read("csv", write_sheet(tmp_path / "f.csv", ["skill_id", "label"], rows))
    assert str(raised.value).count("stands in f.csv, row 2 already") == 20


def test_shared_words_are_kept_and_said() -> None:
    given = GivenFramework(
        "skill",
        (Concept("1", "Java", "", "p1"), Concept("2", "java", "", "p2"), Concept("3", "Go", "", "p3")),
        (AliasRow("1", ("JVM", "jvm"), "p1"), AliasRow("2", ("jvm",), "p2")),
    )
    found = check_framework(given)
    assert aliases(found) == [("1", "JVM"), ("2", "jvm")]
    assert [note.split(":")[0] for note in found.notes] == [
        "1 aliases say again what a label or another alias says",
        "1 labels stand for more than one skill, for example 'java'",
        "1 aliases stand for more than one skill, for example 'jvm'",
    ]


def test_a_net_of_broader_concepts_without_circles_is_taken() -> None:
    """Two ways up to one concept are no circle."""
    names = "abcd"
    steps = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"), ("a", "d")]
    given = GivenFramework(
        "skill",
        tuple(Concept(name, name, "", name) for name in names),
        broader=tuple(Broader(*step, "p") for step in steps),
    )
    assert len(check_framework(given).broader) == 5


def _rows(offset: int, start: int = 0) -> list[AliasRow]:
    keys = list(LABELS)
    return [
        AliasRow(key, ALIASES[keys[(at + offset) % len(keys)]] if at >= start else ALIASES[key], f"row {at + 2}")
        for at, key in enumerate(keys)
    ]


@pytest.mark.parametrize(
    ("case", "rows", "offset", "place"),
    [
        ("as they are", _rows(0), None, ""),
        ("one row down", _rows(-1), -1, "row 3"),
        ("two rows up", _rows(2), 2, "row 2"),
        ("from the middle on", _rows(1, 30), 1, "row 32"),
        ("far away: no telling", _rows(25), None, ""),
        ("too few to tell", _rows(1)[:10], None, ""),
        ("no aliases", [AliasRow(key, (), "") for key in LABELS], None, ""),
        ("in another language", [AliasRow(key, (f"別名 {key}",), "") for key in LABELS], None, ""),
        ("names that nothing is near to", [AliasRow(key, ("ZQ",), "") for key in LABELS], None, ""),
    ],
)  # fmt: skip
def test_slipped_aliases_are_found_where_they_begin(
    case: str, rows: Sequence[AliasRow], offset: int | None, place: str
) -> None:
    slip = find_slip(rows, LABELS)
    assert (slip and slip.offset) == offset
    assert (slip.place if slip else "") == place


def test_a_slip_of_rows_shows_where_a_concept_has_several(tmp_path: Path) -> None:
    """A row an alias, ids one row too far down: only the first alias of each concept is another's."""
    words = [(key, f"{kind} {label}") for key, label in LABELS.items() for kind in ("how to", "skill to", "able to")]
    slipped = [AliasRow(words[max(at - 1, 0)][0], (alias,), f"row {at + 2}") for at, (_, alias) in enumerate(words)]
    assert find_slip([AliasRow(key, (alias,), "") for key, alias in words], LABELS) is None
    slip = find_slip(slipped, LABELS)
    assert slip is not None
    assert (slip.offset, slip.place) == (1, "row 5")


def test_slipped_aliases_are_refused_with_an_example() -> None:
    given = GivenFramework(
        "skill", tuple(Concept(key, label, "", key) for key, label in LABELS.items()), tuple(_rows(-1))
    )
    with pytest.raises(BadInput, match="slipped against labels, from about row 3 on") as raised:
        check_framework(given)
    assert re.search(
        r"40 of 40 rows fit the label 1 row above better than their own: '\w+ing of \w+'", str(raised.value)
    )
