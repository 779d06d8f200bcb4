"""Makes small nights for the report room: batches with every table built, and what settings and ledger say of them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.settings import PolicySettings
from lms_hris_pipeline.tables import reconcile, report
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import link, meaning, reconciled
from lms_hris_pipeline_tests.support.stage import (
    ORGANISATION,
    Record,
    build_all,
    course,
    enrolment,
    job,
    learning_record,
    rows_of,
    user,
    worker,
)

HOSTILE = (
    '<script>document.title="taken"</script>',
    '"><img src=x onerror=\'document.title="taken"\'>',
    '=cmd|"/C calc"!A0',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "</script></style></textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "Robert'); drop table students;--",
    "<r><t>raw</t></r>",
    "http://evil.example/",
    "nul \x01 bell \x07 escape \x1b[31m",
    "right \u202e to left",
    "_x0041_",
)


EVIDENCE = json.dumps(
    {
        "causes": ["names_alone"],
        "prior": -9.5,
        "bits": -5.0,
        "fields": {
            "last_name": {"level": HOSTILE[1], "weight": 6.0},
            "place": {"level": "none", "weight": -1.5},
            "email": {"level": "missing", "weight": 0.0},
        },
    }
)
"""Of a pair that a person must look at."""


def line(number: int, invoice_id: str = "I-1", **changes: Any) -> Record:
    """An invoice line of January 2026 over 10.00 EUR and 1.90 tax that names neither course nor contract."""
    return {
        "Invoice_ID": invoice_id, "Line_No": str(number), "Supplier": "Sapient Ltd", "Service_From": "2026-01-01",
        "Service_To": "2026-01-31", "Invoice_Date": "2026-02-03", "Charge_Type": "COURSE_FEE", "Net_Amount": "10.00",
        "Tax_Amount": "1.90", "Currency": "EUR", **changes,
    }  # fmt: skip


def contract(name: str, allocation: str) -> Record:
    """A licence contract that is shared by `allocation`."""
    return {"Contract_ID": name, "Supplier": "S", "Licence_Type": "SEATS", "Currency": "EUR", "Allocation": allocation}


def licence(number: int, name: str, net: str, tax: str = "0.00", **changes: Any) -> Record:
    """An invoice line for the contract `name`."""
    return line(number, Charge_Type="LICENCE", Contract_ID=name, Net_Amount=net, Tax_Amount=tax, **changes)


def reported(
    hris: Mapping[str, list[Record | str]] | None = None,
    lms: Mapping[str, list[Record | str]] | None = None,
    **match: Any,
) -> Batch:
    """A batch with every table up to the report tables."""
    batch = reconciled(hris, lms, **match)
    build_all(batch, report.TABLES)
    return batch


def text_of(page: str) -> str:
    """What of a page can be read."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def facts_of(batch: Batch, **changes: Any) -> NightFacts:
    """A firm in Berlin; the exceptions of the batch have been open for 0 to 9 days, and a few are new."""
    found = [row["exception_id"] for row in rows_of(batch, reconcile.EXCEPTIONS)]
    values: dict[str, Any] = {
        "firm_name": "Lumen",
        "zone": ZoneInfo("Europe/Berlin"),
        "policy": PolicySettings(accounts="auto", organisation="approve", offboarding="off"),
        "first_seen": {
            key: batch.as_of - timedelta(days=number % 10, hours=1) for number, key in enumerate(found) if number % 11
        },
        **changes,
    }
    return NightFacts(**values)


def busy_night(people: int = 40, *, incomplete: tuple[str, ...] = (), closed: bool = True) -> Batch:
    """A night with exceptions of many kinds: a closed cost centre, differing values, hostile words, odd invoices."""
    workers = [
        worker(
            number,
            [job(number, Cost_Center_ID="CC-9" if number % 2 else "CC-1" if number % 5 else None)],
            Legal_Last_Name=HOSTILE[number % len(HOSTILE)] if number % 4 == 0 else f"Last{number}",
        )
        for number in range(1, people + 1)
    ]
    users = [
        user(
            number,
            last_name=HOSTILE[(number + 3) % len(HOSTILE)] if number % 6 == 0 else f"Last{number}",
            field_4="CC-1",
        )
        for number in range(1, people + 1)
        if number % 7
    ]
    centers = [*ORGANISATION["cost_centers"], {"Cost_Center_ID": "CC-9", "Cost_Center_Name": "Nine & <Sons>"}]
    if closed:
        centers[-1] = {**centers[-1], "Closed_On": "2026-01-15"}  # type: ignore[dict-item]
    return reported(
        {
            "workers": workers,
            "cost_centers": centers,
            "learning_records": [learning_record(1, 2, 1, "2026-01-20")],
            "invoices": [
                line(1, Course_Code="C-1"),
                line(2, Course_Code="C-9", Supplier=HOSTILE[0]),
                line(3, Cost_Center_ID="CC-77"),
                licence(4, "K-1", "100.00", "19.00"),
                licence(5, "K-2", "33.34"),
                line(1, "I-2", Currency="GBP", Charge_Type="CREDIT_NOTE", Course_Code="C-1", Net_Amount="-7.01", Tax_Amount="-1.33"),
                line(2, "I-2", Currency="GBP", Service_From="", Service_To="", Cost_Center_ID="CC-1", Charge_Type="CONTENT"),
            ],
            "licence_contracts": [contract("K-1", "ACTIVE_LEARNERS"), contract("K-2", "HEADCOUNT")],
        },
        {
            "users": users,
            "courses": [course(1, name=HOSTILE[1]), course(2)],
            "enrolments": [enrolment(number, number, 1, "2026-01-20" if number % 3 else None) for number in range(1, 12)],
            "course_skills": [{"course_id": "1", "skill_id": "1", "title": HOSTILE[2]}],
        },
        people=[
            link(number, number, "review", evidence=EVIDENCE) if number % 13 == 0 else link(number, number)
            for number in range(1, people + 1)
            if number % 7
        ],
        skills=[meaning(HOSTILE[2], None, "no_match")],
        incomplete=incomplete,
    )  # fmt: skip
