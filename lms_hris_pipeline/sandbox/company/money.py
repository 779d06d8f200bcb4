"""What training costs and who is to be hired: licence contracts, suppliers' invoices, requisitions.

Every line of a company without discrepancies either names an open cost centre or can be shared: its course was
enrolled in during the service period, or its contract is known. Not here: how a line is shared.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from lms_hris_pipeline.sandbox.company.catalogue import SUPPLIER_CURRENCY, SUPPLIERS, Catalogue
from lms_hris_pipeline.sandbox.company.people import PeopleMaker
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY, cost_centers
from lms_hris_pipeline.sandbox.company.records import Record

INVOICED_MONTHS = tuple(f"2026-{month:02}" for month in range(1, 11))
FEW_ENROLMENTS = 3
"""Below it a fee is ordered by one cost centre, which the line names."""

_TAX = {"EUR": Decimal("0.19"), "GBP": Decimal("0.20"), "USD": Decimal(0)}
_CENT = Decimal("0.01")
Row = tuple[str, Record]


def contract_rows(workers: int) -> list[Row]:
    """(id, record) of every licence contract."""
    kinds = (
        ("LIC-01", "Docebo S.p.A.", "ACTIVE_USERS", "2.1000", "EUR", "ACTIVE_LEARNERS"),
        ("LIC-02", SUPPLIERS[2], "SEATS", "4.7500", "USD", "HEADCOUNT"),
        ("LIC-03", SUPPLIERS[4], "SEATS", "1.9000", "GBP", "ENROLMENTS"),
        ("LIC-04", SUPPLIERS[0], "ACTIVE_USERS", "0.8500", "EUR", "HEADCOUNT"),
    )
    return [
        (
            key,
            {
                "Contract_ID": key,
                "Supplier": supplier,
                "Licence_Type": kind,
                "Seats": str(workers if kind == "ACTIVE_USERS" else max(10, workers // 2)),
                "Unit_Price": price,
                "Currency": currency,
                "Valid_From": "2025-01-01",
                "Valid_To": "2027-12-31",
                "Allocation": allocation,
            },
        )
        for key, supplier, kind, price, currency, allocation in kinds
    ]


def invoice_line(
    invoice_id: str, line_no: int, *, supplier: str, month: str, charge_type: str, quantity: int, net: Decimal, currency: str, **refers: str
) -> Row:  # fmt: skip
    """(key, record) of an invoice line for a month; `refers` names its course, contract, cost centre or order."""
    year, number = int(month[:4]), int(month[5:])
    last = f"{month}-{monthrange(year, number)[1]}"
    accounts = {"COURSE_FEE": "6821", "LICENCE": "6837", "CONTENT": "6822", "CREDIT_NOTE": "6829"}
    record: dict[str, Any] = {
        "Invoice_ID": invoice_id,
        "Line_No": str(line_no),
        "Supplier": supplier,
        "Invoice_Date": last,
        "Service_From": f"{month}-01",
        "Service_To": last,
        "Charge_Type": charge_type,
        "Quantity": str(quantity),
        "Net_Amount": str(net.quantize(_CENT)),
        "Tax_Amount": str((net * _TAX.get(currency, Decimal(0))).quantize(_CENT)),
        "Currency": currency,
        "GL_Account": accounts[charge_type],
        **refers,
    }
    return f"{invoice_id}/{line_no:04}", record


def invoice_rows(catalogue: Catalogue, enrolments: Counter[tuple[str, str]], workers: int, rng: Random) -> list[Row]:
    """(key, record) of all invoice lines: course fees and credits by supplier and month, licences, content."""
    centers = [center.code for center in cost_centers() if center.closed_on is None]
    rows: list[Row] = []
    for month in INVOICED_MONTHS:
        for supplier_no, supplier in enumerate(SUPPLIERS):
            invoice_id = f"INV-{supplier_no + 1}{month.replace('-', '')}"
            rows += _course_lines(catalogue, enrolments, rng, invoice_id, month, supplier_no)
            content_id = f"INV-{supplier_no + 1}{month.replace('-', '')}C"
            net = Decimal(rng.randrange(20_000, 400_000)) / 100
            rows.append(
                invoice_line(
                    content_id, 1, supplier=supplier, month=month, charge_type="CONTENT", quantity=1, net=net,
                    currency=SUPPLIER_CURRENCY[supplier_no], Cost_Center_ID=rng.choice(centers), PO_Number=f"PO-{rng.randrange(4000, 9999)}",
                )
            )  # fmt: skip
        rows += _licence_lines(enrolments, month, workers)
    return rows


def _course_lines(
    catalogue: Catalogue,
    enrolments: Counter[tuple[str, str]],
    rng: Random,
    invoice_id: str,
    month: str,
    supplier_no: int,
) -> list[Row]:
    rows: list[Row] = []
    centers = [center.code for center in cost_centers() if center.closed_on is None]
    about: dict[str, Any] = {
        "supplier": SUPPLIERS[supplier_no],
        "month": month,
        "currency": SUPPLIER_CURRENCY[supplier_no],
    }
    for course in catalogue.courses:
        code = course.current.code
        count = enrolments.get((code, month), 0)
        if course.supplier_no != supplier_no or course.price == "0.00" or not count:
            continue
        net = Decimal(course.price) * count
        order = {"PO_Number": f"PO-{rng.randrange(1000, 4000)}"} if rng.random() < 0.7 else {}
        if count < FEW_ENROLMENTS:
            order["Cost_Center_ID"] = rng.choice(centers)
        line: dict[str, Any] = {
            "charge_type": "COURSE_FEE",
            "quantity": count,
            "net": net,
            "Course_Code": code,
            **order,
        }
        rows.append(invoice_line(invoice_id, len(rows) + 1, **about, **line))
        if rng.random() < 0.08:
            credit: dict[str, Any] = {
                "charge_type": "CREDIT_NOTE",
                "quantity": 1,
                "net": -Decimal(course.price),
                "Course_Code": code,
                **order,
            }
            rows.append(invoice_line(invoice_id, len(rows) + 1, **about, **credit))
    return rows


def _licence_lines(enrolments: Counter[tuple[str, str]], month: str, workers: int) -> list[Row]:
    has_enrolments = any(enrolled == month for _, enrolled in enrolments)
    rows = []
    for key, contract in contract_rows(workers):
        if contract["Allocation"] == "ENROLMENTS" and not has_enrolments:
            continue
        quantity = int(contract["Seats"])
        net = Decimal(contract["Unit_Price"]) * quantity
        rows.append(
            invoice_line(
                f"{key}-{month.replace('-', '')}", 1, supplier=contract["Supplier"], month=month, charge_type="LICENCE",
                quantity=quantity, net=net, currency=contract["Currency"], Contract_ID=key,
            )
        )  # fmt: skip
    return rows


def requisition_rows(maker: PeopleMaker, count: int, rng: Random) -> list[Row]:
    """(id, record) of the open requisitions."""
    rows = []
    for number in range(1, count + 1):
        post = maker.post_of(maker.population.staff, "plan", rng)
        planned = maker.spell(f"{number:032x}", 1, post, FIRST_DAY, None)
        key = f"REQ-2026-{number:05}"
        rows.append(
            (
                key,
                {
                    "Job_Requisition_ID": key,
                    "Position_ID": f"POS-PLAN-{number:05}",
                    **{
                        name: planned[name]
                        for name in ("Job_Profile_ID", "Supervisory_Organization_ID", "Location_ID", "Cost_Center_ID")
                    },
                    "Target_Hire_Date": (FIRST_DAY + timedelta(days=rng.randrange(20, 200))).isoformat(),
                    "Openings": str(rng.choice((1, 1, 1, 2, 3))),
                    "Status": rng.choice(("Open", "Open", "Approved", "On Hold")),
                },
            )
        )
    return rows
