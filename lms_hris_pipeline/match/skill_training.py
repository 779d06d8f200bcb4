"""Learns a model of meanings from a framework's labels and aliases: it makes worlds, places their tags, learns the ranking.

Skills are split into parts. What is learnt about a part's tags rests on an adapter that never saw their skills. How far
a match is to be trusted is learnt in `skill_trust`. Nothing here reads or writes files.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from lms_hris_pipeline.match.skill_adapter import learn_adapter
from lms_hris_pipeline.match.skill_confidence import describe_first
from lms_hris_pipeline.match.skill_dictionary import FORMS, Dictionary, Entry
from lms_hris_pipeline.match.skill_index import Floats, Looked, Query, SkillIndex, Vectors, queries_of
from lms_hris_pipeline.match.skill_model import MeaningModel
from lms_hris_pipeline.match.skill_ranking import RANKED_BY, describe_candidates, rank
from lms_hris_pipeline.match.skill_scripts import scripts_of
from lms_hris_pipeline.match.skill_trust import Rows, Trust, learn_trust
from lms_hris_pipeline.match.skill_worlds import Plan, Tag, Vocabulary, World, make_world, part_of
from lms_hris_pipeline.model.errors import BadInput

PARTS = 3
PLANS = (
    Plan(None, 0.35, 0.15),
    Plan(None, 0.35, 1.0),
    Plan(None, 0.0, 0.15),
    Plan(None, 0.0, 1.0),
    Plan(None, 0.2, 0.0, 0.7),
    Plan(3000, 0.35, 0.5),
    Plan(600, 0.35, 0.3),
    Plan(200, 0.35, 1.0),
)
"""The worlds that are made of each part: how much is outside and how many names are known differ from firm to firm."""

FEWEST_TAGS = 2_000
"""Below, trees would learn chance."""

_NAMES = ("alias", "written otherwise")
_COUNTS = {"one word more": 0.3, "stranger": 0.3, "babble": 0.3}
"""How much a tag counts by how it was made. Most tags outside are names of skills that a framework lacks: hard to know, so
that a world full of easier ones would teach to expect fewer of them."""

_COMMON_SCRIPT = 0.05  # share of the texts; a symbol or a borrowed word teaches nothing of a script
_RIDGE = 1e-3
_USUALLY_RIGHT, _USUAL_WEIGHT = 0.99, 20

Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of length 1 of texts, in their order."""


class _Judgement(Trust):
    """The parts of a model that put a candidate first and say how far it is to be trusted."""

    ranking: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Search:
    """What came near to some tags that the dictionary of their world does not settle; `world` numbers the plans."""

    part: int
    world: int
    index: SkillIndex
    queries: Sequence[Query]
    tags: Sequence[Tag]
    looked: Looked


def learn_model(
    vocabulary: Vocabulary,
    embed: Embed,
    embedding_sha256: str,
    name: str,
    start: MeaningModel | None = None,
    embed_without: Callable[[int], Embed] | None = None,
) -> MeaningModel:
    """A model learnt from all of `vocabulary`; its version begins with `name` and names its content.

    Where the embedding model itself learnt from the vocabulary, `embed_without` gives, for the number of a part
    (`skill_worlds.part_of`, of `PARTS`), vectors by one that never saw the part's skills.

    Learning begins at `start`, which must be of the same embedding model. Its ranking and confidence stay where the
    vocabulary gives too few tags to learn better ones.

    Raises:
        BadInput: there are too few tags, and no model to begin with.
    """
    forms: dict[str, list[bool]] = defaultdict(list)
    searches = [
        one
        for part in range(PARTS)
        for one in _play(vocabulary, part, embed_without(part) if embed_without else embed, forms, start)
    ]
    told = sum(len(one.tags) for one in searches)
    model = MeaningModel(
        version="",
        embedding_sha256=embedding_sha256,
        adapter=_adapter_of(vocabulary, frozenset(vocabulary.labels), embed, start),
        dictionary=_form_shares(forms),
        card={
            "skills": len(vocabulary.labels),
            "aliases": sum(map(len, vocabulary.aliases.values())),
            "tags": told,
            "scripts": sorted(start.scripts if start and told < FEWEST_TAGS else _scripts_of(vocabulary)),
        },
        **(_learn_judgement(searches) if told >= FEWEST_TAGS else _judgement_of(start, told)),
    )
    return replace(model, version=f"{name}-{_digest(model)}")


def _scripts_of(vocabulary: Vocabulary) -> set[str]:
    """The scripts that are common enough among the texts for something to be learnt of them."""
    texts = [*vocabulary.labels.values(), *(alias for known in vocabulary.aliases.values() for alias in known)]
    seen = Counter(script for text in texts for script in scripts_of((text,)))
    return {script for script, count in seen.items() if count >= _COMMON_SCRIPT * len(texts)}


def _learn_judgement(searches: Sequence[_Search]) -> _Judgement:
    weights = _learn_ranking(searches)
    return {
        "ranking": dict(zip(RANKED_BY, weights.tolist(), strict=True)),
        **learn_trust(_rows_of(searches, weights)),
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
        "floor": start.floor,
        "share_above_floor": start.share_above_floor,
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
    for number, plan in enumerate(PLANS):
        yield from _search(make_world(vocabulary, ours, plan, part), part, number, embed, adapter, forms)


def _search(
    world: World, part: int, number: int, embed: Embed, adapter: Vectors, forms: Mapping[str, list[bool]]
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
        yield _Search(part, number, index, queried, open_tags[at : at + len(queried)], looked)
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


def _rows_of(searches: Sequence[_Search], weights: Floats) -> Rows:
    parts = []
    for one in searches:
        ranked = rank(one.index, one.queries, one.looked, weights)
        parts.append(
            (
                describe_first(one.index, one.queries, ranked),
                np.array([bool(tag.means) for tag in one.tags]),
                _is_meant(one.index, one.tags, ranked.skill)[:, 0],
                np.full(len(one.tags), one.part),
                np.full(len(one.tags), one.world * PARTS + one.part),
                np.array([tag.kind in _NAMES for tag in one.tags], dtype=bool),
                np.array([_COUNTS.get(tag.kind, 1.0) for tag in one.tags]),
            )
        )
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _is_meant(index: SkillIndex, tags: Sequence[Tag], skills: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of each tag's candidates it may mean."""
    return np.array(
        [
            [skill >= 0 and index.skills[skill] in tag.means for skill in row]
            for tag, row in zip(tags, skills.tolist(), strict=True)
        ],
        dtype=bool,
    ).reshape(skills.shape)


def _digest(model: MeaningModel) -> str:
    told: list[Any] = [model.embedding_sha256, dict(model.ranking), sorted(model.thresholds.items())]
    content = (
        json.dumps(told).encode() + model.adapter.tobytes() + model.inside.value.tobytes() + model.right.value.tobytes()
    )
    return hashlib.sha256(content).hexdigest()[:8]
