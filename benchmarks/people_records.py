"""The made-up firm before anything goes wrong: its people, where they work, how they are written to; clean accounts of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

import numpy as np

from benchmarks.people_names import Name, NamePool
from benchmarks.people_noise import in_ascii, in_latin, is_cyrillic

_FUNCTIONS = "Accounting,Assembly,Claims,Compliance,Controlling,Customer Care,Data Platform,Engineering,Facilities,Field Service,Human Resources,Laboratory,Legal,Logistics,Maintenance,Marketing,Nursing,Operations,Packaging,Procurement,Quality,Research,Retail,Safety,Sales,Security,Treasury,Warehouse".split(",")  # fmt: skip
_GRADES = ("Trainee", "Assistant", "Specialist", "Senior Specialist", "Coordinator", "Lead", "Manager")
_SITES = "Aarhus,Ankara,Atlanta,Barcelona,Berlin,Birmingham,Boston,Chicago,Dallas,Delhi,Denver,Eindhoven,Gdańsk,Glasgow,Göteborg,Hamburg,Houston,İzmir,Katowice,Köln,Kraków,Kyiv,Leeds,Leipzig,London,Lyon,Madrid,Malmö,Manchester,Milano,München,Nantes,Paris,Phoenix,Pune,Rotterdam,Seattle,Sevilla,Shanghai,Stuttgart,Torino,Toronto,Utrecht,Valencia,Warszawa,Wrocław".split(",")  # fmt: skip
_DOMAINS = ("halden.example", "halden.example", "halden-group.example", "eu.halden.example", "us.halden.example")
PRIVATE_DOMAINS = ("mail.example", "post.example", "inbox.example", "web.example")
VENDOR_DOMAINS = ("staffing.example", "talentpool.example", "consult.example", "temp-partner.example")
OLD_DOMAIN = "halden-holding.example"
FIRST_DAY, LAST_DAY = date(1996, 1, 1).toordinal(), date(2026, 10, 1).toordinal()
PEOPLE_PER_DEPARTMENT = 35


@dataclass(slots=True)
class Record:
    """A person in one of the two systems; `key` is its id there, `hired` a day number."""

    key: str
    number: str | None
    first: str
    last: str
    email: str | None
    department: str | None
    title: str | None
    manager_email: str | None
    location: str | None
    hired: int | None


@dataclass(slots=True)
class Person:
    """One of the firm's people with the HR record, the account if there is one, and what befell them."""

    name: Name
    place: int
    worker: Record
    account: Record | None = None
    second: Record | None = None
    former: Record | None = None
    universal_id: str | None = None
    noise: str = "none"


@dataclass(slots=True)
class Addresses:
    """Hands out e-mail addresses; the second of a name gets a number."""

    taken: Counter[str] = field(default_factory=Counter)

    def new(self, local: str, domain: str) -> str:
        """An address that nobody has had."""
        address = f"{local}@{domain}"
        self.taken[address] += 1
        seen = self.taken[address]
        return address if seen == 1 else self.new(f"{local}{seen}", domain)


@dataclass(frozen=True, slots=True)
class Department:
    """Where people work, and whom they report to."""

    name: str
    location: str
    function: str


class Division:
    """A part of the firm whose people have to do with each other: departments, managers, one way to number and to write.

    Nothing reaches from one division into another, so that a firm of any size needs the memory of one division.
    """

    def __init__(self, number: int, first_serial: int, size: int, seed: int, pool: NamePool, taken: Addresses) -> None:
        self.random = Random(f"people {seed} {number}")
        self.rng = np.random.default_rng([seed, number])
        self.pool, self.taken = pool, taken
        self.number = number
        self._serial = first_serial
        self._domain = self.random.choice(_DOMAINS)
        self._style = self.random.choices(("first.last", "flast", "f.last", "first_last"), (60, 20, 12, 8))[0]
        self._numbering = self.random.choices(("{}", "{:08d}", "E{}"), (60, 25, 15))[0]
        self.other_numbering = self.random.choice(("E{}", "{:08d}", "EMP-{}") if self._numbering != "E{}" else ("{}",))
        self.departments = self._departments(max(2, size // PEOPLE_PER_DEPARTMENT))
        self.people = self._people(size)

    def _departments(self, count: int) -> list[Department]:
        found = []
        for nth in range(count):
            function, site = self.random.choice(_FUNCTIONS), self.random.choice(_SITES)
            found.append(Department(f"{function} {site} {self.number * 1000 + nth + 1}", site, function))
        return found

    def _people(self, size: int) -> list[Person]:
        random = self.random
        weights = self.rng.random(len(self.departments)) + 0.2
        places = self.rng.choice(len(self.departments), size=size, p=weights / weights.sum()).tolist()
        names = self.pool.draw(size, self.rng, random)
        recent = self.rng.beta(2.2, 1.0, size)
        people = []
        for name, place, share in zip(names, places, recent, strict=True):
            hired = FIRST_DAY + int(share * (LAST_DAY - FIRST_DAY))
            hired -= hired % 7 if random.random() < 0.3 else 0  # many begin on the first day of a week
            worker = Record(
                f"{random.getrandbits(128):032x}", self.new_number(), name.first, name.last, None,
                self.departments[place].name, self.title(place), None, self.location(place), hired,
            )  # fmt: skip
            if is_cyrillic(name.first + name.last) and random.random() < 0.5:
                worker.first, worker.last = in_latin(name.first, 0), in_latin(name.last, 0)
            if random.random() > 0.05:
                worker.email = self.address(name)
            people.append(Person(name, place, worker))
        self._give_managers(people)
        return people

    def _give_managers(self, people: list[Person]) -> None:
        managers: dict[int, str | None] = {}
        for person in people:
            if person.worker.email and person.place not in managers:
                managers[person.place] = person.worker.email
        heads = list(managers.values())
        for person in people:
            chosen = managers.get(person.place)
            person.worker.manager_email = self.random.choice(heads) if chosen == person.worker.email else chosen

    def new_number(self) -> str:
        """An employee number that nobody has had, in the division's own way of writing."""
        self._serial += 1
        return self._numbering.format(100_000 + self._serial)

    def address(self, name: Name, domain: str | None = None) -> str:
        """A new address in the division's style."""
        first, last = self.local_parts(name)
        local = {
            "first.last": f"{first}.{last}",
            "flast": f"{first[:1]}{last}",
            "f.last": f"{first[:1]}.{last}",
            "first_last": f"{first}_{last}",
        }[self._style]
        return self.taken.new(local, domain or self._domain)

    def local_parts(self, name: Name) -> tuple[str, str]:
        """First and last name as addresses have them."""
        germanic = name.culture in {"de", "dk"}
        return (
            in_ascii(name.first, germanic=germanic).lower().split()[0].replace("'", ""),
            in_ascii(name.last, germanic=germanic).lower().replace(" ", "").replace("'", ""),
        )

    def title(self, place: int) -> str:
        """A job title of the department."""
        return f"{self.random.choice(_GRADES)} {self.departments[place].function}"

    def location(self, place: int) -> str:
        """Mostly the department's own."""
        return self.departments[place].location if self.random.random() < 0.85 else self.random.choice(_SITES)

    def new_account(self, person: Person, key: str) -> Record:
        """The account as the learning system has it: what HR says, with the gaps and the age that are usual there."""
        random, worker = self.random, person.worker
        account = replace(worker, key=key)
        if random.random() < 0.25:
            account.number = None
        elif random.random() < 0.03 and account.number:
            account.number = self.renumbered(account.number)
        if account.email is None:
            first, last = self.local_parts(person.name)
            if random.random() < 0.6:
                account.email = self.taken.new(f"{first}{random.choice(('.', '', '_'))}{last}{random.choice(('', '', random.randrange(60, 99)))}", random.choice(PRIVATE_DOMAINS))  # fmt: skip
        elif random.random() < 0.03:
            account.email = f"{account.email.partition('@')[0]}@{OLD_DOMAIN}"
        elif random.random() < 0.02:
            account.email = None
        elif random.random() < 0.05:
            account.email = account.email.title()
        if random.random() < 0.12:
            self.move(account, random.randrange(len(self.departments)))
        if random.random() < 0.15:
            account.manager_email = None
        if random.random() < 0.10:
            account.location = None
        if random.random() < 0.15:
            account.title = self.title(person.place) if random.random() < 0.7 else None
        if random.random() < 0.30:
            account.hired = None
        elif random.random() < 0.03 and account.hired:
            account.hired += random.choice((-31, -1, 1, 14, 30, 365))
        return account

    def move(self, record: Record, place: int) -> None:
        """To another department: with it go manager and place."""
        department = self.departments[place]
        heads = [person.worker.manager_email for person in self.random.sample(self.people, 4)]
        record.department, record.location, record.manager_email = department.name, department.location, heads[0]
        record.title = self.title(place)

    def renumbered(self, number: str) -> str:
        """The same number in another system's way of writing."""
        digits = number.lstrip("E").lstrip("0")
        return self.other_numbering.format(int(digits))
