"""Deltas in memory, for rules that need no ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lms_hris_pipeline.ledger.deltas import as_delta
from lms_hris_pipeline.model.delta import Delta, DeltaState, ProposedDelta
from lms_hris_pipeline.model.wish import delta_id
from lms_hris_pipeline_tests.support.ledger import NOW


def delta_of(wish: ProposedDelta, *, state: str = "approved", minutes: int = 0, **more: Any) -> Delta:
    """The delta that the ledger would make of a wish, proposed some minutes after the evening began."""
    row: dict[str, Any] = dict.fromkeys(Delta.__slots__)
    row |= {name: getattr(wish, name) for name in ProposedDelta.__slots__}
    row |= {"delta_id": delta_id(wish.wish_id, 1), "generation": 1, "is_shadow": False, "state": state}
    row["proposed_at"] = NOW.replace(tzinfo=None) + timedelta(minutes=minutes)
    return replace(as_delta(row), **more)


def verified(wish: ProposedDelta, base: Mapping[str, Any] | None = None) -> Delta:
    """A delta that was sent and seen."""
    return delta_of(wish, state=DeltaState.VERIFIED, **({"base": base} if base is not None else {}))
