"""Which accounts a night decides about: those whom a change reaches, through whatever candidates they have in common.

Decisions hang together where two accounts have one candidate. Nothing else of the firm counts but the numbers that are
in coarse steps, so that the rest keeps its decisions.
"""

from __future__ import annotations

import numpy as np

from lms_hris_pipeline.match.people_compare import Pairs
from lms_hris_pipeline.match.people_firm import GONE
from lms_hris_pipeline.match.people_given import Bools, Given


def touched(given: Given, pairs: Pairs, is_strong: Bools) -> tuple[Bools, Bools]:
    """The accounts to decide about, and the people who are candidates of any of them.

    `is_strong` tells the pairs that make a candidate. Begins with accounts and people of pairs that are new, weigh
    otherwise or are no more, and with whoever is new.
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
    fresh = pairs.is_fresh & counted
    accounts[pairs.account_no[fresh]] = True
    persons[person[pairs.worker_no[fresh]]] = True
    account_no, person_no = pairs.account_no[is_strong], person[pairs.worker_no[is_strong]]
    count = -1
    while count != (count := int(accounts.sum()) + int(persons.sum())):
        persons[person_no[accounts[account_no]]] = True
        accounts[account_no[persons[person_no]]] = True
    return accounts, persons
