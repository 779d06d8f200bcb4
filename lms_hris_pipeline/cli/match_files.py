"""`lms-hris match people` and `match dedupe`: from files to files. What a match is, is decided in `match`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.cli.terminal import console, say, say_aside, show_table
from lms_hris_pipeline.match.people_columns import (
    ColumnRules,
    GivenPeople,
    check_maps_used,
    parse_maps,
    take_decisions,
    take_people,
)
from lms_hris_pipeline.match.people_files import check_place, check_suffix, read_table, whole_or_not, write_table
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings, load_settings

_PERSON_IDS = ("person_id", "id", "worker_id", "learner_id", "record_id", "rec_id")
_DECISIONS = ("link", "review", "duplicate", "no_match")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files are to be read, as the options say; the learners' as the others where nothing else is said of it."""

    maps: tuple[str, ...] = ()
    date_format: str = ""
    bad_dates: str = "refuse"
    encoding: str = "utf-8"
    learners_date_format: str = ""
    learners_encoding: str = ""

    def of_learners(self) -> Reading:
        """How the learners' file is to be read."""
        return replace(
            self,
            date_format=self.learners_date_format or self.date_format,
            encoding=self.learners_encoding or self.encoding,
        )

    def rules(self) -> ColumnRules:
        """The options, checked.

        Raises:
            BadInput: one says nothing usable.
        """
        if self.bad_dates not in ("refuse", "empty"):
            raise BadInput(f"--bad-dates {self.bad_dates!r} is neither refuse nor empty\n  Write one of the two.")
        return ColumnRules(parse_maps(self.maps), self.date_format, self.bad_dates == "empty")


def run_match_people(
    workers: Path, learners: Path, out: Path, decisions: Path | None, report: Path | None, reading: Reading
) -> None:
    """Link two files and write the links, and the page where one is wanted; both or neither.

    Raises:
        BadInput: a file, an option or a decision cannot be used.
    """
    theirs = reading.of_learners()
    rules, rules_of_theirs = reading.rules(), theirs.rules()
    check_outputs([out, *([report] if report else [])], [workers, learners, *([decisions] if decisions else [])])
    check_suffix(out)
    if report and report.suffix.lower() not in (".html", ".htm"):
        raise BadInput(f"{report} does not end in .html\n  Name the page so.")
    settings = folder_settings()
    started = time.monotonic()
    with doing("Reading"):
        given = take_people(read_table(workers, reading.encoding), ("worker_id",), rules)
        accounts = take_people(read_table(learners, theirs.encoding), ("learner_id",), rules_of_theirs)
        check_maps_used(rules, [given, accounts])
        _check_comparable(given, accounts, workers, learners)
        said = take_decisions(read_table(decisions, reading.encoding), given, accounts) if decisions else None
    notes = [*_notes(given, workers), *_notes(accounts, learners)]
    for note in notes:
        say(note)
    from lms_hris_pipeline.match.people_tables import link_people

    with doing(f"Linking {accounts.rows.num_rows:,} accounts with {given.rows.num_rows:,} workers"):
        links = link_people(given.rows, accounts.rows, said, settings.matching).rows
    with doing("Writing"), whole_or_not(out, *([report] if report else [])) as parts:
        write_table(parts[0], links)
        if report:
            from lms_hris_pipeline.report.linked import linked_page

            page = linked_page(links, given.rows, accounts.rows, sources=(workers.name, learners.name), notes=notes)  # fmt: skip
            parts[1].write_text(page, encoding="utf-8", newline="\n")
    show_counts(links, "decision", _DECISIONS, "accounts")
    say(f"{links.num_rows:,} accounts in {time.monotonic() - started:.1f} s. Links: {out}")
    if report:
        say(f"Page: {report}")
    if pc.all(pc.equal(links["decision"], "no_match")).as_py():
        told = f"No account of {learners.name} has a worker in {workers.name}: do the files belong together?"
        say_aside(told, style="yellow")


def run_dedupe(people: Path, out: Path, reading: Reading) -> None:
    """Find the pairs of records of one person in one file and write them.

    Raises:
        BadInput: the file or an option cannot be used.
    """
    rules = reading.rules()
    check_outputs([out], [people])
    check_suffix(out)
    settings = folder_settings()
    started = time.monotonic()
    with doing("Reading"):
        given = take_people(read_table(people, reading.encoding), _PERSON_IDS, rules)
        check_maps_used(rules, [given])
        _check_comparable(given, given, people, people)
    for note in _notes(given, people):
        say(note)
    from lms_hris_pipeline.match.people_tables import find_duplicates

    with doing(f"Comparing {given.rows.num_rows:,} records"):
        pairs = find_duplicates(given.rows, settings.matching)
    with doing("Writing"), whole_or_not(out) as [part]:
        write_table(part, pairs)
    show_counts(pairs, "decision", ("link", "duplicate", "review"), "pairs")
    say(f"{pairs.num_rows:,} pairs among {given.rows.num_rows:,} records in {time.monotonic() - started:.1f} s: {out}")


def folder_settings() -> Settings:
    """The settings of the folder; the defaults where it has none, because files can lie anywhere."""
    if not os.environ.get(CONFIG_VARIABLE) and not Path(DEFAULT_CONFIG).exists():
        return Settings()
    return load_settings()


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """No file is read and written, and no two results go to one place."""
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        check_place(path)
        if path.resolve() in taken:
            raise BadInput(f"{path} is named twice\n  Results need files of their own.")
        if path.is_dir():
            raise BadInput(f"{path} is a folder\n  Name a file in it.")
        taken.add(path.resolve())


def _check_comparable(one: GivenPeople, other: GivenPeople, first: Path, second: Path) -> None:
    """The files must share a column that tells people apart."""
    shared = (set(one.rows.column_names) & set(other.rows.column_names)) - {one.id_column}
    if not shared & {"employee_number", "first_name", "last_name", "email"}:
        raise BadInput(
            f"{first} and {second} share no column that tells people apart: employee_number, first_name, last_name, email\n"
            '  Say which columns are these: --map "their column=our column".'
        )


def _notes(people: GivenPeople, path: Path) -> Iterator[str]:
    if people.missing:
        yield f"{path.name} has no {', '.join(people.missing)}: taken as empty."
    if people.ignored:
        yield f"{path.name}: ignored {', '.join(people.ignored)}."
    yield from people.notes


def show_counts(rows: pa.Table, column: str, order: Sequence[str], what: str) -> None:
    """Print how many rows have each value of a column, those of `order` that there are."""
    counts = {str(one["values"]): int(one["counts"]) for one in pc.value_counts(rows[column]).to_pylist()}
    shown = [(name, f"{counts[name]:,}", f"{100 * counts[name] / rows.num_rows:.2f} %") for name in order if name in counts]  # fmt: skip
    show_table((column, what, "share"), shown)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Say what takes its time, where somebody looks at a terminal."""
    if not console.is_terminal:
        yield
        return
    with console.status(f"{what} …"):
        yield
