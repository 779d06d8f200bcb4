"""What changed from batch to batch: append-only Parquet files beside the batches, and digests of tables.

data/history/<entity>/<batch>.parquet holds each row of a canonical table that this batch saw for the first
time or no longer saw. Files are written into the batch's folder, sealed with it, then copied.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from lms_hris_pipeline.tables import Table
from lms_hris_pipeline.tables.canonical import COST_CENTERS, COURSES, EMPLOYMENTS, LEARNERS, WORKERS
from lms_hris_pipeline.tables.reconcile import EXCEPTIONS
from lms_hris_pipeline.tables.report import COVERAGE
from lms_hris_pipeline.warehouse.batch import Batch
from lms_hris_pipeline.warehouse.shelf import BatchShelf

KEPT: tuple[Table, ...] = (WORKERS, EMPLOYMENTS, LEARNERS, COURSES, COST_CENTERS, EXCEPTIONS, COVERAGE)
# who logged in when is no fact worth keeping for years
_LEFT_OUT = {"last_access_at", "last_updated_at", "local_date", "evidence"}


def write_history(batch: Batch, shelf: BatchShelf) -> dict[str, int]:
    """Write into the batch's folder what changed since the batches before; changed rows by entity."""
    folder = batch.folder / "history"
    folder.mkdir(exist_ok=True)
    return {table.name: _write_changes(batch, table, shelf.data_dir / "history", folder) for table in KEPT}


def publish_history(shelf: BatchShelf) -> None:
    """Copy the history of sealed batches to data/history; what a crash left out is made up for."""
    for name in shelf.sealed():
        for file in sorted((shelf.folder(name) / "history").glob("*.parquet")):
            target = shelf.data_dir / "history" / file.stem / f"{name}.parquet"
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_suffix(".part")
                shutil.copyfile(file, part)
                part.rename(target)


def digest(batch: Batch, table: Table) -> tuple[int, int]:
    """Row count and an order-free checksum of what `table` says; volatile columns are left out."""
    columns = ", ".join(column.name for column in table.columns if not column.volatile)
    query = (
        f"select count(*), coalesce(sum(md5_number_lower(to_json(said)::varchar)::hugeint), 0) "
        f"from (select {columns} from {table.sql_name}) as said"
    )
    count, checksum = batch.execute(query)[0]
    return int(count), int(checksum)


def _write_changes(batch: Batch, table: Table, past: Path, folder: Path) -> int:
    columns = [name for name in table.column_names if name not in _LEFT_OUT]
    listed = ", ".join(columns)
    keys = ", ".join(table.key)
    files = sorted(path for path in (past / table.name).glob("*.parquet") if path.stem < batch.id)
    before = f"select {listed} from {table.sql_name} limit 0"
    if files:
        # a column that no earlier version kept was unknown then: null, in the type it has now
        before = (
            f"select {listed} from (select * from (select * from read_parquet({[path.as_posix() for path in files]}, "
            f"union_by_name = true) union all by name ({before})) "
            f"qualify row_number() over (partition by {keys} order by batch_id desc) = 1) where change = 'seen'"
        )
    target = (folder / f"{table.name}.parquet").as_posix()
    batch.execute(
        f"""
        copy (
            with before as ({before}),
            seen as (select {listed} from {table.sql_name} except select {listed} from before),
            gone as (select * from before anti join {table.sql_name} using ({keys}))
            select '{batch.id}' as batch_id, $as_of as seen_at, 'seen' as change, {listed} from seen
            union all
            select '{batch.id}' as batch_id, $as_of as seen_at, 'gone' as change, {listed} from gone
            order by change, {keys}
        ) to '{target}' (format parquet, compression zstd)
        """
    )
    return int(batch.execute(f"select count(*) from read_parquet('{target}')")[0][0])
