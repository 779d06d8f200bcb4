"""Which trait accounts for a group: bounds, truth tables of made-up memberships, and what must hold of any."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from lms_hris_pipeline.match.role_evidence import explain
from lms_hris_pipeline.match.role_facts import SOURCES, Memberships, Trait
from lms_hris_pipeline.match.share_bounds import bounds
from lms_hris_pipeline.model.role import Counted, has_moved

AT = 0.75
GROUP = "g"
People = Mapping[str, tuple[str, str, str, str]]
"""Account: job profile, department, location, job family."""


def seen(people: People, members: set[str]) -> Memberships:
    traits = {
        account: [Trait(source, value) for source, value in zip(SOURCES, values, strict=True)]
        for account, values in people.items()
    }
    return Memberships.of(traits, [(GROUP, account) for account in members])


def found(people: People, members: set[str], covered: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    memberships = seen(people, members)
    return [tuple(one.trait) for one in explain(memberships.of_group(GROUP), memberships, covered, AT)]


def firm() -> dict[str, tuple[str, str, str, str]]:
    """Three families of three profiles, in departments of ten and in two places: 20 people a profile."""
    people = {}
    for family in "ABC":
        for profile in "123":
            for number in range(20):
                department = f"D{number % 2}{family}{profile}"
                people[f"{family}{profile}-{number}"] = (family + profile, department, f"L{number % 2}", family)
    return people


def of(*beginnings: str, left_out: int = 0) -> set[str]:
    """The accounts whose names begin so, but for the last few."""
    chosen = sorted(account for account in firm() if account.startswith(beginnings))
    return set(chosen[: len(chosen) - left_out])


CASES: list[tuple[str, set[str], list[tuple[str, str]]]] = [
    ("nobody", set(), []),
    ("one profile", of("A1"), [("job_profile", "A1")]),
    ("one profile, somebody forgotten", of("A1", left_out=1), [("job_profile", "A1")]),
    ("one profile, a friend added", of("A1") | {"C3-0"}, [("job_profile", "A1")]),
    ("a whole family, and not its profiles", of("A"), [("job_family", "A")]),
    ("a family with one forgotten", of("A", left_out=1), [("job_family", "A")]),
    ("two of three profiles are no family", of("A1", "A2"), [("job_profile", "A1"), ("job_profile", "A2")]),
    ("a place", {a for a, v in firm().items() if v[2] == "L0"}, [("location", "L0")]),
    ("one department", {a for a, v in firm().items() if v[1] == "D0B2"}, [("department", "D0B2")]),
    ("a profile and a family", of("A1", "B"), [("job_family", "B"), ("job_profile", "A1")]),
    ("everybody: nothing sets them apart", set(firm()), []),
    ("chosen by hand", set(sorted(firm())[::4]), []),
    ("too few to tell", set(sorted(of("A1"))[:5]), []),
]


@pytest.mark.parametrize(("case", "members", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_group_goes_by_the_trait_that_accounts_for_it(
    case: str, members: set[str], expected: list[tuple[str, str]]
) -> None:
    assert found(firm(), members) == expected


def test_the_more_specific_of_two_traits_of_the_same_people_wins_and_names_the_other() -> None:
    people = {f"a{n}": ("P", "D", "L", "F") for n in range(12)} | {f"b{n}": ("Q", "E", "M", "G") for n in range(30)}
    memberships = seen(people, {f"a{n}" for n in range(12)})
    [one] = explain(memberships.of_group(GROUP), memberships, frozenset(), AT)
    assert one.trait == Trait("job_profile", "P")
    assert one.as_well == (Trait("department", "D"), Trait("location", "L"), Trait("job_family", "F"))


PROFILE, OTHER = Trait("job_profile", "P"), Trait("location", "L")


@pytest.mark.parametrize(
    ("case", "people", "members", "alike", "expected"),
    [
        ("too few by themselves", 6, 6, None, None),
        ("six of six, named alike", 6, 6, PROFILE, (PROFILE, True)),
        ("five of five, named alike", 5, 5, PROFILE, None),
        ("a name and nobody", 40, 0, PROFILE, None),
        ("a name and a few of many", 40, 6, PROFILE, None),
        ("most, named alike", 20, 18, PROFILE, (PROFILE, True)),
        ("most, called otherwise", 20, 18, None, None),
        ("the name is another's", 6, 6, OTHER, None),
        ("the name is another's, and the members are many", 12, 12, OTHER, (PROFILE, False)),
    ],
)
def test_an_alike_name_helps_members_and_never_stands_for_them(
    case: str, people: int, members: int, alike: Trait | None, expected: tuple[Trait, bool] | None
) -> None:
    firm_of = {f"a{n}": ("P", f"D{n}", "L" if n % 2 else "M", "F") for n in range(people)}
    firm_of |= {f"b{n}": ("Q", f"E{n}", "L" if n % 2 else "M", "F") for n in range(60)}
    memberships = seen(firm_of, {f"a{n}" for n in range(members)})
    found = [(one.trait, one.is_named_alike) for one in explain(memberships.of_group(GROUP), memberships, frozenset(), AT, alike)]  # fmt: skip
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize("propose_at", [0.01, 0.3, 0.6])
def test_a_name_alone_shows_nothing_however_low_the_threshold(propose_at: float) -> None:
    memberships = seen(firm(), set())
    named = Trait("job_profile", "A1")
    assert list(explain(memberships.of_group(GROUP), memberships, frozenset(), propose_at, named)) == []


def test_people_for_whom_a_mapping_speaks_show_nothing() -> None:
    assert found(firm(), of("A1", "B"), frozenset(of("B"))) == [("job_profile", "A1")]
    assert found(firm(), of("A1"), frozenset(of("A1"))) == []


def test_a_family_is_not_proposed_where_a_small_profile_of_it_stands_apart() -> None:
    people = {
        **{f"x{n}": ("P1", f"D{n % 9}", "L", "F") for n in range(40)},
        **{f"y{n}": ("P2", f"D{n % 9}", "L", "F") for n in range(40)},
        **{f"z{n}": ("P3", f"D{n % 9}", "L", "F") for n in range(6)},
        **{f"o{n}": ("P4", f"D{n % 9}", "L", "G") for n in range(200)},
    }
    members = {account for account in people if account[0] in "xy"}
    assert found(people, members) == [("job_profile", "P1"), ("job_profile", "P2")]


@pytest.mark.parametrize(("members", "people"), [(0, 10), (10, 10), (19, 20), (50, 100), (1, 3), (4990, 5000)])
def test_bounds_are_wilsons(members: int, people: int) -> None:
    interval = binomtest(members, people).proportion_ci(confidence_level=0.9, method="wilson")
    assert bounds(members, people) == pytest.approx((interval.low, interval.high), abs=1e-4)


def test_nobody_shows_nothing() -> None:
    assert bounds(0, 0) == (0.0, 1.0)


MOVES: list[tuple[tuple[int | None, int | None], tuple[int | None, int | None], bool]] = [
    ((20, 19), (20, 19), False),
    ((20, 19), (21, 20), False),
    ((20, 19), (20, 17), True),
    ((20, 19), (26, 25), True),
    ((20, 19), (14, 13), True),
    ((20, 19), (0, 0), True),
    ((None, None), (20, 19), False),
    ((20, 19), (None, None), False),
]


@pytest.mark.parametrize(("then", "now", "expected"), MOVES)
def test_evidence_moves_by_share_or_by_people(
    then: tuple[int | None, int | None], now: tuple[int | None, int | None], expected: bool
) -> None:
    assert has_moved(Counted(*then), Counted(*now)) is expected


@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(sorted(firm()))))
def test_what_is_found_is_free_of_order_accounts_for_itself_and_repeats_nobody(
    chance: random.Random, members: set[str]
) -> None:
    people = list(firm().items())
    chance.shuffle(people)
    shuffled = dict(people)
    one = found(shuffled, members)
    assert one == found(firm(), members)
    memberships = seen(shuffled, members)
    covered: frozenset[str] = frozenset()
    for explanation in explain(memberships.of_group(GROUP), memberships, frozenset(), AT):
        fresh = memberships.having(explanation.trait) - covered
        assert len(fresh & members) / len(fresh) >= explanation.confidence >= AT
        covered |= fresh
