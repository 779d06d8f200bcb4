"""The vendors as publication sees them: values in the pipeline's own words, read and written in bulk.

Not here: what to send and when. The connectors' protocols are all this module knows of the vendors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_hris_pipeline.connectors.protocols import LmsWriter, MergeCourse, RowOutcome
from lms_hris_pipeline.settings import LearnerFields

_NAMES = {"username": "username", "first_name": "firstname", "last_name": "lastname", "email": "email"}
_PUT_NAMES = {**_NAMES, "username": "userid"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the learning system has it now, in the words of the deltas."""

    learner_id: str
    username: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One enrolment as the learning system has it now.

    Args:
        completed_date: YYYY-MM-DD; empty where it is completed on a day that the vendor does not know; None where
            it is not completed.
        enrolled_at: as the vendor writes it, or empty.
    """

    learner_id: str
    course_code: str
    course_id: str
    status: str
    completed_date: str | None
    score: str | None
    is_archived: bool
    enrolled_at: str = ""


class LmsTarget:
    """The learning system in the pipeline's words."""

    def __init__(self, writer: LmsWriter, fields: LearnerFields) -> None:
        self._writer = writer
        self._fields = {name: field for name, field in fields.mapped().items() if name != "account_kind"}
        self._branches: dict[str, str] | None = None
        self._groups: dict[str, str] | None = None

    def accounts(self, *, ids: Sequence[str] = (), usernames: Sequence[str] = ()) -> list[Account]:
        """Accounts by id or user name; absent ones are left out."""
        return [self._account(row) for row in self._writer.read_users(ids=ids, usernames=usernames)]

    def create(self, wanted: Sequence[Mapping[str, Any]]) -> list[RowOutcome]:
        """Create accounts; an outcome for each, in order."""
        return self._writer.create_users([self._row(values) for values in wanted])

    def update(self, wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> list[RowOutcome]:
        """Change values of accounts, each by its present user name."""
        return self._writer.update_users([{**self._row(values), "username": name} for name, values in wanted])

    def rename(self, learner_id: str, values: Mapping[str, Any]) -> RowOutcome:
        """Change one account, its user name included."""
        row = {_PUT_NAMES[name]: "" if value is None else value for name, value in values.items() if name in _PUT_NAMES}
        extra = [
            {"id": int(self._fields[name].removeprefix("field_")), "value": value or ""}
            for name, value in sorted(values.items())
            if name in self._fields
        ]
        return self._writer.put_user(learner_id, {**row, **({"additional_fields": extra} if extra else {})})

    def set_active(self, ids: Sequence[str], *, is_active: bool) -> list[RowOutcome]:
        """Activate or deactivate accounts."""
        return self._writer.change_status(ids, is_active=is_active)

    def set_manager(self, ids: Sequence[str], manager: str | None) -> list[RowOutcome]:
        """Give accounts the same manager, or none."""
        return self._writer.set_manager(ids, manager)

    def branch_id(self, code: str) -> str | None:
        """The id of the branch with this code; None where there is none."""
        if self._branches is None:
            self._branches = {str(row["code"]): str(row["id"]) for row in self._writer.read_branches()}
        return self._branches.get(code)

    def move(self, ids: Sequence[str], branch_id: str) -> list[RowOutcome]:
        """Move accounts to a branch."""
        return self._writer.move_to_branch(ids, branch_id)

    def group_id(self, name: str) -> str | None:
        """The id of the manual group of this name; None where there is none. Automatic ones are never written."""
        if self._groups is None:
            self._groups = {
                str(row["name"]): str(row["id"]) for row in self._writer.read_groups() if row["type"] == "manual"
            }
        return self._groups.get(name)

    def members(self, group_id: str) -> set[str]:
        """The accounts in a group."""
        return set(self._writer.read_group_members(group_id))

    def change_members(self, group_id: str, ids: Sequence[str], *, is_added: bool) -> list[RowOutcome]:
        """Add accounts to a manual group, or take them out."""
        change = self._writer.add_to_group if is_added else self._writer.remove_from_group
        return change(group_id, ids)

    def enrolments(self, ids: Sequence[str]) -> list[Enrolment]:
        """All enrolments of accounts, archived ones included."""
        return [_enrolment(row) for row in self._writer.read_enrolments(ids)] if ids else []

    def complete(self, wanted: Sequence[tuple[str, str, Mapping[str, Any]]]) -> list[RowOutcome]:
        """Record completions: user name, moment of enrolment or empty, and course_code, completed_date, score.

        The vendor wants a moment of enrolment with every row; one that stands already is told again as it stands.
        """
        rows = []
        for username, enrolled_at, values in wanted:
            day = f"{values['completed_date']} 00:00:00"
            row = {"username": username, "course_code": values["course_code"], "status": "completed",
                   "enrollment_date": enrolled_at or day, "completion_date": day}  # fmt: skip
            row |= {} if enrolled_at else {"level": "student"}
            rows.append({**row, "score": values["score"]} if values.get("score") is not None else row)
        return self._writer.enrol(rows)

    def preview_merge(self, kept: str, gone: str) -> list[MergeCourse]:
        """What a merge would join."""
        return self._writer.merge_preview(kept, gone)

    def merge(self, kept: str, gone: str, courses_from_gone: Sequence[str]) -> None:
        """Merge `gone` into `kept`."""
        self._writer.merge(kept, gone, courses_from_gone)

    def _row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        # A null would leave the value as it is; an empty text erases.
        row = {_NAMES[name]: "" if value is None else value for name, value in values.items() if name in _NAMES}
        row |= {self._fields[name]: value or "" for name, value in values.items() if name in self._fields}
        if "active" in values:
            row["active"] = values["active"]
        if "branch" in values:
            row["branch_code"] = values["branch"]
        return row

    def _account(self, row: Mapping[str, Any]) -> Account:
        branches = row.get("branches") or []
        manager = row.get("manager_id")
        values: dict[str, object] = {name: row.get(field) for name, field in self._fields.items()}
        values |= {name: row.get(name) for name in ("username", "first_name", "last_name", "email")}
        values["active"] = str(row["status"]) == "1"
        values["branch"] = str(branches[0]["code"]) if branches else None
        values["manager_learner_id"] = str(manager) if manager and str(manager) != "0" else None
        return Account(str(row["user_id"]), str(row["username"]), values)


def _enrolment(row: Mapping[str, Any]) -> Enrolment:
    return Enrolment(
        learner_id=str(row["user_id"]),
        course_code=str(row["course_code"]),
        course_id=str(row["course_id"]),
        status=str(row["status"]),
        completed_date=_moment(row.get("completion_date"))[:10] if row["status"] == "completed" else None,
        score=None if row.get("score") is None else str(row["score"]),
        is_archived=bool(row.get("archived")),
        enrolled_at=_moment(row.get("enrollment_date")),
    )


def _moment(value: object) -> str:
    """A moment as the vendor writes it; empty for none, which it may write as zeros."""
    text = str(value or "")
    return "" if text.startswith("0000-00-00") else text
