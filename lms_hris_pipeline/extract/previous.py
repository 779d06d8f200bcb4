"""What earlier batches left in the landing folder: the last complete extract of each entity, and chains of changes.

Reads manifests and landing files only. Not here: what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from lms_hris_pipeline.extract.landing import Manifest, data_path, read_lines, read_manifest
from lms_hris_pipeline.model.errors import ContractBroken

MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Previous:
    """The last complete extract of an entity, and the day of the last full one below it."""

    manifest: Manifest
    full_on: date


def earlier_batches(landing_root: Path, batch: str) -> list[str]:
    """Batches with a landing folder before `batch`, the latest first."""
    if not landing_root.exists():
        return []
    return sorted((path.name for path in landing_root.iterdir() if path.is_dir() and path.name < batch), reverse=True)


def find_previous(landing_root: Path, batch: str, system: str, entity: str) -> Previous | None:
    """The last complete extract of `entity` before `batch` whose files are still there."""
    for earlier in earlier_batches(landing_root, batch):
        manifest = read_manifest(landing_root / earlier, system, entity)
        if manifest is None or not manifest.is_complete:
            continue
        if not data_path(landing_root / earlier, system, entity).exists():
            continue
        try:
            chain = extract_chain(landing_root, manifest)
        except ContractBroken:
            continue
        return Previous(manifest, date.fromisoformat(chain[0].batch[:10]))
    return None


def extract_chain(landing_root: Path, manifest: Manifest) -> list[Manifest]:
    """The manifests whose files make up an entity: the full extract first, then each night's changes.

    Raises:
        ContractBroken: a file of the chain is gone.
    """
    chain = [manifest]
    while chain[0].mode == "changes":
        base = chain[0].base or ""
        found = read_manifest(landing_root / base, manifest.system, manifest.entity) if base else None
        path = data_path(landing_root / base, manifest.system, manifest.entity)
        if found is None or not found.is_complete or base >= chain[0].batch or not path.exists():
            raise ContractBroken(
                f"{manifest.system} {manifest.entity} of {chain[0].batch} builds on batch {base}, "
                "whose landing files are gone\n  Fetch anew: lms-hris nightly --fresh"
            )
        chain.insert(0, found)
    return chain


def changes_since(previous: Previous | None, today: date, *, full_every_days: int, overlap_minutes: int) -> str | None:
    """From when on changes are asked for, in the vendor's clock; None where a full extract is due.

    The watermark is the latest change that was seen, so the vendor's clock decides, not ours.
    """
    if previous is None or previous.manifest.watermark is None:
        return None
    if (today - previous.full_on).days >= full_every_days:
        return None
    try:
        seen = datetime.strptime(previous.manifest.watermark, MOMENT)  # noqa: DTZ007 - the vendor's own clock
        return (seen - timedelta(minutes=overlap_minutes)).strftime(MOMENT)
    except (ValueError, OverflowError):
        return None


def record_keys(landing_root: Path, chain: Sequence[Manifest], key: Sequence[str]) -> set[tuple[str, ...]]:
    """The distinct keys of the records in a chain of files."""
    found: set[tuple[str, ...]] = set()
    for manifest in chain:
        path = data_path(landing_root / manifest.batch, manifest.system, manifest.entity)
        found.update(_keys(path, key))
    return found


def _keys(path: Path, key: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for line in read_lines(path):
        for record in line["records"]:
            yield tuple(str(record[name]) for name in key)
