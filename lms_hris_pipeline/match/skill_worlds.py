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

TAKEN_OUT = 0.35
_HELD_OUT = 4  # one alias in so many is held out as a tag, at least one a skill
_WITHOUT_ALIASES = (0.15, 1.0, 0.3, 1.0)  # share of skills whose other aliases the framework does not know, by seed
_OTHERWISE = 0.25  # share of the skills of which a text is written otherwise; as many tags as are held out
_MAX_TAGS = 3_000


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
class World:
    """A framework and tags for it."""

    entries: tuple[Entry, ...]
    tags: tuple[Tag, ...]


def part_of(skill_id: str, parts: int) -> int:
    """In which of so many parts of the data a skill stands, whatever other skills there are."""
    return int.from_bytes(hashlib.sha256(skill_id.encode()).digest()[:4]) % parts


def make_world(vocabulary: Vocabulary, ours: frozenset[str], size: int, seed: int) -> World:
    """A framework of about two thirds of `size` skills, and tags for it that come from `ours` alone."""
    rng = random.Random(f"{size} {seed}")
    claims = vocabulary.claims()
    whole = sorted(vocabulary.labels) if size >= len(vocabulary.labels) else _topics(vocabulary, ours, size, rng)
    kept = frozenset(skill_id for skill_id in whole if rng.random() >= TAKEN_OUT)
    entries, tags = [], []

    def tag(text: str, meant: str, kind: str) -> None:
        tags.append(Tag(text, frozenset(claims.get(fold(meant), set()) & kept), kind))

    for skill_id in whole:
        known = list(vocabulary.aliases.get(skill_id, ()))
        rng.shuffle(known)
        held = [known.pop() for _ in range(-(-len(known) // _HELD_OUT))] if skill_id in ours else []
        texts = [vocabulary.labels[skill_id], *held, *known]
        if rng.random() < _WITHOUT_ALIASES[seed % len(_WITHOUT_ALIASES)]:
            known = []
        if skill_id in kept:
            entries.append(Entry.of(skill_id, "label", vocabulary.labels[skill_id]))
            entries.extend(Entry.of(skill_id, "alias", alias) for alias in known)
        if skill_id in ours:
            for text in held:
                tag(text, text, "alias")
            if rng.random() < _OTHERWISE:
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
    return World(tuple(sorted(set(entries))), tuple(tags))


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
