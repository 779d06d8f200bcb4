"""How often each kind of discrepancy is injected."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class FaultRates:
    """A rate for each kind of discrepancy: cases per worker of the company's size (0.002 = 2 in a thousand).

    The defaults look like a firm of some thousands of people whose two systems were never reconciled.
    """

    # whose account it is
    missing_account: float = 0.004
    missing_account_prehire: float = 0.0015
    orphan: float = 0.003
    orphan_lookalike: float = 0.0015
    leaver_active: float = 0.004
    rescinded_active: float = 0.001
    worker_inactive: float = 0.003
    prehire_inactive: float = 0.001
    duplicate_plain: float = 0.010
    duplicate_completions: float = 0.012
    duplicate_archived: float = 0.004
    duplicate_certificates: float = 0.004
    ambiguous_namesake: float = 0.0015
    ambiguous_bare_account: float = 0.0015
    mail_of_leaver_reused: float = 0.0015
    numbers_swapped: float = 0.0015
    rehire_joined: float = 0.0015
    rehire_not_joined: float = 0.0015
    conversion_joined: float = 0.0015
    conversion_not_joined: float = 0.0015
    conversion_overlap: float = 0.0015
    # names and addresses on the account
    stale_married_name: float = 0.003
    typo_in_name: float = 0.003
    transliterated_name: float = 0.002
    nickname: float = 0.002
    swapped_names: float = 0.0015
    stale_email: float = 0.002
    stale_username: float = 0.002
    username_taken: float = 0.0015
    number_missing: float = 0.002
    number_stale: float = 0.002
    hostile_name: float = 0.0015
    hostile_title: float = 0.0015
    # place in the organisation
    wrong_department: float = 0.003
    wrong_branch: float = 0.002
    wrong_manager: float = 0.003
    wrong_cost_center: float = 0.003
    wrong_location: float = 0.002
    wrong_job_profile: float = 0.003
    wrong_groups: float = 0.003
    wrong_hire_date: float = 0.0015
    wrong_worker_type: float = 0.0015
    transfer_not_followed: float = 0.002
    cost_center_closed: float = 0.002
    cost_center_unknown: float = 0.0015
    cost_center_null: float = 0.0015
    location_null: float = 0.0015
    email_null: float = 0.0015
    manager_out_of_scope: float = 0.0015
    manager_cycle: float = 0.0015
    # training, skills, money
    completion_missing_hris: float = 0.005
    completion_missing_lms: float = 0.004
    completion_zero_date: float = 0.002
    completion_unmapped: float = 0.003
    skill_missing_hris: float = 0.005
    tag_without_skill: float = 0.002
    tag_hard: float = 0.003
    invoice_unknown_course: float = 0.0015
    invoice_unknown_contract: float = 0.0015
    invoice_without_reference: float = 0.0015
    invoice_without_enrolments: float = 0.0015
    course_level_unmapped: float = 0.0015
    skill_level_unmapped: float = 0.0015
    skill_level_higher: float = 0.0015
    skill_level_contradicted: float = 0.0015

    @classmethod
    def default(cls) -> FaultRates:
        """A real firm's muddle: at 2,000 workers every kind occurs a few times."""
        return cls()

    @classmethod
    def none(cls) -> FaultRates:
        """No discrepancy at all."""
        return cls(**{item.name: 0.0 for item in fields(cls)})

    @classmethod
    def only(cls, **rates: float) -> FaultRates:
        """No discrepancy but those named."""
        return replace(cls.none(), **rates)

    def scaled(self, factor: float) -> FaultRates:
        """Every rate times `factor`.

        Raises:
            ValueError: the factor is negative.
        """
        if factor < 0:
            raise ValueError(f"rates cannot be scaled by {factor}: choose a factor of 0 or more")
        return FaultRates(**{item.name: getattr(self, item.name) * factor for item in fields(self)})

    def as_pairs(self) -> tuple[tuple[str, float], ...]:
        """(kind, rate) of every kind, in a fixed order."""
        return tuple((item.name, float(getattr(self, item.name))) for item in fields(self))

    def to_json(self) -> str:
        """The rates as a text to be kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> FaultRates:
        """The rates of a text that `to_json` made."""
        return cls(**json.loads(text))
