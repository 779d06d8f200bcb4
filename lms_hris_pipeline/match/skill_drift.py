"""Whether far more skill tags than usual are unknown: the framework, or what people write, may have changed.

A night is held against the nights before it, the first one against what its model learnt from. What a tag means is
decided elsewhere; nothing here moves it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from lms_hris_pipeline.match.share_bounds import bounds
from lms_hris_pipeline.tables.match import TAG_DRIFT
from lms_hris_pipeline.warehouse import Batch, BatchShelf
from lms_hris_pipeline.warehouse.shelf import write_atomically

NIGHTS = 14
"""So many nights back the usual share is looked for: their middle one, so that one odd night moves nothing."""
LEAST = 0.05
"""A smaller difference is nobody's business, however surely it is one."""
LEAST_TO_A_MODEL = 0.15
"""Between a firm's tags and those that a model learnt from, more than that is usual."""
OF_NIGHT = "tag_shares.json"


class Seen(NamedTuple):
    """So many of so many tags."""

    found: int
    tags: int

    @property
    def share(self) -> float:
        """The found ones among the tags; 0 where there are none. Six digits."""
        return round(self.found / self.tags, 6) if self.tags else 0.0


Shares = Mapping[tuple[str, str], Seen]
"""What was seen by source and decision."""


def has_drifted(tonight: Seen, usual: Seen) -> bool:
    """Whether the share is clearly above that of a usual night: its lower bound above the other's upper one, and by LEAST."""
    clearly = bounds(*tonight)[0] > bounds(*usual)[1]
    return clearly and round(tonight.share - usual.share, 6) >= LEAST


def has_drifted_from_model(tonight: Seen, expected_share: float) -> bool:
    """Whether the share is clearly above the one that a model learnt from, and by LEAST_TO_A_MODEL."""
    return bounds(*tonight)[0] > expected_share and round(tonight.share - expected_share, 6) >= LEAST_TO_A_MODEL


def usual_night(nights: Sequence[Seen]) -> Seen:
    """The night in the middle by its share; of two the one with the lower share."""
    return sorted(nights, key=lambda night: (night.share, night.tags))[(len(nights) - 1) // 2]


def drift_rows(tonight: Shares, before: Sequence[Shares], unmatched_share: float) -> pa.Table:
    """The rows of `match.tag_drift`.

    Args:
        unmatched_share: the share of tags without a match among those that the model learnt from.
    """
    rows = []
    for (source, decision), seen in tonight.items():
        nights = [night[source, decision] for night in before if night[source, decision].tags]
        expected: float | None = None
        drifted = False
        if nights:
            usual = usual_night(nights)
            expected, drifted = usual.share, has_drifted(seen, usual)
        elif decision == "no_match":
            expected, drifted = round(unmatched_share, 6), has_drifted_from_model(seen, unmatched_share)
        told = None if expected is None else Decimal(f"{expected:.6f}")
        rows.append((source, decision, seen.tags, seen.found, told, len(nights), drifted))
    columns = zip(*rows, strict=True)
    return pa.table(dict(zip(TAG_DRIFT.column_names, map(list, columns), strict=True)))


def read_shares(batch: Batch) -> Shares:
    """What a batch's tags came to, by source and decision."""
    query = (files("lms_hris_pipeline.match") / "sql" / "tag_shares.sql").read_text(encoding="utf-8")
    return {(source, decision): Seen(found, tags) for source, decision, tags, found in batch.execute(query)}


def shares_before(shelf: BatchShelf, batch_id: str) -> list[Shares]:
    """The same of the last nights that were sealed before a batch, as far as they have the tables of this version."""
    found = []
    for name in [name for name in shelf.sealed() if name < batch_id][-NIGHTS:]:
        if shelf.is_of_this_version(name):
            with shelf.read(name) as batch:
                found.append(read_shares(batch))
    return found


def keep_shares(run_folder: Path, before: Sequence[Shares]) -> None:
    """Keep what a night was held against: those batches may be gone when it is built again."""
    told = [[[*key, *seen] for key, seen in night.items()] for night in before]
    write_atomically(run_folder / OF_NIGHT, json.dumps(told) + "\n")


def kept_shares(run_folder: Path) -> list[Shares]:
    """What a night was held against; nothing where it kept nothing."""
    try:
        told = json.loads((run_folder / OF_NIGHT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [{(source, decision): Seen(found, tags) for source, decision, found, tags in night} for night in told]
