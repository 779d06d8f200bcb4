"""Learns a model of meanings from a framework's labels and aliases: adapter, ranking, confidence, thresholds.

Skills are split into parts. What is learnt about a part's tags rests on an adapter that never saw their skills, and
thresholds on confidences that were given by trees grown on the other parts. Nothing here reads or writes files.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from lms_hris_pipeline.match.skill_adapter import learn_adapter
from lms_hris_pipeline.match.skill_confidence import JUDGED_BY, describe_first
from lms_hris_pipeline.match.skill_dictionary import FORMS, Dictionary, Entry
from lms_hris_pipeline.match.skill_index import Floats, Looked, Query, SkillIndex, Vectors, queries_of
from lms_hris_pipeline.match.skill_model import PRECISIONS, MeaningModel
from lms_hris_pipeline.match.skill_probability import confidence_of
from lms_hris_pipeline.match.skill_ranking import RANKED_BY, describe_candidates, rank
from lms_hris_pipeline.match.skill_trees import Trees, grow_trees
from lms_hris_pipeline.match.skill_worlds import Tag, Vocabulary, World, make_world, part_of
from lms_hris_pipeline.model.errors import BadInput

PARTS = 3
SIZES = (1 << 30, 1 << 30, 1 << 30, 3000, 600, 200)
"""Skills of the frameworks that are made of each part; the first three are the whole."""

FEWEST_TAGS = 2_000
"""Below, trees would learn chance."""

_TREES, _DEPTH = 120, 4
_RIDGE = 1e-3
_USUALLY_RIGHT, _USUAL_WEIGHT = 0.99, 20
_TO_SPARE = 5 / 6  # a threshold that is chosen because it fits is a little too low for other tags
_LEAST_ACCEPTED = 50  # a precision is not told from fewer tags

Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of length 1 of texts, in their order."""


class _Judgement(TypedDict):
    """The parts of a model that say how far a match is to be trusted."""

    ranking: Mapping[str, float]
    inside: Trees
    right: Trees
    usual_share: float
    thresholds: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class _Search:
    """What came near to some tags that the dictionary of their world does not settle."""

    part: int
    index: SkillIndex
    queries: Sequence[Query]
    tags: Sequence[Tag]
    looked: Looked


@dataclass(frozen=True, slots=True)
class _Rows:
    """One row a tag: figures of the first candidate, whether its skill is inside, whether the first is it, its part."""

    features: Floats
    is_inside: npt.NDArray[np.bool_]
    is_right: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]


def learn_model(
    vocabulary: Vocabulary, embed: Embed, embedding_sha256: str, name: str, start: MeaningModel | None = None
) -> MeaningModel:
    """A model learnt from all of `vocabulary`; its version begins with `name` and names its content.

    Learning begins at `start`, which must be of the same embedding model. Its ranking and confidence stay where the
    vocabulary gives too few tags to learn better ones.

    Raises:
        BadInput: there are too few tags, and no model to begin with.
    """
    forms: dict[str, list[bool]] = defaultdict(list)
    searches = [one for part in range(PARTS) for one in _play(vocabulary, part, embed, forms, start)]
    told = sum(len(one.tags) for one in searches)
    model = MeaningModel(
        version="",
        embedding_sha256=embedding_sha256,
        adapter=_adapter_of(vocabulary, frozenset(vocabulary.labels), embed, start),
        dictionary=_form_shares(forms),
        card={"skills": len(vocabulary.labels), "aliases": sum(map(len, vocabulary.aliases.values())), "tags": told},
        **(_learn_judgement(searches) if told >= FEWEST_TAGS else _judgement_of(start, told)),
    )
    return replace(model, version=f"{name}-{_digest(model)}")


def _learn_judgement(searches: Sequence[_Search]) -> _Judgement:
    weights = _learn_ranking(searches)
    rows = _rows_of(searches, weights)
    unseen_inside, unseen_right = _unseen(rows)
    settled = rows.is_inside
    straight_inside = _straighten(unseen_inside, settled)
    straight_right = _straighten(unseen_right[settled], rows.is_right[settled])
    inside, right = _grow(rows)
    confidence = confidence_of(_along(unseen_inside, straight_inside), _along(unseen_right, straight_right))
    return {
        "ranking": dict(zip(RANKED_BY, weights.tolist(), strict=True)),
        "inside": inside.along(*straight_inside),
        "right": right.along(*straight_right),
        "usual_share": round(float(settled.mean()), 4),
        "thresholds": _thresholds(confidence, rows.is_right),
    }


def _judgement_of(start: MeaningModel | None, told: int) -> _Judgement:
    if start is None:
        raise BadInput(
            f"{told:,} tags can be made of this framework; {FEWEST_TAGS:,} are needed to learn how far to trust a match\n"
            "  Add aliases, or use the embedding model that comes with the package: its confidence model is kept then."
        )
    return {
        "ranking": start.ranking,
        "inside": start.inside,
        "right": start.right,
        "usual_share": start.usual_share,
        "thresholds": start.thresholds,
    }


def _form_shares(forms: Mapping[str, Sequence[bool]]) -> dict[str, float]:
    """How often each form was right; a form that was seldom seen is as good as forms usually are."""
    found = {"text": 1.0}
    for form in FORMS:
        right = sum(forms.get(form, ())) + _USUALLY_RIGHT * _USUAL_WEIGHT
        found[form] = round(right / (len(forms.get(form, ())) + _USUAL_WEIGHT), 6)
    return found


def _play(
    vocabulary: Vocabulary, part: int, embed: Embed, forms: Mapping[str, list[bool]], start: MeaningModel | None
) -> Iterator[_Search]:
    """The searches of every world of a part, under an adapter that was learnt without its skills."""
    ours = frozenset(skill_id for skill_id in vocabulary.labels if part_of(skill_id, PARTS) == part)
    adapter = _adapter_of(vocabulary, frozenset(vocabulary.labels) - ours, embed, start)
    for seed, size in enumerate(SIZES):
        yield from _search(make_world(vocabulary, ours, size, seed), part, embed, adapter, forms)


def _search(
    world: World, part: int, embed: Embed, adapter: Vectors, forms: Mapping[str, list[bool]]
) -> Iterator[_Search]:
    if not world.entries:
        return
    dictionary = Dictionary(world.entries)
    open_tags = []
    for tag in world.tags:
        hit = dictionary.look_up(tag.text)
        if hit is None:
            open_tags.append(tag)
        elif hit.is_sure and hit.form != "text":
            forms[hit.form].append(hit.entries[0].skill_id in tag.means)
    texts, queries = queries_of([tag.text for tag in open_tags], offset=len(world.entries))
    vectors = embed([*(entry.folded for entry in world.entries), *texts])
    index = SkillIndex(world.entries, vectors[: len(world.entries)], adapter)
    at = 0
    for queried, looked in index.search(queries, vectors):
        yield _Search(part, index, queried, open_tags[at : at + len(queried)], looked)
        at += len(queried)


def _adapter_of(vocabulary: Vocabulary, skills: frozenset[str], embed: Embed, start: MeaningModel | None) -> Vectors:
    """An adapter learnt from the aliases of `skills`; the labels of the others are there as wrong answers."""
    entries = [Entry.of(skill_id, "label", label) for skill_id, label in sorted(vocabulary.labels.items())]
    for skill_id in sorted(skills):
        own = {entry.folded for entry in (Entry.of(skill_id, "label", vocabulary.labels[skill_id]),)}
        for alias in (Entry.of(skill_id, "alias", text) for text in vocabulary.aliases.get(skill_id, ())):
            if alias.folded and alias.folded not in own:
                own.add(alias.folded)
                entries.append(alias)
    number = {skill_id: at for at, skill_id in enumerate(sorted(vocabulary.labels))}
    return learn_adapter(
        embed([entry.folded for entry in entries]),
        np.array([number[entry.skill_id] for entry in entries], dtype=np.int64),
        np.array([entry.is_label for entry in entries]),
        start.adapter if start else None,
    )


def _learn_ranking(searches: Sequence[_Search]) -> Floats:
    """Weights under which the right candidate is the likeliest: a conditional logit with a small ridge."""
    described = [describe_candidates(one.index, one.queries, one.looked)[0] for one in searches]
    features = np.concatenate(described)
    is_right = np.concatenate([_is_meant(one.index, one.tags, one.looked.skill) for one in searches])
    is_there = np.concatenate([one.looked.skill >= 0 for one in searches])
    told = is_right.any(axis=1)
    features, is_right, is_there = features[told], is_right[told], is_there[told]
    scale = np.maximum(features[is_there].std(axis=0), 1e-6)
    scaled = features / scale

    def loss(weights: Floats) -> tuple[float, Floats]:
        worth = np.where(is_there, scaled @ weights, -np.inf)
        odds = np.exp(worth - worth.max(axis=1, keepdims=True))
        share = odds / odds.sum(axis=1, keepdims=True)
        right = np.where(is_right, share, 0.0)
        sure = right.sum(axis=1, keepdims=True)
        pull = np.einsum("nc,ncf->f", share - right / sure, scaled) / len(scaled)
        return float(-np.log(sure).mean() + _RIDGE * (weights**2).sum()), pull + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B")
    learnt: Floats = np.round(found.x / scale, 4)
    return learnt


def _rows_of(searches: Sequence[_Search], weights: Floats) -> _Rows:
    parts = []
    for one in searches:
        ranked = rank(one.index, one.queries, one.looked, weights)
        parts.append(
            (
                describe_first(one.index, one.queries, ranked),
                np.array([bool(tag.means) for tag in one.tags]),
                _is_meant(one.index, one.tags, ranked.skill)[:, 0],
                np.full(len(one.tags), one.part),
            )
        )
    return _Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _is_meant(index: SkillIndex, tags: Sequence[Tag], skills: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of each tag's candidates it may mean."""
    return np.array(
        [
            [skill >= 0 and index.skills[skill] in tag.means for skill in row]
            for tag, row in zip(tags, skills.tolist(), strict=True)
        ],
        dtype=bool,
    ).reshape(skills.shape)


def _grow(rows: _Rows, among: npt.NDArray[np.bool_] | None = None) -> tuple[Trees, Trees]:
    """Trees for being inside, from all tags; and for being right, from those inside."""
    among = np.ones(len(rows.part), dtype=bool) if among is None else among
    settled = among & rows.is_inside
    return (
        grow_trees(JUDGED_BY, rows.features[among], rows.is_inside[among], _TREES, _DEPTH),
        grow_trees(JUDGED_BY, rows.features[settled], rows.is_right[settled], _TREES, _DEPTH),
    )


def _unseen(rows: _Rows) -> tuple[Floats, Floats]:
    """Log odds of being inside and right by trees that never saw the tags' skills."""
    found = np.zeros((2, len(rows.part)))
    for part in range(PARTS):
        here = rows.part == part
        for at, trees in enumerate(_grow(rows, ~here)):
            found[at, here] = trees.log_odds(rows.features[here])
    return found[0], found[1]


def _straighten(log_odds: Floats, is_so: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The line along which log odds of unseen tags become probabilities: trees are surer than they should be."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e6).fit(log_odds[:, None], is_so)
    return round(float(line.coef_[0, 0]), 4), round(float(line.intercept_[0]), 4)


def _along(log_odds: Floats, line: tuple[float, float]) -> Floats:
    return log_odds * line[0] + line[1]


def _thresholds(confidence: Floats, is_right: npt.NDArray[np.bool_]) -> dict[float, float]:
    """The least confidence from which the wanted share of unseen tags is right, with a sixth fewer errors to spare."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~is_right[order]) / np.arange(1, len(order) + 1)
    found = {}
    for wanted in PRECISIONS:
        enough = np.flatnonzero(wrong[_LEAST_ACCEPTED:] <= (1 - wanted) * _TO_SPARE)
        if len(enough):
            found[wanted] = round(float(confidence[order][_LEAST_ACCEPTED + enough[-1]]), 6)
    return found


def _digest(model: MeaningModel) -> str:
    told: list[Any] = [model.embedding_sha256, dict(model.ranking), sorted(model.thresholds.items())]
    content = (
        json.dumps(told).encode() + model.adapter.tobytes() + model.inside.value.tobytes() + model.right.value.tobytes()
    )
    return hashlib.sha256(content).hexdigest()[:8]
