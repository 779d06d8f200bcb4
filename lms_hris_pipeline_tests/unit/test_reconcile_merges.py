"""Scenario 29: a merge is proposed only where it keeps every completion and the better certificate."""

from __future__ import annotations

from typing import Any

import pytest

from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.reconcile import deltas_of, findings_of, link, reconciled
from lms_hris_pipeline_tests.support.stage import Record, course, enrolment, rows_of, user, wid, worker

KEPT, GONE = 1, 101
Row = tuple[int, str | None, dict[str, Any]]
"""Whose account, day of completion (None: open), changes."""

CASES: dict[str, tuple[list[Row], set[tuple[str, str, str]]]] = {
    "nothing on either": ([], set()),
    "only on the first": ([(KEPT, "2026-01-10", {})], set()),
    "only on the second": ([(GONE, "2026-01-10", {})], set()),
    "open on the first, completed on the second": ([(KEPT, None, {}), (GONE, "2026-01-10", {})], set()),
    "completed on the first, open on the second": ([(KEPT, "2026-01-10", {}), (GONE, None, {})], set()),
    "the same day on both": ([(KEPT, "2026-01-10", {"score": "80"}), (GONE, "2026-01-10", {"score": "90"})], set()),
    "two days": (
        [(KEPT, "2026-01-10", {}), (GONE, "2026-02-10", {})],
        {("completion", "C-1", "2026-02-10")},
    ),
    "two days, one of them archived on the first": (
        [(KEPT, "2026-01-10", {"archived": True}), (KEPT, None, {}), (GONE, "2026-01-10", {})],
        set(),
    ),
    "archived on the second": (
        [(GONE, "2026-01-10", {"archived": True})],
        {("completion", "C-1", "2026-01-10")},
    ),
    "archived on the second, on the first too": (
        [(KEPT, "2026-01-10", {}), (GONE, "2026-01-10", {"archived": True})],
        set(),
    ),
    "archived on the second with the better score": (
        [(KEPT, "2026-01-10", {"score": "70"}), (GONE, "2026-01-10", {"score": "90", "archived": True})],
        {("completion", "C-1", "2026-01-10")},
    ),
    "a day that is not known": (
        [(KEPT, "2026-01-10", {}), (GONE, "2026-02-10", {"completion_date": "0000-00-00 00:00:00"})],
        {("completion", "C-1", "")},
    ),
}  # fmt: skip


def certificate(number: int, expires: str) -> Record:
    return {
        "certification_id": "7",
        "user_id": str(10_000 + number),
        "issued_date": "2025-01-01",
        "expire_date": expires,
    }


def night(rows: list[Row], certificates: list[Record] | None = None) -> Any:
    enrolments = [
        enrolment(number, owner, 1, completed, **changes) for number, (owner, completed, changes) in enumerate(rows, 1)
    ]
    lms: dict[str, list[Record | str]] = {
        "users": [user(KEPT), user(GONE, field_1=None, email="old@post.example", username="old@post.example")],
        "courses": [course(1)],
        "enrolments": list(enrolments),
        "certificates": list(certificates or []),
    }
    return reconciled({"workers": [worker(1)]}, lms, people=[link(KEPT, 1), link(GONE, 1, "duplicate")])


@pytest.mark.parametrize(("rows", "lost"), CASES.values(), ids=CASES.keys())
def test_scenario_29_a_merge_that_would_lose_a_completion_is_not_proposed(
    rows: list[Row], lost: set[tuple[str, str, str]]
) -> None:
    batch = night(rows)
    found = {(row["kind"], row["item"], row["day"]) for row in rows_of(batch, reconcile.MERGE_LOSSES)}
    assert found == lost
    is_proposed = ("account", "merge", "learner:10001") in deltas_of(batch)
    assert is_proposed is not bool(lost)
    assert ("duplicate_account", wid(1), "10101", "account", "active", "10001") in findings_of(batch)
    note = next(
        row["explanation"] for row in rows_of(batch, reconcile.EXCEPTIONS) if row["type"] == "duplicate_account"
    )
    assert ("would lose" in note) is bool(lost)


@pytest.mark.parametrize(
    ("ours", "theirs", "is_proposed"),
    [
        ("2027-01-01", "2026-12-31", True),
        ("2027-01-01", "2027-01-01", True),
        ("2027-01-01", "2028-01-01", False),
        ("2027-01-01", "0000-00-00", False),
        ("0000-00-00", "2028-01-01", True),
        (None, "2028-01-01", True),
    ],
)
def test_scenario_29_the_better_certificate_is_not_given_up(ours: str | None, theirs: str, is_proposed: bool) -> None:
    batch = night([], [*([certificate(KEPT, ours)] if ours else []), certificate(GONE, theirs)])
    assert (("account", "merge", "learner:10001") in deltas_of(batch)) is is_proposed
