"""The rules about who has an account and who manages whom. Not here: values of accounts and groups."""

from __future__ import annotations

from collections.abc import Callable

from lms_hris_pipeline.model.wish import Scalar
from lms_hris_pipeline.sandbox.truth.accounts import Account
from lms_hris_pipeline.sandbox.truth.people import Worker
from lms_hris_pipeline.sandbox.truth.standing import Standing, Wanted
from lms_hris_pipeline.sandbox.truth.value_rules import wanted_values
from lms_hris_pipeline.sandbox.truth.verdict import Verdict


def judge_accounts(standing: Standing, is_lossless: Callable[[str, str], bool], verdict: Verdict) -> None:
    """Everything about the existence of accounts; `is_lossless` says whether a merge (kept, gone) loses nothing."""
    for wanted in standing.wanted.values():
        _judge_entitled(wanted, standing, verdict)
    for person, owned in standing.owned.items():
        current = standing.people.current[person]
        for duplicate in owned.duplicates:
            verdict.find("duplicate_account", current.worker_id, duplicate, "account", current.status, owned.primary)
            if current.is_in_scope and is_lossless(owned.primary, duplicate):
                verdict.propose(
                    "accounts", "account", "merge", f"learner:{owned.primary}", {"duplicate_learner_id": duplicate}
                )
        if current.status in ("terminated", "rescinded"):
            for learner in (owned.primary, *owned.duplicates):
                if standing.accounts[learner].is_active:
                    _switch_off(verdict, learner)
                    verdict.find("leaver_active", current.worker_id, learner, "account", current.status, "active")
    for learner, worker in standing.reviews.items():
        current_worker = standing.people.standing_for(worker)
        about = None if current_worker is None else current_worker.worker_id
        names = (_called(current_worker), _account_called(standing.accounts[learner]))
        verdict.find("identity_review", about, learner, "identity", *names)
    for account in standing.accounts.values():
        is_known = account.learner_id in standing.owner or account.learner_id in standing.reviews
        if account.kind == "employee" and account.is_active and not is_known:
            _switch_off(verdict, account.learner_id)
            verdict.find("orphan_account", None, account.learner_id, "account", None, "active")


def _switch_off(verdict: Verdict, learner: str) -> None:
    verdict.propose("offboarding", "account", "deactivate", f"learner:{learner}", {"active": False})


def _called(worker: Worker | None) -> str | None:
    if worker is None:
        return None
    return " ".join(name for name in (worker.first_name, worker.last_name) if name) or worker.number


def _account_called(account: Account | None) -> str | None:
    if account is None:
        return None
    names = (account.values["first_name"], account.values["last_name"])
    return " ".join(name for name in names if name) or account.values["username"]


def _judge_entitled(wanted: Wanted, standing: Standing, verdict: Verdict) -> None:
    worker, account = wanted.worker, wanted.account
    if account is not None:
        if not account.is_active:
            verdict.propose("accounts", "account", "reactivate", wanted.target_key, {"active": True})
            verdict.find("worker_inactive", worker.worker_id, account.learner_id, "account", worker.status, "inactive")
        return
    if wanted.obstacle in (None, "no_username"):
        verdict.find("missing_account", worker.worker_id, None, "account", worker.status)
    contested = {"under_review": wanted.claimed, "username_taken": wanted.name_holder}.get(wanted.obstacle or "")
    if contested is not None:
        names = (_called(worker), _account_called(standing.accounts.get(contested)))
        verdict.find("identity_review", worker.worker_id, contested, "identity", *names)
    if wanted.is_to_be_created:
        desired: dict[str, Scalar] = {**wanted_values(wanted), "active": True}
        verdict.propose("accounts", "account", "create", wanted.target_key, desired)


def judge_managers(standing: Standing, verdict: Verdict) -> None:
    """Accounts first, managers second: one whose account is about to be created is named by worker."""
    for worker_id, wanted in standing.wanted.items():
        named = wanted.worker.now("manager")
        learner = None if wanted.account is None else wanted.account.learner_id
        present = None if wanted.account is None else wanted.account.manager
        if named is None:
            continue
        if worker_id in standing.circles:
            verdict.find("manager_cycle", worker_id, None, "manager", named)
            continue
        manager = standing.people.standing_for(named)
        theirs = None if manager is None else standing.wanted.get(manager.worker_id)
        if theirs is None or (theirs.account is None and not theirs.is_to_be_created):
            verdict.find("manager_without_account", worker_id, learner, "manager", named, present)
            continue
        manager_learner = None if theirs.account is None else theirs.account.learner_id
        if manager_learner is not None and manager_learner == present:
            continue
        if wanted.account is not None:
            verdict.find("value_mismatch", worker_id, learner, "manager", theirs.worker.worker_id, present)
        if wanted.account is not None or wanted.is_to_be_created:
            new = theirs.worker.worker_id if manager_learner is None else None
            desired: dict[str, Scalar] = {"manager_learner_id": manager_learner, "manager_worker_id": new}
            verdict.propose("organisation", "manager", "set_manager", wanted.target_key, desired)
