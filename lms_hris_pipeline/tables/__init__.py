"""The contract of every table, as data; `ALL_TABLES` in the order in which data flows."""

from __future__ import annotations

from lms_hris_pipeline.tables import canonical, match, raw, reconcile, report
from lms_hris_pipeline.tables.contract import Column, Pii, Table

ALL_TABLES: tuple[Table, ...] = (*raw.TABLES, *canonical.TABLES, *match.TABLES, *reconcile.TABLES, *report.TABLES)
BY_NAME: dict[str, Table] = {table.sql_name: table for table in ALL_TABLES}

__all__ = ["ALL_TABLES", "BY_NAME", "Column", "Pii", "Table"]
