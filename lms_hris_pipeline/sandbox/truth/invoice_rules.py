"""The rule about invoice lines: one that names no cost centre needs something to be shared by."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from lms_hris_pipeline.sandbox.truth.parsing import day, text
from lms_hris_pipeline.sandbox.truth.people import read_objects
from lms_hris_pipeline.sandbox.truth.standing import Standing
from lms_hris_pipeline.sandbox.truth.verdict import Verdict

ANY_COURSE = "*"


def judge_invoices(company: sqlite3.Connection, standing: Standing, courses: set[str], verdict: Verdict) -> None:
    """Raise the lines that nobody can bear."""
    lines = read_objects(company, "INT_LMS_Supplier_Invoices")
    contracts = {
        str(text(record["Contract_ID"])): (text(record.get("Allocation")) or "").upper()
        for record in read_objects(company, "INT_LMS_Licence_Contracts")
    }
    enrolled = _enrolment_days(company, {text(line.get("Course_Code")) for line in lines})
    for line in lines:
        if text(line.get("Cost_Center_ID")) is None and not _can_be_shared(
            line, contracts, enrolled, courses, standing
        ):
            number = int(line.get("Line_No") or 1)
            verdict.find("invoice_unallocated", None, None, "invoice", f"{text(line['Invoice_ID'])}/{number}")


def _enrolment_days(company: sqlite3.Connection, wanted: set[str | None]) -> dict[str, list[str]]:
    """The days of enrolments, sorted: of each course that a line names, and of any."""
    codes = {row[0]: row[1] for row in company.execute("select id, code from lms_courses")}
    found: dict[str, set[str]] = {ANY_COURSE: set()}
    for course_id, enrolled in company.execute(
        "select distinct course_id, substr(enrollment_date, 1, 10) from lms_enrolments"
    ):
        known = day(enrolled)
        if known is not None:
            found[ANY_COURSE].add(known)
            code = codes.get(course_id)
            if code in wanted and code is not None:
                found.setdefault(code, set()).add(known)
    return {code: sorted(days) for code, days in found.items()}


def _can_be_shared(
    line: Mapping[str, Any],
    contracts: Mapping[str, str],
    enrolled: Mapping[str, list[str]],
    courses: set[str],
    standing: Standing,
) -> bool:
    course, contract = text(line.get("Course_Code")), text(line.get("Contract_ID"))
    by = ANY_COURSE
    if contract is not None and (course is None or (text(line.get("Charge_Type")) or "").upper() == "LICENCE"):
        allocation = contracts.get(contract)
        if allocation is None:
            return False
        if allocation == "ACTIVE_LEARNERS":
            return any(standing.accounts[learner].is_active for learner in standing.owner)
        if allocation == "HEADCOUNT":
            return bool(standing.wanted)
    elif course is None or course not in courses:
        return False
    else:
        by = course
    first, last = day(line.get("Service_From")), day(line.get("Service_To"))
    if first is None or last is None:
        return False
    days = enrolled.get(by, [])
    place = bisect_left(days, first)
    return place < len(days) and days[place] <= last
