"""The contract of every table, as data; `ALL_TABLES` in the order in which data flows."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256

from lms_hris_pipeline.tables import canonical, match, raw, reconcile, report
from lms_hris_pipeline.tables.contract import Column, Pii, Table

ALL_TABLES: tuple[Table, ...] = (*raw.TABLES, *canonical.TABLES, *match.TABLES, *reconcile.TABLES, *report.TABLES)
BY_NAME: dict[str, Table] = {table.sql_name: table for table in ALL_TABLES}



@cache
def contracts_digest() -> str:
    """What tells batches of one version of the tables from those of another: names, types and nulls of all columns."""
    shapes = [[table.sql_name, [[one.name, one.type, one.null] for one in table.columns]] for table in ALL_TABLES]
    return sha256(json.dumps(shapes).encode()).hexdigest()[:16]


__all__ = ["ALL_TABLES", "BY_NAME", "Column", "Pii", "Table", "contracts_digest"]
