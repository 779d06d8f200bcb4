"""Evidence of a role mapping: how many accounts have what it goes by, and how many of them are in the group."""

from __future__ import annotations

from typing import NamedTuple

MOVED_SHARE = 0.10
MOVED_PEOPLE = 0.25
"""A share, or a number of people, that moved so far is other evidence than before."""


class Counted(NamedTuple):
    """Accounts with the value, and those of them in the group; None where that was not counted."""

    people: int | None
    members: int | None

    @property
    def share(self) -> float | None:
        """The share of members, from 0 to 1; None where nobody could be counted."""
        if not self.people or self.members is None:
            return None
        return self.members / self.people


def has_moved(then: Counted, now: Counted) -> bool:
    """Whether the evidence is another one than it was; what was not counted cannot have moved."""
    if then.people is None or now.people is None:
        return False
    if abs(now.people - then.people) > MOVED_PEOPLE * max(then.people, 1):
        return True
    if then.share is None or now.share is None:
        return then.share is not now.share
    return round(abs(now.share - then.share), 6) >= MOVED_SHARE
