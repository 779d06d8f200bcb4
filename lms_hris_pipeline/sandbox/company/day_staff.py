"""Who comes, goes, comes back or is away on a day. Changes of those who stay are in `day_changes`."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import orjson

from lms_hris_pipeline.sandbox.company.day_roster import Post, Today, add_job, end_jobs, open_job, post_of
from lms_hris_pipeline.sandbox.company.jobs import profile_by_code, stable_wid
from lms_hris_pipeline.sandbox.company.names import draw_name
from lms_hris_pipeline.sandbox.company.places import LOCATION_BY_CODE
from lms_hris_pipeline.sandbox.company.records import Record

HIRES, LEAVERS, RESCINDED = 0.0016, 0.0012, 0.0002
REHIRED, REHIRED_ANEW, CONVERTED = 0.0003, 0.0003, 0.0004
LEAVES_BEGIN, LEAVES_END = 0.0010, 0.0008
KEPT = ("Legal_First_Name", "Legal_Last_Name", "Preferred_First_Name", "Universal_ID", "Country", "Email_Work")
FIRST_NUMBER = 9_000_000
PLAN = "INT_LMS_Requisitions"


def play_staff(today: Today) -> None:
    """All of it, in a fixed order."""
    _hire(today)
    _let_go(today)
    _rescind(today)
    _rehire(today)
    _convert(today)
    _leaves(today)


def _hire(today: Today) -> None:
    rows = today.company.execute("select id, record from hris_objects where report = ? order by id", (PLAN,)).fetchall()
    plan = {key: orjson.loads(text) for key, text in rows}
    for _ in range(today.count(HIRES)):
        wanted = [key for key, record in plan.items() if record["Status"] in ("Open", "Approved")]
        key = today.rng.choice(wanted) if wanted else None
        record = None if key is None else plan[key]
        post = _planned(today, record) if record is not None else _copied(today)
        if post is None:
            continue
        start = today.day if today.rng.random() < 0.3 else today.after(today.rng.randrange(1, 31))
        today.roster.add(_newcomer(today, post, start))
        if record is not None and key is not None:
            left = int(record["Openings"]) - 1
            plan[key] = record | {"Openings": str(left)} | ({} if left else {"Status": "Filled"})
        _plan_anew(today, plan, post)
    today.company.executemany(
        "insert or replace into hris_objects(report, id, record) values(?, ?, ?)",
        [(PLAN, key, orjson.dumps(record).decode()) for key, record in plan.items()],
    )


def _plan_anew(today: Today, plan: dict[str, Any], post: Post) -> None:
    """Whoever hires plans on."""
    number = len(plan) + 1
    key = f"REQ-{today.day.year}-{number:05}"
    plan[key] = {
        "Job_Requisition_ID": key,
        "Position_ID": f"POS-PLAN-{number:05}",
        "Job_Profile_ID": post.profile,
        "Supervisory_Organization_ID": post.organization,
        "Location_ID": post.location,
        "Cost_Center_ID": post.cost_center,
        "Target_Hire_Date": today.after(today.rng.randrange(30, 180)).isoformat(),
        "Openings": "1",
        "Status": today.rng.choice(("Open", "Approved", "On Hold")),
    }


def _planned(today: Today, record: Record) -> Post | None:
    head = today.roster.heads.get(record["Supervisory_Organization_ID"])
    if head is None or record["Location_ID"] not in LOCATION_BY_CODE:
        return None
    code = record["Job_Profile_ID"]
    return Post(
        code,
        profile_by_code()[code].name,
        record["Supervisory_Organization_ID"],
        record["Cost_Center_ID"],
        record["Location_ID"],
        head,
    )


def _copied(today: Today) -> Post | None:
    """A post like somebody's."""
    pool = today.roster.steady
    job = open_job(today.roster.records[today.rng.choice(pool)]) if pool else None
    return None if job is None else post_of(job)


def _newcomer(today: Today, post: Post, start: date) -> Record:
    number = today.next_number()
    place = LOCATION_BY_CODE[post.location]
    name = draw_name(today.rng, today.rng.choice(place.mix))
    is_contingent = today.rng.random() < 0.2
    record: Record = {
        "Worker_WID": stable_wid(f"{today.day.isoformat()}/{number}"),
        "Employee_ID": f"{'C' if is_contingent else ''}{FIRST_NUMBER + number}",
        "Worker_Type": "Contingent Worker" if is_contingent else "Employee",
        "Legal_First_Name": name.first,
        "Legal_Last_Name": name.last,
        "Email_Work": today.roster.free_address(name.mailbox),
        "Worker_Status": "Active",
        "Hire_Date": start.isoformat(),
        "Original_Hire_Date": start.isoformat(),
        "Hire_Rescinded": "0",
        "Country": place.country,
        "Universal_ID": f"UN{number:07}",
        "Jobs_group": [],
    }
    add_job(record, post, start, today.day)
    today.truth.execute("insert into persons values(?, ?)", (record["Worker_WID"], f"PN{number}"))
    return record


def _let_go(today: Today) -> None:
    """Last days today, in weeks to come, or days ago that HR enters late."""
    for wid in today.some(today.roster.settled(), LEAVERS):
        chance = today.rng.random()
        days = 0 if chance < 0.45 else today.rng.randrange(1, 60) if chance < 0.85 else -today.rng.randrange(1, 11)
        record = today.roster.choose(wid)
        last = max(today.after(days), date.fromisoformat(record["Hire_Date"]))
        record["Termination_Date"] = last.isoformat()
        end_jobs(record, last)


def _rescind(today: Today) -> None:
    ahead = [
        wid
        for wid, record in today.roster.records.items()
        if (record.get("Hire_Date") or "") > today.day.isoformat()
        and record.get("Hire_Rescinded") != "1"
        and record["Hire_Date"] == record.get("Original_Hire_Date")
    ]
    for wid in today.some(ahead, RESCINDED):
        today.roster.choose(wid)["Hire_Rescinded"] = "1"


def _came_back_to(today: Today) -> list[str]:
    """Leavers of the last year whom nobody else's address or later record stands in the way of."""
    roster = today.roster
    first, last = today.after(-400).isoformat(), today.after(-5).isoformat()
    held = Counter(record.get("Universal_ID") for record in roster.records.values())
    return [
        wid
        for wid, record in roster.records.items()
        if first <= record.get("Termination_Date", "") <= last
        and ("Universal_ID" not in record or held[record["Universal_ID"]] == 1)
        and record.get("Hire_Rescinded") != "1"
        and record.get("Email_Work")
        and roster.is_alone_at(record)
    ]


def _rehire(today: Today) -> None:
    """Back under the same worker id, or under a new one that the universal id joins to the old."""
    pool = _came_back_to(today)
    for wid in today.some(pool, REHIRED):
        post = _copied(today)
        if post is None:
            continue
        start = today.after(today.rng.choice((0, 0, 3, 10)))
        record = today.roster.choose(wid)
        record["Hire_Date"] = start.isoformat()
        end_jobs(record, date.fromisoformat(record.pop("Termination_Date")))
        add_job(record, post, start, today.day)
    anew = [
        wid
        for wid in pool
        if "Termination_Date" in today.roster.records[wid] and "Universal_ID" in today.roster.records[wid]
    ]
    for wid in today.some(anew, REHIRED_ANEW):
        post = _copied(today)
        if post is not None:
            today.roster.add(_again(today, today.roster.records[wid], post, today.after(today.rng.choice((0, 5, 12)))))


def _again(today: Today, old: Record, post: Post, start: date) -> Record:
    """A new record of somebody whom HR knows already."""
    number = today.next_number()
    wid = stable_wid(f"{today.day.isoformat()}/{number}")
    record = {name: old[name] for name in KEPT if name in old} | {
        "Worker_WID": wid,
        "Employee_ID": str(FIRST_NUMBER + number),
        "Worker_Type": "Employee",
        "Worker_Status": "Active",
        "Hire_Date": start.isoformat(),
        "Original_Hire_Date": old.get("Original_Hire_Date", start.isoformat()),
        "Hire_Rescinded": "0",
        "Jobs_group": [],
    }
    add_job(record, post, start, today.day)
    row = today.truth.execute("select person_id from persons where worker_id_hris = ?", (old["Worker_WID"],)).fetchone()
    today.truth.execute("insert into persons values(?, ?)", (wid, f"PN{number}" if row is None else row[0]))
    return record


def _convert(today: Today) -> None:
    """Contractors become employees: the contract ends, a new record begins, the universal id joins both."""
    pool = [
        wid
        for wid in today.roster.settled()
        if today.roster.records[wid]["Worker_Type"] != "Employee" and "Universal_ID" in today.roster.records[wid]
    ]
    for wid in today.some(pool, CONVERTED):
        old = today.roster.choose(wid)
        job = open_job(old)
        if job is None:
            continue
        last = today.after(today.rng.choice((0, 0, 6, 13)))
        old["Termination_Date"] = last.isoformat()
        end_jobs(old, last)
        today.roster.add(_again(today, old, post_of(job), last + timedelta(days=1)))


def _leaves(today: Today) -> None:
    now = today.day.isoformat()
    for wid in today.some(today.roster.settled(), LEAVES_BEGIN):
        record = today.roster.choose(wid)
        leaves = record.setdefault("Leaves_group", [])
        leave = {
            "Leave_ID": f"LV-{wid[:8]}-{len(leaves) + 1}",
            "Leave_Type": today.rng.choice(("Parental Leave", "Sick Leave", "Sabbatical", "Care Leave")),
            "First_Day": now,
        }
        if today.rng.random() < 0.5:
            leave["Last_Day"] = today.after(today.rng.randrange(5, 120)).isoformat()
        leaves.append(leave)
    away = [
        wid
        for wid in today.roster.settled()
        if any(
            "Last_Day" not in leave and leave["First_Day"] < now
            for leave in today.roster.records[wid].get("Leaves_group", ())
        )
    ]
    for wid in today.some(away, LEAVES_END):
        for leave in today.roster.choose(wid)["Leaves_group"]:
            leave.setdefault("Last_Day", now)
