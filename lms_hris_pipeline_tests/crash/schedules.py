"""Kills a publication at every step that outlives a kill, starts again, and compares with an undisturbed one.

Runs as a process of its own, warm and with a single thread: `python -m …crash.schedules <folder> kills|troubles`. Each
schedule is a fork of it. Prints one JSON line: how many schedules ran, and what was wrong after which.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms_hris_pipeline.model.errors import PipelineError
from lms_hris_pipeline.sandbox.store import open_company
from lms_hris_pipeline_tests.support.in_process import TROUBLES, Bench, answer_in_place
from lms_hris_pipeline_tests.support.ledger import NOW, policy
from lms_hris_pipeline_tests.support.publishing import (
    BATCH,
    completion,
    creation,
    deactivation,
    groups,
    manager,
    merge,
    move,
    reactivation,
    record,
    skill,
    update,
)
from lms_hris_pipeline_tests.support.sandbox_api import make_company, wid

HISTORY = (
    (40, 1, "completed", "2026-01-05", "60", 0), (40, 2, "subscribed", None, None, 0), (40, 4, "completed", "2025-01-05", None, 1),
    (41, 1, "completed", "2026-01-05", "90", 0), (41, 2, "completed", "2026-02-05", "70", 0), (41, 3, "completed", "2026-03-05", None, 0),
)  # fmt: skip
WISHES = (
    creation(601), creation(602), creation(603),
    update(5, {"last_name": "Changed"}, {"last_name": "Last5"}),
    update(6, {"username": "renamed6@lumen.example", "last_name": "Moreau"}, {"username": "user6@lumen.example", "last_name": "Last6"}),
    update(5, {"location": "LOC-PAR"}, {"location": "LOC-BER"}, "profile"),
    move(7, "SUP-3", "SUP-2"), move(10, "SUP-3", "SUP-2"),
    manager("learner:9", {"manager_learner_id": "2"}, "1"),
    manager(f"worker:{wid(601)}", {"manager_worker_id": wid(602)}),
    groups("learner:10", add="JF: Finance|Book club"), groups("learner:1", remove="JF: Finance", held="JF: Finance"),
    completion(11, "C-009", "2026-05-05", score="88"), completion(7, "C-011", "2026-05-06"),
    deactivation(8), deactivation(12), reactivation(13),
    merge(40, 41, "C-001@2026-01-05|C-004@2025-01-05", "C-001@2026-01-05|C-002@2026-02-05|C-003@2026-03-05"),
    record(3, "C-002", "2026-06-06", "77"), record(3, "C-002", "2025-06-06"), record(4, "C-002", "2026-06-06"),
    skill(3, "SK-1"), skill(3, "SK-2"), skill(4, "SK-1"),
)  # fmt: skip
UNWANTED = (deactivation(14), deactivation(15))
"""The first is rejected, the second in shadow: neither is ever done."""

SEEDS = range(24)
AT_A_TIME = 2


def make_template(folder: Path) -> Bench:
    """A company and a ledger with everything approved that is to be published."""
    folder.mkdir(parents=True)
    make_company(folder)
    company = open_company(folder)
    company.execute("update lms_users set status = '0' where user_id = 13")
    company.execute("delete from lms_enrolments where user_id in (40, 41)")
    for learner, course, status, day, score, archived in HISTORY:
        company.execute(
            "insert into lms_enrolments(user_id, course_id, status, level, enrollment_date, completion_date, score,"
            " last_update, owner, archived) values(?, ?, ?, 'learner', '2026-01-01 08:00:00', ?, ?, '2026-01-01 08:00:00', 'admin', ?)",
            (learner, course, status, f"{day} 08:00:00" if day else None, score, archived),
        )
    company.commit()
    company.execute("pragma wal_checkpoint(truncate)")
    company.close()
    bench = Bench(folder)
    with bench.ledger() as ledger:
        given: dict[str, Any] = {
            "batch_id": BATCH,
            "as_of": NOW,
            "now": NOW,
            "is_complete": False,
            "rejection_days": 90,
        }
        ledger.propose([*WISHES, UNWANTED[0]], policy=policy("approve"), **given)
        waiting = {delta.wish_id: delta.delta_id for delta in ledger.deltas(states=("proposed",))}
        ledger.reject([waiting.pop(UNWANTED[0].wish_id)], by="Ada", now=NOW)
        ledger.approve(list(waiting.values()), by="Ada", now=NOW)
        ledger.propose([UNWANTED[1]], policy=policy("shadow"), **given)
    return bench


def begin_fork(work: Callable[[], None]) -> int:
    """Start `work` in a fork; its process id. It ends with status 0 only if `work` came to its end."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def in_fork(work: Callable[[], None]) -> int:
    """Run `work` in a fork; its wait status: 0, or what killed it."""
    return os.waitpid(begin_fork(work), 0)[1]


def killer(steps: int) -> Callable[[str], None]:
    """A hook that kills its process after so many steps, as kill -9 would."""
    left = steps

    def hook(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def recover(bench: Bench, file: Path) -> None:
    """Publish again as the next nights would, then write down what is there."""
    with bench.ledger() as ledger:
        for minutes in (0, 45):
            bench.pass_time(minutes)
            bench.publish(ledger=ledger)
        again = bench.publish(ledger=ledger)[0]
        state = bench.state(ledger)
    state["sent again"] = again.counts
    file.write_text(json.dumps(state), encoding="utf-8")


def differences(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What is missing and what is too much, by part of the state."""
    wrong: dict[str, Any] = {}
    for name, rows in expected.items():
        if rows != found[name]:
            ours, theirs = list(map(str, found[name])), list(map(str, rows))
            wrong[name] = {
                "too much": [r for r in ours if r not in theirs][:5],
                "missing": [r for r in theirs if r not in ours][:5],
            }
            wrong[name]["rows"] = [len(theirs), len(ours)]
    return wrong


class Schedules:
    """All schedules of one kind against one oracle."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = make_template(folder / "template")
        self.steps: list[str] = []
        undisturbed = self.template.copy_to(folder / "undisturbed")
        self.calls = undisturbed.publish(hook=self.steps.append)[1]
        recover(undisturbed, folder / "oracle.json")
        self.oracle = json.loads((folder / "oracle.json").read_text(encoding="utf-8"))
        self.wrong: dict[str, Any] = {}
        self.ran = 0
        self._running: dict[int, tuple[str, Path]] = {}
        # What is there by now is shared by all forks; a collection in one of them would copy it.
        gc.collect()
        gc.freeze()

    def begin(self, name: str, disturb: Callable[[Bench], None]) -> None:
        """Start a schedule: a bench of its own, disturbed, started again, its state written down."""
        if len(self._running) >= AT_A_TIME:
            self._end_one()
        self.ran += 1
        folder = self.folder / f"schedule-{self.ran}"

        def run() -> None:
            bench = self.template.copy_to(folder)
            disturb(bench)
            recover(bench, folder / "state.json")

        self._running[begin_fork(run)] = (name, folder)

    def end(self) -> None:
        """Wait for all schedules."""
        while self._running:
            self._end_one()

    def _end_one(self) -> None:
        child, status = os.wait()
        name, folder = self._running.pop(child)
        file = folder / "state.json"
        wrong = differences(self.oracle, json.loads(file.read_text())) if status == 0 else {"ended with": status}
        if wrong:
            self.wrong[name] = wrong
        shutil.rmtree(folder)

    def kill_everywhere(self) -> None:
        """One schedule for each step: killed right after it."""
        for number, step in enumerate(self.steps, 1):

            def disturb(bench: Bench, number: int = number) -> None:
                status = in_fork(lambda: publish_quietly(bench, steps=number))
                if status != signal.SIGKILL:
                    raise RuntimeError(f"it was not killed: {status}")

            self.begin(f"killed after step {number}, {step}", disturb)

    def be_late(self) -> None:
        """One schedule for each write that must not be repeated: carried out after the client gave up and read."""
        for number, call in enumerate(self.calls, 1):
            if not call.startswith("GET ") and ("/ccx/" in call or "/merge/" in call):

                def disturb(bench: Bench, number: int = number) -> None:
                    publish_quietly(bench, {number: "late"})

                self.begin(f"late call {number}, {call}", disturb)

    def make_trouble(self) -> None:
        """Random trouble in several publications, some of them killed as well."""
        for seed in SEEDS:

            def disturb(bench: Bench, seed: int = seed) -> None:
                chance = random.Random(seed)
                for _ in range(chance.randint(1, 3)):
                    rate = chance.choice([0.03, 0.1, 0.3])
                    troubles = {
                        n: chance.choice(TROUBLES) for n in range(1, 2 * len(self.calls)) if chance.random() < rate
                    }
                    steps = chance.randint(1, len(self.steps)) if chance.random() < 0.5 else 0
                    status = in_fork(lambda troubles=troubles, steps=steps: publish_quietly(bench, troubles, steps))
                    if status not in (0, signal.SIGKILL):
                        raise RuntimeError(f"a publication ended with {status}")
                    bench.pass_time(chance.choice([0, 5, 45]))

            self.begin(f"trouble of seed {seed}", disturb)


def publish_quietly(bench: Bench, troubles: dict[int, str] | None = None, steps: int = 0) -> None:
    """A publication that is killed after so many steps, or in trouble; it may end with a deliberate error alone."""
    with contextlib.suppress(PipelineError):
        bench.publish(hook=killer(steps), troubles=troubles)


def main() -> None:
    """Run the schedules of one kind."""
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    answer_in_place()
    schedules = Schedules(folder)
    if kind == "kills":
        schedules.kill_everywhere()
    else:
        schedules.be_late()
        schedules.make_trouble()
    schedules.end()
    told = {"schedules": schedules.ran, "steps": schedules.steps, "oracle": schedules.oracle, "wrong": schedules.wrong}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
