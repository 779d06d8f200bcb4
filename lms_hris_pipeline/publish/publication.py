"""The course of a publication: what is approved is sent once, read back, and its evidence kept.

Intent is recorded before a call; after a doubt, and after a restart, the target is read before anything is sent
again. What a delta relied on is held against the target first: where that changed, the delta is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.delta import Delta, DeltaState
from lms_hris_pipeline.model.errors import InDoubt, PipelineError, QuotaExhausted, Refused, WrongTenant
from lms_hris_pipeline.publish.bench import Bench, worker_of
from lms_hris_pipeline.publish.merging import duplicate_of
from lms_hris_pipeline.publish.parallel import call_units
from lms_hris_pipeline.publish.policy import judge, kept_by_phase, overridden
from lms_hris_pipeline.publish.sight import Sight, Stand, Unit
from lms_hris_pipeline.publish.steps import SYSTEMS, Step, by_step, latest_of_each, system_of
from lms_hris_pipeline.publish.summary import Stands
from lms_hris_pipeline.settings import Settings

Outcomes = dict[str, tuple[DeltaState, str]]
UNSETTLED = (DeltaState.SENDING, DeltaState.SENT)
ROUNDS = 3
"""How often a step is tried in one publication where a call stayed without an answer."""

DOUBT_LASTS = timedelta(minutes=30)
"""A write that must not be sent twice may still be under way at the vendor: Workday lets a request run for 30 minutes."""

_ENDED_UNSENT = {
    Stand.DONE: DeltaState.VERIFIED,
    Stand.STALE: DeltaState.STALE,
    Stand.IMPOSSIBLE: DeltaState.FAILED,
}


@dataclass(slots=True)
class Publication:
    """One publication, under its locks.

    Args:
        told: hears of each finished step and its number of deltas.
        check: holds a system's fingerprint against the settings; raises WrongTenant.
        stopped: by system, the error that ended its part of the publication.
        refused: the vendor's reasons by delta, until the target has been read.
    """

    ledger: Ledger
    bench: Bench
    settings: Settings
    clock: Callable[[], datetime]
    batch_id: str
    told: Callable[[str, int], None]
    check: Callable[[str], None]
    stands: Stands = field(default_factory=Stands)
    held_back: list[str] = field(default_factory=list)
    stopped: dict[str, PipelineError] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def run(self, active_accounts: int, override_by: str | None) -> None:
        """Settle what is open, then send what the breaker lets pass; see `publish_approved`."""
        unsettled, waiting = self.ledger.deltas(states=UNSETTLED), self._in_phase()
        concerned = {system_of(delta) for delta in (*unsettled, *waiting)}
        systems = [system for system in SYSTEMS if system in concerned]
        for system in systems:
            self._part(system, self.check)
        for system in systems:
            self._part(system, self._settle, unsettled)
        passing = self._within_limits(active_accounts, override_by)
        for system in systems:
            self._part(system, self._send, passing)
        for error in self.stopped.values():
            if not isinstance(error, QuotaExhausted):
                raise error

    def _part(self, system: str, work: Callable[..., None], *given: Sequence[Delta]) -> None:
        """One system's part; an error ends it and leaves the other system's alone."""
        if system in self.stopped:
            return
        try:
            work(system, *given)
        except WrongTenant:
            raise
        except PipelineError as error:
            self.stopped[system] = error

    def _settle(self, system: str, unsettled: Sequence[Delta]) -> None:
        for step, _, deltas in by_step(unsettled, system):
            self._read_back(step, deltas)

    def _in_phase(self) -> list[Delta]:
        """What is approved and may be sent in its family's phase."""
        approved = self.ledger.sendable()
        kept = kept_by_phase(approved, self.settings.policy)
        for delta in approved:
            if delta.delta_id in kept:
                self.stands.note(delta, f"waiting: {kept[delta.delta_id]}")
        return [delta for delta in approved if delta.delta_id not in kept]

    def _within_limits(self, active_accounts: int, override_by: str | None) -> list[Delta]:
        """What the breaker lets pass of that."""
        waiting = self._in_phase()
        for delta in waiting:
            if system_of(delta) is None:
                self.stands.note(delta, "waiting: this version cannot send it")
        rules = self.settings.publishing
        since = self.clock() - timedelta(days=rules.breaker_window_days)
        recent = self.ledger.sent_since(since)
        held = judge(waiting, recent=recent, active_accounts=active_accounts, settings=rules)
        if held and override_by:
            self.ledger.note_event(
                "breaker_overridden", self.batch_id, overridden(held), by=override_by, now=self.clock()
            )
            return waiting
        self.held_back = [str(one.error()) for one in held]
        kept_back = {key for one in held for key in one.delta_ids}
        for delta in waiting:
            if delta.delta_id in kept_back:
                self.stands.note(delta, "waiting: held back by the breaker")
        return [delta for delta in waiting if delta.delta_id not in kept_back]

    def _send(self, system: str, passing: Sequence[Delta]) -> None:
        for step, name, deltas in by_step(passing, system):
            remaining: Sequence[Delta] = deltas
            for _ in range(ROUNDS):
                remaining = self._run_step(step, remaining)
                if not remaining:
                    break
            self.told(name, len(deltas))

    def _run_step(self, step: Step, deltas: Sequence[Delta]) -> list[Delta]:
        """Read, send what is ready in groups, read back; the deltas of which nothing had arrived."""
        sights = step.see(self.bench, deltas)
        outcomes: Outcomes = {}
        ready = []
        latest = latest_of_each(step, deltas)
        for delta in deltas:
            sight = sights[delta.delta_id]
            if sight.stand in _ENDED_UNSENT:
                outcomes[delta.delta_id] = (_ENDED_UNSENT[sight.stand], sight.reason or "was there already")
            elif sight.stand is Stand.WAITING:
                self.stands.note(delta, f"waiting: {sight.reason}")
            elif delta.delta_id not in latest:
                self.stands.note(delta, "waiting: a later change of the same goes first")
            else:
                ready.append(delta)
        self._finish(deltas, outcomes)
        size = self.settings.publishing.group_size
        try:
            for start in range(0, len(ready), size):
                self._send_group(step, ready[start : start + size])
        except QuotaExhausted:
            raise
        except PipelineError:
            self._read_back(step, self._still_open(ready))
            raise
        return self._read_back(step, self._still_open(ready))

    def _still_open(self, deltas: Sequence[Delta]) -> list[Delta]:
        found: list[Delta] = []
        for start in range(0, len(deltas), 500):
            ids = [delta.delta_id for delta in deltas[start : start + 500]]
            found += self.ledger.deltas(ids=ids, states=UNSETTLED)
        return found

    def _send_group(self, step: Step, group: Sequence[Delta]) -> None:
        """Send one group: intent, calls, what the vendor said."""
        moved = set(self.ledger.begin_sending([delta.delta_id for delta in group], now=self.clock()))
        going = [delta for delta in group if delta.delta_id in moved]
        outcomes: Outcomes = {delta.delta_id: (DeltaState.APPROVED, "not sent") for delta in going}
        try:
            threads = self.bench.threads if step.is_parallel else 1
            call_units(lambda unit: self._call(unit, outcomes), step.send(self.bench, going), threads)
        finally:
            self._finish(going, outcomes)

    def _call(self, unit: Unit, outcomes: Outcomes) -> None:
        """One call, beside others. Without an outcome a delta stays `sending`: in doubt until its target is read.

        What the vendor refuses is read as well: some refuse a whole call for one of its rows.
        """
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
            self.refused |= dict.fromkeys(before, str(refused).splitlines()[0])
            return
        for delta, row in zip(unit.deltas, said, strict=True):
            if not row.is_done:
                self.refused[delta.delta_id] = row.message or "the vendor refused"
                continue
            outcomes[delta.delta_id] = (DeltaState.SENT, "")
            if delta.operation == "create" and row.target_id:
                self.bench.linked[worker_of(delta)] = row.target_id

    def _read_back(self, step: Step, deltas: Sequence[Delta]) -> list[Delta]:
        """Let the target say what arrived; the deltas of which nothing had, approved again."""
        if not deltas:
            return []
        sights = step.see(self.bench, deltas)
        outcomes: Outcomes = {}
        for delta in deltas:
            outcome = self._judged(step, delta, sights[delta.delta_id])
            if outcome is not None:
                outcomes[delta.delta_id] = outcome
            else:
                self.stands.note(delta, "settling" if delta.state is DeltaState.SENT else "in doubt")
        self._finish(deltas, outcomes)
        return [delta for delta in deltas if outcomes.get(delta.delta_id, ("",))[0] is DeltaState.APPROVED]

    def _judged(self, step: Step, delta: Delta, sight: Sight) -> tuple[DeltaState, str] | None:
        """What became of a delta that was sent, or may have been; None where it is too early to say."""
        refusal = self.refused.pop(delta.delta_id, None)
        if sight.stand is Stand.DONE:
            return DeltaState.VERIFIED, ""
        if refusal is not None:
            return DeltaState.FAILED, refusal
        if sight.stand is Stand.IMPOSSIBLE:
            return DeltaState.FAILED, sight.reason
        since = self.clock() - (delta.sent_at or self.clock())
        if delta.state is DeltaState.SENDING:
            if not step.is_repeatable and since < DOUBT_LASTS:
                return None
            return DeltaState.APPROVED, "the target was read: nothing had arrived"
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
            self.ledger.record_links(rows, batch_id=self.batch_id, now=self.clock(), by="publisher")
        for delta in verified:
            if delta.operation == "merge":
                self.ledger.retire_link(duplicate_of(delta), because="merged", now=self.clock(), by="publisher")
        self.ledger.finish(outcomes, now=self.clock())
        for delta in deltas:
            if delta.delta_id in outcomes:
                self.stands.note(delta, str(outcomes[delta.delta_id][0]))
