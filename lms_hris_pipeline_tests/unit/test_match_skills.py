"""What a tag means: decisions, words, and what follows from a confidence. The encoder here needs no model."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from lms_hris_pipeline.match import skills
from lms_hris_pipeline.match.skill_answers import ANOTHER_RANK, UNKNOWN_SCRIPT, answer_tags
from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry, Kind
from lms_hris_pipeline.match.skill_model import MeaningModel, shipped_model
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.tables import match
from lms_hris_pipeline_tests.support.skills import FRAMEWORK, by_tag, letters_encoder, matched, skill_batch, skill_id

__all__ = ["letters_encoder"]
DEFAULTS = SkillSettings()


def _matched(tmp_path: Path, tags: list[str], settings: SkillSettings = DEFAULTS, **world: Any) -> dict[str, Any]:
    return by_tag(matched(skill_batch(tags, **world), settings, tmp_path).rows)


@pytest.mark.parametrize(
    ("case", "tag", "method", "decision", "skill"),
    [
        ("the label itself", "Python", "exact", "accept", "Python"),
        ("an alias itself", "MS Excel", "alias", "accept", "Microsoft Excel"),
        ("case", "pYTHON", "normalised", "accept", "Python"),
        ("accents", "Cafe Service", "normalised", "accept", "Café service"),
        ("punctuation", "project-management", "normalised", "accept", "Project management"),
        ("plural", "Customer services", "normalised", "accept", "Customer service"),
        ("joined", "Mentor-ing", "normalised", "accept", "Mentoring"),
        ("order", "Management of projects", "normalised", "accept", "Project management"),
        ("version and level", "Python 3 (advanced)", "normalised", "accept", "Python"),
        ("German wrapper", "Java für Anfänger", "normalised", "accept", "Java"),
        ("a wrapper that is part of the label", "Presentation skills", "exact", "accept", "Presentation skills"),
        (
            "no more is stripped than needed",
            "Presentation skills for beginners",
            "normalised",
            "accept",
            "Presentation skills",
        ),
        ("signs that are part of the name", "C++ L2", "normalised", "accept", "C++"),
        ("a standard's number", "ISO 9001 training", "normalised", "accept", "Quality management ISO 9001"),
        ("two skills claim an alias", "PM", "alias", "review", "Product management"),
        ("two skills claim it, whatever the case", "pm basics", "normalised", "review", "Product management"),
    ],
)
def test_words_of_the_framework(case: str, tag: str, method: str, decision: str, skill: str, tmp_path: Path) -> None:
    row = _matched(tmp_path, [tag])[tag]
    assert (row["method"], row["decision"], row["skill_id"]) == (method, decision, skill_id(skill))
    assert row["held_back"] == ("several skills claim these words" if decision == "review" else None)
    assert row["model"] is None


def test_two_skills_that_claim_a_tag_are_both_shown() -> None:
    hit = Dictionary([Entry.of("B", "label", "Lead"), Entry.of("A", "alias", "Lead")]).look_up("Lead")
    assert hit is not None
    assert [entry.skill_id for entry in hit.entries] == ["A", "B"]
    assert not hit.is_sure


@pytest.mark.parametrize(
    ("case", "tag", "entries", "skills", "form"),
    [
        ("the bare name", "Python", [("A", "label", "Python (computer programming)")], ["A"], "unqualified"),
        ("decorated", "Python 3 (advanced)", [("A", "label", "Python (computer programming)")], ["A"], "unqualified"),
        ("another's own alias wins", "Chef", [("A", "label", "Chef (tools)"), ("B", "alias", "chef")], ["B"], "folded"),
        ("two have it", "Salt", [("A", "label", "Salt (tools)"), ("B", "label", "Salt [food]")], ["A", "B"], "unqualified"),
        ("a qualified alias", "iOS", [("A", "alias", "IOS (operating system)")], ["A"], "unqualified"),
        ("an alias with its short form", "Laboratory Analyst", [("A", "alias", "Laboratory Analyst (Lab Analyst)")], [], ""),
        ("a decision holds as it stands", "Python", [("A", "decision", "Python (evening course)")], [], ""),
    ],
)  # fmt: skip
def test_a_label_is_known_without_its_qualifier(
    case: str, tag: str, entries: list[tuple[str, Kind, str]], skills: list[str], form: str
) -> None:
    hit = Dictionary(Entry.of(*entry) for entry in entries).look_up(tag)
    assert ([entry.skill_id for entry in hit.entries], hit.form) == (skills, form) if hit else not skills


def test_a_place_behind_a_title_needs_a_framework_that_would_know_it() -> None:
    words = [Entry.of(str(at), "label", f"Word{at} maker") for at in range(1_000)]
    bakers = Entry.of("B", "label", "Bakers")
    hit = Dictionary([bakers, *words], "titles").look_up("Baker - Hamburg")
    assert hit is not None
    assert (hit.entries[0].skill_id, hit.stripped[0].kind, hit.stripped[0].words) == ("B", "place", "hamburg")
    assert Dictionary([bakers, *words], "titles").look_up("Baker - Maker") is None, "a word of the framework"
    assert Dictionary([bakers], "titles").look_up("Baker - Hamburg") is None


def test_an_alias_that_repeats_its_own_label_is_no_dispute(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["python"], framework={"Python": ("PYTHON", "python ")})["python"]
    assert (row["decision"], row["skill_id"]) == ("accept", skill_id("Python"))


@pytest.mark.parametrize(
    ("tag", "framework", "is_sure"),
    [
        ("Python 2", {"Python": ()}, True),
        ("Python 2", {"Python 2": (), "Python 3": ()}, True),
        ("Python 3", {"Python 2": ()}, False),
        ("ISO 14001", {"ISO 9001": ()}, False),
        ("ISO 14001 audits", {"ISO 9001 audits": ()}, False),
        ("Advanced Excel", {"Excel": (), "Excel advanced": ()}, True),
    ],
)
@pytest.mark.usefixtures("letters_encoder")
def test_another_number_is_another_skill(
    tag: str, framework: dict[str, tuple[str, ...]], is_sure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose = SkillSettings(review_at=0.0001)
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 0.0001)
    row = _matched(tmp_path, [tag], loose, framework=framework)[tag]
    assert (row["decision"] == "accept") is is_sure
    assert row["held_back"] == (None if is_sure else "a number differs")


def test_stripped_words_are_kept_as_evidence(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["Python 3 (advanced)"])["Python 3 (advanced)"]
    (candidate,) = json.loads(row["candidates"])
    assert candidate["stripped"] == [{"kind": "version", "words": "3"}, {"kind": "level", "words": "advanced"}]
    assert (candidate["name"], candidate["alias"], candidate["form"]) == ("Python", "Python", "stripped")


@pytest.mark.parametrize(
    ("case", "tag", "decided", "expected"),
    [
        ("against the label", "Python", "Java", ("accept", "Java", "decision")),
        ("of a disputed alias", "PM", "Project management", ("accept", "Project management", "decision")),
        ("of an unknown word", "zzz", "Java", ("accept", "Java", "decision")),
        ("that it means nothing", "Python", None, ("no_match", None, "decision")),
    ],
)
def test_a_persons_decision_wins(
    case: str, tag: str, decided: str | None, expected: tuple[str, str | None, str], tmp_path: Path
) -> None:
    chosen = None if decided is None else skill_id(decided)
    row = _matched(tmp_path, [tag], decisions={tag: chosen})[tag]
    decision, skill, method = expected
    assert (row["decision"], row["skill_id"], row["method"]) == (decision, skill and skill_id(skill), method)
    assert row["confidence"] == Decimal(skill is not None)


def test_a_decided_tag_is_an_alias_for_others(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["Snake school - advanced"], decisions={"Snake School": skill_id("Python")})
    assert row["Snake school - advanced"]["skill_id"] == skill_id("Python")
    assert row["Snake school - advanced"]["matched_alias"] == "Snake School"


SPELLINGS = [
    ("case", "LUNCH BREAK", "Lunch break"),
    ("accents", "Pausé", "pause"),
    ("spaces and signs", " lunch--break ", "Lunch break"),
    ("plural", "lunch breaks", "Lunch break"),
    ("joined", "lunchbreak", "Lunch break"),
    ("order", "break for lunch", "Lunch break"),
]


@pytest.mark.parametrize(("case", "tag", "decided"), SPELLINGS)
@pytest.mark.parametrize(("skill", "expected"), [(None, ("no_match", None)), ("Java", ("accept", "Java"))])
def test_a_decision_holds_for_every_spelling(
    case: str, tag: str, decided: str, skill: str | None, expected: tuple[str, str | None], tmp_path: Path
) -> None:
    # the framework claims the spelling that was not decided, by words that are no stricter
    framework = {**FRAMEWORK, "Catering": (decided.upper(),)}
    row = _matched(tmp_path, [tag], framework=framework, decisions={decided: skill and skill_id(skill)})[tag]
    assert (row["decision"], row["skill_id"], row["method"]) == (expected[0], skill and skill_id(skill), "decision")
    assert row["matched_alias"] == decided


@pytest.mark.parametrize(
    ("case", "tag", "decisions", "expected"),
    [
        ("the tag's own decision first", "JAVA", {"java": "Python", "JAVA": None}, ("no_match", None, "decision")),
        ("another case of a label", "Java", {"java": None}, ("no_match", None, "decision")),
        ("two spellings, two meanings", "JAVA", {"java": "Python", "Java": "C++"}, ("review", "C++", "normalised")),
        ("two spellings, one of them nothing", "JAVA", {"java": None, "Java": "Java"}, ("review", "Java", "normalised")),
        ("a label is stricter than an order", "Customer service", {"service customer": None}, ("accept", "Customer service", "exact")),
        ("a label is stricter than a plural", "Python", {"pythons": "Java"}, ("accept", "Python", "exact")),
        ("a rest that means nothing", "PM basics", {"pm": None}, ("review", "Product management", "normalised")),
        ("a rest that the framework does not need", "Presentation skills L2", {"presentation": None}, ("accept", "Presentation skills", "normalised")),
    ],
)  # fmt: skip
def test_the_strictest_comparison_decides_and_what_contradicts_goes_to_a_person(
    case: str, tag: str, decisions: dict[str, str | None], expected: tuple[str, str | None, str], tmp_path: Path
) -> None:
    said = {spelling: skill and skill_id(skill) for spelling, skill in decisions.items()}
    row = _matched(tmp_path, [tag], decisions=said)[tag]
    decision, skill, method = expected
    assert (row["decision"], row["skill_id"], row["method"]) == (decision, skill and skill_id(skill), method)


def test_a_decision_for_a_skill_that_is_gone_goes_back_to_a_person(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["Python"], decisions={"Python": "SK-gone"})["Python"]
    assert (row["decision"], row["skill_id"]) == ("review", skill_id("Python"))
    assert "SK-gone" in row["held_back"]


@pytest.mark.parametrize(
    ("case", "tag", "refused", "expected"),
    [
        ("the one of two that is left", "PM", [("PM", "Product management")], ("accept", "Project management", "alias")),
        ("in another spelling", "pM", [("Pm", "Product management")], ("accept", "Project management", "normalised")),
        ("in a wrapping", "PM basics", [("PM", "Product management")], ("accept", "Project management", "normalised")),
        ("what is wrapped says nothing of the rest", "Python", [("Python 2 (advanced)", "Python")], ("accept", "Python", "exact")),
        ("another skill", "Python", [("Python", "Java")], ("accept", "Python", "exact")),
        ("a skill that is gone", "Python", [("Python", "none")], ("accept", "Python", "exact")),
    ],
)  # fmt: skip
def test_a_tag_never_means_what_a_person_ruled_out(
    case: str, tag: str, refused: list[tuple[str, str]], expected: tuple[str, str, str], tmp_path: Path
) -> None:
    refusals = [(spelling, skill_id(name)) for spelling, name in refused]
    row = _matched(tmp_path, [tag], refusals=refusals)[tag]
    assert (row["decision"], row["skill_id"], row["method"]) == (expected[0], skill_id(expected[1]), expected[2])


@pytest.mark.parametrize("tag", ["Python", "Pyhton"])
@pytest.mark.usefixtures("letters_encoder")
def test_what_is_next_to_a_skill_that_was_ruled_out_waits_for_a_person(
    tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 1e-6)
    loose, framework = SkillSettings(review_at=1e-6), {"Python": (), "Pythons of Java": ()}
    row = _matched(tmp_path, [tag], loose, framework=framework, refusals=[(tag, skill_id("Python"))])[tag]
    assert (row["decision"], row["skill_id"]) == ("review", skill_id("Pythons of Java"))
    assert row["held_back"] == "a person decided that it does not mean Python"
    assert [one["name"] for one in json.loads(row["candidates"])] == ["Pythons of Java"]
    alone = _matched(tmp_path, [tag], loose, framework={"Python": ()}, refusals=[(tag, skill_id("Python"))])[tag]
    assert (alone["decision"], alone["skill_id"], alone["candidates"]) == ("no_match", None, "[]")


@pytest.mark.parametrize(
    ("confidence", "accept_at", "review_at", "decision"),
    [
        (0.90, 0.90, 0.35, "accept"),
        (0.899999, 0.90, 0.35, "review"),
        (0.35, 0.90, 0.35, "review"),
        (0.349999, 0.90, 0.35, "no_match"),
        (1.0, 1.0, 1.0, "accept"),
    ],
)
@pytest.mark.usefixtures("letters_encoder")
def test_thresholds_decide(
    confidence: float,
    accept_at: float,
    review_at: float,
    decision: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(skills, "confidence_of", lambda *_: confidence)
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: accept_at)
    row = _matched(tmp_path, ["Pyhton prog"], SkillSettings(review_at=review_at))["Pyhton prog"]
    assert (row["decision"], row["method"], float(row["confidence"])) == (decision, "model", confidence)
    assert (row["skill_id"] is None) is (decision == "no_match")
    assert row["model"].startswith(f"all-MiniLM-L6-v2@{shipped_model('skills').embedding_sha256[:8]}, ")


def test_a_form_less_sure_than_asked_goes_to_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 1.0)
    row = _matched(tmp_path, ["PYTHON", "Python"])
    assert (row["Python"]["decision"], row["PYTHON"]["decision"]) == ("accept", "review")


@pytest.mark.usefixtures("letters_encoder")
def test_five_candidates_best_first_each_skill_once(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["manager of projcts"])["manager of projcts"]
    candidates = json.loads(row["candidates"])
    scores = [one["score"] for one in candidates]
    assert len(candidates) == 5
    assert scores == sorted(scores, reverse=True)
    assert len({one["skill_id"] for one in candidates}) == 5
    assert set(candidates[0]) == {
        "skill_id", "name", "alias", "score", "cosine", "lexical", "edit", "stripped", "only_in_tag", "only_in_alias",
    }  # fmt: skip


HOSTILE = [
    "", " ", "\x00", "\x00\x01\x1b[31m", "=cmd|' /C calc'!A0", "'; drop table match.skills; --", "<script>alert(1)</script>",
    "{}", "{{7*7}}", "%s%n", "\u202eevil", "🐍", "🐍 Python", "a" * 100_000, "word " * 20_000, "+" * 5_000, "((((" * 2_000,
    "\ufeffPython", "Python\n", "数据", "\ue000", "1", "2024", "of the", "٣", "\u0301", "ﷺ" * 100,
]  # fmt: skip


@pytest.mark.usefixtures("letters_encoder")
def test_hostile_tags_come_back_once_and_unchanged(tmp_path: Path) -> None:
    batch = skill_batch(HOSTILE)
    found = matched(batch, DEFAULTS, tmp_path)
    rows = by_tag(found.rows)
    assert list(rows) == sorted(HOSTILE)
    assert rows["🐍 Python"]["skill_id"] == rows["\ufeffPython"]["skill_id"] == skill_id("Python")
    assert {rows[tag]["method"] for tag in ("", " ", "\x00", "🐍", "+" * 5_000)} == {"none"}
    accepted = {tag for tag, row in rows.items() if row["decision"] == "accept"}
    assert accepted == {"🐍 Python", "\ufeffPython", "Python\n"}
    batch.write(match.SKILLS, found.rows)


def test_a_hostile_framework_harms_nothing(tmp_path: Path, letters_encoder: list[list[str]]) -> None:
    framework = {"": ("",), "\x00": (), "***": (), "Python": ("", " "), "python": ()}
    rows = _matched(tmp_path, ["", "***", "Python", "PYTHON", "Pythn"], framework=framework)
    assert rows["***"]["method"] == "exact"
    assert rows["PYTHON"]["decision"] == "review"
    assert rows["Pythn"]["decision"] == "review"
    assert letters_encoder


@pytest.mark.usefixtures("letters_encoder")
def test_skills_of_one_spelling_are_not_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 0.001)
    loose = SkillSettings(review_at=0.001)
    row = _matched(tmp_path, ["Pythn"], loose, framework={"Python": (), "python": ()})["Pythn"]
    assert row["decision"] == "review"
    assert row["held_back"] == "two skills are equally near"
    assert row["confidence"] <= Decimal("0.5")


@pytest.mark.parametrize(
    ("case", "tag", "label", "held_back"),
    [
        ("another word", "忘年会", "会計", UNKNOWN_SCRIPT),
        ("a label in it", "アーク溶接", "溶接", UNKNOWN_SCRIPT),
        ("another language's name", "французский язык", "английский язык", UNKNOWN_SCRIPT),
        ("a slip of the pen", "управление проектамы", "управление проектами", None),
        ("a slip in a known script", "mentering", "mentoring", None),
        ("accents", "gestión de proyetos", "gestión de proyectos", None),
    ],
)
@pytest.mark.usefixtures("letters_encoder")
def test_words_in_a_script_that_nothing_was_learnt_on_are_never_taken_by_likeness(
    case: str, tag: str, label: str, held_back: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 1e-6)
    row = _matched(tmp_path, [tag], SkillSettings(review_at=1e-6), framework={label: (), "project": ()})[tag]
    assert (row["decision"], row["held_back"]) == ("review" if held_back else "accept", held_back)


@pytest.mark.usefixtures("letters_encoder")
def test_a_label_that_stands_in_a_tag_without_spaces_is_found_by_its_letters(tmp_path: Path) -> None:
    framework: dict[str, tuple[str, ...]] = {"溶接": (), "会計": (), "品質管理": ()}
    rows = _matched(tmp_path, ["アーク溶接", "忘年会"], framework=framework)
    found = {tag: json.loads(row["candidates"])[0] for tag, row in rows.items()}
    assert (found["アーク溶接"]["name"], found["アーク溶接"]["only_in_alias"]) == ("溶接", [])
    assert found["アーク溶接"]["lexical"] > 0.3
    assert found["忘年会"]["lexical"] == 0.0


@pytest.mark.parametrize(
    ("kind", "text", "held_back"),
    [
        ("titles", "Head Baggage Porter", ANOTHER_RANK),
        ("titles", "Bagage Porter", None),
        ("titles", "Airport Baggage Porter", None),
        ("skills", "Head Baggage Porter", None),
    ],
)
@pytest.mark.usefixtures("letters_encoder")
def test_who_leads_those_who_do_a_job_has_another_one(
    kind: Literal["skills", "titles"], text: str, held_back: str | None, tmp_path: Path
) -> None:
    entries = [Entry.of("1", "label", "Baggage Porters"), Entry.of("2", "label", "Bakers")]
    answers = answer_tags([text], entries, mind_of(kind, DEFAULTS, tmp_path), tmp_path)
    first = answers.rows.to_pylist()[0]
    assert (first["skill_id"], first["held_back"]) == ("1", held_back)


@pytest.mark.parametrize("framework", [{}, {"": ()}, {"!!!": ()}])
def test_without_a_framework_nothing_matches_and_nothing_is_loaded(
    framework: dict[str, tuple[str, ...]], tmp_path: Path, letters_encoder: list[list[str]]
) -> None:
    row = _matched(tmp_path, ["Python"], framework=framework)["Python"]
    assert (row["decision"], row["method"], row["skill_id"]) == ("no_match", "none", None)
    assert letters_encoder == []


def test_without_tags_there_are_no_rows(tmp_path: Path) -> None:
    found = matched(skill_batch([]), DEFAULTS, tmp_path)
    assert found.rows.num_rows == 0
    assert found.rows.column_names == list(match.SKILLS.column_names)


@pytest.mark.usefixtures("letters_encoder")
def test_a_framework_of_one_skill_gives_one_candidate(tmp_path: Path) -> None:
    row = _matched(tmp_path, ["Pyhton"], framework={"Python": ()})["Pyhton"]
    assert len(json.loads(row["candidates"])) == 1


@pytest.mark.usefixtures("letters_encoder")
def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    tags = ["Pyhton prog", "javva", "project mgmt", "custmer servce", "Excell", "PM", "zzz", "Mentering"]
    expected = matched(skill_batch(tags), DEFAULTS, tmp_path / "first").rows
    for seed in range(3):
        rng = random.Random(seed)
        names = list(FRAMEWORK)
        rng.shuffle(names)
        rng.shuffle(tags)
        framework = {name: tuple(rng.sample(FRAMEWORK[name], len(FRAMEWORK[name]))) for name in names}
        assert matched(skill_batch(tags, framework), DEFAULTS, tmp_path / str(seed)).rows == expected


@pytest.mark.usefixtures("letters_encoder")
def test_a_tag_means_the_same_whatever_stands_beside_it(tmp_path: Path) -> None:
    tags = ["Pyhton prog", "javva", "project mgmt", "Excell", "Mentering"]
    together = _matched(tmp_path / "all", tags)
    for number, tag in enumerate(tags):
        assert _matched(tmp_path / str(number), [tag])[tag] == together[tag]


def test_what_the_dictionary_is_sure_of_needs_no_embedding(tmp_path: Path, letters_encoder: list[list[str]]) -> None:
    entries = [Entry.of(skill_id(name), "label", name) for name in FRAMEWORK]
    mind = mind_of("skills", DEFAULTS, tmp_path)
    assert answer_tags(["nothing like it"], entries, mind, tmp_path).new_texts == len(entries) + 1
    known = answer_tags(["Python 3 (advanced)", "PYTHON", "Mentor-ing"], entries, mind, tmp_path)
    assert (known.new_texts, len(letters_encoder)) == (0, 1)
    first = {row["tag"]: row["skill_id"] for row in known.rows.to_pylist() if row["rank"] == 1}
    assert first == {
        "Python 3 (advanced)": skill_id("Python"), "PYTHON": skill_id("Python"), "Mentor-ing": skill_id("Mentoring"),
    }  # fmt: skip


def test_figures_add_up(tmp_path: Path, letters_encoder: list[list[str]]) -> None:
    tags = ["Python", "MS Excel", "python", "PM", "Pyhton prog", "!!!", "decided"]
    found = matched(skill_batch(tags, decisions={"decided": None}), DEFAULTS, tmp_path)
    methods = ("decision", "exact", "alias", "normalised", "model", "none")
    assert [found.shown[f"by_{name}"] for name in methods] == [1, 1, 2, 1, 1, 1]
    assert sum(int(found.shown[name]) for name in ("accept", "review", "no_match")) == len(tags)
    assert found.shown["newly_embedded_texts"] == len(letters_encoder[0])


def test_thresholds_the_wrong_way_round_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 0.7)
    with pytest.raises(BadInput, match=r"review_at = 0\.8 is above 0\.7, from where"):
        matched(skill_batch([]), SkillSettings(review_at=0.8), tmp_path)


@pytest.mark.parametrize("word, other", [("microeconomics", "macroeconomics"), ("assembly", "disassembly")])
@pytest.mark.usefixtures("letters_encoder")
def test_opposites_are_no_misspellings(word: str, other: str, tmp_path: Path) -> None:
    row = _matched(tmp_path, [f"{word} xx"], framework={f"{other} yy": ()})[f"{word} xx"]
    (candidate,) = json.loads(row["candidates"])
    assert word.rstrip("s") in candidate["only_in_tag"]
