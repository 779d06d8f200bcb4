"""A firm that publishes to the small made-up company: its ledger, its clock, and what it did there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lms_hris_pipeline.ledger import Ledger, open_ledger
from lms_hris_pipeline.model.delta import Delta, ProposedDelta
from lms_hris_pipeline.publish import PublicationSummary, publish_with
from lms_hris_pipeline.settings import (
    ExtractSettings,
    HrisSettings,
    LmsSettings,
    PublishSettings,
    QuotaSettings,
    Secrets,
    Settings,
)
from lms_hris_pipeline_tests.support.ledger import NOW, policy, wish
from lms_hris_pipeline_tests.support.sandbox_api import USERS, Sandbox, sandbox_in, wid

SKILL_NAMES = {"SK-1": "Welding", "SK-2": "Python"}
BATCH = "2026-11-02-01"
WRITING = ("POST", "PUT", "DELETE")


def settings_for(workday_url: str, docebo_url: str, **sections: Any) -> Settings:
    """Settings of a firm whose vendors answer at these addresses."""
    found: dict[str, Any] = {
        "hris": HrisSettings(base_url=workday_url, tenant="lumen_sandbox", fingerprint="lumen-sandbox-hris"),
        "lms": LmsSettings(base_url=docebo_url, fingerprint="lumen-sandbox-lms"),
        "quota": QuotaSettings(enforce=False),
        "extract": ExtractSettings(timeout_seconds=1, max_attempts=3),
        "publishing": PublishSettings(),
        "policy": policy("auto", auto_approve_risk="high"),
    }
    return Settings(**{**found, **sections})


def secrets_of(credentials: Any) -> Secrets:
    """The throwaway secrets of a sandbox."""
    return Secrets(**{name: getattr(credentials, name) for name in Secrets.model_fields if hasattr(credentials, name)})


@dataclass
class Firm:
    """A firm with its ledger, publishing over real HTTP."""

    sandbox: Sandbox
    ledger: Ledger
    settings: Settings
    secrets: Secrets
    now: datetime = NOW
    certificates: Mapping[str, Mapping[str, str]] | None = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **spell: float) -> None:
        """Let time pass at the firm and at its vendors."""
        self.now += timedelta(**spell)
        self.sandbox.control("POST", "/clock", {"advance_minutes": timedelta(**spell).total_seconds() / 60})

    def propose(self, *wishes: ProposedDelta, phase: str = "approve", is_complete: bool = True) -> None:
        """What a night would propose."""
        self.ledger.propose(
            wishes, batch_id=BATCH, as_of=self.now, now=self.now, policy=policy(phase), is_complete=is_complete,
            rejection_days=90,
        )  # fmt: skip

    def approve(self, *wishes: ProposedDelta) -> list[Delta]:
        """Propose beside what is open already, and approve all; the deltas."""
        self.propose(*wishes, is_complete=False)
        ids = [delta.delta_id for delta in self.ledger.deltas(states=("proposed",))]
        self.ledger.approve(ids, by="Ada", now=self.now)
        wanted = {found.wish_id for found in wishes}
        return [delta for delta in self.ledger.deltas(states=("approved",)) if delta.wish_id in wanted]

    def publish(self, **more: Any) -> PublicationSummary:
        """One publication."""
        return publish_with(
            more.pop("settings", self.settings), self.secrets, self.ledger, clock=self.clock, batch_id=BATCH,
            active_accounts=USERS, skill_names=SKILL_NAMES, certificates=self.certificates,
            client={"sleep": self.slept.append}, **more,
        )  # fmt: skip

    def state(self, found: ProposedDelta) -> str:
        """The state of the latest occurrence of a wish."""
        return str(self._last(found).state)

    def message(self, found: ProposedDelta) -> str:
        """What is said of the latest occurrence of a wish."""
        return self._last(found).message or ""

    def attempts(self, found: ProposedDelta) -> list[str]:
        """The outcomes of the attempts to send the latest occurrence of a wish."""
        return [str(attempt["outcome"]) for attempt in self.ledger.attempts(self._last(found).delta_id)]

    def _last(self, found: ProposedDelta) -> Delta:
        return max((d for d in self.ledger.deltas() if d.wish_id == found.wish_id), key=lambda delta: delta.generation)

    def writes(self) -> list[str]:
        """The writes that reached the vendors, tokens and reads aside: method and path."""
        return [
            f"{entry['method']} {entry['path']}"
            for entry in self.sandbox.journal()
            if entry["method"] in WRITING and "token" not in entry["path"]
        ]

    def user(self, learner_id: str) -> dict[str, Any]:
        """An account as the company has it."""
        names = [row[1] for row in self.sandbox.sql("pragma table_info(lms_users)")]
        rows = self.sandbox.sql("select * from lms_users where user_id = ?", int(learner_id))
        return dict(zip(names, rows[0], strict=True)) if rows else {}

    def enrolments(self, learner_id: str) -> list[tuple[Any, ...]]:
        """Course, status, day of completion, score, owner, archived of an account's enrolments."""
        query = (
            "select course_id, status, substr(completion_date, 1, 10), score, owner, archived from lms_enrolments"
            " where user_id = ? order by course_id, archived"
        )
        return self.sandbox.sql(query, int(learner_id))


@contextmanager
def firm_in(folder: Path, *, sections: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Firm]:
    """A firm whose vendors are the sandbox, served from `folder`."""
    with sandbox_in(folder, **options) as sandbox:
        ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        server = sandbox.server
        settings = settings_for(server.workday_url, server.docebo_url, **(sections or {}))
        try:
            yield Firm(sandbox, ledger, settings, secrets_of(server.credentials))
        finally:
            ledger.close()


# -- wishes as reconciliation words them ------------------------------------------------------------------------


def creation(number: int, **more: Any) -> ProposedDelta:
    """An account for the numbered new worker."""
    desired = {
        "active": True, "branch": "SUP-1", "department": "SUP-1", "email": f"new{number}@lumen.example",
        "employee_number": f"{number:06}", "first_name": "New", "hire_date": "2026-11-02", "last_name": f"Hire{number}",
        "location": "LOC-BER", "username": f"new{number}@lumen.example", "worker_type": "Employee",
    }  # fmt: skip
    return wish("create", f"worker:{wid(number)}", {**desired, **more}, {"hris_status": "active"})


def update(
    learner: int, wanted: Mapping[str, Any], present: Mapping[str, Any], entity: str = "account"
) -> ProposedDelta:
    """Other values for an account."""
    family = "accounts" if entity == "account" else "organisation"
    return wish(
        "update", f"learner:{learner}", wanted, {**present, "hris_status": "active"}, family=family, entity=entity
    )


def move(learner: int, branch: str, present: str) -> ProposedDelta:
    """Another branch for an account."""
    return update(learner, {"branch": branch}, {"branch": present}, "branch")


def deactivation(learner: int, **facts: Any) -> ProposedDelta:
    """The account of a leaver."""
    base = {"active": True, "hris_status": "terminated", "hris_termination_date": "2026-10-31", **facts}
    return wish("deactivate", f"learner:{learner}", {"active": False}, base, family="offboarding", risk="high")


def reactivation(learner: int) -> ProposedDelta:
    """The account of somebody who is back."""
    return wish("reactivate", f"learner:{learner}", {"active": True}, {"active": False, "hris_status": "active"})


def manager(target: str, wanted: Mapping[str, Any], present: str | None = None) -> ProposedDelta:
    """A manager for an account, by account or by worker."""
    base = {"hris_manager": "m", "hris_status": "active", "manager_learner_id": present}
    return wish("set_manager", target, wanted, base, family="organisation", entity="manager")


def groups(target: str, *, add: str = "", remove: str = "", held: str = "") -> ProposedDelta:
    """Other groups for an account."""
    desired, base = (
        {"add": add, "remove": remove},
        {"groups": held, "hris_job_profile": "JP-1", "hris_status": "active"},
    )
    return wish("set_groups", target, desired, base, family="roles", entity="groups")


def completion(
    learner: int, course: str, day: str, *, score: str | None = None, status: str | None = None
) -> ProposedDelta:
    """A completion that the HR system holds alone."""
    desired = {
        "completed_date": day,
        "course_code": course,
        "status": "completed",
        **({"score": score} if score else {}),
    }
    base = {"completed_date": None, "status": status}
    return wish("enrol", f"learner:{learner}", desired, base, family="enrolments", entity="completion", risk="normal")


def merge(kept: int, gone: int, completions: str = "", duplicates: str = "") -> ProposedDelta:
    """A second account of the same person."""
    base = {"completions": completions, "duplicate_completions": duplicates}
    return wish("merge", f"learner:{kept}", {"duplicate_learner_id": str(gone)}, base, risk="high")


def record(worker: int, course: str, day: str, score: str | None = None) -> ProposedDelta:
    """A completion that the learning system holds alone."""
    desired = {"completed_date": day, "course_code": course, **({"score": score} if score else {})}
    base = {"completed_date": None, "lms_learner_id": str(worker), "lms_status": "completed"}
    return wish(
        "add_training_record", f"worker:{wid(worker)}", desired, base, family="training_records",
        entity="training_record", system="hris", risk="normal",
    )  # fmt: skip


def skill(worker: int, skill_id: str) -> ProposedDelta:
    """A skill that a completion shows."""
    base = {"hris_status": "active", "skill_id": None}
    return wish(
        "add_skill", f"worker:{wid(worker)}", {"skill_id": skill_id}, base, family="skills", entity="skill",
        system="hris", risk="normal",
    )  # fmt: skip


def recommendation(worker: int, job_profile: str) -> ProposedDelta:
    """Advice: a job profile that a worker shows all skills for."""
    base = {"expected": "SK-1:3", "job_profile": "JP-1"}
    return wish(
        "recommend", f"worker:{wid(worker)}", {"job_profile": job_profile}, base, family="skills", entity="job",
        system="hris", risk="advice",
    )  # fmt: skip
