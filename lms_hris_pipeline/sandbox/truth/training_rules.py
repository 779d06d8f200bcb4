"""The rules about completions: what one system holds and the other lacks. What they show of skills: `skill_rules`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms_hris_pipeline.model.wish import Scalar
from lms_hris_pipeline.sandbox.truth.accounts import Catalogue, Completion
from lms_hris_pipeline.sandbox.truth.parsing import day, score, score_text, text
from lms_hris_pipeline.sandbox.truth.people import People
from lms_hris_pipeline.sandbox.truth.skill_rules import Skills
from lms_hris_pipeline.sandbox.truth.standing import Standing
from lms_hris_pipeline.sandbox.truth.verdict import Verdict

Done = tuple[str, str, str]
"""(person, course it counts for, day)."""


@dataclass(slots=True)
class Counted:
    """The row that stands for a completion in the learning system: the first account's, then the better score."""

    learner_id: str
    is_primary: bool
    score: Decimal | None

    def beats(self, other: Counted) -> bool:
        """Whether this row stands for the completion rather than `other`."""
        mine = (self.is_primary, _of(self.score))
        theirs = (other.is_primary, _of(other.score))
        return mine > theirs or (mine == theirs and self.learner_id < other.learner_id)


def _of(value: Decimal | None) -> Decimal:
    return Decimal(-1) if value is None else value


def read_training_records(
    company: sqlite3.Connection, people: People, catalogue: Catalogue
) -> dict[Done, Decimal | None]:
    """What the HR system holds, with the best score; rescinded records are left out.

    A record of a course that the catalogue does not know, or that counts for nothing, counts as itself.
    """
    found: dict[Done, Decimal | None] = {}
    codes: dict[str | None, str | None] = {}
    rows = company.execute(
        "select wid, content_id, completion_date, score from hris_learning_records where rescinded = 0"
        " order by record_id"
    )
    for wid, content, completed, result in rows:
        if content not in codes:
            written = text(content)
            codes[content] = catalogue.counts_for.get(written or "") or written
        record, code, finished = people.records.get(wid), codes[content], day(completed)
        if record is None or code is None or finished is None:
            continue
        done = (record.person_key, code, finished)
        value = score(result)
        if done not in found or _of(value) > _of(found[done]):
            found[done] = value
    return found


class Training:
    """The completions of one night, as they are read one by one, and what follows from them."""

    def __init__(self, standing: Standing, skills: Skills) -> None:
        self._standing = standing
        self._skills = skills
        self._counted: dict[Done, Counted] = {}
        self._unmapped: set[tuple[str, str, str, str]] = set()

    def take_in(self, completions: Iterable[Completion]) -> None:
        """Count completions of accounts whose person is known."""
        owners, owned = self._standing.owner, self._standing.owned
        for completion in completions:
            person = owners.get(completion.learner_id)
            if person is None:
                continue
            if completion.counts_for is None:
                code = completion.course_code or "?"
                self._unmapped.add((person, completion.learner_id, code, completion.date))
            else:
                done = (person, completion.counts_for, completion.date)
                is_primary = owned[person].primary == completion.learner_id
                row = Counted(completion.learner_id, is_primary, completion.score)
                held = self._counted.get(done)
                if held is None or row.beats(held):
                    self._counted[done] = row
            self._skills.take_in(
                person, completion.course_code, completion.date, completion.score, completion.learner_id
            )

    def judge_completions(self, records: Mapping[Done, Decimal | None], published: set[str], verdict: Verdict) -> None:
        """Completions that one system holds and the other lacks, and those that count for nothing."""
        current = self._standing.people.current
        for (person, code, finished), row in self._counted.items():
            if (person, code, finished) in records:
                continue
            worker = current[person].worker_id
            verdict.find("completion_missing_hris", worker, row.learner_id, code, None, finished)
            desired = {"course_code": code, "completed_date": finished, "score": score_text(row.score)}
            key = f"worker:{worker}"
            verdict.propose("training_records", "training_record", "add_training_record", key, desired)
        for person, learner, code, finished in self._unmapped:
            verdict.find("completion_unmapped", current[person].worker_id, learner, code, None, finished)
        self._judge_records(records, published, verdict)

    def _judge_records(self, records: Mapping[Done, Decimal | None], published: set[str], verdict: Verdict) -> None:
        """The latest completion of a course that can be taken, where the learning system has none of it at all.

        An account that is about to be created gets its history with it; the finding then is the missing account.
        """
        held = {(person, code) for person, code, _ in self._counted}
        latest: dict[tuple[str, str], str] = {}
        for person, code, finished in records:
            if code in published and (person, code) not in held:
                latest[person, code] = max(finished, latest.get((person, code), ""))
        for (person, code), finished in latest.items():
            wanted = self._standing.wanted.get(self._standing.people.current[person].worker_id)
            if wanted is None or (wanted.account is None and not wanted.is_to_be_created):
                continue
            result = records[person, code, finished]
            if wanted.account is not None:
                learner = wanted.account.learner_id
                verdict.find("completion_missing_lms", wanted.worker.worker_id, learner, code, finished)
            desired: dict[str, Scalar] = {
                "course_code": code,
                "completed_date": finished,
                "score": score_text(result),
                "status": "completed",
            }
            verdict.propose("enrolments", "completion", "enrol", wanted.target_key, desired)
            self._skills.take_in(person, code, finished, result)
