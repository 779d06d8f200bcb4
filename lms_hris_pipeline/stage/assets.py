"""The assets of the canonical tables: each is its contract and its SQL file."""

from __future__ import annotations

from lms_hris_pipeline.resources.assets import sql_asset
from lms_hris_pipeline.tables import canonical

assets = [sql_asset(table) for table in canonical.TABLES]
