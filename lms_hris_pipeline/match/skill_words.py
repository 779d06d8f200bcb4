"""How a skill's words are brought to one form: case, accents, punctuation, plural, order; wrapper words stripped.

Everything here is a pure function of one text. What a form is looked up in is `skill_dictionary`'s business.
The words that are stripped are lists below: a level, a version or a wrapper says how well or where somebody learnt
a skill, not which skill it is. They are kept as evidence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 300
"""A longer text is cut for every comparison but the exact one; no skill has a name that long."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "&": " and ", "'": "", "’": "", "`": ""})
_KEPT_INSIDE = re.compile(r"(?<=\d)[.,](?=\d|x\b)")
_DOTNET = re.compile(r"(?<!\w)\.net\b")
_LOOSE_SIGN = re.compile(r"(?<![^\W_])(?<![+#])[+#]+|[+#]+(?=[^\W_])")
_POINT = "\ue000"  # stands for the point of a version number while the other points go
_VERSION = re.compile(r"v?\d{1,2}(\.(\d+|x))*|v\d+(\.\d+)*|(19[89]|20\d)\d")
_ROMAN = frozenset({"ii", "iii", "iv"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL_WORDS = _words("a an and as at by for from in into of on or the to with der die das und fur von im")
_NUMBERED = _words(
    "annex ansi article bs category class din division en form grade iec ieee ifrs ias iso nfpa nist osha part phase rfc "
    "rule section sop stage title type unit"
)
"""Words whose number is a name, not a version: ISO 9001 is not the ninth ISO."""

_VERSION_WORDS = frozenset({"version", "ver", "release", "edition", "v"})
_LEVEL_WORDS = frozenset({"level", "lvl", "stufe", "niveau", "nivel", "livello", "kompetenzstufe"})
_LEVEL_CODE = re.compile(r"(l|lvl|level)[1-6]|[1-4]01|[abc][12]")


def _phrases(kind: str, text: str) -> dict[tuple[str, ...], str]:
    return {tuple(line.split()): kind for line in text.split(",")}


_LEVELS_ANYWHERE = (
    "beginner,beginners,elementary,foundational,introductory,novice,entry level,intermediate,advanced,expert,proficient,"
    "fortgeschritten,fortgeschrittene,einsteiger,anfanger,anfaenger,debutant,avance,intermediaire,basico,avanzado,"
    "principiante,beginner level,intermediate level,advanced level,expert level,basic level"
)
_BEFORE = {
    **_phrases("level", _LEVELS_ANYWHERE),
    **_phrases(
        "level", "basic,basics of,the basics of,fundamentals of,foundations of,essentials of,grundlagen,mastering"
    ),
    **_phrases("level", "grundlagen der,grundlagen des,grundlagen von,fundamentos de,les bases de,bases de"),
    **_phrases("level", "intro to,intro,introduction to,an introduction to,a introduction to,introduction"),
    **_phrases("level", "einfuhrung in,einfuehrung in,einfuhrung in die,einfuehrung in die,einfuhrung in das"),
    **_phrases("level", "introduction a,introduction au,initiation a,introduccion a,introduzione a"),
    **_phrases(
        "wrapper", "getting started with,first steps in,hands on,crash course in,crash course,complete guide to"
    ),
    **_phrases("wrapper", "how to,learn,learn to,understanding,knowledge of,working knowledge of,experience with"),
    **_phrases("wrapper", "experience in,experience of,skills in,skill in,skilled in,proficiency in,proficient in"),
    **_phrases(
        "wrapper",
        "working with,work with,familiarity with,familiar with,expertise in,ability to,training in,training on,training",
    ),
    **_phrases("wrapper", "course in,course on,course,workshop on,workshop,webinar on,webinar,seminar,schulung,kurs"),
    **_phrases("wrapper", "refresher on,refresher,skill,skills,kenntnisse in,formation,curso de"),
    **_phrases(
        "credential", "certified,certified in,certificate in,certification in,certification,zertifiziert,diploma in"
    ),
}
_AFTER = {
    **_phrases("level", _LEVELS_ANYWHERE),
    **_phrases("level", "basic,basics,fundamentals,foundation,foundations,essentials,introduction,intro,grundlagen"),
    **_phrases("level", "basiswissen,grundkurs,aufbaukurs,grundkenntnisse,for beginners,for dummies,for experts"),
    **_phrases("level", "fur anfanger,fuer anfaenger,fur einsteiger,fuer einsteiger,fur fortgeschrittene"),
    **_phrases("level", "fuer fortgeschrittene,pour debutants,para principiantes,deep dive"),
    **_phrases("wrapper", "training,training course,course,courses,workshop,bootcamp,boot camp,masterclass,webinar"),
    **_phrases("wrapper", "seminar,refresher,e learning,elearning,online course,crash course,tutorial,class"),
    **_phrases("wrapper", "skill,skills,knowledge,experience,expertise,kenntnisse,schulung,kurs,formation,curso"),
    **_phrases("credential", "certified,certification,certificate,certification training,zertifikat,diploma"),
}
_LONGEST = max(len(phrase) for phrase in (*_BEFORE, *_AFTER))


@dataclass(frozen=True, slots=True)
class Stripped:
    """Words taken off a tag: `kind` is level, version, wrapper or credential."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class SkillWords:
    """One text in its forms: folded, and what is left of that with ever more wrapper words taken off.

    `steps` goes from the least stripped text to the most; a step names all that was taken off up to it, in the order
    of the text. Empty where nothing can be.
    """

    folded: str
    steps: tuple[tuple[str, tuple[Stripped, ...]], ...] = ()

    @property
    def core(self) -> str:
        """The text with everything stripped that can be."""
        return self.steps[-1][0] if self.steps else self.folded

    @property
    def stripped(self) -> tuple[Stripped, ...]:
        """All that can be stripped."""
        return self.steps[-1][1] if self.steps else ()


def fold(text: str) -> str:
    """`text` in lower case with accents, control characters and punctuation gone, words one space apart.

    The signs of C++, C# and .NET and the points of version numbers stay. Scripts without case are kept as they are.
    Empty where the text holds neither a letter nor a digit.
    """
    decomposed = unicodedata.normalize("NFKD", text[:MAX_CHARS]).casefold()
    plain = "".join(sign for sign in decomposed if not ("\u0300" <= sign <= "\u036f" or _is_invisible(sign)))
    plain = unicodedata.normalize("NFC", plain).translate(_LETTERS)
    plain = _KEPT_INSIDE.sub(_POINT, _DOTNET.sub(" dotnet ", plain.replace(_POINT, " ")))
    spaced = "".join(_kept(sign) for sign in plain)
    return " ".join(_LOOSE_SIGN.sub(" ", spaced).replace(_POINT, ".").split())[:MAX_CHARS].rstrip()


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
    return tuple(singular(word) for word in folded.split() if word not in _SMALL_WORDS)


@lru_cache(maxsize=65536)
def read_words(text: str) -> SkillWords:
    """The forms of one text: folded, and with level, version and wrapper words stripped from both ends, step by step."""
    folded = fold(text)
    words = folded.split()
    front: list[Stripped] = []
    back: list[Stripped] = []
    steps: list[tuple[str, tuple[Stripped, ...]]] = []
    while True:
        if found := _off_the_front(words):
            front.append(found[0])
            words = words[found[1] :]
        elif found := _off_the_back(words):
            back.append(found[0])
            words = words[: len(words) - found[1]]
        else:
            return SkillWords(folded, tuple(steps))
        steps.append((" ".join(words), (*front, *reversed(back))))


def _off_the_front(words: list[str]) -> tuple[Stripped, int] | None:
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        phrase = tuple(words[:length])
        if phrase in _BEFORE and _names_something(words[length:]):
            return Stripped(_BEFORE[phrase], " ".join(phrase)), length
    return None


def _off_the_back(words: list[str]) -> tuple[Stripped, int] | None:
    if len(words) < 2:
        return None
    last, before = words[-1], words[-2]
    if len(words) > 2 and before in _LEVEL_WORDS and (last.isdigit() or last in _ROMAN or _LEVEL_CODE.fullmatch(last)):
        return Stripped("level", f"{before} {last}"), 2
    if _LEVEL_CODE.fullmatch(last) or (last in _ROMAN and before not in _NUMBERED):
        return Stripped("level", last), 1
    if len(words) > 2 and before in _VERSION_WORDS and _VERSION.fullmatch(last):
        return Stripped("version", f"{before} {last}"), 2
    if _VERSION.fullmatch(last) and before not in _NUMBERED and _names_something(words[:-1]):
        return Stripped("version", last), 1
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        phrase = tuple(words[-length:])
        if phrase in _AFTER and _names_something(words[:-length]) and words[-2:] != ["visual", "basic"]:
            return Stripped(_AFTER[phrase], " ".join(phrase)), length
    return None


def _names_something(words: list[str]) -> bool:
    """Whether what would be left still names a skill: no bare wrapper, and a word with a letter that is not small."""
    phrase = tuple(words)
    if phrase in _BEFORE or phrase in _AFTER or _LEVEL_WORDS.union(_VERSION_WORDS).issuperset(words):
        return False
    return any(word not in _SMALL_WORDS and any(sign.isalpha() for sign in word) for word in words)
