"""What the steps of a publication share: the vendors, and which account a worker has got meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms_hris_pipeline.connectors.protocols import HrisWriter
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish.targets import Account, Enrolment, LmsTarget

Certificates = Mapping[str, Mapping[str, str]]
"""Day of expiry (YYYY-MM-DD, empty for never) by certification, by account."""


@dataclass(slots=True)
class Bench:
    """The vendors and the links; `linked` grows as accounts are created.

    Args:
        linked: account by worker id.
        skill_names: the framework's name by skill id.
        certificates: what the accounts hold; None where nobody said, and then nothing is merged.
        enrolled: present enrolment by account and course code, as the last look at completions found it.
        threads: calls at a time, where they do not depend on each other.
    """

    lms: LmsTarget
    hris: HrisWriter
    linked: dict[str, str]
    skill_names: Mapping[str, str]
    certificates: Certificates | None = None
    enrolled: dict[tuple[str, str], Enrolment] = field(default_factory=dict)
    threads: int = 1

    def learner_of(self, delta: Delta) -> str | None:
        """The account a delta is about; None while it does not exist."""
        kind, _, identity = delta.target_key.partition(":")
        return identity if kind == "learner" else self.linked.get(identity)

    def learners_of(self, deltas: Sequence[Delta]) -> list[str]:
        """The accounts of deltas that have one, in the deltas' order."""
        return [learner for delta in deltas if (learner := self.learner_of(delta))]

    def accounts_of(self, deltas: Sequence[Delta]) -> dict[str, Account]:
        """The present accounts of deltas, by account id."""
        ids = sorted(set(self.learners_of(deltas)))
        return {account.learner_id: account for account in self.lms.accounts(ids=ids)} if ids else {}


def worker_of(delta: Delta) -> str:
    """The worker id of a delta on the HR system."""
    return delta.target_key.partition(":")[2]


def awaits_creation(delta: Delta) -> bool:
    """Whether a delta was proposed for an account that did not exist yet."""
    return delta.target_key.startswith("worker:")
