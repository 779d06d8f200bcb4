"""What changes on a day for those who stay: moves, marriages, corrections, new heads of organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import orjson

from lms_hris_pipeline.sandbox.company.day_roster import Today, add_job, open_job, post_of
from lms_hris_pipeline.sandbox.company.names import draw_name, folded
from lms_hris_pipeline.sandbox.company.places import LOCATION_BY_CODE
from lms_hris_pipeline.sandbox.company.records import Record

MOVES, MARRIAGES, CORRECTIONS, NEW_HEADS = 0.0030, 0.0006, 0.0005, 0.0001
MOVED = {
    "organisation": ("organization", "manager"),
    "job": ("profile", "title"),
    "place": ("location", "cost_center"),
    "everything": ("organization", "manager", "profile", "title", "location", "cost_center"),
}
"""What a move takes over from somebody else's post."""

ORGANIZATIONS = "supervisoryOrganizations"


def play_changes(today: Today) -> None:
    """All of it, in a fixed order."""
    _move(today)
    _marry(today)
    _correct(today)
    _change_heads(today)


def _move(today: Today) -> None:
    """To the post, job or place of somebody else: today, in weeks to come, or entered late."""
    others = today.roster.steady
    for wid in today.some(today.roster.settled(), MOVES):
        record = today.roster.records[wid]
        present, other = open_job(record), open_job(today.roster.records[today.rng.choice(others)])
        if present is None or other is None:
            continue
        kind = today.rng.choice(sorted(MOVED))
        model = post_of(other)
        post = replace(post_of(present), **{name: getattr(model, name) for name in MOVED[kind]})
        chance = today.rng.random()
        days = 0 if chance < 0.6 else today.rng.randrange(4, 41) if chance < 0.85 else -today.rng.randrange(1, 8)
        start = max(today.after(days), date.fromisoformat(present["Start_Date"]) + timedelta(days=1))
        today.roster.choose(wid)
        _end_job(record, present["Assignment_ID"], start - timedelta(days=1))
        add_job(record, post, start, today.day)


def _end_job(record: Record, assignment_id: str, last: date) -> None:
    for job in record["Jobs_group"]:
        if job["Assignment_ID"] == assignment_id:
            job["End_Date"] = last.isoformat()


def _marry(today: Today) -> None:
    """Another last name, and the address that goes with it."""
    for wid in today.some(today.roster.settled(), MARRIAGES):
        record = today.roster.choose(wid)
        country = today.rng.choice(LOCATION_BY_CODE[record["Jobs_group"][-1]["Location_ID"]].mix)
        last = draw_name(today.rng, country).last
        if last == record["Legal_Last_Name"]:
            continue
        names = record.setdefault("Name_History_group", [])
        names.append({"Former_Legal_Last_Name": record["Legal_Last_Name"]})
        addresses = record.setdefault("Email_History_group", [])
        addresses.append({"Former_Email": record["Email_Work"]})
        first = record["Legal_First_Name"].split(" ")[0]
        record["Legal_Last_Name"] = last
        record.pop("Preferred_Last_Name", None)
        record["Email_Work"] = today.roster.free_address(f"{folded(first)}.{folded(last)}")


def _correct(today: Today) -> None:
    """HR mends what it got wrong: the first day, or how somebody is called."""
    for wid in today.some(today.roster.settled(), CORRECTIONS):
        record = today.roster.choose(wid)
        if today.rng.random() < 0.5:
            record["Preferred_First_Name"] = record["Legal_First_Name"].split(" ")[0].split("-")[0] + "."
        else:
            mended = date.fromisoformat(record["Hire_Date"]) - timedelta(days=today.rng.randrange(1, 6))
            if record.get("Original_Hire_Date") == record["Hire_Date"]:
                record["Original_Hire_Date"] = mended.isoformat()
            record["Hire_Date"] = mended.isoformat()


def _change_heads(today: Today) -> None:
    """A member takes over an organisation; the others report to them from today on. Heads who left are replaced."""
    roster = today.roster
    teams: dict[str, list[str]] = {}
    for wid in roster.settled():
        job = open_job(roster.records[wid])
        if job is not None and job.get("Manager_WID") == roster.heads.get(job["Supervisory_Organization_ID"]):
            teams.setdefault(job["Supervisory_Organization_ID"], []).append(wid)
    gone = [code for code in sorted(teams) if not roster.is_employed(roster.records[roster.heads[code]])]
    for code in [*gone, *today.some([code for code in sorted(teams) if code not in gone], NEW_HEADS)]:
        above = roster.records[roster.heads[code]]["Jobs_group"][-1].get("Manager_WID")
        head, *team = today.rng.sample(teams[code], len(teams[code]))
        if above is None:
            continue
        for wid, manager in ((head, above), *((wid, head) for wid in team)):
            _report_to(today, wid, manager)
        _name_head(today, code, head)


def _report_to(today: Today, wid: str, manager: str) -> None:
    record = today.roster.choose(wid)
    job = open_job(record)
    if job is None:
        return
    start = max(today.day, date.fromisoformat(job["Start_Date"]) + timedelta(days=1))
    _end_job(record, job["Assignment_ID"], start - timedelta(days=1))
    add_job(record, replace(post_of(job), manager=manager), start, today.day)


def _name_head(today: Today, code: str, head: str) -> None:
    row = today.company.execute(
        "select record from hris_objects where report = ? and id = ?", (ORGANIZATIONS, code)
    ).fetchone()
    record, person = orjson.loads(row[0]), today.roster.records[head]
    manager = {"id": head, "descriptor": f"{person['Legal_First_Name']} {person['Legal_Last_Name']}"}
    record |= {"manager": manager, "managers": [manager], "descriptor": f"{record['name']} ({manager['descriptor']})"}
    today.company.execute(
        "update hris_objects set record = ? where report = ? and id = ?",
        (orjson.dumps(record).decode(), ORGANIZATIONS, code),
    )
    today.roster.heads[code] = head
