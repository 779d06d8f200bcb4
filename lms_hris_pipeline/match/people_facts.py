"""What the levels of an account's candidates say together: which agree, which contradict, what stands in the way.

What follows from it is decided in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lms_hris_pipeline.match.people_candidates import Bools, Candidates, Ints, Records
from lms_hris_pipeline.settings import MatchSettings

_FIRST_AGREES = ("exact", "variant", "nickname", "part", "initial", "close", "swapped")
_LAST_AGREES = ("exact", "variant", "former", "part", "close", "swapped")
_FIRST_SAME = ("exact", "variant", "nickname", "part", "swapped")
_LAST_SAME = ("exact", "variant", "former", "part", "swapped")
# beside the names one of these must agree: namesakes exist, inside the firm and outside
_SECOND_FIELDS = {
    "employee_number": ("exact", "former", "same_digits"),
    "email": ("exact", "former", "close"),
    "hire_date": ("exact",),
    "place": ("all", "most"),
}
# a place is shared by colleagues: it does not tell two of the same name apart
_OWN_FIELDS = ("employee_number", "email", "hire_date")
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Facts:
    """Per account: its best candidate and runner-up. Per candidate: what its levels and its person's standing say."""

    best: Ints
    second: Ints
    names_agree: Bools
    names_same: Bools
    names_equal: Bools
    some_name_agrees: Bools
    second_fields: Ints
    has_namesake: Bools
    has_own_field: Bools
    is_key: Bools
    has_hard_key: Bools
    in_scope: Bools
    number_of_other: Bools
    email_of_other: Bools


def gather_facts(records: Records, found: Candidates) -> Facts:
    """Facts about every account's candidates."""
    accounts = records.accounts.num_rows
    starts = np.searchsorted(found.account, np.arange(accounts), side="left")
    counts = np.searchsorted(found.account, np.arange(accounts), side="right") - starts
    best = np.where(counts > 0, starts, NOBODY)
    second = np.where(counts > 1, starts + 1, NOBODY)
    first, last = found.has_level("first_name", _FIRST_AGREES), found.has_level("last_name", _LAST_AGREES)
    number, email = found.has_level("employee_number", ("exact",)), found.has_level("email", ("exact",))
    names_same = found.has_level("first_name", _FIRST_SAME) & found.has_level("last_name", _LAST_SAME)
    has_scope = np.zeros(records.person_count, dtype=bool)
    np.logical_or.at(has_scope, records.person_of, records.workers["is_in_scope"].to_numpy(zero_copy_only=False))
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
    return Facts(
        best=best,
        second=second,
        names_agree=first & last,
        names_same=names_same,
        names_equal=names_same & ~found.has_level("first_name", ("nickname",)),
        some_name_agrees=first | last,
        second_fields=_count_agreeing(found, _SECOND_FIELDS),
        has_namesake=np.bincount(found.account[names_same], minlength=accounts) > 1,
        has_own_field=_count_agreeing(found, {name: _SECOND_FIELDS[name] for name in _OWN_FIELDS}) > 0,
        is_key=number_key | email_key,
        has_hard_key=number | email,
        in_scope=in_scope,
        number_of_other=~number & (numbers_here[found.account] > 0),
        email_of_other=~(email & in_scope) & (claims_here[found.account] > 0),
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


def find_obstacles(found: Candidates, facts: Facts, settings: MatchSettings) -> dict[int, tuple[str, ...]]:
    """Why an account's best candidate may not be linked without a person; accounts that may be are left out."""
    best = np.maximum(facts.best, 0)
    if not len(found.score):
        return dict.fromkeys(range(len(facts.best)), ("nobody",))
    score = found.score[best]
    rival_score = np.where(facts.second != NOBODY, found.score[np.maximum(facts.second, 0)], 0.0)
    is_key_enough = facts.is_key[best] & (score >= settings.review_at)
    masks = {
        "number_of_other": facts.number_of_other[best],
        "email_of_other": facts.email_of_other[best],
        "names_differ": ~facts.some_name_agrees[best],
        "one_name_differs": facts.some_name_agrees[best] & ~facts.names_agree[best] & (facts.second_fields[best] < 2),
        "names_only_alike": facts.names_agree[best] & ~facts.names_same[best] & ~facts.has_own_field[best],
        "names_alone": facts.second_fields[best] == 0,
        "namesake": facts.has_namesake & ~facts.has_own_field[best],
        "rival": np.round(score - rival_score, 6) < settings.margin,
        "below_link": (score < settings.link_at) & ~is_key_enough,
    }
    is_held = np.logical_or.reduce([*masks.values(), facts.best == NOBODY])
    return {
        account: ("nobody",)
        if facts.best[account] == NOBODY
        else tuple(cause for cause, mask in masks.items() if mask[account])
        for account in np.flatnonzero(is_held).tolist()
    }
