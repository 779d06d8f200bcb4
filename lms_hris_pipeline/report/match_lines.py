"""The accounts and skill tags of a batch that wait for a person, as people read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.warehouse import Batch


@dataclass(frozen=True, slots=True)
class PairLine:
    """One account, the worker it may belong to, and the next best worker."""

    learner_id_lms: str
    username: str | None
    learner_name: str | None
    learner_email: str | None
    learner_number: str | None
    worker_id_hris: str
    worker_name: str | None
    worker_email: str | None
    employee_number: str | None
    worker_status: str | None
    job: str | None
    department: str | None
    location: str | None
    hire_date: date | None
    score: Decimal | None
    reason: str
    other_worker_id_hris: str | None
    other_worker_name: str | None
    other_employee_number: str | None
    other_worker_status: str | None
    other_score: Decimal | None


@dataclass(frozen=True, slots=True)
class TagLine:
    """One skill tag, what it most likely means, and what else it may mean."""

    tag: str
    use_count: int | None
    skill_id: str
    skill_name: str | None
    description: str | None
    confidence: Decimal
    held_back: str | None
    candidates: str

    @property
    def others(self) -> str:
        """The further candidates in words: id, name and score of each, the likeliest first."""
        return "; ".join(
            f"{one['skill_id']} {one['name']} ({one['score']:.2f})"
            for one in json.loads(self.candidates)
            if one["skill_id"] != self.skill_id
        )


def read_pair_lines(batch: Batch) -> list[PairLine]:
    """Every account that waits in a batch, the likeliest first."""
    return [PairLine(**row) for row in rows_of(batch, "waiting_pairs")]


def read_tag_lines(batch: Batch) -> list[TagLine]:
    """Every skill tag that waits in a batch, the surest first."""
    return [TagLine(**row) for row in rows_of(batch, "waiting_tags")]
