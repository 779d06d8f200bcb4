"""The role mappings of a batch as people read them, with what was decided since the batch began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lms_hris_pipeline.model.role import Counted
from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.warehouse import Batch


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One mapping: the columns of `match.roles`, and what follows from them."""

    mapping_id: str
    source: str
    value: str
    value_name: str | None
    group_id_lms: str | None
    group_name: str
    state: str
    origin: str
    people: int | None
    members: int | None
    removals: int | None
    lift: Decimal | None
    confidence: Decimal | None
    driven_by: str | None
    reason: str
    decided_by: str | None
    decided_at: datetime | None

    @property
    def counted(self) -> Counted:
        """Accounts with the value, and those of them in the group."""
        return Counted(self.people, self.members)

    @property
    def additions(self) -> int | None:
        """Accounts that would join the group, were this mapping in force."""
        if self.people is None or self.members is None:
            return None
        return self.people - self.members

    @property
    def evidence(self) -> str:
        """What the memberships show, in words."""
        if self.people is None:
            return "Not all memberships were read that night."
        if not self.people:
            return "Nobody in scope has it."
        share = f" ({self.counted.share:.0%})" if self.counted.share is not None else ""
        text = f"{self.members:,} of {self.people:,} accounts with it are in the group{share}"
        text += f", {self.lift} times as often as everyone." if self.lift is not None else "."
        if self.state in ("proposed", "rejected"):
            text += f" Approved alone, it would add {self.additions:,} and take {self.removals:,} out of the group."
        return text


def read_role_lines(batch: Batch, decisions: Iterable[tuple[Any, ...]]) -> list[RoleLine]:
    """Every mapping of a batch, those that wait for a person first.

    Args:
        decisions: the last word on each mapping as the ledger has it now, in the columns of match.role_decisions.
    """
    words = {tuple(row[:3]): row for row in decisions}
    lines = []
    for found in rows_of(batch, "roles"):
        at = found["decided_at"]
        line = RoleLine(**{**found, "decided_at": None if at is None else at.replace(tzinfo=UTC)})
        word = words.get((line.source, line.value, line.group_id_lms))
        lines.append(line if word is None or line.origin == "settings" else _decided_since(line, word))
    return lines


def _decided_since(line: RoleLine, word: tuple[Any, ...]) -> RoleLine:
    """`line` after a decision that the batch may not have known."""
    verdict, by, at = word[4], word[7], word[8].replace(tzinfo=UTC)
    if line.decided_at is not None and at <= line.decided_at:
        return line
    state = "in_force" if verdict == "approved" else "rejected"
    reason = f"A person {verdict} it since; it takes effect in the next night."
    return replace(line, state=state, origin="person", reason=reason, decided_by=by, decided_at=at)
