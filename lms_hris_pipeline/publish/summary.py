"""What a publication did, for people and for the file beside the batch. Not here: doing it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lms_hris_pipeline.model.delta import Delta


@dataclass(slots=True)
class PublicationSummary:
    """What a publication did, each delta counted once, in the state in which it was left.

    Args:
        counts: deltas by kind ("update account") and state. Besides the ledger's states: `settling` (accepted, not
            seen yet), `in doubt` (sent without an answer and not seen yet), `waiting: <for what>`.
        held_back: what the breaker kept back, in words.
        stopped_by: why a vendor was left before all was sent; empty where none was.
        is_ended_by_quota: whether more may be sent once the vendor's hour is over.
        calls: vendor calls by system and endpoint.
    """

    batch_id: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    held_back: list[str] = field(default_factory=list)
    stopped_by: str = ""
    is_ended_by_quota: bool = False
    calls: dict[str, int] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Write the summary as JSON, whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(file)


@dataclass(slots=True)
class Stands:
    """Where each delta that a publication touched was left."""

    _last: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, delta: Delta, state: str) -> None:
        """Remember the state of a delta; a later one replaces it."""
        self._last[delta.delta_id] = (f"{delta.operation} {delta.entity}", state)

    def counts(self) -> dict[str, dict[str, int]]:
        """Deltas by kind and state."""
        found: dict[str, Counter[str]] = {}
        for kind, state in self._last.values():
            found.setdefault(kind, Counter())[state] += 1
        return {kind: dict(sorted(states.items())) for kind, states in sorted(found.items())}
