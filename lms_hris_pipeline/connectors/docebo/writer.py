"""Writes to Docebo: accounts, branches, groups, enrolments, merges; and the list reads that verify them.

Batches answer 200 with rows that failed: each row's outcome is read. Not here: what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from lms_hris_pipeline.connectors.docebo.client import VENDOR, DoceboPlatform
from lms_hris_pipeline.connectors.docebo.contracts import LISTS
from lms_hris_pipeline.connectors.docebo.reader import read_fingerprint
from lms_hris_pipeline.connectors.http import mask_addresses
from lms_hris_pipeline.connectors.protocols import Json, MergeCourse, MergeSide, RowOutcome
from lms_hris_pipeline.model.errors import ContractBroken, InDoubt, Refused

BATCH_ROWS = 100
"""Most rows or ids in one write [M]."""

BATCH_OPTIONS: Json = {
    "change_user_password": False,
    "auto_assign_branch_to_pu": False,
    "destination_branch": "",
    "ignore_password_change_for_existing_users": True,
    "branch_option": "existing",
}
T = TypeVar("T")


def _chunks(values: Sequence[T]) -> Iterator[tuple[int, Sequence[T]]]:
    for start in range(0, len(values), BATCH_ROWS):
        yield start, values[start : start + BATCH_ROWS]


def _numbers(ids: Sequence[str]) -> list[int]:
    return [int(value) for value in ids]


class DoceboWriter:
    """Writes to the learning system. Thread-safe; batch and branch calls wait for each other.

    A write of more than 100 rows is sent in several calls. If one of them is in doubt the error says so and the
    rest is not sent: the caller reads the target before it goes on.
    """

    def __init__(self, platform: DoceboPlatform) -> None:
        self._platform = platform

    def fingerprint(self) -> str:
        """Which tenant answers."""
        return read_fingerprint(self._platform)

    def create_users(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Create accounts: `username, firstname, lastname, email, active, branch_code, field_N`.

        A taken user name fails its row.
        """
        return self._batch_users(rows, update=False)

    def update_users(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Update accounts found by user name; keys left out stay as they are, an empty text erases."""
        return self._batch_users(rows, update=True)

    def _batch_users(self, rows: Sequence[Json], *, update: bool) -> list[RowOutcome]:
        options = {**BATCH_OPTIONS, "update_user_info": update}
        return self._batch("/manage/v1/user/batch", rows, {"options": options}, "a batch of accounts")

    def enrol(self, rows: Sequence[Json]) -> list[RowOutcome]:
        """Create or update enrolments: `username, course_code, status, level, enrollment_date, completion_date, score`."""
        return self._batch("/learn/v1/enrollment/batch", rows, {}, "a batch of enrolments")

    def _batch(self, path: str, rows: Sequence[Json], rest: Json, about: str) -> list[RowOutcome]:
        outcomes: list[RowOutcome] = []
        for start, chunk in _chunks(rows):
            with self._platform.one_at_a_time:
                data = self._platform.change(
                    "POST", path, path, {"items": list(chunk), **rest}, about=about, is_idempotent=False
                )
            outcomes += row_outcomes(data, start, len(chunk), about)
        return outcomes

    def put_user(self, learner_id_lms: str, values: Json) -> RowOutcome:
        """Change one account: `userid, firstname, lastname, email, manager, additional_fields:[{id, value}]`."""
        try:
            self._platform.change(
                "PUT",
                "/manage/v1/user/{id}",
                f"/manage/v1/user/{int(learner_id_lms)}",
                values,
                about="an account",
                is_idempotent=True,
            )
        except Refused as refused:
            return RowOutcome(0, is_done=False, target_id=learner_id_lms, message=str(refused).splitlines()[0])
        return RowOutcome(0, is_done=True, target_id=learner_id_lms)

    def change_status(self, learner_ids_lms: Sequence[str], *, is_active: bool) -> list[RowOutcome]:
        """Activate or deactivate accounts; enrolments stay."""
        path = "/manage/v1/user/change_status"

        def send(ids: Sequence[str]) -> set[str]:
            body = {"status": "1" if is_active else "0", "user_ids": _numbers(ids)}
            data = self._platform.change("PUT", path, path, body, about="the status of accounts", is_idempotent=True)
            return {str(i) for row in _rows(data) for i in row.get("updated_ids") or []}

        return self._by_ids(learner_ids_lms, send)

    def set_manager(self, learner_ids_lms: Sequence[str], manager_id_lms: str | None) -> list[RowOutcome]:
        """Give accounts the same manager; None takes it away."""
        return self.mass_edit(learner_ids_lms, {"manager": int(manager_id_lms or 0)})

    def mass_edit(self, learner_ids_lms: Sequence[str], values: Json) -> list[RowOutcome]:
        """The same `manager` or `additional_fields` for many accounts.

        `password`, which the 2017 specification calls required, is left out: it would reset passwords.
        """
        path = "/manage/v1/user/mass_edit"

        def send(ids: Sequence[str]) -> set[str]:
            body = {"user_ids": _numbers(ids), **values}
            data = self._platform.change("PUT", path, path, body, about="fields of accounts", is_idempotent=True)
            return {str(row.get("updated_id")) for row in _rows(data) if row.get("success")}

        return self._by_ids(learner_ids_lms, send)

    def move_to_branch(self, learner_ids_lms: Sequence[str], branch_id: str) -> list[RowOutcome]:
        """Move accounts to a branch; fires that branch's enrolment rules.

        The answer speaks for all at once: where it says no, every row counts as failed until it is read back.
        """
        path = "/manage/v1/user/move_to_branch"

        def send(ids: Sequence[str]) -> set[str]:
            body = {"branch_ids": [int(branch_id)], "user_ids": _numbers(ids)}
            with self._platform.one_at_a_time:
                data = self._platform.change(
                    "PUT", path, path, body, about="the branch of accounts", is_idempotent=True
                )
            rows = _rows(data)
            return set(ids) if rows and all(row.get("success") for row in rows) else set()

        return self._by_ids(learner_ids_lms, send)

    def add_to_group(self, group_id: str, learner_ids_lms: Sequence[str]) -> list[RowOutcome]:
        """Add members to a manual group; fires its enrolment rules. An automatic group refuses."""
        return self._members("POST", group_id, learner_ids_lms)

    def remove_from_group(self, group_id: str, learner_ids_lms: Sequence[str]) -> list[RowOutcome]:
        """Take members out of a manual group. An automatic group refuses."""
        return self._members("DELETE", group_id, learner_ids_lms)

    def _members(self, method: str, group_id: str, learner_ids_lms: Sequence[str]) -> list[RowOutcome]:
        def send(ids: Sequence[str]) -> set[str]:
            endpoint = LISTS["group_members"].path
            data = self._platform.change(
                method,
                endpoint,
                endpoint.replace("{id}", str(int(group_id))),
                {"user_ids": _numbers(ids)},
                about="members of a group",
                is_idempotent=True,
            )
            changed = {str(i) for i in data.get("updated") or []} if isinstance(data, dict) else set()
            # Members that were there already are not "updated", so a full success counts for all.
            return set(ids) if isinstance(data, dict) and data.get("success") else changed

        return self._by_ids(learner_ids_lms, send)

    def _by_ids(self, ids: Sequence[str], send: Callable[[Sequence[str]], set[str]]) -> list[RowOutcome]:
        outcomes: list[RowOutcome] = []
        for start, chunk in _chunks(ids):
            try:
                done, message = send(chunk), "not carried out"
            except Refused as refused:
                done, message = set(), str(refused).splitlines()[0]
            outcomes += [
                RowOutcome(start + n, is_done=i in done, target_id=i, message="" if i in done else message)
                for n, i in enumerate(chunk)
            ]
        return outcomes

    def merge_preview(self, kept_id_lms: str, gone_id_lms: str) -> list[MergeCourse]:
        """What a merge would join, course by course; archived enrolments are not shown."""
        path = f"{_merge_path(kept_id_lms, gone_id_lms)}/enrollments"
        rows = self._platform.read_list("/manage/v1/user/{a}/merge/{b}/enrollments", path, about="a merge preview")
        try:
            return [
                MergeCourse(
                    str(row["course_id"]),
                    str(row["code"]),
                    _side(row["users"]["destination"]),
                    _side(row["users"]["source"]),
                )
                for row in rows
            ]
        except (KeyError, TypeError) as missing:
            raise ContractBroken(f"{VENDOR}: a merge preview no longer has the field {missing}") from None

    def merge(self, kept_id_lms: str, gone_id_lms: str, courses_from_gone: Sequence[str] = ()) -> None:
        """Merge an account into another; for the named course ids the vanishing account's enrolment stays.

        Raises:
            InDoubt: it may have been carried out; the vanishing account's absence tells.
            Refused: an administrator's account, or an unknown one.
        """
        chosen = [{"course_id": int(c), "old_user_id": int(gone_id_lms)} for c in courses_from_gone]
        self._platform.change(
            "PUT",
            "/manage/v1/user/{a}/merge/{b}",
            _merge_path(kept_id_lms, gone_id_lms),
            {"change_data": {"enrollments": chosen}},
            about="a merge of accounts",
            is_idempotent=False,
        )

    def read_users(self, *, ids: Sequence[str] = (), usernames: Sequence[str] = ()) -> list[Json]:
        """Accounts by id and by user name; unknown ones are absent."""
        path = LISTS["users"].path
        found = self._platform.read_chosen(path, path, "filters[user_ids][]", ids, about="accounts by id")
        return found + self._platform.read_chosen(
            path, path, "filters[usernames][]", usernames, about="accounts by user name"
        )

    def read_enrolments(self, learner_ids_lms: Sequence[str]) -> list[Json]:
        """All enrolments of these accounts, archived ones included."""
        path = LISTS["enrolments"].path
        return self._platform.read_chosen(path, path, "id_user[]", learner_ids_lms, about="enrolments of accounts")

    def read_groups(self) -> list[Json]:
        """All groups: id, name, type."""
        return self._platform.read_list(LISTS["groups"].path, LISTS["groups"].path, about="groups")

    def read_group_members(self, group_id: str) -> list[str]:
        """The account ids in a group, sorted as texts."""
        path = LISTS["group_members"].path
        rows = self._platform.read_list(path, path.replace("{id}", str(int(group_id))), about="members of a group")
        return sorted(str(row["user_id"]) for row in rows)

    def read_branches(self) -> list[Json]:
        """All branches: id, code."""
        return self._platform.read_list(LISTS["branches"].path, LISTS["branches"].path, about="branches")


def row_outcomes(data: Any, start: int, count: int, about: str) -> list[RowOutcome]:
    """The outcome of each row of a batch, in the order of the rows.

    Raises:
        InDoubt: the answer does not speak of every row.
    """
    outcomes: dict[int, RowOutcome] = {}
    for position, row in enumerate(_rows(data)):
        index = int(row.get("row_index", position))
        response = row.get("response")
        target = str(response.get("user_id") or "") if isinstance(response, dict) else ""
        message = mask_addresses(str(row.get("message") or ""))
        outcomes[index] = RowOutcome(start + index, bool(row.get("success")), target, message)
    if sorted(outcomes) != list(range(count)):
        raise InDoubt(
            f"{VENDOR}: the answer to {about} speaks of {len(outcomes)} of {count} rows\n"
            "  Some may have been written: the target is read before anything is sent again."
        )
    return [outcomes[index] for index in range(count)]


def _rows(data: Any) -> list[Json]:
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _side(side: Any) -> MergeSide | None:
    return MergeSide(str(side["status"]), side.get("date_complete")) if side else None


def _merge_path(kept_id_lms: str, gone_id_lms: str) -> str:
    return f"/manage/v1/user/{int(kept_id_lms)}/merge/{int(gone_id_lms)}"
