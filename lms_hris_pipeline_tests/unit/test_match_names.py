"""Truth tables of names: one person's name as two systems, countries and habits write it."""

from __future__ import annotations

import json
from functools import cache

import pytest

from lms_hris_pipeline.match.names import fold_name
from lms_hris_pipeline_tests.support.people import account, match_world, worker


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Anna-Lena  ", "anna lena"),
        ("GROß", "gross"),
        ("Müller", "muller"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Æthelred Þór", "aethelred thor"),
        ("İpek", "ipek"),
        ("O’Neill", "oneill"),
        ("Дмитрий Щукин", "dmitriy shchukin"),
        ("Γιώργος Παπαδόπουλος", "giorgos papadopulos"),
        ("王 小明", "王 小明"),
        ("Ame\u0301lie", "amelie"),
        ("=cmd|' /C calc'!A0", "cmd c calc a0"),
        ("...", ""),
    ],
)
def test_a_name_is_folded(written: str, folded: str) -> None:
    assert fold_name(written) == folded


LAST_NAMES = [
    ("Müller", "MÜLLER", "exact"),
    ("Müller", "Muller", "exact"),
    ("Müller", "Mueller", "variant"),
    ("Groß", "Gross", "exact"),
    ("Sørensen", "Soerensen", "variant"),
    ("Østergård", "Ostergaard", "variant"),
    ("Щербаков", "Shcherbakov", "exact"),
    ("Чайковский", "Tschaikowski", "variant"),
    ("Хрущёв", "Khrushchev", "exact"),
    ("Παπαδόπουλος", "Papadopoulos", "variant"),
    ("Đorđević", "Djordjevic", "variant"),
    ("Meier-Schmidt", "Meier Schmidt", "exact"),
    ("Meier-Schmidt", "Schmidt-Meier", "variant"),
    ("von der Leyen", "Leyen", "exact"),
    ("van den Berg", "vandenBerg", "exact"),
    ("da Cruz", "daCruz", "exact"),
    ("van Geest", "VanGeest", "exact"),
    ("de la Gonçalves", "delaGoncalves", "exact"),
    ("van den Berg", "Vandenberg", "variant"),
    ("de Souza", "DeSouza", "variant"),
    ("MacDonald", "Donald", "different"),
    ("García López", "García", "part"),
    ("Meier-Schmidt", "Schmidt", "part"),
    ("O'Neill", "ONeill", "exact"),
    ("Smith", "Smyth", "variant"),
    ("Schmidt", "Schmitt", "close"),
    ("Castellanos", "Castelanso", "close"),
    ("Li", "Lu", "different"),
    ("王", "陈", "different"),
    ("Schmidt", "Kaya", "different"),
    ("Schmidt", None, "missing"),
    (None, None, "missing"),
    ("-", "Schmidt", "missing"),
]
FIRST_NAMES = [
    ("Jürgen", "Juergen", "variant"),
    ("Алексей", "Alexey", "variant"),
    ("Юлия", "Julija", "variant"),
    ("Евгений", "Yevgeny", "variant"),
    ("William", "Bill", "nickname"),
    ("Josef", "Sepp", "nickname"),
    ("Francisco", "Paco", "nickname"),
    ("Александр", "Саша", "nickname"),
    ("Katharina", "Kathi", "nickname"),
    ("Agnieszka", "Aga", "nickname"),
    ("Елена", "Lena", "nickname"),
    ("Alexandre", "Alex", "shortened"),
    ("Philippe", "Phil", "shortened"),
    ("Christophe", "Chris", "shortened"),
    ("Benoît", "Ben", "shortened"),
    ("Carla", "Carl", "close"),
    ("Jana", "Jan", "different"),
    ("Edmund", "Ed", "nickname"),
    ("Jolanta", "Jo", "different"),
    ("DeShawn", "Shawn", "different"),
    ("Hans-Peter", "Hanspeter", "exact"),
    ("Anna Maria", "Anna", "part"),
    ("Johann Peter", "Peter", "part"),
    ("J.", "Johanna", "initial"),
    ("J.", "Peter", "different"),
    ("Justyna", "Jutsyna", "close"),
    ("Jsutyna", "Justyna", "close"),
    ("Nada", "Lada", "different"),
    ("Jan", "Jon", "different"),
    ("Peter", "Paul", "different"),
    ("", "Paul", "missing"),
]


@cache
def _levels(side: str) -> dict[tuple[str | None, str | None], str]:
    """The level of every pair of names, either way round: accounts and workers that share a number are compared."""
    pairs = [(one, other) for one, other, _ in (FIRST_NAMES if side == "first_name" else LAST_NAMES)]
    pairs += [(other, one) for one, other in pairs]
    workers, accounts = [], []
    for number, (mine, theirs) in enumerate(pairs, start=1000):
        if side == "first_name":
            names = ((theirs, f"Lorenz{number}"), (mine, f"Lorenz{number}"))
        else:
            names = ((f"Ada{number}", theirs), (f"Ada{number}", mine))
        workers.append(worker(f"W{number}", *names[0], employee_number=f"{number}"))
        accounts.append(account(f"{number}", *names[1], employee_number=f"{number}"))
    rows = match_world(workers, accounts, (), ())
    found = {}
    for number, pair in enumerate(pairs, start=1000):
        evidence = json.loads(rows[f"{number}"]["evidence"])
        assert evidence["compared_worker_id"] == f"W{number}"
        found[pair] = evidence["fields"][side]["level"]
    return found


@pytest.mark.parametrize(("one", "other", "level"), LAST_NAMES)
def test_last_names_have_a_level(one: str | None, other: str | None, level: str) -> None:
    assert _levels("last_name")[one, other] == level
    assert _levels("last_name")[other, one] == level, "the same the other way round"


@pytest.mark.parametrize(("one", "other", "level"), FIRST_NAMES)
def test_first_names_have_a_level(one: str, other: str, level: str) -> None:
    assert _levels("first_name")[one, other] == level
    assert _levels("first_name")[other, one] == level, "the same the other way round"
