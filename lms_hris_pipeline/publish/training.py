"""The steps that write completions and skills, and the merge, which must lose none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from lms_hris_pipeline.connectors.protocols import LearningRecord, RowOutcome
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish.accounts import GONE, NO_ACCOUNT, Sights
from lms_hris_pipeline.publish.bench import Bench, worker_of
from lms_hris_pipeline.publish.sight import DONE, READY, Sight, Stand, Unit, is_same, names, stale
from lms_hris_pipeline.publish.targets import Enrolment

Completion = tuple[str, str]


def see_completions(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """A completion of the course on the day; the present enrolment must be as in the base, else stale."""
    accounts = bench.accounts_of(deltas)
    rows: dict[tuple[str, str], list[Enrolment]] = defaultdict(list)
    for row in bench.lms.enrolments(sorted(accounts)):
        rows[row.learner_id, row.course_code].append(row)
    sights: Sights = {}
    for delta in deltas:
        learner = bench.learner_of(delta) or ""
        found = rows[learner, str(delta.desired["course_code"])]
        present = next((row.status for row in found if not row.is_archived), None)
        if learner not in accounts:
            sights[delta.delta_id] = GONE if learner else NO_ACCOUNT
        elif any(row.completed_date == delta.desired["completed_date"] for row in found):
            sights[delta.delta_id] = DONE
        elif "status" in delta.base and not is_same("status", delta.base["status"], present):
            sights[delta.delta_id] = stale("the enrolment")
        else:
            sights[delta.delta_id] = READY
    return sights


def send_completions(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """Completions in one batch."""
    accounts = bench.accounts_of(deltas)
    found = [(delta, accounts.get(bench.learner_of(delta) or "")) for delta in deltas]
    ready = [(delta, account.username) for delta, account in found if account is not None]
    rows = [(username, delta.desired) for delta, username in ready]
    return [Unit(tuple(delta for delta, _ in ready), lambda: bench.lms.complete(rows))] if ready else []


def _completed(rows: Sequence[Enrolment]) -> set[Completion]:
    return {(row.course_code, row.completed_date) for row in rows if row.completed_date}


def _relied_on(value: object) -> set[Completion]:
    pairs = (name.rpartition("@") for name in names(value))
    return {(code, day) for code, _, day in pairs}


def see_merged(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Merged: the second account is gone and every completion of both stands on the first."""
    pairs = {delta.delta_id: (bench.learner_of(delta) or "", _gone(delta)) for delta in deltas}
    ids = sorted({learner for pair in pairs.values() for learner in pair})
    present = {account.learner_id for account in bench.lms.accounts(ids=ids)}
    rows: dict[str, list[Enrolment]] = defaultdict(list)
    for row in bench.lms.enrolments(sorted(present)):
        rows[row.learner_id].append(row)
    sights: Sights = {}
    for delta in deltas:
        kept, gone = pairs[delta.delta_id]
        before = _relied_on(delta.base.get("completions")), _relied_on(delta.base.get("duplicate_completions"))
        if kept not in present:
            sights[delta.delta_id] = GONE
        elif gone not in present:
            lost = (before[0] | before[1]) - _completed(rows[kept])
            why = f"the second account is gone and {len(lost)} completions are missing on the first"
            sights[delta.delta_id] = Sight(Stand.IMPOSSIBLE, why) if lost else DONE
        elif before != (_completed(rows[kept]), _completed(rows[gone])):
            sights[delta.delta_id] = stale("the completions")
        else:
            chosen, lost = plan_merge(rows[kept], rows[gone])
            why = f"the merge would lose completions of {', '.join(sorted(lost))}; nothing was merged"
            sights[delta.delta_id] = Sight(Stand.IMPOSSIBLE, why) if lost else READY
    return sights


def plan_merge(kept: Sequence[Enrolment], gone: Sequence[Enrolment]) -> tuple[list[str], set[str]]:
    """Courses (ids) in which the vanishing account's enrolment is to stay, and course codes that would be lost.

    The vendor keeps one enrolment a course and drops the vanishing account's archived ones.
    """
    chosen: list[str] = []
    lost: set[str] = set()
    held = {row.course_code: row for row in kept if not row.is_archived}
    safe = _completed([row for row in kept if row.is_archived])
    for row in gone:
        if row.completed_date is None:
            continue
        other = held.get(row.course_code)
        done = (row.course_code, row.completed_date)
        if done in safe or (other is not None and other.completed_date == row.completed_date):
            is_better = other is not None and _score(row) > _score(other) and not row.is_archived
            chosen += [row.course_id] if is_better and other is not None and other.completed_date else []
        elif row.is_archived or (other is not None and other.completed_date is not None):
            lost.add(row.course_code)
        elif other is not None:
            chosen.append(row.course_id)
    return sorted(set(chosen)), lost


def _score(row: Enrolment) -> float:
    try:
        return float(row.score) if row.score is not None else -1.0
    except ValueError:
        return -1.0


def _gone(delta: Delta) -> str:
    return str(delta.desired["duplicate_learner_id"])


def send_merged(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One merge a call, after the vendor's preview agreed that nothing is lost."""

    def call(delta: Delta) -> list[RowOutcome]:
        kept, gone = bench.learner_of(delta) or "", _gone(delta)
        rows = bench.lms.enrolments([kept, gone])
        of_gone = [row for row in rows if row.learner_id == gone]
        chosen, lost = plan_merge([row for row in rows if row.learner_id == kept], of_gone)
        shown = {course.course_code for course in bench.lms.preview_merge(kept, gone) if course.gone is not None}
        lost |= {row.course_code for row in of_gone if row.completed_date and not row.is_archived} - shown
        if lost:
            why = f"the merge would lose completions of {', '.join(sorted(lost))}; nothing was merged"
            return [RowOutcome(0, is_done=False, message=why)]
        bench.lms.merge(kept, gone, chosen)
        return [RowOutcome(0, is_done=True, target_id=kept)]

    return [Unit((delta,), lambda delta=delta: call(delta)) for delta in deltas]


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

    def call(delta: Delta) -> list[RowOutcome]:
        score = delta.desired.get("score")
        record = LearningRecord(
            worker_id_hris=worker_of(delta),
            course_code=str(delta.desired["course_code"]),
            completed_date=date.fromisoformat(str(delta.desired["completed_date"])),
            score=None if score is None else str(score),
        )
        return [bench.hris.put_learning_enrollment(record)]

    return [Unit((delta,), lambda delta=delta: call(delta)) for delta in deltas]


def see_skills(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """The worker has the skill."""
    held = {worker: set(bench.hris.read_skill_ids(worker)) for worker in sorted({worker_of(d) for d in deltas})}
    return {d.delta_id: DONE if str(d.desired["skill_id"]) in held[worker_of(d)] else READY for d in deltas}


def send_skills(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One skill a call."""

    def call(delta: Delta) -> list[RowOutcome]:
        skill = str(delta.desired["skill_id"])
        return [bench.hris.add_skill(worker_of(delta), skill, bench.skill_names.get(skill, skill))]

    return [Unit((delta,), lambda delta=delta: call(delta)) for delta in deltas]
