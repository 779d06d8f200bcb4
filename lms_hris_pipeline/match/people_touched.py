"""Which accounts a night decides about: those whom a change reaches, through whatever candidates they have in common.

Decisions hang together where two accounts have one candidate. Nothing else of the firm counts but the numbers that are
in coarse steps, so that the rest keeps its decisions.
"""

from __future__ import annotations

import numpy as np

from lms_hris_pipeline.match.people_compare import Pairs, compared_pairs
from lms_hris_pipeline.match.people_facts import rare_facts
from lms_hris_pipeline.match.people_firm import GONE
from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.match.people_weights import Weights


def differs(pairs: Pairs, rows: Ints, weights: Weights, population: int) -> Bools:
    """Which of these pairs are new, or weigh otherwise than they did: in a field, or in what rules ask of rarity.

    A count that met a line changes nothing where the value does not agree, or counts as no rarer.
    """
    is_other: Bools = pairs.source[rows] == GONE
    again = rows[~is_other]
    now, before = (compared_pairs(some, again, population) for some in (pairs, pairs.counted_before()))
    is_moved = np.zeros(len(again), dtype=bool)
    for mine, theirs in (
        *zip(now.weigh(weights).values(), before.weigh(weights).values(), strict=True),
        *zip(rare_facts(now), rare_facts(before), strict=True),
    ):
        is_moved |= mine != theirs
    is_other[~is_other] = is_moved
    return is_other


def touched(given: Given, pairs: Pairs, is_strong: Bools, is_other: Bools) -> tuple[Bools, Bools]:
    """The accounts to decide about, and the people who are candidates of any of them.

    `is_strong` tells the pairs that make a candidate. Begins with accounts and people of pairs that are new or weigh
    otherwise (`is_other`) or are no more, and with whoever is new.
    """
    person = given.person_of
    accounts, persons = pairs.is_anew.copy(), np.zeros(given.person_count, dtype=bool)
    persons[person[pairs.is_new_worker]] = True
    before, was_strong = pairs.recalled.memory.pair, pairs.recalled.memory.pair["strong"]
    account = pairs.recalled.account_now[before["account"]]
    way = pairs.recalled.way_now[before["way"]]
    is_over = was_strong & ((account == GONE) | (way == GONE) | accounts[account])
    accounts[account[is_over & (account != GONE)]] = True
    persons[person[pairs.way["worker"][way[is_over & (way != GONE)]]]] = True
    counted = is_strong | np.r_[was_strong, False][pairs.source]
    fresh = is_other & counted
    accounts[pairs.account_no[fresh]] = True
    persons[person[pairs.worker_no[fresh]]] = True
    account_no, person_no = pairs.account_no[is_strong], person[pairs.worker_no[is_strong]]
    count = -1
    while count != (count := int(accounts.sum()) + int(persons.sum())):
        persons[person_no[accounts[account_no]]] = True
        accounts[account_no[persons[person_no]]] = True
    return accounts, persons
