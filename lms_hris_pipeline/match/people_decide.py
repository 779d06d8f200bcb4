"""From candidates to decisions: link, review, duplicate or no match, each with its causes. Pure; no reading.

One first account a person. What a person or the ledger said stands before any score (`people_fixed`). A key decides
only with a second field that agrees, where nobody else has it and nothing contradicts; everything doubtful goes to
people. Who has an account already is less likely to own another: that settles which of two namesakes is meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from lms_hris_pipeline.match.people_candidates import Candidates, Floats, probabilities
from lms_hris_pipeline.match.people_facts import (
    CAUSES,
    DUPLICATE,
    KEY,
    LINK,
    NOBODY,
    REVIEW,
    SCORE,
    Facts,
    Standing,
    causes_mask,
    find_obstacles,
    gather_facts,
    standing_of,
)
from lms_hris_pipeline.match.people_fixed import Fixings, find_comebacks, fix_known
from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.match.people_known import Known
from lms_hris_pipeline.match.people_twins import find_twins
from lms_hris_pipeline.match.people_weights import Weights
from lms_hris_pipeline.settings import MatchSettings

# log2 odds within which a namesake without an account is named to the reviewer instead
NEAR_BITS = 10.0
# by so many bits fewer accounts than usual are a worker's where HR's records are a part of the people only
PARTIAL_BITS = 2.0
# of two accounts the first is the one with the person's own address, unless far more speaks for the other
OWN_ADDRESS_BITS = 8.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The rest of the firm, as far as it counts: how many people there are in all, how many others wait for an account,
    and by how many bits `fewer` accounts than usual are a worker's at all, which candidates' bits hold already."""

    people: int
    waiting: int
    fewer: float

    def ask_at(self, review_at: float) -> float:
        """The score from which people are asked: that HR knows few is a reason not to link, none not to ask."""
        odds = review_at / (1 - review_at) / 2**self.fewer
        return round(odds / (1 + odds), 6)


@dataclass(frozen=True, slots=True)
class Decisions:
    """One decision an account, as arrays: numbers of DECISIONS and METHODS, places among the candidates, causes.

    `primary` is the account that is the person's first one, `worker` the record that was fixed by the ledger or a
    person; both NOBODY where they do not apply. `score` and `runner_up_score` are of the places named. `claimed` tells,
    by person, who surely has an account.
    """

    decision: Ints
    method: Ints
    chosen: Ints
    runner_up: Ints
    causes: Ints
    primary: Ints
    worker: Ints
    score: Floats
    runner_up_score: Floats
    claimed: Bools

    def of(self, accounts: slice) -> Decisions:
        """Those of some accounts alone."""
        by_account = (field.name for field in fields(Decisions) if field.name != "claimed")
        return replace(self, **{name: getattr(self, name)[accounts] for name in by_account})


def decide(
    given: Given,
    found: Candidates,
    known: Known,
    settings: MatchSettings,
    weights: Weights,
    elsewhere: Elsewhere,
    *,
    keys_are_strict: bool,
) -> Decisions:
    """One decision for each account, in the order of the accounts; nobody `elsewhere` has a candidate in common with them."""
    accounts = given.account_count
    facts, standing = gather_facts(given, found), standing_of(found, accounts)
    free = np.ones(accounts, dtype=bool)
    free[known.accounts] = False
    claimed = np.zeros(given.person_count, dtype=bool)
    rules = {"keys_are_strict": keys_are_strict, "hr_is_partial": elsewhere.fewer >= PARTIAL_BITS}
    obstacles = find_obstacles(found, facts, standing, claimed, settings, **rules, is_second_look=False)
    sure = free & (obstacles == 0)
    claimed[found.person[standing.best[sure]]] = True
    claimed[known.persons(given)] = True
    comeback = find_comebacks(given, found, facts, standing, claimed, free & (obstacles != 0))
    fixings = fix_known(given, found, facts, standing, known, claimed, comeback)
    made = _blank(accounts)
    fixings.write(made)
    returning = free & (comeback != NOBODY)
    _review(made, returning, comeback, standing.best, obstacles & ~_bit("below_link") | _bit("comeback"))
    sure &= ~returning
    rest = free & ~sure & ~returning
    # a namesake's account is looked at by people even where the namesake has one already, of anybody's tables a rare one's
    is_alone = facts.is_rare & (np.bincount(found.account[facts.names_same], minlength=accounts)[found.account] == 1)
    plausible = _at(facts.names_same if keys_are_strict else is_alone, standing.best)
    ask_at = elsewhere.ask_at(settings.review_at)
    plausible &= standing.best_score >= ask_at
    again, scores = _look_again(found, facts, standing, claimed, rest, weights, elsewhere)
    plausible |= again.best_score >= ask_at
    obstacles_again = find_obstacles(found, facts, again, claimed, settings, **rules, is_second_look=True)
    late = rest & (obstacles_again == 0)
    standing = Standing(
        *(np.where(rest, after, before) for after, before in zip(_parts(again), _parts(standing), strict=True))
    )
    obstacles = np.where(rest, obstacles_again, obstacles)
    twins = find_twins(given, found, facts, standing, claimed, sure | late, free & ~(sure | late))
    is_twin = twins != NOBODY
    _review(made, is_twin, twins, standing.best, np.full(accounts, _bit("two_records")))
    sure, late, rest = sure & ~is_twin, late & ~is_twin, rest & ~is_twin
    _link_sure(given, found, facts, standing, sure, late, fixings, made)
    _decide_rest(found, facts, standing, claimed, rest & ~late, plausible, obstacles, settings, made)
    scores = np.r_[np.where(_at(rest, found.account), scores, found.score), np.nan]
    score, runner_up_score = scores[made["chosen"]], scores[made["runner_up"]]
    # of two records of one person it is the person's probability that counts
    score = np.where(is_twin, np.round(np.minimum(score + runner_up_score, 1.0), 6), score)
    return Decisions(**made, score=score, runner_up_score=runner_up_score, claimed=claimed)


def _blank(accounts: int) -> dict[str, Ints]:
    made = {name: np.full(accounts, NOBODY, dtype=np.int64) for name in ("chosen", "runner_up", "primary", "worker")}
    return made | {name: np.zeros(accounts, dtype=np.int64) for name in ("decision", "method", "causes")}


def _parts(standing: Standing) -> tuple[Ints, Ints, Floats, Floats]:
    return standing.best, standing.second, standing.best_score, standing.second_score


def _at(values: Bools, places: Ints) -> Bools:
    """Values at places among the candidates; no where there is nobody."""
    found: Bools = np.r_[values, False][places]
    return found


def _bit(cause: str) -> int:
    return 1 << CAUSES.index(cause)


def _review(made: dict[str, Ints], where: Bools, chosen: Ints, runner_up: Ints, causes: Ints) -> None:
    made["decision"][where], made["method"][where] = REVIEW, SCORE
    made["chosen"][where], made["runner_up"][where] = chosen[where], runner_up[where]
    made["causes"][where] = causes[where]


def _look_again(
    found: Candidates,
    facts: Facts,
    standing: Standing,
    claimed: Bools,
    rest: Bools,
    weights: Weights,
    elsewhere: Elsewhere,
) -> tuple[Standing, Floats]:
    """Best and second of the undecided: who has an account is less likely to own another one, who still waits for one
    is likelier, the fewer they are."""
    scores = found.score.copy()
    best, second = standing.best.copy(), standing.second.copy()
    rows = np.flatnonzero(rest[found.account]) if len(found.account) else np.array([], dtype=np.int64)
    if len(rows):
        # another first name is somebody of the same family, unless something of their own agrees
        waiting = weights.waiting_for(int((~claimed).sum()) + elsewhere.waiting, elsewhere.people)
        expects = facts.first_agrees | (facts.own_fields > 0)
        is_claimed = claimed[found.person[rows]]
        shift = np.where(is_claimed, weights.second_account_bits, np.where(expects[rows], waiting, 0.0))
        bits = found.bits[rows] + shift
        account = found.account[rows]
        scores[rows] = probabilities(account, bits)
        order = rows[np.lexsort((rows, -bits, account))]
        starts = np.flatnonzero(np.r_[True, account[1:] != account[:-1]])
        counts = np.diff(np.r_[starts, len(rows)])
        best[account[starts]] = order[starts]
        second[account[starts]] = np.where(counts > 1, order[np.minimum(starts + 1, len(order) - 1)], NOBODY)
    padded = np.r_[scores, 0.0]
    return Standing(best, second, padded[best], padded[second]), scores


def _link_sure(
    given: Given,
    found: Candidates,
    facts: Facts,
    standing: Standing,
    sure: Bools,
    late: Bools,
    fixings: Fixings,
    made: dict[str, Ints],
) -> None:
    """Sure accounts by person: the first account is linked, further ones are duplicates."""
    accounts = np.flatnonzero(sure | late)
    if not len(accounts):
        return
    best = standing.best[accounts]
    person = found.person[best]
    persons = given.person_count
    strongest = np.full(persons, -np.inf)
    doubtful = np.flatnonzero((standing.best != NOBODY) & ~sure & ~late & ~fixings.is_fixed)
    np.maximum.at(strongest, found.person[standing.best[doubtful]], found.bits[standing.best[doubtful]])
    own = np.full(persons, -np.inf)
    np.maximum.at(own, person, found.bits[best])
    first_account = fixings.first_account
    # the person of a recorded account that is held back waits as well, and one whom a doubtful account fits better
    waits = (first_account[person] == NOBODY) & (fixings.is_held[person] | (strongest[person] > own[person]))
    waiting = np.zeros(len(sure), dtype=bool)
    waiting[accounts[waits]] = True
    _review(made, waiting, standing.best, standing.second, np.full(len(sure), _bit("not_mutual")))
    accounts, best, person = accounts[~waits], best[~waits], person[~waits]
    method = np.where(facts.is_key[best], KEY, SCORE)
    made["decision"][accounts], made["method"][accounts] = LINK, method
    made["chosen"][accounts], made["runner_up"][accounts] = best, standing.second[accounts]
    made["causes"][accounts] = np.where(facts.is_key[best], _bit("key"), _bit("score")) | np.where(
        late[accounts], _bit("eliminated"), 0
    )
    is_several = (np.bincount(person, minlength=persons)[person] > 1) | (first_account[person] != NOBODY)
    by_person: dict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(is_several).tolist():
        by_person[int(person[place])].append(int(accounts[place]))
    ranks = _rank_firsts(given, found, standing, late, by_person)
    for number, group in by_person.items():
        primary = int(first_account[number])
        if primary == NOBODY:
            primary = min(group, key=lambda account: ranks[account])
        for account in group:
            if account != primary:
                made["decision"][account], made["primary"][account] = DUPLICATE, primary


def _rank_firsts(
    given: Given, found: Candidates, standing: Standing, late: Bools, by_person: Mapping[int, Sequence[int]]
) -> dict[int, tuple[object, ...]]:
    """Of several accounts of a person the first is one that can log in, has the person's address, number, is oldest.

    Where the age of none of them is known, the one that agrees best is first.
    """
    accounts = np.array([account for group in by_person.values() for account in group], dtype=np.int64)
    person = np.repeat(np.array(list(by_person), dtype=np.int64), [len(group) for group in by_person.values()])
    rows = given.accounts.take(accounts)
    active, created = rows["is_active"].to_pylist(), rows["created_at"].to_pylist()
    aged = {number for number, born in zip(person.tolist(), created, strict=True) if born is not None}
    best = standing.best[accounts]
    taken = found.compared.take(best)
    has_email = taken.has_level("email", ("exact", "former")).tolist()
    has_number = taken.has_level("employee_number", ("exact", "former")).tolist()
    bits = found.bits[best].tolist()
    ranks: dict[int, tuple[object, ...]] = {}
    for place, account in enumerate(accounts.tolist()):
        born = created[place]
        tie = () if person[place] in aged else (-bits[place] - OWN_ADDRESS_BITS * has_email[place],)
        ranks[account] = (
            bool(late[account]), not active[place], *tie, not has_email[place], not has_number[place], born is None,
            str(born), account,
        )  # fmt: skip
    return ranks


def _decide_rest(
    found: Candidates,
    facts: Facts,
    standing: Standing,
    claimed: Bools,
    rest: Bools,
    plausible_before: Bools,
    obstacles: Ints,
    settings: MatchSettings,
    made: dict[str, Ints],
) -> None:
    """Accounts that cannot be linked: to people where somebody is plausible, else without a match."""
    alone = rest & (standing.best == NOBODY)
    made["causes"][alone] = obstacles[alone]
    accounts = np.flatnonzero(rest & ~alone)
    if not len(accounts):
        return
    best, second = standing.best[accounts], standing.second[accounts]
    plausible = plausible_before[accounts] | (standing.best_score[accounts] >= settings.review_at)
    # candidates beyond the best may hold the account's number or address
    contested = facts.has_hard_key[best] | facts.number_of_other[best] | facts.email_of_other[best]
    rivals = (second != NOBODY) & (
        standing.best_score[accounts] + standing.second_score[accounts] >= settings.review_at
    )
    to_people = plausible | contested | rivals
    for place in np.flatnonzero(to_people & claimed[found.person[best]]).tolist():
        free = _prefer_unclaimed(int(best[place]), found, facts, claimed)
        if free is not None:
            best[place], second[place] = free, best[place]
    chosen, runner_up = standing.best.copy(), standing.second.copy()
    chosen[accounts], runner_up[accounts] = best, second
    where = np.zeros(len(rest), dtype=bool)
    where[accounts[to_people]] = True
    _review(made, where, chosen, runner_up, obstacles)
    left = accounts[~to_people]
    made["runner_up"][left], made["causes"][left] = best[~to_people], causes_mask(["below_review"])


def _prefer_unclaimed(best: int, found: Candidates, facts: Facts, claimed: Bools) -> int | None:
    """Where the likeliest person has an account of their own, the next likeliest of the same name who has none."""
    account = found.account[best]
    place = int(np.searchsorted(found.account, account, side="left"))
    while place < len(found.account) and found.account[place] == account:
        if (
            place != best
            and facts.names_same[place]
            and found.bits[place] > found.bits[best] - NEAR_BITS
            and not claimed[found.person[place]]
        ):
            return place
        place += 1
    return None
