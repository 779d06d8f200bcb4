"""Which groups follow from job, department and place, with what is counted of each mapping.

Only rules and approvals are in force; a suggestion is a question to a person. Which mappings there are is decided in
`role_mappings`, how one is found in memberships stands in `role_evidence`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from lms_hris_pipeline.match.role_facts import Memberships, Trait, read_groups, read_memberships, read_names
from lms_hris_pipeline.match.role_likeness import names_alike
from lms_hris_pipeline.match.role_mappings import (
    Decided,
    RoleMapping,
    automatic_mappings,
    decided_mappings,
    lapsed_rejections,
    may_be_suggested,
    ruled_mappings,
    suggested_mappings,
)
from lms_hris_pipeline.match.skill_answers import Mind
from lms_hris_pipeline.model.role import Counted
from lms_hris_pipeline.model.wish import canonical_json
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables.match import ROLE_DECISIONS
from lms_hris_pipeline.warehouse import Batch

_SCHEMA = pa.schema(
    [
        ("mapping_id", pa.string()),
        ("source", pa.string()),
        ("value", pa.string()),
        ("value_name", pa.string()),
        ("group_id_lms", pa.string()),
        ("group_name", pa.string()),
        ("state", pa.string()),
        ("origin", pa.string()),
        ("people", pa.int32()),
        ("members", pa.int32()),
        ("removals", pa.int32()),
        ("lift", pa.decimal128(9, 2)),
        ("confidence", pa.decimal128(7, 6)),
        ("driven_by", pa.string()),
        ("reason", pa.string()),
        ("decided_by", pa.string()),
        ("decided_at", pa.timestamp("us")),
    ]
)
_UNCOUNTED = {"people": None, "members": None, "removals": None, "lift": None}


@dataclass(frozen=True, slots=True)
class RolesMatched:
    """The rows of `match.roles`, by source, value and group, and figures worth showing."""

    rows: pa.Table
    shown: dict[str, int | float | str]


def match_roles(batch: Batch, settings: Settings, alike: Mapping[str, Trait] | None = None) -> RolesMatched:
    """Every mapping of a value of job, department or place to a group, one row each.

    Reads canonical.groups, group_members, job_profiles, supervisory_organizations, locations and employments,
    match.people and, of the ledger's snapshot, match.role_decisions. Nothing is suggested where an extract that
    suggestions rest on was incomplete. `alike`: by group, the value whose name its name is like.
    """
    groups, names, seen = read_groups(batch), read_names(batch), read_memberships(batch)
    values: dict[str, list[str]] = {}
    for trait in names:
        values.setdefault(trait.source, []).append(trait.value)
    decisions = _read_decisions(batch)
    standing: dict[object, RoleMapping] = {}
    for one in (
        *ruled_mappings(settings.scope, groups, values),
        *decided_mappings(settings.scope, groups, decisions),
    ):
        standing.setdefault(one.key, one)
    spoken_for: dict[str, frozenset[str]] = {}
    if seen is not None:
        for key in lapsed_rejections(decisions, seen, batch.as_of, settings.publishing.rejection_days):
            if standing[key].state == "rejected":
                del standing[key]
        spoken_for = _spoken_for(standing.values(), seen)
        known = frozenset(one.key for one in standing.values())
        for one in (
            *suggested_mappings(settings.scope, groups, seen, known, spoken_for, alike or {}),
            *automatic_mappings(settings.lms.fields, groups, seen, settings.scope.roles_propose_at),
        ):
            standing.setdefault(one.key, one)
    rows = [_row(one, names) | _counts(one, seen, spoken_for) for one in standing.values()]
    rows.sort(key=lambda row: (row["source"], row["value"], row["group_name"], row["mapping_id"]))
    shown: dict[str, int | float | str] = dict(sorted(Counter(one.state for one in standing.values()).items()))
    shown["memberships"] = "read" if seen is not None else "not all read: nothing is suggested"
    return RolesMatched(pa.Table.from_pylist(rows, schema=_SCHEMA), shown)


def groups_named_alike(batch: Batch, settings: Settings, mind: Mind, cache_dir: Path) -> dict[str, Trait]:
    """By id of a group that may be suggested, the job or place whose name its name is like.

    Raises:
        BadInput: the embedding model cannot be used.
    """
    groups = [group for group in read_groups(batch) if may_be_suggested(group, settings.scope)]
    return names_alike(groups, read_names(batch), mind, cache_dir)


def _read_decisions(batch: Batch) -> list[Decided]:
    return [
        Decided(
            Trait(row["source"], row["value"]),
            row["group_id_lms"],
            row["group_name"],
            row["verdict"] == "approved",
            Counted(row["people"], row["members"]),
            row["decided_by"],
            row["decided_at"],
        )
        for row in batch.read(ROLE_DECISIONS).to_pylist()
    ]


def _spoken_for(standing: Iterable[RoleMapping], seen: Memberships) -> dict[str, frozenset[str]]:
    """By group, the accounts that mappings in force lead into it."""
    leading: dict[str, list[frozenset[str]]] = {}
    for one in standing:
        if one.state == "in_force":
            leading.setdefault(one.group.group_id, []).append(seen.having(one.trait))
    return {group: frozenset().union(*accounts) for group, accounts in leading.items()}


def _row(mapping: RoleMapping, names: Mapping[Trait, str | None]) -> dict[str, Any]:
    trait, group, decided = mapping.trait, mapping.group, mapping.decided
    name = canonical_json([trait.source, trait.value, mapping.key[1]])
    return {
        "mapping_id": hashlib.sha256(name.encode()).hexdigest()[:16],
        "source": trait.source,
        "value": trait.value,
        "value_name": names.get(trait),
        "group_id_lms": group.group_id or None,
        "group_name": group.name,
        "state": mapping.state,
        "origin": mapping.origin,
        "confidence": None if mapping.confidence is None else Decimal(f"{mapping.confidence:.6f}"),
        "driven_by": mapping.driven_by,
        "reason": mapping.reason,
        "decided_by": decided and decided.decided_by,
        "decided_at": decided and decided.decided_at,
    }


def _counts(
    mapping: RoleMapping, seen: Memberships | None, spoken_for: Mapping[str, frozenset[str]]
) -> dict[str, int | Decimal | None]:
    """What is known of the mapping's people; nothing where not all memberships were read."""
    if seen is None:
        return dict(_UNCOUNTED)
    having, inside = seen.having(mapping.trait), seen.of_group(mapping.group.group_id)
    both = len(having & inside)
    lift = None
    if having and inside:
        lift = (Decimal(both * len(seen.traits)) / (len(having) * len(inside))).quantize(Decimal("0.01"))
    left = len(inside - having - spoken_for.get(mapping.group.group_id, frozenset()))
    return {"people": len(having), "members": both, "removals": left, "lift": lift}
