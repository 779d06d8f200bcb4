"""What the chargeback page says: who bears what in each currency, how each invoice line was shared, what is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.charts import Bar, bars
from lms_hris_pipeline.report.inert import visible
from lms_hris_pipeline.report.morning import CurrencyTotal, Entity, read_currencies, read_incomplete
from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.warehouse import Batch

NOBODY = ("UNASSIGNED", "UNALLOCATED")
_NOTES = {"UNASSIGNED": "no worker or no cost centre known", "UNALLOCATED": "nothing to share by"}
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a cost centre bears in one month for one charge type: a row of report.chargeback."""

    cost_center_id: str
    cost_center_name: str | None
    closed_date: date | None
    service_month: str
    charge_type: str
    currency: str
    net_amount: Decimal
    tax_amount: Decimal
    line_count: int

    @property
    def note(self) -> str:
        """What is odd about the cost centre; empty where nothing is."""
        if self.cost_center_id in _NOTES:
            return _NOTES[self.cost_center_id]
        if self.cost_center_name is None:
            return "not known to the HR system"
        return f"closed on {words.day(self.closed_date)}" if self.closed_date else ""


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of a table of sums: net by charge type in the order of the table's columns, net and tax."""

    key: str
    name: str | None
    note: str
    by_type: tuple[Decimal | None, ...]
    net_amount: Decimal
    tax_amount: Decimal
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class CurrencyPart:
    """The page's part for one currency."""

    total: CurrencyTotal
    charge_types: tuple[str, ...]
    cost_centers: tuple[Sum, ...]
    months: tuple[Sum, ...]
    all_types: tuple[Decimal | None, ...]
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice line, and how it was shared out."""

    invoice_id: str
    line_no: int
    supplier: str
    invoice_date: date | None
    service_from_date: date | None
    service_to_date: date | None
    charge_type: str
    course_code: str | None
    course_name: str | None
    contract_id: str | None
    po_number: str | None
    gl_account: str | None
    net_amount: Decimal
    tax_amount: Decimal
    currency: str
    method: str
    unit_total: int | None
    cost_center_count: int
    cost_center_id: str | None
    rounded_share_count: int
    rounding_net_amount: Decimal
    unassigned_amount: Decimal
    obstacle: str | None

    @property
    def reason(self) -> str:
        """Why nobody bears the line, where that is so."""
        if self.method != "none":
            return ""
        return words.label(words.OBSTACLES, self.obstacle) if self.obstacle else "what it is shared by was not all read"

    @property
    def reference(self) -> str:
        """Course or contract the line is for."""
        course = " ".join(filter(None, (self.course_code, self.course_name)))
        return course or (f"Contract {self.contract_id}" if self.contract_id else "\u2013")

    @property
    def service(self) -> str:
        """The service period in words."""
        return f"{words.day(self.service_from_date)} to {words.day(self.service_to_date)}"


@dataclass(frozen=True, slots=True)
class CostPage:
    """The chargeback page's content."""

    parts: tuple[CurrencyPart, ...]
    lines: tuple[InvoiceLine, ...]
    incomplete: tuple[Entity, ...]

    @property
    def unborne(self) -> tuple[InvoiceLine, ...]:
        """Lines that went whole to UNALLOCATED."""
        return tuple(line for line in self.lines if line.method == "none")

    @property
    def odd_cost_centers(self) -> tuple[tuple[str, str], ...]:
        """Cost centres that bear something and are closed or unknown, with what is odd."""
        found = {cost.cost_center_id: cost.note for part in self.parts for cost in part.costs if cost.note}
        return tuple(sorted((key, note) for key, note in found.items() if key not in NOBODY))


# what decides who bears a line: without all of it the shares rest on a part
_WEIGHTS = frozenset(
    {("hris", "workers"), ("lms", "users"), ("lms", "enrolments"), ("lms", "courses"), ("hris", "invoices")}
)


def read_costs(batch: Batch) -> CostPage:
    """The chargeback page of a sealed batch."""
    costs = [Cost(**_shown(row)) for row in rows_of(batch, "chargeback")]
    parts = tuple(
        _part(total, [cost for cost in costs if cost.currency == total.currency]) for total in read_currencies(batch)
    )
    lines = tuple(InvoiceLine(**_shown(row)) for row in rows_of(batch, "invoice_lines"))
    incomplete = tuple(entity for entity in read_incomplete(batch) if (entity.system, entity.name) in _WEIGHTS)
    return CostPage(parts, lines, incomplete)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: visible(value) if isinstance(value, str) else value for name, value in row.items()}


def _part(total: CurrencyTotal, costs: Sequence[Cost]) -> CurrencyPart:
    types = tuple(sorted({cost.charge_type for cost in costs}))
    centers = sorted(
        _sums(costs, types, lambda cost: cost.cost_center_id, lambda cost: (cost.cost_center_name, cost.note)),
        key=lambda line: (line.key in NOBODY, -line.net_amount, line.key),
    )
    drawn = bars([line.net_amount for line in centers])
    return CurrencyPart(
        total=total,
        charge_types=types,
        cost_centers=tuple(
            Sum(line.key, line.name, line.note, line.by_type, line.net_amount, line.tax_amount, bar)
            for line, bar in zip(centers, drawn, strict=True)
        ),
        months=tuple(
            sorted(
                _sums(costs, types, lambda cost: cost.service_month, lambda _: (None, "")), key=lambda line: line.key
            )
        ),
        all_types=next(iter(_sums(costs, types, lambda _: "", lambda _: (None, "")))).by_type,
        costs=tuple(costs),
    )


def _sums(
    costs: Iterable[Cost],
    types: Sequence[str],
    key_of: Callable[[Cost], str],
    named: Callable[[Cost], tuple[str | None, str]],
) -> Iterable[Sum]:
    groups: dict[str, list[Cost]] = {}
    for cost in costs:
        groups.setdefault(key_of(cost), []).append(cost)
    for key, group in groups.items():
        name, note = named(group[0])
        nets: dict[str, Decimal] = {}
        for cost in group:
            nets[cost.charge_type] = nets.get(cost.charge_type, _ZERO) + cost.net_amount
        tax = sum((cost.tax_amount for cost in group), _ZERO)
        yield Sum(key, name, note, tuple(nets.get(kind) for kind in types), sum(nets.values(), _ZERO), tax)
