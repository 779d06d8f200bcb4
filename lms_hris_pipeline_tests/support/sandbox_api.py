"""A small company made by hand, and clients that speak to the sandbox over real HTTP."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import httpx

from lms_hris_pipeline.sandbox.api.options import SandboxOptions
from lms_hris_pipeline.sandbox.api.server import SandboxServer
from lms_hris_pipeline.sandbox.store import create_schema, open_company

USERS = 450
COURSES = 12
BRANCHES = ("ROOT", "SUP-1", "SUP-2", "SUP-3")
ADMIN_ID, POWER_USER_ID = 449, 450
BOOK_CLUB, FINANCE, BERLIN, PARIS = 1, 2, 3, 4
RULE_COURSE_GROUP, RULE_COURSE_BRANCH, RULE_COURSE_PARIS = 10, 11, 12
WORKERS = 30
STAFFING = "/ccx/api/staffing/v6/lumen_sandbox"
REPORTS = "/ccx/service/customreport2/lumen_sandbox/INT_LMS"
LEARNING = "/ccx/service/lumen_sandbox/Learning/v44.0"
BSVC = "{urn:com.workday/bsvc}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def wid(number: int) -> str:
    """The WID of the numbered worker."""
    return f"{number:032x}"


@cache
def _template() -> Path:
    folder = Path(mkdtemp(prefix="sandbox-api-"))
    connection = open_company(folder)
    create_schema(connection)
    _fill_hris(connection)
    _fill_lms(connection)
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return folder / "company.sqlite"


def make_company(folder: Path) -> Path:
    """A fresh copy of the small company in `folder`."""
    shutil.copy(_template(), folder / "company.sqlite")
    return folder


def _fill_hris(connection: sqlite3.Connection) -> None:
    connection.executemany("insert into meta(key, value) values(?, ?)", [("company_date", "2026-11-02"), ("seed", "1")])
    for number in range(1, WORKERS + 1):
        record = _worker(number)
        connection.execute(
            "insert into hris_workers(wid, employee_id, is_terminated, record) values(?, ?, ?, ?)",
            (wid(number), record["Employee_ID"], number % 10 == 0, json.dumps(record)),
        )
        for location in sorted({job["Location_ID"] for job in record["Jobs_group"]}):
            connection.execute(
                "insert into hris_worker_locations(location_id, wid) values(?, ?)", (location, wid(number))
            )
    objects: list[tuple[str, str, dict[str, Any]]] = [
        ("INT_LMS_Locations", "LOC-BER", {"Location_ID": "LOC-BER", "Time_Zone": "Europe/Berlin", "Is_Inactive": "0"}),
        ("INT_LMS_Locations", "LOC-PAR", {"Location_ID": "LOC-PAR", "Time_Zone": "Europe/Paris", "Is_Inactive": "0"}),
        ("INT_LMS_Skills", "SK-1", {"Skill_ID": "SK-1", "Skill_Name": "Welding", "Skill_Category": "Trades"}),
        ("INT_LMS_Skills", "SK-2", {"Skill_ID": "SK-2", "Skill_Name": "Python", "Skill_Category": "IT"}),
    ]
    for number in range(1, 31):
        item = {
            "id": wid(5000 + number),
            "descriptor": f"Profile {number}",
            "name": f"Profile {number}",
            "inactive": number == 30,
            "code": f"JP-{number}",
            "jobFamilies": [{"id": wid(6000), "descriptor": "Finance"}],
        }
        objects.append(("jobProfiles", f"JP-{number}", item))
    for number, code in enumerate(BRANCHES[1:], 1):
        item = {
            "id": wid(7000 + number),
            "descriptor": code,
            "name": code,
            "code": code,
            "inactive": False,
            "managers": [{"id": wid(1), "descriptor": "First1 Last1"}],
            "manager": {"id": wid(1), "descriptor": "First1 Last1"},
        }
        objects.append(("supervisoryOrganizations", code, item))
    connection.executemany(
        "insert into hris_objects(report, id, record) values(?, ?, ?)", [(r, i, json.dumps(o)) for r, i, o in objects]
    )
    connection.execute(
        "insert into hris_skill_items(item_id, wid, skill_id, skill_name, remote_id) values(?, ?, 'SK-2', 'Python', null)",
        (wid(9001), wid(1)),
    )
    connection.execute(
        "insert into hris_skill_items(item_id, wid, skill_id, skill_name, remote_id) values(?, ?, null, 'juggling', null)",
        (wid(9002), wid(1)),
    )
    for number in range(1, 41):
        connection.execute(
            "insert into hris_learning_records(record_id, wid, content_id, completion_date, score, expiration_date,"
            " recorded_moment, source, rescinded) values(?, ?, 'C-001', ?, ?, null, '2026-01-05T10:00:00.000-08:00',"
            " 'Workday', ?)",
            (
                wid(8000 + number),
                wid(number % WORKERS + 1),
                f"2026-{(number - 1) % 10 + 1:02}-05",
                "88" if number % 2 else None,
                number == 40,
            ),
        )


def _worker(number: int) -> dict[str, Any]:
    def job(suffix: str, location: str, start: str, end: str | None) -> dict[str, str]:
        row = {
            "Assignment_ID": f"A-{number}-{suffix}",
            "Position_ID": f"P-{number}",
            "Job_Profile_ID": f"JP-{number % 30 + 1}",
            "Business_Title": "Analyst",
            "Supervisory_Organization_ID": f"SUP-{number % 3 + 1}",
            "Location_ID": location,
            "FTE": "1.0000",
            "Is_Primary": "1",
            "Start_Date": start,
            "Recorded_Moment": "2020-01-01T09:00:00.000-08:00",
        }
        return row | ({"End_Date": end} if end else {})

    jobs = [job("1", "LOC-BER", "2020-01-01", None)]
    if number % 3 == 0:
        jobs = [job("1", "LOC-BER", "2020-01-01", "2025-12-31"), job("2", "LOC-PAR", "2026-01-01", None)]
    return {
        "Worker_WID": wid(number),
        "Employee_ID": f"{number:06}",
        "Worker_Type": "Contingent Worker" if number % 7 == 0 else "Employee",
        "Legal_First_Name": f"First{number}",
        "Legal_Last_Name": f"Last{number}",
        "Email_Work": f"worker{number}@lumen.example",
        "Worker_Status": "Active",
        "Hire_Date": "2020-01-01",
        "Hire_Rescinded": "0",
        "Country": "DE",
        "Jobs_group": jobs,
    }


def _fill_lms(connection: sqlite3.Connection) -> None:
    for number, code in enumerate(BRANCHES, 1):
        connection.execute(
            "insert into lms_branches(id, code, title, parent_id, lev, ileft, iright) values(?, ?, ?, ?, ?, ?, ?)",
            (number, code, code.title(), None if number == 1 else 1, min(number, 2), number * 2, number * 2 + 1),
        )
    for number in range(1, USERS + 1):
        level = {ADMIN_ID: "godadmin", POWER_USER_ID: "power_user"}.get(number, "user")
        connection.execute(
            "insert into lms_users(user_id, username, firstname, lastname, email, status, level, branch_id, manager_id,"
            " creation_date, last_update, last_access_date, expiration_date, language, timezone, field_1, field_3,"
            " field_5) values(?, ?, ?, ?, ?, '1', ?, ?, ?, '2024-01-01 08:00:00', '2026-01-01 08:00:00', null, null,"
            " 'english', 'Europe/Berlin', ?, ?, 'LOC-BER')",
            (
                number,
                f"user{number}@lumen.example",
                f"First{number}",
                f"Last{number}",
                f"user{number}@lumen.example",
                level,
                number % 3 + 2,
                1 if number > 1 else None,
                f"{number:06}",
                f"SUP-{number % 3 + 1}",
            ),
        )
        for course in (number % 5 + 1, number % 5 + 2):
            done = (number + course) % 2 == 0
            connection.execute(
                "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
                " last_update, owner, archived) values(?, ?, ?, 'learner', '2026-01-01 08:00:00', ?, ?, ?, 'admin', 0)",
                (
                    number,
                    course,
                    "completed" if done else "subscribed",
                    "2026-02-01 08:00:00" if done else None,
                    "75" if done else None,
                    f"2026-0{course}-01 08:00:00",
                ),
            )
    groups = [
        ("Book club", "manual", None, None),
        ("JF: Finance", "manual", None, None),
        ("LOC: LOC-BER", "automatic", "field_5", "LOC-BER"),
        ("LOC: LOC-PAR", "automatic", "field_5", "LOC-PAR"),
    ]
    connection.executemany("insert into lms_groups(name, type, rule_field, rule_value) values(?, ?, ?, ?)", groups)
    connection.execute(f"insert into lms_group_members(group_id, user_id) select {BERLIN}, user_id from lms_users")
    connection.executemany(
        "insert into lms_group_members(group_id, user_id) values(?, ?)", [(FINANCE, 1), (FINANCE, 2)]
    )
    for number in range(1, COURSES + 1):
        record = {
            "id": str(number),
            "code": f"C-{number:03}",
            "name": f"Course {number}",
            "type": "elearning",
            "status": "published",
            "duration_minutes": 30,
            "price": "10.00",
            "currency": "EUR",
            "language": "en",
            "last_update": "2026-01-01 08:00:00",
        }
        connection.execute(
            "insert into lms_courses(id, code, record) values(?, ?, ?)", (number, record["code"], json.dumps(record))
        )
    connection.executemany(
        "insert into lms_enrolment_rules(group_id, branch_id, course_id) values(?, ?, ?)",
        [(FINANCE, None, RULE_COURSE_GROUP), (None, 4, RULE_COURSE_BRANCH), (PARIS, None, RULE_COURSE_PARIS)],
    )
    certification = {"id": "1", "code": "CERT-1", "title": "First aid", "expires_after_months": 24, "course_ids": ["1"]}
    connection.execute("insert into lms_certifications(id, record) values(1, ?)", (json.dumps(certification),))
    connection.executemany(
        "insert into lms_certificates(certification_id, user_id, issued_date, expire_date) values(1, ?, ?, ?)",
        [(1, "2025-01-01", "2027-01-01"), (2, "2026-01-01", "2028-01-01"), (3, "2026-06-01", "2028-06-01")],
    )
    connection.executemany(
        "insert into lms_skills(skill_id, title, description, active) values(?, ?, ?, 1)",
        [(number, f"tag {number}", None) for number in range(1, 6)],
    )
    connection.executemany("insert into lms_course_skills(course_id, skill_id) values(?, ?)", [(1, 1), (1, 2), (2, 5)])


@dataclass
class Sandbox:
    """A running sandbox with a client for each vendor."""

    server: SandboxServer
    http: httpx.Client
    folder: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        reply = self.http.request(method, f"{self.server.control_url}/_sandbox{path}", json=body)
        assert reply.status_code == 200, reply.text
        value: dict[str, Any] = reply.json()
        return value

    def fault(self, name: str, **wanted: object) -> int:
        number: int = self.control("POST", "/faults", {"fault": name, **wanted})["id"]
        return number

    def docebo_token(self) -> str:
        c = self.server.credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": c.docebo_client_id,
            "client_secret": c.docebo_client_secret,
            "scope": "api",
        }
        reply = self.http.post(f"{self.server.docebo_url}/oauth2/token", data=form)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    def workday_token(self) -> str:
        c = self.server.credentials
        reply = self.http.post(
            f"{self.server.workday_url}/ccx/oauth2/lumen_sandbox/token",
            data={"grant_type": "refresh_token", "refresh_token": c.workday_refresh_token},
            auth=(c.workday_client_id, c.workday_client_secret),
        )
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    def docebo(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A call with a token; bought once."""
        if "docebo" not in self._tokens:
            self._tokens["docebo"] = self.docebo_token()
        headers = {"authorization": f"Bearer {self._tokens['docebo']}"}
        return self.http.request(method, self.server.docebo_url + path, headers=headers, **request)

    def workday(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A call with a token; bought once."""
        if "workday" not in self._tokens:
            self._tokens["workday"] = self.workday_token()
        headers = {"authorization": f"Bearer {self._tokens['workday']}"}
        return self.http.request(method, self.server.workday_url + path, headers=headers, **request)

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def data(self, method: str, path: str, **request: Any) -> Any:
        """The `data` of a Docebo call that must succeed."""
        reply = self.docebo(method, path, **request)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All items of a Docebo list, page by page."""
        items: list[dict[str, Any]] = []
        for page in range(1, 1000):
            data = self.data("GET", path, params={**params, "page": page, "get_total_count": 1})
            items.extend(data["items"])
            if not data["has_more_data"]:
                assert len(items) == data["total_count"]
                return items
        raise AssertionError("the list does not end")

    def report(self, name: str, **prompts: Any) -> list[dict[str, Any]]:
        reply = self.workday("GET", f"{REPORTS}/{name}", params={"format": "json", **prompts})
        assert reply.status_code == 200, reply.text
        rows: list[dict[str, Any]] = reply.json()["Report_Entry"]
        return rows

    def rest(self, path: str, **params: Any) -> dict[str, Any]:
        reply = self.workday("GET", STAFFING + path, params=params)
        assert reply.status_code == 200, reply.text
        value: dict[str, Any] = reply.json()
        return value

    def put_learning(self, data: str, *, password: str | None = None) -> tuple[int, Element]:
        """A Put_Learning_Enrollment with this inside of Learning_Enrollment_Data."""
        c = self.server.credentials
        envelope = f"""<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wd="urn:com.workday/bsvc">
 <env:Header><wsse:Security
   xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
  <wsse:UsernameToken><wsse:Username>{c.workday_soap_user}</wsse:Username>
  <wsse:Password>{password or c.workday_soap_password}</wsse:Password></wsse:UsernameToken></wsse:Security></env:Header>
 <env:Body><wd:Put_Learning_Enrollment_Request wd:version="v44.0"><wd:Learning_Enrollment_Data>{data}
 </wd:Learning_Enrollment_Data></wd:Put_Learning_Enrollment_Request></env:Body></env:Envelope>"""
        reply = self.http.post(
            self.server.workday_url + LEARNING, content=envelope.encode(), headers={"content-type": "text/xml"}
        )
        return reply.status_code, fromstring(reply.content)

    def journal(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.control("GET", "/journal")["entries"]
        return entries

    def struck(self, *, after: int = 0) -> set[str]:
        """The kinds of faults that have befallen a call since the first `after`: one that nothing met proves nothing."""
        return {kind for entry in self.journal()[after:] for kind in (entry["fault"] or "").split(",") if kind}

    def sql_write(self, query: str, *values: object) -> None:
        """Change the company behind the vendors' backs, as an administrator by hand would."""
        connection = open_company(self.folder)
        try:
            connection.execute(query, values)
            connection.commit()
        finally:
            connection.close()

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows straight from the company's database."""
        connection = open_company(self.folder)
        try:
            return [tuple(row) for row in connection.execute(query, values)]
        finally:
            connection.close()


def learning_data(content_id: str, worker: str, completed: str, *, more: str = "") -> str:
    """The inside of Learning_Enrollment_Data."""
    return (
        f'<wd:Learning_Content_Reference><wd:ID wd:type="Learning_Content_ID">{content_id}</wd:ID>'
        f'</wd:Learning_Content_Reference><wd:Learner_Reference><wd:ID wd:type="WID">{worker}</wd:ID>'
        f"</wd:Learner_Reference><wd:Registered_Date>{completed}</wd:Registered_Date>"
        f"<wd:Learning_Enrollment_Completion_Date>{completed}</wd:Learning_Enrollment_Completion_Date>{more}"
    )


@contextmanager
def sandbox_in(folder: Path, *, as_process: bool = False, **options: Any) -> Iterator[Sandbox]:
    """The small company, served from `folder`."""
    make_company(folder)
    with (
        SandboxServer(folder, SandboxOptions(**options), as_process=as_process) as server,
        httpx.Client(timeout=20) as http,
    ):
        yield Sandbox(server, http, folder)
