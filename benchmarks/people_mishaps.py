"""What goes wrong with people's records between an HR system and a learning system, one function a mishap.

Each changes a person's HR record or account the way it happens, or says that it cannot happen to this person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.people_noise import misspell, rewrite, short_form, shorten
from benchmarks.people_records import LAST_DAY, PRIVATE_DOMAINS, VENDOR_DOMAINS, Division, Person, Record


@dataclass(frozen=True, slots=True)
class Mishap:
    """A kind of noise, how many of those with an account it befalls, and how; false where it cannot befall somebody."""

    share: float
    strike: Callable[[Division, Person, Record], bool]


def befall(division: Division, name: str, mishap: Mishap, count: int) -> None:
    """Let it happen to `count` people whom nothing has befallen yet, or to as many as it can."""
    free = [person for person in division.people if person.account and person.noise == "none"]
    division.random.shuffle(free)
    for person in free:
        if count <= 0:
            return
        if person.account and person.noise == "none" and mishap.strike(division, person, person.account):
            person.noise = name
            count -= 1


def typo(division: Division, person: Person, account: Record) -> bool:
    """A typing error in one of the names, sometimes in the address too."""
    random = division.random
    if random.random() < 0.4:
        account.first = misspell(account.first, random)
    else:
        account.last = misspell(account.last, random)
    if account.email and random.random() < 0.15:
        local, _, domain = account.email.partition("@")
        account.email = f"{misspell(local, random)}@{domain}"
    return (account.first, account.last) != (person.worker.first, person.worker.last)


def two_typos(division: Division, person: Person, account: Record) -> bool:
    """One in each name."""
    account.first, account.last = (misspell(text, division.random) for text in (account.first, account.last))
    return account.first != person.worker.first and account.last != person.worker.last


def nickname(division: Division, person: Person, account: Record) -> bool:
    """One of the systems has what friends say."""
    short = short_form(account.first, division.random)
    if short is None:
        return False
    if division.random.random() < 0.75:
        account.first = short
    else:
        person.worker.first = short
    return True


def swapped(_: Division, __: Person, account: Record) -> bool:
    """First and last name in each other's field."""
    account.first, account.last = account.last, account.first
    return account.first != account.last


def alphabet(division: Division, person: Person, account: Record) -> bool:
    """Written in another alphabet, or without its marks, on one of the sides."""
    written = rewrite(person.name.first, person.name.last, person.name.culture, division.random)
    if written is None:
        return False
    sides = [account, person.worker]
    if division.random.random() < 0.25:
        sides.reverse()
    (sides[0].first, sides[0].last), (sides[1].first, sides[1].last) = written, (person.name.first, person.name.last)
    return (account.first, account.last) != (person.worker.first, person.worker.last)


def part_of_name(division: Division, _: Person, account: Record) -> bool:
    """The second surname, the particle or the second given name is left out."""
    shortened = shorten(account.first, account.last, division.random)
    if shortened is None or shortened == (account.first, account.last):
        return False
    account.first, account.last = shortened
    return True


def marriage(division: Division, person: Person, account: Record) -> bool:
    """HR has the new last name, the account the old one; the address changed with it, or not."""
    random = division.random
    if not person.name.is_female and random.random() < 0.8:
        return False
    new = division.pool.draw(1, division.rng, random)[0].last
    person.worker.last = f"{person.worker.last}-{new}" if random.random() < 0.2 else new
    if person.worker.email and random.random() < 0.6:
        person.worker.email = division.address(replace(person.name, last=person.worker.last))
        if account.number is None and account.hired is None and random.random() < 0.8:
            account.hired = person.worker.hired  # somebody of whom nothing at all is left is rare
    return True


def rehire(division: Division, person: Person, account: Record) -> bool:
    """Left and came back: HR knows the new number and date, the account the old ones."""
    random, worker = division.random, person.worker
    old_number, old_hired = division.new_number(), worker.hired
    account.number = account.number and old_number
    if old_hired is not None:
        worker.hired = min(LAST_DAY, old_hired + random.randrange(200, 2500))
        account.hired = account.hired and old_hired
    if worker.email and random.random() < 0.35:
        worker.email = division.address(person.name)
    if random.random() < 0.6:
        division.move(account, random.randrange(len(division.departments)))
    return True


def conversion(division: Division, person: Person, account: Record) -> bool:
    """A contractor became an employee; the account is still the contractor's. HR kept the old record in some cases."""
    random, worker = division.random, person.worker
    first, last = division.local_parts(person.name)
    if worker.hired is None:
        return False
    began = worker.hired - random.randrange(90, 1200)
    number = f"C{random.randrange(10**5, 10**7)}"
    if random.random() < 0.5:
        email = division.taken.new(f"{first}.{last}", random.choice(VENDOR_DOMAINS))
    else:
        email = division.taken.new(f"{first}.{last}.ext", "halden.example")
    account.number = account.number and number
    account.hired = account.hired and began
    account.email = account.email and email
    if random.random() < 0.3:
        division.move(account, random.randrange(len(division.departments)))
    person.universal_id = f"U{random.getrandbits(40):010x}" if random.random() < 0.5 else None
    if random.random() < 0.2:
        person.former = replace(
            worker, key=f"{random.getrandbits(128):032x}", number=number, email=email, hired=began,
            department=account.department, manager_email=account.manager_email, location=account.location,
        )  # fmt: skip
    return True


def shared_mailbox(division: Division, person: Person, account: Record) -> bool:
    """The account has the address that a whole site or team reads."""
    random = division.random
    department = division.departments[person.place]
    local = department.function.lower().replace(" ", "-")
    team = f"{local}{person.place}@halden.example"
    account.email = random.choice((team, team, f"training.{local}@halden.example", "learning@halden.example"))
    if account.number is None and random.random() < 0.5:
        account.number = person.worker.number
    return True


def email_reused(division: Division, person: Person, account: Record) -> bool:
    """The account's address was given to another worker later."""
    other = division.random.choice(division.people)
    if other is person or not other.worker.email or other.noise != "none":
        return False
    account.email = other.worker.email
    if other.account and other.account.email and division.random.random() < 0.6:
        other.account.email = None
    return True


def email_swapped(division: Division, person: Person, account: Record) -> bool:
    """Two accounts have each other's address."""
    other = division.random.choice(division.people)
    if other is person or not other.account or other.noise != "none" or not (account.email and other.account.email):
        return False
    account.email, other.account.email = other.account.email, account.email
    other.noise = "e-mail swapped"
    return True


def number_reused(division: Division, person: Person, account: Record) -> bool:
    """The account's number was given to another worker later; HR knows this one under a new number."""
    other = division.random.choice(division.people)
    if other is person or other.noise != "none":
        return False
    account.number = other.worker.number
    if other.account and division.random.random() < 0.5:
        other.account.number = None
    return True


def number_swapped(division: Division, person: Person, account: Record) -> bool:
    """Two accounts have each other's number."""
    other = division.random.choice(division.people)
    if other is person or not other.account or other.noise != "none":
        return False
    if not (account.number and other.account.number):
        return False
    account.number, other.account.number = other.account.number, account.number
    other.noise = "number swapped"
    return True


def namesake(division: Division, person: Person, account: Record) -> bool:
    """A colleague in the same department has the same name."""
    near = [other for other in division.people if other.place == person.place and other is not person]
    if not near:
        return False
    other = division.random.choice(near)
    if other.noise != "none" or not other.account:
        return False
    other.name = replace(other.name, first=person.name.first, last=person.name.last, culture=person.name.culture)
    for record in (other.worker, other.account):
        had = record.email
        record.first, record.last = person.worker.first, person.worker.last
        if had:
            record.email = other.worker.email if record is other.account else division.address(other.name)
    if other.worker.email is None:
        other.account.email = None
    other.noise = "namesake in department"
    return True


def several(division: Division, person: Person, account: Record) -> bool:
    """Two things at once."""
    first, second = division.random.sample((typo, nickname, alphabet, part_of_name, marriage, shared_mailbox), 2)
    if not first(division, person, account):
        return False
    second(division, person, account)
    return True


MISHAPS = {
    "nickname": Mishap(0.022, nickname),
    "other alphabet": Mishap(0.035, alphabet),
    "part of the name": Mishap(0.015, part_of_name),
    "namesake in department": Mishap(0.004, namesake),
    "typo": Mishap(0.040, typo),
    "two typos": Mishap(0.006, two_typos),
    "names swapped": Mishap(0.010, swapped),
    "marriage": Mishap(0.018, marriage),
    "rehire": Mishap(0.025, rehire),
    "conversion": Mishap(0.012, conversion),
    "shared mailbox": Mishap(0.018, shared_mailbox),
    "e-mail reused": Mishap(0.005, email_reused),
    "e-mail swapped": Mishap(0.002, email_swapped),
    "number reused": Mishap(0.005, number_reused),
    "number swapped": Mishap(0.002, number_swapped),
    "several": Mishap(0.012, several),
}
"""In this order, so that what can befall few people comes before what can befall all."""


def second_account(division: Division, person: Person, key: str) -> Record:
    """Another account of the same person: registered by themselves, made by an import, or left from before a change."""
    random, worker = division.random, person.worker
    account = division.new_account(person, key)
    kind = random.random()
    first, last = division.local_parts(person.name)
    if kind < 0.40:  # registered with a private address
        account.number = worker.number if random.random() < 0.25 else None
        account.email = division.taken.new(f"{first}.{last}", random.choice(PRIVATE_DOMAINS))
    elif kind < 0.70:  # an import wrote the same person again
        account.number = worker.number if random.random() < 0.8 else None
        account.email = worker.email if worker.email and random.random() < 0.5 else None
    else:  # from an earlier time
        account.number = division.new_number() if random.random() < 0.5 else None
        account.email = worker.email and division.address(person.name)
        division.move(account, random.randrange(len(division.departments)))
    if random.random() < 0.25:
        typo(division, person, account)
    elif random.random() < 0.15:
        account.first = short_form(account.first, random) or account.first
    return account
