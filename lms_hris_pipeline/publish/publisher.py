"""Publication: what is approved is sent once, read back, and its evidence kept.

Intent is recorded before a call; after a doubt, and after a restart, the target is read before anything is sent
again. What a delta relied on is held against the target first: where that changed, the delta is stale.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from lms_hris_pipeline.connectors.protocols import HrisWriter, LmsWriter
from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.delta import Delta, DeltaState
from lms_hris_pipeline.model.errors import InDoubt, QuotaExhausted, Refused, Transient, WrongTenant
from lms_hris_pipeline.publish.bench import Bench, worker_of
from lms_hris_pipeline.publish.policy import judge
from lms_hris_pipeline.publish.sight import Sight, Stand, Unit
from lms_hris_pipeline.publish.steps import Step, by_step
from lms_hris_pipeline.publish.targets import LmsTarget
from lms_hris_pipeline.settings import Settings

Outcomes = dict[str, tuple[DeltaState, str]]
ROUNDS = 3
"""How often a step is tried in one publication where a call stayed without an answer."""


@dataclass(slots=True)
class PublicationSummary:
    """What a publication did: deltas by operation and last state, what was held back and why, vendor calls."""

    batch_id: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    held_back: list[str] = field(default_factory=list)
    stopped_by: str = ""
    calls: dict[str, int] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Write the summary as JSON, whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(file)


def publish_approved(
    ledger: Ledger,
    lms_writer: LmsWriter,
    hris_writer: HrisWriter,
    *,
    settings: Settings,
    clock: Callable[[], datetime],
    batch_id: str,
    active_accounts: int,
    skill_names: Mapping[str, str],
    override_by: str | None = None,
    file: Path | None = None,
    told: Callable[[str, int], None] = lambda step, count: None,
    calls: Callable[[], Mapping[str, int]] = dict,
) -> PublicationSummary:
    """Publish what is approved, and settle what an earlier publication left in doubt or unseen.

    Args:
        active_accounts: what the breaker's share is taken of.
        skill_names: the framework's name by skill id.
        override_by: the person who lets pass what the breaker would hold back; on the audit trail.
        file: where the summary is written, whatever happens.
        told: hears of each finished step and its number of deltas.
        calls: vendor calls so far by endpoint.

    Raises:
        Busy: another publication is under way.
        WrongTenant: a system that answers is not the one the settings name; nothing was sent.
        Transient: a vendor stayed out of reach; what was not sent stays approved.
    """
    summary = PublicationSummary(batch_id)
    with ExitStack() as stack:
        for target in ("lms", "hris"):
            stack.enter_context(ledger.publisher_lock(target))
        if not ledger.deltas(states=(DeltaState.SENDING, DeltaState.SENT), limit=1) and not ledger.sendable():
            return _written(summary, file, calls)
        check_tenant("learning", lms_writer.fingerprint(), settings.lms.fingerprint)
        check_tenant("HR", hris_writer.fingerprint(), settings.hris.fingerprint)
        linked = {worker: learner for learner, worker in ledger.live_links().items()}
        bench = Bench(LmsTarget(lms_writer, settings.lms.fields), hris_writer, linked, skill_names)
        publication = _Publication(ledger, bench, settings, clock, summary, told)
        try:
            publication.run(active_accounts, override_by)
        except QuotaExhausted as error:
            summary.stopped_by = str(error)
        finally:
            _written(summary, file, calls)
    return summary


def check_tenant(system: str, found: str, named: str) -> None:
    """Refuse to write to another tenant than the settings name.

    Raises:
        WrongTenant: another one, or the settings name none.
    """
    if found != named:
        raise WrongTenant(
            f"The {system} system that answers is {found!r}, the settings name {named!r}; nothing was sent\n"
            "  Correct its address or its fingerprint in lms_hris.toml; `lms-hris doctor` shows both."
        )


def _written(
    summary: PublicationSummary, file: Path | None, calls: Callable[[], Mapping[str, int]]
) -> PublicationSummary:
    summary.calls = dict(sorted(calls().items()))
    if file is not None:
        summary.write(file)
    return summary


@dataclass(frozen=True, slots=True)
class _Publication:
    """One publication under its locks."""

    ledger: Ledger
    bench: Bench
    settings: Settings
    clock: Callable[[], datetime]
    summary: PublicationSummary
    told: Callable[[str, int], None]

    def run(self, active_accounts: int, override_by: str | None) -> None:
        for step, _, deltas in by_step(self.ledger.deltas(states=(DeltaState.SENDING, DeltaState.SENT))):
            self._read_back(step, deltas)
        waiting = self._within_limits(active_accounts, override_by)
        for step, name, deltas in by_step(waiting):
            remaining: Sequence[Delta] = deltas
            for _ in range(ROUNDS):
                remaining = self._run_step(step, remaining)
                if not remaining or not step.is_repeatable:
                    break
            self.told(name, len(deltas))

    def _within_limits(self, active_accounts: int, override_by: str | None) -> list[Delta]:
        """What the breaker lets pass."""
        waiting = self.ledger.sendable()
        rules = self.settings.publishing
        since = self.clock() - timedelta(days=rules.breaker_window_days)
        recent = self.ledger.sent_since(since)
        held = judge(waiting, recent=recent, active_accounts=active_accounts, settings=rules)
        if held and override_by:
            detail: dict[str, object] = {one.family: one.count for one in held}
            self.ledger.note_event(
                "breaker_overridden", self.summary.batch_id, detail, by=override_by, now=self.clock()
            )
            return waiting
        self.summary.held_back += [str(one.error()) for one in held]
        kept_back = {key for one in held for key in one.delta_ids}
        return [delta for delta in waiting if delta.delta_id not in kept_back]

    def _run_step(self, step: Step, deltas: Sequence[Delta]) -> list[Delta]:
        """Read, send what is ready in groups, read back; the deltas of which nothing had arrived."""
        sights = step.see(self.bench, deltas)
        outcomes: Outcomes = {}
        for delta in deltas:
            sight = sights[delta.delta_id]
            if sight.stand is Stand.DONE:
                outcomes[delta.delta_id] = (DeltaState.VERIFIED, "was there already")
            elif sight.stand is Stand.STALE:
                outcomes[delta.delta_id] = (DeltaState.STALE, sight.reason)
            elif sight.stand is Stand.IMPOSSIBLE:
                outcomes[delta.delta_id] = (DeltaState.FAILED, sight.reason)
            elif sight.stand is Stand.WAITING:
                self._count(delta, f"waiting: {sight.reason}")
        self._finish(deltas, outcomes)
        ready = [delta for delta in deltas if sights[delta.delta_id].stand is Stand.READY]
        sent: list[Delta] = []
        size = self.settings.publishing.group_size
        try:
            for start in range(0, len(ready), size):
                sent += self._send_group(step, ready[start : start + size])
        except QuotaExhausted:
            raise
        except Transient:
            self._read_back(step, sent)
            raise
        return self._read_back(step, self._still_open(sent))

    def _still_open(self, deltas: Sequence[Delta]) -> list[Delta]:
        found: list[Delta] = []
        for start in range(0, len(deltas), 500):
            ids = [delta.delta_id for delta in deltas[start : start + 500]]
            found += self.ledger.deltas(ids=ids, states=(DeltaState.SENDING, DeltaState.SENT))
        return found

    def _send_group(self, step: Step, group: Sequence[Delta]) -> list[Delta]:
        """Send one group: intent, calls, what the vendor said; those whose effect is still to be seen."""
        moved = set(self.ledger.begin_sending([delta.delta_id for delta in group], now=self.clock()))
        going = [delta for delta in group if delta.delta_id in moved]
        outcomes: Outcomes = {delta.delta_id: (DeltaState.APPROVED, "not sent") for delta in going}
        try:
            for unit in step.send(self.bench, going):
                self._call(unit, outcomes)
        finally:
            self._finish(going, outcomes)
        return [d for d in going if d.delta_id not in outcomes or outcomes[d.delta_id][0] is DeltaState.SENT]

    def _call(self, unit: Unit, outcomes: Outcomes) -> None:
        """One call. Without an outcome a delta stays `sending`: in doubt until its target is read."""
        before = {delta.delta_id: outcomes.pop(delta.delta_id) for delta in unit.deltas}
        try:
            said = unit.call()
        except InDoubt:
            return
        except QuotaExhausted:
            if unit.is_single:
                outcomes |= before
            raise
        except Refused as refused:
            message = str(refused).splitlines()[0]
            outcomes |= dict.fromkeys(before, (DeltaState.FAILED, message))
            return
        for delta, row in zip(unit.deltas, said, strict=True):
            if row.is_done:
                outcomes[delta.delta_id] = (DeltaState.SENT, "")
                if delta.operation == "create" and row.target_id:
                    self.bench.linked[worker_of(delta)] = row.target_id
            else:
                outcomes[delta.delta_id] = (DeltaState.FAILED, row.message or "the vendor refused")

    def _read_back(self, step: Step, deltas: Sequence[Delta]) -> list[Delta]:
        """Let the target say what arrived; the deltas of which nothing had, approved again."""
        if not deltas:
            return []
        sights = step.see(self.bench, deltas)
        outcomes = {
            delta.delta_id: outcome
            for delta in deltas
            if (outcome := self._judged(delta, sights[delta.delta_id])) is not None
        }
        self._finish(deltas, outcomes)
        for delta in deltas:
            if delta.delta_id not in outcomes:
                self._count(delta, "settling")
        return [delta for delta in deltas if outcomes.get(delta.delta_id, ("",))[0] is DeltaState.APPROVED]

    def _judged(self, delta: Delta, sight: Sight) -> tuple[DeltaState, str] | None:
        if sight.stand is Stand.DONE:
            return DeltaState.VERIFIED, ""
        if sight.stand is Stand.IMPOSSIBLE:
            return DeltaState.FAILED, sight.reason
        if delta.state is DeltaState.SENDING:
            return DeltaState.APPROVED, "the target was read: nothing had arrived"
        since = self.clock() - (delta.sent_at or self.clock())
        if since < timedelta(hours=self.settings.publishing.settle_hours):
            return None
        return DeltaState.FAILED, sight.reason or "accepted by the vendor, and not there after the settle window"

    def _finish(self, deltas: Sequence[Delta], outcomes: Outcomes) -> None:
        """Record links and states. Links first: killed in between, the next publication sees the account again."""
        if not outcomes:
            return
        verified = [d for d in deltas if outcomes.get(d.delta_id, ("",))[0] is DeltaState.VERIFIED]
        rows = [
            (self.bench.linked[worker_of(delta)], worker_of(delta), "primary", "publication")
            for delta in verified
            if delta.operation == "create"
        ]
        if rows:
            self.ledger.record_links(rows, batch_id=self.summary.batch_id, now=self.clock(), by="publisher")
        for delta in verified:
            if delta.operation == "merge":
                gone = str(delta.desired["duplicate_learner_id"])
                self.ledger.retire_link(gone, because="merged", now=self.clock(), by="publisher")
        self.ledger.finish(outcomes, now=self.clock())
        for delta in deltas:
            state = outcomes.get(delta.delta_id, (None,))[0]
            if state is not None and state is not DeltaState.SENT:
                self._count(delta, str(state))

    def _count(self, delta: Delta, state: str) -> None:
        counts = Counter(self.summary.counts.get(f"{delta.operation} {delta.entity}", {}))
        counts[state] += 1
        self.summary.counts[f"{delta.operation} {delta.entity}"] = dict(sorted(counts.items()))
