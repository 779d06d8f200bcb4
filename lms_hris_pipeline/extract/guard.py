"""Whether an extract that arrived whole can be believed. Pure."""

from __future__ import annotations

from lms_hris_pipeline.model.errors import ExtractBlocked

NEVER_EMPTY = frozenset({"workers", "users", "locations", "job_profiles", "supervisory_organizations"})
"""A firm with none of these has no reason to run this pipeline."""

CORE = NEVER_EMPTY | {"branches", "courses", "enrolments", "learning_records", "cost_centers", "groups"}
"""Entities from whose absence deactivations, regroupings or new completions follow."""

FEW_ROWS = 20
"""Below this many rows a share says little."""


def check_believable(
    vendor: str, entity: str, rows: int, last_rows: int | None, min_share: float, last_batch: str = ""
) -> None:
    """Stop at an extract that is empty or far smaller than the last complete one.

    Raises:
        ExtractBlocked: nobody may be deactivated on the strength of this extract.
    """
    if entity not in CORE:
        return
    if rows == 0 and (entity in NEVER_EMPTY or last_rows):
        raise ExtractBlocked(
            f"{vendor} {entity}: the answer was good (HTTP 200) but holds 0 records"
            + (f"; there were {last_rows} in {last_batch}" if last_rows else "")
            + "\n  Nothing is inferred from it and nobody is deactivated. Check the integration user's rights,"
            " then: lms-hris nightly --fresh"
        )
    if last_rows and last_rows >= FEW_ROWS and rows < last_rows * min_share:
        raise ExtractBlocked(
            f"{vendor} {entity}: {rows} records, but {last_rows} in {last_batch}: below {min_share:.0%} of it\n"
            "  If the drop is real, lower [extract] min_share_of_last for one run; else check the integration"
            " user's rights, then: lms-hris nightly --fresh"
        )
