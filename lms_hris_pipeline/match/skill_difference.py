"""Which words of a tag have no counterpart in a text of the framework, and the other way round.

Words are weighed by how telling each is in the framework. How near two texts are as a whole is `skill_index`'s
business.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from rapidfuzz.distance import OSA

from lms_hris_pipeline.match.skill_scripts import is_unspaced
from lms_hris_pipeline.match.skill_words import content_words

DECIMALS = 4
_SAME_WORD = 0.8  # edit similarity from which two words count as one misspelt
_MIN_TYPO_LENGTH = 4  # shorter words differ in meaning when they differ in a letter

_NEGATIONS = frozenset({"a", "anti", "de", "dis", "il", "im", "in", "ir", "mis", "non", "un"})
_OPPOSITES = (
    ("ante", "anti"), ("em", "im"), ("ex", "im"), ("ex", "in"), ("hyper", "hypo"), ("inter", "intra"),
    ("macro", "micro"), ("mono", "poly"), ("over", "under"), ("post", "pre"),
)  # fmt: skip


class Ends(NamedTuple):
    """Whether the first and the last word of a tag, and of an entry, have no counterpart.

    What is done stands first ("repair power lines"), what somebody is last ("nurse specialist"): there one word that
    differs says more than another.
    """

    first_of_tag: bool
    last_of_tag: bool
    first_of_entry: bool
    last_of_entry: bool


@dataclass(frozen=True, slots=True)
class WordDifference:
    """What the words of a tag and of an entry do not share; the shares are by weight, between 0 and 1."""

    only_in_tag: tuple[str, ...]
    only_in_entry: tuple[str, ...]
    share_of_tag: float
    share_of_entry: float
    ends: Ends


class WordWeights:
    """How telling each word of a framework is: the fewer of its texts hold a word, the more."""

    def __init__(self, texts: Sequence[str]) -> None:
        seen = Counter(word for text in texts for word in set(content_words(text)))
        self._rarity = {word: math.log((1 + len(texts)) / (1 + count)) + 1 for word, count in seen.items()}
        self._unseen = math.log(1 + len(texts)) + 1

    def difference(self, tag: Sequence[str], entry: Sequence[str]) -> WordDifference:
        """What the content words of a tag and of an entry do not share."""
        only_ours = tuple(word for word in tag if not _has_counterpart(word, entry))
        only_theirs = tuple(word for word in entry if not _has_counterpart(word, tag))
        ends = Ends(*_differ_at_ends(tag, only_ours), *_differ_at_ends(entry, only_theirs))
        return WordDifference(
            only_ours, only_theirs, self._share(only_ours, tag), self._share(only_theirs, entry), ends
        )

    def unknown_share(self, tag: Sequence[str]) -> float:
        """The share of a tag's words, by weight, that stand nowhere in the framework."""
        return self._share([word for word in tag if word not in self._rarity], tag)

    def _share(self, part: Sequence[str], whole: Sequence[str]) -> float:
        if len(part) in (0, len(whole)):
            return 1.0 if part else 0.0
        total = math.fsum(self._weight(word) for word in whole)
        return round(math.fsum(self._weight(word) for word in part) / total, DECIMALS)

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._unseen)


def _differ_at_ends(words: Sequence[str], alone: Sequence[str]) -> tuple[bool, bool]:
    """Whether the first and the last of some words are among those without a counterpart."""
    return (words[0] in alone, words[-1] in alone) if words else (False, False)


def _has_counterpart(word: str, others: Sequence[str]) -> bool:
    return word in others or any(map(_is_counterpart, repeat(word), others))


@lru_cache(maxsize=1 << 18)
def _is_counterpart(word: str, other: str) -> bool:
    return _is_alike(word, other) or _stands_in(word, other)


def _stands_in(word: str, other: str) -> bool:
    """Whether a word stands whole in one that may be several, because its script puts no space between them."""
    return len(word) > 1 and word in other and is_unspaced(other)


def _is_alike(word: str, other: str) -> bool:
    """Whether one word is the other misspelt or cut short."""
    shorter, longer = (word, other) if len(word) <= len(other) else (other, word)
    if len(shorter) < _MIN_TYPO_LENGTH:
        return False
    if not longer.startswith(shorter) and OSA.normalized_similarity(word, other, score_cutoff=_SAME_WORD) == 0.0:
        return False
    return not any(sign.isdigit() for sign in word + other) and not _are_opposed(word, other)


def _are_opposed(word: str, other: str) -> bool:
    """Whether two like words mean opposites: micro- and macroeconomics, assembly and disassembly."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    if longer.endswith(shorter) and longer.removesuffix(shorter) in _NEGATIONS:
        return True
    return any(
        longer.startswith(one)
        and shorter.startswith(another)
        and longer.removeprefix(one) == shorter.removeprefix(another)
        for pair in _OPPOSITES
        for one, another in (pair, pair[::-1])
    )
