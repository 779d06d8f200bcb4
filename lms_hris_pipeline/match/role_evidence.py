"""Which trait accounts for who is in a group, and how sure that is. Pure: memberships come as arguments.

A group may follow several traits, and several traits may name the same people. So the traits are taken one by one, the
one that accounts for most first, each judged by those alone whom none before it speaks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lms_hris_pipeline.match.role_facts import SOURCES, Memberships, Trait
from lms_hris_pipeline.match.share_bounds import bounds

NAMES_COUNT = 3
"""As many members an alike name stands for at the most, and never more than half of those that were seen: at a threshold
of 0.75 six of six suffice in place of nine of nine, and a name alone shows nothing."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A trait that accounts for members of a group.

    Args:
        confidence: lower bound of the share of members among those with the trait whom no earlier explanation covers.
        is_named_alike: whether the names of trait and group are alike, which is counted in.
        as_well: traits that the very same people have.
    """

    trait: Trait
    confidence: float
    is_named_alike: bool = False
    as_well: tuple[Trait, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    trait: Trait
    gain: float
    confidence: float
    accounts: frozenset[str]

    @property
    def rank(self) -> tuple[float, int, str]:
        return -self.gain, SOURCES.index(self.trait.source), self.trait.value


def explain(
    members: frozenset[str],
    seen: Memberships,
    spoken_for: frozenset[str],
    propose_at: float,
    alike: Trait | None = None,
) -> Iterator[Explanation]:
    """The traits that `members` of a group follow, those that account for most first; free of any order of input.

    Args:
        spoken_for: accounts of `seen` for whom mappings in force speak; they show nothing.
        propose_at: what a confidence must reach.
        alike: the trait whose name the group's is like.
    """
    while candidates := sorted(_candidates(members, seen, spoken_for, propose_at, alike), key=lambda one: one.rank):
        best = candidates[0]
        as_well = tuple(one.trait for one in candidates[1:] if one.accounts == best.accounts)
        yield Explanation(best.trait, best.confidence, best.trait == alike, as_well)
        spoken_for |= best.accounts


def _candidates(
    members: frozenset[str],
    seen: Memberships,
    spoken_for: frozenset[str],
    propose_at: float,
    alike: Trait | None,
) -> Iterator[_Candidate]:
    open_members = members - spoken_for
    everyone = len(seen.traits) - len(spoken_for)
    counts = Counter(trait for account in open_members for trait in seen.traits[account])
    for trait, hits in counts.items():
        named = min(NAMES_COUNT, hits // 2) if trait == alike else 0
        if bounds(hits + named, hits + named)[0] < propose_at:
            continue
        accounts = seen.having(trait) - spoken_for
        confidence, _ = bounds(hits + named, len(accounts) + named)
        others = bounds(len(open_members) - hits, everyone - len(accounts))
        if confidence < propose_at or others[1] >= confidence:
            continue
        if trait.source == "job_family" and not _is_even(accounts, open_members, seen, propose_at):
            continue
        # at a share of propose_at a trait neither gains nor loses: a wide one wins over its parts only if all fit
        gain = round(hits - (len(accounts) - hits) * propose_at / (1 - propose_at), 6)
        yield _Candidate(trait, gain, confidence, accounts)


def _is_even(accounts: frozenset[str], members: frozenset[str], seen: Memberships, propose_at: float) -> bool:
    """Whether no job profile of a family stands clearly apart from the group that the family is said to lead into."""
    people: Counter[Trait] = Counter()
    inside: Counter[Trait] = Counter()
    for account in accounts:
        for trait in seen.traits[account]:
            if trait.source == "job_profile":
                people[trait] += 1
                inside[trait] += account in members
    return all(bounds(inside[trait], count)[1] >= propose_at for trait, count in people.items())
