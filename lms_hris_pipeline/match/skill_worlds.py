"""Made worlds to learn from: a framework with skills taken out, and tags for it whose meaning is known.

Everything is drawn from the labels and aliases of one real framework. What is learnt from it is `skill_training`'s
business.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_slips import write_otherwise
from lms_hris_pipeline.match.skill_words import fold

_HELD_OUT, _MOST_HELD = 6, 8  # one alias in so many is held out as a tag, at least one a skill and at most eight
_OTHERWISE = 0.1  # share of the skills without aliases whose label is written otherwise
_MAX_TAGS = 2_000
_WITH_A_WORD, _WITH_A_NUMBER = 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A framework as it is: label and aliases by skill id, and texts that name nothing in it."""

    labels: Mapping[str, str]
    aliases: Mapping[str, Sequence[str]]
    strangers: Sequence[str] = ()

    def claims(self) -> dict[str, set[str]]:
        """Which skills each folded text names."""
        found: dict[str, set[str]] = defaultdict(set)
        for skill_id, label in self.labels.items():
            for text in (label, *self.aliases.get(skill_id, ())):
                found[fold(text)].add(skill_id)
        return dict(found)


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, the skills of the framework that it may mean (none: outside), and how it was made."""

    text: str
    means: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How a world differs from the framework that it is drawn from.

    Args:
        size: of how many skills it is drawn; None for all.
        taken_out: share of those that its framework does not hold, so that their tags mean nothing in it.
        without_aliases: share of the skills whose aliases its framework does not know.
        bare_out: share of the skills without any alias that are not there at all, which makes it denser.
    """

    size: int | None
    taken_out: float
    without_aliases: float
    bare_out: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """A framework and tags for it."""

    entries: tuple[Entry, ...]
    tags: tuple[Tag, ...]


def part_of(skill_id: str, parts: int) -> int:
    """In which of so many parts of the data a skill stands, whatever other skills there are."""
    return int.from_bytes(hashlib.sha256(skill_id.encode()).digest()[:4]) % parts


def make_world(vocabulary: Vocabulary, ours: frozenset[str], plan: Plan, seed: int) -> World:
    """A framework as planned, and tags for it that come from `ours` alone."""
    rng = random.Random(f"{plan} {seed}")
    claims = vocabulary.claims()
    size = len(vocabulary.labels) if plan.size is None else plan.size
    whole = sorted(vocabulary.labels) if size >= len(vocabulary.labels) else _topics(vocabulary, ours, size, rng)
    whole = [skill_id for skill_id in whole if vocabulary.aliases.get(skill_id) or rng.random() >= plan.bare_out]
    kept = frozenset(skill_id for skill_id in whole if rng.random() >= plan.taken_out)
    entries, tags = [], []

    def tag(text: str, meant: str, kind: str) -> None:
        tags.append(Tag(text, frozenset(claims.get(fold(meant), set()) & kept), kind))

    for skill_id in whole:
        known = list(vocabulary.aliases.get(skill_id, ()))
        rng.shuffle(known)
        held = [known.pop() for _ in range(min(_MOST_HELD, -(-len(known) // _HELD_OUT)))] if skill_id in ours else []
        texts = [vocabulary.labels[skill_id], *held, *known]
        if rng.random() < plan.without_aliases:
            known = []
        if skill_id in kept:
            entries.append(Entry.of(skill_id, "label", vocabulary.labels[skill_id]))
            entries.extend(Entry.of(skill_id, "alias", alias) for alias in known)
        if skill_id in ours:
            for text in held:
                tag(text, text, "alias")
            for _ in range(len(held) or rng.random() < _OTHERWISE):
                text = rng.choice(texts)
                tag(write_otherwise(text, rng), text, "written otherwise")
    tags = rng.sample(tags, min(len(tags), _MAX_TAGS))
    words = sorted({word for skill_id in ours for word in vocabulary.labels[skill_id].split() if len(word) > 3})
    names = sorted(vocabulary.labels[skill_id] for skill_id in ours if skill_id in kept)
    for _ in range(min(len(names), len(tags) // 12) if words else 0):
        text = f"{rng.choice(names)} {rng.choice(words)}"
        tag(text, text, "one word more")
    for text in rng.sample(vocabulary.strangers, min(len(vocabulary.strangers), len(tags) // 12)):
        tag(text, text, "stranger")
    for _ in range(len(tags) // 12):
        text = _babble(words, rng)
        tag(text, text, "babble")
    return World(tuple(sorted(set(entries))), tuple(tags))


def _babble(words: Sequence[str], rng: random.Random) -> str:
    """Words that no framework holds, at times with one that it does or a number: what exports hold besides skills."""
    made = [
        "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))
        for _ in range(rng.randint(1, 3))
    ]
    if words and rng.random() < _WITH_A_WORD:
        made.insert(rng.randrange(len(made) + 1), rng.choice(words))
    if rng.random() < _WITH_A_NUMBER:
        made.append(str(rng.randint(2, 2_500)))
    return " ".join(made)


def _topics(vocabulary: Vocabulary, ours: frozenset[str], size: int, rng: random.Random) -> list[str]:
    """Skills as a firm has them: half of them share a word with each other, half are anything."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for skill_id in sorted(ours):
        for word in sorted(set(fold(vocabulary.labels[skill_id]).split())):
            by_word[word].append(skill_id)
    words = sorted(word for word, found in by_word.items() if 5 <= len(found) <= 80)
    chosen = set(rng.sample(sorted(ours), min(size // 2, len(ours))))
    while words and len(chosen) < min(size, len(ours)):
        chosen.update(by_word[words.pop(rng.randrange(len(words)))])
    return sorted(chosen)
