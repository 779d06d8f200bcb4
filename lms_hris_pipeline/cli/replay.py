"""`lms-hris replay`: build a batch again from its landing files and hold it against the sealed one.

It sends nothing and changes neither CURRENT nor the ledger; what it builds lies in data/replay/<batch>/.
"""

from __future__ import annotations

from pathlib import Path

import typer

from lms_hris_pipeline.cli.terminal import console, say, show_table
from lms_hris_pipeline.model.errors import BadInput, ContractBroken
from lms_hris_pipeline.settings import load_settings
from lms_hris_pipeline.tables import ALL_TABLES
from lms_hris_pipeline.warehouse import Batch, BatchShelf
from lms_hris_pipeline.warehouse.history import digest

REPORTS = "reports"
NOT_REPLAYED = ("publication*.json",)
"""What became of publication is no report of the batch: a replay sends nothing."""


def run_replay(batch_id: str) -> None:
    """Build, compare, print equal or different by table and report.

    Raises:
        BadInput: the batch is not sealed, another version built it, or its landing files are gone.
        typer.Exit: something differs (exit code 1).
    """
    settings = load_settings()
    shelf = BatchShelf(settings.firm.data_dir)
    if not shelf.is_sealed(batch_id):
        raise BadInput(f"There is no sealed batch {batch_id}\n  Sealed: {', '.join(shelf.sealed()[-10:]) or 'none'}")
    shelf.check_version(batch_id)
    if not (settings.firm.data_dir / "landing" / batch_id / "_run" / "run.json").exists():
        raise BadInput(
            f"The landing files of {batch_id} are gone; without them nothing can be built again\n"
            f"  They are kept for {settings.retention.landing_days} days (retention.landing_days)."
        )
    folder = settings.firm.data_dir / "replay" / batch_id
    from lms_hris_pipeline.cli.nightly import execute_job
    from lms_hris_pipeline.resources.runs import REPLAY_TAG

    say(f"Building {batch_id} again from its landing files, its snapshot of the ledger and its settings")
    execute_job(
        settings,
        batch_id,
        {REPLAY_TAG: batch_id},
        console,
        rest=lambda: f"The replay of {batch_id} was not finished.",
        log_name=f"replay-{batch_id}",
    )
    tables = compare_tables(shelf, batch_id, folder / "warehouse.duckdb")
    reports = compare_reports(settings.firm.data_dir / REPORTS / batch_id, folder / REPORTS)
    different = [row for row in (*tables, *reports) if row[1] != "equal"]
    show_table(("table or report", "replay", "sealed batch", "built again"), [*tables, *reports])
    if different:
        say(f"{len(different)} of {len(tables) + len(reports)} differ; the copy stays in {folder} to be looked at.")
        raise typer.Exit(1)
    say(f"All {len(tables)} tables and {len(reports)} reports of {batch_id} are equal.")


def compare_tables(shelf: BatchShelf, batch_id: str, file: Path) -> list[tuple[str, str, str, str]]:
    """Per contracted table: its name, equal or different, and the number of rows on either side."""
    if not file.exists():
        raise ContractBroken(f"The replay left no {file}\n  The run ended before its last table.")
    rows = []
    with shelf.read(batch_id) as sealed, Batch.reading(file, batch_id=batch_id, as_of=sealed.as_of) as again:
        for table in ALL_TABLES:
            before, after = digest(sealed, table), digest(again, table)
            verdict = "equal" if before == after else "different"
            rows.append((table.sql_name, verdict, f"{before[0]:,} rows", f"{after[0]:,} rows"))
    return rows


def compare_reports(sealed: Path, again: Path) -> list[tuple[str, str, str, str]]:
    """Per report file: its name, equal, different or missing, and its size on either side."""
    names = sorted(_report_names(sealed) | _report_names(again))
    rows = []
    for name in names:
        sides = [folder / name for folder in (sealed, again)]
        sizes = [f"{side.stat().st_size:,} bytes" if side.exists() else "missing" for side in sides]
        is_equal = all(side.exists() for side in sides) and sides[0].read_bytes() == sides[1].read_bytes()
        rows.append((f"{REPORTS}/{name}", "equal" if is_equal else "different", *sizes))
    return [(name, verdict, before, after) for name, verdict, before, after in rows]


def _report_names(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(path.match(pattern) for pattern in NOT_REPLAYED)
    }
