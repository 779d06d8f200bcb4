"""What a tag means by the words of the framework alone: labels and aliases, as they stand and then normalised.

A tag that two skills claim is never guessed: it comes back with both. What no word settles is the model's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lms_hris_pipeline.match.skill_words import bag_form, compact_form, content_words, fold, singular_form
from lms_hris_pipeline.match.skill_wrappings import Stripped, read_words, split_off_place

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_model import Kind as Of

Kind = Literal["label", "alias", "decision"]
_ORDER: dict[str, int] = {"label": 0, "alias": 1, "decision": 2}
_MIN_COMPACT = 4  # two letters with a space between them are no word
_QUALIFIER = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\])\s*$")
_MIN_WORDS = 1_000  # of a framework whose words are many enough that one it lacks is none of its matter
_MOST_PLACE_WORDS = 3


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One text that names a skill: its label, an alias of the framework, or a tag that a person decided."""

    skill_id: str
    rank: int
    text: str
    folded: str

    @classmethod
    def of(cls, skill_id: str, kind: Kind, text: str) -> Entry:
        """The entry of `text`."""
        return cls(skill_id, _ORDER[kind], text, fold(text))

    @property
    def is_decision(self) -> bool:
        """Whether a person said that this means the skill."""
        return self.rank == _ORDER["decision"]

    @property
    def is_label(self) -> bool:
        """Whether this is the skill's preferred label."""
        return self.rank == 0


@dataclass(frozen=True, slots=True)
class Hit:
    """What the dictionary knows of a tag: one entry a skill, in the order of skill ids; one skill where it is sure.

    `form` names the comparison that knew it: text, folded, plural, joined, reordered, stripped, or unqualified, which
    is the label or alias without the brackets at its end ("Python (computer programming)").
    """

    method: Literal["exact", "alias", "normalised"]
    form: str
    entries: tuple[Entry, ...]
    stripped: tuple[Stripped, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether one skill alone claims the tag."""
        return len(self.entries) == 1


def _as_it_is(folded: str) -> str:
    return folded


def _long_compact(folded: str) -> str:
    form = compact_form(folded)
    return form if len(form) >= _MIN_COMPACT else ""


_FORMS: dict[str, Callable[[str], str]] = {
    "folded": _as_it_is,
    "plural": singular_form,
    "joined": _long_compact,
    "reordered": bag_form,
}
"""From the strictest to the loosest. The first that knows the tag decides, be it for one skill or for several.

On public aliases each held out once they were right 4,082 times and wrong 50 times; most of the wrong are words that
two skills of that framework claim. A tag is compared whole, then with ever more wrapper words stripped. Entries are
never stripped: where a framework tells "Python 2" from "Python 3", their versions are their names.
"""

FORMS = (*_FORMS, "stripped", "unqualified")
"""What a hit's form may be called, but for `text`, which is right by definition."""
_OF_UNQUALIFIED = ("folded", "plural", "joined")


class Dictionary:
    """Labels and aliases by text and by form, for tags or for job titles."""

    def __init__(self, entries: Iterable[Entry], of: Of = "skills") -> None:
        self._of: Of = of
        self._by_text: dict[str, list[Entry]] = {}
        self._by_form: dict[str, dict[str, list[Entry]]] = {name: {} for name in _FORMS}
        self._unqualified: dict[str, dict[str, list[Entry]]] = {name: {} for name in _OF_UNQUALIFIED}
        self._words: set[str] = set()
        for entry in sorted(entries):
            self._by_text.setdefault(entry.text, []).append(entry)
            self._words.update(singular_form(entry.folded).split())
            for name, form_of in _FORMS.items():
                if form := form_of(entry.folded):
                    self._by_form[name].setdefault(form, []).append(entry)
            bare = _without_qualifier(entry)
            for name in _OF_UNQUALIFIED:
                if form := _FORMS[name](bare):
                    self._unqualified[name].setdefault(form, []).append(entry)

    @staticmethod
    def strictness(form: str) -> int:
        """The place of a hit's form among all: 0 for the very text, the higher the looser."""
        return ("text", *FORMS).index(form)

    def look_up(self, tag: str) -> Hit | None:
        """What the words say of `tag`: the hit of the strictest comparison that knows it, or None."""
        if found := self._by_text.get(tag):
            entries = _one_a_skill(found)
            return Hit("exact" if all(entry.is_label for entry in entries) else "alias", "text", entries)
        words = read_words(tag, self._of)
        for text, stripped in ((words.folded, ()), *words.steps):
            if hit := self._known_as(text, stripped):
                return hit
        return self._without_place(tag) if self._of == "titles" else None

    def _known_as(self, text: str, stripped: tuple[Stripped, ...]) -> Hit | None:
        """The hit of a folded text. A label's or alias's own form outranks all that have it only without their brackets."""
        for name, form_of in _FORMS.items():
            form = form_of(text)
            if form and (found := self._by_form[name].get(form)):
                return Hit("normalised", "stripped" if stripped else name, _one_a_skill(found), stripped)
        for name in _OF_UNQUALIFIED:
            if found := self._unqualified[name].get(_FORMS[name](text)):
                return Hit("normalised", "unqualified", _one_a_skill(found), stripped)
        return None

    def _without_place(self, title: str) -> Hit | None:
        """The hit of a title without its last part, where that is a name of which the framework knows no word."""
        parts = split_off_place(title, self._of)
        if parts is None or len(self._words) < _MIN_WORDS:
            return None
        words = singular_form(parts[1]).split()
        if len(words) > _MOST_PLACE_WORDS or not self._words.isdisjoint(words):
            return None
        hit = self.look_up(parts[0])
        return hit and replace(
            hit, method="normalised", form="stripped", stripped=(*hit.stripped, Stripped("place", parts[1]))
        )


def _without_qualifier(entry: Entry) -> str:
    """A folded label without the brackets at its end; empty where there are none.

    In an alias they may as well hold its short form, "Quality Inspector (QC Inspector)", and the rest often names others
    too. What a person decided holds as it stands.
    """
    found = _QUALIFIER.search(entry.text)
    if not found or entry.is_decision:
        return ""
    name, inside = entry.text[: found.start()], found[0].strip(" ()[]")
    is_qualifier = not inside.isupper() and set(content_words(fold(inside))).isdisjoint(content_words(fold(name)))
    return fold(name) if entry.is_label or is_qualifier else ""


def _one_a_skill(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    best: dict[str, Entry] = {}
    for entry in entries:
        best.setdefault(entry.skill_id, entry)
    return tuple(best[skill_id] for skill_id in sorted(best))
