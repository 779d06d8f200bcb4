"""A publication from its locks to its summary. Not here: what is seen and sent (`publication`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from lms_hris_pipeline.connectors.protocols import HrisWriter, LmsWriter
from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.model.errors import BadInput, QuotaExhausted, WrongTenant
from lms_hris_pipeline.publish.bench import Bench, Certificates
from lms_hris_pipeline.publish.publication import Publication
from lms_hris_pipeline.publish.steps import SYSTEMS
from lms_hris_pipeline.publish.summary import PublicationSummary
from lms_hris_pipeline.publish.targets import LmsTarget
from lms_hris_pipeline.settings import Settings


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
    certificates: Certificates | None = None,
    override_by: str | None = None,
    file: Path | None = None,
    told: Callable[[str, int], None] = lambda step, count: None,
    calls: Callable[[], Mapping[str, int]] = dict,
) -> PublicationSummary:
    """Publish what is approved, and settle what an earlier publication left in doubt or unseen.

    Where one vendor's quota ends or its answers fail, the other is still written to, and what was not sent stays
    approved; the summary says so. A failure is raised at the end, an ended quota is not.

    Args:
        active_accounts: what the breaker's share is taken of.
        skill_names: the framework's name by skill id.
        certificates: day of expiry by certification, by account; without them merges wait.
        override_by: the person who lets pass what the breaker would hold back; on the audit trail.
        file: where the summary is written, whatever happens.
        told: hears of each finished step and its number of deltas.
        calls: vendor calls so far by endpoint.

    Raises:
        BadInput: the override names nobody.
        Busy: another publication is under way.
        WrongTenant: a system that answers is not the one the settings name; nothing was sent.
        Transient, Permanent: a vendor stayed out of reach, lets nobody in, or its answers cannot be read.
    """
    if override_by is not None and not override_by.strip():
        raise BadInput("An override of the breaker needs a name\n  Add --by <name>.")
    writers: Mapping[str, LmsWriter | HrisWriter] = {"lms": lms_writer, "hris": hris_writer}
    named = {"lms": settings.lms.fingerprint, "hris": settings.hris.fingerprint}
    with ExitStack() as stack:
        for system in SYSTEMS:
            stack.enter_context(ledger.publisher_lock(system))
        linked = {worker: learner for learner, worker in ledger.live_links().items()}
        bench = Bench(
            LmsTarget(lms_writer, settings.lms.fields), hris_writer, linked, skill_names, certificates,
            threads=settings.publishing.threads,
        )  # fmt: skip
        publication = Publication(
            ledger, bench, settings, clock, batch_id, told,
            lambda system: check_tenant(system, writers[system].fingerprint(), named[system]),
        )  # fmt: skip
        summary = PublicationSummary(batch_id)
        try:
            publication.run(active_accounts, override_by)
        finally:
            _sum_up(summary, publication, calls())
            if file is not None:
                summary.write(file)
    return summary


def _sum_up(summary: PublicationSummary, publication: Publication, calls: Mapping[str, int]) -> None:
    summary.counts = publication.stands.counts()
    summary.held_back = publication.held_back
    summary.stopped_by = "; ".join(str(error).splitlines()[0] for error in publication.stopped.values())
    summary.is_ended_by_quota = any(isinstance(error, QuotaExhausted) for error in publication.stopped.values())
    summary.calls = dict(sorted(calls.items()))


def check_tenant(system: str, found: str, named: str) -> None:
    """Refuse to write to another tenant than the settings name.

    Raises:
        WrongTenant: another one, or the settings name none.
    """
    if found != named:
        raise WrongTenant(
            f"The {system} system that answers is {found!r}, the settings name {named!r}; nothing was sent\n"
            f"  Correct its address or its fingerprint under [{system}] in lms_hris.toml; `lms-hris doctor` shows both."
        )
