"""What people decided of tags, found again however a tag is spelt: case, accents, plural, spaces, order of words.

The forms are the dictionary's. That a tag does not mean a skill holds for it in whatever wrapping, and leaves open what
it does mean. What follows for a tag is `skills`' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry, Hit
from lms_hris_pipeline.match.skill_words import bag_form, compact_form
from lms_hris_pipeline.match.skill_wrappings import read_words

_NOTHING = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What was decided of a tag, or of another spelling of it.

    Args:
        tag: the spelling that was decided; of several the first by the skills' ids.
        skills: what it means; None for no skill of the framework; several where spellings were decided otherwise.
        form: the comparison that found it, as a dictionary's hit names it.
        stripped_count: how often words were taken off until it was found.
    """

    tag: str
    skills: tuple[str | None, ...]
    form: str
    stripped_count: int

    @property
    def is_settled(self) -> bool:
        """Whether it holds for the tag itself: one meaning, of this tag and not of what is left of it."""
        return len(self.skills) == 1 and self.form != "stripped"

    def is_no_looser_than(self, hit: Hit | None) -> bool:
        """Whether the framework's own words do not know the tag by a stricter comparison than the decision does.

        Another case or accent makes no other word: there a decision outranks even the very words of the framework.
        """
        if hit is None or self.form in ("text", "folded"):
            return True
        return (Dictionary.strictness(self.form), self.stripped_count) <= (
            Dictionary.strictness(hit.form),
            len(hit.stripped),
        )


class TagDecisions:
    """People's decisions by every spelling that the dictionary takes for the same."""

    def __init__(self, decided: Mapping[str, str | None]) -> None:
        self._spellings = Dictionary(Entry.of(skill or _NOTHING, "decision", tag) for tag, skill in decided.items())

    def settles(self, tag: str) -> bool:
        """Whether one meaning was decided of `tag` or of another spelling of it."""
        said = self.look_up(tag)
        return said is not None and said.is_settled

    def look_up(self, tag: str) -> Said | None:
        """What was decided of `tag`, by the strictest comparison that finds anything; None where nothing was."""
        hit = self._spellings.look_up(tag)
        if hit is None:
            return None
        skills = tuple(entry.skill_id or None for entry in hit.entries)
        return Said(hit.entries[0].text, skills, hit.form, len(hit.stripped))


class TagRefusals:
    """Which skills people said that a tag does not mean, by every spelling of it."""

    def __init__(self, refused: Iterable[tuple[str, str]]) -> None:
        self._skills: dict[str, set[str]] = {}
        for tag, skill_id in refused:
            for spelling in _spellings(read_words(tag).folded or tag):
                self._skills.setdefault(spelling, set()).add(skill_id)

    def of(self, tag: str) -> frozenset[str]:
        """The skills that `tag`, or what is left of it without levels and the like, does not mean."""
        words = read_words(tag)
        texts = (words.folded or tag, *(text for text, _ in words.steps))
        return frozenset(
            skill_id for text in texts for spelling in _spellings(text) for skill_id in self._skills.get(spelling, ())
        )


def _spellings(text: str) -> Iterator[str]:
    """What a text has in common with its other spellings: its words in one order, or all of it without a space."""
    yield compact_form(text)
    if ordered := bag_form(text):
        yield ordered
