"""What skill matching is measured on: frameworks and tags whose meaning is known, of skills nothing was learnt from."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.skill_model import is_reported
from benchmarks.skill_noise import MESSES
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_words import fold
from lms_hris_pipeline.match.skill_worlds import Tag, Vocabulary

OUT_SHARE = 0.35
_THINGS = (
    "banana", "volcano", "giraffe", "carpet", "moonlight", "sandwich", "umbrella", "penguin", "trombone", "waffle",
    "glacier", "teapot", "lighthouse", "mushroom", "pyjamas", "comet", "walnut", "hedgehog", "marmalade", "rainbow",
)  # fmt: skip
_FRAMES = (
    "{} {}", "{} and {} party", "room {} 214", "Q3 {}", "{} 2024-11-03", "see {} {}", "{} (do not use)", "FW: {} {}",
    "{}@example.org", "Anna's {}", "the {} {} song", "{}-{}-77",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A framework, and tags to place in it."""

    name: str
    entries: tuple[Entry, ...]
    tags: tuple[Tag, ...]


def label_only(vocabulary: Vocabulary, most: int, seed: int = 0) -> Case:
    """Every label and no alias; the tags are aliases."""
    means = _means(vocabulary)
    aliases = (alias for skill_id in _reported(vocabulary) for alias in vocabulary.aliases[skill_id])
    labels = Vocabulary(vocabulary.labels, {})
    tags = [Tag(alias, means(alias), "alias") for alias in aliases]
    return Case("label only", _entries(labels, (), {}), tuple(_some(tags, most, seed)))


def aliases_known(vocabulary: Vocabulary, most: int, seed: int = 0) -> Case:
    """Every label and alias but one alias a skill; the tags are those."""
    held, means = _held(vocabulary, seed), _means(vocabulary)
    tags = _some([Tag(alias, means(alias), "alias") for alias in held.values()], most, seed)
    return Case("aliases known", _entries(vocabulary, (), held), tuple(tags))


def decorated(vocabulary: Vocabulary, most: int, seed: int = 0) -> Case:
    """Every label and alias; the tags are those texts with a level, a version, a typo, a short form, a wrapper."""
    rng, means = random.Random(seed), _means(vocabulary)
    tags = []
    for skill_id in _reported(vocabulary):
        for kind in sorted(MESSES):
            text = rng.choice((vocabulary.labels[skill_id], *vocabulary.aliases[skill_id]))
            tags.append(Tag(MESSES[kind](text, rng), means(text), kind))
    return Case("decorated", _entries(vocabulary, (), {}), tuple(_some(tags, most, seed)))


def skills_taken_out(vocabulary: Vocabulary, most: int, seed: int = 0) -> Case:
    """As `aliases_known`, with a share of the skills gone from the framework; their tags are outside, and near."""
    rng = random.Random(f"out {seed}")
    gone = {skill_id for skill_id in sorted(vocabulary.labels) if rng.random() < OUT_SHARE}
    held, means = _held(vocabulary, seed), _means(vocabulary)
    tags = [Tag(alias, means(alias) - gone, "alias" if means(alias) - gone else "near") for alias in held.values()]
    return Case("35 % taken out", _entries(vocabulary, gone, held), tuple(_some(tags, most, seed)))


def far(vocabulary: Vocabulary, most: int, seed: int = 0) -> Case:
    """Every label and alias; the tags have nothing to do with any skill."""
    rng = random.Random(seed)
    tags = [Tag(rng.choice(_FRAMES).format(*rng.sample(_THINGS, 2)), frozenset(), "far") for _ in range(most)]
    return Case("far outside", _entries(vocabulary, (), {}), tuple(sorted(set(tags), key=lambda tag: tag.text)))


CASES: tuple[Callable[[Vocabulary, int, int], Case], ...] = (
    label_only,
    aliases_known,
    decorated,
    skills_taken_out,
    far,
)


RANKED_CASES = (label_only, aliases_known, decorated)
"""Those in which every tag has its skill in the framework, so that others can be asked for the nearest as well."""


def _reported(vocabulary: Vocabulary) -> list[str]:
    return sorted(skill_id for skill_id in vocabulary.aliases if is_reported(skill_id))


def _held(vocabulary: Vocabulary, seed: int) -> dict[str, str]:
    """One alias by reported skill, not the same text as its label."""
    rng = random.Random(f"held {seed}")
    return {skill_id: rng.choice(sorted(vocabulary.aliases[skill_id])) for skill_id in _reported(vocabulary)}


def _entries(vocabulary: Vocabulary, gone: Container[str], held: Mapping[str, str]) -> tuple[Entry, ...]:
    """The labels and aliases of the skills that are not gone, but for those held out."""
    found = set()
    for skill_id, label in vocabulary.labels.items():
        if skill_id not in gone:
            found.add(Entry.of(skill_id, "label", label))
            own = (Entry.of(skill_id, "alias", alias) for alias in vocabulary.aliases.get(skill_id, ()))
            found.update(one for one in own if one.text != held.get(skill_id))
    return tuple(sorted(found))


def _means(vocabulary: Vocabulary) -> Callable[[str], frozenset[str]]:
    claims = vocabulary.claims()
    return lambda text: frozenset(claims[fold(text)])


def _some(tags: Iterable[Tag], most: int, seed: int) -> list[Tag]:
    listed = sorted(set(tags), key=lambda tag: (tag.text, tag.kind))
    return random.Random(seed).sample(listed, min(most, len(listed)))
