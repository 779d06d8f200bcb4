"""What holds of every reconciliation: one situation a record, one identity a wish, whatever the order of rows."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_hris_pipeline.model.wish import canonical_json, wish_id
from lms_hris_pipeline.tables import canonical, reconcile
from lms_hris_pipeline_tests.support.reconcile import link, meaning, pending, reconciled, recorded
from lms_hris_pipeline_tests.support.stage import (
    Record,
    course,
    enrolment,
    job,
    learning_record,
    rows_of,
    user,
    wid,
    worker,
)

SLOW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
COURSES = [course(1), course(2), course(3, status="retired", equivalent_to="C-1"), course(4, status="retired")]
GROUPS = [{"id": str(n), "name": name, "type": "manual"} for n, name in enumerate(["JF: Analysis", "JF: Building"], 1)]


def company(seed: int, size: int) -> dict[str, Any]:
    """A random small world: some people agree, most do not, some pairs are undecided, some changes are under way."""
    chance = Random(seed)
    day = date(2026, 11, 2)

    def moved(record: Record, number: int) -> Record:
        if chance.random() < 0.3:
            record["Termination_Date"] = (day + timedelta(days=chance.randint(-5, 5))).isoformat()
        if chance.random() < 0.2:
            record["Hire_Date"] = (day + timedelta(days=chance.randint(-5, 30))).isoformat()
        if chance.random() < 0.1:
            record["Hire_Rescinded"] = "1"
        if chance.random() < 0.3:
            record["Universal_ID"] = f"U{chance.randint(0, size // 2)}"
        if chance.random() < 0.1:
            record["Email_Work"] = f"person{chance.randint(0, size)}@lumen.example"
        return record

    workers = [
        moved(
            worker(
                number,
                [
                    job(
                        number,
                        Manager_WID=wid(chance.randint(0, size)) if chance.random() < 0.7 else None,
                        Job_Profile_ID=chance.choice(["JP-1", "JP-2", None]),
                        Cost_Center_ID=chance.choice(["CC-1", "CC-2", ""]),
                    )
                ],
            ),
            number,
        )
        for number in range(size)
    ]
    users = [
        user(
            number,
            status=chance.choice("1110"),
            level=chance.choice(["user"] * 9 + ["power_user"]),
            field_8=chance.choice([None] * 9 + ["external"]),
            last_name=chance.choice([f"Last{number}", "Other"]),
            manager_id=chance.choice([None, str(10_000 + chance.randint(0, size))]),
        )
        for number in range(size)
        if chance.random() < 0.8
    ]
    people = []
    for account in users:
        number = int(account["user_id"]) - 10_000
        decision = chance.choice(["link"] * 6 + ["duplicate", "review", "no_match"])
        partner = None if decision == "no_match" else chance.choice([number, number, number, chance.randrange(size)])
        if account["level"] == "user" and account["field_8"] is None:
            people.append(link(number, partner, decision))
    numbers = [int(account["user_id"]) - 10_000 for account in users]
    return {
        "hris": {
            "workers": workers,
            "learning_records": [
                learning_record(n, chance.randrange(size), chance.randint(1, 5), f"2026-0{chance.randint(1, 2)}-01")
                for n in range(size)
            ],
        },
        "lms": {
            "users": users,
            "courses": COURSES,
            "groups": GROUPS,
            "group_members": [
                {"group_id": chance.choice("12"), "user_id": str(10_000 + number)}
                for number in numbers
                if chance.random() < 0.8
            ],
            "enrolments": [
                enrolment(n, chance.choice(numbers or [0]), chance.randint(1, 5), f"2026-0{chance.randint(1, 2)}-01")
                for n in range(size)
            ],
            "course_skills": [{"course_id": "1", "skill_id": "1", "title": "sql"}],
        },
        "people": people,
        "skills": [meaning("sql", "S-SQL")],
        "links": [
            recorded(n, n, chance.choice(["primary", "primary", "duplicate"]))
            for n in range(size)
            if chance.random() < 0.3
        ],
        "waiting": [
            pending("account", "update", f"learner:{10_000 + n}") for n in range(size) if chance.random() < 0.1
        ],
    }


def shuffled(world: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same world, every list in another order."""
    chance = Random(seed)

    def mixed(rows: list[Any]) -> list[Any]:
        return chance.sample(rows, len(rows))

    return {
        **{name: mixed(world[name]) for name in ("people", "skills", "links", "waiting")},
        **{system: {name: mixed(rows) for name, rows in world[system].items()} for system in ("hris", "lms")},
    }


@SLOW
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40))
def test_every_record_is_in_one_situation(seed: int, size: int) -> None:
    batch = reconciled(**company(seed, size))
    found = Counter((row["record_kind"], row["record_id"]) for row in rows_of(batch, reconcile.SITUATIONS))
    everybody = {("worker", row["worker_id_hris"]) for row in rows_of(batch, canonical.WORKERS)}
    everybody |= {("learner", row["learner_id_lms"]) for row in rows_of(batch, canonical.LEARNERS)}
    assert found == Counter(everybody)
    for row in rows_of(batch, reconcile.SITUATIONS):
        allowed = reconcile.WORKER_SITUATIONS if row["record_kind"] == "worker" else reconcile.LEARNER_SITUATIONS
        assert row["situation"] in allowed
    batch.close()


@SLOW
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40))
def test_contracts_hold(seed: int, size: int) -> None:
    batch = reconciled(**company(seed, size))
    for table in reconcile.TABLES:
        rows = rows_of(batch, table)
        for column in table.columns:
            for row in rows:
                if column.values and row[column.name] is not None:
                    assert row[column.name] in column.values, (table.name, column.name)
    first = Counter(row["person_key"] for row in rows_of(batch, reconcile.PERSON_ACCOUNTS) if row["role"] == "primary")
    assert set(first.values()) <= {1}
    batch.close()


@SLOW
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40))
def test_scenario_06_order_of_rows_changes_nothing(seed: int, size: int) -> None:
    world = company(seed, size)
    one, other = reconciled(**world), reconciled(**shuffled(world, seed))
    for table in (*canonical.TABLES, *reconcile.TABLES):
        said = [column.name for column in table.columns if not column.volatile]
        assert one.read(table).select(said).equals(other.read(table).select(said)), table.sql_name
    one.close()
    other.close()


hostile = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def assert_identities(rows: list[Record], exceptions: list[Record]) -> None:
    """Every wish and every finding has the identity that the model gives it; JSON texts are canonical."""
    for row in rows:
        desired, base = json.loads(row["desired"]), json.loads(row["base"])
        assert row["desired"] == canonical_json(desired)
        assert row["base"] == canonical_json(base)
        assert row["wish_id"] == wish_id(
            row["target_system"], row["entity"], row["target_key"], row["operation"], desired, base
        )
    names = ("type", "worker_id_hris", "learner_id_lms", "field", "hris_value", "lms_value")
    for row in exceptions:
        assert row["exception_id"] == sha256(canonical_json([row[name] for name in names]).encode()).hexdigest()


@SLOW
@given(values=st.lists(hostile, min_size=1, max_size=40))
def test_identities_of_hostile_text(values: list[str]) -> None:
    numbers = range(len(values))
    batch = reconciled(
        {"workers": [worker(number, Legal_First_Name=values[number]) for number in numbers]},
        {"users": [user(number, last_name=values[-1 - number]) for number in numbers]},
        people=[link(number, number) for number in numbers],
        skills=[meaning(tag, None, "no_match") for tag in set(values)],
    )
    assert_identities(rows_of(batch, reconcile.PROPOSED_DELTAS), rows_of(batch, reconcile.EXCEPTIONS))
    batch.close()


def test_identities_of_every_control_character_and_escape() -> None:
    texts = [f"a{chr(code)}b" for code in range(0x100)] + [
        "\\u001F",
        "\\\\u001F",
        "\\\x1f",
        "\\\\\x0b\\",
        '"\x1a"',
        "\u2028\U0001f600",
    ]
    numbers = range(len(texts))
    batch = reconciled(
        {"workers": [worker(number) for number in numbers]},
        {"users": [user(number, last_name=texts[number]) for number in numbers]},
        people=[link(number, number) for number in numbers],
    )
    rows = rows_of(batch, reconcile.PROPOSED_DELTAS)
    assert len(rows) == len(texts)
    assert_identities(rows, rows_of(batch, reconcile.EXCEPTIONS))


@SLOW
@given(seed=st.integers(0, 10_000))
def test_identities_of_a_company(seed: int) -> None:
    batch = reconciled(**company(seed, 40))
    assert_identities(rows_of(batch, reconcile.PROPOSED_DELTAS), rows_of(batch, reconcile.EXCEPTIONS))
    batch.close()


@SLOW
@given(seed=st.integers(0, 10_000))
def test_circles_of_managers_are_those_found_by_walking(seed: int) -> None:
    batch = reconciled(**company(seed, 40))
    employments = {row["worker_id_hris"]: row for row in rows_of(batch, canonical.EMPLOYMENTS)}
    up: dict[str, str] = {}
    for worker_id, row in employments.items():
        manager = employments.get(row["manager_worker_id_hris"])
        if row["is_current"] and row["is_in_scope"] and manager:
            boss = manager["current_worker_id_hris"]
            if employments[boss]["is_in_scope"]:
                up[worker_id] = boss
    walked = set()
    for start in up:
        at, steps = up[start], 0
        while at != start and at in up and steps <= len(up):
            at, steps = up[at], steps + 1
        if at == start:
            walked.add(start)
    assert {row["worker_id_hris"] for row in rows_of(batch, reconcile.MANAGER_CYCLES)} == walked
    batch.close()
