"""People's names: one form for many spellings, and how alike two names are.

Alphabets, accents, German, Nordic and Slavic ways of writing one sound, particles, hyphens, second surnames,
short forms. Whether two records are one person is not decided here: a name is only one field of several.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nicknames import NickNamer
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

FIRST_LEVELS = ("exact", "variant", "nickname", "part", "initial", "close", "different", "missing", "swapped")
CLOSE_SIMILARITY = 0.94
LAST_LEVELS = ("exact", "variant", "former", "part", "close", "different", "missing", "swapped")

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
    """One name in the forms in which names are compared; all empty where the name holds no letter."""

    folded: str
    skeleton: str
    tokens: tuple[str, ...]
    roots: frozenset[str]


def fold_name(name: str) -> str:
    """`name` in plain small Latin letters, words apart by one space; other alphabets than Cyrillic and Greek stay."""
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
    words = fold_name(name or "").split()
    telling = [word for word in words if word not in _PARTICLES and word not in _TITLES] or words
    tokens = tuple(_skeleton(word) for word in telling)
    first = telling[0] if telling else ""
    return NameForm("".join(telling), "".join(tokens), tokens, _roots(first))


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


def _is_close(a: NameForm, b: NameForm) -> bool:
    """One slip of the pen in a name of four letters or more, two from nine letters on, or very alike altogether."""
    if min(len(a.skeleton), len(b.skeleton)) < 4:
        return False
    # a slip can turn two letters into a sound (st, ts): the letters as written count as well
    for mine, other in ((a.skeleton, b.skeleton), (a.folded, b.folded)):
        allowed = 1 if max(len(mine), len(other)) < 9 else 2
        if DamerauLevenshtein.distance(mine, other, score_cutoff=allowed) <= allowed:
            return True
    return JaroWinkler.similarity(a.skeleton, b.skeleton) >= CLOSE_SIMILARITY


def _begin_alike(a: str, b: str) -> bool:
    """The same first letter, or the first two letters exchanged."""
    return a[0] == b[0] or a[:2] == b[1::-1]


def _one_within_other(a: Iterable[str], b: Iterable[str]) -> bool:
    mine, others = set(a), set(b)
    shared = mine & others
    return shared in (mine, others) and any(len(token) >= 3 for token in shared)


def first_name_level(a: NameForm, b: NameForm) -> str:
    """How alike two first names are, as one of FIRST_LEVELS but `swapped`, which takes both names."""
    if not a.skeleton or not b.skeleton:
        return "missing"
    if a.folded == b.folded:
        return "exact"
    if a.skeleton == b.skeleton:
        return "variant"
    if len(a.skeleton) == 1 or len(b.skeleton) == 1:
        return "initial" if a.skeleton[0] == b.skeleton[0] else "different"
    if a.tokens[0] == b.tokens[0] or _one_within_other(a.tokens, b.tokens):
        return "part"
    if a.roots & b.roots:
        return "nickname"
    # Nada and Lada, Dora and Nora are other people: a slip in the first letter is rarer than that
    return "close" if _begin_alike(a.folded, b.folded) and _is_close(a, b) else "different"


def last_name_level(a: NameForm, b: NameForm) -> str:
    """How alike two last names are, as one of LAST_LEVELS but `former` and `swapped`, which take more than two."""
    if not a.skeleton or not b.skeleton:
        return "missing"
    if a.folded == b.folded:
        return "exact"
    if a.skeleton == b.skeleton or sorted(a.tokens) == sorted(b.tokens):
        return "variant"
    if _one_within_other(a.tokens, b.tokens):
        return "part"
    return "close" if _is_close(a, b) else "different"
