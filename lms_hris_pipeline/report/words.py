"""How the pages say things: labels for the closed sets of values, numbers, money, days and instants."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from lms_hris_pipeline.report.facts import Outlook

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

TYPES = {
    "missing_account": "No account",
    "orphan_account": "Account without a worker",
    "leaver_active": "Leaver can still log in",
    "worker_inactive": "Account switched off",
    "duplicate_account": "Second account",
    "account_deleted": "Account deleted",
    "identity_review": "Same person?",
    "value_mismatch": "Values differ",
    "username_taken": "User name taken",
    "hr_value_missing": "HR value missing",
    "manager_without_account": "Manager without account",
    "manager_cycle": "Managers in a circle",
    "cost_center_closed": "Cost centre closed",
    "completion_missing_hris": "Completion missing in HR",
    "completion_missing_lms": "Completion missing in learning",
    "completion_unmapped": "Completion counts for nothing",
    "skill_missing_hris": "Skill not on HR profile",
    "skill_level_higher": "Skill level higher than in HR",
    "skill_level_contradicted": "Skill level in doubt",
    "skill_level_unmapped": "Skill level without meaning",
    "skill_tag_review": "Skill tag to confirm",
    "skill_tag_unmapped": "Skill tag without meaning",
    "job_recommended": "Ready for a next job",
    "invoice_unallocated": "Invoice line nobody bears",
}
FIELDS = {"cost_center": "cost centre", "email": "e-mail", "username": "user name"}
SITUATIONS = {
    "linked": "Linked",
    "unlinked": "Sure match, not yet recorded",
    "missing": "Worker without account",
    "orphan": "Account without worker",
    "disputed": "Disputed",
    "duplicate": "Second account",
    "deleted": "Account deleted",
    "settling": "Change on its way",
    "unobserved": "Not judged: extract incomplete",
    "out_of_scope": "Left out",
}
LINK_CAUSES = {
    "recorded": "the ledger records the link",
    "decision": "a person decided it",
    "key": "nobody else has this number or address",
    "score": "likely enough",
    "nobody": "nobody shares enough to be compared",
    "number_of_other": "the employee number is somebody else's",
    "email_of_other": "the e-mail is somebody else's",
    "names_differ": "neither name agrees",
    "one_name_differs": "one of the two names differs",
    "names_only_alike": "the names are alike, not the same",
    "names_alone": "only the names agree",
    "namesake": "somebody else has the same name",
    "numbered": "the address differs by a serial number, as a namesake's does",
    "rival": "somebody else is almost as likely",
    "below_link": "not likely enough to link by itself",
    "below_review": "too unlikely to ask",
    "comeback": "a later record of this name may be the same person, back again",
    "two_records": "HR may have the person twice: a later record of this name has no account",
    "not_mutual": "another account fits this worker better",
    "vanished": "HR no longer sends the worker",
    "vanished_comeback": "HR no longer sends the worker, and has another of this name",
    "better_elsewhere": "another worker fits better",
    "eliminated": "the others of this name have their accounts",
    "through_others": "joined through other records",
}
"""Why a link is made, or waits, by the causes that its evidence names."""
EXCLUDED = ("unobserved", "out_of_scope")
REASONS = {
    "-": "no reason given",
    "pre_hire": "hired, not yet started",
    "starts_later": "starts later than the look-ahead",
    "rescinded": "hire rescinded",
    "contingent_excluded": "contingent workers are out of scope",
    "no_hire_date": "no hire date",
    "active": "employed",
    "terminated": "has left",
    "under_review": "a person must decide",
    "username_taken": "another account has the user name",
    "username_contested": "several people want the user name",
    "no_worker": "no worker found",
    "superseded_by": "another record stands for the person",
    "change_sent": "change sent, not yet visible",
    "recorded": "recorded link",
    "decision": "decided by a person",
    "key": "same employee number or address",
    "score": "matched by score",
    "duplicate_of": "the person has a first account",
    "inactive_unmatched": "switched off and without a worker",
    "workers_incomplete": "workers were not all read",
    "unobserved": "accounts were not all read",
    "account_gone": "a recorded account is gone",
    "no_username": "HR lacks what a user name needs",
    "left_to_people": "the settings leave new accounts to people",
    "external": "external partner",
    "privileged": "administrator",
    "service": "service account",
}
FAMILIES = {
    "accounts": "Accounts",
    "organisation": "Organisation",
    "roles": "Roles",
    "enrolments": "Enrolments",
    "skills": "Skills",
    "training_records": "Training records",
    "offboarding": "Offboarding",
}
OPERATIONS = {
    "create": "create account",
    "update": "update",
    "deactivate": "switch account off",
    "reactivate": "switch account on",
    "merge": "merge accounts",
    "set_groups": "set groups",
    "set_manager": "set manager",
    "enrol": "write completion to learning",
    "add_skill": "add skill to HR profile",
    "add_training_record": "write completion to HR",
    "recommend": "recommend a next job",
}
UPDATES = {"account": "update account", "profile": "update profile fields", "branch": "move to branch"}
OUTLOOKS = {
    Outlook.AUTOMATIC: "approved by policy",
    Outlook.APPROVED: "approved by a person",
    Outlook.WAITING: "waits for approval",
    Outlook.ADVICE: "advice to a person, never sent",
    Outlook.SHADOW: "in shadow, not sent",
    Outlook.OFF: "family switched off",
    Outlook.REJECTED: "rejected before",
    Outlook.UNDER_WAY: "under way",
}
METHODS = {
    "named": "named on the invoice",
    "enrolments": "enrolments in the service period",
    "active_learners": "active learners at the seal",
    "headcount": "people at the seal",
    "none": "nothing to share by",
}
UNITS = {"named": "line", "enrolments": "enrolments", "active_learners": "learners", "headcount": "people"}
OBSTACLES = {
    "unknown_course": "its course is not in the catalogue",
    "unknown_contract": "its contract is not known",
    "no_enrolments": "nobody was enrolled in the service period",
    "no_learners": "there are no learners to share it",
    "no_reference": "it names neither a course nor a contract",
}
CHARGE_TYPES = {
    "COURSE_FEE": "Course fee",
    "LICENCE": "Licence",
    "CONTENT": "Content",
    "CREDIT_NOTE": "Credit note",
}
SYSTEMS = {"hris": "HR system", "lms": "Learning system"}


def label(words: dict[str, str], value: str) -> str:
    """The words for a value of a closed set; the value itself, without underscores, where there are none."""
    return words.get(value) or value.replace("_", " ")


def change(operation: str, entity: str) -> str:
    """What a delta does, in words."""
    return UPDATES.get(entity, "update") if operation == "update" else label(OPERATIONS, operation)


def drift(source: str, decision: str, found_count: int, tag_count: int, expected_share: Decimal) -> str:
    """That more skill tags than usual are unknown."""
    whose = {"hris": " of the HR system", "lms": " of the learning system"}.get(source, "")
    state = {"no_match": "are without a match", "review": "wait for a person"}[decision]
    return (
        f"{number(found_count)} of {number(tag_count)} skill tags{whose} {state}: {100 * found_count / tag_count:.0f} %, "
        f"where {100 * expected_share:.0f} % is usual. The framework may lack what they mean."
    )


def number(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}".replace("-", "\u2212")


def amount(value: Decimal) -> str:
    """An amount with two decimals, thousands separators and a real minus sign."""
    return f"{value:,.2f}".replace("-", "\u2212")


def money(value: Decimal, currency: str) -> str:
    """An amount with its currency in front."""
    return f"{currency}\u00a0{amount(value)}"


def counted(count: int, one: str, many: str) -> str:
    """`1 worker`, `1,200 workers`."""
    return f"{number(count)} {one if count == 1 else many}"


def day(value: date | None) -> str:
    """`23 Nov 2026`; a dash where there is none."""
    return f"{value.day} {_MONTHS[value.month - 1][:3]} {value.year}" if value else "\u2013"


def month(value: str) -> str:
    """`Nov 2026` of `2026-11`; other texts as they are."""
    year, dash, digits = value.partition("-")
    is_month = bool(dash) and digits.isdigit() and 1 <= int(digits) <= 12
    return f"{_MONTHS[int(digits) - 1][:3]} {year}" if is_month else value


def long_instant(value: datetime, zone: ZoneInfo) -> str:
    """`Monday 23 November 2026, 02:30 CET`."""
    local = value.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M %Z}"


def age_days(first_seen: datetime, as_of: datetime, zone: ZoneInfo) -> int:
    """Days of the calendar that a case has been open: one that last night's run found is a day old tonight."""
    return max(0, (as_of.astimezone(zone).date() - first_seen.astimezone(zone).date()).days)


def age(first_seen: datetime, as_of: datetime, zone: ZoneInfo) -> str:
    """How long a case has been open at `as_of`."""
    days = age_days(first_seen, as_of, zone)
    return "new" if first_seen >= as_of else "under a day" if days == 0 else counted(days, "day", "days")
