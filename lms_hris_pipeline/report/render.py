"""Writes the reports of a sealed batch: pages, workbooks, CSV. The same batch and facts give the same bytes.

What they say is decided in `morning`, `findings` and `costs`; here is only which files there are and how they get
to their place: whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lms_hris_pipeline.report.costs import read_costs
from lms_hris_pipeline.report.delimited import write_findings_csv
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.findings import by_cause, read_findings
from lms_hris_pipeline.report.morning import read_morning
from lms_hris_pipeline.report.pages import chargeback_page, exceptions_page, index_page
from lms_hris_pipeline.report.workbooks import write_chargeback_workbook, write_findings_workbook
from lms_hris_pipeline.warehouse import Batch

__all__ = ["REPORT_FILES", "NightFacts", "render_reports"]

REPORT_FILES = (
    "chargeback.xlsx",
    "chargeback.html",
    "exceptions.csv",
    "exceptions.xlsx",
    "exceptions.html",
    "index.html",
)
"""In the order in which they are put in place: the page that leads to the others comes last."""


def render_reports(batch: Batch, folder: Path, facts: NightFacts) -> list[Path]:
    """Write all reports of `batch` to `folder`; their paths.

    They are made in a sibling folder first. A new folder appears whole; in one that exists each file is replaced by
    the new whole one, and what else lies there stays. If anything fails, what was there is untouched.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _write_all(batch, part, facts)
        for name in REPORT_FILES:
            _sync(part / name)
        _put_in_place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [folder / name for name in REPORT_FILES]


def _write_all(batch: Batch, part: Path, facts: NightFacts) -> None:
    findings = read_findings(batch, facts)
    costs = read_costs(batch)
    morning = read_morning(batch, facts, findings)
    write_chargeback_workbook(part / "chargeback.xlsx", batch, facts, costs)
    _write(part / "chargeback.html", chargeback_page(batch, facts, costs))
    write_findings_csv(part / "exceptions.csv", findings)
    write_findings_workbook(part / "exceptions.xlsx", batch, facts, findings)
    _write(part / "exceptions.html", exceptions_page(batch, facts, by_cause(findings)))
    _write(part / "index.html", index_page(batch, facts, morning))


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _sync(file: Path) -> None:
    with open(file, "rb") as handle:
        os.fsync(handle.fileno())


def _put_in_place(part: Path, folder: Path) -> None:
    if not folder.exists():
        part.rename(folder)
        return
    for name in REPORT_FILES:
        (part / name).replace(folder / name)
