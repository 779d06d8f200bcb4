"""How a skill's words are brought to one form: case, accents, punctuation, plural, order.

Everything here is a pure function of one text. Which words are taken off a tag is `skill_wrappings`' business, what a
form is looked up in `skill_dictionary`'s.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_CHARS = 300
"""A longer text is cut for every comparison but the exact one; no skill has a name that long."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "&": " and ", "'": "", "’": "", "`": ""})
_KEPT_INSIDE = re.compile(r"(?<=\d)[.,](?=\d|x\b)")
_DOTNET = re.compile(r"(?<!\w)\.net\b")
_LOOSE_SIGN = re.compile(r"(?<![^\W_])(?<![+#])[+#]+|[+#]+(?=[^\W_])")
_POINT = "\ue000"  # stands for the point of a version number while the other points go


def word_set(text: str) -> frozenset[str]:
    """The words of a text with a space between them."""
    return frozenset(text.split())


SMALL_WORDS = word_set("a an and as at by for from in into of on or the to with der die das und fur von im")
"""Words that carry no meaning by themselves."""


def fold(text: str) -> str:
    """`text` in lower case with accents, control characters and punctuation gone, words one space apart.

    The signs of C++, C# and .NET and the points of version numbers stay. Scripts without case are kept as they are.
    Empty where the text holds neither a letter nor a digit.
    """
    cut = text[:MAX_CHARS]
    plain = (cut.lower() if cut.isascii() else _without_accents(cut)).translate(_LETTERS)
    plain = _KEPT_INSIDE.sub(_POINT, _DOTNET.sub(" dotnet ", plain.replace(_POINT, " ")))
    spaced = "".join([_kept(sign) for sign in plain])
    return " ".join(_LOOSE_SIGN.sub(" ", spaced).replace(_POINT, ".").split())[:MAX_CHARS].rstrip()


def _without_accents(text: str) -> str:
    """`text` in lower case, each sign that can be had in several ways in one, accents and invisible signs gone."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in decomposed if not ("\u0300" <= sign <= "\u036f" or _is_invisible(sign)))
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=4096)
def _is_invisible(sign: str) -> bool:
    """Whether a sign only tells how others are shown: a zero-width space, a mark of direction."""
    return unicodedata.category(sign) == "Cf"


@lru_cache(maxsize=4096)
def _kept(sign: str) -> str:
    """The sign itself where it belongs to a word, a space for the rest."""
    return sign if sign in ("+", "#", _POINT) or unicodedata.category(sign)[0] in "LMN" else " "


def singular(word: str) -> str:
    """The word without an English plural's ending; both sides of a comparison go through it, so it need not be a word."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word.removesuffix("s")


def singular_form(folded: str) -> str:
    """A folded text with each word's plural ending taken off."""
    return " ".join(singular(word) for word in folded.split())


def compact_form(folded: str) -> str:
    """A folded text without spaces: "e mail" is "email", "node js" is "nodejs"."""
    return singular(folded.replace(" ", ""))


def bag_form(folded: str) -> str:
    """A folded text's words in one order, small words left out; empty for fewer than two words.

    "Management of projects" and "project management" have the same.
    """
    words = content_words(folded)
    return " ".join(sorted(words)) if len(words) > 1 else ""


def content_words(folded: str) -> tuple[str, ...]:
    """The words of a folded text that carry meaning, in singular, in their order."""
    return tuple(singular(word) for word in folded.split() if word not in SMALL_WORDS)
