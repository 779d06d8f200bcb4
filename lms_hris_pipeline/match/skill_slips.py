"""How people write a skill's name otherwise: slips of the pen, short forms, left-out words. Training rows are made so.

Benchmarks make theirs apart from this module, so that what was learnt here is not what they measure.
"""

from __future__ import annotations

import random
from collections.abc import Callable

_MIN_LETTERS = 5


def _slip(text: str, rng: random.Random) -> str:
    """One letter dropped, doubled, swapped with the next, or replaced by any other."""
    if len(text) < _MIN_LETTERS:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + rng.choice("etaoinsrhdlu") + text[at + 1 :],
        )
    )


def _two_slips(text: str, rng: random.Random) -> str:
    return _slip(_slip(text, rng), rng)


def _cut_word(text: str, rng: random.Random) -> str:
    """One long word cut short, or its vowels left out."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) > 6]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    bare = word[0] + "".join(sign for sign in word[1:] if sign not in "aeiou")
    words[at] = rng.choice((word[: rng.randint(3, 5)], bare[:5], word[:4] + "."))
    return " ".join(words)


def _drop_word(text: str, rng: random.Random) -> str:
    """One word fewer, where at least three remain."""
    words = text.split()
    if len(words) > 3:
        del words[rng.randrange(len(words))]
    return " ".join(words)


def _initials(text: str, rng: random.Random) -> str:
    """The initials of a name of three words or more, behind or in place of it."""
    words = text.split()
    if len(words) < 3:
        return text
    letters = "".join(word[0] for word in words).upper()
    return rng.choice((f"{text} ({letters})", f"{text} {letters}"))


def _dress(text: str, rng: random.Random) -> str:
    """A word that does not change which skill is meant."""
    return rng.choice(("{} lvl 3", "{} (basic)", "my {}", "{} etc", "adv. {}", "{} pro", "top {}")).format(text)


def _dress_and_slip(text: str, rng: random.Random) -> str:
    return _dress(_slip(text, rng), rng)


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    _slip, _two_slips, _cut_word, _drop_word, _initials, _dress, _dress_and_slip,
)  # fmt: skip


def write_otherwise(text: str, rng: random.Random) -> str:
    """`text` as somebody else would write it; it means the same."""
    return rng.choice(SLIPS)(text, rng)
