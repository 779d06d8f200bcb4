"""What the levels of an account's candidates say together: which agree, which contradict, what stands in the way.

What follows from it is decided in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lms_hris_pipeline.match.people_candidates import FIRST_AGREES, LAST_AGREES, Candidates, Compared, Floats
from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.settings import MatchSettings

_FIRST_SAME = ("exact", "variant", "nickname", "part", "swapped")
_LAST_SAME = ("exact", "variant", "former", "part", "swapped")
# beside the names one of these must agree: namesakes exist, inside the firm and outside
_SECOND_FIELDS = {
    "employee_number": ("exact", "former", "same_digits"),
    "email": ("exact", "former", "close"),
    "hire_date": ("exact",),
    "place": ("all", "most"),
    "birth_date": ("exact", "close"),
    "address": ("all", "most"),
}
# what says something for a person, and too little to be the second field by itself
_HINTS = {
    "hire_date": ("near",),
    "place": ("some",),
    "job_title": ("exact", "similar"),
}
_POST_BITS = 6.0
# from so many bits rarer than to be borne by two a name is rare: its serial numbers are mostly no namesakes
_RARE_BITS = 5.0
# a place is shared by colleagues: it does not tell two of the same name apart
_OWN_FIELDS = ("employee_number", "email", "hire_date", "birth_date", "address")
VERY_SURE = 0.99
NOBODY = -1
NO_MATCH, REVIEW, DUPLICATE, LINK = range(4)
DECISIONS = ("no_match", "review", "duplicate", "link")
NONE, SCORE, KEY, RECORDED, DECIDED = range(5)
METHODS = ("none", "score", "key", "recorded", "decision")
"""What may be decided, and by what; numbers stand for both."""

CAUSES = (
    "recorded", "decision", "key", "score", "nobody", "number_of_other", "email_of_other", "names_differ",
    "one_name_differs", "names_only_alike", "names_alone", "namesake", "rival", "below_link", "below_review",
    "comeback", "not_mutual", "vanished", "vanished_comeback", "better_elsewhere", "eliminated", "numbered",
    "two_records",
)  # fmt: skip
"""Why a decision is what it is; a set of causes is a number with a bit for each."""


def causes_mask(names: Iterable[str]) -> int:
    """The number that stands for a set of causes."""
    return sum(1 << CAUSES.index(name) for name in set(names))


def causes_named(mask: int) -> tuple[str, ...]:
    """The causes that a number stands for."""
    return tuple(name for place, name in enumerate(CAUSES) if mask >> place & 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Per candidate: what its levels and its person's standing say."""

    first_agrees: Bools
    names_agree: Bools
    names_same: Bools
    names_equal: Bools
    some_name_agrees: Bools
    second_fields: Ints
    uncontested_fields: Ints
    own_fields: Ints
    is_key: Bools
    has_hard_key: Bools
    in_scope: Bools
    number_of_other: Bools
    email_of_other: Bools
    is_numbered: Bools
    is_rare: Bools
    hints: Ints


@dataclass(frozen=True, slots=True)
class Standing:
    """Per account: the places of its best candidate and runner-up (NOBODY where there is none), and their scores."""

    best: Ints
    second: Ints
    best_score: Floats
    second_score: Floats


def standing_of(found: Candidates, accounts: int) -> Standing:
    """Best and second of every account; candidates stand best first."""
    starts = np.searchsorted(found.account, np.arange(accounts), side="left")
    counts = np.searchsorted(found.account, np.arange(accounts), side="right") - starts
    best = np.where(counts > 0, starts, NOBODY)
    second = np.where(counts > 1, starts + 1, NOBODY)
    scores = np.r_[found.score, 0.0]
    return Standing(best, second, scores[best], scores[second])


def rare_facts(compared: Compared) -> tuple[Bools, Bools]:
    """Per pair, all that rules ask of rarity: whether the place that agrees is few people's, and whether the names are."""
    place, names = (np.nan_to_num(compared.rarities[field]) for field in ("place", "email"))
    return place >= _POST_BITS, names >= _RARE_BITS


def gather_facts(given: Given, found: Candidates) -> Facts:
    """Facts about every account's candidates."""
    accounts = given.account_count
    first, last = found.has_level("first_name", FIRST_AGREES), found.has_level("last_name", LAST_AGREES)
    number, email = found.has_level("employee_number", ("exact",)), found.has_level("email", ("exact",))
    names_same = found.has_level("first_name", _FIRST_SAME) & found.has_level("last_name", _LAST_SAME)
    has_scope = np.zeros(given.person_count, dtype=bool)
    has_scope[given.person_of[given.worker_flag("is_in_scope")]] = True
    in_scope = has_scope[found.person]
    numbers_here = np.bincount(found.account[number], minlength=accounts)
    emails_here = np.bincount(found.account[email], minlength=accounts)
    claims_here = np.bincount(found.account[email & in_scope], minlength=accounts)
    own_number, own_email = _is_only_account(found, number), _is_only_account(found, email)
    any_number = found.has_level("employee_number", ("exact", "former"))
    other_agrees = (first & last) | found.has_level("email", ("exact", "former")) & (first | last)
    other_agrees |= (first | last) & found.has_level("hire_date", ("exact",))
    number_key = any_number & own_number & (numbers_here[found.account] <= 1) & other_agrees
    email_key = email & own_email & (emails_here[found.account] <= 1) & first & last
    has_rare_place, has_rare_names = rare_facts(found.compared)
    # a job in a department or team is about as good as a whole place; a job at a site is not
    has_post = found.has_level("place", ("some",)) & found.has_level("job_title", ("exact",))
    has_post &= has_rare_place
    number_of_other = ~number & (numbers_here[found.account] > 0)
    email_of_other = ~(email & in_scope) & (claims_here[found.account] > 0)
    uncontested = {name: levels for name, levels in _SECOND_FIELDS.items() if name not in ("employee_number", "email")}
    return Facts(
        first_agrees=first,
        names_agree=first & last,
        names_same=names_same,
        names_equal=names_same & ~found.has_level("first_name", ("nickname",)),
        some_name_agrees=first | last,
        second_fields=_count_agreeing(found, _SECOND_FIELDS) + has_post,
        uncontested_fields=_count_agreeing(found, uncontested)
        + (any_number & ~number_of_other)
        + (email & ~email_of_other),
        own_fields=_count_agreeing(found, {name: _SECOND_FIELDS[name] for name in _OWN_FIELDS}),
        is_key=number_key | email_key,
        has_hard_key=number | email,
        in_scope=in_scope,
        number_of_other=number_of_other,
        email_of_other=email_of_other,
        is_rare=names_same & has_rare_names,
        hints=_count_agreeing(found, _HINTS),
        is_numbered=found.has_level("email", ("numbered",)),
    )


def _count_agreeing(found: Candidates, fields: Mapping[str, tuple[str, ...]]) -> Ints:
    """Per candidate: how many of the fields stand at one of the levels named for them."""
    count = np.zeros(len(found.account), dtype=np.int64)
    for field, levels in fields.items():
        count += found.has_level(field, levels)
    return count


def _is_only_account(found: Candidates, holds: Bools) -> Bools:
    """Per candidate: no other account shares the key with this person."""
    persons = int(found.person.max()) + 1 if len(found.person) else 0
    only: Bools = np.bincount(found.person[holds], minlength=persons)[found.person] <= 1
    return only


def find_obstacles(
    found: Candidates,
    facts: Facts,
    standing: Standing,
    claimed: Bools,
    settings: MatchSettings,
    *,
    keys_are_strict: bool,
    hr_is_partial: bool,
    is_second_look: bool,
) -> Ints:
    """Per account, the causes for which its best candidate may not be linked without a person; 0 where it may.

    `claimed` are the people who have an account of their own already. Where keys are strict, an account whose number
    or address is somebody else's always goes to people, and so does one that only place and job tell from a namesake's;
    else one further field that agrees with the same name is enough, or two with a name that is only alike; two hints
    are as good as a second field, and a namesake with an account is no rival.
    Where HR knows a part of the people only, an account with another serial number in its address, and nothing of the
    person's own, is a namesake's whom HR does not know, more likely than not. Else, once the sure accounts have their people,
    such an address is a second field where the name is rare and its bearer has no account; in tables that somebody brings
    so is any hint that makes it very sure.
    """
    if not len(found.score):
        return np.full(len(standing.best), causes_mask(["nobody"]))
    best = np.maximum(standing.best, 0)
    same_here = facts.names_same if keys_are_strict else facts.names_same & ~claimed[found.person]
    namesakes = np.bincount(found.account[same_here], minlength=len(best)) - same_here[best] * (standing.best >= 0)
    score = standing.best_score
    agree, same = facts.names_agree[best], facts.names_same[best]
    own, lenient = facts.own_fields[best], np.full(len(best), not keys_are_strict)
    fields = np.maximum(facts.second_fields[best], lenient & (facts.hints[best] >= 2))
    if is_second_look and not hr_is_partial:
        is_left_over = (facts.is_rare & ~claimed[found.person])[best]
        has_hint = not keys_are_strict and (facts.hints[best] > 0) & (score >= VERY_SURE)
        fields = fields + (is_left_over & (facts.is_numbered[best] | has_hint))
    is_settled = lenient & agree & (facts.uncontested_fields[best] >= np.where(same, 1, 2))
    masks = {
        "number_of_other": facts.number_of_other[best] & ~is_settled,
        "email_of_other": facts.email_of_other[best] & ~is_settled,
        "names_differ": ~facts.some_name_agrees[best] & ~(lenient & (own >= 2)),
        "one_name_differs": facts.some_name_agrees[best]
        & ~agree
        & (fields < 2)
        & ~(lenient & (own > 0) & (score >= VERY_SURE)),
        "names_only_alike": agree & ~same & (own == 0) & ~(lenient & (fields > 0)),
        "names_alone": fields == 0,
        "namesake": same & (namesakes > 0) & (own == 0) & ~(lenient & (fields > 0)),
        "numbered": facts.is_numbered[best] & (own == 0) & hr_is_partial,
        "rival": np.round(score - standing.second_score, 6) < settings.margin,
        "below_link": score < settings.link_at,
    }
    held = np.zeros(len(best), dtype=np.int64)
    for cause, mask in masks.items():
        held |= np.where(mask, 1 << CAUSES.index(cause), 0)
    return np.where(standing.best == NOBODY, causes_mask(["nobody"]), held)
