"""Names as several countries write them, and the mailboxes made from them.

Pools of single names are read once from Faker's lists; a person's name is drawn from them by a random source that
the caller gives, so that the same seed always makes the same people. Not here: what a record looks like.
"""

from __future__ import annotations

import importlib
import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache
from random import Random

DOMAIN = "lumen.example"
FIRST_NAMES_PER_GENDER = 160
LAST_NAMES = 420
SKEW = 1.7
"""Above 1: the first names of a pool are more common than the last ones, so that namesakes occur."""

LOCALES = {
    "DE": "de_DE", "FR": "fr_FR", "PL": "pl_PL", "ES": "es_ES", "IT": "it_IT", "US": "en_US", "GB": "en_GB",
    "IN": "en_IN", "JP": "ja_JP", "BR": "pt_BR", "NL": "nl_NL", "AU": "en_GB", "CZ": "cs_CZ", "TR": "tr_TR",
}  # fmt: skip
COUNTRIES = tuple(LOCALES)

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ł": "l",
        "ø": "oe",
        "æ": "ae",
        "å": "aa",
        "đ": "d",
        "ı": "i",
        "œ": "oe",
    }
)
_PARTICLES = {"DE": ("von ", "zu "), "NL": ("van ", "de ", "van der "), "IT": ("Di ", "De "), "FR": ("de ", "Le ")}


@dataclass(frozen=True, slots=True)
class Pool:
    """The single names of one country, each with its number among all countries' names."""

    women: tuple[tuple[int, str], ...]
    men: tuple[tuple[int, str], ...]
    last: tuple[tuple[int, str, str], ...]
    """(number, a woman's form, a man's form); the number is that of the man's form."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A drawn name. `mailbox_key` numbers the pair of names that the mailbox is made from."""

    first: str
    last: str
    mailbox: str
    mailbox_key: int
    is_woman: bool
    country: str


def folded(text: str) -> str:
    """A name in the letters of an address: `Müller-Łęcka` -> `mueller-lecka`."""
    lowered = text.lower().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum() or letter == "-")


def stripped(text: str) -> str:
    """A name without its marks: `Müller` -> `Muller`; letters that have no bare form stay."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def transliterated(text: str) -> str:
    """A name as a form without umlauts takes it: `Müller` -> `Mueller`."""
    pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "oe", "å": "aa"}
    return stripped("".join(pairs.get(letter, letter) for letter in text))


def _chosen(names: object, wanted: int) -> list[str]:
    """Up to `wanted` distinct names of a list, the most common first."""
    assert isinstance(names, (tuple, list, dict))
    words = [name for name in dict.fromkeys(names) if name and name[0].isalpha() and not set(name) & set(".(/")]
    # The lists are alphabetical; the order here says how common a name is.
    Random(f"names/{len(words)}").shuffle(words)
    return words[:wanted]


@cache
def _single_names() -> tuple[dict[str, Pool], int, int]:
    """Pools by country, and how many first and last names there are in all, by their folded form."""
    first_numbers: dict[str, int] = {}
    last_numbers: dict[str, int] = {}
    pools = {}
    for country, locale in LOCALES.items():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        prefix = "first_romanized_names" if country == "JP" else "first_names"
        women, men = (
            tuple(
                (first_numbers.setdefault(folded(name), len(first_numbers)), name)
                for name in _chosen(getattr(provider, f"{prefix}_{gender}"), FIRST_NAMES_PER_GENDER)
                if " " not in name
            )
            for gender in ("female", "male")
        )
        source = {"JP": "last_romanized_names", "PL": "male_last_names", "CZ": "last_names_male"}
        men_last = _chosen(getattr(provider, source.get(country, "last_names")), LAST_NAMES)
        last = tuple(
            (last_numbers.setdefault(folded(name), len(last_numbers)), _woman_form(country, name), name)
            for name in men_last
        )
        pools[country] = Pool(women, men, last)
    return pools, len(first_numbers), len(last_numbers)


def _woman_form(country: str, name: str) -> str:
    """The form of a surname that a woman bears, where the language has one."""
    if country == "PL" and name.endswith(("ski", "cki", "dzki")):
        return name[:-1] + "a"
    if country != "CZ" or name[-1] in "eíůi":
        return name
    if name[-1] == "ý":
        return name[:-1] + "á"
    if name.endswith(("ek", "ec")):
        return name[:-2] + name[-1] + "ová"
    return (name[:-1] if name[-1] in "ao" else name) + "ová"


def pool_of(country: str) -> Pool:
    """The single names of a country."""
    return _single_names()[0][country]


def draw_name(rng: Random, country: str) -> PersonName:
    """A name after the country's custom: two surnames in Spain, particles, double-barrelled ones, second names."""
    pool = pool_of(country)
    random = rng.random
    is_woman = random() < 0.48
    firsts = pool.women if is_woman else pool.men
    first_no, first = firsts[int(len(firsts) * random() ** SKEW)]
    last_no, woman_last, man_last = pool.last[int(len(pool.last) * random() ** SKEW)]
    last = woman_last if is_woman else man_last
    custom = random()
    if country == "ES" or (country == "BR" and custom < 0.5):
        second = pool.last[int(len(pool.last) * random() ** SKEW)]
        last = f"{last} {second[2]}"
    elif custom < 0.05 and country in {"DE", "GB", "FR", "PL", "IT"}:
        second = pool.last[int(len(pool.last) * random() ** SKEW)]
        last = f"{last}-{second[1] if is_woman else second[2]}"
    elif custom < 0.09 and country in _PARTICLES:
        last = rng.choice(_PARTICLES[country]) + last
    if custom > 0.93 and country in {"US", "GB", "DE", "PL"}:
        first = f"{first} {firsts[int(len(firsts) * random() ** SKEW)][1]}"
    key = first_no * _single_names()[2] + last_no
    return PersonName(first, last, f"{folded(first.split(' ')[0])}.{folded(man_last)}", key, is_woman, country)


def remarried(rng: Random, name: PersonName) -> PersonName:
    """The name after a marriage: another surname of the same country, with a mailbox to match."""
    first_no = name.mailbox_key // _single_names()[2]
    while True:
        last_no, woman_last, man_last = rng.choice(pool_of(name.country).last)
        last = woman_last if name.is_woman else man_last
        if last != name.last:
            key = first_no * _single_names()[2] + last_no
            return PersonName(
                name.first, last, f"{name.mailbox.split('.')[0]}.{folded(man_last)}", key, name.is_woman, name.country
            )


def address(mailbox: str, number: int = 1) -> str:
    """The work address of the `number`th person with a mailbox: `anna.mueller2@lumen.example`."""
    return f"{mailbox}{number if number > 1 else ''}@{DOMAIN}"


class Mailboxes:
    """Gives each person an address of their own. Counts in a flat array: bounded, whatever the company's size."""

    def __init__(self) -> None:
        _, firsts, lasts = _single_names()
        self._used = array("H", bytes(2 * firsts * lasts))

    def claim(self, name: PersonName) -> str:
        """The next free address for a name."""
        self._used[name.mailbox_key] += 1
        return address(name.mailbox, self._used[name.mailbox_key])


NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Richard": "Dick", "Elizabeth": "Liz", "Katherine": "Kate", "Margaret": "Peggy",
    "Michael": "Mike", "James": "Jim", "Thomas": "Tom", "Christopher": "Chris", "Alexander": "Alex", "Andrew": "Andy",
    "Daniel": "Dan", "Matthew": "Matt", "Joseph": "Joe", "Anthony": "Tony", "Edward": "Ted", "Patricia": "Pat",
    "Jennifer": "Jen", "Susan": "Sue", "Deborah": "Debbie", "Barbara": "Barb", "Jessica": "Jess", "Nicholas": "Nick",
    "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Stephen": "Steve", "Timothy": "Tim", "Kenneth": "Ken",
    "Joshua": "Josh", "Jeffrey": "Jeff", "Rebecca": "Becky", "Kimberly": "Kim", "Amanda": "Mandy", "Victoria": "Vicky",
    "Francisco": "Paco", "José": "Pepe", "Giuseppe": "Beppe", "Katarzyna": "Kasia", "Małgorzata": "Gosia",
    "Aleksandra": "Ola", "Agnieszka": "Aga", "Krzysztof": "Krzysiek", "Johannes": "Hannes", "Susanne": "Susi",
    "Ronald": "Ron", "Donald": "Don", "Charles": "Charlie", "Catherine": "Cathy", "Pamela": "Pam", "Cynthia": "Cindy",
    "Jacob": "Jake", "Zachary": "Zach", "Nathaniel": "Nate", "Frederick": "Fred", "Lawrence": "Larry", "Raymond": "Ray",
}  # fmt: skip
"""The short form a person is called by."""
