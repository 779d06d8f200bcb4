"""Names of made-up people in several countries' conventions, some frequent and most rare, as in a real firm.

The lists are Faker's, lengthened by composed last names: the published lists end where real ones have their long tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product
from random import Random

import numpy as np


@dataclass(frozen=True, slots=True)
class Culture:
    """How people of one country are called.

    Args:
        share: of the firm's people.
        starts, ends: what further last names are composed of.
        double: share of people with two last names; `joint` stands between them.
        second: share of people with a second given name.
    """

    code: str
    locale: str
    share: float
    starts: str = ""
    ends: str = ""
    double: float = 0.0
    joint: str = "-"
    second: float = 0.0
    particles: tuple[str, ...] = ()


CULTURES = (
    Culture("us", "en_US", 0.20, "Ash Black Brad Brook Clay Cross Dun East Fair Gold Hart Hol Kings Lang Mar Nor Oak Pres Red Rock Stan Thorn Wake West Whit Wood", "ton ley field ford well wood man more burn stone worth by ham wick ridge land", 0.02, "-", 0.10),
    Culture("gb", "en_GB", 0.10, "Alder Ains Birch Bux Chat Cul Darl Elling Farn Gains Hather Inger Kettle Lever Mel Nether Ormes Pem Rother Shef Tad Ulver Wadding Wens Yar", "ton ley field ford well thwaite man more bury stone worth by ham wick ridge brook", 0.04, "-", 0.06),
    Culture("de", "de_DE", 0.20, "Alten Berg Bir Buch Dorn Eich Erlen Falken Grün Hasel Hirsch Kirch Königs Linden Mühl Nieder Ober Rosen Schön Stein Tannen Über Wald Wieden Ziegen", "mann bauer hof meier inger thal bach feld huber müller mayer burger haus kamp", 0.04),
    Culture("fr", "fr_FR", 0.09, "Beau Bel Bois Bour Char Clair Cour Des Du Font Gran La Long Mal Mont Pré Roche Saint Val Vert Ville", "mont champ val court ville chêne pré rivière blanc brun geois neuf lac bois", 0.05, "-", 0.06),
    Culture("es", "es_ES", 0.08, double=0.80, joint=" ", second=0.15),
    Culture("it", "it_IT", 0.04),
    Culture("nl", "nl_NL", 0.05, "Achter Berken Boven Dijk Eiken Groen Hoog Klein Linden Molen Nieuw Ooster Vliet Water Wester Zand", "berg broek burg dam horst huis kamp laar meer stra veld weg", 0.03, "-", 0.0, ("van der", "van de", "de", "van den", "ter", "van")),
    Culture("pl", "pl_PL", 0.05, "Adam Barto Boro Chmiel Dąbr Gaj Grab Jabło Kacz Kamie Kowal Krzyż Lewan Łu Maj Malin Nowa Olsz Paw Rogal Sobo Szym Święto Tomasz Urba Wiśni Wojcie Wróbl Zają Zieliń Żuraw", "owski ewski icki ak czyk iak ewicz kowski"),
    Culture("tr", "tr_TR", 0.04, "Ak Altın Arslan Bal Bozkurt Çelik Çetin Demir Doğan Er Güneş Gür İnce Kara Kaya Kılıç Koç Öz Polat Sarı Şahin Taş Tez Uzun Yavuz Yeşil Yıldız", "oğlu türk soy taş er kan bay alp gil gün"),
    Culture("ru", "ru_RU", 0.03),
    Culture("ua", "uk_UA", 0.02),
    Culture("in", "en_IN", 0.05, second=0.05),
    Culture("cn", "zh", 0.02),
    Culture("se", "sv_SE", 0.03, "Berg Björk Dal Ek Fors Gran Hag Hed Kvist Lind Ljung Lund Nor Ny Rosen Sjö Stål Sund Söder Väster Åker Öst", "berg ström gren qvist lund dahl man stedt holm mark blad", 0.02),
    Culture("dk", "da_DK", 0.02, "Bjerre Dam Elkjær Fris Grøn Hede Høj Kjær Lyng Mølle Nør Ravn Skov Sønder Toft Vester Østerg", "gaard sen holm lund dal bæk"),
)  # fmt: skip
_PINYIN_LAST = "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao".split()
_SYLLABLES = "Wei Jun Ming Xiao Hong Yan Jing Li Fang Na Hui Mei Lei Ping Hua Jie Bo Hao Tao Qing Yu Xin Zhi Guo Dan Ying Lan Rui Chun Feng".split()


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as the person writes it."""

    first: str
    last: str
    culture: str
    is_female: bool


class NamePool:
    """Draws names; the frequent ones as often as in real firms, by Zipf and Mandelbrot's law."""

    def __init__(self) -> None:
        self._shares = np.array([culture.share for culture in CULTURES])
        self._shares = self._shares / self._shares.sum()
        self._lists = [_lists(culture) for culture in CULTURES]
        self._weights = [
            tuple(_zipf(len(names), shift) for names, shift in zip(lists, (10, 10, 12, 12), strict=True))
            for lists in self._lists
        ]

    def draw(self, count: int, rng: np.random.Generator, random: Random) -> list[Name]:
        """`count` names, cultures mixed."""
        cultures = rng.choice(len(CULTURES), size=count, p=self._shares)
        women = rng.random(count) < 0.5
        found: list[Name | None] = [None] * count
        for number, culture in enumerate(CULTURES):
            for is_female in (False, True):
                at = np.flatnonzero((cultures == number) & (women == is_female))
                firsts, lasts = self._lists[number][is_female], self._lists[number][2 + is_female]
                weights = self._weights[number]
                first = rng.choice(len(firsts), size=2 * len(at), p=weights[is_female])
                last = rng.choice(len(lasts), size=2 * len(at), p=weights[2 + is_female])
                for nth, place in enumerate(at):
                    found[place] = _named(
                        culture,
                        [firsts[k] for k in first[2 * nth : 2 * nth + 2]],
                        [lasts[k] for k in last[2 * nth : 2 * nth + 2]],
                        is_female,
                        random,
                    )
        return [name for name in found if name is not None]


def _named(culture: Culture, firsts: Sequence[str], lasts: Sequence[str], is_female: bool, random: Random) -> Name:
    first, last = firsts[0], lasts[0]
    if culture.double and lasts[1] != last and random.random() < culture.double:
        last = f"{last}{culture.joint}{lasts[1]}"
    if culture.second and firsts[1] != first and random.random() < culture.second:
        first = f"{first} {firsts[1]}"
    if culture.particles and random.random() < 0.25:
        last = f"{random.choice(culture.particles)} {last}"
    return Name(first, last, culture.code, is_female)


def _zipf(count: int, shift: int) -> np.ndarray:
    weights = 1 / (np.arange(count) + 1.0 + shift)
    return weights / weights.sum()


@cache
def _lists(culture: Culture) -> tuple[list[str], list[str], list[str], list[str]]:
    """Men's and women's first names, men's and women's last names, in an order that no alphabet made."""
    if culture.code == "cn":
        given = [f"{a}{b.lower()}" for a, b in product(_SYLLABLES, _SYLLABLES)] + _SYLLABLES
        lists = (given, list(given), list(_PINYIN_LAST), list(_PINYIN_LAST))
    else:
        module = import_module(f"faker.providers.person.{culture.locale}").Provider
        men, women = list(module.first_names_male), list(module.first_names_female)
        last = [] if culture.code == "pl" else list(module.last_names)
        last += [start + end for start, end in product(culture.starts.split(), culture.ends.split())]
        last_women = last
        if culture.code == "pl":
            last_women = [f"{name[:-1]}a" if name.endswith(("ski", "cki")) else name for name in last]
        elif culture.code == "ru":
            last_women = [f"{name}а" if name.endswith(("ов", "ев", "ин", "ын")) else name for name in last]
        lists = (men, women, last, list(last_women))
    for number, names in enumerate(lists):
        unique = list(dict.fromkeys(names))
        # men and women share the order of last names, so that brothers' and sisters' names are as frequent
        Random(f"{culture.code} {min(number, 2)}").shuffle(unique)
        names[:] = unique
    return lists
