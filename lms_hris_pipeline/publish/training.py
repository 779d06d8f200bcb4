"""The steps that write completions and skills. Not here: the merge, which moves completions (`merging`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from lms_hris_pipeline.connectors.protocols import LearningRecord
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.model.errors import Refused
from lms_hris_pipeline.publish.accounts import Sights, absent
from lms_hris_pipeline.publish.bench import Bench, worker_of
from lms_hris_pipeline.publish.parallel import in_parallel
from lms_hris_pipeline.publish.sight import DONE, READY, Sight, Stand, Unit, stale
from lms_hris_pipeline.publish.targets import Enrolment

OPEN_STATUSES = frozenset({"", "subscribed", "in_progress"})
"""Enrolled or not, and how far: none of it voids an approval. A rule of the vendor may enrol in the same night."""

NO_WORKER = Sight(Stand.STALE, "the HR system does not show the worker any more")


def see_completions(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """A completion of the course on the day. One of another day would be overwritten: then the approval is void."""
    accounts = bench.accounts_of(deltas)
    rows: dict[tuple[str, str], list[Enrolment]] = defaultdict(list)
    for row in bench.lms.enrolments(sorted(accounts)):
        rows[row.learner_id, row.course_code].append(row)
        if not row.is_archived:
            bench.enrolled[row.learner_id, row.course_code] = row
    sights: Sights = {}
    for delta in deltas:
        learner = bench.learner_of(delta) or ""
        found = rows[learner, str(delta.desired["course_code"])]
        sights[delta.delta_id] = stand_of(delta, found) if learner in accounts else absent(delta)
    return sights


def stand_of(delta: Delta, rows: Sequence[Enrolment]) -> Sight:
    """How a completion stands against the account's enrolments in its course."""
    if any(row.completed_date == delta.desired["completed_date"] for row in rows):
        return DONE
    present = next((row for row in rows if not row.is_archived), None)
    if present is not None and present.completed_date:
        return stale("the completion")
    before, now = str(delta.base.get("status") or ""), present.status if present else ""
    if "status" in delta.base and before != now and not {before, now} <= OPEN_STATUSES:
        return stale("the enrolment")
    return READY


def send_completions(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """Completions in one batch."""
    accounts = bench.accounts_of(deltas)
    ready = [delta for delta in deltas if (bench.learner_of(delta) or "") in accounts]
    rows = []
    for delta in ready:
        learner = bench.learner_of(delta) or ""
        present = bench.enrolled.get((learner, str(delta.desired["course_code"])))
        rows.append((accounts[learner].username, present.enrolled_at if present else "", delta.desired))
    return [Unit(tuple(ready), lambda: bench.lms.complete(rows))] if ready else []


def see_training(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """A record of the course on the day that is not rescinded."""
    workers = sorted({worker_of(delta) for delta in deltas})
    held = {
        (str(row["Worker_WID"]), str(row["Learning_Content_ID"]), str(row["Completion_Date"])[:10])
        for row in bench.hris.read_learning_records(workers)
        if str(row.get("Rescinded") or "0") != "1"
    }
    return {
        delta.delta_id: DONE
        if (worker_of(delta), str(delta.desired["course_code"]), str(delta.desired["completed_date"])) in held
        else READY
        for delta in deltas
    }


def send_training(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One record a call; the vendor has no batch."""

    def unit(delta: Delta) -> Unit:
        return Unit((delta,), lambda: [bench.hris.put_learning_enrollment(_record(delta))])

    return [unit(delta) for delta in deltas]


def _record(delta: Delta) -> LearningRecord:
    score = delta.desired.get("score")
    return LearningRecord(
        worker_id_hris=worker_of(delta),
        course_code=str(delta.desired["course_code"]),
        completed_date=date.fromisoformat(str(delta.desired["completed_date"])),
        score=None if score is None else str(score),
    )


def see_skills(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """The worker has the skill. A worker whom the HR system does not know any more holds up nobody else."""

    def held_by(worker: str) -> set[str] | None:
        try:
            return set(bench.hris.read_skill_ids(worker))
        except Refused:
            return None

    workers = sorted({worker_of(delta) for delta in deltas})
    held = dict(zip(workers, in_parallel(held_by, workers, bench.threads), strict=True))
    sights: Sights = {}
    for delta in deltas:
        skills = held[worker_of(delta)]
        if skills is None:
            sights[delta.delta_id] = NO_WORKER
        else:
            sights[delta.delta_id] = DONE if str(delta.desired["skill_id"]) in skills else READY
    return sights


def send_skills(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One skill a call."""

    def unit(delta: Delta) -> Unit:
        skill = str(delta.desired["skill_id"])
        name = bench.skill_names.get(skill, skill)
        return Unit((delta,), lambda: [bench.hris.add_skill(worker_of(delta), skill, name)])

    return [unit(delta) for delta in deltas]
