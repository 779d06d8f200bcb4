"""`lms-hris explain` and `try`: one record's way through a sealed batch, read from its tables and the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lms_hris_pipeline.cli.breaker import what_the_breaker_holds
from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.queries import ask
from lms_hris_pipeline.cli.terminal import say, show_record
from lms_hris_pipeline.ledger import open_ledger
from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.model.waterfall import waterfall_lines
from lms_hris_pipeline.settings import Phase, Settings, load_settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf

REVIEW = "identity_review"


@dataclass(frozen=True, slots=True)
class Found:
    """The records of one person: worker records, accounts, or both."""

    workers: tuple[str, ...]
    learners: tuple[str, ...]

    @property
    def params(self) -> dict[str, object]:
        """As parameters of a query."""
        return {"workers": list(self.workers), "learners": list(self.learners)}


def run_explain(word: str, batch_id: str | None) -> None:
    """Print import, scope, match, situation, skills, exceptions and deltas of the record that `word` names."""
    settings = load_settings()
    with BatchShelf(settings.firm.data_dir).read(batch_id) as batch:
        found = find_records(batch, word)
        say(f"Batch {batch.id}, as of {_local(batch, settings)}")
        for worker in found.workers:
            _explain_worker(batch, worker)
        for learner in found.learners:
            _explain_learner(batch, learner)
        _print_skills(batch, found)
        _print_exceptions(batch, found)
        _print_deltas(batch, found, settings)


def run_try(word: str) -> None:
    """Print what a night would send for one person, and what holds it back."""
    settings = load_settings()
    with BatchShelf(settings.firm.data_dir).read() as batch:
        found = find_records(batch, word)
        if not found.workers:
            raise BadInput(f"{word!r} is an account with no worker; `lms-hris explain {word}` says why")
        say(f"A dry run on batch {batch.id}, as of {_local(batch, settings)}; nothing is sent.")
        for worker in found.workers:
            _explain_worker(batch, worker)
        _print_undecided(batch, found)
        _print_deltas(batch, found, settings)


def _local(batch: Batch, settings: Settings) -> str:
    return f"{batch.as_of.astimezone(settings.firm.zone):%Y-%m-%d %H:%M %Z}"


def find_records(batch: Batch, word: str) -> Found:
    """The records of the person whose id, employee number, user name or e-mail is `word`.

    `worker:<id>` and `learner:<id>`, as `deltas list` writes them, are taken as ids.

    Raises:
        BadInput: nothing, or more than one person, is named so.
    """
    kind, colon, rest = word.partition(":")
    by_id = bool(colon) and kind in {"worker", "learner"}
    params = {"word": rest if by_id else word, "by_id": by_id}
    workers = ask(batch, "named_workers", params) if not by_id or kind == "worker" else []
    learners = ask(batch, "named_learners", params) if not by_id or kind == "learner" else []
    if not workers and not learners:
        raise BadInput(
            f"Neither system has a record called {word!r} in batch {batch.id}\n"
            "  Name a worker id, an employee number, an account id, a user name or an e-mail.\n"
            "  A person hired since then appears after the next run."
        )
    people = {person for _, person in workers} | {person or f"learner:{learner}" for learner, person in learners}
    if len(people) > 1:
        names = [f"worker:{worker}" for worker, _ in workers] + [f"learner:{learner}" for learner, _ in learners]
        raise BadInput(f"{word!r} names more than one person\n  Write one of: {', '.join(names)}")
    known = [person for _, person in (*workers, *learners) if person]
    if not known:
        return Found((), tuple(learner for learner, _ in learners))
    records = [row[0] for row in ask(batch, "workers_of_person", {"person": known[0]})]
    accounts = [row[0] for row in ask(batch, "accounts_of_workers", {"workers": records})]
    return Found(tuple(records), tuple(dict.fromkeys([*(learner for learner, _ in learners), *accounts])))


def _explain_worker(batch: Batch, worker: str) -> None:
    for row in ask(batch, "explained_worker", {"worker": worker}):
        (number, kind, first, last, email, hired, ended, status, scope, day, leave, current, *rest) = row
        profile, organization, center, location, situation, reason, partner = rest
        lines = []
        name = " ".join(part for part in (first, last) if part) or "no name"
        lines.append(("imported", f"{kind} {number or 'without a number'}: {name}, {email or 'no e-mail'}"))
        on_leave = "; on leave" if leave else ""
        lines.append(("employment", f"{status} on {day}; hired {hired}, last day {ended or 'open'}{on_leave}"))
        lines.append(
            (
                "place",
                f"job {profile or 'none'}, organisation {organization or 'none'}, cost centre {center or 'none'}, "
                f"location {location or 'none'}",
            )
        )
        if current != worker:
            lines.append(("person", f"worker {current} stands for the person now"))
        lines.append(("scope", scope.replace("_", " ")))
        lines.append(("situation", _situation(situation, reason) + (f"; account {partner}" if partner else "")))
        show_record(f"Worker {worker}", lines)


def _explain_learner(batch: Batch, learner: str) -> None:
    for row in ask(batch, "explained_learner", {"learner": learner}):
        username, first, last, kind, active, *matched = row
        decision, method, score, why, worker, runner, runner_score, evidence, situation, reason = matched
        lines = []
        name = " ".join(part for part in (first, last) if part) or "no name"
        lines.append(("imported", f"{username}: {name}; {kind}, {'active' if active else 'inactive'}"))
        if decision is None:
            lines.append(("match", f"accounts of kind {kind} are not matched"))
        else:
            chance = f", probability {score}" if score is not None else ""
            by = "" if method == "none" else f" by {method}"
            lines.append(("match", f"{decision.replace('_', ' ')}{by}{chance}{f', worker {worker}' if worker else ''}"))
            lines.append(("why", why))
            told = waterfall_lines(evidence)
            lines += [("evidence" if not place else "", line) for place, line in enumerate(told)]
            if runner:
                lines.append(("runner-up", f"worker {runner}, probability {runner_score}"))
        lines.append(("situation", _situation(situation, reason)))
        show_record(f"Account {learner}", lines)


def _situation(situation: str | None, reason: str | None) -> str:
    return (situation or "none").replace("_", " ") + (f" ({reason})" if reason else "")


def _print_skills(batch: Batch, found: Found) -> None:
    """Skills that are shown, by which evidence, and what HR holds of each."""
    lines = []
    for name, comparison, shown, held, source, course, day, score, confidence, ends in ask(
        batch, "explained_skills", {"workers": list(found.workers)}
    ):
        if shown is None:
            evidence = "nothing shows it"
        else:
            points = "" if score is None else f", score {score.normalize():f}"
            until = f", certificate until {ends}" if ends else ""
            evidence = f"level {shown} by {source}: {course} on {day}{points}{until}; confidence {confidence:.2f}"
        record = "not on record" if comparison == "new" else "no level" if held is None else f"level {held}"
        lines.append((name, f"{evidence}. HR: {record} ({comparison})"))
    if lines:
        show_record("Skills", lines)


def _print_exceptions(batch: Batch, found: Found) -> None:
    rows = ask(batch, "explained_exceptions", found.params)
    if rows:
        lines = []
        for severity, kind, field, hris, lms, action, worker, learner in rows:
            text = f"{kind} {field}: HR {_value(hris)}, LMS {_value(lms)}. {action}"
            if kind == REVIEW and worker and learner:
                text += f"\nDecide with: {_how_to_decide(learner, worker)}"
            lines.append((severity, text))
        show_record("Exceptions", lines)


def _print_undecided(batch: Batch, found: Found) -> None:
    """What keeps a person's account from being changed or made until somebody decides whose it is."""
    lines = [
        (
            f"account {learner}",
            f"Is the account {_value(lms)} the worker {_value(hris)}?\n{_how_to_decide(learner, worker)}",
        )
        for _, kind, _, hris, lms, _, worker, learner in ask(batch, "explained_exceptions", found.params)
        if kind == REVIEW and worker and learner
    ]
    if lines:
        show_record("Waits for a decision", lines)


def _how_to_decide(learner: str, worker: str) -> str:
    return f"lms-hris matches same|different {learner} {worker}"


def _print_deltas(batch: Batch, found: Found, settings: Settings) -> None:
    rows = ask(batch, "explained_deltas", found.params)
    lines = []
    standings: dict[str, str] = {}
    held: dict[str, str] = {}
    if rows:
        wishes = [row[-1] for row in rows]
        (active,) = ask(batch, "active_accounts")[0]
        ledger = open_ledger(settings.ledger_url)
        try:
            standings = ledger.states_of(wishes)
            held = what_the_breaker_holds(
                ledger, wishes, active_accounts=active, settings=settings.publishing, now=clock_of(settings)()
            )
        finally:
            ledger.close()
    for operation, entity, family, risk, desired, reason, is_pilot, wish in rows:
        phase = settings.policy.phase_of(family, is_pilot=is_pilot)
        waits = what_holds_back(standings.get(wish), family, risk, phase, settings)
        lines.append(
            (
                f"{operation} {entity}",
                f"{_values(desired)}\n{reason} Risk {risk}, family {family}; wish {wish[:12]}\n"
                + " ".join([waits, *([held[wish]] if wish in held else [])]),
            )
        )
    if not rows:
        lines.append(("none", "nothing differs that may be changed"))
    show_record("Proposed changes", lines)


def what_holds_back(state: str | None, family: str, risk: str, phase: Phase, settings: Settings) -> str:
    """Where a wish stands, and what it waits for; `state` is the ledger's, None where it holds none.

    Args:
        phase: the family's for this change, which outside the pilot is shadow.
    """
    if state is None:
        return "Not sent: its family is off." if phase == "off" else "Not in the ledger: the batch did not get there."
    if state == "shadow":
        if phase != settings.policy.phase_of(family):
            return f"Not sent: the person is not in the pilot, for which alone {family} is in phase {settings.policy.phase_of(family)}."
        return f"Not sent: the family {family} is in phase shadow."
    if state == DeltaState.PROPOSED and risk == "advice":
        return "Advice to a person: nothing sends it. Enter it in the HR system, or reject it."
    if state == DeltaState.PROPOSED:
        limit = settings.policy.auto_approve_risk
        why = f"risk {risk} is above {limit}" if phase == "auto" else f"the family {family} is in phase {phase}"
        return f"Waits for a person: {why}."
    if state in (DeltaState.APPROVED, DeltaState.AUTO_APPROVED):
        return f"{state.replace('_', ' ').capitalize()}: sent by the next night or `lms-hris publish`."
    return f"{state.replace('_', ' ').capitalize()}."


def _values(desired: str) -> str:
    """The values wanted, as `field = value`."""
    found: dict[str, object] = json.loads(desired)
    return ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in found.items())


def _value(value: str | None) -> str:
    return "nothing" if value is None else repr(value)
