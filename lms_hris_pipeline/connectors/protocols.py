"""What the pipeline asks of an HR system and of a learning system, and the shapes that pass between.

Not here: how a vendor is asked. Records are the vendor's own JSON objects; nobody past `extract` sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

Json = dict[str, Any]
Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One request of an extract: a page of a list, or a report cut down by prompts.

    Args:
        entity: what is read, as in the raw tables.
        series: the list this page belongs to; totals are held against a series.
        number: the page's number within its series, from 1.
        about: how messages name it, for example "page 3" or "Location LOC-BER".
        parent: field and value that each record gets besides its own, for lists below a parent.
    """

    entity: str
    series: str
    number: int
    about: str
    path: str
    params: Params = ()
    parent: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """What tells this part from the others of the same extract."""
        return f"{self.series}#{self.number}"

    @property
    def request(self) -> str:
        """The request for the record of the landing: path and parameters."""
        return self.path + ("?" + "&".join(f"{name}={value}" for name, value in self.params) if self.params else "")


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a part.

    Args:
        records: the vendor's records in the vendor's order.
        total: how many records the whole series has, where the vendor says so.
        cursor: the vendor's opaque mark of this page, or empty.
        more: the parts that only this answer made known.
    """

    part: Part
    fetched_at: datetime
    records: list[Json]
    total: int | None = None
    cursor: str = ""
    more: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityContract:
    """What is held against every record of an entity.

    Args:
        key: the fields that tell records apart.
        required: fields every record has; null counts as present.
        nested: fields every element of a nested list has, by the list's name.
        repeats: the same record may come in several parts; identical ones are kept once.
    """

    key: tuple[str, ...]
    required: frozenset[str]
    nested: Mapping[str, frozenset[str]]
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row of a write.

    Args:
        index: position in what was sent, from 0.
        target_id: the vendor's id of what was written, where the answer says it.
        message: the vendor's reason for a refusal.
    """

    index: int
    is_done: bool
    target_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class MergeSide:
    """What one account holds in a course, in a merge preview; `None` stands for nothing."""

    status: str
    completed_at: str | None


@dataclass(frozen=True, slots=True)
class MergeCourse:
    """One course of a merge preview: what the kept account and the one that goes hold."""

    course_id: str
    course_code: str
    kept: MergeSide | None
    gone: MergeSide | None


@dataclass(frozen=True, slots=True)
class LearningRecord:
    """A completion to be written to the HR system."""

    worker_id_hris: str
    course_code: str
    completed_date: date
    score: str | None = None
    expires_date: date | None = None
    is_rescinded: bool = False


class Reader(Protocol):
    """Reads one system part by part. Safe to call from several threads."""

    @property
    def system(self) -> str:
        """`hris` or `lms`."""

    @property
    def vendor(self) -> str:
        """The vendor's name in messages."""

    @property
    def entities(self) -> tuple[str, ...]:
        """What can be read, in the order to read it."""

    def contract(self, entity: str) -> EntityContract:
        """What every record of `entity` is held against."""

    def plan(self, entity: str, since: str | None = None) -> list[Part]:
        """The parts known before anything is read; `since` asks for changes only, where that is possible."""

    def fetch(self, part: Part) -> Page:
        """One answer, checked against the contract."""

    def independent_count(self, entity: str) -> int | None:
        """The vendor's own count of an entity, read apart from its records; None where there is none."""

    def fingerprint(self) -> str:
        """Which tenant answers."""

    def calls(self) -> dict[str, int]:
        """Calls so far by endpoint."""


class HrisReader(Reader, Protocol):
    """Reads the HR system."""


class LmsReader(Reader, Protocol):
    """Reads the learning system."""


class HrisWriter(Protocol):
    """Writes to the HR system. None of its writes may be sent twice unread."""

    def fingerprint(self) -> str:
        """Which tenant answers."""

    def read_skill_ids(self, worker_id_hris: str) -> list[str]:
        """The framework skills a worker has; free text left out."""

    def add_skill(self, worker_id_hris: str, skill_id: str, skill_name: str) -> RowOutcome:
        """Add a skill unless the worker has it."""

    def put_learning_enrollment(self, record: LearningRecord) -> RowOutcome:
        """Write one completion, or rescind it."""

    def read_learning_records(self, worker_ids_hris: Sequence[str]) -> list[Json]:
        """The learning records of these workers, rescinded ones included."""


class LmsWriter(Protocol):
    """Writes to the learning system, and reads back what was written."""

    def fingerprint(self) -> str:
        """Which tenant answers."""

    def create_users(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Create accounts; a taken user name fails its row."""

    def update_users(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Update accounts found by user name; keys left out stay as they are."""

    def put_user(self, learner_id_lms: str, values: Json) -> RowOutcome:
        """Change one account; the only way to change a user name."""

    def change_status(self, learner_ids_lms: Sequence[str], *, is_active: bool) -> list[RowOutcome]:
        """Activate or deactivate accounts."""

    def set_manager(self, learner_ids_lms: Sequence[str], manager_id_lms: str | None) -> list[RowOutcome]:
        """Give accounts the same manager; None takes it away."""

    def move_to_branch(self, learner_ids_lms: Sequence[str], branch_id: str) -> list[RowOutcome]:
        """Move accounts to a branch; fires that branch's enrolment rules."""

    def add_to_group(self, group_id: str, learner_ids_lms: Sequence[str]) -> list[RowOutcome]:
        """Add members to a manual group; fires its enrolment rules."""

    def remove_from_group(self, group_id: str, learner_ids_lms: Sequence[str]) -> list[RowOutcome]:
        """Take members out of a manual group."""

    def enrol(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Create or update enrolments found by user name and course code."""

    def merge_preview(self, kept_id_lms: str, gone_id_lms: str) -> list[MergeCourse]:
        """What a merge would join, course by course; archived enrolments are not shown."""

    def merge(self, kept_id_lms: str, gone_id_lms: str, courses_from_gone: Sequence[str] = ()) -> None:
        """Merge an account into another; for the named course ids the vanishing account's enrolment stays."""

    def read_users(self, *, ids: Sequence[str] = (), usernames: Sequence[str] = ()) -> list[Json]:
        """Accounts by id or user name; unknown ones are absent."""

    def read_enrolments(self, learner_ids_lms: Sequence[str]) -> list[Json]:
        """All enrolments of these accounts, archived ones included."""

    def read_groups(self) -> list[Json]:
        """All groups: id, name, type."""

    def read_group_members(self, group_id: str) -> list[str]:
        """The account ids in a group."""

    def read_branches(self) -> list[Json]:
        """All branches: id, code."""
