"""Which words of a tag or title say how, where, when or for whom, and not what: levels, versions, formats, places.

They are a closed class, `data/wrappings.csv`. What stands apart, in brackets or behind a dash, may be made of any of
them; without such a sign only whole phrases at the ends are taken off. What is left is looked up by
`skill_dictionary`; what was taken off is kept as evidence.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from lms_hris_pipeline.match.skill_words import MAX_CHARS, SMALL_WORDS, fold, word_set

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_model import Kind

_APART = re.compile(r"[\[\](){}|/:;<>«»_@]|,(?!\d)|(?<=\d)\.\s|(?<=\s)[-–—~]+(?=\s)|[–—]|(?<=\d)-(?=\s)|\s-(?=\w)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_IN_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])")
_VERSION = re.compile(r"v?\d{1,2}(\.(\d+|x))*|v\d+(\.\d+)*|(19[89]|20\d)\d")
_ROMAN = frozenset({"ii", "iii", "iv"})
_NUMBERED = word_set(
    "annex ansi article bs category class din division en form grade iec ieee ifrs ias iso nfpa nist osha part phase rfc "
    "rule section sop stage title type unit"
)
"""Words whose number is a name, not a version: ISO 9001 is not the ninth ISO."""
_VERSION_WORDS = frozenset({"version", "ver", "release", "rel", "edition", "ed", "v", "rev", "revision", "update"})
_LEVEL_WORDS = frozenset({"level", "lvl", "stufe", "niveau", "nivel", "livello", "tier", "kompetenzstufe"})
_LEVEL_CODE = re.compile(r"(l|lvl|level)[1-6]|[1-4]01|[abc][12]")
_COUNTED = word_set("module modul day tag session lesson lektion chapter kapitel week woche teil jour semaine")
_UNITS = word_set(
    "d h hr hrs hour hours std stunde stunden heures horas min mins minute minutes minuten day days tag tage jours dias wk "
    "wks week weeks wochen month months monate mois meses yr yrs year years jahr jahre ans anos"
)
_NUMBER = re.compile(r"\d+([.,]\d+)?\+?")
_SPAN = re.compile(r"\d+\+?(h|hrs?|d|min|mins|yrs?|y|w|wks?)")
_PERIOD = re.compile(r"(fy|cy|ay|gj)\d{2}(\d\d)?|[qh][1-4]|kw\d{1,2}")
_RELEASE = re.compile(r"r\d{1,2}|\d+(st|nd|rd|th)")
_LONGEST_CODE, _LEAST_DIGITS = 4, 4
_LEAST_LETTERS = 3  # "SI-1796-R" is a number to its end
_CODE = re.compile(r"[a-z]{1,4}\d{4,}")
_OWNED = word_set("skill skills knowledge experience understanding expertise kenntnisse erfahrung competence")
_FOR = word_set("for fur fuer pour para per voor dla")
_LONGEST_INITIALS = 5  # "Nurse Practitioner (NP)" is no place
_UNDERSTOOD = re.compile(r".*(ed|en|ing|ten)")


@dataclass(frozen=True, slots=True)
class Stripped:
    """Words taken off a text: `kind` is level, version, wrapper, credential, time, audience, region, code, and of titles
    seniority, employment or place."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class SkillWords:
    """One text in its forms: folded, and what is left of that with ever more words taken off.

    `steps` goes from the least stripped text to the most; a step names all that was taken off for it, in the order of
    the text. Empty where nothing can be.
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


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Kind by phrase: of those that stand before, behind, apart from a name, behind "for".

    `longest`: words of the longest phrase that is looked for at an end.
    """

    before: dict[tuple[str, ...], str]
    after: dict[tuple[str, ...], str]
    apart: dict[tuple[str, ...], str]
    audience: dict[tuple[str, ...], str]
    quality: dict[tuple[str, ...], str]
    longest: int


@cache
def _phrases(of: Kind) -> _Phrases:
    found: dict[str, dict[tuple[str, ...], str]] = {}
    path = files("lms_hris_pipeline.match") / "data" / "wrappings.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        if row["of"] in ("both", of):
            found.setdefault(row["place"], {})[tuple(row["words"].split())] = row["kind"]
    longest = max(len(phrase) for phrase in (*found["before"], *found["after"]))
    return _Phrases(found["before"], found["after"], found["apart"], found["for"], found["quality"], longest)


@lru_cache(maxsize=65536)
def read_words(text: str, of: Kind = "skills") -> SkillWords:
    """The forms of one text: folded, and with what wraps it taken off both ends, step by step.

    What is written in humps ("CrashCourseJava") is read as it stands and then in words.
    """
    folded = fold(text)
    steps = list(_steps(text, of))
    if len(_HUMP.findall(text)) > 1:
        opened = _IN_HUMPS.sub(" ", text)
        steps += [(fold(opened), ()), *_steps(opened, of)]
    return SkillWords(folded, tuple(steps))


def says_only_when(text: str, of: Kind) -> bool:
    """Whether a text is a time and nothing else, as "90 minutes" or "2 days"."""
    return _kind_of_part(fold(text).split(), "", of) == "time"


def split_off_place(text: str, of: Kind) -> tuple[str, str] | None:
    """A title and the last part of it that stands apart, where that may be a place or a team: "Clerk", "Hamburg".

    Parts behind it that say nothing of their own are left out. None where there is no such part.
    """
    parts = [part.strip() for part in _APART.split(unicodedata.normalize("NFKC", text[:MAX_CHARS])) if fold(part)]
    while len(parts) > 1 and _kind_of_part(fold(parts[-1]).split(), "", of):
        parts.pop()
    if len(parts) < 2 or not parts[-1][0].isupper() or any(sign.isdigit() for sign in parts[-1]):
        return None
    if parts[-1].isupper() and len(parts[-1]) <= _LONGEST_INITIALS:
        return None
    return ", ".join(parts[:-1]), fold(parts[-1])


def _steps(text: str, of: Kind) -> Iterator[tuple[str, tuple[Stripped, ...]]]:
    """What is left with one wrapping taken off, with two, and so on; what stands behind goes before what stands in front."""
    words, breaks = _parts(text)
    front: list[tuple[int, tuple[Stripped, ...]]] = [(0, ())]
    back: list[tuple[int, tuple[Stripped, ...]]] = [(len(words), ())]
    while found := _off_the_front(words, breaks, front[-1][0], of):
        front.append((front[-1][0] + found[1], (*front[-1][1], found[0])))
    while found := _off_the_back(words, breaks, back[-1][0], of):
        back.append((back[-1][0] - found[1], (found[0], *back[-1][1])))
    pairs = [(i + j, i, j) for i in range(len(front)) for j in range(len(back)) if i + j]
    for _, i, j in sorted(pairs):
        (start, before), (end, behind) = front[i], back[j]
        if start < end and _names_something(words[start:end], of):
            yield " ".join(words[start:end]), (*before, *behind)


def _parts(text: str) -> tuple[list[str], frozenset[int]]:
    """The folded words, and before which of them something stands that sets them apart: a bracket, a dash, a colon."""
    words: list[str] = []
    breaks = set()
    for part in _APART.split(unicodedata.normalize("NFKC", text[:MAX_CHARS])):
        breaks.add(len(words))
        words.extend(fold(part).split())
    whole = fold(text).split()
    return (words, frozenset(breaks - {0, len(words)})) if words == whole else (whole, frozenset())


def _off_the_front(words: list[str], breaks: frozenset[int], start: int, of: Kind) -> tuple[Stripped, int] | None:
    """The words to take off at the front, and how many; None where all that is left may be the name."""
    rest, known = words[start:], _phrases(of)
    end = min((at for at in breaks if at > start), default=None)
    if end and (kind := _kind_of_part(words[start:end], "", of)) and _names_something(words[end:], of):
        return Stripped(kind, " ".join(words[start:end])), end - start
    for length in range(min(known.longest, len(rest) - 1), 0, -1):
        phrase = tuple(rest[:length])
        kind = known.before.get(phrase) or (known.quality.get(phrase) if rest[-1] in _OWNED else None)
        if kind and _names_something(rest[length:], of) and not _is_understood(phrase, rest[length]):
            return Stripped(kind, " ".join(phrase)), length
    if len(rest) > 2 and rest[0] in _COUNTED and rest[1].isdigit():
        return Stripped("wrapper", " ".join(rest[:2])), 2
    length = _code_length(rest[:1], rest[:2], len(rest))
    if length and any(len(word) >= _LEAST_LETTERS for word in rest[length:]):
        return Stripped("code", " ".join(rest[:length])), length
    return None


def _off_the_back(words: list[str], breaks: frozenset[int], end: int, of: Kind) -> tuple[Stripped, int] | None:
    """The words to take off behind, and how many."""
    start = max((at for at in breaks if at < end), default=None)
    if (
        start
        and (kind := _kind_of_part(words[start:end], words[start - 1], of))
        and _names_something(words[:start], of)
    ):
        return Stripped(kind, " ".join(words[start:end])), end - start
    rest = words[:end]
    if len(rest) < 2:
        return None
    if (counted := _count_behind(rest)) and _names_something(rest[: -counted[1]], of):
        return counted
    known = _phrases(of)
    for length in range(min(known.longest, len(rest) - 1), 0, -1):
        phrase = tuple(rest[-length:])
        if phrase in known.after and _names_something(rest[:-length], of) and rest[-2:] != ["visual", "basic"]:
            return Stripped(known.after[phrase], " ".join(phrase)), length
    if length := _for_whom(rest, of):
        return Stripped("audience", " ".join(rest[-length:])), length
    return None


def _count_behind(rest: Sequence[str]) -> tuple[Stripped, int] | None:
    """A level, version, span of time or period at the end that is made with a number."""
    last, before = rest[-1], rest[-2]
    is_number = last.isdigit() or last in _ROMAN
    if len(rest) > 2 and before in _LEVEL_WORDS and (is_number or _LEVEL_CODE.fullmatch(last)):
        return Stripped("level", f"{before} {last}"), 2
    if _LEVEL_CODE.fullmatch(last) or (last in _ROMAN and before not in _NUMBERED):
        return Stripped("level", last), 1
    if len(rest) > 2 and last in _UNITS and _NUMBER.fullmatch(before):
        return Stripped("time", f"{before} {last}"), 2
    if len(rest) > 2 and _PERIOD.fullmatch(before) and _VERSION.fullmatch(last):
        return Stripped("time", f"{before} {last}"), 2
    if _SPAN.fullmatch(last) or _PERIOD.fullmatch(last):
        return Stripped("time", last), 1
    is_version = bool(_VERSION.fullmatch(last) or _RELEASE.fullmatch(last))
    if len(rest) > 2 and before in _VERSION_WORDS and (is_version or len(last) == 1):
        return Stripped("version", f"{before} {last}"), 2
    if len(rest) > 2 and last in _VERSION_WORDS and _RELEASE.fullmatch(before):
        return Stripped("version", f"{before} {last}"), 2
    if is_version and before not in _NUMBERED:
        return Stripped("version", last), 1
    if length := _code_length(rest[-1:], rest[-2:], len(rest)):
        return Stripped("code", " ".join(rest[-length:])), length
    return None


def _code_length(one: Sequence[str], two: Sequence[str], of_words: int) -> int:
    """Words of a course's or a requisition's number, as "P4711" and "LRN 00231"; 0 where there is none."""
    if of_words > 1 and _CODE.fullmatch(one[0]):
        return 1
    if of_words < 3 or not two[0].isalpha() or len(two[0]) > _LONGEST_CODE or two[0] in _NUMBERED:
        return 0
    is_number = two[1].isdigit() and len(two[1]) >= _LEAST_DIGITS and not _VERSION.fullmatch(two[1])
    return 2 if is_number else 0


def _for_whom(rest: Sequence[str], of: Kind) -> int:
    """Words of "for new managers" at the end; 0 where something else is for."""
    audience = _phrases(of).audience
    for length in range(2, min(5, len(rest))):
        phrase = tuple(rest[-length + 1 :])
        if rest[-length] in _FOR and (phrase in audience or all((word,) in audience for word in phrase)):
            return length
    return 0


def _kind_of_part(part: Sequence[str], before: str, of: Kind) -> str | None:
    """What a part that stands apart says, where it is made of nothing but levels, formats, times and the like."""
    known = _phrases(of)
    phrase = tuple(part)
    if kind := known.apart.get(phrase) or known.before.get(phrase) or known.after.get(phrase):
        return kind
    if not part or (len(part) == 1 and before in _NUMBERED and any(sign.isdigit() for sign in part[0])):
        return None
    if part[0] in _FOR and _for_whom(["", *part], of) == len(part):
        return "audience"
    kinds = [_kind_of_word(word, of) for word in part]
    if not all(kinds):
        return None
    told = [kind for kind in kinds if kind and kind != "number"]
    if told:
        return told[0]
    return "version" if all(_VERSION.fullmatch(word) for word in part) else None


def _kind_of_word(word: str, of: Kind) -> str | None:
    """The kind of one word that stands apart; "number" for what says nothing alone, None for what may be a name."""
    if kind := _phrases(of).apart.get((word,)):
        return kind
    if _LEVEL_CODE.fullmatch(word):
        return "level"
    if _SPAN.fullmatch(word) or _PERIOD.fullmatch(word):
        return "time"
    if _RELEASE.fullmatch(word) or (_VERSION.fullmatch(word) and not word.isdigit()):
        return "version"
    is_number = _NUMBER.fullmatch(word) or word in _ROMAN or len(word) == 1 or word in SMALL_WORDS
    return "number" if is_number else None


def _is_understood(phrase: tuple[str, ...], following: str) -> bool:
    """Whether "understanding" is what somebody can do, as in "understanding written Finnish", and wraps nothing."""
    return phrase == ("understanding",) and _UNDERSTOOD.fullmatch(following) is not None


def _names_something(words: Sequence[str], of: Kind) -> bool:
    """Whether what would be left still names a skill: no bare wrapper, and a word with a letter that is not small."""
    known = _phrases(of)
    phrase = tuple(words)
    if phrase in known.before or phrase in known.after or _LEVEL_WORDS.union(_VERSION_WORDS).issuperset(words):
        return False
    return any(word not in SMALL_WORDS and any(sign.isalpha() for sign in word) for word in words)
