"""Blocking checks of the canonical tables beyond their contracts: records of one table meet those of another."""

from __future__ import annotations

from lms_hris_pipeline.resources.expectations import empty_check
from lms_hris_pipeline.tables import canonical

checks = [
    empty_check(
        canonical.EMPLOYMENTS,
        "every_worker_once",
        "Every worker record has exactly one employment row, and nobody else has.",
        "select count(*) from canonical.workers as workers "
        "full join canonical.employments as employments on employments.worker_id_hris = workers.worker_id_hris "
        "where workers.worker_id_hris is null or employments.worker_id_hris is null having count(*) > 0",
    ),
    empty_check(
        canonical.EMPLOYMENTS,
        "one_current_record_a_person",
        "Every person has exactly one current worker record.",
        "select person_key from canonical.employments group by person_key having count(*) filter (is_current) <> 1",
    ),
    empty_check(
        canonical.COMPLETIONS,
        "no_completion_lost",
        "Every completed enrolment with a date is a completion.",
        "select count(*) from canonical.enrolments as enrolments "
        "anti join canonical.completions as completions "
        "on completions.enrolment_id_lms = enrolments.enrolment_id_lms "
        "where enrolments.status = 'completed' and enrolments.completed_at is not null having count(*) > 0",
    ),
]
