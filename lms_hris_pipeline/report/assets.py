"""The assets of the reports: the facts as tables, and the pages and workbooks made of them."""

from __future__ import annotations

import dagster as dg

from lms_hris_pipeline.report.noted import read_facts
from lms_hris_pipeline.report.render import render_reports
from lms_hris_pipeline.resources.assets import Done, sql_asset, step_asset
from lms_hris_pipeline.resources.closing import SEALED
from lms_hris_pipeline.resources.night import Night
from lms_hris_pipeline.tables import report

PAGES = dg.AssetKey(["pages", "reports"])
PROPOSALS = dg.AssetKey(["ledger", "proposals"])


def _render(night: Night) -> Done:
    """Pages and workbooks as at seal."""
    facts = read_facts(night.run_folder, night.settings)
    with night.sealed_batch() as batch:
        files = render_reports(batch, night.reports_dir, facts)
    return Done(len(files), {"folder": night.reports_dir.as_posix(), "files": "\n".join(file.name for file in files)})


assets = [
    *(sql_asset(table) for table in report.TABLES),
    step_asset(
        ("pages", "reports"),
        _render,
        about="What people open in the morning: exceptions, chargeback, and an index with what was read and left out.",
        grain="a file",
        owner="team:learning",
        domain="sync",
        reads=(SEALED, PROPOSALS),
        kinds={"python", "excel"},
    ),
]
