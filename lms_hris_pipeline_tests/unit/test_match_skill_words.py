"""The forms of a skill's words: what folding, plural, order and stripping make of what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_hris_pipeline.match.skill_words import bag_form, compact_form, fold, singular_form
from lms_hris_pipeline.match.skill_wrappings import read_words, says_only_when, split_off_place


@pytest.mark.parametrize(
    ("case", "text", "folded"),
    [
        ("case", "PYTHON", "python"),
        ("accents", "Café Résumé", "cafe resume"),
        ("sharp s and ligatures", "Straße Œuvre Søren", "strasse oeuvre soren"),
        ("punctuation", "Time-management / planning!", "time management planning"),
        ("ampersand", "R&D", "r and d"),
        ("apostrophe", "driver's licence", "drivers licence"),
        ("plus signs are a name", "C++", "c++"),
        ("a sharp is a name", "C#", "c#"),
        ("a plus between words is not", "HTML+CSS", "html css"),
        ("a hash tag", "#python", "python"),
        ("a leading point is a name", ".NET Core", "dotnet core"),
        ("points of a version stay", "Python 3.11", "python 3.11"),
        ("a point after a number goes", "Level 3.", "level 3"),
        ("points of names go", "node.js", "node js"),
        ("full width", "Ｐｙｔｈｏｎ", "python"),
        ("zero width", "x\u200bml", "xml"),
        ("control characters", "data\x00\x07 analysis\n", "data analysis"),
        ("private use", "a\ue000b", "a b"),
        ("Japanese keeps its marks", "データ分析", "データ分析"),
        ("Devanagari keeps its marks", "डेटा विश्लेषण", "डेटा विश्लेषण"),
        ("Greek loses its accents", "Ανάλυση", "αναλυση"),
        ("nothing", "", ""),
        ("nothing but signs", " -- !? ++ ", ""),
    ],
)
def test_folding(case: str, text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("case", "tag", "core", "stripped"),
    [
        ("level and version", "Python 3 (advanced)", "python", [("version", "3"), ("level", "advanced")]),
        ("intro", "Intro to Python", "python", [("level", "intro to")]),
        ("introduction", "An introduction to SQL", "sql", [("level", "an introduction to")]),
        ("credential", "Certified Scrum Master", "scrum master", [("credential", "certified")]),
        ("level code", "SQL L2", "sql", [("level", "l2")]),
        ("level word and number", "SQL – Level II", "sql", [("level", "level ii")]),
        ("language level", "English (B2)", "english", [("level", "b2")]),
        ("hundred and one", "Excel 101", "excel", [("level", "101")]),
        ("German level", "Excel Grundlagen", "excel", [("level", "grundlagen")]),
        ("German wrapper", "Java für Anfänger", "java", [("level", "fur anfanger")]),
        ("German intro", "Einführung in die Statistik", "statistik", [("level", "einfuhrung in die")]),
        ("year", "Word 2019", "word", [("version", "2019")]),
        ("version word", "Oracle version 12", "oracle", [("version", "version 12")]),
        ("two years", "Excel 2016/2019", "excel", [("version", "2016"), ("version", "2019")]),
        ("open version", "Python 3.x", "python", [("version", "3.x")]),
        ("training", "Coaching training course", "coaching", [("wrapper", "training course")]),
        ("in front", "Workshop: Coaching", "coaching", [("wrapper", "workshop")]),
        ("both ends", "Basics of Java workshop", "java", [("level", "basics of"), ("wrapper", "workshop")]),
        ("experience", "SQL (10+ years)", "sql", [("time", "10+ years")]),
        ("how long", "Coaching, 2 days", "coaching", [("time", "2 days")]),
        ("a year of accounts", "Coaching FY25", "coaching", [("time", "fy25")]),
        ("a quarter", "Coaching Q3/2024", "coaching", [("time", "q3"), ("version", "2024")]),
        ("a release", "Oracle R2", "oracle", [("version", "r2")]),
        ("an edition", "Oracle (2nd edition)", "oracle", [("version", "2nd edition")]),
        ("a format apart", "Coaching – blended", "coaching", [("wrapper", "blended")]),
        ("a format that is part of the name", "Blended coaching", "blended coaching", []),
        ("a meeting", "Lunch & Learn: Coaching", "coaching", [("wrapper", "lunch and learn")]),
        ("a place in a series", "Module 4 - Coaching", "coaching", [("wrapper", "module 4")]),
        ("a number of a course", "LRN-00231 Coaching", "coaching", [("code", "lrn 00231")]),
        ("a number to its end", "SI-1796-R", "si 1796 r", []),
        ("credits", "CPD: Coaching (6 credits)", "coaching", [("wrapper", "cpd"), ("wrapper", "6 credits")]),
        ("for whom", "Coaching for new managers", "coaching", [("audience", "for new managers")]),
        ("for what is a name", "Coaching for horses", "coaching for horses", []),
        ("how well in words", "SQL: working knowledge", "sql", [("level", "working knowledge")]),
        ("how well on both sides", "solid SQL skills", "sql", [("level", "solid"), ("wrapper", "skills")]),
        ("what is solid is a name", "Solid waste", "solid waste", []),
        ("a file's name", "coaching_final", "coaching", [("wrapper", "final")]),
        ("in humps", "CrashCourseRiskCoaching", "risk coaching", [("wrapper", "crash course")]),
        (
            "in German",
            "Erste Hilfe Auffrischung 2024",
            "erste hilfe",
            [("wrapper", "auffrischung"), ("version", "2024")],
        ),
        (
            "understanding is no wrapper of what is understood",
            "Understanding written Finnish",
            "understanding written finnish",
            [],
        ),
        ("understanding a thing is one", "Understanding Kanban", "kanban", [("wrapper", "understanding")]),
        ("what stands apart and is no wrapper", "Coaching (horses)", "coaching horses", []),
        ("a standard's number is its name", "ISO 9001", "iso 9001", []),
        ("a product's number is its name", "Office 365", "office 365", []),
        ("Visual Basic is no level", "Visual Basic", "visual basic", []),
        ("one letter is a skill", "R 101", "r", [("level", "101")]),
        ("a wrapper alone stays", "Training", "training", []),
        ("wrappers alone stay", "Advanced training", "advanced training", []),
        ("a level alone stays", "Level 2", "level 2", []),
        ("nothing", "", "", []),
    ],
)
def test_stripping(case: str, tag: str, core: str, stripped: list[tuple[str, str]]) -> None:
    words = read_words(tag)
    assert (words.core, [(one.kind, one.words) for one in words.stripped]) == (core, stripped)


@pytest.mark.parametrize(
    ("case", "title", "core", "kinds"),
    [
        ("seniority", "Senior Baker", "baker", ["seniority"]),
        ("seniority by number", "Baker III", "baker", ["level"]),
        ("for everybody", "Baker (m/w/d)", "baker", ["employment"] * 3),
        ("how much", "Baker 80 %", "baker", ["version"]),
        ("from where", "Baker (Remote)", "baker", ["employment"]),
        ("a requisition", "Baker - Req 10442", "baker", ["employment"]),
        ("for how long", "Baker (Fixed term 12 months)", "baker", ["employment"]),
        ("two at once", "Lead Baker - part-time", "baker", ["seniority", "employment"]),
        ("an assistant is another", "Assistant Baker", "assistant baker", []),
    ],
)
def test_titles_have_wrappings_of_their_own(case: str, title: str, core: str, kinds: list[str]) -> None:
    words = read_words(title, "titles")
    assert (words.core, [one.kind for one in words.stripped]) == (core, kinds)
    assert read_words("Senior Baker").core == "senior baker", "in a skill it is a word like others"


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Baker - Hamburg", ("Baker", "hamburg")),
        ("Baker, Riverside Mill (m/w/d)", ("Baker", "riverside mill")),
        ("Baker - pastry", None),
        ("Nurse Practitioner (NP)", None),
        ("Baker Hamburg", None),
        ("Baker (Remote)", None),
    ],
)
def test_what_may_be_a_place(title: str, parts: tuple[str, str] | None) -> None:
    assert split_off_place(title, "titles") == parts


@pytest.mark.parametrize(
    ("one", "other", "form", "is_same"),
    [
        ("spreadsheets", "spreadsheet", singular_form, True),
        ("policies", "policy", singular_form, True),
        ("businesses", "business", singular_form, True),
        ("analysis", "analysi", singular_form, False),
        ("bus", "bu", singular_form, False),
        ("e mail", "email", compact_form, True),
        ("node js", "nodejs", compact_form, True),
        ("management of projects", "project management", bag_form, True),
        ("data science", "science of data", bag_form, True),
        ("risk management", "risk assessment", bag_form, False),
    ],
)
def test_forms(one: str, other: str, form: object, is_same: bool) -> None:
    assert callable(form)
    assert (form(one) == form(other)) is is_same


def test_one_word_has_no_order() -> None:
    assert bag_form("python") == ""


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_what_is_left_stands_in_the_text(text: str) -> None:
    words = read_words(text)
    assert words.core.replace(" ", "") in words.folded.replace(" ", "")
    assert bool(words.core) == bool(words.folded)
    whole = "".join(one.words for one in words.stripped) + words.core
    assert sorted(whole.replace(" ", "")) == sorted(words.folded.replace(" ", ""))


def test_a_very_long_text_is_cut() -> None:
    assert len(fold("ab " * 100_000)) <= 300


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("90 minutes", True), ("2 days", True), ("Time management", False), ("Minutes of meetings", False), ("", False)],
)
def test_a_time_alone_names_no_skill(text: str, is_so: bool) -> None:
    assert says_only_when(text, "skills") is is_so
