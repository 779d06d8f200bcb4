"""`lms-hris explain` and `try`: one record's way through a sealed batch, read from its tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The records that a word of the user names: worker records, accounts, or both."""

    workers: tuple[str, ...]
    learners: tuple[str, ...]


def run_explain(word: str, batch_id: str | None) -> None:
    """Print import, scope, match, situation, exceptions and deltas of the record that `word` names."""
    settings = load_settings()
    with BatchShelf(settings.firm.data_dir).read(batch_id) as batch:
        found = find_records(batch, word)
        console.print(f"Batch {batch.id}, as of {batch.as_of:%Y-%m-%d %H:%M} UTC")
        for worker in found.workers:
            _explain_worker(batch, worker)
        for learner in found.learners:
            _explain_learner(batch, learner)
        _print_exceptions(batch, found)
        _print_deltas(batch, found, settings)


def run_try(word: str) -> None:
    """Print what a night would send for one person, and what holds it back."""
    settings = load_settings()
    with BatchShelf(settings.firm.data_dir).read() as batch:
        found = find_records(batch, word)
        if not found.workers:
            raise BadInput(f"{word!r} is an account with no worker; `lms-hris explain {word}` says why")
        console.print(f"A dry run on batch {batch.id}; nothing is sent.")
        for worker in found.workers:
            _explain_worker(batch, worker)
        _print_deltas(batch, found, settings)


def find_records(batch: Batch, word: str) -> Found:
    """The records whose id, employee number, user name or e-mail is `word`, and their partners.

    Raises:
        BadInput: nothing, or more than one person, is named so.
    """
    workers = _ids(
        batch,
        "select worker_id_hris from canonical.workers where worker_id_hris = $word or employee_number = $word "
        "or email = lower($word) or list_contains(former_employee_numbers, $word) order by 1",
        word,
    )
    learners = _ids(
        batch,
        "select learner_id_lms from canonical.learners where learner_id_lms = $word or lower(username) = lower($word) "
        "or email = lower($word) order by 1",
        word,
    )
    if not workers and not learners:
        raise BadInput(
            f"Neither system has a record called {word!r} in batch {batch.id}\n"
            "  Name a worker id, an employee number, an account id, a user name or an e-mail.\n"
            "  A person hired since then appears after the next run."
        )
    partners = "select learner_id_lms from match.people where worker_id_hris in (select unnest($ids)) order by 1"
    linked = [row[0] for row in batch.execute(partners, {"ids": workers})] if workers else []
    back = "select worker_id_hris from match.people where learner_id_lms in (select unnest($ids)) and worker_id_hris is not null order by 1"
    matched = [row[0] for row in batch.execute(back, {"ids": learners})] if learners and not workers else []
    return Found(tuple(dict.fromkeys([*workers, *matched])), tuple(dict.fromkeys([*learners, *linked])))


def _ids(batch: Batch, query: str, word: str) -> list[str]:
    return [str(row[0]) for row in batch.execute(query, {"word": word})]


def _explain_worker(batch: Batch, worker: str) -> None:
    rows = batch.execute(
        """
        select
            workers.employee_number, workers.worker_type, workers.first_name, workers.last_name, workers.email,
            workers.hire_date, workers.termination_date, employments.status, employments.scope_reason,
            employments.local_date, employments.is_on_leave, employments.current_worker_id_hris,
            employments.job_profile_id, employments.supervisory_organization_id, employments.cost_center_id,
            employments.location_id, situations.situation, situations.reason, situations.partner_id
        from canonical.workers as workers
        inner join canonical.employments as employments using (worker_id_hris)
        left join reconcile.situations as situations
            on situations.record_kind = 'worker' and situations.record_id = workers.worker_id_hris
        where workers.worker_id_hris = $worker
        """,
        {"worker": worker},
    )
    for row in rows:
        (number, kind, first, last, email, hired, ended, status, scope, day, leave, current, *rest) = row
        profile, organization, center, location, situation, reason, partner = rest
        grid = _grid(f"Worker {worker}")
        grid.add_row("imported", f"{kind} {number}: {first} {last}, {email or 'no e-mail'}")
        grid.add_row(
            "employment", f"{status} on {day}; hired {hired}, last day {ended or 'open'}{'; on leave' if leave else ''}"
        )
        grid.add_row(
            "place", f"job {profile}, organisation {organization}, cost centre {center or 'none'}, location {location}"
        )
        if current != worker:
            grid.add_row("person", f"worker {current} stands for the person now")
        grid.add_row("scope", scope.replace("_", " "))
        grid.add_row(
            "situation", f"{situation}{f' ({reason})' if reason else ''}{f'; account {partner}' if partner else ''}"
        )
        console.print(grid)


def _explain_learner(batch: Batch, learner: str) -> None:
    rows = batch.execute(
        """
        select
            learners.username, learners.first_name, learners.last_name, learners.kind, learners.is_active,
            people.decision, people.method, people.score, people.reason, people.worker_id_hris,
            people.runner_up_worker_id_hris, people.runner_up_score, people.evidence,
            situations.situation, situations.reason
        from canonical.learners as learners
        left join match.people as people using (learner_id_lms)
        left join reconcile.situations as situations
            on situations.record_kind = 'learner' and situations.record_id = learners.learner_id_lms
        where learners.learner_id_lms = $learner
        """,
        {"learner": learner},
    )
    for row in rows:
        (
            username,
            first,
            last,
            kind,
            active,
            decision,
            method,
            score,
            why,
            worker,
            runner,
            runner_score,
            evidence,
            *rest,
        ) = row
        grid = _grid(f"Account {learner}")
        grid.add_row("imported", f"{username}: {first} {last}; {kind}, {'active' if active else 'inactive'}")
        if decision is None:
            grid.add_row("match", f"accounts of kind {kind} are not matched")
        else:
            grid.add_row(
                "match",
                f"{decision} by {method}{f', probability {score}' if score is not None else ''}{f', worker {worker}' if worker else ''}",
            )
            grid.add_row("why", why)
            if runner:
                grid.add_row("runner-up", f"worker {runner}, probability {runner_score}")
            for line in _evidence_lines(evidence):
                grid.add_row("", line)
        situation, reason = rest
        grid.add_row("situation", f"{situation}{f' ({reason})' if reason else ''}")
        console.print(grid)


def _evidence_lines(evidence: str | None) -> list[str]:
    found: Any = json.loads(evidence) if evidence else {}
    fields = found.get("fields", found) if isinstance(found, dict) else found
    if isinstance(fields, dict):
        fields = [
            {"field": name, **value} if isinstance(value, dict) else {"field": name, "level": value}
            for name, value in fields.items()
        ]
    return [
        f"{item.get('field')}: {item.get('level')}"
        + (f" ({item['weight']:+.2f})" if isinstance(item.get("weight"), int | float) else "")
        for item in fields
        if isinstance(item, dict)
    ]


def _print_exceptions(batch: Batch, found: Found) -> None:
    rows = batch.execute(
        """
        select severity, type, field, hris_value, lms_value, suggested_action from reconcile.exceptions
        where worker_id_hris in (select unnest($workers)) or learner_id_lms in (select unnest($learners))
        order by severity, type, field
        """,
        {"workers": list(found.workers), "learners": list(found.learners)},
    )
    if rows:
        grid = _grid("Exceptions")
        for severity, kind, field, hris, lms, action in rows:
            grid.add_row(severity, f"{kind} {field}: HR {_value(hris)}, LMS {_value(lms)}. {action}")
        console.print(grid)


def _print_deltas(batch: Batch, found: Found, settings: Settings) -> None:
    rows = batch.execute(
        """
        select operation, entity, family, risk, desired, reason, wish_id from reconcile.proposed_deltas
        where worker_id_hris in (select unnest($workers)) or learner_id_lms in (select unnest($learners))
        order by operation, entity, wish_id
        """,
        {"workers": list(found.workers), "learners": list(found.learners)},
    )
    grid = _grid("Proposed changes")
    for operation, entity, family, risk, desired, reason, wish in rows:
        phase = settings.policy.phase_of(family)
        grid.add_row(
            f"{operation} {entity}",
            f"{desired}\n{reason} Risk {risk}, family {family} in phase {phase}; wish {wish[:12]}",
        )
    if not rows:
        grid.add_row("none", "nothing differs that may be changed")
    console.print(grid)


def _value(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


class _Plain(Grid):
    """A grid whose cells are plain text: a record can hold nothing that formats the terminal."""

    def add_row(self, *cells: object, **options: Any) -> None:
        super().add_row(*(Text(_inert(str(cell))) for cell in cells), **options)


def _inert(text: str) -> str:
    return "".join(char if char == "\n" or char.isprintable() else "\ufffd" for char in text)


def _grid(title: str) -> _Plain:
    grid = _Plain(
        title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 2, 0, 0)
    )
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid
