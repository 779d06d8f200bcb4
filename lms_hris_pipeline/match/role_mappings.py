"""The mappings themselves: what rules name, what people decided, what memberships suggest, what fills automatic groups.

A group that fills itself or that bestows rights is never given, whoever says so. Pure; what is counted and written
stands in `roles`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from lms_hris_pipeline.match.role_evidence import explain
from lms_hris_pipeline.match.role_facts import Group, Memberships, Trait
from lms_hris_pipeline.model.role import Counted, has_moved
from lms_hris_pipeline.settings import LearnerFields, RoleRule, ScopeSettings

State = Literal["in_force", "proposed", "rejected", "void", "automatic"]
Origin = Literal["settings", "person", "memberships"]
Key = tuple[Trait, str]
"""A trait, and the id of a group."""

_ON_ACCOUNTS = ("job_profile", "department", "location")
"""Sources of which an account has a field of its own, called alike in the settings."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The last word of a person on a mapping, and what was counted then."""

    trait: Trait
    group_id: str
    group_name: str
    is_approved: bool
    counted: Counted
    decided_by: str
    decided_at: datetime

    def told(self) -> str:
        """The decision in words."""
        people, members = self.counted
        seen = "" if people is None else f" when {members} of {people} were in the group"
        return f"A person {'approved' if self.is_approved else 'rejected'} it{seen}."


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """People with `trait` and the group: whether it is so, who says so, and why."""

    trait: Trait
    group: Group
    state: State
    origin: Origin
    reason: str
    confidence: float | None = None
    driven_by: str | None = None
    decided: Decided | None = None

    @property
    def key(self) -> Key:
        """What is told apart; by name where there is no such group."""
        return self.trait, self.group.group_id or f"name:{self.group.name}"


def ruled_mappings(
    scope: ScopeSettings, groups: Sequence[Group], values: Mapping[str, Sequence[str]]
) -> Iterator[RoleMapping]:
    """What the rules of the settings name. A rule for every value speaks of those for which there is a group.

    Args:
        values: by source, what HR knows of it.
    """
    by_name: dict[str, list[Group]] = {}
    for group in groups:
        by_name.setdefault(group.name, []).append(group)
    for rule in scope.roles:
        told = _told(rule)
        for value in values.get(rule.source, ()) if rule.value == "*" else (rule.value,):
            name, trait = rule.group_for(value), Trait(rule.source, value)
            for group in by_name.get(name, ()):
                yield _wanted(trait, group, "settings", told, scope)
            if name not in by_name and rule.value != "*":
                missing = Group("", name, is_automatic=False)
                yield RoleMapping(trait, missing, "void", "settings", f"{told} There is no such group.")


def _told(rule: RoleRule) -> str:
    return f"By the rule {rule.source} = {rule.value} -> {rule.group}."


def decided_mappings(
    scope: ScopeSettings, groups: Sequence[Group], decisions: Sequence[Decided]
) -> Iterator[RoleMapping]:
    """What people approved or rejected."""
    known = {group.group_id: group for group in groups}
    for one in decisions:
        group = known.get(one.group_id)
        if group is None:
            gone = Group(one.group_id, one.group_name, is_automatic=False)
            yield RoleMapping(one.trait, gone, "void", "person", f"{one.told()} The group is gone.", decided=one)
        elif one.is_approved:
            yield _wanted(one.trait, group, "person", one.told(), scope, one)
        else:
            yield RoleMapping(one.trait, group, "rejected", "person", one.told(), decided=one)


def _wanted(
    trait: Trait, group: Group, origin: Origin, told: str, scope: ScopeSettings, decided: Decided | None = None
) -> RoleMapping:
    """A mapping that somebody wants: in force, unless nobody may write such a group."""
    if group.is_automatic:
        return RoleMapping(
            trait, group, "void", origin, f"{told} The group fills itself and is never written.", decided=decided
        )
    if scope.is_privileged(group.name):
        return RoleMapping(
            trait, group, "void", origin, f"{told} The group is privileged: people alone give it.", decided=decided
        )
    return RoleMapping(trait, group, "in_force", origin, told, decided=decided)


def lapsed_rejections(
    decisions: Sequence[Decided], seen: Memberships, as_of: datetime, kept_days: int
) -> frozenset[Key]:
    """Rejections that hold no longer: too old, or overtaken by other evidence."""
    lapsed = set()
    for one in decisions:
        having, inside = seen.having(one.trait), seen.of_group(one.group_id)
        has_changed = has_moved(one.counted, Counted(len(having), len(having & inside)))
        is_old = one.decided_at.replace(tzinfo=UTC) + timedelta(days=kept_days) < as_of
        if not one.is_approved and (has_changed or is_old):
            lapsed.add((one.trait, one.group_id))
    return frozenset(lapsed)


def may_be_suggested(group: Group, scope: ScopeSettings) -> bool:
    """Whether a suggestion may lead into a group: it does not fill itself, and bestows no rights."""
    return not group.is_automatic and not scope.is_privileged(group.name)


def suggested_mappings(
    scope: ScopeSettings,
    groups: Sequence[Group],
    seen: Memberships,
    known: frozenset[Key],
    spoken_for: Mapping[str, frozenset[str]],
    alike: Mapping[str, Trait],
) -> Iterator[RoleMapping]:
    """What the memberships of manual groups suggest, but for privileged ones.

    Args:
        known: mappings on which rules or people have spoken. Rejected ones still account for their people: that one
            reason was wrong does not make others right.
        spoken_for: by group, the accounts that mappings in force lead into it.
        alike: by group, the trait whose name its name is like.
    """
    for group in groups:
        if not may_be_suggested(group, scope):
            continue
        covered, named = spoken_for.get(group.group_id, frozenset()), alike.get(group.group_id)
        for found in explain(seen.of_group(group.group_id), seen, covered, scope.roles_propose_at, named):
            if (found.trait, group.group_id) not in known:
                same = "".join(f" The same people share {other.source} {other.value}." for other in found.as_well)
                names = ", and the names are alike" if found.is_named_alike else ""
                reason = f"Memberships suggest it{names}.{same}"
                yield RoleMapping(found.trait, group, "proposed", "memberships", reason, found.confidence)


def automatic_mappings(
    fields: LearnerFields, groups: Sequence[Group], seen: Memberships, propose_at: float
) -> Iterator[RoleMapping]:
    """What fills automatic groups: as the learning system tells, else as their memberships show."""
    sources = {str(getattr(fields, source)): source for source in _ON_ACCOUNTS}
    named = {source: name for name, source in sources.items()}
    for group in groups:
        if not group.is_automatic:
            continue
        source = sources.get(group.rule_field or "")
        if source is not None and group.rule_value is not None:
            found: list[tuple[Trait, float | None]] = [(Trait(source, group.rule_value), None)]
        else:
            explained = explain(seen.of_group(group.group_id), seen, frozenset(), propose_at)
            found = [(one.trait, one.confidence) for one in explained]
        for trait, confidence in found:
            field = group.rule_field or named.get(trait.source)
            from_field = f" from {field}" if field else ""
            reason = f"The group fills itself{from_field} and is never written: the field is kept right instead."
            yield RoleMapping(trait, group, "automatic", "memberships", reason, confidence, field)
