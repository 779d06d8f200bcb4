"""People's names: one form for many spellings, and how alike two names are.

Alphabets, accents, German, Nordic and Slavic ways of writing one sound, particles, hyphens, second surnames,
short forms. Whether two records are one person is not decided here: a name is only one field of several.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nicknames import NickNamer

FIRST_LEVELS = (
    "exact",
    "variant",
    "nickname",
    "part",
    "initial",
    "close",
    "different",
    "missing",
    "swapped",
    "swapped_close",
    "shortened",
)
CLOSE_SIMILARITY = 0.94
LAST_LEVELS = ("exact", "variant", "former", "part", "close", "different", "missing", "swapped", "swapped_close")

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ђ": "d", "е": "e", "ё": "e", "є": "ye",
        "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "yi", "й": "y", "ј": "j", "к": "k", "л": "l", "љ": "lj",
        "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u",
        "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "џ": "dzh", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
_GREEK_PAIRS = (("ου", "u"), ("αυ", "av"), ("ευ", "ev"), ("ει", "i"), ("οι", "i"), ("αι", "ai"), ("μπ", "mp"), ("ντ", "nt"), ("γκ", "gk"), ("γγ", "ng"))  # fmt: skip
_GREEK = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k",
        "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y",
        "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŋ": "n",
        "'": "", "’": "", "‘": "", "ʼ": "", "`": "", "´": "", "ʹ": "",
    }
)  # fmt: skip
_PARTICLES = frozenset(
    (
        "von", "vom", "van", "ver", "der", "den", "de", "del", "della", "di", "da", "das", "do", "dos", "du", "la", "le",
        "las", "los", "el", "al", "ten", "ter", "zu", "zum", "zur", "af", "av", "y", "e", "bin", "ibn", "bint", "und",
        "vande", "vanden", "vander", "vonder", "dela", "delas", "delos",
    )
)  # fmt: skip
_TITLES = frozenset(("dr", "prof", "mr", "mrs", "ms", "herr", "frau", "jr", "sr", "ii", "iii", "iv", "ing", "dipl"))
# one spelling for what several conventions write differently; longer sequences first
_SOUNDS = (
    ("shch", "sh"), ("tsch", "ch"), ("sch", "sh"), ("ck", "k"), ("kh", "h"), ("ph", "f"), ("th", "t"), ("dh", "d"),
    ("ts", "c"), ("tz", "c"), ("dj", "d"), ("w", "v"), ("x", "ks"), ("ou", "u"), ("ae", "a"), ("oe", "o"), ("ue", "u"),
    ("y", "i"), ("j", "i"),
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name in the forms in which names are compared; all empty where the name holds no letter.

    `whole` is `folded` with its particles, as somebody writes it who takes them for a part of the name.
    """

    folded: str
    whole: str
    skeleton: str
    tokens: tuple[str, ...]
    roots: frozenset[str]


def fold_name(name: str) -> str:
    """`name` in plain small Latin letters, words apart by one space; other alphabets than Cyrillic and Greek stay."""
    if name.isascii() and name.isalpha():
        return name.lower()
    text = unicodedata.normalize("NFKC", name).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_CYRILLIC)
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
        for pair, sound in _GREEK_PAIRS:
            text = text.replace(pair, sound)
        text = text.translate(_GREEK)
    text = text.translate(_LETTERS)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split())


def _skeleton(token: str) -> str:
    for written, sound in _SOUNDS:
        token = token.replace(written, sound)
    token = _REPEATED.sub(r"\1", token)
    return token[1:] if token.startswith("ie") and len(token) > 3 else token


@cache
def name_form(name: str | None) -> NameForm:
    """The forms of a first or a last name; particles and titles count only where nothing else is there."""
    words = fold_name(" ".join(_particle_apart(word) for word in (name or "").split())).split()
    telling = [word for word in words if word not in _PARTICLES and word not in _TITLES] or words
    tokens = tuple(_skeleton(word) for word in telling)
    first = telling[0] if telling else ""
    return NameForm("".join(telling), "".join(words), "".join(tokens), tokens, _roots(first))


def _particle_apart(word: str) -> str:
    """A particle written into a name, where a capital letter tells that it ends: `vandenBerg`, `daCruz`, not `DeShawn`."""
    if word[1:].islower() or word.isupper():
        return word
    at = next((at for at in range(2, len(word)) if word[at].isupper() and word[at - 1].islower()), 0)
    if word[:at].lower() not in _PARTICLES or (at == 2 and word[0].isupper()):
        return word
    return f"{word[:at]} {word[at:]}"


@cache
def _short_names() -> tuple[NickNamer, dict[str, frozenset[str]]]:
    """Short forms: of English names from the package, of other languages' from our own list."""
    own: dict[str, set[str]] = {}
    text = (files("lms_hris_pipeline.match") / "data" / "short_names.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        own.setdefault(row["short"], set()).add(row["full"])
    return NickNamer(), {short: frozenset(full) for short, full in own.items()}


@cache
def _roots(first: str) -> frozenset[str]:
    """`first` and the full names that it is a short form of."""
    if not first:
        return frozenset()
    english, own = _short_names()
    return frozenset({first, *english.canonicals_of(first), *own.get(first, ())})
