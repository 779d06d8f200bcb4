"""The merge of two accounts, which must lose nothing: the plan that proves it, how it is seen, how it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lms_hris_pipeline.connectors.protocols import RowOutcome
from lms_hris_pipeline.model.delta import Delta
from lms_hris_pipeline.publish.accounts import GONE, Sights
from lms_hris_pipeline.publish.bench import Bench
from lms_hris_pipeline.publish.sight import DONE, READY, Sight, Stand, Unit, names, stale
from lms_hris_pipeline.publish.targets import Enrolment

Completion = tuple[str, str]
"""Course code and day; the day is empty where the vendor does not know it."""

NO_SCORE = -1.0
NEVER = "9999-12-31"


def completions(rows: Iterable[Enrolment]) -> dict[Completion, float]:
    """The best score of each completion; -1 where none has one. Archived attempts count."""
    found: dict[Completion, float] = {}
    for row in rows:
        if row.completed_date is not None:
            key = (row.course_code, row.completed_date)
            found[key] = max(found.get(key, NO_SCORE), _score(row))
    return found


def merged(kept: Sequence[Enrolment], gone: Sequence[Enrolment], chosen: Iterable[str]) -> list[Enrolment]:
    """What the vendor leaves of both: one present enrolment a course, the kept account's unless the course (id) is
    chosen. The vanishing account's archived enrolments are dropped.
    """
    taken = set(chosen) & {row.course_id for row in gone if not row.is_archived}
    left = [row for row in kept if row.is_archived or row.course_id not in taken]
    held = {row.course_id for row in left if not row.is_archived}
    return left + [row for row in gone if not row.is_archived and row.course_id not in held]


def plan_merge(kept: Sequence[Enrolment], gone: Sequence[Enrolment]) -> tuple[list[str], set[Completion]]:
    """Courses (ids) in which the vanishing account's enrolment is to stay, and completions that would be lost all
    the same: gone altogether, or left with a lower score.
    """
    chosen: list[str] = []
    both = {row.course_id for row in kept if not row.is_archived} & {
        row.course_id for row in gone if not row.is_archived
    }
    for course in sorted(both):
        ours = [row for row in kept if row.course_id == course]
        theirs = [row for row in gone if row.course_id == course]
        if _worth(ours, theirs, [course]) > _worth(ours, theirs, []):
            chosen.append(course)
    return chosen, _lost(kept, gone, chosen)


def _lost(kept: Sequence[Enrolment], gone: Sequence[Enrolment], chosen: Iterable[str]) -> set[Completion]:
    after = completions(merged(kept, gone, chosen))
    before = completions([*kept, *gone])
    return {done for done, score in before.items() if done not in after or after[done] < score}


def _worth(kept: Sequence[Enrolment], gone: Sequence[Enrolment], chosen: Iterable[str]) -> tuple[int, bool]:
    """How good a choice is in one course: what is not lost first, then learning under way."""
    left = merged(kept, gone, chosen)
    return -len(_lost(kept, gone, chosen)), any(row.status == "in_progress" for row in left if not row.is_archived)


def _score(row: Enrolment) -> float:
    try:
        return float(row.score) if row.score is not None else NO_SCORE
    except ValueError:
        return NO_SCORE


def better_certificates(kept: Mapping[str, str], gone: Mapping[str, str]) -> list[str]:
    """Certifications that the vanishing account holds longer than the kept one, which keeps its own in a merge.

    Days of expiry by certification; empty means that it never ends.
    """
    return sorted(name for name, ends in gone.items() if name in kept and (ends or NEVER) > (kept[name] or NEVER))


def see_merged(bench: Bench, deltas: Sequence[Delta]) -> Sights:
    """Merged: the second account is gone and every completion that the approval relied on stands on the first.

    Completions added to the first account since do not void an approval: the plan is made anew before the merge.
    """
    pairs = {delta.delta_id: (bench.learner_of(delta) or "", duplicate_of(delta)) for delta in deltas}
    ids = sorted({learner for pair in pairs.values() for learner in pair})
    present = {account.learner_id for account in bench.lms.accounts(ids=ids)}
    rows: dict[str, list[Enrolment]] = defaultdict(list)
    for row in bench.lms.enrolments(sorted(present)):
        rows[row.learner_id].append(row)
    sights: Sights = {}
    for delta in deltas:
        kept, gone = pairs[delta.delta_id]
        if kept not in present:
            sights[delta.delta_id] = GONE
        elif gone not in present:
            sights[delta.delta_id] = _after(delta, rows[kept])
        else:
            sights[delta.delta_id] = _before(bench, delta, rows[kept], rows[gone])
    return sights


def _after(delta: Delta, kept: Sequence[Enrolment]) -> Sight:
    """The sight of a merge that was carried out, by this pipeline or by somebody else."""
    lost = (_relied_on(delta, "completions") | _relied_on(delta, "duplicate_completions")) - completions(kept).keys()
    why = f"the second account is gone and {_shown(lost)} are missing on the first"
    return Sight(Stand.IMPOSSIBLE, why) if lost else DONE


def _before(bench: Bench, delta: Delta, kept: Sequence[Enrolment], gone: Sequence[Enrolment]) -> Sight:
    """The sight of a merge that is still to be sent."""
    dated = {done for done in completions(gone) if done[1]}
    if not _relied_on(delta, "completions") <= completions(kept).keys():
        return stale("the first account's completions")
    if dated != _relied_on(delta, "duplicate_completions"):
        return stale("the second account's completions")
    if bench.certificates is None:
        return Sight(Stand.WAITING, "the certificates of both accounts are not known")
    held = [bench.certificates.get(learner, {}) for learner in (bench.learner_of(delta) or "", duplicate_of(delta))]
    better = better_certificates(held[0], held[1])
    if better:
        why = f"the second account holds certification {', '.join(better)} longer, and the vendor would drop it"
        return Sight(Stand.IMPOSSIBLE, why)
    lost = plan_merge(kept, gone)[1]
    return Sight(Stand.IMPOSSIBLE, _refusal(lost)) if lost else READY


def _relied_on(delta: Delta, name: str) -> set[Completion]:
    pairs = (text.rpartition("@") for text in names(delta.base.get(name)))
    return {(code, day) for code, _, day in pairs}


def _refusal(lost: Iterable[Completion]) -> str:
    return f"the merge would lose {_shown(lost)}; nothing was merged"


def _shown(lost: Iterable[Completion]) -> str:
    return "completions of " + ", ".join(f"{code} ({day or 'day unknown'})" for code, day in sorted(lost))


def duplicate_of(delta: Delta) -> str:
    """The account that vanishes in a merge."""
    return str(delta.desired["duplicate_learner_id"])


def send_merged(bench: Bench, deltas: Sequence[Delta]) -> list[Unit]:
    """One merge a call, after a plan on what both hold at that moment, and after the vendor's preview agreed."""

    def unit(delta: Delta) -> Unit:
        kept, gone = bench.learner_of(delta) or "", duplicate_of(delta)
        return Unit((delta,), lambda: [_merge(bench, kept, gone)])

    return [unit(delta) for delta in deltas]


def _merge(bench: Bench, kept: str, gone: str) -> RowOutcome:
    rows = bench.lms.enrolments([kept, gone])
    theirs = [row for row in rows if row.learner_id == gone]
    chosen, lost = plan_merge([row for row in rows if row.learner_id == kept], theirs)
    shown = {course.course_code for course in bench.lms.preview_merge(kept, gone) if course.gone is not None}
    lost |= {done for done in completions(row for row in theirs if not row.is_archived) if done[0] not in shown}
    if lost:
        return RowOutcome(0, is_done=False, message=_refusal(lost))
    bench.lms.merge(kept, gone, chosen)
    return RowOutcome(0, is_done=True, target_id=kept)
