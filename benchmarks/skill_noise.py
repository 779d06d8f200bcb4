"""Makes skill names messy the way people type them. Written apart from the normaliser: it shares no word list with it."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

_KEYS = {
    "a": "qs", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_WRAPPINGS = (
    "{} (advanced)", "{} - Advanced", "Advanced {}", "{} (Beginner)", "{} for beginners", "{} - Level 2", "{} L1", "{} L3",
    "{} II", "Intro to {}", "Introduction to {}", "Introduction: {}", "{} Fundamentals", "Fundamentals of {}", "{} basics",
    "{} 101", "Certified {}", "{} Certification", "{} certificate", "{} training", "{} (course)", "Course: {}",
    "{} Workshop", "{} 2019", "{} v2", "{} (2021)", "{} 3.1", "{} Essentials", "Mastering {}", "{} – intermediate",
    "{} Grundlagen", "{} für Anfänger", "Einführung in {}", "[Training] {}", "{} skills", "{} / expert", "#{}",
    "{} knowledge", "{} (entry level)", "Hands-on {}", "{} refresher", "{} masterclass", "{} bootcamp", "{} e-learning",
)  # fmt: skip
_SHORT = {
    "management": "mgmt", "development": "dev", "technology": "tech", "information": "info", "environmental": "env",
    "manage": "mng", "equipment": "equip", "engineering": "eng", "communication": "comms", "administration": "admin",
    "international": "intl", "department": "dept", "system": "sys", "systems": "sys", "quality": "qual",
    "organisation": "org", "maintenance": "maint", "business": "biz", "operations": "ops", "procedures": "procs",
}  # fmt: skip


def misspell(text: str, rng: random.Random) -> str:
    """One letter swapped, dropped, doubled or hit beside; texts of fewer than five letters stay."""
    places = [number for number, sign in enumerate(text) if sign.lower() in _KEYS]
    if len(places) < 5:
        return text
    at = rng.choice(places[1:])
    kind = rng.randrange(4)
    if kind == 0 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return text[:at] + rng.choice(_KEYS[text[at].lower()]) + text[at + 1 :]


def misspell_twice(text: str, rng: random.Random) -> str:
    """Two misspellings."""
    return misspell(misspell(text, rng), rng)


def wrap(text: str, rng: random.Random) -> str:
    """A level, a version or the name of a kind of course around the text."""
    return rng.choice(_WRAPPINGS).format(text)


def wrap_and_misspell(text: str, rng: random.Random) -> str:
    """Both at once."""
    return wrap(misspell(text, rng), rng)


def shorten(text: str, rng: random.Random) -> str:
    """A word abbreviated, or a long one cut."""
    words = text.split()
    known = [number for number, word in enumerate(words) if word.lower() in _SHORT]
    if known:
        at = rng.choice(known)
        words[at] = _SHORT[words[at].lower()]
    else:
        at = max(range(len(words)), key=lambda number: len(words[number]))
        if len(words[at]) > 7:
            words[at] = words[at][: rng.randint(4, 6)] + "."
    return " ".join(words)


def restyle(text: str, rng: random.Random) -> str:
    """Case, separators and plural as somebody else would have them."""
    styles: tuple[Callable[[str], str], ...] = (
        str.upper, str.title, lambda one: one.replace(" ", "-"), lambda one: one.replace(" ", "_"),
        lambda one: f"{one}s", lambda one: f"  {one} ", lambda one: string.capwords(one).replace(" ", ""),
        lambda one: f"{one}!", lambda one: " & ".join(one.split(" and ")),
    )  # fmt: skip
    return rng.choice(styles)(text)


def extend(text: str, word: str, rng: random.Random) -> str:
    """The text with one more word before or behind it: from "onboarding" to "onboarding week", no longer that skill."""
    return rng.choice(("{0} {1}", "{0} {1}", "{1} {0}", "{0}: {1}")).format(text, word)


MESSES: dict[str, Callable[[str, random.Random], str]] = {
    "typo": misspell,
    "two typos": misspell_twice,
    "wrapped": wrap,
    "wrapped, typo": wrap_and_misspell,
    "shortened": shorten,
    "restyled": restyle,
}
