"""What a framework is, as a publisher gave it and once it holds: concepts, other words for them, what lies above them.

A concept is a skill or, in files of occupations, an occupation. No I/O, no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["skill", "occupation"]


@dataclass(frozen=True, slots=True)
class Concept:
    """A skill or an occupation; `place` names file and row, so that a fault can point at it."""

    concept_id: str
    label: str
    description: str
    place: str


@dataclass(frozen=True, slots=True)
class Alias:
    """Another word for a concept."""

    concept_id: str
    alias: str
    place: str


@dataclass(frozen=True, slots=True)
class Broader:
    """One concept lies below another; either may be a group that is no concept itself."""

    concept_id: str
    broader_id: str
    place: str


@dataclass(frozen=True, slots=True)
class AliasRow:
    """The aliases that one row of a file gives to one concept."""

    concept_id: str
    aliases: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class GivenFramework:
    """What the files say, in their order.

    Args:
        rows: per row of the file that brings aliases: the concept it names, the aliases, the place. Whether aliases
            slipped against labels shows in the order of rows alone.
        groups: ids that may lie above concepts without being any; None where a publisher's files leave them out.
        notes: what was left out, in words.
    """

    kind: Kind
    concepts: tuple[Concept, ...]
    rows: tuple[AliasRow, ...] = ()
    broader: tuple[Broader, ...] = ()
    groups: frozenset[str] | None = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework that holds: ids are unique, every alias has a concept and is said once, nothing lies above itself."""

    kind: Kind
    concepts: tuple[Concept, ...]
    aliases: tuple[Alias, ...]
    broader: tuple[Broader, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Gathered:
    """Where a reader puts what it finds, row by row."""

    concepts: list[Concept] = field(default_factory=list)
    rows: list[AliasRow] = field(default_factory=list)
    broader: list[Broader] = field(default_factory=list)

    def add(self, concept_id: str, label: str, description: str, aliases: Iterable[str], place: str) -> None:
        """One concept and its aliases, both of one row."""
        self.concepts.append(Concept(concept_id, label, description, place))
        self.rows.append(AliasRow(concept_id, tuple(aliases), place))

    def framework(
        self, kind: Kind, *, groups: frozenset[str] | None = frozenset(), notes: Iterable[str] = ()
    ) -> GivenFramework:
        """All of it."""
        return GivenFramework(kind, tuple(self.concepts), tuple(self.rows), tuple(self.broader), groups, tuple(notes))
