"""Nights in a row decide the same with the memory of the last as without, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_tables import link_people
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.people import (
    AS_OF,
    TODAY,
    FirmMaker,
    Record,
    account,
    decided,
    people_batch,
    recorded,
    worker,
)

NIGHTS, PEOPLE = 6, 150


class World:
    """A firm that changes from night to night."""

    def __init__(self, seed: int) -> None:
        firm = FirmMaker(PEOPLE, seed, noise=2).make()
        self.rng = Random(f"nights/{seed}")
        self.workers, self.accounts = deepcopy(firm.workers), deepcopy(firm.accounts)
        self.links: list[Record] = []
        self.decisions: list[Record] = []

    def pick(self, count: int = 1) -> list[Record]:
        """Some worker records."""
        return self.rng.sample(self.workers, count)

    def pick_accounts(self, count: int = 1) -> list[Record]:
        """Some accounts."""
        return self.rng.sample(self.accounts, count)


def hire(world: World) -> None:
    """Somebody comes, of a name that others have."""
    [model], name = world.pick(), f"N{world.rng.randrange(10**6):06}"
    world.workers.append(worker(name, model["first_name"], model["last_name"], employee_number=name[1:]))
    world.accounts.append(account(f"A{name}", model["first_name"], model["last_name"], employee_number=name[1:]))


def erase(world: World) -> None:
    """Records disappear on either side."""
    world.workers.remove(world.pick()[0])
    world.accounts.remove(world.pick_accounts()[0])


def leave(world: World) -> None:
    """Somebody leaves, and another of the same name is hired some days later."""
    [old] = world.pick()
    old["termination_date"] = TODAY - timedelta(days=30)
    again = worker(
        f"R{world.rng.randrange(10**6):06}", old["first_name"], old["last_name"], hire_date=TODAY - timedelta(days=9)
    )
    world.workers.append(again)


def marry(world: World) -> None:
    """Names change on either side."""
    [one], [other] = world.pick(), world.pick_accounts()
    one["former_last_names"] = [one["last_name"]] if one["last_name"] else []
    one["last_name"] = world.rng.choice(("Lorenz", "Kaya"))
    other["first_name"] = world.pick()[0]["first_name"]


def grow_common(world: World) -> None:
    """So many get one name and department that keys of theirs become common; or less so, the next time."""
    if world.rng.random() < 0.5:
        for one in world.pick(45):
            one["last_name"], one["department"] = "Smith", "D1"
        for one in world.pick_accounts(5):
            one["last_name"], one["department"] = "Smith", "D1"
    else:
        for one in [one for one in world.workers if one["last_name"] == "Smith"][:20]:
            one["last_name"] = "Wrona"


def share_address(world: World) -> None:
    """An address becomes that of several, or several lose it."""
    address = world.pick_accounts()[0]["email"] or "desk@firm.example"
    for one in world.pick_accounts(world.rng.randrange(1, 4)):
        one["email"] = address
    for one in world.pick(world.rng.randrange(0, 4)):
        one["email"] = address
    for one in world.pick_accounts(3):
        one["email"] = None


def swap_numbers(world: World) -> None:
    """Two get each other's number."""
    one, other = world.pick_accounts(2)
    one["employee_number"], other["employee_number"] = other["employee_number"], one["employee_number"]


def move(world: World) -> None:
    """A team moves."""
    for one in world.pick(5):
        one["department"], one["location_id"] = "D3", "LOC-NEW"


def join_persons(world: World) -> None:
    """HR joins two records of one person, or parts them."""
    one, other = world.pick(2)
    for record in (one, other):
        record["universal_id"], record["person_key"] = "U7", "person:U7"
    [gone] = world.pick()
    gone["universal_id"], gone["person_key"] = None, f"worker:{gone['worker_id_hris']}"


def say(world: World) -> None:
    """A person decides on pairs, the ledger records links or forgets them."""
    used = {row["learner_id_lms"] for row in world.links}
    for one in world.pick_accounts(2):
        world.decisions.append(
            decided(one["learner_id_lms"], world.pick()[0]["worker_id_hris"], world.rng.choice(("same", "different")))
        )
    for one in world.pick_accounts(3):
        if one["learner_id_lms"] not in used:
            world.links.append(recorded(one["learner_id_lms"], world.pick()[0]["worker_id_hris"]))
            used.add(one["learner_id_lms"])
    if world.links and world.rng.random() < 0.5:
        world.links.pop(0)


CHANGES: tuple[Callable[[World], None], ...] = (
    hire, erase, leave, marry, grow_common, share_address, swap_numbers, move, join_persons, say,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_every_night_decides_as_if_it_had_never_seen_another(seed: int, tmp_path: Path) -> None:
    world, batch, memory = World(seed), Batch.in_memory(as_of=AS_OF), tmp_path / "memory"
    try:
        for night in range(NIGHTS):
            for change in world.rng.choices(CHANGES, k=night and world.rng.choice((1, 1, 2, 6))):
                change(world)
            people_batch(world.workers, world.accounts, _once(world.links), _once(world.decisions), batch=batch)
            anew = match_people(batch, MatchSettings())
            remembering = match_people(batch, MatchSettings(), None, memory)
            assert remembering.rows.to_pylist() == anew.rows.to_pylist(), f"night {night}"
            assert remembering.shown == anew.shown
    finally:
        batch.close()


@pytest.mark.parametrize("seed", range(4))
def test_tables_of_every_night_are_linked_as_if_anew(seed: int, tmp_path: Path) -> None:
    world = World(100 + seed)
    for night in range(NIGHTS):
        for change in world.rng.choices(CHANGES, k=night and world.rng.choice((1, 2, 6))):
            change(world)
        world.rng.shuffle(world.workers)
        world.rng.shuffle(world.accounts)
        workers, learners = _table(world.workers, "worker_id_hris"), _table(world.accounts, "learner_id_lms")
        anew = link_people(workers, learners, None, MatchSettings())
        remembering = link_people(workers, learners, None, MatchSettings(), memory=tmp_path / "memory")
        assert remembering.rows.to_pylist() == anew.rows.to_pylist(), f"night {night}"
        assert remembering.shown == anew.shown


def _once(rows: list[Record]) -> list[Record]:
    """The last word on each pair."""
    return list({(row["learner_id_lms"], row["worker_id_hris"]): row for row in rows}.values())


def _table(records: list[Record], key: str) -> pa.Table:
    """Records as somebody would bring them; accounts without the date, which they hold as text."""
    columns = ["employee_number", "first_name", "last_name", "email", "department"]
    if key == "worker_id_hris":
        columns += ["universal_id", "hire_date"]
    found = {key.rpartition("_")[0]: pa.array([record[key] for record in records], pa.string())}
    for name in columns:
        kind = pa.date32() if name == "hire_date" else pa.string()
        found[name] = pa.array([record[name] for record in records], kind)
    return pa.table(found)
