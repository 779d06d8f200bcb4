"""From a sealed batch to the ledger: links, cases and deltas, each taken in once however often it is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from lms_hris_pipeline.ledger import Finding, Ledger
from lms_hris_pipeline.model.delta import ProposedDelta
from lms_hris_pipeline.publish.voiding import void_contradicted
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline.warehouse import Batch


def is_whole(batch: Batch) -> bool:
    """Whether every extract of the batch is complete: only then does something follow from absence."""
    query = (
        "select bool_and(is_complete) from "
        "(select is_complete from raw_hris.extracts union all select is_complete from raw_lms.extracts)"
    )
    return bool(batch.execute(query)[0][0])


def take_in(batch: Batch, ledger: Ledger, settings: Settings, *, now: datetime) -> Mapping[str, int]:
    """Record what a batch found: sure links, open cases, proposed deltas. Counts by what became of them.

    Links are recorded only where both sides were read whole: a partner that is missing could be the better one.
    """
    whole = is_whole(batch)
    links = _new_links(batch) if whole else []
    linked = ledger.record_links(links, batch_id=batch.id, now=now) if links else 0
    findings = (Finding(*row) for row in batch.execute("select exception_id, type from reconcile.exceptions"))
    cases = ledger.upsert_cases(findings, batch_id=batch.id, now=now, is_complete=whole)
    voided = 0 if whole else void_contradicted(batch, ledger, now=now)
    summary = ledger.propose(
        proposed(batch),
        batch_id=batch.id,
        as_of=batch.as_of,
        now=now,
        policy=settings.policy,
        is_complete=whole,
        rejection_days=settings.publishing.rejection_days,
    )
    return {"links": linked, "cases": len(cases), "voided": voided, **asdict(summary)}


def proposed(batch: Batch) -> list[ProposedDelta]:
    """The wishes of a batch."""
    rows = batch.read(reconcile.PROPOSED_DELTAS).to_pylist()
    return [ProposedDelta(**row) for row in rows]


def _new_links(batch: Batch) -> list[tuple[str, str, str, str]]:
    rows = batch.execute(
        "select learner_id_lms, matched_worker_id_hris, role from reconcile.person_accounts "
        "where not is_recorded order by learner_id_lms"
    )
    return [(learner, worker, role, "matcher") for learner, worker, role in rows]
