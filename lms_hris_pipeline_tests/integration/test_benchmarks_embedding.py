"""The update of the embedding model that the benchmarks learn: the same every time, and worth something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import embedding_training, skill_model
from benchmarks.embedding_training import learn_update
from lms_hris_pipeline.match.embedding import embed_texts, find_model
from lms_hris_pipeline.match.skill_cache import Vectors
from lms_hris_pipeline.match.skill_model import shipped_model
from lms_hris_pipeline.match.skill_training import PARTS, Embed, learn_model
from lms_hris_pipeline.match.skill_worlds import Vocabulary, part_of

THINGS = ("bread", "invoices", "forklifts", "gardens", "servers", "audits", "pumps", "roofs", "queues", "contracts")
VOCABULARY = Vocabulary(
    {f"S{at}": f"handle {thing}" for at, thing in enumerate(THINGS)},
    {f"S{at}": [f"{verb} {thing} daily" for verb in ("do", "watch")] for at, thing in enumerate(THINGS)},
)
BARE = find_model("", "titles")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_an_update_brings_the_names_of_a_skill_together_and_is_the_same_every_time(cache: Path) -> None:
    def bare(texts: Sequence[str]) -> Vectors:
        return embed_texts(texts, BARE, 1, cache).vectors

    update = learn_update(VOCABULARY, BARE, bare, threads=1)
    assert update == learn_update(VOCABULARY, BARE, bare, threads=1)
    names = [text for skill, label in VOCABULARY.labels.items() for text in (label, VOCABULARY.aliases[skill][0])]
    before, after = bare(names), embed_texts(names, replace(BARE, update=update), 1, cache).vectors
    assert (after[::2] * after[1::2]).sum() > (before[::2] * before[1::2]).sum()


def test_an_update_is_learnt_without_its_part_and_without_what_is_reported_on(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = {f"S{at}": f"handle thing{at}" for at in range(200)}
    vocabulary = Vocabulary(labels, {skill: [f"run {label}"] for skill, label in labels.items()})
    learnt: list[Vocabulary] = []
    monkeypatch.setattr(embedding_training, "learn_update", lambda seen, *_: learnt.append(seen) or b"")
    for part in range(PARTS):
        skill_model._update(vocabulary, BARE, cache, part)
        seen = {skill for skill in labels if part_of(skill, PARTS) != part and not skill_model.is_reported(skill)}
        assert set(learnt[part].labels) == set(learnt[part].aliases) == seen


def test_trust_is_learnt_on_vectors_that_never_saw_the_part(cache: Path) -> None:
    asked = []

    def embed(texts: Sequence[str]) -> Vectors:
        return embed_texts(texts, BARE, 1, cache).vectors

    def embed_without(part: int) -> Embed:
        asked.append(part)
        return embed

    learn_model(VOCABULARY, embed, "0", "skills", shipped_model("titles"), embed_without)
    assert asked == list(range(PARTS))
