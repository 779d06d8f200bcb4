"""Places in the organisation that differ or lead nowhere: departments, managers, cost centres, locations, groups."""

from __future__ import annotations

from datetime import timedelta

from lms_hris_pipeline.sandbox.company import organisation
from lms_hris_pipeline.sandbox.company.faults.scene import Injection, Scene, Victim
from lms_hris_pipeline.sandbox.company.groups import group_ids
from lms_hris_pipeline.sandbox.company.jobs import FAMILIES, group_name, profile_by_code, profiles
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY, LOCATIONS, cost_centers


def _anybody(scene: Scene) -> Victim | None:
    """A member of staff, one time in eight one who leads an organisation."""
    if scene.rng.random() < 0.125:
        victim = scene.take("leader", scene.is_plain)
        if victim is not None:
            return victim
    return scene.take_plain()


def _other_organization(scene: Scene, victim: Victim) -> int:
    own = int(victim.job["Supervisory_Organization_ID"][4:]) - 1000
    return next(number for number in iter(lambda: scene.rng.randrange(scene.population.leaders), None) if number != own)


def _set_field(scene: Scene, kind: str, field: str, column: str, choices: list[str]) -> bool:
    """Give an account another value of a custom field than HR has."""
    victim = scene.take_plain() if field == "location" else _anybody(scene)
    if victim is None:
        return False
    right = victim.account[column]
    wrong = scene.rng.choice([value for value in choices if value != right])
    scene.change_account(victim, **{column: wrong})
    scene.note_mismatch(kind, victim, field, right, wrong)
    if field == "location":
        # automatic groups follow the field, right or wrong
        ids = group_ids()
        scene.company.execute(
            "update lms_group_members set group_id = ? where user_id = ? and group_id = ?",
            (ids[wrong], victim.user_id, ids[right]),
        )
    return True


def wrong_department(scene: Scene) -> bool:
    """The account has another department."""
    codes = [organisation.organization_code(number) for number in range(min(scene.population.leaders, 400))]
    return _set_field(scene, "wrong_department", "department", "field_3", codes)


def wrong_cost_center(scene: Scene) -> bool:
    """The account has another cost centre."""
    return _set_field(scene, "wrong_cost_center", "cost_center", "field_4", [center.code for center in cost_centers()])


def wrong_location(scene: Scene) -> bool:
    """The account has another location, and is in that location's automatic group."""
    return _set_field(scene, "wrong_location", "location", "field_5", [location.code for location in LOCATIONS])


def wrong_job_profile(scene: Scene) -> bool:
    """The account has another job profile."""
    return _set_field(scene, "wrong_job_profile", "job_profile", "field_2", [profile.code for profile in profiles()])


def wrong_worker_type(scene: Scene) -> bool:
    """The account says employee for a contractor, or the other way round."""
    return _set_field(scene, "wrong_worker_type", "worker_type", "field_7", ["Employee", "Contingent Worker"])


def wrong_hire_date(scene: Scene) -> bool:
    """The account has another hire date, or the right one written in another way."""
    victim = _anybody(scene)
    if victim is None:
        return False
    right = victim.record["Hire_Date"]
    year, month, day = right.split("-")
    wrong = (
        f"{day}.{month}.{year}"
        if scene.rng.random() < 0.4
        else f"{int(year) - 1}-{month}-{'01' if day != '01' else '15'}"
    )
    scene.change_account(victim, field_6=wrong)
    scene.note_mismatch("wrong_hire_date", victim, "hire_date", right, wrong)
    return True


def wrong_branch(scene: Scene) -> bool:
    """The account is in another branch."""
    victim = _anybody(scene)
    if victim is None:
        return False
    other = _other_organization(scene, victim)
    scene.change_account(victim, branch_id=organisation.branch_id(other))
    scene.note_mismatch(
        "wrong_branch",
        victim,
        "branch",
        victim.job["Supervisory_Organization_ID"],
        organisation.organization_code(other),
    )
    return True


def wrong_manager(scene: Scene) -> bool:
    """The account has another manager, or none."""
    victim = scene.take_plain()
    if victim is None:
        return False
    other = _other_organization(scene, victim)
    wrong = None if scene.rng.random() < 0.2 else scene.people.user_id(other)
    scene.change_account(victim, manager_id=wrong)
    scene.note_mismatch(
        "wrong_manager", victim, "manager", victim.job["Manager_WID"], None if wrong is None else str(wrong)
    )
    return True


def wrong_groups(scene: Scene) -> bool:
    """The account is in another job family's group: beside its own, or instead of it."""
    victim = _anybody(scene)
    if victim is None:
        return False
    family = profile_by_code()[victim.job["Job_Profile_ID"]].family
    other = scene.rng.choice([name for name in FAMILIES if name != family])
    ids, held = group_ids(), {group_name(other)}
    scene.company.execute("insert into lms_group_members(group_id, user_id) values(?, ?)", (ids[other], victim.user_id))
    if scene.rng.random() < 0.5:
        scene.company.execute(
            "delete from lms_group_members where group_id = ? and user_id = ?", (ids[family], victim.user_id)
        )
    else:
        held.add(group_name(family))
    scene.note_mismatch("wrong_groups", victim, "groups", group_name(family), "|".join(sorted(held)))
    return True


def transfer_not_followed(scene: Scene) -> bool:
    """HR moved somebody days ago; the account still has everything of the old place."""
    victim = scene.take_plain(lambda who: who.job["Start_Date"] < "2026-09-01" and "End_Date" not in who.job)
    if victim is None:
        return False
    old, start = victim.job, FIRST_DAY - timedelta(days=scene.rng.randrange(1, 9))
    post = scene.people.post_of(scene.population.staff, "moved", scene.rng)
    new = scene.people.spell(victim.wid, 8, post, start, None)
    old["End_Date"] = (start - timedelta(days=1)).isoformat()
    victim.record["Jobs_group"].append(new)
    scene.save(victim.record)
    for field, column in (
        ("department", "Supervisory_Organization_ID"), ("branch", "Supervisory_Organization_ID"), ("location", "Location_ID"),
        ("cost_center", "Cost_Center_ID"), ("job_profile", "Job_Profile_ID"),
    ):  # fmt: skip
        if old[column] != new[column]:
            scene.note_mismatch("transfer_not_followed", victim, field, new[column], old[column])
    if old["Manager_WID"] != new["Manager_WID"]:
        present = str(victim.account["manager_id"])
        scene.note_mismatch("transfer_not_followed", victim, "manager", new["Manager_WID"], present)
    groups = [group_name(profile_by_code()[job["Job_Profile_ID"]].family) for job in (new, old)]
    if groups[0] != groups[1]:
        scene.note_mismatch("transfer_not_followed", victim, "groups", *groups)
    return True


def cost_center_closed(scene: Scene) -> bool:
    """Somebody is still assigned to a closed cost centre, in both systems."""
    victim = scene.take_plain()
    if victim is None:
        return False
    code = scene.rng.choice([center.code for center in cost_centers() if center.closed_on is not None])
    victim.job["Cost_Center_ID"] = code
    scene.save(victim.record)
    scene.change_account(victim, field_4=code)
    scene.note("cost_center_closed", victim.wid, None, "cost_center", code, raises="cost_center_closed")
    return True


def cost_center_unknown(scene: Scene) -> bool:
    """HR names a cost centre that the list does not hold; the account has the one before."""
    victim = scene.take_plain()
    if victim is None:
        return False
    before, code = victim.job["Cost_Center_ID"], f"CC-ZZ-{scene.serial():03}"
    victim.job["Cost_Center_ID"] = code
    scene.save(victim.record)
    scene.note_mismatch("cost_center_unknown", victim, "cost_center", code, before)
    return True


def _lose_value(scene: Scene, kind: str, field: str, column: str, *, may_be_left_out: bool) -> bool:
    victim = scene.take_plain()
    if victim is None:
        return False
    holder = victim.record if column in victim.record else victim.job
    if may_be_left_out and scene.rng.random() < 0.5:
        del holder[column]
    else:
        holder[column] = ""
    scene.save(victim.record)
    scene.note(kind, victim.wid, victim.user_id, field, raises="hr_value_missing")
    return True


def cost_center_null(scene: Scene) -> bool:
    """HR has no cost centre: left out, or sent empty."""
    return _lose_value(scene, "cost_center_null", "cost_center", "Cost_Center_ID", may_be_left_out=True)


def location_null(scene: Scene) -> bool:
    """HR sends an empty location."""
    return _lose_value(scene, "location_null", "location", "Location_ID", may_be_left_out=False)


def email_null(scene: Scene) -> bool:
    """HR has no work address: left out, or sent empty."""
    return _lose_value(scene, "email_null", "email", "Email_Work", may_be_left_out=True)


def manager_out_of_scope(scene: Scene) -> bool:
    """HR names a manager who has left."""
    victim, leaver = scene.take_plain(), scene.take("leaver", with_account=False)
    if victim is None or leaver is None:
        return False
    victim.job["Manager_WID"] = leaver.wid
    scene.save(victim.record)
    scene.note(
        "manager_out_of_scope", victim.wid, victim.user_id, "manager", leaver.wid, raises="manager_without_account"
    )
    return True


def manager_cycle(scene: Scene) -> bool:
    """Two people are each other's manager."""
    one, two = scene.take_plain(), scene.take_plain()
    if one is None or two is None:
        return False
    for victim, manager in ((one, two), (two, one)):
        victim.job["Manager_WID"] = manager.wid
        scene.note("manager_cycle", victim.wid, None, "manager", manager.wid, raises="manager_cycle")
    scene.save(one.record, two.record)
    return True


INJECTIONS: dict[str, Injection] = {
    name: globals()[name]
    for name in (
        "wrong_department", "wrong_branch", "wrong_manager", "wrong_cost_center", "wrong_location", "wrong_job_profile",
        "wrong_groups", "wrong_hire_date", "wrong_worker_type", "transfer_not_followed", "cost_center_closed",
        "cost_center_unknown", "cost_center_null", "location_null", "email_null", "manager_out_of_scope", "manager_cycle",
    )
}  # fmt: skip
