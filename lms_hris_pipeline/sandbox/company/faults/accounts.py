"""Accounts that are missing, belong to nobody, or are on or off against HR; second accounts."""

from __future__ import annotations

from datetime import date, timedelta

from lms_hris_pipeline.sandbox.company.catalogue import Course, certified_courses
from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.framework import mistyped
from lms_hris_pipeline.sandbox.company.groups import group_ids
from lms_hris_pipeline.sandbox.company.names import draw_name, folded
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.company.records import Account


def missing_account(scene: Scene) -> bool:
    """A member of staff never got an account."""
    victim = scene.take_plain()
    if victim is None:
        return False
    scene.remove_account(victim)
    scene.note("missing_account", victim.wid, None, "account", "active", None, raises="missing_account")
    return True


def missing_account_prehire(scene: Scene) -> bool:
    """Somebody who starts within the look-ahead has no account yet."""
    victim = scene.take("pre_hire")
    if victim is None:
        return False
    scene.remove_account(victim)
    scene.note("missing_account_prehire", victim.wid, None, "account", "pre_hire", None, raises="missing_account")
    return True


def _stray(scene: Scene, like: Victim, first: str, last: str) -> Account:
    """An active account like an employee's, with the place of somebody else and a number that HR does not know."""
    serial = scene.serial()
    mail = f"{folded(first)}.{folded(last)}.{serial}@lumen.example"
    fields: dict[int, str | None] = {number: like.account[f"field_{number}"] for number in range(2, 6)}
    fields[1] = f"X{serial:05}" if scene.rng.random() < 0.6 else None
    fields[6] = (FIRST_DAY - timedelta(days=scene.rng.randrange(800, 3000))).isoformat()
    fields[7] = "Employee"
    return Account(
        scene.new_user_id(), mail, first, last, mail, True, like.account["branch_id"], like.account["manager_id"],
        "2021-05-03 08:00:00", last_access="2025-11-20 10:00:00", fields=fields,
    )  # fmt: skip


def orphan(scene: Scene) -> bool:
    """An account like an employee's whom HR does not know."""
    like = scene.load(scene.rng.randrange(scene.population.staff))
    if not like.account:
        return orphan(scene)
    name = draw_name(scene.rng, scene.rng.choice(("DE", "FR", "US", "PL")))
    account = _stray(scene, like, name.first, name.last)
    scene.add_account(account, "orphan", None, _groups_of(account))
    for _ in range(scene.rng.randrange(3)):
        course = scene.course_not_taken("", account.user_id)
        scene.enrol_completed(
            account.user_id, course.current, FIRST_DAY - timedelta(days=scene.rng.randrange(100, 900))
        )
    scene.note("orphan", None, account.user_id, "account", None, "active", raises="orphan_account")
    return True


def orphan_lookalike(scene: Scene) -> bool:
    """An account of somebody HR does not know who shares a surname and a workplace with somebody it knows."""
    like = scene.load(scene.rng.randrange(scene.population.leaders, scene.population.staff))
    if not like.account:
        return orphan_lookalike(scene)
    name = draw_name(scene.rng, "DE")
    if folded(name.first)[:2] == folded(str(like.account["firstname"]))[:2]:
        return orphan_lookalike(scene)
    account = _stray(scene, like, name.first, str(like.account["lastname"]))
    scene.add_account(account, "orphan", None, _groups_of(account))
    scene.note("orphan_lookalike", None, account.user_id, "account", None, "active", raises="orphan_account")
    return True


def leaver_active(scene: Scene) -> bool:
    """Somebody left and can still log in."""
    victim = scene.take("leaver")
    if victim is None:
        return False
    scene.change_account(victim, status="1")
    scene.note("leaver_active", victim.wid, victim.user_id, "account", "terminated", "active", raises="leaver_active")
    return True


def rescinded_active(scene: Scene) -> bool:
    """A hire was called off after the account had been opened."""
    victim = scene.take("rescinded")
    if victim is None:
        return False
    scene.change_account(victim, status="1")
    scene.note("rescinded_active", victim.wid, victim.user_id, "account", "rescinded", "active", raises="leaver_active")
    return True


def worker_inactive(scene: Scene) -> bool:
    """A member of staff's account is switched off."""
    victim = scene.take_plain()
    if victim is None:
        return False
    scene.change_account(victim, status="0")
    scene.note("worker_inactive", victim.wid, victim.user_id, "account", "active", "inactive", raises="worker_inactive")
    return True


def prehire_inactive(scene: Scene) -> bool:
    """The account of somebody about to start is switched off."""
    victim = scene.take("pre_hire")
    if victim is None:
        return False
    scene.change_account(victim, status="0")
    scene.note(
        "prehire_inactive", victim.wid, victim.user_id, "account", "pre_hire", "inactive", raises="worker_inactive"
    )
    return True


def _groups_of(account: Account) -> list[int]:
    """The automatic group that an account's location leads to."""
    location = account.fields.get(5)
    return [] if location is None else [group_ids()[location]]


def _second_account(scene: Scene, kind: str) -> tuple[Victim, Account] | None:
    """Open a second account for somebody. It agrees in the name and in the number, or in workplace and hire date."""
    victim = scene.take_plain(lambda who: who.record["Hire_Date"] < "2026-01-01")
    if victim is None:
        return None
    rng, row = scene.rng, victim.account
    first, last = str(row["firstname"]), str(row["lastname"])
    has_number = rng.random() < 0.6
    if has_number and rng.random() < 0.3:
        first, last = (mistyped(rng, first), last) if rng.random() < 0.5 else (first, mistyped(rng, last))
    mail = f"{folded(first)}.{folded(last)}.{scene.serial()}@{rng.choice(('mail.example', 'post.example', 'lumen-old.example'))}"
    fields: dict[int, str | None] = {number: row[f"field_{number}"] for number in range(2, 8)}
    fields[1] = row["field_1"] if has_number else None
    if has_number and rng.random() < 0.5:
        fields[2] = fields[3] = fields[4] = None
    opened = FIRST_DAY - timedelta(days=rng.randrange(30, 270))
    account = Account(
        scene.new_user_id(), mail, first, last, mail, rng.random() < 0.7, row["branch_id"], row["manager_id"],
        f"{opened.isoformat()} 08:00:00", last_access=f"{opened.isoformat()} 09:00:00", fields=fields,
    )  # fmt: skip
    scene.add_account(account, "duplicate", victim.wid, _groups_of(account))
    scene.note(kind, victim.wid, account.user_id, "account", None, str(victim.user_id), raises="duplicate_account")
    return victim, account


def _complete_twice_known(
    scene: Scene, victim: Victim, account: Account, course: Course, day: date, *, archived: bool
) -> None:
    """A completion on the second account that HR knows."""
    revision = course.taken_on(day)
    scene.enrol_completed(account.user_id, revision, day, is_archived=archived)
    scene.add_learning_record(victim.wid, revision.code, day)
    scene.add_skills(victim.wid, course)


def duplicate_plain(scene: Scene) -> bool:
    """A second account on which nothing was learned."""
    return _second_account(scene, "duplicate_plain") is not None


def duplicate_completions(scene: Scene) -> bool:
    """A second account with completions; of one of them in four HR does not know."""
    opened = _second_account(scene, "duplicate_completions")
    if opened is None:
        return False
    victim, account = opened
    for number in range(scene.rng.randrange(1, 4)):
        day = FIRST_DAY - timedelta(days=scene.rng.randrange(60, 250) + 250 * number)
        course = scene.course_not_taken(victim.wid, victim.user_id, lambda course: course.kind != "compulsory")
        known = scene.company.execute(
            "select 1 from lms_enrolments where user_id = ? and course_id = ?",
            (account.user_id, course.taken_on(day).course_id),
        ).fetchone()
        if known is None:
            _complete_twice_known(scene, victim, account, course, day, archived=False)
    if scene.rng.random() < 0.25:
        course = scene.course_not_taken(victim.wid, account.user_id, lambda course: course.kind == "briefing")
        day = FIRST_DAY - timedelta(days=40)
        scene.enrol_completed(account.user_id, course.current, day)
        scene.note(
            "duplicate_completions", victim.wid, account.user_id, course.current.code, None, day.isoformat(),
            raises="completion_missing_hris",
        )  # fmt: skip
    return True


def duplicate_archived(scene: Scene) -> bool:
    """A second account with archived attempts, which a careless merge would lose."""
    opened = _second_account(scene, "duplicate_archived")
    if opened is None:
        return False
    victim, account = opened
    course = scene.course_not_taken(victim.wid, victim.user_id)
    for days, archived in ((700, True), (120, False)):
        _complete_twice_known(scene, victim, account, course, FIRST_DAY - timedelta(days=days), archived=archived)
    return True


def duplicate_certificates(scene: Scene) -> bool:
    """A second account with a certificate that lasts longer than that of the first one."""
    opened = _second_account(scene, "duplicate_certificates")
    if opened is None:
        return False
    victim, account = opened
    certified = certified_courses(scene.catalogue)
    number = scene.rng.randrange(len(certified))
    course = certified[number]
    earlier, later = FIRST_DAY - timedelta(days=900), FIRST_DAY - timedelta(days=90)
    held = scene.company.execute(
        "select 1 from lms_enrolments e join lms_courses c on c.id = e.course_id where e.user_id = ? and c.code like ?",
        (victim.user_id, f"{course.stem}%"),
    ).fetchone()
    if held is None:
        revision = course.taken_on(earlier)
        scene.enrol_completed(victim.user_id, revision, earlier)
        scene.add_learning_record(victim.wid, revision.code, earlier)
    scene.add_certificate(number + 1, victim.user_id, earlier, earlier + timedelta(days=730))
    _complete_twice_known(scene, victim, account, course, later, archived=False)
    scene.add_certificate(number + 1, account.user_id, later, later + timedelta(days=730))
    return True


INJECTIONS: dict[str, Injection] = {
    name: globals()[name]
    for name in (
        "missing_account", "missing_account_prehire", "orphan", "orphan_lookalike", "leaver_active", "rescinded_active",
        "worker_inactive", "prehire_inactive", "duplicate_plain", "duplicate_completions", "duplicate_archived",
        "duplicate_certificates",
    )
}  # fmt: skip
