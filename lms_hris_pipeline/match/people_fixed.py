"""What is decided before any score: accounts whose partner the ledger or a person names, and people who came back.

A recorded link stays; what speaks against it is told. It is held back in one case alone: its worker has left, and a
later record of the same name without an account is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_candidates import Candidates
from lms_hris_pipeline.match.people_facts import NOBODY, Facts, Standing, causes_mask
from lms_hris_pipeline.match.people_given import UNKNOWN_DAY, Bools, Given, Ints
from lms_hris_pipeline.match.people_known import Fixed, Known

# a new employment may be entered to begin before the old one's last day
OVERLAP = timedelta(days=31)
CONTINGENT = "contingent worker"
# log2 odds within which an account is about as likely one person's as another's
_NEAR_BITS = 10.0


@dataclass(slots=True)
class Fixings:
    """Decisions on the accounts that are known, and what they mean for people: their first account, who must wait."""

    rows: dict[int, dict[str, int | str]]
    is_fixed: Bools
    first_account: Ints
    is_held: Bools

    def write(self, made: dict[str, Ints]) -> None:
        """Put the decisions into the arrays of all decisions."""
        decisions = {"no_match": 0, "review": 1, "duplicate": 2, "link": 3}
        methods = {"recorded": 3, "decision": 4}
        if not self.rows:
            return
        accounts = list(self.rows)
        rows = list(self.rows.values())
        made["decision"][accounts] = [decisions[str(row["decision"])] for row in rows]
        made["method"][accounts] = [methods[str(row["method"])] for row in rows]
        for name in ("chosen", "runner_up", "causes", "primary", "worker"):
            made[name][accounts] = [int(row.get(name, NOBODY)) for row in rows]


def find_comebacks(
    given: Given, found: Candidates, facts: Facts, standing: Standing, claimed: Bools, held: Bools
) -> Ints:
    """By account, the place of the record under which its person may have come back; NOBODY where there is none.

    Rehired, or employed after a contract: such a record is in scope, of the same name, no account's so far, and began
    when the account's own record had ended, or after it where that is a contractor's and the new one an employee's.
    HR did not join them: people must.
    """
    comebacks = np.full(given.account_count, NOBODY, dtype=np.int64)
    types = pc.utf8_lower(given.workers["worker_type"].combine_chunks())
    is_contingent = pc.fill_null(pc.equal(types, CONTINGENT), False).to_numpy(zero_copy_only=False)
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
    likely = _likely_accounts(found, facts, standing, held)
    for place in places[is_dated & (is_rehired | is_converted)].tolist():
        account = int(found.account[place])
        if comebacks[account] == NOBODY and not likely.get(int(found.person[place]), set()) - {account}:
            comebacks[account] = place
    return comebacks


def _likely_accounts(found: Candidates, facts: Facts, standing: Standing, held: Bools) -> dict[int, set[int]]:
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
    fixings = Fixings(
        {},
        np.zeros(given.account_count, dtype=bool),
        np.full(given.person_count, NOBODY, dtype=np.int64),
        np.zeros(given.person_count, dtype=bool),
    )
    fixings.is_fixed[known.accounts] = True
    if not known.fixed:
        return fixings
    rows = np.flatnonzero(fixings.is_fixed[found.account]) if len(found.account) else np.array([], dtype=np.int64)
    places = zip(found.account[rows].tolist(), found.person[rows].tolist(), rows.tolist(), strict=True)
    place_of = {(account, person): place for account, person, place in places}
    person_of = given.person_of.tolist()
    by_person: dict[int, list[int]] = defaultdict(list)
    for account, fixed in sorted(known.fixed.items()):
        best, second = int(standing.best[account]), int(standing.second[account])
        if fixed.worker is None:
            fixings.rows[account] = _vanished(found, facts, fixed, best, second, claimed)
            continue
        person = person_of[fixed.worker]
        chosen, rival = place_of.get((account, person), NOBODY), int(comeback[account])
        if fixed.method == "recorded" and rival != NOBODY and chosen == best:
            causes = causes_mask(("recorded", "comeback"))
            fixings.rows[account] = _row("review", fixed.method, rival, chosen, causes)
            fixings.is_held[person] = True
            continue
        runner_up = second if chosen == best else best
        causes = causes_mask((fixed.method, *_contradictions(chosen, best, facts)))
        fixings.rows[account] = {**_row("link", fixed.method, chosen, runner_up, causes), "worker": fixed.worker}
        by_person[person].append(account)
    rank = _ranks(given, known)
    for person, accounts in by_person.items():
        primary = accounts[0] if len(accounts) == 1 else min(accounts, key=lambda account: rank(account))
        fixings.first_account[person] = primary
        for account in accounts:
            if account != primary:
                fixings.rows[account] |= {"decision": "duplicate", "primary": primary}
    return fixings


def _row(decision: str, method: str, chosen: int, runner_up: int, causes: int) -> dict[str, int | str]:
    return {"decision": decision, "method": method, "chosen": chosen, "runner_up": runner_up, "causes": causes}


def _ranks(given: Given, known: Known) -> Callable[[int], tuple[object, ...]]:
    active, current = given.accounts["is_active"].to_pylist(), given.worker_flag("is_current").tolist()

    def rank(account: int) -> tuple[object, ...]:
        fixed = known.fixed[account]
        is_current = fixed.worker is not None and current[fixed.worker]
        return (
            fixed.role != "primary", fixed.method != "recorded", not is_current, not active[account], fixed.known_at,
            account,
        )  # fmt: skip

    return rank


def _vanished(
    found: Candidates, facts: Facts, fixed: Fixed, best: int, second: int, claimed: Bools
) -> dict[str, int | str]:
    """A recorded link whose worker record is not there: it stays, unless a record that is nobody's looks like the person."""
    if best != NOBODY and facts.names_same[best] and facts.in_scope[best] and not claimed[found.person[best]]:
        return _row("review", fixed.method, best, second, causes_mask((fixed.method, "vanished_comeback")))
    return _row("link", fixed.method, NOBODY, best, causes_mask((fixed.method, "vanished")))


def _contradictions(chosen: int, best: int, facts: Facts) -> list[str]:
    """What speaks against a pair that stands all the same."""
    if chosen == NOBODY:
        return []
    told = []
    if facts.number_of_other[chosen]:
        told.append("number_of_other")
    if facts.email_of_other[chosen]:
        told.append("email_of_other")
    if not facts.some_name_agrees[chosen]:
        told.append("names_differ")
    if chosen != best:
        told.append("better_elsewhere")
    return told
