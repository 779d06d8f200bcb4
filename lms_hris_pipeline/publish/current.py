"""Publication on the strength of a sealed batch: active accounts, skills' names, certificates of duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from lms_hris_pipeline.ledger import Ledger
from lms_hris_pipeline.publish.run import publish_with
from lms_hris_pipeline.publish.summary import PublicationSummary
from lms_hris_pipeline.settings import Secrets, Settings
from lms_hris_pipeline.warehouse import BatchShelf

_CERTIFICATES = """
    with concerned as (
        select accounts.learner_id_lms, accounts.primary_learner_id_lms
        from reconcile.person_accounts as accounts
        where accounts.role = 'duplicate'
    )
    select
        certificates.learner_id_lms,
        certificates.certification_id_lms,
        coalesce(strftime(certificates.expires_date, '%Y-%m-%d'), '')
    from canonical.certificates as certificates
    where
        certificates.learner_id_lms in (select concerned.learner_id_lms from concerned)
        or certificates.learner_id_lms in (select concerned.primary_learner_id_lms from concerned)
    order by 1, 2
"""


def publish_current(
    settings: Settings,
    secrets: Secrets,
    ledger: Ledger,
    shelf: BatchShelf,
    *,
    clock: Callable[[], datetime],
    file: Path,
    batch_id: str | None = None,
    override_by: str | None = None,
    told: Callable[[str, int], None] = lambda step, count: None,
) -> PublicationSummary:
    """Publish what is approved; `batch_id` None means the current batch. `file` gets the summary.

    Raises:
        BadInput: there is no sealed batch, or secrets are missing.
        Busy, WrongTenant, Transient: as `publish_with`.
    """
    with shelf.read(batch_id) as batch:
        active = batch.execute("select count(*) from canonical.learners where is_active")[0][0]
        names = dict(batch.execute("select skill_id, name from canonical.framework_skills"))
        certificates: dict[str, dict[str, str]] = defaultdict(dict)
        for learner, certification, expires in batch.execute(_CERTIFICATES):
            certificates[learner][certification] = expires
        name = batch.id
    return publish_with(
        settings,
        secrets,
        ledger,
        clock=clock,
        batch_id=name,
        active_accounts=int(active),
        skill_names=names,
        certificates=certificates,
        override_by=override_by,
        file=file,
        told=told,
    )
