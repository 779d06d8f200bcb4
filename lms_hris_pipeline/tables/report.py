"""What each report table holds: the facts behind the pages and workbooks. No SQL, no logic."""

from __future__ import annotations

from lms_hris_pipeline.tables.canonical import CURRENCY
from lms_hris_pipeline.tables.contract import Column, Table

ALLOCATION_KEYS = Table(
    "report", "allocation_keys", "What each charge is shared by, and each cost centre's part.",
    "one cost centre of one invoice line", ("invoice_id", "line_no", "cost_center_id"), "team:finance", "costs",
    (
        Column("invoice_id", "VARCHAR", "Invoice."),
        Column("line_no", "INTEGER", "Line."),
        Column("cost_center_id", "VARCHAR", "Cost centre, or UNASSIGNED."),
        Column("method", "VARCHAR", "What the line is shared by.", values=("named", "enrolments", "active_learners", "headcount")),
        Column("unit_count", "BIGINT", "Units of the cost centre.", unit="enrolments, learners or people"),
    ),
)
ALLOCATED_CHARGES = Table(
    "report", "allocated_charges", "Charges shared out to cost centres, to the cent.",
    "one cost centre of one invoice line", ("invoice_id", "line_no", "cost_center_id"), "team:finance", "costs",
    (
        Column("invoice_id", "VARCHAR", "Invoice."),
        Column("line_no", "INTEGER", "Line."),
        Column("cost_center_id", "VARCHAR", "Cost centre, UNASSIGNED where no worker or cost centre is known, or UNALLOCATED where the line has nothing to be shared by."),
        Column("method", "VARCHAR", "What the line is shared by.", values=("named", "enrolments", "active_learners", "headcount", "none")),
        Column("unit_count", "BIGINT", "Units of the cost centre.", null=True, unit="enrolments, learners or people"),
        Column("unit_total", "BIGINT", "Units of the line.", null=True, unit="enrolments, learners or people"),
        Column("net_amount", "DECIMAL(18,2)", "Net share.", unit="in currency"),
        Column("tax_amount", "DECIMAL(18,2)", "Tax share.", unit="in currency"),
        Column("rounding_net_amount", "DECIMAL(18,2)", "What rounding to whole cents added to the exact share cut to cents.", unit="in currency"),
        CURRENCY,
    ),
)
CHARGEBACK = Table(
    "report", "chargeback", "What each cost centre bears.", "one cost centre, service month, charge type and currency",
    ("cost_center_id", "service_month", "charge_type", "currency"), "team:finance", "costs",
    (
        Column("cost_center_id", "VARCHAR", "Cost centre, UNASSIGNED or UNALLOCATED."),
        Column("cost_center_name", "VARCHAR", "Its name.", null=True),
        Column("service_month", "VARCHAR", "Month of the last day of service, YYYY-MM; else of its first day, else of the invoice; unknown where none is given."),
        Column("charge_type", "VARCHAR", "What is charged."),
        CURRENCY,
        Column("net_amount", "DECIMAL(18,2)", "Net.", unit="in currency"),
        Column("tax_amount", "DECIMAL(18,2)", "Tax.", unit="in currency"),
        Column("line_count", "BIGINT", "Invoice lines involved.", unit="lines"),
    ),
)
COVERAGE = Table(
    "report", "coverage", "Every record of either system counted once: included plus excluded by reason is the headcount.",
    "one situation and reason of one kind of record", ("record_kind", "situation", "reason"), "team:integration", "people",
    (
        Column("record_kind", "VARCHAR", "Worker records or accounts.", values=("worker", "learner")),
        Column("situation", "VARCHAR", "Situation."),
        Column("reason", "VARCHAR", "Reason; - where there is none to give."),
        Column("record_count", "BIGINT", "Records.", unit="records"),
    ),
)

TABLES: tuple[Table, ...] = (ALLOCATION_KEYS, ALLOCATED_CHARGES, CHARGEBACK, COVERAGE)
