"""Makes small worlds for people matching: worker records and accounts straight in canonical tables, and noisy firms.

A noisy firm's truth says of each account whose it is and what was done to it. Names come from several countries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any

import pyarrow as pa

from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables import canonical, match
from lms_hris_pipeline.tables.contract import Table
from lms_hris_pipeline.warehouse import Batch

Record = dict[str, Any]
AS_OF = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
DECIDED = datetime(2026, 1, 1)  # noqa: DTZ001 - a DuckDB timestamp is naive UTC
_TYPES = {
    "VARCHAR": pa.string(),
    "JSON": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BOOLEAN": pa.bool_(),
}


def worker(worker_id: str, first: str | None, last: str | None, **changes: Any) -> Record:
    """A worker record with its standing; by default an active employee since 2020 in department D1, Berlin."""
    record = {
        "worker_id_hris": worker_id,
        "employee_number": None,
        "worker_type": "Employee",
        "universal_id": None,
        "legal_first_name": first,
        "legal_last_name": last,
        "first_name": first,
        "last_name": last,
        "email": None,
        "former_last_names": [],
        "former_emails": [],
        "former_employee_numbers": [],
        "country": "DE",
        "hire_date": date(2020, 1, 1),
        "original_hire_date": None,
        "termination_date": None,
        "is_rescinded": False,
        "department": "D1",
        "location_id": "LOC-BER",
        "cost_center_id": "CC-1",
        "job_profile_id": "JP-1",
        "manager_worker_id_hris": None,
        **changes,
    }
    universal = record["universal_id"]
    record["person_key"] = f"person:{universal}" if universal else f"worker:{worker_id}"
    return record


def account(learner_id: str, first: str | None, last: str | None, **changes: Any) -> Record:
    """An account of kind employee; by default with a name and nothing else."""
    return {
        "learner_id_lms": learner_id,
        "username": f"user{learner_id}",
        "first_name": first,
        "last_name": last,
        "email": None,
        "kind": "employee",
        "is_active": True,
        "employee_number": None,
        "job_profile_id": None,
        "department": None,
        "cost_center_id": None,
        "location_id": None,
        "hire_date": None,
        "worker_type": None,
        "branch_code": None,
        "manager_learner_id_lms": None,
        "created_at": datetime(2020, 2, 1),  # noqa: DTZ001
        "last_access_at": None,
        "last_updated_at": None,
        **changes,
    }


def recorded(learner_id: str, worker_id: str, role: str = "primary", **changes: Any) -> Record:
    """A live link of the ledger."""
    return {
        "link_id": f"L-{learner_id}",
        "learner_id_lms": learner_id,
        "worker_id_hris": worker_id,
        "role": role,
        "origin": "matcher",
        "recorded_at": DECIDED,
        **changes,
    }


def decided(learner_id: str, worker_id: str, verdict: str, **changes: Any) -> Record:
    """A person's decision on a pair."""
    return {
        "learner_id_lms": learner_id,
        "worker_id_hris": worker_id,
        "verdict": verdict,
        "decided_by": "ada",
        "decided_at": DECIDED,
        **changes,
    }


def people_batch(
    workers: Iterable[Record],
    accounts: Iterable[Record],
    links: Iterable[Record] = (),
    decisions: Iterable[Record] = (),
    batch: Batch | None = None,
) -> Batch:
    """A batch with the tables that people matching reads; those of `batch` are replaced where one is given."""
    records = list(workers)
    batch = batch or Batch.in_memory(as_of=AS_OF)
    _write(batch, canonical.WORKERS, records)
    _write(batch, canonical.EMPLOYMENTS, _employments(records))
    _write(batch, canonical.LEARNERS, accounts)
    _write(batch, canonical.ORGANIZATIONS, ())
    write_known(batch, links, decisions)
    return batch


def write_known(batch: Batch, links: Iterable[Record], decisions: Iterable[Record]) -> None:
    """Fill the tables of what the ledger knew when the batch began."""
    _write(batch, match.RECORDED_LINKS, links)
    _write(batch, match.PAIR_DECISIONS, decisions)


def match_world(
    workers: Iterable[Record],
    accounts: Iterable[Record],
    links: Iterable[Record] = (),
    decisions: Iterable[Record] = (),
    settings: MatchSettings | None = None,
) -> dict[str, Record]:
    """The matcher's rows by account."""
    batch = people_batch(workers, accounts, links, decisions)
    try:
        rows = match_people(batch, settings or MatchSettings()).rows
        batch.write(match.PEOPLE, rows)
    finally:
        batch.close()
    return {row["learner_id_lms"]: row for row in rows.to_pylist()}


def _employments(workers: Iterable[Record]) -> Iterator[Record]:
    """Each record's standing today, by the rules of canonical.employments in short."""
    records = list(workers)
    scope = {record["worker_id_hris"]: _scope(record) for record in records}

    def rank(record: Record) -> tuple[Any, ...]:
        entitled = scope[record["worker_id_hris"]] in ("active", "pre_hire")
        return (
            entitled,
            entitled and record["worker_type"] == "Employee",
            record["hire_date"],
            record["worker_id_hris"],
        )

    current: dict[str, Record] = {}
    for record in records:
        key = record["person_key"]
        current[key] = max(current.get(key, record), record, key=rank)
    for record in records:
        reason = scope[record["worker_id_hris"]]
        stands = current[record["person_key"]]["worker_id_hris"]
        yield {
            **{column.name: None for column in canonical.EMPLOYMENTS.columns},
            **{name: value for name, value in record.items() if name in canonical.EMPLOYMENTS.column_names},
            "current_worker_id_hris": stands,
            "is_current": stands == record["worker_id_hris"],
            "status": reason if reason in ("active", "pre_hire", "terminated", "rescinded") else "pre_hire",
            "is_in_scope": reason in ("active", "pre_hire"),
            "scope_reason": reason,
            "is_on_leave": False,
            "local_date": TODAY,
            "supervisory_organization_id": record["department"],
        }


def _scope(record: Record) -> str:
    if record["is_rescinded"]:
        return "rescinded"
    if record["hire_date"] > TODAY:
        return "pre_hire"
    ended = record["termination_date"]
    return "terminated" if ended and ended < TODAY else "active"


def _write(batch: Batch, table: Table, rows: Iterable[Record]) -> None:
    listed = list(rows)
    types = {column.name: _TYPES.get(column.type, pa.string()) for column in table.columns}
    batch.write(table, pa.table({name: pa.array([row[name] for row in listed], kind) for name, kind in types.items()}))


# --- noisy firms -----------------------------------------------------------------------------------------------------

_LOCALES = {"de_DE": 30, "en_US": 25, "es_ES": 12, "fr_FR": 8, "pl_PL": 8, "da_DK": 6, "ru_RU": 6, "el_GR": 5}
_LATIN = str.maketrans(
    dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            [
                "a",
                "b",
                "v",
                "g",
                "d",
                "e",
                "e",
                "zh",
                "z",
                "i",
                "i",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "r",
                "s",
                "t",
                "u",
                "f",
                "kh",
                "ts",
                "ch",
                "sh",
                "shch",
                "",
                "y",
                "",
                "e",
                "iu",
                "ia",
            ],
            strict=True,
        )
    )
)
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})
_SHORT = {
    "michael": "Mike",
    "robert": "Bob",
    "william": "Bill",
    "thomas": "Tom",
    "elizabeth": "Liz",
    "katharina": "Kathi",
}


@dataclass(slots=True)
class Firm:
    """A noisy firm: its records, and for each account the person it belongs to, what it is and what was done to it."""

    workers: list[Record] = field(default_factory=list)
    accounts: list[Record] = field(default_factory=list)
    person_of: dict[str, str | None] = field(default_factory=dict)
    kind_of: dict[str, str] = field(default_factory=dict)
    noise_of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def scores(self, rows: Mapping[str, Record]) -> dict[str, float]:
        """Precision and recall as the issue tracker's floor counts them: over accounts of people whom HR knows."""
        key_of = {record["worker_id_hris"]: record["person_key"] for record in self.workers}
        linked = [(name, row) for name, row in rows.items() if row["decision"] == "link"]
        right = sum(key_of[row["worker_id_hris"]] == self.person_of[name] for name, row in linked)
        primaries = [name for name, kind in self.kind_of.items() if kind == "primary"]
        auto = sum(rows[name]["decision"] == "link" and self._is_right(rows[name], key_of) for name in primaries)
        seen = sum(rows[name]["decision"] != "no_match" and self._is_right(rows[name], key_of) for name in primaries)
        return {
            "precision": right / max(1, len(linked)),
            "recall": auto / len(primaries),
            "recall_with_review": seen / len(primaries),
            "review_share": Counter(row["decision"] for row in rows.values())["review"] / len(rows),
        }

    def _is_right(self, row: Record, key_of: Mapping[str, str]) -> bool:
        return key_of.get(row["worker_id_hris"]) == self.person_of[row["learner_id_lms"]]


def decided_by_truth(firm: Firm) -> list[Record]:
    """What a person who knows would say of every account's named worker."""
    key_of = {record["worker_id_hris"]: record["person_key"] for record in firm.workers}
    named = {name: row["worker_id_hris"] for name, row in match_world(firm.workers, firm.accounts).items()}
    return [
        decided(name, worker_id, "same" if key_of[worker_id] == firm.person_of[name] else "different")
        for name, worker_id in named.items()
        if worker_id
    ]


class FirmMaker:
    """Makes a firm of `size` people from a seed: dirty in every way in which such records are."""

    def __init__(self, size: int, seed: int, noise: float = 1.0) -> None:
        self._rng = Random(f"people/{seed}")
        self._size = size
        self._noise = noise
        self._firm = Firm()
        self._mailboxes: set[str] = set()
        self._departments = [f"D{number}" for number in range(max(2, size // 15))]
        self._names = {locale: _name_lists(locale) for locale in _LOCALES}

    def make(self) -> Firm:
        """The firm."""
        for number in range(self._size):
            record = self._worker(number)
            self._firm.workers.append(record)
            if self._rng.random() < 0.97:
                self._first_account(number, record)
            if self._rng.random() < 0.03 * self._noise:
                self._second_account(number, record)
        for number in range(int(self._size * 0.02 * self._noise)):
            self._stranger(number)
        self._rng.shuffle(self._firm.workers)
        self._rng.shuffle(self._firm.accounts)
        return self._firm

    def _worker(self, number: int) -> Record:
        rng = self._rng
        locale = rng.choices(list(_LOCALES), list(_LOCALES.values()))[0]
        first, last = (rng.choice(names) for names in self._names[locale])
        if self._firm.workers and rng.random() < 0.01:
            namesake = rng.choice(self._firm.workers)
            first, last = namesake["first_name"], namesake["last_name"]
        hired = TODAY - timedelta(days=int(30 + 4000 * rng.random() ** 2))
        left = rng.random() < 0.08
        changes: Record = {
            "employee_number": f"{100_000 + 3 * number + rng.randrange(3)}",
            "email": self._claim(f"{_mailbox(first)}.{_mailbox(last)}", number),
            "hire_date": hired,
            "original_hire_date": hired,
            "termination_date": TODAY - timedelta(days=rng.randrange(5, 25)) if left else None,
            "universal_id": f"U{number}" if rng.random() < 0.5 else None,
            "worker_type": "Contingent Worker" if rng.random() < 0.1 else "Employee",
            "department": rng.choice(self._departments),
            "location_id": f"LOC-{rng.randrange(8)}",
            "cost_center_id": f"CC-{rng.randrange(40)}",
            "job_profile_id": f"JP-{rng.randrange(60)}",
        }
        return worker(f"W{number:07}", first, last, **changes)

    def _claim(self, mailbox: str, number: int) -> str:
        free = mailbox if mailbox not in self._mailboxes else f"{mailbox}{number}"
        self._mailboxes.add(free)
        return f"{free}@firm.example"

    def _agreeing(self, learner_id: str, record: Record) -> Record:
        hired: date = record["hire_date"]
        return account(
            learner_id,
            record["first_name"],
            record["last_name"],
            username=record["email"],
            email=record["email"],
            employee_number=record["employee_number"],
            hire_date=hired.isoformat(),
            created_at=datetime.combine(hired, datetime.min.time()) + timedelta(days=1),
            is_active=record["termination_date"] is None,
            **{
                name: record[name]
                for name in ("department", "location_id", "cost_center_id", "job_profile_id", "worker_type")
            },
        )

    def _first_account(self, number: int, record: Record) -> None:
        rng, made = self._rng, self._agreeing(f"{10_000 + number}", record)
        noise = []
        if rng.random() < 0.25 * self._noise:
            made["employee_number"] = None
            noise.append("number missing")
        for name, rate, change in (
            ("typo", 0.03, self._mistype),
            ("written out", 0.05, self._write_out),
            ("short form", 0.03, self._shorten),
            ("swapped", 0.01, self._swap),
            ("married", 0.02, self._marry),
            ("private e-mail", 0.04, self._private_mail),
            ("no hire date", 0.1, self._forget_hire_date),
            ("moved", 0.08, self._move),
        ):
            if rng.random() < rate * self._noise and change(made, record):
                noise.append(name)
        self._add(made, record["person_key"], "primary", tuple(noise))

    def _second_account(self, number: int, record: Record) -> None:
        made = self._agreeing(f"{5_000_000 + number}", record)
        made["created_at"] += timedelta(days=400)
        self._private_mail(made, record)
        if self._rng.random() < 0.5:
            made["employee_number"] = None
        self._add(made, record["person_key"], "duplicate", ("second account",))

    def _stranger(self, number: int) -> None:
        """An account like an employee's whom HR does not know."""
        locale = self._rng.choice(list(_LOCALES))
        first, last = (self._rng.choice(names) for names in self._names[locale])
        made = account(
            f"{8_000_000 + number}", first, last, email=f"{_mailbox(first)}.{_mailbox(last)}@partner.example",
            department=self._rng.choice(self._departments), location_id=f"LOC-{self._rng.randrange(8)}",
        )  # fmt: skip
        self._add(made, None, "orphan", ("stranger",))

    def _add(self, made: Record, person: str | None, kind: str, noise: tuple[str, ...]) -> None:
        name = made["learner_id_lms"]
        self._firm.accounts.append(made)
        self._firm.person_of[name], self._firm.kind_of[name], self._firm.noise_of[name] = person, kind, noise

    def _mistype(self, made: Record, record: Record) -> bool:
        side = self._rng.choice(["first_name", "last_name"])
        text = made[side]
        if len(text) < 5:
            return False
        place = self._rng.randrange(1, len(text) - 1)
        made[side] = self._rng.choice(
            [text[:place] + text[place + 1 :], text[:place] + text[place + 1] + text[place] + text[place + 2 :]]
        )
        return True

    def _write_out(self, made: Record, record: Record) -> bool:
        before = (made["first_name"], made["last_name"])
        for side in ("first_name", "last_name"):
            made[side] = made[side].lower().translate(_WRITTEN_OUT).translate(_LATIN).title()
        return before != (made["first_name"], made["last_name"])

    def _shorten(self, made: Record, record: Record) -> bool:
        short = _SHORT.get(made["first_name"].lower())
        made["first_name"] = short or f"{made['first_name'][0]}."
        return True

    def _swap(self, made: Record, record: Record) -> bool:
        made["first_name"], made["last_name"] = made["last_name"], made["first_name"]
        return True

    def _marry(self, made: Record, record: Record) -> bool:
        locale = self._rng.choice(["de_DE", "en_US"])
        record["former_last_names"] = [record["last_name"]] if self._rng.random() < 0.7 else []
        record["former_emails"] = [record["email"]] if self._rng.random() < 0.7 else []
        record["last_name"] = record["legal_last_name"] = self._rng.choice(self._names[locale][1])
        mailbox = f"{_mailbox(record['first_name'])}.{_mailbox(record['last_name'])}"
        record["email"] = self._claim(mailbox, len(self._mailboxes))
        return True

    def _private_mail(self, made: Record, record: Record) -> bool:
        made["email"] = made["username"] = f"{_mailbox(made['last_name'])}{self._rng.randrange(10_000)}@mail.example"
        return True

    def _forget_hire_date(self, made: Record, record: Record) -> bool:
        made["hire_date"] = None
        return True

    def _move(self, made: Record, record: Record) -> bool:
        record["department"] = self._rng.choice(self._departments)
        record["job_profile_id"], record["cost_center_id"] = "JP-99", "CC-99"
        return True


def _name_lists(locale: str) -> tuple[list[str], list[str]]:
    """Faker's own lists of first and last names of a country, plain and sorted."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    first = {
        name
        for part in ("first_names", "first_names_male", "first_names_female")
        for name in getattr(provider, part, ())
    }
    last = {name for part in ("last_names", "last_names_male") for name in getattr(provider, part, ())}
    return sorted(first), sorted(last)


def _mailbox(name: str) -> str:
    text = name.lower().translate(_WRITTEN_OUT).translate(_LATIN)
    return "".join(letter for letter in text if letter.isalpha())
