"""What is decided before any score: accounts whose partner the ledger or a person names, and people who came back.

A link that the ledger or a person names stays; what speaks against it is told. It is held back in one case alone: its
worker has left, a later record of the same name without an account is there, and nobody affirmed the link since that
record began.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_candidates import Candidates
from lms_hris_pipeline.match.people_facts import (
    DECIDED,
    DUPLICATE,
    LINK,
    NOBODY,
    RECORDED,
    REVIEW,
    Facts,
    Standing,
    causes_mask,
)
from lms_hris_pipeline.match.people_given import UNKNOWN_DAY, Bools, Given, Ints
from lms_hris_pipeline.match.people_known import NEVER, Known

# a new employment may be entered to begin before the old one's last day
OVERLAP = timedelta(days=31)
CONTINGENT = "contingent worker"
# log2 odds within which an account is about as likely one person's as another's
_NEAR_BITS = 10.0


@dataclass(frozen=True, slots=True)
class Fixings:
    """Decisions on the accounts that are known, and what they mean for people: their first account, who must wait.

    `rows` holds the decisions, in the order of `accounts`, by the names of the arrays of all decisions.
    """

    accounts: Ints
    rows: dict[str, Ints]
    is_fixed: Bools
    first_account: Ints
    is_held: Bools

    def write(self, made: dict[str, Ints]) -> None:
        """Put the decisions into the arrays of all decisions."""
        for name, values in self.rows.items():
            made[name][self.accounts] = values


def find_comebacks(
    given: Given, found: Candidates, facts: Facts, standing: Standing, claimed: Bools, held: Bools
) -> Ints:
    """By account, the place of the record under which its person may have come back; NOBODY where there is none.

    Rehired, or employed after a contract: such a record is in scope, of the same name, no account's so far, and began
    when the account's own record had ended, or after it where that is a contractor's and the new one an employee's.
    HR did not join them: people must.
    """
    comebacks = np.full(given.account_count, NOBODY, dtype=np.int64)
    is_contingent = contingent(given)
    if given.worker_flag("is_in_scope").all() and not is_contingent.any():
        return comebacks
    best = standing.best[found.account]
    is_free = facts.names_equal & facts.in_scope & ~claimed[found.person] & facts.names_equal[best]
    places = np.flatnonzero(is_free & (best != np.arange(len(best))))
    if not len(places):
        return comebacks
    hired, ended = given.worker_day("hire_date"), given.worker_day("termination_date")
    new, old = found.worker[places], found.worker[best[places]]
    is_dated = (hired[new] != UNKNOWN_DAY) & (hired[old] != UNKNOWN_DAY)
    is_rehired = ~facts.in_scope[best[places]] & (ended[old] != UNKNOWN_DAY) & (hired[new] > ended[old] - OVERLAP.days)
    is_converted = is_contingent[old] & ~is_contingent[new] & (hired[new] > hired[old])
    likely = likely_accounts(found, facts, standing, held)
    for place in places[is_dated & (is_rehired | is_converted)].tolist():
        account = int(found.account[place])
        if comebacks[account] == NOBODY and not likely.get(int(found.person[place]), set()) - {account}:
            comebacks[account] = place
    return comebacks


def contingent(given: Given) -> Bools:
    """Which worker records are a contractor's; what has no type is none's."""
    types = pc.utf8_lower(given.workers["worker_type"].combine_chunks())
    found: Bools = pc.fill_null(pc.equal(types, CONTINGENT), False).to_numpy(zero_copy_only=False)
    return found


def likely_accounts(found: Candidates, facts: Facts, standing: Standing, held: Bools) -> dict[int, set[int]]:
    """By person, the accounts held back that are theirs by name and about as likely theirs as anybody's."""
    best_bits = found.bits[standing.best[found.account]]
    likely: dict[int, set[int]] = defaultdict(set)
    for place in np.flatnonzero(
        held[found.account] & facts.names_same & (found.bits >= best_bits - _NEAR_BITS)
    ).tolist():
        likely[int(found.person[place])].add(int(found.account[place]))
    return likely


def fix_known(
    given: Given,
    found: Candidates,
    facts: Facts,
    standing: Standing,
    known: Known,
    claimed: Bools,
    comeback: Ints,
) -> Fixings:
    """Accounts whose partner the ledger or a person names; the person's first account is the one recorded as such."""
    accounts, is_there = known.accounts, known.worker != NOBODY
    person = np.where(is_there, np.r_[given.person_of, NOBODY][known.worker], NOBODY)
    best, second = standing.best[accounts], standing.second[accounts]
    chosen, rival = _places_of(given, found, accounts, person), comeback[accounts]
    method = np.where(known.is_decided, DECIDED, RECORDED)
    own_cause = np.where(known.is_decided, causes_mask(["decision"]), causes_mask(["recorded"]))
    began = np.r_[given.worker_day("hire_date")[found.worker], NEVER][rival]
    is_held = is_there & (rival != NOBODY) & (chosen == best) & (began > known.affirmed_on)
    rows = {
        "decision": np.where(is_held, REVIEW, LINK),
        "method": method,
        "chosen": np.where(is_held, rival, chosen),
        "runner_up": np.where(is_held, chosen, np.where(chosen == best, second, best)),
        "causes": own_cause | np.where(is_held, causes_mask(["comeback"]), _contradictions(chosen, best, facts)),
        "primary": np.full(len(accounts), NOBODY),
        "worker": np.where(is_held, NOBODY, known.worker),
    }
    _tell_vanished(rows, found, facts, ~is_there, best, second, claimed)
    fixings = Fixings(
        accounts,
        rows,
        np.isin(np.arange(given.account_count), accounts),
        np.full(given.person_count, NOBODY, dtype=np.int64),
        np.isin(np.arange(given.person_count), person[is_held]),
    )
    _name_firsts(given, known, fixings, person, is_there & ~is_held)
    return fixings


def _places_of(given: Given, found: Candidates, accounts: Ints, person: Ints) -> Ints:
    """By known account, the place of its person among its candidates; NOBODY where the pair was not compared."""
    size = given.person_count + 1
    pairs = found.account * size + found.person
    if not len(pairs):
        return np.full(len(accounts), NOBODY)
    order = np.argsort(pairs, kind="stable")
    wanted = accounts * size + person
    places = order[np.minimum(np.searchsorted(pairs[order], wanted), len(order) - 1)]
    found_at: Ints = np.where((pairs[places] == wanted) & (person != NOBODY), places, NOBODY)
    return found_at


def _tell_vanished(
    rows: dict[str, Ints], found: Candidates, facts: Facts, is_gone: Bools, best: Ints, second: Ints, claimed: Bools
) -> None:
    """A recorded link whose worker record is not there: it stays, unless a record that is nobody's looks like the person."""
    looks_like = is_gone & (best != NOBODY)
    near = np.maximum(best[looks_like], 0)
    looks_like[looks_like] = facts.names_same[near] & facts.in_scope[near] & ~claimed[found.person[near]]
    stays = is_gone & ~looks_like
    rows["decision"][looks_like] = REVIEW
    rows["chosen"][looks_like], rows["runner_up"][looks_like] = best[looks_like], second[looks_like]
    rows["chosen"][stays], rows["runner_up"][stays] = NOBODY, best[stays]
    rows["causes"][looks_like] |= causes_mask(["vanished_comeback"])
    rows["causes"][stays] |= causes_mask(["vanished"])


def _name_firsts(given: Given, known: Known, fixings: Fixings, person: Ints, is_linked: Bools) -> None:
    """The first account of every person who has a known one; their further ones are duplicates."""
    linked = np.flatnonzero(is_linked)
    fixings.first_account[person[linked]] = known.accounts[linked]
    several: dict[int, list[int]] = defaultdict(list)
    for place in linked[np.bincount(person[linked], minlength=1)[person[linked]] > 1].tolist():
        several[int(person[place])].append(place)
    if not several:
        return
    active, current = given.accounts["is_active"].to_pylist(), given.worker_flag("is_current")

    def rank(place: int) -> tuple[object, ...]:
        account = int(known.accounts[place])
        return (
            not known.is_primary[place], known.is_decided[place], not current[known.worker[place]], not active[account],
            known.known_at[place], account,
        )  # fmt: skip

    for number, places in several.items():
        first = min(places, key=rank)
        fixings.first_account[number] = known.accounts[first]
        further = [place for place in places if place != first]
        fixings.rows["decision"][further], fixings.rows["primary"][further] = DUPLICATE, known.accounts[first]


def _contradictions(chosen: Ints, best: Ints, facts: Facts) -> Ints:
    """What speaks against a pair that stands all the same, as causes."""
    told = {
        "number_of_other": facts.number_of_other,
        "email_of_other": facts.email_of_other,
        "names_differ": ~facts.some_name_agrees,
    }
    causes = np.where(chosen != best, causes_mask(["better_elsewhere"]), 0)
    for cause, holds in told.items():
        causes |= np.where(np.r_[holds, False][chosen], causes_mask([cause]), 0)
    return np.where(chosen == NOBODY, 0, causes)
