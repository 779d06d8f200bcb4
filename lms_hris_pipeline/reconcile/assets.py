"""The assets of the reconciliation: each is its contract and its SQL file."""

from __future__ import annotations

from lms_hris_pipeline.resources.assets import sql_asset
from lms_hris_pipeline.tables import reconcile

assets = [sql_asset(table) for table in reconcile.TABLES]
