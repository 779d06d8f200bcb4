"""What the oracle expects: changes and findings, in the words that the pipeline uses for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lms_hris_pipeline.model.wish import Scalar, canonical_json


class ExpectedDelta(NamedTuple):
    """A change that must be proposed; `desired` is canonical JSON."""

    family: str
    entity: str
    operation: str
    target_key: str
    desired: str


class ExpectedException(NamedTuple):
    """A finding that must be raised."""

    type: str
    worker_id_hris: str | None
    learner_id_lms: str | None
    field: str
    hris_value: str | None
    lms_value: str | None


@dataclass(slots=True)
class Verdict:
    """The changes and findings of a night. The rules add to it."""

    deltas: set[ExpectedDelta] = field(default_factory=set)
    exceptions: set[ExpectedException] = field(default_factory=set)

    def propose(self, family: str, entity: str, operation: str, target_key: str, desired: Mapping[str, Scalar]) -> None:
        """Expect a change; a desired value of None is left out."""
        said = {name: value for name, value in desired.items() if value is not None}
        self.deltas.add(ExpectedDelta(family, entity, operation, target_key, canonical_json(said)))

    def find(
        self,
        type_: str,
        worker: str | None,
        learner: str | None,
        field_: str,
        hris_value: str | None = None,
        lms_value: str | None = None,
    ) -> None:
        """Expect a finding."""
        self.exceptions.add(ExpectedException(type_, worker, learner, field_, hris_value, lms_value))
