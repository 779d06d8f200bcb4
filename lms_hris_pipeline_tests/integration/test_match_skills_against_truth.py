"""Skill matching on made-up companies, held against what each tag means: nothing is accepted wrongly, little is left."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import company, store
from lms_hris_pipeline.sandbox.company import framework
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.tables import match
from lms_hris_pipeline_tests.support.company import staged_company
from lms_hris_pipeline_tests.support.reconcile import write_rows
from lms_hris_pipeline_tests.support.skills import by_tag, matched, skill_batch

WORKERS = 120


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all companies: their framework is the same."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_nothing_is_accepted_wrongly_and_little_is_left(seed: int, cache: Path, tmp_path: Path) -> None:
    company.generate(tmp_path, workers=WORKERS, seed=seed, faults=company.FaultRates.default())
    with closing(store.open_company(tmp_path)) as opened:
        as_of = store.instant(opened)
    batch = staged_company(tmp_path, as_of)
    write_rows(batch, match.TAG_DECISIONS, [])
    write_rows(batch, match.TAG_REFUSALS, [])
    rows = by_tag(matched(batch, SkillSettings(), cache).rows)
    batch.close()
    with closing(sqlite3.connect(tmp_path / "truth.sqlite")) as truth:
        meant = dict(truth.execute("select trim(tag), skill_id from tags").fetchall())
    wrong = [tag for tag, row in rows.items() if row["decision"] == "accept" and row["skill_id"] != meant[tag]]
    assert wrong == []
    clear = [tag for tag in rows if meant[tag] is not None]
    decisions = Counter(rows[tag]["decision"] for tag in clear)
    assert decisions["accept"] >= 0.97 * len(clear)
    shown_for_review = [
        {one["skill_id"] for one in json.loads(rows[tag]["candidates"])}
        for tag in clear
        if rows[tag]["decision"] == "review"
    ]
    assert all(shown_for_review)


def test_words_that_mean_no_skill_are_never_accepted(cache: Path) -> None:
    skills = {skill.name: skill.aliases for skill in framework.skills()}
    rows = by_tag(matched(skill_batch(framework.MEANINGLESS_TAGS, skills), SkillSettings(), cache).rows)
    assert [tag for tag, row in rows.items() if row["decision"] == "accept"] == []
    assert sum(row["decision"] == "review" for row in rows.values()) <= 3
