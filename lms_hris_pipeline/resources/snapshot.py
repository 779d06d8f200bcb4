"""A batch's `_run` folder: the ledger as it was when the batch began, the settings, the as-of instant, the calls made.

With the landing files it is all that a replay reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lms_hris_pipeline.ledger import CaseRow, LedgerSnapshot
from lms_hris_pipeline.model.errors import BadInput, ContractBroken
from lms_hris_pipeline.settings import Settings, settings_from
from lms_hris_pipeline.tables import Table, match
from lms_hris_pipeline.warehouse.shelf import write_atomically

SNAPSHOT_TABLES: tuple[Table, ...] = (
    match.RECORDED_LINKS,
    match.PAIR_DECISIONS,
    match.TAG_DECISIONS,
    match.TAG_REFUSALS,
    match.ROLE_DECISIONS,
    match.PENDING_CHANGES,
)
"""In the order in which a LedgerSnapshot holds them."""

HOW_NOT_WHAT = ("firm.data_dir", "alerts.", "schedule.", "retention.", "quota.", "extract.")
"""Settings that say how a night is run; the rows of a batch are the same whatever they are."""

_ARROW = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "TIMESTAMP": pa.timestamp("us")}
_STANDINGS = pa.schema([("wish_id", pa.string()), ("generation", pa.int32()), ("state", pa.string())])
_CASES = pa.schema([("exception_id", pa.string()), ("first_seen_at", pa.timestamp("us", "UTC"))])


def write_run_facts(folder: Path, batch_id: str, as_of: datetime, settings: Settings) -> None:
    """Note what the run goes by: its instant and its settings, but for the ledger's address, which may hold a password."""
    noted = settings.model_dump(mode="json", exclude={"ledger"})
    facts = {"batch": batch_id, "as_of": as_of.isoformat(), "settings": noted}
    write_atomically(folder / "run.json", json.dumps(facts, indent=1, sort_keys=True) + "\n")


def read_run_facts(folder: Path, data_dir: Path) -> tuple[datetime, Settings]:
    """The instant and the settings that a batch went by; the data folder is today's.

    Raises:
        BadInput: the batch left none.
    """
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            f"{folder.parent} holds no landing files of a batch\n"
            "  They are kept for [retention] landing_days; an older batch can be read, but not replayed."
        ) from None
    settings = settings_from(facts["settings"])
    firm = settings.firm.model_copy(update={"data_dir": data_dir})
    return datetime.fromisoformat(facts["as_of"]), settings.model_copy(update={"firm": firm})


def changed_settings(folder: Path, settings: Settings) -> list[str]:
    """The settings, by dotted name, that say another thing today than when the batch was begun.

    Those that only say how a night is run are left out, and so are the addresses of the sandbox, which change with
    every start. Empty where the batch left none: then nothing of it was begun.
    """
    try:
        begun = read_run_facts(folder, settings.firm.data_dir)[1]
    except BadInput:
        return []
    sides = [_flat(side.model_dump(mode="json", exclude={"ledger"})) for side in (begun, settings)]
    ignored = (*HOW_NOT_WHAT, *(("hris.base_url", "lms.base_url") if settings.profile == "sandbox" else ()))
    names = sorted(sides[0].keys() | sides[1].keys())
    return [name for name in names if sides[0].get(name) != sides[1].get(name) and not name.startswith(ignored)]


def _flat(section: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in section.items():
        found |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return found


def write_snapshot(folder: Path, snapshot: LedgerSnapshot, cases: list[CaseRow]) -> dict[str, int]:
    """Write the ledger's rows, each file whole or not at all; rows by table."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    listed = (
        snapshot.recorded_links,
        snapshot.pair_decisions,
        snapshot.tag_decisions,
        snapshot.tag_refusals,
        snapshot.role_decisions,
        snapshot.pending_changes,
    )
    for table, rows in zip(SNAPSHOT_TABLES, listed, strict=True):
        columns: dict[str, Any] = {
            column.name: pa.array([row[number] for row in rows], _ARROW[column.type])
            for number, column in enumerate(table.columns)
        }
        _write(folder / f"{table.name}.parquet", pa.table(columns))
        counts[table.name] = len(rows)
    open_cases = {
        "exception_id": [case.exception_id for case in cases],
        "first_seen_at": [case.first_seen_at.astimezone(UTC) for case in cases],
    }
    _write(folder / "cases.parquet", pa.table(open_cases, schema=_CASES))
    return {**counts, "cases": len(cases)}


def read_snapshot(folder: Path, table: Table) -> pa.Table:
    """The ledger's rows of one table, as they were when the batch began."""
    return _read(folder / f"{table.name}.parquet")


def read_first_seen(folder: Path) -> dict[str, datetime]:
    """When each case that was open when the batch began was first seen, by exception id."""
    cases = _read(folder / "cases.parquet")
    return dict(zip(cases["exception_id"].to_pylist(), cases["first_seen_at"].to_pylist(), strict=True))


def write_standings(folder: Path, standings: list[tuple[str, int, str]]) -> None:
    """Note how the ledger's deltas of a batch's wishes stood after its proposals: the pages say it, a replay's too."""
    columns = {name: [row[number] for row in standings] for number, name in enumerate(_STANDINGS.names)}
    _write(folder / "standings.parquet", pa.table(columns, schema=_STANDINGS))


def read_standings(folder: Path) -> list[tuple[str, int, str]]:
    """(wish, generation, state) as noted; empty where nothing was proposed yet."""
    file = folder / "standings.parquet"
    if not file.exists():
        return []
    found = pq.read_table(file)
    return list(zip(*(found[name].to_pylist() for name in _STANDINGS.names), strict=True))


def add_calls(folder: Path, system: str, counts: Mapping[str, int]) -> None:
    """Add an extract's calls by endpoint to what `_run/calls.json` holds of the batch."""
    calls = read_calls(folder)
    held = calls.setdefault(system, {})
    for endpoint, count in counts.items():
        held[endpoint] = held.get(endpoint, 0) + count
    write_atomically(folder / "calls.json", json.dumps(calls, indent=1, sort_keys=True) + "\n")


def read_calls(folder: Path) -> dict[str, dict[str, int]]:
    """Calls of a batch's extracts by system and endpoint."""
    try:
        found: dict[str, dict[str, int]] = json.loads((folder / "calls.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _write(file: Path, rows: pa.Table) -> None:
    part = file.with_suffix(".part")
    pq.write_table(rows, part)
    part.replace(file)


def _read(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except FileNotFoundError:
        raise ContractBroken(f"{file} is gone\n  Start the night anew: lms-hris nightly") from None
