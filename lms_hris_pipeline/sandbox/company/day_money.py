"""The suppliers' invoices for the month before, which come on its turn."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import orjson

from lms_hris_pipeline.sandbox.company.catalogue import SUPPLIER_CURRENCY, SUPPLIERS
from lms_hris_pipeline.sandbox.company.day_roster import Today
from lms_hris_pipeline.sandbox.company.money import Row, invoice_line

INVOICES = "INT_LMS_Supplier_Invoices"
CONTRACTS = "INT_LMS_Licence_Contracts"


def play_money(today: Today, previous: date) -> None:
    """Invoices where the business day before lay in another month."""
    if previous.month == today.day.month:
        return
    month = (today.day.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    today.company.executemany(
        "insert or ignore into hris_objects(report, id, record) values(?, ?, ?)",
        [(INVOICES, key, orjson.dumps(record).decode()) for key, record in _lines(today, month)],
    )


def _lines(today: Today, month: str) -> list[Row]:
    counts = dict(
        today.company.execute(
            "select course_id, count(*) from lms_enrolments where enrollment_date >= ? and enrollment_date < ?"
            " group by course_id",
            (f"{month}-01", f"{month}-99"),
        ).fetchall()
    )
    rows: list[Row] = []
    for course, text in today.company.execute("select id, record from lms_courses order by id"):
        record, count = orjson.loads(text), counts.get(course, 0)
        if not count or Decimal(record["price"]) == 0:
            continue
        supplier = SUPPLIER_CURRENCY.index(record["currency"])
        rows.append(
            invoice_line(
                f"INV-{supplier + 1}{month.replace('-', '')}",
                len(rows) + 1,
                supplier=SUPPLIERS[supplier],
                month=month,
                charge_type="COURSE_FEE",
                quantity=count,
                net=Decimal(record["price"]) * count,
                currency=record["currency"],
                Course_Code=record["code"],
            )
        )
    contracts = today.company.execute("select id, record from hris_objects where report = ? order by id", (CONTRACTS,))
    for key, text in contracts:
        contract = orjson.loads(text)
        if contract["Allocation"] == "ENROLMENTS" and not counts:
            continue
        quantity = int(contract["Seats"])
        rows.append(
            invoice_line(
                f"{key}-{month.replace('-', '')}",
                1,
                supplier=contract["Supplier"],
                month=month,
                charge_type="LICENCE",
                quantity=quantity,
                net=Decimal(contract["Unit_Price"]) * quantity,
                currency=contract["Currency"],
                Contract_ID=key,
            )
        )
    return rows
