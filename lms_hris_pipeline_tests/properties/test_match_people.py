"""What holds for the matching of people whatever the records: worlds drawn so that names and keys collide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_tables import link_people
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.people import (
    AS_OF,
    DECIDED,
    TODAY,
    Record,
    account,
    decided,
    people_batch,
    recorded,
    worker,
)

FIRSTS = ("Ada", "Adam", "Bill", "William", "Юлия", "Julija", "Jürgen", "Juergen")
LASTS = ("Lorenz", "Lorentz", "Kaya", "Meier-Schmidt", "Schmidt", "Ada")
NUMBERS = (None, "1001", "1002", "E1001", "2002")
EMAILS = (None, "a@firm.example", "b@firm.example", "ada.lorenz@firm.example", "c@mail.example")
ENDED = (None, TODAY - timedelta(days=400), TODAY - timedelta(days=5))
World = tuple[list[Record], list[Record], list[Record], list[Record]]
# one matching costs about 0.15 s whatever its size: few examples a property, each drawn dense with collisions
FEW, MORE = (
    settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    for count in (8, 24)
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to seven worker records and seven accounts, some of them known to the ledger or decided by people."""
    pick = st.sampled_from
    workers = [
        worker(
            f"W{number}",
            draw(pick(FIRSTS)),
            draw(pick(LASTS)),
            employee_number=draw(pick(NUMBERS)),
            email=draw(pick(EMAILS)),
            universal_id=draw(pick((None, None, "U1"))),
            hire_date=draw(pick((date(2015, 5, 1), date(2020, 1, 1), TODAY - timedelta(days=9)))),
            termination_date=draw(pick(ENDED)),
            worker_type=draw(pick(("Employee", "Contingent Worker"))),
        )
        for number in range(draw(st.integers(1, 7)))
    ]
    accounts = [
        account(
            str(number),
            draw(pick(FIRSTS)),
            draw(pick(LASTS)),
            employee_number=draw(pick(NUMBERS)),
            email=draw(pick(EMAILS)),
            hire_date=draw(pick((None, "2015-05-01", "2020-01-01"))),
            department=draw(pick((None, "D1"))),
            location_id=draw(pick((None, "LOC-BER", "LOC-MEL"))),
            is_active=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 7)))
    ]
    names = st.tuples(
        pick([made["learner_id_lms"] for made in accounts]), pick([made["worker_id_hris"] for made in workers])
    )
    links = [
        recorded(learner, worker_id, draw(pick(("primary", "duplicate"))))
        for learner, worker_id in draw(st.lists(names, max_size=2, unique_by=lambda pair: pair[0]))
    ]
    decisions = [
        decided(learner, worker_id, draw(pick(("same", "different"))))
        for learner, worker_id in draw(st.lists(names, max_size=3, unique=True))
    ]
    return workers, accounts, links, decisions


@pytest.fixture(scope="module")
def batch() -> Iterator[Batch]:
    made = Batch.in_memory(as_of=AS_OF)
    yield made
    made.close()


def _match(batch: Batch, world: World) -> dict[str, Record]:
    people_batch(*world, batch=batch)
    return {row["learner_id_lms"]: row for row in match_people(batch, MatchSettings()).rows.to_pylist()}


@FEW
@given(world=worlds(), seed=st.integers(0, 99))
def test_the_order_of_the_input_changes_nothing(batch: Batch, world: World, seed: int) -> None:
    shuffled: World = tuple(Random(seed).sample(rows, len(rows)) for rows in world)  # type: ignore[assignment]
    assert _match(batch, shuffled) == _match(batch, world)


@MORE
@given(world=worlds())
def test_invariants_of_every_world(batch: Batch, world: World) -> None:
    rows = _match(batch, world)
    persons = {record["worker_id_hris"]: record["person_key"] for record in world[0]}
    _one_row_an_account_and_one_first_account_a_person(rows, persons, world)
    _rows_are_whole(rows, persons)
    _people_and_the_ledger_are_obeyed(rows, persons, world)


def _one_row_an_account_and_one_first_account_a_person(
    rows: dict[str, Record], persons: dict[str, str], world: World
) -> None:
    assert set(rows) == {made["learner_id_lms"] for made in world[1]}
    firsts = Counter(persons[row["worker_id_hris"]] for row in rows.values() if row["decision"] == "link")
    assert [person for person, count in firsts.items() if count > 1] == []


def _rows_are_whole(rows: dict[str, Record], persons: dict[str, str]) -> None:
    for row in rows.values():
        assert (row["worker_id_hris"] is None) == (row["decision"] == "no_match")
        assert (row["primary_learner_id_lms"] is not None) == (row["decision"] == "duplicate")
        if row["decision"] == "duplicate":
            first = rows[row["primary_learner_id_lms"]]
            assert first["decision"] == "link"
            assert persons[first["worker_id_hris"]] == persons[row["worker_id_hris"]]
        assert row["reason"].endswith(".")
        assert "None" not in row["reason"]


def _people_and_the_ledger_are_obeyed(rows: dict[str, Record], persons: dict[str, str], world: World) -> None:
    words = {(word["learner_id_lms"], persons[word["worker_id_hris"]]): set() for word in world[3]}
    for word in world[3]:
        words[word["learner_id_lms"], persons[word["worker_id_hris"]]].add(word["verdict"])
    began = {record["worker_id_hris"]: record["hire_date"] for record in world[0]}
    forbidden = {pair for pair, verdicts in words.items() if "different" in verdicts}
    for name, row in rows.items():
        assert (name, persons.get(row["worker_id_hris"])) not in forbidden
        same = {person for (learner, person), verdicts in words.items() if learner == name and verdicts == {"same"}}
        if same and row["decision"] == "review":
            assert began[row["worker_id_hris"]] > DECIDED.date(), "who came later is a question of its own"
            assert persons[row["runner_up_worker_id_hris"]] in same
        elif same:
            assert row["decision"] in ("link", "duplicate")
            assert persons[row["worker_id_hris"]] in same
    for link in world[2]:
        name, person = link["learner_id_lms"], persons[link["worker_id_hris"]]
        overruled = any(
            learner == name and (word != {"different"} or other == person) for (learner, other), word in words.items()
        )
        row = rows[name]
        if not overruled and row["decision"] != "review":
            assert (row["worker_id_hris"], row["method"]) == (link["worker_id_hris"], "recorded")
        elif not overruled:
            assert row["method"] == "recorded", (
                "a recorded link is held back only where its person seems to have come back"
            )
            assert persons[row["runner_up_worker_id_hris"]] == person


@FEW
@given(before=worlds(), after=worlds(), seed=st.integers(0, 99))
def test_a_night_that_remembers_the_last_decides_the_same(
    batch: Batch, before: World, after: World, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    memory = tmp_path_factory.mktemp("memory") / "memory"
    rng = Random(seed)
    mixed = tuple(_mixed(old, new, rng) for old, new in zip(before[:2], after[:2], strict=True))
    later = (*mixed, *after[2:])
    for world in (before, later):
        people_batch(*world, batch=batch)
        found = match_people(batch, MatchSettings(), None, memory).rows
        assert found.equals(match_people(batch, MatchSettings()).rows)


def _mixed(before: list[Record], after: list[Record], rng: Random) -> list[Record]:
    """The records after, of which those that were there before differ in one field at most."""
    mixed = list(after)
    for place, (old, new) in enumerate(zip(before, after, strict=False)):
        field = rng.choice([name for name in ("first_name", "employee_number", "email", "hire_date") if name in new])
        mixed[place] = {**old, field: new[field]}
    return mixed


@FEW
@given(world=worlds())
def test_an_unrelated_person_changes_no_other_decision(batch: Batch, world: World) -> None:
    before = _match(batch, world)
    workers, accounts, links, decisions = world
    newcomer = worker(
        "X1",
        "Zoltán",
        "Ørsted",
        employee_number="777777",
        department="D77",
        location_id="X",
        hire_date=date(2011, 7, 7),
    )
    theirs = account("900", "Zoltán", "Ørsted", employee_number="777777")
    after = _match(batch, ([*workers, newcomer], [*accounts, theirs], links, decisions))
    assert after.pop("900")["worker_id_hris"] == "X1"
    assert after == before


@FEW
@given(world=worlds())
def test_a_link_that_was_recorded_is_found_again(batch: Batch, world: World) -> None:
    workers, accounts, _, decisions = world
    first = _match(batch, (workers, accounts, [], decisions))
    links = [
        recorded(name, row["worker_id_hris"], "primary" if row["decision"] == "link" else "duplicate")
        for name, row in first.items()
        if row["decision"] in ("link", "duplicate")
    ]
    second = _match(batch, (workers, accounts, links, decisions))
    kept = {
        name: (row["decision"], row["worker_id_hris"]) for name, row in first.items() if row["decision"] != "review"
    }
    assert {name: (row["decision"], row["worker_id_hris"]) for name, row in second.items() if name in kept} == kept


# --- tables that somebody brings -------------------------------------------------------------------------------------

Rows = dict[str, dict[str, str | date | None]]
Said = list[tuple[str, str, str]]
_CELLS = {
    "first_name": FIRSTS,
    "last_name": LASTS,
    "employee_number": NUMBERS,
    "email": EMAILS,
    "department": (None, "D1", "D2"),
}


@st.composite
def given_tables(draw: st.DrawFn) -> tuple[Rows, Rows, Said]:
    """Up to seven workers and learners, and what somebody said about some of their pairs."""

    def some(letter: str) -> Rows:
        cells = {name: st.sampled_from(values) for name, values in _CELLS.items()}
        cells["hire_date"] = st.sampled_from((None, date(2015, 5, 1), date(2020, 1, 1)))
        rows = draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=7))
        return {f"{letter}{number}": row for number, row in enumerate(rows)}

    workers, learners = some("W"), some("L")
    pairs = st.tuples(st.sampled_from(sorted(workers)), st.sampled_from(sorted(learners)))
    listed = draw(st.lists(pairs, max_size=3, unique_by=lambda pair: pair[1]))
    return workers, learners, [(*pair, draw(st.sampled_from(("same", "different")))) for pair in listed]


def _linked(workers: Rows, learners: Rows, said: Said) -> dict[str, Record]:
    def table(key: str, rows: Rows) -> pa.Table:
        kinds = {name: pa.date32() if name == "hire_date" else pa.string() for name in (*_CELLS, "hire_date")}
        cells = {name: pa.array([row[name] for row in rows.values()], kind) for name, kind in kinds.items()}
        return pa.table({key: pa.array(list(rows)), **cells})

    decisions = pa.table(
        {
            name: pa.array([row[place] for row in said], pa.string())
            for place, name in enumerate(("worker_id", "learner_id", "decision"))
        }
    )
    found = link_people(table("worker_id", workers), table("learner_id", learners), decisions, MatchSettings())
    return {row["learner_id"]: row for row in found.rows.to_pylist()}


@FEW
@given(drawn=given_tables(), seed=st.integers(0, 99))
def test_given_tables_are_linked_one_to_one_in_any_order_and_as_people_said(
    drawn: tuple[Rows, Rows, Said], seed: int
) -> None:
    workers, learners, said = drawn
    rows = _linked(workers, learners, said)
    shuffled = [dict(Random(seed).sample(list(rows.items()), len(rows))) for rows in (workers, learners)]
    assert _linked(*shuffled, Random(seed).sample(said, len(said))) == rows
    assert set(rows) == set(learners)
    links = Counter(row["worker_id"] for row in rows.values() if row["decision"] == "link")
    assert [worker_id for worker_id, count in links.items() if count > 1] == []
    for row in rows.values():
        assert (row["worker_id"] is None) == (row["decision"] == "no_match")
        assert row["decision"] != "duplicate" or links[row["worker_id"]] == 1
    for worker_id, learner_id, decision in said:
        row = rows[learner_id]
        if decision == "same":
            assert row["worker_id"] == worker_id
            assert row["decision"] in ("link", "duplicate")
        else:
            assert row["worker_id"] != worker_id


@FEW
@given(drawn=given_tables())
def test_an_unrelated_person_changes_no_other_link(drawn: tuple[Rows, Rows, Said]) -> None:
    workers, learners, said = drawn
    other = {
        "first_name": "Zoltán", "last_name": "Ørsted", "employee_number": "777777", "email": "z@far.example",
        "department": "D77", "hire_date": date(2011, 7, 7),
    }  # fmt: skip
    before = _linked(workers, learners, said)
    after = _linked({**workers, "X1": other}, {**learners, "X9": other}, said)
    assert after.pop("X9")["worker_id"] == "X1"
    assert after == before
