"""What a tag means by the words of the framework alone: labels and aliases, as they stand and then normalised.

A tag that two skills claim is never guessed: it comes back with both. What no word settles is the model's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from lms_hris_pipeline.match.skill_words import Stripped, bag_form, compact_form, fold, read_words, singular_form

Kind = Literal["label", "alias", "decision"]
_ORDER: dict[str, int] = {"label": 0, "alias": 1, "decision": 2}
_MIN_COMPACT = 4  # two letters with a space between them are no word


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

    `form` names the comparison that knew it: text, folded, plural, joined, reordered or stripped.
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

FORMS = (*_FORMS, "stripped")
"""What a hit's form may be called, but for `text`, which is right by definition."""


class Dictionary:
    """Labels and aliases by text and by form."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_text: dict[str, list[Entry]] = {}
        self._by_form: dict[str, dict[str, list[Entry]]] = {name: {} for name in _FORMS}
        for entry in sorted(entries):
            self._by_text.setdefault(entry.text, []).append(entry)
            for name, form_of in _FORMS.items():
                if form := form_of(entry.folded):
                    self._by_form[name].setdefault(form, []).append(entry)

    @staticmethod
    def strictness(form: str) -> int:
        """The place of a hit's form among all: 0 for the very text, the higher the looser."""
        return ("text", *FORMS).index(form)

    def look_up(self, tag: str) -> Hit | None:
        """What the words say of `tag`: the hit of the strictest comparison that knows it, or None."""
        if found := self._by_text.get(tag):
            entries = _one_a_skill(found)
            return Hit("exact" if all(entry.is_label for entry in entries) else "alias", "text", entries)
        words = read_words(tag)
        for text, stripped in ((words.folded, ()), *words.steps):
            for name, form_of in _FORMS.items():
                form = form_of(text)
                if form and (found := self._by_form[name].get(form)):
                    return Hit("normalised", "stripped" if stripped else name, _one_a_skill(found), stripped)
        return None


def _one_a_skill(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    best: dict[str, Entry] = {}
    for entry in entries:
        best.setdefault(entry.skill_id, entry)
    return tuple(best[skill_id] for skill_id in sorted(best))
