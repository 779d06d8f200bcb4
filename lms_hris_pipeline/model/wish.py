"""What makes two proposed changes the same one: canonical JSON and the hashes built on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

Scalar = str | bool | int | None


def canonical_json(value: object) -> str:
    """`value` as JSON with sorted keys, no blanks and no ASCII escapes: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def wish_id(
    target_system: str,
    entity: str,
    target_key: str,
    operation: str,
    desired: Mapping[str, Scalar],
    base: Mapping[str, object],
) -> str:
    """The identity of a wish: 64 hex digits, equal when and only when all six arguments are."""
    text = canonical_json([target_system, entity, target_key, operation, dict(desired), dict(base)])
    return hashlib.sha256(text.encode()).hexdigest()


def delta_id(wish: str, generation: int) -> str:
    """The identity of one occurrence of a wish; `generation` counts from 1."""
    return hashlib.sha256(f"{wish}:{generation}".encode()).hexdigest()
