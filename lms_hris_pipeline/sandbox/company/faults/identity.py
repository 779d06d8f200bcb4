"""Cases in which it is hard to say who is who: namesakes, rehires, conversions, reused addresses, swapped numbers."""

from __future__ import annotations

from datetime import date, timedelta

from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.jobs import stable_wid
from lms_hris_pipeline.sandbox.company.names import folded
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.company.records import Record

_SHARED_MAILBOXES = ("goods-in", "shift-lead", "reception", "lab-bench", "tool-store", "dispatch")


def ambiguous_namesake(scene: Scene) -> bool:
    """Two namesakes in one department; the account of one says no more than the name."""
    victim = scene.take_plain()
    other = None if victim is None else scene.take_neighbour(victim)
    if victim is None or other is None:
        return False
    first, last = victim.account["firstname"], victim.account["lastname"]
    for name in ("Preferred_First_Name", "Preferred_Last_Name"):
        other.record.pop(name, None)
    other.record |= {"Legal_First_Name": first, "Legal_Last_Name": last}
    scene.save(other.record)
    scene.change_account(other, firstname=first, lastname=last)
    mail = f"{folded(first)[:1]}{folded(last)}{scene.serial()}@mail.example"
    scene.change_account(victim, username=mail, email=mail, field_1=None, field_6=None)
    scene.doubt(victim)
    scene.note("ambiguous_namesake", victim.wid, victim.user_id, "identity", raises="identity_review")
    return True


def ambiguous_bare_account(scene: Scene) -> bool:
    """An account with a name and nothing else."""
    victim = scene.take_plain()
    if victim is None:
        return False
    username = f"{folded(victim.account['firstname'])[:1]}{folded(victim.account['lastname'])}{scene.serial()}"
    empty = {f"field_{number}": None for number in range(1, 8)}
    scene.company.execute("delete from lms_group_members where user_id = ?", (victim.user_id,))
    scene.change_account(victim, username=username, email=None, branch_id=1, manager_id=None, **empty)
    scene.doubt(victim)
    scene.note("ambiguous_bare_account", victim.wid, victim.user_id, "identity", raises="identity_review")
    return True


def mail_of_leaver_reused(scene: Scene) -> bool:
    """A new hire without an account got the shared mailbox of somebody who left and whose account has its address."""
    leaver = scene.take("leaver")
    victim = scene.take("pre_hire") or scene.take_plain()
    if leaver is None or victim is None:
        return False
    mailbox = f"{scene.rng.choice(_SHARED_MAILBOXES)}.{scene.serial()}@lumen.example"
    scene.change_account(leaver, username=mailbox, email=mailbox)
    scene.remove_account(victim)
    leaver.record["Email_Work"] = victim.record["Email_Work"] = mailbox
    scene.save(leaver.record, victim.record)
    scene.doubt(leaver)
    for wid in (leaver.wid, victim.wid):
        scene.note("mail_of_leaver_reused", wid, leaver.user_id, "identity", raises="identity_review")
    return True


def numbers_swapped(scene: Scene) -> bool:
    """HR exchanged the employee numbers of two people; the accounts have them as they were."""
    one, two = scene.take_plain(), scene.take_plain()
    if one is None or two is None:
        return False
    numbers = one.record["Employee_ID"], two.record["Employee_ID"]
    two.record["Employee_ID"], one.record["Employee_ID"] = numbers
    scene.save(one.record, two.record)
    for victim in (one, two):
        scene.doubt(victim)
        scene.note("numbers_swapped", victim.wid, victim.user_id, "identity", raises="identity_review")
    return True


def _split(
    scene: Scene, *, is_conversion: bool, is_joined: bool, overlap_days: int = 0
) -> tuple[Victim, Record] | None:
    """Give somebody a new worker record; the account and what HR knows of training stay with the earlier one.

    The earlier one ends the day before the new one begins, after it where they overlap, or long before it.
    """
    victim = scene.take_plain(
        lambda who: who.record["Hire_Date"] < "2025-01-01" and who.record["Worker_Type"] == "Employee"
    )
    if victim is None:
        return None
    record, rng = victim.record, scene.rng
    hired = FIRST_DAY - timedelta(days=rng.randrange(5, 50))
    ended = (
        hired + timedelta(days=overlap_days - 1) if is_conversion else hired - timedelta(days=rng.randrange(90, 600))
    )
    job = victim.job
    former = dict(record)
    former["Worker_WID"] = stable_wid(f"split/{victim.wid}")
    former["Worker_Type"] = "Contingent Worker" if is_conversion else "Employee"
    former["Employee_ID"] = f"{'C' if is_conversion else 'R'}{record['Employee_ID']}"
    former["Termination_Date"] = ended.isoformat()
    former["Worker_Status"] = "Terminated" if ended < FIRST_DAY else "Active"
    former["Jobs_group"] = [
        job
        | {
            "Start_Date": record["Hire_Date"],
            "End_Date": ended.isoformat(),
            "Assignment_ID": f"{job['Assignment_ID']}-F",
        }
    ]
    if is_joined:
        former["Universal_ID"] = record["Universal_ID"] = record.get("Universal_ID", f"U9{record['Employee_ID']}")
    else:
        former.pop("Universal_ID", None)
        record.pop("Universal_ID", None)
    record["Hire_Date"] = record["Original_Hire_Date"] = hired.isoformat()
    record["Jobs_group"] = [
        job | {"Start_Date": hired.isoformat(), "Recorded_Moment": f"{hired.isoformat()}T09:12:00.000-08:00"}
    ]
    record.pop("Leaves_group", None)
    scene.save(record, former)
    scene.change_account(
        victim, field_1=former["Employee_ID"], field_6=former["Hire_Date"], field_7=former["Worker_Type"]
    )
    scene.company.execute("update hris_learning_records set wid = ? where wid = ?", (former["Worker_WID"], victim.wid))
    scene.truth.execute(
        "insert into persons(worker_id_hris, person_id) values(?, ?)", (former["Worker_WID"], f"P{victim.number}")
    )
    return victim, former


def _joined(scene: Scene, kind: str, *, is_conversion: bool) -> bool:
    made = _split(scene, is_conversion=is_conversion, is_joined=True)
    if made is None:
        return False
    victim, former = made
    names = [("employee_number", "Employee_ID"), ("hire_date", "Hire_Date")]
    if is_conversion:
        names.append(("worker_type", "Worker_Type"))
    for field, column in names:
        scene.note_mismatch(kind, victim, field, victim.record[column], former[column])
    return True


def _not_joined(scene: Scene, kind: str, *, is_conversion: bool) -> bool:
    made = _split(scene, is_conversion=is_conversion, is_joined=False)
    if made is None:
        return False
    victim, _ = made
    if not is_conversion and scene.rng.random() < 0.5:
        scene.change_account(victim, status="0")
    scene.doubt(victim)
    scene.note(kind, victim.wid, victim.user_id, "identity", raises="identity_review")
    return True


def rehire_joined(scene: Scene) -> bool:
    """Somebody came back under a new worker id with the same universal id."""
    return _joined(scene, "rehire_joined", is_conversion=False)


def rehire_not_joined(scene: Scene) -> bool:
    """Somebody came back under a new worker id, and nothing joins the two records."""
    return _not_joined(scene, "rehire_not_joined", is_conversion=False)


def conversion_joined(scene: Scene) -> bool:
    """A contractor became an employee; the universal id joins the two records."""
    return _joined(scene, "conversion_joined", is_conversion=True)


def conversion_not_joined(scene: Scene) -> bool:
    """A contractor became an employee, and nothing joins the two records."""
    return _not_joined(scene, "conversion_not_joined", is_conversion=True)


def conversion_overlap(scene: Scene) -> bool:
    """A contractor became an employee while the contract still runs, and nothing joins the two records."""
    made = _split(scene, is_conversion=True, is_joined=False, overlap_days=120)
    if made is None:
        return False
    victim, former = made
    assert date.fromisoformat(former["Termination_Date"]) > FIRST_DAY
    scene.doubt(victim)
    for wid in (victim.wid, former["Worker_WID"]):
        scene.note("conversion_overlap", wid, victim.user_id, "identity", raises="identity_review")
    return True


INJECTIONS: dict[str, Injection] = {
    name: globals()[name]
    for name in (
        "ambiguous_namesake", "ambiguous_bare_account", "mail_of_leaver_reused", "numbers_swapped", "rehire_joined",
        "rehire_not_joined", "conversion_joined", "conversion_not_joined", "conversion_overlap",
    )
}  # fmt: skip
