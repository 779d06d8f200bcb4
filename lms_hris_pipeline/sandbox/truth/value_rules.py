"""The rules about values of people and accounts, and about groups. What HR does not say is neither written nor raised
as a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lms_hris_pipeline.model.wish import Scalar
from lms_hris_pipeline.sandbox.truth.accounts import Groups
from lms_hris_pipeline.sandbox.truth.parsing import lower
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.sandbox.truth.standing import Standing, Wanted
from lms_hris_pipeline.sandbox.truth.verdict import Verdict

ENTITIES = {
    "account": ("first_name", "last_name", "email", "username", "employee_number", "hire_date", "worker_type"),
    "profile": ("job_profile", "department", "cost_center", "location"),
    "branch": ("branch",),
}
"""Fields that are changed together."""

FAMILIES = {"account": "accounts", "profile": "organisation", "branch": "organisation"}
WITHOUT_CASE = frozenset({"email", "username"})
NEEDED = ("email", "cost_center", "location", "job_profile")
"""Fields whose absence in HR is worth a finding."""


def wanted_values(wanted: Wanted) -> dict[str, str | None]:
    """What HR says the account's fields ought to be; None where HR says nothing."""
    worker = wanted.worker
    return {
        "first_name": worker.first_name,
        "last_name": worker.last_name,
        "email": worker.email,
        "username": wanted.username,
        "employee_number": worker.number,
        "hire_date": worker.hire_date,
        "worker_type": worker.worker_type,
        "job_profile": worker.now("job_profile"),
        "department": worker.now("organisation"),
        "cost_center": worker.now("cost_center"),
        "location": worker.now("location"),
        "branch": worker.now("organisation"),
    }


def judge_values(standing: Standing, closed: Mapping[str, str], verdict: Verdict) -> None:
    """Fields of accounts, values that HR lacks, user names that somebody else has, closed cost centres.

    Args:
        closed: last day of use by cost centre, for those that have one.
    """
    for worker_id, wanted in standing.wanted.items():
        learner = None if wanted.account is None else wanted.account.learner_id
        values = wanted_values(wanted)
        for field in NEEDED:
            if values[field] is None:
                held = None if wanted.account is None else wanted.account.values[field]
                verdict.find("hr_value_missing", worker_id, learner, field, None, held)
        center = values["cost_center"]
        if center is not None and closed.get(center, "9999") < wanted.worker.local_date:
            verdict.find("cost_center_closed", worker_id, None, "cost_center", center)
        is_taken = wanted.is_name_kept_from_account
        if is_taken or wanted.obstacle == "username_contested":
            verdict.find("username_taken", worker_id, learner, "username", wanted.username, wanted.name_holder)
        if wanted.account is not None:
            _compare(wanted, {**values, "username": None} if is_taken else values, verdict)


def _compare(wanted: Wanted, values: Mapping[str, str | None], verdict: Verdict) -> None:
    if wanted.account is None:
        return
    changes: dict[str, dict[str, Scalar]] = defaultdict(dict)
    for entity, fields in ENTITIES.items():
        for field in fields:
            said, held = values[field], wanted.account.values[field]
            if said is None or said == (lower(held) or "" if field in WITHOUT_CASE else held):
                continue
            changes[entity][field] = said
            verdict.find("value_mismatch", wanted.worker.worker_id, wanted.account.learner_id, field, said, held)
    for entity, desired in changes.items():
        verdict.propose(FAMILIES[entity], entity, "update", wanted.target_key, desired)


def judge_groups(standing: Standing, groups: Groups, rules: Rules, verdict: Verdict) -> None:
    """Managed groups follow the job family, for those who have an account or are about to get one."""
    for worker_id, wanted in standing.wanted.items():
        names = groups.wanted(wanted.worker.now("job_profile"), rules)
        if names is None or (wanted.account is None and not wanted.is_to_be_created):
            continue
        learner = None if wanted.account is None else wanted.account.learner_id
        held = groups.held.get(learner or "", frozenset())
        if names == held:
            continue
        desired: dict[str, Scalar] = {"add": _joined(names - held), "remove": _joined(held - names)}
        verdict.propose("roles", "groups", "set_groups", wanted.target_key, desired)
        if learner is not None:
            verdict.find("value_mismatch", worker_id, learner, "groups", _joined(names), _joined(held))


def _joined(names: frozenset[str]) -> str:
    return "|".join(sorted(names))
