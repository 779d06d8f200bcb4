"""`lms-hris matches same|different|tag` and `crosswalk`: people's word on who is who and what a skill tag means.

Ids are held against the current batch, where there is one. What is decided takes effect in the next night.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.terminal import decider, say
from lms_hris_pipeline.ledger import CrosswalkPair, Ledger, open_ledger
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import Settings, load_settings
from lms_hris_pipeline.warehouse import Batch, BatchShelf

COLUMNS = ("learner_id_lms", "worker_id_hris")
FAULTS_SHOWN = 50
LONGEST_ID = 200
LineFault = tuple[int, str]
"""Line of a file, and what is wrong there."""

_NEXT = "It takes effect in the next night."


def run_decide_pair(learner: str, worker: str, verdict: str, by: str, reason: str) -> None:
    """Record that an account and a worker are the same person, or are not.

    Raises:
        BadInput: the current batch knows no such account or worker.
    """
    settings, name = load_settings(), decider(by)
    faults = []
    with _current(settings) as batch:
        if batch is not None:
            if unknown(batch, "canonical.learners", "learner_id_lms", [learner]):
                faults.append(f"there is no account {learner!r} in batch {batch.id}")
            if unknown(batch, "canonical.workers", "worker_id_hris", [worker]):
                faults.append(f"there is no worker {worker!r} in batch {batch.id}")
    if faults:
        raise BadInput(
            "Nothing was decided:\n  " + "\n  ".join(faults) + "\n  Ids are wanted; `lms-hris matches list` shows them."
        )
    with _ledger(settings) as ledger:
        ledger.decide_pair(learner, worker, verdict, by=name, now=clock_of(settings)(), reason=reason)
    says = "belongs to" if verdict == "same" else "does not belong to"
    say(f"Account {learner} {says} worker {worker}, decided by {name}. {_NEXT}")


def run_decide_tag(tag: str, skill: str | None, by: str, *, is_not: bool = False) -> None:
    """Record what a skill tag means; None: no skill of the framework; `is_not`: that it does not mean this one.

    Raises:
        BadInput: the current batch knows no such tag or skill, or it is no skill that the tag does not mean.
    """
    if is_not and skill is None:
        raise BadInput(
            "A tag that does not mean none says nothing\n  Name the skill that it does not mean, or leave out --not."
        )
    settings, name = load_settings(), decider(by)
    faults = []
    with _current(settings) as batch:
        if batch is not None:
            if unknown(batch, "match.skills", "tag", [tag]):
                faults.append(f"there is no skill tag {tag!r} in batch {batch.id}; upper and lower case count")
            if skill is not None and unknown(batch, "canonical.framework_skills", "skill_id", [skill]):
                faults.append(f"there is no skill {skill!r} in the framework; write its id, or - for none")
    if faults:
        raise BadInput("Nothing was decided:\n  " + "\n  ".join(faults))
    with _ledger(settings) as ledger:
        if skill is not None and is_not:
            ledger.refuse_tag(tag, skill, by=name, now=clock_of(settings)())
        else:
            ledger.decide_tag(tag, skill, by=name, now=clock_of(settings)())
    means = "does not mean" if is_not else "means"
    say(f"The tag {tag!r} {means} {skill or 'no skill of the framework'}, decided by {name}. {_NEXT}")


def run_crosswalk(file: Path, by: str) -> None:
    """Record the pairs of a CSV file as links, all or none.

    Raises:
        BadInput: the file cannot be read as such, or a pair cannot be taken; all faults are listed.
    """
    settings, name = load_settings(), decider(by)
    pairs, faults = read_crosswalk(file)
    with _current(settings) as batch:
        if batch is not None:
            faults += _unknown_ids(batch, pairs)
    if faults:
        shown = "\n  ".join(f"line {line}: {fault}" for line, fault in sorted(faults)[:FAULTS_SHOWN])
        more = f"\n  and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise BadInput(f"{file} cannot be taken; nothing was imported\n  {shown}{more}")
    if not pairs:
        raise BadInput(f"{file} holds no pairs below its first line")
    with _ledger(settings) as ledger:
        new = ledger.import_crosswalk(list(pairs), now=clock_of(settings)(), by=name)
    say(f"{new:,} links recorded by {name}, {len(pairs) - new:,} were known. {_NEXT}")
    if batch is None:
        say("There is no batch yet to hold the ids against; the first night shows which are unknown.")


def read_crosswalk(file: Path) -> tuple[dict[CrosswalkPair, int], list[LineFault]]:
    """Pairs of a CSV file (comma or semicolon, UTF-8 with or without byte-order mark) by the line of each, and faults.

    Raises:
        BadInput: it is no such file.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"There is no file {file}") from None
    except IsADirectoryError:
        raise BadInput(f"{file} is a folder\n  Name a CSV file.") from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput(f"{file}, line {line}: this is no UTF-8\n  Save it as CSV UTF-8.") from None
    header = text.split("\n", 1)[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        found = [column.strip().lower() for column in reader.fieldnames or ()]
        if sorted(column for column in found if column in COLUMNS) != sorted(COLUMNS):
            raise BadInput(
                f"{file} has the columns {', '.join(found) or 'none'}\n"
                f"  Each of {' and '.join(COLUMNS)} is wanted once, named in the first line; others are left aside."
            )
        reader.fieldnames = found
        return _read_pairs(reader)
    except csv.Error as error:
        raise BadInput(f"{file}, line {reader.line_num}: {error}\n  Nothing was imported.") from None


def _read_pairs(reader: csv.DictReader[str]) -> tuple[dict[CrosswalkPair, int], list[LineFault]]:
    pairs: dict[CrosswalkPair, int] = {}
    faults: list[LineFault] = []
    for row in reader:
        learner, worker = ((row.get(column) or "").strip() for column in COLUMNS)
        if None in row or None in row.values():
            faults.append((reader.line_num, "it has not as many cells as the first line"))
        elif not learner or not worker:
            faults.append((reader.line_num, f"{COLUMNS[0] if not learner else COLUMNS[1]} is empty"))
        elif not (learner + worker).isprintable() or max(len(learner), len(worker)) > LONGEST_ID:
            faults.append((reader.line_num, "this is no id"))
        else:
            pairs.setdefault((learner, worker), reader.line_num)
    return pairs, faults


def _unknown_ids(batch: Batch, pairs: dict[CrosswalkPair, int]) -> list[LineFault]:
    learners = unknown(batch, "canonical.learners", "learner_id_lms", {learner for learner, _ in pairs})
    workers = unknown(batch, "canonical.workers", "worker_id_hris", {worker for _, worker in pairs})
    faults = []
    for (learner, worker), line in pairs.items():
        if learner in learners:
            faults.append((line, f"there is no account {learner!r} in batch {batch.id}"))
        if worker in workers:
            faults.append((line, f"there is no worker {worker!r} in batch {batch.id}"))
    return faults


def unknown(batch: Batch, table: str, column: str, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that are not in a column of the batch."""
    wanted = sorted(set(ids))
    rows = batch.execute(
        f"select wanted.id from (select unnest($ids) as id) as wanted anti join {table} as known on known.{column} = wanted.id",  # noqa: S608 - names of contracts
        {"ids": wanted},
    )
    return {str(row[0]) for row in rows}


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = open_ledger(settings.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def _current(settings: Settings) -> Iterator[Batch | None]:
    """The current sealed batch, or None before the first."""
    shelf = BatchShelf(settings.firm.data_dir)
    if shelf.current() is None:
        yield None
        return
    with shelf.read() as batch:
        yield batch
