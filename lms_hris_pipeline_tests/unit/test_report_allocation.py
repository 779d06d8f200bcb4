"""Who bears an invoice line: by what it is shared, to the cent, and what happens where nobody is known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lms_hris_pipeline.tables import canonical, reconcile, report
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline.warehouse.queries import trace_columns
from lms_hris_pipeline_tests.support.reconcile import link
from lms_hris_pipeline_tests.support.reports import contract, licence, line, reported
from lms_hris_pipeline_tests.support.stage import Record, course, enrolment, job, rows_of, user, worker

COURSES: list[Record | str] = [course(1), course(2)]
CONTRACTS: list[Record | str] = [
    contract("K-ACTIVE", "ACTIVE_LEARNERS"),
    contract("K-HEADS", "HEADCOUNT"),
    contract("K-ENROLMENTS", "ENROLMENTS"),
]


def night(lines: list[Record], **changes: Any) -> Batch:
    """Workers 1 and 2 in CC-1, 3 in CC-2, 4 in none; accounts of 1 to 4 and 9, which belongs to nobody known."""
    centers = {1: "CC-1", 2: "CC-1", 3: "CC-2", 4: None}
    accounts = changes.pop("users", [user(number) for number in (1, 2, 3, 4, 9)])
    enrolments = changes.pop(
        "enrolments",
        [
            enrolment(1, 1, 1, None),
            enrolment(2, 2, 1, "2026-01-20"),
            enrolment(3, 3, 1, None, enrollment_date="2026-01-31 23:59:59"),
            enrolment(4, 3, 1, None, enrollment_date="2026-02-01 00:00:00"),
            enrolment(5, 3, 2, None, enrollment_date="2026-01-01 00:00:00"),
        ],
    )
    return reported(
        {
            "workers": [worker(number, [job(number, Cost_Center_ID=center)]) for number, center in centers.items()],
            "invoices": list(lines),
            "licence_contracts": CONTRACTS,
        },
        {"users": accounts, "courses": COURSES, "enrolments": enrolments},
        people=[link(number, number if number < 9 else None, "link" if number < 9 else "no_match") for number in (1, 2, 3, 4, 9)],
        **changes,
    )  # fmt: skip


def shares(batch: Batch, number: int = 1) -> dict[str, tuple[str, ...]]:
    """Of a line: method, units, net, tax and rounding by cost centre."""
    return {
        row["cost_center_id"]: (
            row["method"],
            f"{row['unit_count']}/{row['unit_total']}",
            *(str(row[name]) for name in ("net_amount", "tax_amount", "rounding_net_amount")),
        )
        for row in rows_of(batch, report.ALLOCATED_CHARGES)
        if row["line_no"] == number
    }


CASES: list[tuple[str, Record, dict[str, tuple[str, ...]]]] = [
    (
        "a line that names a cost centre goes there whole, whatever else it says",
        line(1, Cost_Center_ID="CC-2", Course_Code="C-1", Contract_ID="K-HEADS"),
        {"CC-2": ("named", "1/1", "10.00", "1.90", "0.00")},
    ),
    (
        "a course fee is shared by enrolments within the service period, its last day included",
        line(1, Course_Code="C-1"),
        {
            "CC-1": ("enrolments", "2/3", "6.67", "1.27", "0.01"),
            "CC-2": ("enrolments", "1/3", "3.33", "0.63", "0.00"),
        },
    ),
    (
        "a credit is shared as the charge of the same size, with its sign",
        line(1, Course_Code="C-1", Charge_Type="CREDIT_NOTE", Net_Amount="-10.00", Tax_Amount="-1.90"),
        {
            "CC-1": ("enrolments", "2/3", "-6.67", "-1.27", "-0.01"),
            "CC-2": ("enrolments", "1/3", "-3.33", "-0.63", "0.00"),
        },
    ),
    (
        "active learners: an account of nobody known counts for nobody's cost centre",
        licence(1, "K-ACTIVE", "100.00", "19.00"),
        {
            "CC-1": ("active_learners", "2/5", "40.00", "7.60", "0.00"),
            "CC-2": ("active_learners", "1/5", "20.00", "3.80", "0.00"),
            "UNASSIGNED": ("active_learners", "2/5", "40.00", "7.60", "0.00"),
        },
    ),
    (
        "people in scope, one without a cost centre; equal remainders go by the cost centre's id",
        licence(1, "K-HEADS", "0.02", "0.01"),
        {
            "CC-1": ("headcount", "2/4", "0.01", "0.01", "0.00"),
            "CC-2": ("headcount", "1/4", "0.01", "0.00", "0.01"),
            "UNASSIGNED": ("headcount", "1/4", "0.00", "0.00", "0.00"),
        },
    ),
    (
        "a contract by enrolments counts those in any course",
        licence(1, "K-ENROLMENTS", "8.00"),
        {
            "CC-1": ("enrolments", "2/4", "4.00", "0.00", "0.00"),
            "CC-2": ("enrolments", "2/4", "4.00", "0.00", "0.00"),
        },
    ),
    (
        "a fee for a course under a contract is shared by the course",
        line(1, Course_Code="C-2", Contract_ID="K-HEADS"),
        {"CC-2": ("enrolments", "1/1", "10.00", "1.90", "0.00")},
    ),
    (
        "a licence of a contract is shared by the contract, though it names a course",
        licence(1, "K-HEADS", "4.00", Course_Code="C-2"),
        {
            "CC-1": ("headcount", "2/4", "2.00", "0.00", "0.00"),
            "CC-2": ("headcount", "1/4", "1.00", "0.00", "0.00"),
            "UNASSIGNED": ("headcount", "1/4", "1.00", "0.00", "0.00"),
        },
    ),
    (
        "nothing to share by: the whole line, tax and all",
        line(1, Course_Code="C-9"),
        {"UNALLOCATED": ("none", "None/None", "10.00", "1.90", "0.00")},
    ),
    (
        "no service period: no enrolment lies within it",
        line(1, Course_Code="C-1", Service_To=""),
        {"UNALLOCATED": ("none", "None/None", "10.00", "1.90", "0.00")},
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def all_cases() -> Iterator[Batch]:
    batch = night([{**charge, "Line_No": str(number)} for number, (_, charge, _) in enumerate(CASES, start=1)])
    yield batch
    batch.close()


@pytest.mark.parametrize("number", range(1, len(CASES) + 1), ids=[case for case, _, _ in CASES])
def test_scenario_28_a_line_is_shared(all_cases: Batch, number: int) -> None:
    assert shares(all_cases, number) == CASES[number - 1][2]


def test_partners_count_as_learners_administrators_and_inactive_accounts_do_not() -> None:
    accounts = [
        user(1),
        user(2, status="0"),
        user(3, level="godadmin"),
        user(4, field_8="external"),
        user(9, field_8="service"),
    ]
    batch = night([licence(1, "K-ACTIVE", "2.00")], users=accounts)
    kinds = {row["kind"] for row in rows_of(batch, canonical.LEARNERS)}
    assert kinds == {"employee", "privileged", "external", "service"}
    assert {center: row[1] for center, row in shares(batch).items()} == {"CC-1": "1/2", "UNASSIGNED": "1/2"}


def test_enrolments_of_unknown_accounts_are_nobodys() -> None:
    batch = night([line(1, Course_Code="C-1")], enrolments=[enrolment(1, 1, 1, None), enrolment(2, 77, 1, None)])
    assert {center: row[2] for center, row in shares(batch).items()} == {"CC-1": "5.00", "UNASSIGNED": "5.00"}


EVERY_KIND = [
    line(1, Course_Code="C-1"),
    line(2, Course_Code="C-9"),
    line(3),
    line(4, Cost_Center_ID="CC-1"),
    licence(5, "K-ACTIVE", "1.00"),
    licence(6, "K-9", "1.00"),
    licence(7, "K-HEADS", "1.00"),
    licence(8, "K-ENROLMENTS", "1.00"),
    licence(9, "K-ENROLMENTS", "1.00", Service_From="2020-01-01", Service_To="2020-01-31"),
    line(10, Charge_Type="CREDIT_NOTE", Course_Code="C-2", Net_Amount="-3.00"),
    line(11, Course_Code="C-1", Service_From="2027-01-01", Service_To="2027-01-31"),
    line(12, Charge_Type="CONTENT", Contract_ID="K-ACTIVE"),
    line(13, Charge_Type="CONTENT", Contract_ID="K-9", Course_Code="C-1"),
]


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("everything known", {}),
        ("no accounts", {"users": []}),
        ("no enrolments", {"enrolments": []}),
        ("only an account of nobody known", {"users": [user(9)]}),
        ("only switched-off accounts", {"users": [user(number, status="0") for number in (1, 2)]}),
    ],
)
def test_what_nobody_bears_is_what_the_exceptions_say(case: str, changes: dict[str, Any]) -> None:
    batch = night(EVERY_KIND, **changes)
    whole = {row["line_no"] for row in rows_of(batch, report.ALLOCATED_CHARGES) if row["method"] == "none"}
    assert whole == {row["line_no"] for row in rows_of(batch, reconcile.UNALLOCATED_CHARGES)}
    assert whole >= {2, 3, 6, 9, 11}
    assert (5 in whole) == (case in ("no accounts", "only switched-off accounts"))


def test_chargeback_sums_by_month_type_and_currency() -> None:
    batch = night(
        [
            line(1, Cost_Center_ID="CC-1"),
            line(2, Cost_Center_ID="CC-1", Net_Amount="0.05", Tax_Amount=""),
            line(3, Cost_Center_ID="CC-1", Currency="GBP"),
            line(4, Cost_Center_ID="CC-1", Charge_Type="CREDIT_NOTE", Net_Amount="-1.00", Tax_Amount="-0.19"),
            line(5, Cost_Center_ID="CC-77", Service_To=""),
            line(6, Cost_Center_ID="CC-77", Service_To="", Service_From=""),
            line(7, Cost_Center_ID="CC-77", Service_To="", Service_From="", Invoice_Date=""),
        ]
    )
    found = {
        tuple(row[name] for name in ("cost_center_id", "cost_center_name", "service_month", "charge_type", "currency")): (
            str(row["net_amount"]), str(row["tax_amount"]), row["line_count"],
        )
        for row in rows_of(batch, report.CHARGEBACK)
    }  # fmt: skip
    assert found == {
        ("CC-1", "One", "2026-01", "COURSE_FEE", "EUR"): ("10.05", "1.90", 2),
        ("CC-1", "One", "2026-01", "COURSE_FEE", "GBP"): ("10.00", "1.90", 1),
        ("CC-1", "One", "2026-01", "CREDIT_NOTE", "EUR"): ("-1.00", "-0.19", 1),
        ("CC-77", None, "2026-01", "COURSE_FEE", "EUR"): ("10.00", "1.90", 1),
        ("CC-77", None, "2026-02", "COURSE_FEE", "EUR"): ("10.00", "1.90", 1),
        ("CC-77", None, "unknown", "COURSE_FEE", "EUR"): ("10.00", "1.90", 1),
    }


def test_shares_beyond_the_reach_of_doubles_are_exact() -> None:
    batch = night([licence(1, "K-HEADS", "9999999999999999.99")])
    nets = [row["net_amount"] for row in rows_of(batch, report.ALLOCATED_CHARGES)]
    assert sum(nets) == Decimal("9999999999999999.99")


def test_coverage_counts_every_record_once_and_drops_ids_from_reasons() -> None:
    batch = reported(
        {"workers": [worker(1, Universal_ID="U-1"), worker(2, Universal_ID="U-1", Hire_Date="2025-01-01"), worker(3)]},
        {"users": [user(1), user(2), user(4, field_8="external")]},
        people=[link(1, 1), link(2, 2, "duplicate")],
    )
    found = {
        (row["record_kind"], row["situation"], row["reason"]): row["record_count"]
        for row in rows_of(batch, report.COVERAGE)
    }
    assert found == {
        ("worker", "out_of_scope", "superseded_by"): 1,
        ("worker", "unlinked", "active"): 1,
        ("worker", "missing", "active"): 1,
        ("learner", "unlinked", "key"): 1,
        ("learner", "duplicate", "duplicate_of"): 1,
        ("learner", "out_of_scope", "external"): 1,
    }


@pytest.mark.parametrize("table", report.TABLES, ids=lambda table: table.name)
def test_columns_of_the_report_tables_can_be_traced(table: Any) -> None:
    assert set(trace_columns(table)["columns"]) == set(table.column_names)
