"""Which columns the workbooks and the CSV have: header, type, width and meaning. Meanings come from the contracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.costs import Cost, InvoiceLine
from lms_hris_pipeline.report.findings import Finding
from lms_hris_pipeline.report.match_lines import PairLine, TagLine
from lms_hris_pipeline.report.morning import CurrencyTotal
from lms_hris_pipeline.report.role_lines import RoleLine
from lms_hris_pipeline.tables import canonical, match, reconcile, report
from lms_hris_pipeline.tables.contract import Table

Row = TypeVar("Row")


class Kind(StrEnum):
    """How a cell is written. Ids and codes are text: a spreadsheet must not eat their zeros."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    COUNT = "count"
    AMOUNT = "amount"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class SheetColumn(Generic[Row]):
    """One column of a sheet."""

    header: str
    kind: Kind
    width: int
    about: str
    value: Callable[[Row], Any]


def _about(table: Table, name: str) -> str:
    [column] = [column for column in table.columns if column.name == name]
    values = f" One of: {', '.join(column.values)}." if column.values else ""
    unit = f" Unit: {column.unit}." if column.unit else ""
    return f"{column.about}{unit}{values} ({table.sql_name}.{name})"


def _named(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _of(table: Table, name: str, kind: Kind, width: int, header: str | None = None) -> SheetColumn[Any]:
    """A column that shows a column of a table, under its own name or the one that rows have it by."""
    return SheetColumn(header or name, kind, width, _about(table, name), _named(header or name))


_E, _W, _L = reconcile.EXCEPTIONS, canonical.WORKERS, canonical.LEARNERS
_C, _A, _B = canonical.CHARGES, report.ALLOCATED_CHARGES, report.CHARGEBACK
_T = Kind.TEXT

FINDING_COLUMNS: tuple[SheetColumn[Finding], ...] = (
    _of(_E, "severity", _T, 10),
    _of(_E, "type", _T, 24),
    SheetColumn("worker_name", _T, 24, "The person's name in the HR system, preferred before legal.", _named("worker_name")),
    _of(_W, "employee_number", _T, 16),
    _of(_E, "worker_id_hris", _T, 36),
    SheetColumn("learner_name", _T, 24, "The name on the account in the learning system.", _named("learner_name")),
    _of(_L, "username", _T, 28),
    _of(_E, "learner_id_lms", _T, 14),
    SheetColumn("cost_center_id", _T, 14, "Cost centre of the person as at seal.", _named("cost_center_id")),
    _of(_E, "field", _T, 18),
    SheetColumn("field_name", _T, 24, "Name of the course or skill that field names.", _named("field_name")),
    _of(_E, "hris_value", _T, 26),
    SheetColumn("hris_value_name", _T, 24, "Name of the person, place, job, organisation or cost centre that hris_value names.", _named("hris_value_name")),
    _of(_E, "lms_value", _T, 26),
    SheetColumn("lms_value_name", _T, 24, "Name of the person, place, job, organisation or cost centre that lms_value names.", _named("lms_value_name")),
    _of(_E, "suggested_action", _T, 50),
    _of(_E, "explanation", _T, 60),
    SheetColumn(
        "first_seen", Kind.INSTANT, 17, "When the finding was first seen, in the firm's time zone.",
        _named("first_seen"),
    ),
    SheetColumn("age_days", Kind.COUNT, 9, "Calendar days from first_seen to the batch, in the firm's time zone.", _named("age_days")),
    _of(_E, "root_cause", _T, 30),
    SheetColumn("change", _T, 26, "What the proposed change would do; empty where a person must act.", _named("change")),
    SheetColumn(
        "change_state", _T, 26, "What happens to the proposed change next, as at seal.",
        lambda row: words.OUTLOOKS[row.outlook] if row.outlook else None,
    ),
    SheetColumn(
        "delta_id", _T, 66, "The id of the proposed change, for lms-hris deltas show, approve and reject.", _named("delta_id"),
    ),
    _of(_E, "exception_id", _T, 66),
)  # fmt: skip

TOTAL_COLUMNS: tuple[SheetColumn[CurrencyTotal], ...] = (
    _of(_C, "currency", _T, 10),
    SheetColumn("line_count", Kind.COUNT, 10, "Invoice lines.", _named("line_count")),
    SheetColumn("net_amount", Kind.AMOUNT, 16, "Net of the invoices.", _named("net_amount")),
    SheetColumn("tax_amount", Kind.AMOUNT, 16, "Tax of the invoices.", _named("tax_amount")),
    SheetColumn("shared_net_amount", Kind.AMOUNT, 18, "Net of all shares.", _named("shared_net_amount")),
    SheetColumn("shared_tax_amount", Kind.AMOUNT, 18, "Tax of all shares.", _named("shared_tax_amount")),
    SheetColumn(
        "net_difference", Kind.AMOUNT, 15, "Invoices less shares, net: 0.00.",
        lambda row: row.net_amount - row.shared_net_amount,
    ),
    SheetColumn(
        "tax_difference", Kind.AMOUNT, 15, "Invoices less shares, tax: 0.00.",
        lambda row: row.tax_amount - row.shared_tax_amount,
    ),
    SheetColumn("unassigned_amount", Kind.AMOUNT, 18, "Net for people and accounts without a known cost centre.", _named("unassigned_amount")),
    SheetColumn("unallocated_amount", Kind.AMOUNT, 18, "Net of lines with nothing to be shared by.", _named("unallocated_amount")),
    SheetColumn("rounded_share_count", Kind.COUNT, 20, "Shares that rounding adjusted by a cent.", _named("rounded_share_count")),
)  # fmt: skip

COST_COLUMNS: tuple[SheetColumn[Cost], ...] = (
    _of(_B, "cost_center_id", _T, 18),
    _of(_B, "cost_center_name", _T, 30),
    _of(_B, "service_month", _T, 14),
    _of(_B, "charge_type", _T, 16),
    _of(_B, "currency", _T, 10),
    _of(_B, "net_amount", Kind.AMOUNT, 16),
    _of(_B, "tax_amount", Kind.AMOUNT, 16),
    _of(_B, "line_count", Kind.COUNT, 10),
    SheetColumn(
        "note", _T, 34, "What is odd about the cost centre: closed, unknown to HR, or nobody's.", _named("note")
    ),
)

SHARE_COLUMNS: tuple[SheetColumn[dict[str, Any]], ...] = tuple(
    SheetColumn(name, kind, width, about, lambda row, name=name: row[name])  # type: ignore[misc]
    for name, kind, width, about in (
        ("invoice_id", _T, 18, _about(_A, "invoice_id")),
        ("line_no", Kind.COUNT, 8, _about(_A, "line_no")),
        ("cost_center_id", _T, 18, _about(_A, "cost_center_id")),
        ("cost_center_name", _T, 30, _about(_B, "cost_center_name")),
        ("method", _T, 18, _about(_A, "method")),
        ("unit_count", Kind.COUNT, 12, _about(_A, "unit_count")),
        ("unit_total", Kind.COUNT, 12, _about(_A, "unit_total")),
        ("net_amount", Kind.AMOUNT, 16, _about(_A, "net_amount")),
        ("tax_amount", Kind.AMOUNT, 16, _about(_A, "tax_amount")),
        ("rounding_net_amount", Kind.AMOUNT, 20, _about(_A, "rounding_net_amount")),
        ("currency", _T, 10, _about(_A, "currency")),
    )
)

LINE_COLUMNS: tuple[SheetColumn[InvoiceLine], ...] = (
    _of(_C, "invoice_id", _T, 18),
    _of(_C, "line_no", Kind.COUNT, 8),
    _of(_C, "supplier", _T, 24),
    _of(_C, "invoice_date", Kind.DATE, 13),
    _of(_C, "service_from_date", Kind.DATE, 17),
    _of(_C, "service_to_date", Kind.DATE, 15),
    _of(_C, "charge_type", _T, 16),
    _of(_C, "course_code", _T, 16),
    SheetColumn("course_name", _T, 30, "Title of the course.", _named("course_name")),
    _of(_C, "contract_id", _T, 16),
    _of(_C, "po_number", _T, 14),
    _of(_C, "gl_account", _T, 14),
    _of(_C, "net_amount", Kind.AMOUNT, 16),
    _of(_C, "tax_amount", Kind.AMOUNT, 16),
    _of(_C, "currency", _T, 10),
    _of(_A, "method", _T, 18),
    _of(_A, "unit_total", Kind.COUNT, 12),
    SheetColumn("cost_center_count", Kind.COUNT, 18, "Cost centres that bear a share.", _named("cost_center_count")),
    SheetColumn(
        "rounded_share_count",
        Kind.COUNT,
        20,
        "Shares that rounding adjusted by a cent, net.",
        _named("rounded_share_count"),
    ),
    SheetColumn("unassigned_amount", Kind.AMOUNT, 18, "Net part that went to UNASSIGNED.", _named("unassigned_amount")),
    SheetColumn("reason", _T, 44, "Why nobody bears the line, where that is so.", _named("reason")),
)

_R = match.ROLES
ROLE_COLUMNS: tuple[SheetColumn[RoleLine], ...] = (
    _of(_R, "state", _T, 11),
    _of(_R, "source", _T, 13),
    _of(_R, "value", _T, 18),
    _of(_R, "value_name", _T, 28),
    _of(_R, "group_name", _T, 28),
    SheetColumn("evidence", _T, 60, "What the memberships show, in words.", lambda line: line.evidence),
    _of(_R, "people", Kind.COUNT, 9),
    _of(_R, "members", Kind.COUNT, 9),
    SheetColumn("additions", Kind.COUNT, 10, "Accounts that would join the group, were this mapping in force.", _named("additions")),
    _of(_R, "removals", Kind.COUNT, 10),
    _of(_R, "lift", Kind.AMOUNT, 8),
    _of(_R, "confidence", Kind.AMOUNT, 11),
    _of(_R, "driven_by", _T, 11),
    _of(_R, "origin", _T, 13),
    _of(_R, "reason", _T, 60),
    _of(_R, "decided_by", _T, 18),
    _of(_R, "decided_at", Kind.INSTANT, 17),
    _of(_R, "group_id_lms", _T, 13),
    _of(_R, "mapping_id", _T, 18),
)  # fmt: skip

_P, _J, _O, _X = match.PEOPLE, canonical.JOB_PROFILES, canonical.ORGANIZATIONS, canonical.LOCATIONS
PAIR_COLUMNS: tuple[SheetColumn[PairLine], ...] = (
    SheetColumn("learner_name", _T, 24, "The name on the account in the learning system.", _named("learner_name")),
    SheetColumn("worker_name", _T, 24, "The name of the worker whose account it may be, as HR has it.", _named("worker_name")),
    _of(_P, "score", Kind.SHARE, 9),
    _of(_P, "reason", _T, 70),
    _of(_L, "username", _T, 28),
    SheetColumn("learner_email", _T, 28, "The e-mail on the account.", _named("learner_email")),
    SheetColumn("worker_email", _T, 28, "The worker's e-mail.", _named("worker_email")),
    SheetColumn("learner_number", _T, 15, "The employee number on the account.", _named("learner_number")),
    _of(_W, "employee_number", _T, 15),
    _of(canonical.EMPLOYMENTS, "status", _T, 11, "worker_status"),
    _of(_J, "name", _T, 24, "job"),
    _of(_O, "name", _T, 24, "department"),
    _of(_X, "name", _T, 18, "location"),
    _of(_W, "hire_date", Kind.DATE, 11),
    SheetColumn("other_worker_name", _T, 24, "The name of the next best worker.", _named("other_worker_name")),
    SheetColumn("other_employee_number", _T, 15, "The next best worker's employee number.", _named("other_employee_number")),
    SheetColumn("other_worker_status", _T, 11, "The next best worker's employment status.", _named("other_worker_status")),
    _of(_P, "runner_up_score", Kind.SHARE, 9, "other_score"),
    _of(_P, "learner_id_lms", _T, 14),
    _of(_P, "worker_id_hris", _T, 36),
    _of(_P, "runner_up_worker_id_hris", _T, 36, "other_worker_id_hris"),
)  # fmt: skip

_M, _F = match.SKILLS, canonical.FRAMEWORK_SKILLS
TAG_COLUMNS: tuple[SheetColumn[TagLine], ...] = (
    _of(_M, "tag", _T, 32),
    _of(_F, "name", _T, 32, "skill_name"),
    _of(_M, "confidence", Kind.SHARE, 11),
    _of(_M, "held_back", _T, 44),
    _of(canonical.SKILL_TAGS, "use_count", Kind.COUNT, 9),
    _of(_F, "description", _T, 60),
    SheetColumn("others", _T, 80, "What else it may mean: id, name and score of up to four skills.", _named("others")),
    _of(_M, "skill_id", _T, 16),
)
