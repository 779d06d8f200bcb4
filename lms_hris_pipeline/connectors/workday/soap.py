"""The SOAP of Put_Learning_Enrollment: building the envelope and reading the answer. No I/O."""

from __future__ import annotations

from lxml import etree

from lms_hris_pipeline.connectors.protocols import LearningRecord
from lms_hris_pipeline.connectors.workday.client import LEARNING_VERSION, VENDOR
from lms_hris_pipeline.model.errors import InDoubt, Permanent, Refused

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
BSVC = "urn:com.workday/bsvc"
AUTHENTICATION = "authenticationError"


def _wd(name: str) -> str:
    return f"{{{BSVC}}}{name}"


def put_learning_envelope(record: LearningRecord, user: str, password: str) -> bytes:
    """The request as XML; every value is escaped by lxml.

    Raises:
        ValueError: a value holds control characters that XML cannot carry.
    """
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soapenv": ENVELOPE, "wd": BSVC})
    header = etree.SubElement(envelope, f"{{{ENVELOPE}}}Header")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    security.set(f"{{{ENVELOPE}}}mustUnderstand", "1")
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = user
    secret = etree.SubElement(token, f"{{{WSSE}}}Password")
    secret.set("Type", PASSWORD_TEXT)
    secret.text = password
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    request = etree.SubElement(body, _wd("Put_Learning_Enrollment_Request"))
    request.set(_wd("version"), LEARNING_VERSION)
    data = etree.SubElement(request, _wd("Learning_Enrollment_Data"))
    _reference(data, "Learning_Content_Reference", "Learning_Content_ID", record.course_code)
    _reference(data, "Learner_Reference", "WID", record.worker_id_hris)
    completed = record.completed_date.isoformat()
    texts = {
        "Registered_Date": completed,
        "Learning_Enrollment_Completion_Date": completed,
        "Overall_Course_Score": record.score,
        "Expiration_Date": record.expires_date.isoformat() if record.expires_date else None,
        "Rescind_Enrollment": "1" if record.is_rescinded else None,
    }
    for name, text in texts.items():
        if text is not None:
            etree.SubElement(data, _wd(name)).text = text
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _reference(data: etree._Element, name: str, kind: str, value: str) -> None:
    node = etree.SubElement(etree.SubElement(data, _wd(name)), _wd("ID"))
    node.set(_wd("type"), kind)
    node.text = value


def read_answer(status: int, body: bytes) -> str:
    """The id of the record that was written.

    Raises:
        Refused: a SOAP fault; nothing was written.
        Permanent: the SOAP user is not let in.
        InDoubt: the answer is no SOAP, so nobody knows.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise InDoubt(f"{VENDOR}: the answer to a learning record cannot be read (HTTP {status})") from None
    fault = root.find(f".//{{{ENVELOPE}}}Fault")
    if fault is not None:
        code = fault.findtext("faultcode") or ""
        if AUTHENTICATION in code:
            raise Permanent(f"{VENDOR}: the SOAP user is not let in\n  Check its name and password: lms-hris doctor")
        place = fault.findtext(f".//{_wd('Xpath')}") or ""
        text = fault.findtext(f".//{_wd('Message')}") or fault.findtext("faultstring") or "no reason given"
        if not (code.rpartition(":")[2].startswith("Client") or place):
            raise InDoubt(f"{VENDOR}: failed on a learning record ({code}); it may have been written")
        raise Refused(f"{VENDOR}: refused the learning record: {text[:200]} {place}".rstrip())
    node = root.find(f".//{_wd('Learning_Enrollment_Reference')}/{_wd('ID')}")
    if node is None or not node.text:
        raise InDoubt(f"{VENDOR}: the answer to a learning record names no record (HTTP {status})")
    return node.text
