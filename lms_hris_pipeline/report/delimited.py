"""The exceptions as CSV: UTF-8 with byte order mark, RFC 4180, and no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from lms_hris_pipeline.report.columns import FINDING_COLUMNS, Kind
from lms_hris_pipeline.report.findings import Finding
from lms_hris_pipeline.report.inert import csv_cell


def write_findings_csv(file: Path, findings: Iterable[Finding]) -> None:
    """One row a finding, in the columns of the workbook; instants in ISO 8601, UTC; nulls are empty."""
    with open(file, "w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, dialect="excel", lineterminator="\r\n")
        writer.writerow([column.header for column in FINDING_COLUMNS])
        for finding in findings:
            writer.writerow([_cell(column.kind, column.value(finding)) for column in FINDING_COLUMNS])


def _cell(kind: Kind, value: object) -> str:
    if value is None:
        return ""
    if kind is Kind.INSTANT:
        return value.isoformat(timespec="seconds")  # type: ignore[attr-defined, no-any-return]
    return csv_cell(str(value))
