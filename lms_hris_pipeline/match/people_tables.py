"""Linking of two tables of people that somebody else brings, by the same engine as the nightly's.

Files, checks of what is in them and reports are not here: the columns come validated, ids unique and text, dates parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_weights import Weights
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables.match import PAIR_DECISIONS, RECORDED_LINKS
from lms_hris_pipeline.warehouse import Batch

TEXT_COLUMNS = (
    "employee_number", "first_name", "last_name", "email", "department", "job_title", "manager_email", "location",
)  # fmt: skip
_AS_OF = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LinkedPeople:
    """One row a learner, by learner id, and figures about them worth showing.

    Columns: learner_id, worker_id (null for no_match), decision (link, review, duplicate, no_match), score,
    runner_up_worker_id, runner_up_score, evidence (JSON).
    """

    rows: pa.Table
    shown: Mapping[str, int | float | str]


def link_people(
    workers: pa.Table,
    learners: pa.Table,
    decisions: pa.Table | None,
    settings: MatchSettings,
    weights: Weights | None = None,
) -> LinkedPeople:
    """Each learner's worker. Columns that are missing are taken as empty; `decisions` are obeyed always.

    `workers` has `worker_id`, `learners` has `learner_id`, both any of TEXT_COLUMNS and `hire_date`; `decisions` has
    worker_id, learner_id and decision (same or different).
    """
    batch = Batch.in_memory(as_of=_AS_OF)
    try:
        with batch.lending({"given_workers": _whole(workers), "given_learners": _whole(learners)}):
            for name, query in _CANONICAL.items():
                batch.execute(f"create table {name} as {query}")
        batch.write(RECORDED_LINKS, _empty_links())
        batch.write(PAIR_DECISIONS, _pair_decisions(decisions))
        found = match_people(batch, settings)
    finally:
        batch.close()
    rows = found.rows
    return LinkedPeople(
        pa.table(
            {
                "learner_id": rows["learner_id_lms"],
                "worker_id": rows["worker_id_hris"],
                "decision": rows["decision"],
                "score": rows["score"].cast(pa.float64()),
                "runner_up_worker_id": rows["runner_up_worker_id_hris"],
                "runner_up_score": rows["runner_up_score"].cast(pa.float64()),
                "evidence": rows["evidence"],
            }
        ),
        found.shown,
    )


def _whole(people: pa.Table) -> pa.Table:
    for name in TEXT_COLUMNS:
        if name not in people.column_names:
            people = people.append_column(name, pa.nulls(people.num_rows, pa.string()))
    if "hire_date" not in people.column_names:
        people = people.append_column("hire_date", pa.nulls(people.num_rows, pa.date32()))
    return people


def _empty_links() -> pa.Table:
    return pa.table(
        {
            column.name: pa.array([], pa.timestamp("us") if column.type == "TIMESTAMP" else pa.string())
            for column in RECORDED_LINKS.columns
        }
    )


def _pair_decisions(decisions: pa.Table | None) -> pa.Table:
    if decisions is None:
        decisions = pa.table({name: pa.array([], pa.string()) for name in ("worker_id", "learner_id", "decision")})
    count = decisions.num_rows
    return pa.table(
        {
            "learner_id_lms": decisions["learner_id"],
            "worker_id_hris": decisions["worker_id"],
            "verdict": decisions["decision"],
            "decided_by": pa.array([""] * count, pa.string()),
            "decided_at": pa.array([_AS_OF.replace(tzinfo=None)] * count, pa.timestamp("us")),
        }
    )


_CANONICAL = {
    "canonical.workers": """
        select worker_id as worker_id_hris, employee_number, 'worker:' || worker_id as person_key, first_name, last_name,
            first_name as legal_first_name, last_name as legal_last_name, lower(trim(email)) as email,
            []::varchar[] as former_last_names, []::varchar[] as former_emails, []::varchar[] as former_employee_numbers,
            null::varchar as worker_type, hire_date, hire_date as original_hire_date, null::date as termination_date
        from given_workers""",
    "canonical.employments": """
        select workers.worker_id as worker_id_hris, workers.worker_id as current_worker_id_hris, true as is_current,
            true as is_in_scope, workers.department as supervisory_organization_id, workers.location as location_id,
            null::varchar as cost_center_id, workers.job_title as job_profile_id, managers.worker_id as manager_worker_id_hris
        from given_workers as workers
        left join (select lower(trim(email)) as email, min(worker_id) as worker_id from given_workers group by all having count(*) = 1) as managers
            on managers.email = lower(trim(workers.manager_email))""",
    "canonical.supervisory_organizations": """
        select null::varchar as supervisory_organization_id, null::varchar as name where false""",
    "canonical.learners": """
        select learners.learner_id as learner_id_lms, learners.first_name, learners.last_name, true as is_active,
            null::timestamp as created_at, null::varchar as worker_type, learners.job_title as job_profile_id,
            learners.department, null::varchar as cost_center_id, learners.location as location_id, null::varchar as username,
            managers.learner_id as manager_learner_id_lms, strftime(learners.hire_date, '%Y-%m-%d') as hire_date,
            lower(trim(learners.email)) as email, learners.employee_number, 'employee' as kind
        from given_learners as learners
        left join (select lower(trim(email)) as email, min(learner_id) as learner_id from given_learners group by all having count(*) = 1) as managers
            on managers.email = lower(trim(learners.manager_email))""",
}
