"""From candidates to decisions: link, review, duplicate or no match, each with its causes. Pure; no reading.

One first account a person. What a person or the ledger said stands before any score. A key decides only with a
second field that agrees, where nobody else has it and nothing contradicts; everything doubtful goes to people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from lms_hris_pipeline.match.people_candidates import Candidates, Records
from lms_hris_pipeline.match.people_facts import NOBODY, Facts, find_obstacles, gather_facts
from lms_hris_pipeline.match.people_known import Fixed, Known
from lms_hris_pipeline.settings import MatchSettings

# a new employment may be entered to begin before the old one's last day
OVERLAP = timedelta(days=31)
CONTINGENT = "contingent worker"
# log2 odds within which a namesake without an account is named to the reviewer instead
NEAR_BITS = 10.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one account. `chosen` and `runner_up` are positions among the candidates, or NOBODY."""

    account: int
    decision: str
    method: str
    chosen: int
    runner_up: int
    causes: tuple[str, ...]
    primary_account: int | None = None
    worker: int | None = None


def decide(records: Records, found: Candidates, known: Known, settings: MatchSettings) -> list[Decision]:
    """One decision for each account, in the order of the accounts."""
    facts = gather_facts(records, found)
    free = [account for account in range(records.accounts.num_rows) if account not in known.fixed]
    obstacles = find_obstacles(found, facts, settings)
    sure = set(free) - obstacles.keys()
    claimed = {int(found.person[facts.best[account]]) for account in sure}
    person_of = records.person_of.tolist()
    claimed |= {person_of[fixed.worker] for fixed in known.fixed.values() if fixed.worker is not None}
    comeback = _comebacks(records, found, facts, claimed, _likely_accounts(found, facts, obstacles.keys() & set(free)))
    decided = _decide_fixed(records, found, facts, known, claimed, comeback)
    for account in (account for account in free if account in comeback):
        told = ("comeback", *(cause for cause in obstacles.get(account, ()) if cause != "below_link"))
        decided[account] = _review(account, comeback[account], int(facts.best[account]), "score", told)
    sure -= comeback.keys()
    decided |= _decide_sure(records, found, facts, sure, decided)
    for account in free:
        if account not in decided:
            decided[account] = _decide_rest(account, found, facts, claimed, obstacles[account], settings)
    return [decided[account] for account in sorted(decided)]


def _review(account: int, chosen: int, runner_up: int, method: str, causes: tuple[str, ...]) -> Decision:
    return Decision(account, "review", method, chosen, runner_up, causes)


def _likely_accounts(found: Candidates, facts: Facts, held: set[int]) -> dict[int, set[int]]:
    """By person, the accounts held back that are theirs by name and about as likely theirs as anybody's."""
    likely: dict[int, set[int]] = defaultdict(set)
    if not held or not len(found.bits):
        return likely
    best_bits = found.bits[np.maximum(facts.best, 0)][found.account]
    for place in np.flatnonzero(facts.names_same & (found.bits >= best_bits - NEAR_BITS)).tolist():
        account = int(found.account[place])
        if account in held:
            likely[int(found.person[place])].add(account)
    return likely


def _comebacks(
    records: Records, found: Candidates, facts: Facts, claimed: set[int], likely: dict[int, set[int]]
) -> dict[int, int]:
    """By account, the record under which its person may have come back: rehired, or employed after a contract.

    Such a record is in scope, of the same name, no account's so far, and began when the account's own record had
    ended, or after it where that is a contractor's and the new one an employee's. HR did not join them: people must.
    """
    is_free = facts.names_equal & facts.in_scope & ~np.isin(found.person, sorted(claimed))
    places = [int(place) for place in np.flatnonzero(is_free)]
    if not places:
        return {}
    types = records.workers["worker_type"].to_pylist()
    hired, ended = records.workers["hire_date"].to_pylist(), records.workers["termination_date"].to_pylist()
    comebacks: dict[int, int] = {}
    for place in places:
        account = int(found.account[place])
        best = int(facts.best[account])
        if place == best or account in comebacks or not facts.names_equal[best]:
            continue
        if likely.get(int(found.person[place]), set()) - {account}:
            continue
        new, old = int(found.worker[place]), int(found.worker[best])
        if hired[new] is None or hired[old] is None:
            continue
        is_rehired = not facts.in_scope[best] and ended[old] is not None and hired[new] > ended[old] - OVERLAP
        is_converted = types[old] == CONTINGENT and types[new] != CONTINGENT and hired[new] > hired[old]
        if is_rehired or is_converted:
            comebacks[account] = place
    return comebacks


def _decide_fixed(
    records: Records, found: Candidates, facts: Facts, known: Known, claimed: set[int], comeback: dict[int, int]
) -> dict[int, Decision]:
    """Accounts whose partner the ledger or a person names; the person's first account is the one recorded as such."""
    position_of = {
        (account, person): position
        for position, (account, person) in enumerate(zip(found.account.tolist(), found.person.tolist(), strict=True))
        if account in known.fixed
    }
    person_of = records.person_of.tolist()
    decided: dict[int, Decision] = {}
    by_person: dict[int, list[int]] = defaultdict(list)
    active, current = records.accounts["is_active"].to_pylist(), records.workers["is_current"].to_pylist()

    def rank(account: int) -> tuple[object, ...]:
        fixed = known.fixed[account]
        is_current = fixed.worker is not None and current[fixed.worker]
        return (
            fixed.role != "primary", fixed.method != "recorded", not is_current, not active[account], fixed.known_at,
            account,
        )  # fmt: skip

    for account, fixed in sorted(known.fixed.items()):
        best, second = int(facts.best[account]), int(facts.second[account])
        if fixed.worker is None:
            decided[account] = _decide_vanished(account, found, facts, fixed, claimed)
            continue
        chosen = position_of.get((account, person_of[fixed.worker]), NOBODY)
        rival = comeback.get(account, NOBODY)
        if fixed.method == "recorded" and rival != NOBODY and chosen == best:
            decided[account] = _review(account, rival, chosen, "recorded", ("recorded", "comeback"))
            continue
        runner_up = second if chosen == best else best
        causes = (fixed.method, *_contradictions(chosen, best, facts))
        decided[account] = Decision(account, "link", fixed.method, chosen, runner_up, causes, worker=fixed.worker)
        by_person[person_of[fixed.worker]].append(account)
    for accounts in by_person.values():
        primary = min(accounts, key=rank)
        for account in accounts:
            if account != primary:
                decided[account] = replace(decided[account], decision="duplicate", primary_account=primary)
    return decided


def _decide_vanished(account: int, found: Candidates, facts: Facts, fixed: Fixed, claimed: set[int]) -> Decision:
    """A recorded link whose worker record is not there: it stays, unless a record that is nobody's looks like the person."""
    best = int(facts.best[account])
    if best != NOBODY and facts.names_same[best] and facts.in_scope[best] and int(found.person[best]) not in claimed:
        causes = (fixed.method, "vanished_comeback")
        return _review(account, best, int(facts.second[account]), fixed.method, causes)
    return Decision(account, "link", fixed.method, NOBODY, best, (fixed.method, "vanished"))


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


def _decide_sure(
    records: Records,
    found: Candidates,
    facts: Facts,
    sure: set[int],
    fixed: dict[int, Decision],
) -> dict[int, Decision]:
    """Sure accounts by person: the first account is linked, further ones are duplicates."""
    person_of = records.person_of.tolist()
    first_accounts = {
        person_of[decision.worker]: account
        for account, decision in fixed.items()
        if decision.decision == "link" and decision.worker is not None
    }
    by_person: dict[int, list[int]] = defaultdict(list)
    for account in sorted(sure):
        by_person[int(found.person[facts.best[account]])].append(account)
    # the person of a recorded account that is held back waits as well
    held = {
        int(found.person[decision.runner_up])
        for decision in fixed.values()
        if decision.method == "recorded" and decision.decision == "review" and decision.runner_up != NOBODY
    }
    strongest = _strongest_claims(found, facts, sure | fixed.keys())
    ranks = _rank_firsts(records, found, facts, sure)
    decided: dict[int, Decision] = {}
    for person, accounts in by_person.items():
        primary = first_accounts.get(person)
        claim = strongest.get(person)
        best_bits = max(float(found.bits[facts.best[account]]) for account in accounts)
        if primary is None and (person in held or (claim is not None and claim > best_bits)):
            # a doubtful account fits this person better than any sure one
            for account in accounts:
                chosen, runner_up = int(facts.best[account]), int(facts.second[account])
                decided[account] = _review(account, chosen, runner_up, "score", ("not_mutual",))
            continue
        if primary is None:
            primary = min(accounts, key=lambda number: ranks[number])
        for account in accounts:
            chosen, runner_up = int(facts.best[account]), int(facts.second[account])
            method = "key" if facts.is_key[chosen] else "score"
            is_first = account == primary
            decision = Decision(
                account, "link" if is_first else "duplicate", method, chosen, runner_up, (method,),
                None if is_first else primary,
            )  # fmt: skip
            decided[account] = decision
    return decided


def _rank_firsts(
    records: Records, found: Candidates, facts: Facts, accounts: Iterable[int]
) -> dict[int, tuple[object, ...]]:
    """Of several accounts of a person the first is one that can log in, has the person's address, number, is oldest."""
    active, created = records.accounts["is_active"].to_pylist(), records.accounts["created_at"].to_pylist()
    has_email = found.has_level("email", ("exact", "former")).tolist()
    has_number = found.has_level("employee_number", ("exact", "former")).tolist()
    ranks: dict[int, tuple[object, ...]] = {}
    for account in accounts:
        best, born = int(facts.best[account]), created[account]
        ranks[account] = (
            not active[account], not has_email[best], not has_number[best], born is None, str(born), account
        )  # fmt: skip
    return ranks


def _strongest_claims(found: Candidates, facts: Facts, settled: set[int]) -> dict[int, float]:
    """By person, the weight of the strongest account that is held back and would fit this person best."""
    claims: dict[int, float] = {}
    for account, best in enumerate(facts.best.tolist()):
        if best != NOBODY and account not in settled:
            person = int(found.person[best])
            claims[person] = max(claims.get(person, -np.inf), float(found.bits[best]))
    return claims


def _decide_rest(
    account: int,
    found: Candidates,
    facts: Facts,
    claimed: set[int],
    causes: tuple[str, ...],
    settings: MatchSettings,
) -> Decision:
    """Accounts that cannot be linked: to people where somebody is plausible, else without a match."""
    best, second = int(facts.best[account]), int(facts.second[account])
    if best == NOBODY:
        return Decision(account, "no_match", "none", NOBODY, NOBODY, causes)
    plausible = float(found.score[best]) >= settings.review_at
    # candidates beyond the best may hold the account's number or address
    contested = bool(facts.has_hard_key[best] or facts.number_of_other[best] or facts.email_of_other[best])
    rivals = second != NOBODY and float(found.score[best]) + float(found.score[second]) >= settings.review_at
    if plausible or contested or rivals:
        if int(found.person[best]) in claimed:
            best, second = _prefer_unclaimed(best, found, facts, claimed) or (best, second)
        return _review(account, best, second, "score", causes)
    return Decision(account, "no_match", "none", NOBODY, best, ("below_review",))


def _prefer_unclaimed(best: int, found: Candidates, facts: Facts, claimed: set[int]) -> tuple[int, int] | None:
    """Where the likeliest person has an account of their own, the next likeliest of the same name who has none."""
    place = best + 1
    while place < len(found.account) and found.account[place] == found.account[best]:
        if (
            facts.names_same[place]
            and found.bits[place] > found.bits[best] - NEAR_BITS
            and int(found.person[place]) not in claimed
        ):
            return place, best
        place += 1
    return None
