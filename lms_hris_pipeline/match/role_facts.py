"""What role mappings rest on: the groups, what HR calls its jobs and places, who has which of them, who is in which group.

Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.warehouse import Batch

SOURCES = ("job_profile", "department", "location", "job_family")
"""What mappings go by, the most specific first."""


class Trait(NamedTuple):
    """A value of a source, such as one location."""

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the learning system; what fills an automatic one, where the system says so."""

    group_id: str
    name: str
    is_automatic: bool
    rule_field: str | None = None
    rule_value: str | None = None


@dataclass(frozen=True, slots=True)
class Memberships:
    """Accounts of people in scope: by trait, by group, and the traits of each."""

    holders: Mapping[Trait, frozenset[str]]
    members: Mapping[str, frozenset[str]]
    traits: Mapping[str, tuple[Trait, ...]]

    @classmethod
    def of(cls, traits: Mapping[str, Iterable[Trait]], groups: Iterable[tuple[str, str]]) -> Memberships:
        """From the traits of each account, and (group, account) pairs; accounts without traits here are left out."""
        holders: dict[Trait, set[str]] = {}
        for account, found in traits.items():
            for trait in found:
                holders.setdefault(trait, set()).add(account)
        members: dict[str, set[str]] = {}
        for group, account in groups:
            if account in traits:
                members.setdefault(group, set()).add(account)
        return cls(
            {trait: frozenset(accounts) for trait, accounts in holders.items()},
            {group: frozenset(accounts) for group, accounts in members.items()},
            {account: tuple(found) for account, found in traits.items()},
        )

    def having(self, trait: Trait) -> frozenset[str]:
        """The accounts of people with `trait`."""
        return self.holders.get(trait, frozenset())

    def of_group(self, group_id: str) -> frozenset[str]:
        """The accounts in a group."""
        return self.members.get(group_id, frozenset())


def read_groups(batch: Batch) -> list[Group]:
    """All groups, by id."""
    return [
        Group(row["group_id_lms"], row["name"], row["kind"] == "automatic", row["rule_field"], row["rule_value"])
        for row in batch.read(canonical.GROUPS).to_pylist()
    ]


def read_names(batch: Batch) -> dict[Trait, str | None]:
    """Every value that HR knows, with its name."""
    return {Trait(source, value): name for source, value, name in batch.execute(_query("values"))}


def read_memberships(batch: Batch) -> Memberships | None:
    """Who is in which group; None where an extract was incomplete, for absence then means nothing."""
    [(is_complete,)] = batch.execute(_query("observed"))
    if not is_complete:
        return None
    people = batch.arrow(_query("people")).to_pylist()
    traits = {
        row["learner_id_lms"]: [Trait(source, row[source]) for source in SOURCES if row[source] is not None]
        for row in people
    }
    members = batch.read(canonical.GROUP_MEMBERS)
    pairs = zip(members["group_id_lms"].to_pylist(), members["learner_id_lms"].to_pylist(), strict=True)
    return Memberships.of(traits, pairs)


def _query(name: str) -> str:
    return (files("lms_hris_pipeline.match") / "sql" / f"role_{name}.sql").read_text(encoding="utf-8").strip()
