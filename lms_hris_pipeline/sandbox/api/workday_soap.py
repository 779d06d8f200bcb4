"""Workday's SOAP service Learning: Put_Learning_Enrollment, guarded by WS-Security.

Putting twice makes two records. Faults answer with HTTP 500, as SOAP 1.1 has it.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from lms_hris_pipeline.sandbox.api.wire import Call, Problem, Reply
from lms_hris_pipeline.sandbox.api.world import World

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
BSVC = "urn:com.workday/bsvc"
VERSION = "v44.0"
PACIFIC = ZoneInfo("America/Los_Angeles")
SERVICE = "Learning"
OPERATION = f"{{{BSVC}}}Put_Learning_Enrollment_Request"
XML_TYPE = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a Put_Learning_Enrollment asks for."""

    content_id: str
    wid: str
    completed: str
    score: str | None
    expires: str | None
    is_rescinded: bool


def learning(world: World, call: Call) -> Reply:
    """POST /ccx/service/{tenant}/Learning/{version}"""
    if call.path_values["tenant"] != world.options.tenant or call.path_values["service"] != SERVICE:
        raise Problem(soap_fault("Client", "Invalid service or tenant", "Processing_Fault"))
    try:
        root = ElementTree.fromstring(call.body)
    except (ElementTree.ParseError, DefusedXmlException):
        raise Problem(soap_fault("Client", "The request is not well-formed XML", "Processing_Fault")) from None
    _check_security(world, root)
    request = root.find(f"{{{ENVELOPE}}}Body/{OPERATION}")
    if request is None:
        raise Problem(soap_fault("Client", "The operation is not known", "Processing_Fault"))
    with world.writing() as connection:
        wanted = _read(connection, request)
        record_id = _put(connection, wanted, world.now())
    return Reply(
        200,
        (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<env:Envelope xmlns:env="{ENVELOPE}"><env:Body>'
            f'<wd:Put_Learning_Enrollment_Response xmlns:wd="{BSVC}" wd:version="{VERSION}">'
            f'<wd:Learning_Enrollment_Reference><wd:ID wd:type="WID">{record_id}</wd:ID>'
            "</wd:Learning_Enrollment_Reference></wd:Put_Learning_Enrollment_Response>"
            "</env:Body></env:Envelope>"
        ).encode(),
        XML_TYPE,
    )


def soap_fault(code: str, message: str, detail: str = "", xpath: str = "") -> Reply:
    """A SOAP 1.1 fault; `detail` names the Workday fault element inside it."""
    inside = ""
    if detail == "Validation_Fault":
        inside = (
            f'<detail><wd:Validation_Fault xmlns:wd="{BSVC}"><wd:Validation_Error><wd:Message>{escape(message)}'
            f"</wd:Message><wd:Detail_Message>{escape(message)}</wd:Detail_Message><wd:Xpath>{escape(xpath)}</wd:Xpath>"
            "</wd:Validation_Error></wd:Validation_Fault></detail>"
        )
    elif detail == "Processing_Fault":
        inside = (
            f'<detail><wd:Processing_Fault xmlns:wd="{BSVC}"><wd:Detail_Message>{escape(message)}'
            "</wd:Detail_Message></wd:Processing_Fault></detail>"
        )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Body><SOAP-ENV:Fault>'
        f"<faultcode>SOAP-ENV:{code}</faultcode><faultstring>{escape(message)}</faultstring>{inside}"
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    return Reply(500, body.encode(), XML_TYPE)


def _invalid(message: str, element: str) -> Problem:
    xpath = f"/wd:Put_Learning_Enrollment_Request/wd:Learning_Enrollment_Data/wd:{element}"
    text = f"Validation error occurred. {message}"
    return Problem(soap_fault("Client.validationError", text, "Validation_Fault", xpath))


def _check_security(world: World, root: Element) -> None:
    token = root.find(f"{{{ENVELOPE}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
    user = token.findtext(f"{{{WSSE}}}Username", "") if token is not None else ""
    password = token.findtext(f"{{{WSSE}}}Password", "") if token is not None else ""
    expected = world.credentials
    if not (
        hmac.compare_digest(user.strip().encode(), expected.workday_soap_user.encode())
        and hmac.compare_digest(password.strip().encode(), expected.workday_soap_password.encode())
    ):
        raise Problem(soap_fault("Client.authenticationError", "invalid username or password"))


def _read(connection: sqlite3.Connection, request: Element) -> Enrolment:
    data = request.find(_name("Learning_Enrollment_Data"))
    if data is None:
        raise _invalid("Learning_Enrollment_Data is required", "")
    content_id = _reference(data, "Learning_Content_Reference", "Learning_Content_ID")
    wid = _reference(data, "Learner_Reference", "WID")
    if connection.execute("select 1 from hris_workers where wid = ?", (wid,)).fetchone() is None:
        raise _invalid("Invalid ID value for the learner", "Learner_Reference")
    known = connection.execute(
        "select 1 from lms_courses where code = ? union all"
        " select 1 from hris_learning_records where content_id = ? limit 1",
        (content_id, content_id),
    ).fetchone()
    if known is None:
        raise _invalid("Invalid ID value for the learning content", "Learning_Content_Reference")
    _day(data, "Registered_Date", required=True)
    score = (data.findtext(_name("Overall_Course_Score")) or "").strip()
    if score and not score.replace(".", "", 1).isdecimal():
        raise _invalid("Overall_Course_Score is not a number", "Overall_Course_Score")
    return Enrolment(
        content_id=content_id,
        wid=wid,
        completed=_day(data, "Learning_Enrollment_Completion_Date", required=True) or "",
        score=score or None,
        expires=_day(data, "Expiration_Date"),
        is_rescinded=(data.findtext(_name("Rescind_Enrollment")) or "").strip() in {"1", "true"},
    )


def _name(local: str) -> str:
    return f"{{{BSVC}}}{local}"


def _reference(data: Element, element: str, kind: str) -> str:
    for node in data.findall(f"{_name(element)}/{_name('ID')}"):
        if node.get(_name("type"), node.get("type")) == kind and (node.text or "").strip():
            return (node.text or "").strip()
    raise _invalid(f"{element} needs an ID of type {kind}", element)


def _day(data: Element, element: str, *, required: bool = False) -> str | None:
    text = (data.findtext(_name(element)) or "").strip()
    if not text and not required:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise _invalid(f"{element} is not a date", element) from None


def _put(connection: sqlite3.Connection, wanted: Enrolment, now: datetime) -> str:
    """Write a record, or rescind the ones it names; the record's id."""
    if wanted.is_rescinded:
        row = connection.execute(
            "select record_id from hris_learning_records where wid = ? and content_id = ? and completion_date = ?"
            " and rescinded = 0 order by record_id",
            (wanted.wid, wanted.content_id, wanted.completed),
        ).fetchone()
        if row is None:
            raise _invalid("There is no such learning enrollment to rescind", "Rescind_Enrollment")
        connection.execute(
            "update hris_learning_records set rescinded = 1 where wid = ? and content_id = ? and completion_date = ?",
            (wanted.wid, wanted.content_id, wanted.completed),
        )
        return str(row[0])
    count = connection.execute("select coalesce(max(rowid), 0) from hris_learning_records").fetchone()[0]
    text = f"{wanted.wid}/{wanted.content_id}/{wanted.completed}/{count}/{now.isoformat()}"
    record_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    connection.execute(
        "insert into hris_learning_records(record_id, wid, content_id, completion_date, score, expiration_date,"
        " recorded_moment, source, rescinded) values(?, ?, ?, ?, ?, ?, ?, 'Integration', 0)",
        (
            record_id,
            wanted.wid,
            wanted.content_id,
            wanted.completed,
            wanted.score,
            wanted.expires,
            now.astimezone(PACIFIC).isoformat(timespec="milliseconds"),
        ),
    )
    return record_id
