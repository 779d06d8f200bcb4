"""The firm's skill framework, and the words in which people write its skills down.

`skills.txt` lists the framework. A tag is made from a skill by a known change, so that its meaning is known by
construction. Not here: which course carries which tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

MEANINGLESS_TAGS = (
    "misc", "TBD", "Pflichtschulung", "mandatory 2026", "internal", "Team day", "new!!", "test tag - delete me",
    "Q3 campaign", "kick-off", "level 1", "refresher", "HQ only", "Fun stuff", "zzz_old", "webinar",
    "migrated from the old system", "Sommerfest", "to be reviewed", "blended format", "90 minutes", "all staff",
    "pilot group B", "external provider", "video", "Gruppe 3", "copy of copy", "n/a", "seasonal", "goodie bag",
)  # fmt: skip
"""Words that courses carry and that mean no skill."""

_LEVELS = ("advanced", "basic", "intermediate", "expert", "Level 2", "beginner", "Grundlagen", "B1")
_WRAPPERS = (
    "Basics of {}", "Introduction to {}", "{} training", "{} skills", "{} - fundamentals", "Schulung {}", "{} workshop",
    "{} (certified)", "Working with {}", "{} for beginners", "{} refresher", "formation {}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill of the framework with the other words for it."""

    skill_id: str
    name: str
    category: str
    aliases: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """The skill as the report shows it."""
        return {
            "Skill_ID": self.skill_id,
            "Skill_Name": self.name,
            "Skill_Category": self.category,
            "Description": f"{self.name}, as needed in {self.category.lower()}.",
            "Aliases_group": [{"Alias": alias} for alias in self.aliases],
        }


@cache
def skills() -> tuple[Skill, ...]:
    """Every skill of the framework, in the order of the list."""
    text = (files(__package__) / "skills.txt").read_text(encoding="utf-8")
    found: list[Skill] = []
    category = ""
    for line in text.splitlines():
        if line.startswith("# "):
            category = line[2:].strip()
        elif line.strip():
            name, *aliases = (word.strip() for word in line.split("|"))
            found.append(Skill(f"SK-{len(found) + 1:04}", name, category, tuple(aliases)))
    return tuple(found)


class TagBook:
    """The tags that are in use and what each means; no tag ever gets two meanings."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.meanings: dict[str, str | None] = {}
        self._taken: dict[str, str | None] = {
            word.casefold(): skill.skill_id for skill in skills() for word in (skill.name, *skill.aliases)
        }

    def tag_for(self, skill: Skill, *, is_hard: bool = False) -> str:
        """A word that somebody would write for a skill; `is_hard`: one that is hard to read."""
        for _ in range(20):
            tag = (_hard if is_hard else _messy)(self._rng, skill)
            if self._may_mean(tag, skill.skill_id):
                return tag
        self._may_mean(skill.name, skill.skill_id)
        return skill.name

    def meaningless(self) -> str | None:
        """A word that means no skill and is not in use yet; None when all are used."""
        free = [tag for tag in MEANINGLESS_TAGS if tag not in self.meanings]
        if not free:
            return None
        tag = self._rng.choice(free)
        self.meanings[tag] = None
        return tag

    def _may_mean(self, tag: str, skill_id: str) -> bool:
        if self._taken.setdefault(tag.casefold(), skill_id) != skill_id:
            return False
        self.meanings[tag] = skill_id
        return True


def _messy(rng: Random, skill: Skill) -> str:
    words = (skill.name, *skill.aliases)
    word = rng.choice(words)
    kind = rng.random()
    if kind < 0.30:
        return skill.name
    if kind < 0.52:
        return word
    if kind < 0.62:
        return rng.choice((word.lower(), word.upper(), word.title()))
    if kind < 0.74:
        return f"{word} ({rng.choice(_LEVELS)})"
    if kind < 0.88:
        return rng.choice(_WRAPPERS).format(word)
    if kind < 0.94:
        return word.replace(" ", "-") if " " in word else f"{word} "
    return mistyped(rng, word) if len(word) > 6 else word


def _hard(rng: Random, skill: Skill) -> str:
    """Two changes at once, such that a person who knows the subject still reads it: a wrapped slip or shortening."""
    words = [word for word in (skill.name, *skill.aliases) if len(word) >= 9] or [skill.name]
    word = rng.choice(words)
    parts = word.split(" ")
    if len(parts) > 1 and rng.random() < 0.5:
        inner = " ".join(part[: max(5, len(part) * 2 // 3)] + "." if len(part) > 7 else part for part in parts)
    else:
        inner = mistyped(rng, word)
    return rng.choice(_WRAPPERS).format(inner)


def mistyped(rng: Random, word: str) -> str:
    """A word with one slip: two letters exchanged, one left out, doubled or hit beside. Never the word itself."""
    places = [place for place in range(1, len(word) - 1) if word[place].isalpha()]
    if not places:
        return word + word[-1]
    for _ in range(8):
        place, slip = rng.choice(places), rng.randrange(4)
        if slip == 0:
            made = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif slip == 1:
            made = word[:place] + word[place + 1 :]
        elif slip == 2:
            made = word[:place] + word[place] + word[place:]
        else:
            made = word[:place] + rng.choice("aeinrst") + word[place + 1 :]
        if made != word:
            return made
    return word[0] + word
