"""The calls that a firm of 100,000 would take, from the records of the largest company measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lms_hris_pipeline.connectors.workday.reader import completion_windows
from lms_hris_pipeline.extract.forecast import Forecast, forecast_hris, forecast_lms
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY

USERS = 100_000
CALLS_PER_HOUR = 1000
CHANGED_SHARE = 0.01
"""Enrolments that change in a day; a training that everybody gets at once changes more."""

GROWING = frozenset(
    {"workers", "users", "enrolments", "learning_records", "group_members", "certificates",
     "supervisory_organizations", "branches", "requisitions", "invoices"}
)  # fmt: skip
"""Entities with a number of records that follows the number of workers; the others are as in the company measured."""


def forecasts(extracts: Mapping[str, int], workers: int) -> list[tuple[str, Forecast]]:
    """(title, forecast): the learning system in full and by changes, and the HR system.

    Args:
        extracts: records by `<schema> <entity>` as they were read of a company of `workers`.
    """
    hris, lms = (scaled_rows(extracts, schema, workers) for schema in ("raw_hris", "raw_lms"))
    changed = round(lms["enrolments"] * CHANGED_SHARE)
    windows = len(completion_windows(FIRST_DAY, hris["learning_records"]))
    limit = f"{CALLS_PER_HOUR:,} calls an hour"
    return [
        (f"LMS, {USERS:,} users, full night, {limit}", forecast_lms(lms, CALLS_PER_HOUR)),
        (
            f"LMS, {USERS:,} users, night of {changed:,} changed enrolments, {limit}",
            forecast_lms(lms, CALLS_PER_HOUR, changed_enrolments=changed),
        ),
        (f"HRIS, {USERS:,} users, every night, {limit}", forecast_hris(hris, CALLS_PER_HOUR, windows=windows)),
    ]


def scaled_rows(extracts: Mapping[str, int], schema: str, workers: int) -> dict[str, int]:
    """Records by entity of one system, brought to `USERS`."""
    rows = {}
    for name, count in extracts.items():
        system, entity = name.split()
        if system == schema:
            rows[entity] = round(count * USERS / workers) if entity in GROWING else count
    return rows
