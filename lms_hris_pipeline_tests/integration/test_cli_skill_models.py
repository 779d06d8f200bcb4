"""`lms-hris skills train` and `skills adopt`: learnt from files, staged, used once somebody says so. No model is needed."""

from __future__ import annotations

import csv
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_model import shipped_model
from lms_hris_pipeline.match.skill_models import mind_of, train
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.skills import letters_encoder

__all__ = ["home", "letters_encoder"]
THINGS = (
    "python",
    "baking",
    "welding",
    "payroll",
    "mentoring",
    "forklifts",
    "invoices",
    "gardens",
    "servers",
    "audits",
)
pytestmark = pytest.mark.usefixtures("letters_encoder")


@pytest.fixture
def folder(home: Home) -> Path:
    """A folder with a framework that has aliases, and tags."""
    written = {
        "f.csv": [("skill_id", "label"), *((f"S{at}", f"handle {thing}") for at, thing in enumerate(THINGS))],
        "a.csv": [
            ("skill_id", "alias"),
            *(
                (f"S{at}", f"{verb} {thing}")
                for at, thing in enumerate(THINGS)
                for verb in ("run", "care for", "look after")
            ),
        ],
        "t.csv": [("tag_id", "tag"), ("1", "handel pyhton"), ("2", "welding, looked after")],
        "d.csv": [
            ("tag", "skill_id"),
            *((f"tidy {thing} {way}", f"S{at}") for at, thing in enumerate(THINGS) for way in ("up", "off")),
            ("lunch", ""),
        ],
    }
    for name, rows in written.items():
        with (home.folder / name).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    return home.folder


def _train(home: Home) -> str:
    ran = home.lms_hris("skills", "train", "--framework", "f.csv", "--aliases", "a.csv")
    assert (ran.exit_code, ran.err) == (0, "")
    (file,) = (home.folder / "data" / "models" / "skills").glob("skills-own-????????.json")
    assert f"lms-hris skills adopt {file.stem} --by <name>" in ran.out
    return file.stem


def _model_used(home: Home) -> str:
    assert home.lms_hris("match", "skills", "--framework", "f.csv", "--aliases", "a.csv", "--tags", "t.csv", "--out", "o.parquet").exit_code == 0  # fmt: skip
    evidence = {json.loads(row["evidence"])["model"] for row in pq.read_table(home.folder / "o.parquet").to_pylist()}
    (model,) = evidence
    return str(model.split(", ")[1])


def test_a_learnt_model_answers_once_somebody_adopted_it(home: Home, folder: Path) -> None:
    shipped = shipped_model("skills").version
    version = _train(home)
    assert _model_used(home) == shipped
    ran = home.lms_hris("skills", "adopt", version, "--by", "ada")
    assert (ran.exit_code, ran.err) == (0, "")
    assert _model_used(home) == version
    listed = home.lms_hris("skills", "adopt")
    assert shipped in listed.out
    assert f"ada adopted {version}" in listed.out
    assert home.lms_hris("skills", "adopt", shipped, "--by", "ada").exit_code == 0
    assert _model_used(home) == shipped


def test_decisions_of_a_file_are_learnt_from_too(home: Home, folder: Path) -> None:
    ran = home.lms_hris("skills", "train", "--framework", "f.csv", "--aliases", "a.csv", "--decisions", "d.csv")
    assert (ran.exit_code, ran.err) == (0, "")
    (file,) = (folder / "data" / "models" / "skills").glob("*.report.json")
    assert json.loads(file.read_text(encoding="utf-8"))["decisions"] == 21


def test_titles_are_learnt_staged_and_adopted_like_tags(home: Home, folder: Path) -> None:
    for name, old, new in (("f.csv", "skill_id", "occupation_id"), ("a.csv", "skill_id", "occupation_id"), ("t.csv", "tag", "title")):  # fmt: skip
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    files = ("--aliases", "a.csv", "--titles")
    ran = home.lms_hris("skills", "train", "--framework", "f.csv", *files)
    assert (ran.exit_code, ran.err) == (0, "")
    (staged,) = (folder / "data" / "models" / "titles").glob("titles-own-????????.json")
    assert f"lms-hris skills adopt {staged.stem} --titles --by <name>" in ran.out
    assert home.lms_hris("skills", "adopt", staged.stem, "--by", "ada").exit_code == 2, "it is no model of skill tags"
    assert home.lms_hris("skills", "adopt", staged.stem, "--titles", "--by", "ada").exit_code == 0
    ran = home.lms_hris("match", "titles", "--occupations", "f.csv", "--aliases", "a.csv", "--titles", "t.csv", "--out", "o.parquet")  # fmt: skip
    assert (ran.exit_code, ran.err) == (0, "")
    assert staged.stem in ran.out
    staged.unlink()
    ran = home.lms_hris("match", "titles", "--occupations", "f.csv", "--titles", "t.csv", "--out", "o.csv")
    assert ran.exit_code == 2
    assert f"lms-hris skills adopt --titles {shipped_model('titles').version} --by <name>" in ran.err


def test_a_model_learnt_on_other_vectors_teaches_nothing(home: Home, folder: Path) -> None:
    """So few names teach the adapter alone: ranking and confidence are the shipped model's, which knows these vectors."""
    entries = [Entry.of(f"S{at}", *of) for at, thing in enumerate(THINGS) for of in (("label", f"handle {thing}"), ("alias", f"run {thing}"))]  # fmt: skip
    shipped = shipped_model("skills")
    foreign = replace(shipped, version="skills-own-00000000", embedding_sha256="0" * 64, ranking={})
    settings = SkillSettings()
    made = train(entries, {}, mind_of("skills", settings, folder, foreign), settings, folder / "cache").model
    assert (made.ranking, made.embedding_sha256) == (shipped.ranking, shipped.embedding_sha256)


def test_the_same_framework_teaches_the_same(home: Home, folder: Path) -> None:
    assert _train(home) == _train(home)


def test_a_model_that_is_gone_is_named_with_the_cure(home: Home, folder: Path) -> None:
    version = _train(home)
    assert home.lms_hris("skills", "adopt", version, "--by", "ada").exit_code == 0
    (folder / "data" / "models" / "skills" / f"{version}.json").unlink()
    ran = home.lms_hris("match", "skills", "--framework", "f.csv", "--tags", "t.csv", "--out", "o.csv")
    assert ran.exit_code == 2
    assert f"adopt another: lms-hris skills adopt {shipped_model('skills').version} --by <name>" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "--aliases", "a.csv"), "--aliases are other names of a framework"),
        (("train", "--framework", "f.csv", "--batch", "2026-01-01-01"), "two things to learn from"),
        (("train", "--framework", "f.csv"), "10 skills with 0 that have another name: nothing to learn from"),
        (("train", "--decisions", "d.csv"), "--decisions are about a framework"),
        (("train", "--framework", "f.csv", "--decisions", "t.csv"), "t.csv has no column skill_id"),
        (("train", "--framework", "f.csv", "--titles"), "f.csv has no column occupation_id"),
        (("train", "--framework", "gone.csv"), "does not exist"),
        (("adopt", "nobody", "--by", "ada"), "There is no model 'nobody'"),
    ],
)
def test_what_cannot_be_done_ends_with_2(home: Home, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = home.lms_hris("skills", *arguments)
    assert ran.exit_code == 2
    assert told in ran.err
    assert not (folder / "data" / "models" / "skills" / "adopted.json").exists()


def test_decisions_are_learnt_from_and_some_are_kept_apart(tmp_path: Path) -> None:
    entries = [Entry.of(f"S{at}", kind, f"{verb} {thing}") for at, thing in enumerate(THINGS) for kind, verb in (("label", "handle"), ("alias", "run"))]  # type: ignore[arg-type]  # fmt: skip
    decisions: dict[str, str | None] = {f"tidy {thing} {way}": f"S{at}" for at, thing in enumerate(THINGS) for way in ("up", "off", "out", "in")}  # fmt: skip
    decisions |= {f"lunch {at}": None for at in range(10)}
    settings = SkillSettings()
    report = train(entries, decisions, mind_of("skills", settings, tmp_path), settings, tmp_path / "cache").report
    assert report["decisions"] == 50
    assert 5 < report["kept_apart"] < 30
    assert report["before"]["tags"] == report["after"]["tags"] == report["kept_apart"]
    assert report["aliases"] == 10 + sum(1 for tag in decisions if tag.startswith("tidy")) - sum(
        1 for tag in decisions if tag.startswith("tidy") and _is_apart(tag)
    )


def test_a_framework_without_other_names_teaches_nothing(tmp_path: Path) -> None:
    entries = [Entry.of("S1", "label", "one"), Entry.of("S2", "label", "two")]
    with pytest.raises(BadInput, match="nothing to learn from"):
        train(entries, {}, mind_of("skills", SkillSettings(), tmp_path), SkillSettings(), tmp_path)


def _is_apart(tag: str) -> bool:
    return zlib.crc32(tag.encode()) % 3 == 0
