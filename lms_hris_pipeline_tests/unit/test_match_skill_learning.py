"""What skill matching learns and from what: trees, probabilities, made worlds, adapters, models on disk."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match.skill_adapter import learn_adapter
from lms_hris_pipeline.match.skill_answers import SCHEMA, Mind
from lms_hris_pipeline.match.skill_confidence import JUDGED_BY
from lms_hris_pipeline.match.skill_decisions import decide
from lms_hris_pipeline.match.skill_index import adapt, greatest
from lms_hris_pipeline.match.skill_model import MeaningModel, read_model, shipped_model, write_model
from lms_hris_pipeline.match.skill_probability import confidence_of, shift_of
from lms_hris_pipeline.match.skill_slips import SLIPS
from lms_hris_pipeline.match.skill_trees import Trees, grow_trees, read_trees, written_trees
from lms_hris_pipeline.match.skill_trust import Rows, learn_trust
from lms_hris_pipeline.match.skill_words import fold
from lms_hris_pipeline.match.skill_worlds import Plan, Vocabulary, make_world, part_of
from lms_hris_pipeline.model.errors import BadInput

NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    """Features, and an answer that two of them decide but for some noise."""
    dice = np.random.default_rng(0)
    features = np.round(dice.random((600, 3)), 4)
    return features, (features[:, 0] > 0.5) & (features[:, 1] < 0.7) | (dice.random(600) < 0.05)


@pytest.fixture(scope="module")
def trees(sample: tuple[np.ndarray, np.ndarray]) -> Trees:
    return grow_trees(NAMES, *sample, count=20, depth=3, weight=np.ones(len(sample[0])))


def test_trees_say_what_scikit_learn_says(sample: tuple[np.ndarray, np.ndarray], trees: Trees) -> None:
    from sklearn.ensemble import GradientBoostingClassifier

    grower = GradientBoostingClassifier(
        init="zero", n_estimators=20, max_depth=3, learning_rate=0.1, subsample=0.5, min_samples_leaf=20,
        max_features=0.3, random_state=0,
    )  # fmt: skip
    expected = grower.fit(*sample).decision_function(sample[0])
    assert np.allclose(trees.log_odds(sample[0]), expected, atol=1e-4)


def test_trees_tell_yes_from_no(sample: tuple[np.ndarray, np.ndarray], trees: Trees) -> None:
    features, is_so = sample
    found = trees.log_odds(features)
    assert found[is_so].min() < found[is_so].mean()
    assert ((found > 0) == is_so).mean() > 0.9


def test_a_row_is_judged_alone_as_among_others(sample: tuple[np.ndarray, np.ndarray], trees: Trees) -> None:
    together = trees.log_odds(sample[0][:50])
    assert [trees.log_odds(sample[0][at : at + 1])[0] for at in range(50)] == together.tolist()


def test_trees_come_back_as_they_were_written(sample: tuple[np.ndarray, np.ndarray], trees: Trees) -> None:
    again = read_trees(json.loads(json.dumps(written_trees(trees))))
    assert (again.log_odds(sample[0]) == trees.log_odds(sample[0])).all()


def test_trees_are_straightened_along_a_line(sample: tuple[np.ndarray, np.ndarray], trees: Trees) -> None:
    found = trees.along(0.5, -1.0).log_odds(sample[0])
    assert np.allclose(found, trees.log_odds(sample[0]) * 0.5 - 1.0, atol=1e-4)


@pytest.mark.parametrize("part, value", [("left", 0), ("left", 99), ("feature", 3), ("feature", -1)])
def test_trees_that_lead_nowhere_are_refused(trees: Trees, part: str, value: int) -> None:
    written = written_trees(trees)
    written["trees"][0][part][1 if part == "left" else 0] = value
    with pytest.raises(ValueError, match=r"leads to|not named"):
        read_trees(written)


@pytest.mark.parametrize("share", [0.05, 0.35, 0.65, 0.95])
def test_the_share_inside_is_found_in_the_tags_themselves(share: float) -> None:
    dice = np.random.default_rng(1)
    is_inside = dice.random(4000) < share
    # what a model learnt at two thirds inside says of tags that differ by two deviations
    signal = np.where(is_inside, 1.0, -1.0) + dice.normal(size=4000)
    inside = 2 * signal + np.log(0.65 / 0.35)
    shift = shift_of(inside, 0.65, weight=50)
    estimated = (1 / (1 + np.exp(-(inside + shift)))).mean()
    assert estimated == pytest.approx(share, abs=0.03)


def test_a_small_table_moves_little() -> None:
    assert abs(shift_of(np.array([-8.0] * 3), 0.65, weight=200)) < 0.1
    assert shift_of(np.array([]), 0.65, weight=200) == 0.0


def test_confidence_is_the_product_of_both() -> None:
    found = confidence_of(np.array([0.0, 30.0, -40.0]), np.array([0.0, 30.0, 30.0]))
    assert found.tolist() == [0.25, 1.0, 0.0]
    assert confidence_of(np.array([0.0]), np.array([30.0]), shift=30.0).tolist() == [1.0]


@pytest.mark.parametrize("columns", [5, 40, 5_000, 20_017])
def test_the_greatest_are_found_in_blocks(columns: int) -> None:
    rows = np.random.default_rng(columns).random((7, columns)).astype(np.float32)
    rows[0] = np.sort(rows[0])
    rows[1] = rows[1].round(2)  # many are equal
    keep = min(40, columns)
    for values in rows:
        assert greatest(values, keep).tolist() == np.lexsort((np.arange(columns), -values))[:keep].tolist()


# --- trust


def _two_worlds(count: int = 1200) -> Rows:
    """Half the tags of a large framework with a third outside, half of a small one with nine tenths outside."""
    dice = np.random.default_rng(3)
    world = np.arange(count) % 2
    is_inside = dice.random(count) < np.where(world == 0, 0.66, 0.1)
    features = np.zeros((count, len(JUDGED_BY)))
    features[:, JUDGED_BY.index("cosine")] = np.round(is_inside + dice.normal(size=count), 4)
    features[:, JUDGED_BY.index("log_skills")] = np.where(world == 0, 4.0, 2.0)
    is_right = is_inside & (dice.random(count) < 0.9)
    everything = np.ones(count, dtype=bool)
    return Rows(features, is_inside, is_right, np.arange(count) % 3, world, everything, np.ones(count))


def test_the_names_of_every_world_count_as_if_as_much_were_outside() -> None:
    rows = _two_worlds()
    junk = np.arange(1200) % 10 == 0
    rows = replace(rows, is_name=~junk, is_inside=rows.is_inside & ~junk)
    usual = rows.is_inside[rows.is_name].mean()
    for world in (0, 1):
        here = (rows.world == world) & rows.is_name
        assert np.average(rows.is_inside[here], weights=rows.balanced[here]) == pytest.approx(usual)
    assert (rows.balanced[junk] == 1).all(), "what is no name is left as it is"


def test_a_world_that_holds_all_names_is_left_as_it_is() -> None:
    rows = _two_worlds()
    is_inside = rows.is_inside | (rows.world == 0)
    balanced = replace(rows, is_inside=is_inside).balanced
    assert (balanced[rows.world == 0] == 1).all()
    assert not (balanced[rows.world == 1] == 1).any()


def test_no_world_tells_how_much_is_outside() -> None:
    trust = learn_trust(_two_worlds())
    asked = np.zeros((2, len(JUDGED_BY)))
    asked[:, JUDGED_BY.index("cosine")] = 0.5
    asked[:, JUDGED_BY.index("log_skills")] = [4.0, 2.0]
    large, small = trust["inside"].log_odds(asked)
    assert abs(large - small) < 1.0  # the shares alone would put them 2.9 apart
    assert trust["usual_share"] == 0.65


def test_a_floor_leaves_a_fifth_of_the_tags_inside_below_and_more_of_the_others() -> None:
    rows = _two_worlds()
    trust = learn_trust(rows)
    below = rows.features[:, JUDGED_BY.index("cosine")] < trust["floor"]
    assert below[rows.is_inside].mean() == pytest.approx(0.2, abs=0.01)
    assert below[~rows.is_inside].mean() > 0.4
    assert 0.65 < trust["share_above_floor"] < 1.0


# --- what follows for a table


def _answers(insides: Sequence[float], cosines: Sequence[float]) -> pa.Table:
    """One answered tag a row, the first candidate of which is surely the right one if any is."""
    rows = [
        {
            "tag": str(at),
            "rank": 1,
            "skill_id": "S",
            "method": "model",
            "inside": inside,
            "right": 9.0,
            "cosine": cosine,
        }
        for at, (inside, cosine) in enumerate(zip(insides, cosines, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _confidences(insides: Sequence[float], cosines: Sequence[float]) -> list[float]:
    mind = Mind("skills", shipped_model("skills"), "", 1)
    decided = decide(_answers(insides, cosines), mind, 0.98, 0.35)
    found: list[float] = decided["confidence"].to_pylist()
    return found


def test_words_that_come_near_nothing_cost_the_tags_beside_them_nothing() -> None:
    real, junk = [1.5] * 40, [-4.0] * 400
    alone = _confidences(real, [0.8] * 40)
    assert _confidences(real + junk, [0.8] * 40 + [0.3] * 400)[:40] == alone
    beside_names = _confidences(real + junk, [0.8] * 440)[:40]
    assert beside_names[0] < alone[0], "names of skills that the framework lacks do count"


@pytest.mark.parametrize(("inside", "bound"), [(6.0, 2.5), (-6.0, -0.4)])
def test_the_others_of_a_table_move_a_tag_only_so_far(inside: float, bound: float) -> None:
    moved = _confidences([0.0, *[inside] * 5_000], [0.8] * 5_001)[0]
    assert moved == pytest.approx(1 / (1 + np.exp(-bound)), abs=1e-3)


# --- worlds


def _vocabulary(skills: int = 60) -> Vocabulary:
    labels = {f"S{at}": f"handle thing{at} machines" for at in range(skills)}
    aliases = {skill: [f"operate {label}", f"{label} work", f"run {label}", f"use {label} daily", f"tend {label}"] for skill, label in labels.items()}  # fmt: skip
    return Vocabulary(labels, aliases, tuple(f"stranger {at}" for at in range(20)))


def test_a_world_never_holds_the_text_it_asks_for() -> None:
    vocabulary = _vocabulary(300)
    ours = frozenset(skill for skill in vocabulary.labels if part_of(skill, 3) == 0)
    world = make_world(vocabulary, ours, Plan(None, 0.35, 1.0), seed=1)
    kept = {entry.skill_id for entry in world.entries}
    known = {(entry.skill_id, entry.folded) for entry in world.entries}
    assert 0.55 < len(kept) / len(vocabulary.labels) < 0.75
    asked = [tag for tag in world.tags if tag.kind == "alias"]
    assert asked
    for tag in asked:
        assert all((skill, fold(tag.text)) not in known for skill in tag.means)
        assert tag.means <= kept & ours
    outside = [tag for tag in asked if not tag.means]
    assert 0.25 < len(outside) / len(asked) < 0.45
    assert {tag.kind for tag in world.tags if tag.kind in ("stranger", "babble")} == {"stranger", "babble"}
    assert all(not tag.means for tag in world.tags if tag.kind in ("stranger", "babble"))


def test_the_same_seed_makes_the_same_world() -> None:
    vocabulary = _vocabulary()
    ours = frozenset(vocabulary.labels)
    plan = Plan(30, 0.35, 0.3)
    assert make_world(vocabulary, ours, plan, 2) == make_world(vocabulary, ours, plan, 2)
    assert make_world(vocabulary, ours, plan, 2) != make_world(vocabulary, ours, plan, 3)


def test_a_plan_says_what_a_world_lacks() -> None:
    whole = _vocabulary(300)
    vocabulary = Vocabulary(whole.labels, {f"S{at}": whole.aliases[f"S{at}"] for at in range(100)}, whole.strangers)
    ours = frozenset(vocabulary.labels)
    everything = make_world(vocabulary, ours, Plan(None, 0.0, 0.0), seed=1)
    assert {entry.skill_id for entry in everything.entries} == ours
    assert any(not entry.is_label for entry in everything.entries)
    assert all(tag.means for tag in everything.tags if tag.kind in ("alias", "written otherwise"))
    assert all(entry.is_label for entry in make_world(vocabulary, ours, Plan(None, 0.0, 1.0), seed=1).entries)
    dense = make_world(vocabulary, ours, Plan(None, 0.0, 0.0, bare_out=1.0), seed=1)
    assert {entry.skill_id for entry in dense.entries} == set(vocabulary.aliases)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.__name__)
@pytest.mark.parametrize("text", ["", "a", "abcd", "sql", "manage the engineering department", "データ分析", " "])
def test_every_text_can_be_written_otherwise(slip: object, text: str) -> None:
    for seed in range(20):
        assert isinstance(slip(text, random.Random(seed)), str)  # type: ignore[operator]


# --- adapter and model


def test_an_adapter_brings_aliases_to_their_labels() -> None:
    dice = np.random.default_rng(0)
    labels = dice.normal(size=(80, 16)).astype(np.float32)
    # half of the numbers of an alias say nothing
    aliases = np.repeat(labels, 3, axis=0)
    aliases[:, 8:] = dice.normal(size=(240, 8)) * 2
    vectors = np.concatenate([labels, aliases])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    skill_of = np.concatenate([np.arange(80), np.repeat(np.arange(80), 3)])
    is_label = np.arange(320) < 80

    def first_right(adapter: np.ndarray) -> float:
        turned = adapt(vectors, adapter)
        return float(((turned[80:] @ turned[:80].T).argmax(axis=1) == skill_of[80:]).mean())

    learnt = learn_adapter(vectors, skill_of, is_label, epochs=300)
    assert first_right(learnt) > first_right(np.eye(16, dtype=np.float32)) + 0.1
    assert (learn_adapter(vectors, skill_of, is_label, epochs=300) == learnt).all()


def test_without_aliases_an_adapter_turns_nothing() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert (learn_adapter(vectors, np.arange(4), np.ones(4, dtype=bool)) == np.eye(4)).all()


@pytest.fixture
def model() -> MeaningModel:
    return shipped_model("skills")


def test_a_model_comes_back_as_it_was_written(model: MeaningModel, tmp_path: Path) -> None:
    write_model(tmp_path, "ours", model)
    again = read_model(tmp_path, "ours")
    assert (again.adapter == model.adapter).all()
    assert (again.version, again.ranking, again.thresholds) == (model.version, model.ranking, model.thresholds)
    assert (again.inside.value == model.inside.value).all()


@pytest.mark.parametrize("damage", ["cut adapter", "other adapter", "cut text", "gone", "a part missing"])
def test_a_damaged_model_is_refused(damage: str, model: MeaningModel, tmp_path: Path) -> None:
    write_model(tmp_path, "ours", model)
    text, adapter = tmp_path / "ours.json", tmp_path / "ours.npy"
    if damage == "cut adapter":
        adapter.write_bytes(adapter.read_bytes()[:-10])
    elif damage == "other adapter":
        np.save(adapter, model.adapter[::-1].astype(np.float16))
    elif damage == "cut text":
        text.write_text(text.read_text()[:-100])
    elif damage == "gone":
        text.unlink()
    else:
        read = json.loads(text.read_text())
        del read["ranking"]
        text.write_text(json.dumps(read))
    with pytest.raises(BadInput, match=r"model ours of meanings in .* cannot be read"):
        read_model(tmp_path, "ours")


@pytest.mark.parametrize("kind", ["skills", "titles"])
def test_what_ships_is_small_and_whole(kind: str) -> None:
    shipped = shipped_model(kind)  # type: ignore[arg-type]
    folder = Path(__file__).parents[2] / "lms_hris_pipeline" / "match" / "data"
    sizes = [path.stat().st_size for path in folder.glob("meaning_*")]
    assert len(sizes) == 4
    assert sum(sizes) <= 2**20
    assert set(shipped.inside.names) == set(shipped.right.names)
    wanted = sorted(shipped.thresholds)
    assert [shipped.thresholds[at] for at in wanted] == sorted(shipped.thresholds.values())
    assert shipped.version.startswith(f"{kind}-")
    content = (folder / f"meaning_{kind}.npy").read_bytes()
    assert (
        hashlib.sha256(content).hexdigest()
        == json.loads((folder / f"meaning_{kind}.json").read_text())["adapter_sha256"]
    )


@pytest.mark.parametrize(("precision", "low", "high"), [(0.5, 0.0, 0.9), (0.98, 0.5, 1.0), (1.0, 1.0, 1.0)])
def test_the_surer_one_wants_to_be_the_higher_the_threshold(
    precision: float, low: float, high: float, model: MeaningModel
) -> None:
    assert low <= model.threshold(precision) <= high
    asked = [model.threshold(at / 100) for at in range(50, 101)]
    assert asked == sorted(asked)
