"""Whatever people, memberships, names of groups and decisions there are: what role mappings may never do."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from lms_hris_pipeline.match.role_facts import Group, Memberships, Trait
from lms_hris_pipeline.match.role_mappings import (
    Decided,
    RoleMapping,
    decided_mappings,
    ruled_mappings,
    suggested_mappings,
)
from lms_hris_pipeline.model.role import Counted
from lms_hris_pipeline.settings import RoleRule, ScopeSettings

DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - as the ledger keeps it
VALUES = ("Sales", "Managers", "Power Users")
TRAITS = [Trait("job_family", value) for value in VALUES] + [Trait("job_profile", f"P{number}") for number in range(6)]
names = st.sampled_from(["Sales", "Team Managers", "SUPERADMINS", "Instructor pool", "Book club", "Power Users"])
groups = st.lists(st.tuples(names, st.booleans()), min_size=1, max_size=6).map(
    lambda found: [Group(str(number), name, is_automatic) for number, (name, is_automatic) in enumerate(found)]
)
memberships = st.lists(st.tuples(st.sampled_from(VALUES), st.integers(0, 5), st.sets(st.integers(0, 5))), max_size=120)
decisions = st.lists(st.tuples(st.sampled_from(TRAITS), st.integers(0, 7), st.booleans()), max_size=8)
alikes = st.dictionaries(st.integers(0, 5).map(str), st.sampled_from(TRAITS))
SCOPE = ScopeSettings(roles=(RoleRule(source="job_family", value="*", group="{value}"),))


def seen_of(people: list[tuple[str, int, set[int]]]) -> Memberships:
    traits = {
        str(number): [Trait("job_profile", f"P{profile}"), Trait("job_family", family)]
        for number, (family, profile, _) in enumerate(people)
    }
    return Memberships.of(
        traits, [(str(group), str(number)) for number, (_, _, held) in enumerate(people) for group in held]
    )


def may_be_given(mapping: RoleMapping) -> bool:
    return not mapping.group.is_automatic and not SCOPE.is_privileged(mapping.group.name)


@given(groups, memberships, decisions, alikes)
def test_nothing_privileged_or_automatic_is_ever_in_force_or_proposed(
    known: list[Group],
    people: list[tuple[str, int, set[int]]],
    said: list[tuple[Trait, int, bool]],
    alike: dict[str, Trait],
) -> None:
    decided = [
        Decided(trait, str(group), "Gone", is_approved, Counted(None, None), "Ada", DAY)
        for trait, group, is_approved in said
    ]
    wanted = [
        *ruled_mappings(SCOPE, known, {"job_family": VALUES}),
        *decided_mappings(SCOPE, known, decided),
    ]
    assert all(may_be_given(one) for one in wanted if one.state == "in_force")
    assert {one.origin for one in wanted if one.state == "in_force"} <= {"settings", "person"}
    spoken_on = frozenset(one.key for one in wanted)
    proposed = list(suggested_mappings(SCOPE, known, seen_of(people), spoken_on, {}, alike))
    assert all(may_be_given(one) and one.state == "proposed" for one in proposed)
    assert spoken_on.isdisjoint(one.key for one in proposed), "people and rules have the last word"
    assert len({one.key for one in proposed}) == len(proposed)
