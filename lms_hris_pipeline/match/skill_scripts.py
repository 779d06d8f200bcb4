"""Which scripts a text is written in, and texts of those that put no space between words.

A script is named as the names of Unicode's letters begin: LATIN, CYRILLIC, CJK. What follows from a script is decided
where it is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

_UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"})
_END_OF_SCRIPT = re.compile(r"[ -]")
_OTHERWISE_NAMED = {"IDEOGRAPHIC": "CJK"}  # the sign that repeats the one before


def scripts_of(texts: Iterable[str]) -> frozenset[str]:
    """The scripts of all letters of some texts."""
    return frozenset(_script(sign) for text in texts for sign in text if sign.isalpha())


def is_unspaced(word: str) -> bool:
    """Whether a letter of a word is of a script that puts no space between words, so that it may be several."""
    return not word.isascii() and not _UNSPACED.isdisjoint(scripts_of((word,)))


def in_pairs(folded: str) -> str:
    """A folded text with each word of such a script as its pairs of letters: what two texts share is seen by them."""
    if folded.isascii():
        return folded
    return " ".join(
        " ".join(map("".join, pairwise(word))) if len(word) > 2 and is_unspaced(word) else word
        for word in folded.split()
    )


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    name = _END_OF_SCRIPT.split(unicodedata.name(sign, ""))[0]
    return _OTHERWISE_NAMED.get(name, name)
