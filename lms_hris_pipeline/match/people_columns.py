"""Which column of a given file is which, and whether its cells can be believed: ids, dates, decisions.

A fault is told with the file, the row and the cure, never with the cell itself: it may be somebody's personal data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.file_columns import check_ids, folded_name, id_column, refuse, text_column
from lms_hris_pipeline.match.people_files import GivenTable, rows_told
from lms_hris_pipeline.match.people_given import DATE_COLUMNS, TEXT_COLUMNS
from lms_hris_pipeline.model.errors import BadInput

USUAL = (
    "employee_number", "first_name", "last_name", "email", "department", "job_title", "manager_email", "location", "hire_date",
)  # fmt: skip
"""What people of a firm have; that one of these is missing is worth saying."""
FIELDS = (*TEXT_COLUMNS, *DATE_COLUMNS)
ID = "id"
"""What a map calls the id of a row, whichever file it is in."""
DECISIONS = ("same", "different")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?|(\d{8})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """How to take columns: explicit names, and what to do about dates.

    Args:
        names: our name by the file's name; `id` stands for the id column of whichever file has the name.
        date_format: how dates are written, in strptime's signs; ISO 8601 where empty.
        empty_bad_dates: take dates that cannot be read as missing, and say how many.
    """

    names: Mapping[str, str]
    date_format: str = ""
    empty_bad_dates: bool = False


@dataclass(frozen=True, slots=True)
class GivenPeople:
    """People of one file, ready for the engine, and what was noticed on the way."""

    rows: pa.Table
    id_column: str
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    used: frozenset[str]
    notes: tuple[str, ...]


def parse_maps(maps: Sequence[str]) -> dict[str, str]:
    """`FILE_COLUMN=our_column` arguments as a mapping.

    Raises:
        BadInput: one has no equals sign, or names no column of ours, or a column is mapped twice.
    """
    known = (ID, "worker_id", "learner_id", *FIELDS)
    found: dict[str, str] = {}
    for text in maps:
        theirs, sign, ours = text.rpartition("=")
        theirs, ours = folded_name(theirs), folded_name(ours)
        if not sign or not theirs or ours not in known:
            raise BadInput(
                f'--map {text!r} says nothing usable\n  Write --map "their column=our column"; ours: {", ".join(known)}.'
            )
        if found.get(theirs, ours) != ours or ours in {o for t, o in found.items() if t != theirs}:
            raise BadInput(f"--map {text!r} contradicts another --map\n  Each column can be mapped once.")
        found[theirs] = ours
    return found


def take_people(given: GivenTable, id_names: Sequence[str], rules: ColumnRules) -> GivenPeople:
    """The file's people under our names: id, whatever of FIELDS there is, the rest left out.

    Args:
        id_names: what the id column may be called; the first is what it is called in the result.

    Raises:
        BadInput: no id column, two columns of one name, an id missing or repeated, a cell or date that cannot be used.
    """
    places, used = _places(given, id_names, rules)
    if id_names[0] not in places:
        raise BadInput(
            f"{given.path} has no column {' or '.join(id_names)}\n"
            f'  It has: {", ".join(name.strip() for name in given.header)}. Name the one with ids: --map "their column={ID}".'
        )
    notes: list[str] = []
    ids = id_column(given, places[id_names[0]], id_names[0], notes)
    check_ids(given, ids, id_names[0])
    columns: dict[str, pa.Array] = {id_names[0]: ids}
    for name in TEXT_COLUMNS:
        if name in places:
            columns[name] = text_column(given, places[name], name, notes)
    for name in DATE_COLUMNS:
        if name in places:
            columns[name] = _dates(given, places[name], name, rules, notes)
    taken = set(places.values())
    ignored = tuple(name.strip() for at, name in enumerate(given.header) if at not in taken)
    missing = tuple(name for name in USUAL if name not in places)
    return GivenPeople(pa.table(columns), id_names[0], missing, ignored, used, tuple(notes))


def take_decisions(given: GivenTable, workers: GivenPeople, learners: GivenPeople) -> pa.Table:
    """A person's decisions on pairs: worker_id, learner_id, decision (same or different), each pair once.

    Raises:
        BadInput: a column is missing, an id is unknown, a decision is neither, or two contradict each other.
    """
    places, _ = _places(given, ("learner_id",), ColumnRules({}), extra=("worker_id", "decision"))
    wanted = ("worker_id", "learner_id", "decision")
    if absent := [name for name in wanted if name not in places]:
        raise BadInput(f"{given.path} has no column {', '.join(absent)}\n  It needs {', '.join(wanted)}.")
    rows = pa.table({name: id_column(given, places[name], name, []) for name in wanted})
    verdicts = pc.utf8_lower(pc.utf8_trim_whitespace(rows["decision"]))
    refuse(given, pc.invert(pc.fill_null(pc.is_in(verdicts, pa.array(DECISIONS)), False)), "decision is neither 'same' nor 'different'", "Write one of the two")  # fmt: skip
    for name, people in (("worker_id", workers), ("learner_id", learners)):
        known = pc.is_in(rows[name], people.rows[name].combine_chunks())
        refuse(given, pc.invert(pc.fill_null(known, False)), f"{name} is not in the {name.removesuffix('_id')}s' file", "Decide about records of these files only")  # fmt: skip
    return _consistent(given, rows.set_column(2, "decision", verdicts))


def check_maps_used(rules: ColumnRules, people: Sequence[GivenPeople]) -> None:
    """Every `--map` must have found its column somewhere.

    Raises:
        BadInput: one found none.
    """
    if unused := sorted(set(rules.names) - frozenset().union(*(one.used for one in people))):
        raise BadInput(
            f"No file has the column {', '.join(unused)} that --map names\n  Look at the headers of the files."
        )


def _places(
    given: GivenTable, id_names: Sequence[str], rules: ColumnRules, extra: Sequence[str] = ()
) -> tuple[dict[str, int], frozenset[str]]:
    """Position by our name, and the maps that were used; a mapped column outranks one that has our name by itself."""
    names = [folded_name(name) for name in given.header]
    mapped: dict[str, list[int]] = {}
    plain: dict[str, list[int]] = {}
    used: set[str] = set()
    for at, name in enumerate(names):
        ours = rules.names.get(name)
        if ours is not None and (ours in (ID, *FIELDS) or ours in id_names):
            used.add(name)
            mapped.setdefault(id_names[0] if ours == ID or ours in id_names else ours, []).append(at)
        elif ours is None and (name in FIELDS or name in extra):
            plain.setdefault(name, []).append(at)
    for name in id_names:
        if found := [at for at, one in enumerate(names) if one == name and one not in rules.names]:
            plain.setdefault(id_names[0], found)
            break
    places = plain | mapped
    if twice := sorted(name for name, found in places.items() if len(found) > 1):
        raise BadInput(f"{given.path} has two columns that are {', '.join(twice)}\n  Rename or leave out one of them.")
    return {name: found[0] for name, found in places.items()}, frozenset(used)


def _dates(given: GivenTable, at: int, name: str, rules: ColumnRules, notes: list[str]) -> pa.Array:
    """A column of days; text is read as ISO 8601 (2026-11-23, 20261123, with or without a time) or as the rules say."""
    kind = given.rows.column(at).type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        days = pc.cast(given.rows.column(at), pa.date32(), safe=False)
        return pa.concat_arrays(days.chunks) if days.num_chunks else pa.array([], pa.date32())
    coded = text_column(given, at, name, []).dictionary_encode()
    parsed = [_day(text, rules.date_format) for text in coded.dictionary.to_pylist()]
    days = pa.DictionaryArray.from_arrays(coded.indices, pa.array(parsed, pa.date32())).dictionary_decode()
    bad = pc.and_(pc.is_null(days), pc.is_valid(coded))
    if rules.empty_bad_dates:
        if count := pc.sum(bad).as_py():
            told = rows_told(count, "date", "dates")
            notes.append(f"{given.path.name}: {told} in {name} could not be read, taken as missing.")
    else:
        how = f"as {rules.date_format}" if rules.date_format else "as 2026-11-23"
        refuse(given, bad, f"{name} is no date", f"Write dates {how}, say --date-format, or --bad-dates empty to leave them out")  # fmt: skip
    return days


def _day(text: str, form: str) -> date | None:
    try:
        if form:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        found = _DAY.fullmatch(text.strip())
        return date.fromisoformat(found[1] or found[2]) if found else None
    except ValueError:
        return None


def _consistent(given: GivenTable, rows: pa.Table) -> pa.Table:
    """Each pair once; no pair both ways, no account said to be two workers'."""
    verdict: dict[tuple[str, str], tuple[str, int]] = {}
    owner: dict[str, tuple[str, int]] = {}
    columns = (rows[name].to_pylist() for name in ("worker_id", "learner_id", "decision"))
    for at, (worker, learner, said) in enumerate(zip(*columns, strict=True)):
        earlier = verdict.setdefault((worker, learner), (said, at))
        if earlier[0] != said:
            raise BadInput(f"{given.path}: {given.row(at)} contradicts {given.row(earlier[1])} about one pair\n  Keep one of them.")  # fmt: skip
        if said == "same" and (other := owner.setdefault(learner, (worker, at)))[0] != worker:
            raise BadInput(f"{given.path}: {given.row(at)} gives the account of {given.row(other[1])} to another worker\n  An account belongs to one worker; keep one row.")  # fmt: skip
    pairs = sorted(verdict)
    return pa.table(
        {
            "worker_id": pa.array([pair[0] for pair in pairs], pa.string()),
            "learner_id": pa.array([pair[1] for pair in pairs], pa.string()),
            "decision": pa.array([verdict[pair][0] for pair in pairs], pa.string()),
        }
    )
