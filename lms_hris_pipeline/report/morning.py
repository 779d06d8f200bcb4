"""What the morning page says: what was read, who is covered, what does not agree, what is proposed, what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.facts import NightFacts, Outlook
from lms_hris_pipeline.report.findings import Finding
from lms_hris_pipeline.report.inert import visible
from lms_hris_pipeline.report.reading import rows_of
from lms_hris_pipeline.tables.reconcile import EXCEPTION_TYPES, FAMILIES, SEVERITIES
from lms_hris_pipeline.warehouse import Batch


@dataclass(frozen=True, slots=True)
class Entity:
    """What was read of one entity; `dropped_count` rows repeat another, were withdrawn or have no id."""

    system: str
    name: str
    is_complete: bool
    row_count: int
    expected_count: int | None
    reason: str
    dropped_count: int


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """Records in one situation, with the reasons and how many have each."""

    situation: str
    record_count: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All records of one kind: included plus excluded by reason is the headcount."""

    kind: str
    headcount: int
    included: tuple[CoverageLine, ...]
    excluded: tuple[CoverageLine, ...]

    @property
    def included_count(self) -> int:
        """Records that were reconciled."""
        return sum(line.record_count for line in self.included)

    @property
    def excluded_count(self) -> int:
        """Records that were left out, each with a reason."""
        return sum(line.record_count for line in self.excluded)

    @property
    def is_whole(self) -> bool:
        """Whether every record is counted once."""
        return self.included_count + self.excluded_count == self.headcount


@dataclass(frozen=True, slots=True)
class TypeLine:
    """Exceptions of one type by severity, in the order of the severities."""

    type: str
    title: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Proposed changes of one family and operation."""

    family: str
    title: str
    change: str
    system: str
    phase: str
    total: int
    outlooks: Counter[Outlook] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """Invoices of one currency and what was shared out of them."""

    currency: str
    line_count: int
    net_amount: Decimal
    tax_amount: Decimal
    shared_net_amount: Decimal
    shared_tax_amount: Decimal
    unassigned_amount: Decimal
    unallocated_amount: Decimal
    unallocated_line_count: int
    rounded_share_count: int

    @property
    def is_exact(self) -> bool:
        """Whether the shares sum to the invoices, net and tax."""
        return self.net_amount == self.shared_net_amount and self.tax_amount == self.shared_tax_amount


@dataclass(frozen=True, slots=True)
class Morning:
    """The morning page's content."""

    entities: tuple[Entity, ...]
    coverage: tuple[Coverage, ...]
    types: tuple[TypeLine, ...]
    severities: tuple[tuple[str, int], ...]
    cause_count: int
    changes: tuple[ChangeLine, ...]
    people: Counter[str]
    people_methods: tuple[tuple[str, int], ...]
    skills: Counter[str]
    roles: Counter[str]
    drifts: tuple[str, ...]
    currencies: tuple[CurrencyTotal, ...]

    @property
    def incomplete(self) -> tuple[Entity, ...]:
        """What was not read whole."""
        return tuple(entity for entity in self.entities if not entity.is_complete)

    def outlook_count(self, outlook: Outlook) -> int:
        """Proposed changes with this outlook."""
        return sum(line.outlooks[outlook] for line in self.changes)

    @property
    def waiting_families(self) -> tuple[tuple[str, int], ...]:
        """Families with changes that wait for a person, and how many."""
        counts: Counter[str] = Counter()
        for line in self.changes:
            counts[line.family] += line.outlooks[Outlook.WAITING]
        return tuple((family, counts[family]) for family in FAMILIES if counts[family])


def read_morning(batch: Batch, facts: NightFacts, findings: Sequence[Finding]) -> Morning:
    """The morning page of a sealed batch."""
    matched: dict[str, Counter[str]] = {"people": Counter(), "skills": Counter(), "roles": Counter()}
    methods: Counter[str] = Counter()
    for row in rows_of(batch, "matching"):
        matched[row["matcher"]][row["decision"]] += row["decided_count"]
        if row["matcher"] == "people" and row["decision"] == "link":
            methods[row["method"]] += row["decided_count"]
    counts = Counter(finding.severity for finding in findings)
    return Morning(
        entities=tuple(_entities(batch)),
        coverage=tuple(_coverage(batch)),
        types=tuple(_types(findings)),
        severities=tuple((severity, counts[severity]) for severity in SEVERITIES),
        cause_count=len({finding.root_cause for finding in findings}),
        changes=tuple(_changes(batch, facts)),
        people=matched["people"],
        people_methods=tuple((words.label(words.REASONS, name), count) for name, count in sorted(methods.items())),
        skills=matched["skills"],
        roles=matched["roles"],
        drifts=read_drifts(batch),
        currencies=read_currencies(batch),
    )


def read_drifts(batch: Batch) -> tuple[str, ...]:
    """In words, of which skill tags there are clearly more than usual that nothing and nobody places."""
    return tuple(words.drift(**row) for row in rows_of(batch, "tag_drift"))


def read_currencies(batch: Batch) -> tuple[CurrencyTotal, ...]:
    """What was invoiced and shared out in each currency."""
    return tuple(CurrencyTotal(**{**row, "currency": visible(row["currency"])}) for row in rows_of(batch, "currencies"))


def read_incomplete(batch: Batch) -> tuple[Entity, ...]:
    """Entities that were not read whole."""
    return tuple(entity for entity in _entities(batch) if not entity.is_complete)


def _entities(batch: Batch) -> Iterable[Entity]:
    for row in rows_of(batch, "entities"):
        received, kept = row["received_count"], row["kept_count"]
        yield Entity(
            system=row["system"],
            name=visible(row["entity"]).replace("_", " "),
            is_complete=row["is_complete"],
            row_count=row["row_count"],
            expected_count=row["expected_count"],
            reason=visible(row["reason"] or "no reason was recorded"),
            dropped_count=0 if received is None else received - kept,
        )


def _coverage(batch: Batch) -> Iterable[Coverage]:
    counted: dict[str, dict[str, list[tuple[str, int]]]] = {"worker": {}, "learner": {}}
    headcounts = {"worker": 0, "learner": 0}
    for row in rows_of(batch, "coverage"):
        headcounts[row["record_kind"]] = row["headcount"]
        reason = words.label(words.REASONS, visible(row["reason"]))
        counted[row["record_kind"]].setdefault(row["situation"], []).append((reason, row["record_count"]))
    for kind, situations in counted.items():
        lines = {
            name: CoverageLine(
                words.SITUATIONS[name], sum(count for _, count in situations[name]), tuple(situations[name])
            )
            for name in words.SITUATIONS
            if name in situations
        }
        yield Coverage(
            kind,
            headcounts[kind],
            tuple(line for name, line in lines.items() if name not in words.EXCLUDED),
            tuple(line for name, line in lines.items() if name in words.EXCLUDED),
        )


def _types(findings: Sequence[Finding]) -> Iterable[TypeLine]:
    counts = Counter((finding.type, finding.severity) for finding in findings)
    lines = []
    for name in EXCEPTION_TYPES:
        by_severity = tuple(counts[name, severity] for severity in SEVERITIES)
        if any(by_severity):
            lines.append(TypeLine(name, words.label(words.TYPES, name), by_severity, sum(by_severity)))
    return sorted(lines, key=lambda line: tuple(-count for count in line.counts))


def _changes(batch: Batch, facts: NightFacts) -> Iterable[ChangeLine]:
    outlooks: dict[tuple[int, str, str], Counter[Outlook]] = {}
    for row in rows_of(batch, "deltas"):
        key = (FAMILIES.index(row["family"]), words.change(row["operation"], row["entity"]), row["target_system"])
        outlook = facts.outlook(row["wish_id"], row["family"], row["risk"], is_pilot=row["is_pilot"])
        outlooks.setdefault(key, Counter())[outlook] += 1
    for (family_no, change, system), counts in sorted(outlooks.items()):
        family = FAMILIES[family_no]
        yield ChangeLine(
            family=family,
            title=words.label(words.FAMILIES, family),
            change=change,
            system=words.label(words.SYSTEMS, system),
            phase=facts.policy.phase_of(family) + (" in the pilot" if facts.policy.has_pilot else ""),
            total=counts.total(),
            outlooks=counts,
        )
