"""What happens to a name between two systems: typing errors, short forms, other alphabets, parts left out.

Written apart from the matcher: it shares neither tables nor rules with what undoes this.
"""

from __future__ import annotations

import unicodedata
from random import Random

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "mb", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "rz", "u": "iy", "v": "cb",
    "w": "eq", "x": "yc", "y": "xt", "z": "tu",
}  # fmt: skip
_SHORT_FORMS = (
    "William Bill Will Billy Liam", "Robert Bob Rob Bobby Robbie", "Richard Rick Dick Rich", "James Jim Jimmy Jamie",
    "John Johnny Jack", "Michael Mike Mick Mikey", "Elizabeth Liz Beth Betty Lizzie Eliza", "Margaret Maggie Peggy Meg",
    "Katherine Kate Kathy Katie", "Catherine Cathy Cate", "Kathleen Kathy", "Jennifer Jen Jenny", "Thomas Tom Tommy",
    "Christopher Chris Kit", "Daniel Dan Danny", "Matthew Matt", "Anthony Tony", "Andrew Andy Drew", "Joseph Joe Joey",
    "David Dave Davey", "Edward Ed Ted Eddie", "Charles Charlie Chuck", "Patricia Pat Patty Trish", "Deborah Deb Debbie",
    "Susan Sue Susie", "Barbara Barb Babs", "Samuel Sam Sammy", "Benjamin Ben Benny", "Nicholas Nick Nicky", "Alexander Alex Sasha Xander",
    "Jonathan Jon", "Timothy Tim", "Gregory Greg", "Stephen Steve", "Steven Steve", "Kenneth Ken", "Ronald Ron", "Donald Don",
    "Jeffrey Jeff", "Rebecca Becky Becca", "Victoria Vicky Tori", "Jessica Jess Jessie", "Amanda Mandy", "Cynthia Cindy",
    "Theresa Terry Tess", "Philip Phil", "Lawrence Larry", "Raymond Ray", "Gerald Gerry", "Abigail Abby", "Natalie Nat",
    "Maximilian Max", "Johannes Hannes Hans", "Friedrich Fritz", "Heinrich Heinz", "Wilhelm Willi", "Andreas Andi", "Stefan Steffen",
    "Michaela Michi", "Katharina Kathi Käthe", "Elisabeth Lisa Elli Lisbeth", "Susanne Susi Sanne", "Christian Chris",
    "Christine Christl Tine", "Joachim Jochen Achim", "Matthias Matze", "Tobias Tobi", "Sebastian Basti", "Ulrich Uli", "Ursula Uschi",
    "Gabriele Gabi", "Hildegard Hilde", "Margarete Grete Gretel", "Wolfgang Wolf", "Alexandra Alex Sandra", "Theodor Theo",
    "José Pepe", "Francisco Paco Pancho Fran", "Manuel Manolo Manu", "Antonio Toni", "Guadalupe Lupe", "Dolores Lola",
    "Ignacio Nacho", "Jesús Chus Suso", "Rosario Charo", "Concepción Concha", "Enrique Quique", "Rafael Rafa", "Isabel Isa Chabela",
    "Philippe Phil", "Frédérique Fred", "Nicolas Nico", "Dominique Dom", "Alexandre Alex", "Giuseppe Beppe Peppe", "Giovanni Gianni Vanni",
    "Francesco Franco Checco", "Francesca Franca", "Luigi Gigi", "Salvatore Totò Turi", "Katarzyna Kasia", "Małgorzata Gosia Małgosia",
    "Aleksandra Ola", "Agnieszka Aga", "Joanna Asia", "Jan Janek", "Piotr Piotrek", "Krzysztof Krzysiek", "Tomasz Tomek",
    "Андрей Андрюша", "Александр Саша Шура", "Алексей Алёша Лёша", "Дмитрий Дима Митя", "Екатерина Катя", "Мария Маша",
    "Наталья Наташа", "Николай Коля", "Владимир Вова Володя", "Сергей Серёжа", "Михаил Миша", "Иван Ваня", "Анна Аня", "Ольга Оля",
    "Johanna Hanna", "Cornelis Kees Cor", "Hendrik Henk", "Willem Wim", "Jacobus Jaap Koos", "Petrus Piet", "Pieter Piet",
    "Gerardus Gerard", "Mehmet Memo", "İbrahim İbo", "Fatma Fatoş", "Mustafa Musti", "Karl Kalle", "Lars Lasse", "Anders Andy",
)  # fmt: skip
_SHORT: dict[str, tuple[str, ...]] = {line.split()[0]: tuple(line.split()[1:]) for line in _SHORT_FORMS}
_GERMANIC = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa", "ø": "oe", "Ø": "Oe", "æ": "ae", "Æ": "Ae"})  # fmt: skip
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "Oe"})  # fmt: skip
# passports, scholars and people themselves each write Cyrillic in their own way
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ"
_PASSPORT = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y  e iu ia i i ie g".split(" ")
_USUAL = "a b v g d e yo zh z i y k l m n o p r s t u f h ts ch sh sch  y  e yu ya i yi ye g".split(" ")
_SCHOLARS = "a b v g d e ë ž z i j k l m n o p r s t u f ch c č š šč  y  ė ju ja i ji je g".split(" ")
_WAYS = [dict(zip(_LETTERS, way, strict=True)) for way in (_PASSPORT, _USUAL, _SCHOLARS)]


def misspell(text: str, random: Random) -> str:
    """One letter swapped with the next, dropped, doubled, or hit beside; the first letter stays nearly always."""
    places = [at for at, sign in enumerate(text) if sign.isalpha()]
    if len(places) < 3:
        return text
    at = random.choice(places if random.random() < 0.06 else places[1:])
    kind = random.randrange(4)
    if kind == 0 and at + 1 < len(text) and text[at + 1] != text[at]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    beside = random.choice(_NEIGHBOURS.get(text[at].lower(), "e"))
    return text[:at] + (beside.upper() if text[at].isupper() else beside) + text[at + 1 :]


def short_form(first: str, random: Random) -> str | None:
    """What friends call somebody; the other way round as well; None where nothing is usual."""
    given, _, rest = first.partition(" ")
    if forms := _SHORT.get(given):
        return f"{random.choice(forms)} {rest}".strip()
    return None


def is_cyrillic(text: str) -> bool:
    """Whether it has Cyrillic letters."""
    return any("\u0400" <= sign <= "\u04ff" for sign in text)


def in_latin(text: str, way: int = 1) -> str:
    """Cyrillic in Latin letters: 0 as in passports, 1 as usual, 2 as scholars do."""
    table = _WAYS[way]
    written = []
    for sign in text:
        latin = table.get(sign.lower())
        written.append(sign if latin is None else latin.capitalize() if sign.isupper() else latin)
    return "".join(written)


def in_ascii(text: str, *, germanic: bool) -> str:
    """Without marks; with `germanic` ä becomes ae, å aa, ø oe, else a, a, o."""
    text = in_latin(text) if is_cyrillic(text) else text
    if germanic:
        text = text.translate(_GERMANIC)
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", text.translate(_PLAIN)) if not unicodedata.combining(sign)
    )


def rewrite(first: str, last: str, culture: str, random: Random) -> tuple[str, str] | None:
    """The name as the other system writes it: other alphabet, no marks, syllables apart; None where nothing changes."""
    whole = f"{first}|{last}"
    if is_cyrillic(whole):
        whole = in_latin(whole, random.randrange(3))
    elif culture == "cn" and len(first) > 3:
        cut = next((at for at in range(2, len(first) - 1) if first[at] in "bcdfghjklmpqrstwxyz" and first[at - 1] in "aeioung"), 0)  # fmt: skip
        if not cut:
            return None
        whole = f"{first[:cut]}{random.choice((' ', '-'))}{first[cut:].capitalize()}|{last}"
    elif whole.isascii():
        return None
    else:
        whole = in_ascii(whole, germanic=random.random() < 0.5)
    new_first, _, new_last = whole.partition("|")
    return new_first, new_last


def shorten(first: str, last: str, random: Random) -> tuple[str, str] | None:
    """The name with a part left out or written as a letter; None where it has one part only."""
    names = last.replace("-", " ").split()
    particles = [word for word in names if word.islower()]
    if particles and random.random() < 0.7:
        style = random.randrange(3)
        bare = " ".join(word for word in names if not word.islower())
        return first, (bare, f"{bare}, {' '.join(particles)}", "".join(names).capitalize())[style]
    if len(names) > 1 and not particles:
        return first, names[random.random() < 0.25]
    if " " in first:
        given, second = first.split(" ", 1)
        return (given if random.random() < 0.6 else f"{given} {second[0]}."), last
    return None
