"""Exceptions as people read them: names beside ids, one root cause with its findings, the urgent and old ones first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.facts import NightFacts, Outlook
from lms_hris_pipeline.report.inert import visible
from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.tables.reconcile import SEVERITIES
from lms_hris_pipeline.warehouse import Batch

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_COLUMNS = (
    "exception_id", "type", "severity", "worker_id_hris", "employee_number", "worker_name", "learner_id_lms", "username",
    "learner_name", "cost_center_id", "field", "field_name", "hris_value", "hris_value_name", "lms_value",
    "lms_value_name", "root_cause", "cause_name", "suggested_action", "explanation", "wish_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One exception. Texts are visible ones; nulls are None. Evidence is that of a pair to be decided, as JSON."""

    exception_id: str
    type: str
    severity: str
    worker_id_hris: str | None
    employee_number: str | None
    worker_name: str | None
    learner_id_lms: str | None
    username: str | None
    learner_name: str | None
    cost_center_id: str | None
    field: str
    field_name: str | None
    hris_value: str | None
    hris_value_name: str | None
    lms_value: str | None
    lms_value_name: str | None
    root_cause: str
    cause_name: str | None
    suggested_action: str
    explanation: str
    wish_id: str | None
    evidence: str | None
    change: str | None
    delta_id: str | None
    outlook: Outlook | None
    first_seen: datetime
    age: str
    age_days: int

    @property
    def name(self) -> str | None:
        """The person's name as HR has it, else as the account has it."""
        return self.worker_name or self.learner_name

    @property
    def other_name(self) -> str | None:
        """The name on the account where HR has another one."""
        return self.learner_name if self.worker_name and self.learner_name != self.worker_name else None

    @property
    def title(self) -> str:
        """The kind of finding, in words."""
        return words.label(words.TYPES, self.type)

    @property
    def subject(self) -> str:
        """What it is about: the field, the course, the skill; empty where the kind of finding says it all."""
        if self.type.startswith("completion"):
            return f"{self.field} {self.field_name}" if self.field_name else self.field
        if self.type in ("skill_missing_hris", "skill_level_higher", "skill_level_contradicted"):
            return self.field_name or self.field
        return words.label(words.FIELDS, self.field) if self.type in ("value_mismatch", "hr_value_missing") else ""

    @property
    def order(self) -> tuple[int, datetime, str, str, str]:
        """Urgent before idle, old before new, then by name: a total order."""
        return (
            _RANK[self.severity],
            self.first_seen,
            (self.name or "\uffff").casefold(),
            self.field,
            self.exception_id,
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings with one root cause, in order; the first is the most urgent."""

    key: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        """The worst severity."""
        return self.findings[0].severity

    @property
    def shared_action(self) -> str | None:
        """What to do, where all findings say the same."""
        actions = {finding.suggested_action for finding in self.findings}
        return self.findings[0].suggested_action if len(actions) == 1 else None

    @property
    def shared_explanation(self) -> str | None:
        """Why they were raised, where all findings say the same."""
        explanations = {finding.explanation for finding in self.findings}
        return self.findings[0].explanation if len(explanations) == 1 else None

    @property
    def oldest(self) -> Finding:
        """The finding that has been open longest."""
        return min(self.findings, key=lambda found: (found.first_seen, found.exception_id))

    @property
    def title(self) -> str:
        """The cause in words."""
        kind, _, key = self.key.partition(":")
        name = self.findings[0].cause_name
        if kind in ("worker", "learner"):
            return name or f"{'Worker' if kind == 'worker' else 'Account'} {key}"
        return {
            "cost_center": f"Cost centre {key} {name}" if name else f"Cost centre {key}",
            "course": f"Course {key} {name}" if name else f"Course {key}",
            "tag": f"Skill tag “{key}”",
            "level": f"Level “{key}”",
            "invoice": f"Invoice {key}",
            "username": f"User name {key}",
            "hr_value_missing": f"HR has no {words.label(words.FIELDS, key)}",
            "manager": f"Manager {name or key}",
            "manager_cycle": f"Circle of managers around {name or key}",
        }.get(kind, self.key)


def read_findings(batch: Batch, facts: NightFacts) -> list[Finding]:
    """Every exception of the batch, in order."""
    found = []
    for row in rows_of(batch, "findings"):
        texts = {name: None if row[name] is None else visible(row[name]) for name in _COLUMNS}
        first_seen = facts.first_seen.get(row["exception_id"], batch.as_of)
        wish_id = row["wish_id"]
        is_proposed = wish_id is not None and row["operation"] is not None
        texts["explanation"] = _named(texts["explanation"] or "", texts)
        found.append(
            Finding(
                **texts,  # type: ignore[arg-type]
                evidence=row["evidence"],
                change=words.change(row["operation"], row["entity"]) if is_proposed else None,
                delta_id=facts.delta_id(wish_id) if is_proposed else None,
                outlook=facts.outlook(wish_id, row["family"], row["risk"], is_pilot=row["is_pilot"])
                if is_proposed
                else None,
                first_seen=first_seen,
                age=words.age(first_seen, batch.as_of, facts.zone),
                age_days=words.age_days(first_seen, batch.as_of, facts.zone),
            )
        )
    return sorted(found, key=lambda finding: finding.order)


def by_cause(findings: Iterable[Finding]) -> list[Cause]:
    """Findings grouped by root cause, in the order of each cause's most urgent finding."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.root_cause, []).append(finding)
    return [Cause(key, tuple(group)) for key, group in groups.items()]


def _named(explanation: str, texts: dict[str, str | None]) -> str:
    """The explanation with names where ids stand; a short id stays beside its name, that of a worker record does not."""
    pairs = (("hris_value", "hris_value_name"), ("lms_value", "lms_value_name"), ("field", "field_name"))
    names = {value: name for key, label in pairs if (value := texts[key]) and (name := texts[label])}
    if not names:
        return explanation
    ids = "|".join(re.escape(value) for value in sorted(names, key=len, reverse=True))
    manager = texts["hris_value"] if texts["field"] == "manager" else None
    return re.sub(
        rf"(?<![\w-])(?:{ids})(?![\w-])",
        lambda hit: names[hit[0]] if hit[0] == manager else f"{names[hit[0]]} ({hit[0]})",
        explanation,
    )
