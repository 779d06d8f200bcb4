"""The vendors' stores in a form that can be compared: what publication is answerable for, field by field.

Ids that the vendors give are left out, since they are not known beforehand: an account is known by its user name.
Left out as well: stamps, automatic groups, which follow later, and open enrolments, which the learning system's own
rules add.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lms_hris_pipeline.sandbox.store import COMPANY_FILE, open_company
from lms_hris_pipeline.sandbox.truth.accounts import ACCOUNT_KIND, FIELDS
from lms_hris_pipeline.sandbox.truth.parsing import day, lower, score, score_text
from lms_hris_pipeline.sandbox.truth.publication import publish_expected
from lms_hris_pipeline.sandbox.truth.store import TRUTH_FILE

Values = Mapping[str, str | None]
Entry = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Accounts by user name with their values; completions, HR learning records and HR skills, each with a count."""

    accounts: Mapping[str, Values]
    completions: Counter[Entry]
    """(user name, course, day, score, archived or present)."""
    learning_records: Counter[Entry]
    """(worker, course, day, score, rescinded or valid)."""
    skills: Counter[Entry]
    """(worker, skill or words)."""
    workers: Mapping[str, str]
    """HR's records by worker: nothing here ever writes them."""


def read_state(folder: Path) -> State:
    """The vendors' stores as they are."""
    with closing(open_company(folder)) as company:
        return State(
            accounts=_accounts(company),
            completions=Counter(_completions(company)),
            learning_records=Counter(
                (wid, content, day(done) or "", score_text(score(result)) or "", "rescinded" if rescinded else "valid")
                for wid, content, done, result, rescinded in company.execute(
                    "select wid, content_id, completion_date, score, rescinded from hris_learning_records"
                )
            ),
            skills=Counter(
                (wid, skill or name)
                for wid, skill, name in company.execute("select wid, skill_id, skill_name from hris_skill_items")
            ),
            workers=dict(company.execute("select wid, record from hris_workers").fetchall()),
        )


def expected_state(folder: Path) -> State:
    """The vendors' stores as they must be once every expected change is approved and published.

    `folder` itself is left as it is. The truth must be fresh.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        with closing(open_company(folder)) as company, closing(sqlite3.connect(copy / COMPANY_FILE)) as target:
            company.backup(target)
        shutil.copyfile(folder / TRUTH_FILE, copy / TRUTH_FILE)
        publish_expected(copy)
        return read_state(copy)


def differences(expected: State, actual: State) -> list[str]:
    """What `actual` has otherwise than `expected`, in words, sorted; empty where they agree."""
    found = list(_account_differences(expected.accounts, actual.accounts))
    for about, wanted, held in (
        ("completion", expected.completions, actual.completions),
        ("HR learning record", expected.learning_records, actual.learning_records),
        ("HR skill", expected.skills, actual.skills),
    ):
        for entry in sorted(wanted.keys() | held.keys()):
            if wanted[entry] != held[entry]:
                found.append(f"{about} {' / '.join(entry)}: {held[entry]} instead of {wanted[entry]}")
    for worker in sorted(expected.workers.keys() | actual.workers.keys()):
        if expected.workers.get(worker) != actual.workers.get(worker):
            found.append(f"HR worker {worker}: the record was changed")
    return found


def _account_differences(expected: Mapping[str, Values], actual: Mapping[str, Values]) -> Iterator[str]:
    for name in sorted(expected.keys() | actual.keys()):
        wanted, held = expected.get(name), actual.get(name)
        if wanted is None or held is None:
            yield f"account {name}: {'is missing' if held is None else 'ought not to be'}"
            continue
        for field, value in wanted.items():
            if held[field] != value:
                yield f"account {name}: {field} is {held[field]!r} instead of {value!r}"


def _accounts(company: sqlite3.Connection) -> dict[str, Values]:
    branches = dict(company.execute("select id, code from lms_branches").fetchall())
    names = {row[0]: row[1].lower() for row in company.execute("select user_id, username from lms_users")}
    groups: dict[int, list[str]] = defaultdict(list)
    for user, group in company.execute(
        "select m.user_id, g.name from lms_group_members m join lms_groups g on g.id = m.group_id"
        " where g.type <> 'automatic' order by g.name"
    ):
        groups[user].append(group)
    columns = ("firstname", "lastname", "email", "status", "level", *FIELDS.values(), ACCOUNT_KIND)
    found: dict[str, Values] = {}
    for user, branch, manager, *values in company.execute(
        f"select user_id, branch_id, manager_id, {', '.join(columns)} from lms_users"  # noqa: S608 - constants
    ):
        found[names[user]] = {
            **{column: value or None for column, value in zip(columns, values, strict=True)},
            "branch": branches.get(branch),
            "manager": names.get(manager),
            "groups": "|".join(groups.get(user, ())),
        }
    return found


def _completions(company: sqlite3.Connection) -> Iterator[Entry]:
    rows = company.execute(
        "select u.username, c.code, e.completion_date, e.score, e.archived, e.status from lms_enrolments e"
        " join lms_users u on u.user_id = e.user_id join lms_courses c on c.id = e.course_id"
        " where e.completion_date is not null"
    )
    for name, code, completed, result, archived, status in rows:
        finished = day(completed)
        if finished is not None and lower(status) == "completed":
            kind = "archived" if archived else "present"
            yield (name.lower(), code, finished, score_text(score(result)) or "", kind)
