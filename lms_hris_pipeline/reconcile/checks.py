"""Blocking checks of the reconciliation: every record in one situation, nothing destructive on thin ice."""

from __future__ import annotations

from lms_hris_pipeline.resources.expectations import empty_check
from lms_hris_pipeline.tables import reconcile

checks = [
    empty_check(
        reconcile.SITUATIONS,
        "every_record_once",
        "Every worker record and every account is in exactly one situation.",
        "select 'worker' as record_kind, count(*) as strays from canonical.workers as workers "
        "full join (select * from reconcile.situations where record_kind = 'worker') as situations "
        "on situations.record_id = workers.worker_id_hris "
        "where workers.worker_id_hris is null or situations.record_id is null having count(*) > 0 "
        "union all "
        "select 'learner' as record_kind, count(*) as strays from canonical.learners as learners "
        "full join (select * from reconcile.situations where record_kind = 'learner') as situations "
        "on situations.record_id = learners.learner_id_lms "
        "where learners.learner_id_lms is null or situations.record_id is null having count(*) > 0",
    ),
    empty_check(
        reconcile.PERSON_ACCOUNTS,
        "one_first_account_a_person",
        "No person has two first accounts.",
        "select count(*) from reconcile.person_accounts where role = 'primary' group by person_key having count(*) > 1",
    ),
    empty_check(
        reconcile.PROPOSED_DELTAS,
        "nothing_inferred_from_absence",
        "Nobody is deactivated or created on an incomplete extract.",
        "select operation, count(*) from reconcile.proposed_deltas where "
        "(operation = 'deactivate' and not (select is_complete from raw_hris.extracts where entity = 'workers')) or "
        "(operation = 'create' and not (select is_complete from raw_lms.extracts where entity = 'users')) "
        "group by operation",
    ),
]
