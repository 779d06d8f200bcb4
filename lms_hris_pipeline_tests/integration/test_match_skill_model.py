"""The real model behind skill matching: vectors free of their neighbours, kept safely, loaded only when needed."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match import embedding, skill_cache
from lms_hris_pipeline.match.embedding import DEFAULT_SHA256, ModelFiles, embed_texts, find_model, load_encoder
from lms_hris_pipeline.match.embedding_update import linear_maps, read_update, written_update
from lms_hris_pipeline.match.skill_cache import AnswerCache, VectorCache
from lms_hris_pipeline.match.skill_model import Kind, MeaningModel, shipped_model
from lms_hris_pipeline.model.errors import BadInput, Permanent
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline_tests.support.paths import ROOT
from lms_hris_pipeline_tests.support.skills import by_tag, letters_encoder, matched, skill_batch, skill_id

__all__ = ["letters_encoder"]
SHIPPED = find_model("", "skills")
TAGS = ["Pyhton programming", "Projct management", "handling customer complaints", "Python"]
IN_A_NEW_PROCESS = """
import sys
from pathlib import Path
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline_tests.support.skills import matched, skill_batch
found = matched(skill_batch(sys.argv[2:]), SkillSettings(), Path(sys.argv[1]))
heavy = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy"} & set(sys.modules)
print(found.shown["newly_embedded_texts"], sorted(heavy), found.shown["by_model"])
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which a first night has left its vectors and scores."""
    folder = tmp_path_factory.mktemp("cache")
    first = matched(skill_batch(TAGS), SkillSettings(), folder)
    assert int(first.shown["newly_embedded_texts"]) > 0
    return folder


def _run(cache: Path, *tags: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS, str(cache), *tags],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stdout.strip()


@pytest.mark.parametrize("tags", [TAGS, TAGS[:2], ["Python", "PM", "MS Excel (advanced)"]])
def test_a_night_with_nothing_new_imports_neither_model_nor_index(kept: Path, tags: list[str]) -> None:
    open_tags = len([tag for tag in tags if tag in TAGS[:3]])
    assert _run(kept, *tags) == f"0 [] {open_tags}"


def test_a_night_with_a_new_tag_does_import_them(kept: Path, tmp_path: Path) -> None:
    cache = shutil.copytree(kept, tmp_path / "cache")
    assert _run(cache, *TAGS, "Pythonista").startswith("1 ['scipy', 'sentence_transformers', 'sklearn', 'torch'")


def test_the_meanings_are_the_same_from_the_cache(kept: Path, tmp_path: Path) -> None:
    again = matched(skill_batch(TAGS), SkillSettings(), kept).rows
    assert again == matched(skill_batch(TAGS), SkillSettings(), tmp_path).rows
    assert by_tag(again)["Pyhton programming"]["skill_id"] == skill_id("Python")


def test_a_vector_is_the_same_bit_by_bit_whatever_stands_beside_its_text(tmp_path: Path) -> None:
    many = [form.format(number) for form in ("{}", "project management of construction {}") for number in range(400)]
    texts = ["python", "project management of large construction sites", "a", "数据", "word " * 200, "sql"]
    together = embed_texts(texts, SHIPPED, 1, tmp_path / "all").vectors
    backwards = embed_texts(texts[::-1], SHIPPED, 1, tmp_path / "backwards").vectors[::-1]
    alone = np.concatenate([embed_texts([text], SHIPPED, 1, tmp_path / "one").vectors for text in texts])
    assert (together == backwards).all()
    assert (together == alone).all()
    assert (together == embed_texts([*texts, *many], SHIPPED, 1, tmp_path / "many").vectors[: len(texts)]).all()
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_vectors_are_the_models_own(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["python programming", "coordinate the work of a team"]
    expected = SentenceTransformer(str(SHIPPED.folder), device="cpu").encode(texts, normalize_embeddings=True)
    for kept, model in (("titles", find_model("", "titles")), ("bare", replace(SHIPPED, update=b""))):
        assert np.allclose(embed_texts(texts, model, 1, tmp_path / kept).vectors, expected, atol=1e-5), kept
    updated = embed_texts(texts, SHIPPED, 1, tmp_path / "skills").vectors
    assert 0.5 < (updated * expected).sum(axis=1).max() < 0.999


def test_an_update_adds_its_product_to_the_weights_it_names() -> None:
    update = read_update(SHIPPED.update)
    assert written_update(update) == SHIPPED.update
    before, after = (dict(linear_maps(load_encoder(model))) for model in (replace(SHIPPED, update=b""), SHIPPED))
    assert set(update) == set(before)
    for name, (down, up) in update.items():
        added = (down.astype(np.float64) @ up.astype(np.float64)).T
        found = (after[name].weight - before[name].weight).detach().numpy()
        assert np.abs(added).max() > 0, name
        assert np.allclose(found, added, atol=1e-6), name


@pytest.mark.parametrize("path", ["/nowhere/at/all", ".", __file__, "sentence-transformers/all-MiniLM-L6-v2"])
def test_a_wrong_model_path_is_named(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"model_path = .* is no embedding model: .* is not there"):
        matched(skill_batch(["Pyhton"]), SkillSettings(model_path=path), tmp_path)


def test_a_wrong_model_path_matters_only_where_a_model_does(tmp_path: Path) -> None:
    found = matched(skill_batch(["Python"]), SkillSettings(model_path="/nowhere"), tmp_path)
    assert found.shown["model"] == "not needed"


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "modules.json").write_text("[]{")
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(BadInput, match=r"cannot be loaded"):
        embed_texts(["python"], find_model(str(folder), "skills"), 1, tmp_path)


def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    changed = ModelFiles(tmp_path, "changed", DEFAULT_SHA256)
    with pytest.raises(
        Permanent, match=rf"(?s)is not the one.*sha256.*expected: {DEFAULT_SHA256}.*Set the environment up"
    ):
        embed_texts(["python"], changed, 1, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir() if (tmp_path / "cache").exists() else []) == []


def test_the_shipped_model_by_path_is_the_shipped_model() -> None:
    for kind in get_args(Kind):
        assert find_model(str(SHIPPED.folder), kind).sha256 == find_model("", kind).sha256
        assert shipped_model(kind).embedding_sha256 == find_model("", kind).sha256


@pytest.mark.usefixtures("letters_encoder")
def test_a_model_nobody_calibrated_accepts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "modules.json").write_text("[]")
    (folder / "model.safetensors").write_bytes(b"weights of a firm")
    monkeypatch.setattr(MeaningModel, "threshold", lambda *_: 0.0001)
    own = SkillSettings(model_path=str(folder), review_at=0.0001)
    tag = "Pyhton programming"
    row = by_tag(matched(skill_batch([tag]), own, tmp_path / "cache").rows)[tag]
    assert row["decision"] == "review"
    assert row["model"].endswith("(of another model)")
    assert row["held_back"] == "nothing was learnt on this embedding model"


# --- what is kept


def _vectors(count: int, start: int = 0) -> tuple[list[str], skill_cache.Vectors]:
    return [f"text {number}" for number in range(start, start + count)], np.full(
        (count, 4), start + 1, dtype=np.float32
    )


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _pickle(path: Path) -> None:
    np.savez(path, keys=np.array([{"an": "object"}], dtype=object), vectors=np.zeros((1, 4), dtype=np.float32))


def _misfit(path: Path) -> None:
    np.savez(path, keys=np.zeros((3, 16), dtype=np.uint8), vectors=np.zeros((2, 4), dtype=np.float32))


@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _pickle, _misfit])
def test_damaged_vectors_are_thrown_away_with_a_line_in_the_log(
    damage: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = VectorCache(tmp_path, "a" * 64)
    cache.add(*_vectors(40))
    (file,) = tmp_path.glob("*.npz")
    damage(file)
    with caplog.at_level(logging.WARNING):
        assert cache.read() == {}
    assert "skill_cache_discarded" in caplog.text
    cache.add(*_vectors(3))
    assert len(cache.read()) == 3


@pytest.mark.parametrize("damage", [_cut, _flip, _empty])
def test_damaged_answers_are_thrown_away_with_a_line_in_the_log(
    damage: Callable[[Path], None], kept: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = shutil.copytree(kept, tmp_path / "cache")
    expected = matched(skill_batch(TAGS), SkillSettings(), kept).rows
    (file,) = cache.glob("skills_answers-*.bin")
    damage(file)
    with caplog.at_level(logging.WARNING):
        assert matched(skill_batch(TAGS), SkillSettings(), cache).rows == expected
    assert "skill_cache_discarded" in caplog.text


def test_answers_of_another_framework_do_not_count(tmp_path: Path) -> None:
    rows = pa.table({"tag": ["python"], "rank": [1]})
    AnswerCache(tmp_path, "skills", "one").add(rows)
    assert AnswerCache(tmp_path, "skills", "one").read(rows.schema) == rows
    assert AnswerCache(tmp_path, "skills", "other").read(rows.schema).num_rows == 0
    assert AnswerCache(tmp_path, "titles", "one").read(rows.schema).num_rows == 0


@pytest.mark.usefixtures("letters_encoder")
def test_a_changed_framework_is_scored_anew(tmp_path: Path) -> None:
    tag = "Pythn programing"
    for name in ("Python programming", "Cobol", "Python programming"):
        row = by_tag(matched(skill_batch([tag], {name: ()}), SkillSettings(), tmp_path).rows)[tag]
        assert json.loads(row["candidates"])[0]["skill_id"] == skill_id(name)


def _in_a_child(task: Callable[[], None]) -> int:
    """Fork, run `task`, and answer the child's wait status."""
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return child


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_killed_in_the_middle_of_a_write_the_old_vectors_stay(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = VectorCache(tmp_path, "a" * 64)
    cache.add(*_vectors(5))

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def write() -> None:
        monkeypatch.setattr(*((os, "fsync", die) if moment == "fsync" else (Path, "replace", die)))
        cache.add(*_vectors(50, 5))

    _, status = os.waitpid(_in_a_child(write), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert [path.suffix for path in tmp_path.glob("*.part")] == [".part"]
    assert len(cache.read()) == 5
    cache.add(*_vectors(50, 5))
    assert len(cache.read()) == 55
    assert list(tmp_path.glob("*.part")) == []


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(process: int) -> None:
        for step in range(5):
            VectorCache(tmp_path, "a" * 64).add(*_vectors(10, 1000 * process + 10 * step))

    children = [_in_a_child(lambda process=process: write(process)) for process in range(3)]  # type: ignore[misc]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert len(VectorCache(tmp_path, "a" * 64).read()) == 150


@pytest.mark.usefixtures("letters_encoder")
def test_a_cache_that_cannot_be_written_costs_time_alone(
    kept: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    with caplog.at_level(logging.WARNING):
        found = matched(skill_batch(["Pyhton programming"]), SkillSettings(), blocked)
    assert found.rows.num_rows == 1
    assert "skill_cache_not_kept" in caplog.text


def test_a_full_disk_leaves_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = VectorCache(tmp_path, "a" * 64)
    cache.add(*_vectors(5))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        cache.add(*_vectors(5, 5))
    assert len(cache.read()) == 5
    assert list(tmp_path.glob("*.part")) == []


def test_a_changed_weight_is_another_model(tmp_path: Path) -> None:
    hashes = set()
    for content in (b"one", b"two"):
        (tmp_path / "modules.json").write_text("[]")
        (tmp_path / "model.safetensors").write_bytes(content)
        hashes.add(find_model(str(tmp_path), "skills").sha256)
    (tmp_path / "tokenizer.json").write_text("{}")
    hashes.add(embedding.find_model(str(tmp_path), "skills").sha256)
    assert len(hashes) == 3
