"""DuckDB: a batch's file, its seal, the CURRENT pointer, history and lineage. The only room that imports duckdb."""

from __future__ import annotations

from lms_hris_pipeline.warehouse.batch import Batch
from lms_hris_pipeline.warehouse.shelf import BatchShelf, RunLock

__all__ = ["Batch", "BatchShelf", "RunLock"]
