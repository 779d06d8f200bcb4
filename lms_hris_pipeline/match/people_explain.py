"""Says in words why an account was linked, held back or left. No name, address or number of anybody.

The figures are in `people_evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from lms_hris_pipeline.match.people_candidates import Candidates, Codes, Floats
from lms_hris_pipeline.match.people_engine import Matched
from lms_hris_pipeline.match.people_facts import (
    DECIDED,
    DUPLICATE,
    KEY,
    LINK,
    NO_MATCH,
    NOBODY,
    REVIEW,
    causes_mask,
    causes_named,
)
from lms_hris_pipeline.match.people_given import Given, Ints
from lms_hris_pipeline.match.people_weights import LEVELS, Weights

_WORDS = {
    "first_name": "first name",
    "last_name": "last name",
    "employee_number": "employee number",
    "email": "e-mail",
    "hire_date": "hire date",
    "place": "place in the organisation",
    "job_title": "job",
    "worker_type": "worker type",
    "account_age": "age of the account",
    "birth_date": "birth date",
    "address": "address",
}
_CAUSES = {
    "nobody": "no worker shares enough with it to be compared",
    "number_of_other": "its employee number is another worker's",
    "email_of_other": "its e-mail is another current worker's",
    "names_differ": "neither first nor last name agrees",
    "one_name_differs": "one of the two names differs, and too little else agrees",
    "names_only_alike": "the names are alike but not the same, and nothing of a person's own agrees",
    "names_alone": "nothing but the name agrees",
    "namesake": "another worker has the same name, and nothing of a person's own tells the two apart",
    "numbered": "the addresses differ by a serial number, as those of namesakes do, and HR knows a part of the people only",
    "rival": "another worker is almost as likely",
    "comeback": "HR has a later record of this name, without an account, that may be the same person rehired or "
    "converted under a new id, and does not join the two",
    "two_records": "HR has a later record of this name, without an account, that has an address, a manager or a department "
    "in common with it, and does not join the two",
    "not_mutual": "another account, itself in doubt, fits this worker better",
    "vanished": "HR no longer sends the worker record that it names",
    "vanished_comeback": "HR no longer sends the worker record that it names, and has another one of this name",
    "better_elsewhere": "another worker fits the account better",
}


_OF_TWO_RECORDS = frozenset(("comeback", "two_records"))
"""Where the account's own record is the runner-up, and the one named is that under which the person may be back."""


class Explainer:
    """Explains the decisions of one run."""

    def __init__(self, matched: Matched) -> None:
        given, found, decisions = matched.given, matched.found, matched.decisions
        self._decisions = decisions
        self._known = matched.known
        self._settings = matched.settings
        self._accounts = given.accounts["learner_id"]
        place = np.where(decisions.chosen != NOBODY, decisions.chosen, decisions.runner_up)
        self._words, self._side = _agreeing_and_opposing(found, matched.weights, place)
        self._old_workers = _ids(given, found, decisions.runner_up)

    def reasons(self) -> list[str]:
        """In words, by account: why this decision, and why not a better one. Accounts alike in all that share their words."""
        made = self._decisions
        origins, origin = self._origins()
        # what the words hold of a probability: three digits, and only where one is told
        is_told = (made.decision == REVIEW) | (made.decision != NO_MATCH) & (made.method != KEY) & (origin == 0)
        scores, score = _three_digits(np.where(is_told, made.score, np.nan))
        nears, near = _three_digits(np.where(made.decision == NO_MATCH, made.runner_up_score, np.nan))
        masks, mask = np.unique(made.causes, return_inverse=True)
        columns = (self._side, made.decision, made.method, mask, score, near, origin)
        first, kind_of = _kinds(columns)
        words = [
            self._reason(
                self._words[self._side[row]],
                int(made.decision[row]),
                int(made.method[row]),
                causes_named(int(masks[mask[row]])),
                scores[score[row]],
                nears[near[row]],
                origins[origin[row]],
            )
            for row in first.tolist()
        ]
        told = [words[kind] for kind in kind_of.tolist()]
        self._name_records(told)
        return told

    def _origins(self) -> tuple[list[str], Ints]:
        """Where a known partner comes from, and by account its number in that list: 0 where none is known."""
        coded = self._known.origin.dictionary_encode()
        number = np.zeros(len(self._decisions.decision), dtype=np.int64)
        number[self._known.accounts] = np.where(self._known.is_decided, 1, coded.indices.to_numpy() + 2)
        return ["", "person", *coded.dictionary.to_pylist()], number

    def _reason(
        self, sides: str, decision: int, method: int, causes: Sequence[str], score: str, near: str, origin: str
    ) -> str:
        if decision == NO_MATCH:
            if not near:
                return f"{_CAUSES['nobody'].capitalize()}."
            return f"The nearest worker has probability {near}, below the {self._settings.review_at:g} that a review needs."
        claim = f"{sides}; nobody else has this key." if method == KEY else f"{sides}; probability {score}."
        if decision == REVIEW and not _OF_TWO_RECORDS.isdisjoint(causes):
            return f"but {self._doubts(causes)}."
        if decision == REVIEW:
            return f"{claim} Not linked by itself: {self._doubts(causes)}."
        if not origin:
            told = claim
            if "eliminated" in causes and decision == LINK:
                told += " The others of this name have accounts of their own."
        elif method == DECIDED:
            told = "A person decided that account and worker are the same person."
        else:
            told = f"The ledger records this link; its origin is {origin}."
        against = [_CAUSES[cause] for cause in causes if cause in _CAUSES]
        return f"{told} It stands although {_listed(against)}." if against else told

    def _name_records(self, told: list[str]) -> None:
        """Complete the words that name a record: whose account it may be now, which account is the person's first."""
        made = self._decisions
        returning = (made.decision == REVIEW) & (made.causes & causes_mask(_OF_TWO_RECORDS) > 0)
        for account in np.flatnonzero(returning).tolist():
            told[account] = f"The account fits worker record {self._old_workers[account].as_py()}, {told[account]}"
        further = (made.decision == DUPLICATE) & (made.primary != NOBODY)
        firsts = self._accounts.take(pa.array(made.primary[further])).to_pylist()
        for account, first in zip(np.flatnonzero(further).tolist(), firsts, strict=True):
            told[account] += f" The person's first account is {first}: this is a further one."

    def _doubts(self, causes: Sequence[str]) -> str:
        doubts = []
        for cause in causes:
            if cause == "below_link":
                doubts.append(f"the probability is below {self._settings.link_at:g}")
            elif cause == "recorded":
                doubts.append("the ledger links the account to that record")
            elif cause == "decision":
                doubts.append("a person joined the account with that record")
            elif cause in _CAUSES:
                doubts.append(_CAUSES[cause])
        return _listed(doubts)


def _agreeing_and_opposing(found: Candidates, weights: Weights, place: Ints) -> tuple[list[str], Ints]:
    """Which fields agree and which speak against it, in words, and by account whose words are its own."""
    if not len(found.account):
        return ["Nothing agrees"], np.zeros(len(place), dtype=np.int64)
    taken = found.compared.take(np.maximum(place, 0))
    weighed = taken.weigh(weights)
    codes = np.zeros(len(place), dtype=np.int64)
    for field in _WORDS:
        side = np.where(weighed[field] >= 1, 1, np.where(weighed[field] <= -1, 2, 0))
        codes = codes * 32 + np.where(side > 0, taken.levels[field].astype(np.int64) * 3 + side, 0)
    _, first, kind_of = np.unique(codes, return_index=True, return_inverse=True)
    return [_told(taken.levels, weighed, row) for row in first.tolist()], kind_of


def _told(levels: Mapping[str, Codes], weighed: Mapping[str, Floats], row: int) -> str:
    agreeing, opposing = [], []
    for field, word in _WORDS.items():
        level = LEVELS[field][levels[field][row]]
        named = word + ("" if level in ("exact", "all", "different", "none") else f" ({level.replace('_', ' ')})")
        if weighed[field][row] >= 1:
            agreeing.append(named)
        elif weighed[field][row] <= -1:
            opposing.append(named)
    agreement = f"{_listed(agreeing)} {'agree' if len(agreeing) > 1 else 'agrees'}" if agreeing else "Nothing agrees"
    told = f"{agreement[0].upper()}{agreement[1:]}"
    if opposing:
        told += f", {_listed(opposing)} {'speak' if len(opposing) > 1 else 'speaks'} against it"
    return told


def _three_digits(values: Floats) -> tuple[list[str], Ints]:
    """Probabilities as words hold them, and by row the number of its own; empty where there is none."""
    distinct, number = np.unique(values, return_inverse=True)
    texts: dict[str, int] = {}
    numbers = [texts.setdefault("" if one != one else f"{one:.3f}", len(texts)) for one in distinct.tolist()]
    return list(texts), np.array(numbers, dtype=np.int64)[number]


def _kinds(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """One row of each kind, and every row's kind; of a kind are rows that are alike in all columns."""
    packed = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        packed = packed * (int(column.max(initial=0)) + 1) + column
    _, first, kind_of = np.unique(packed, return_index=True, return_inverse=True)
    return first, kind_of


def _ids(given: Given, found: Candidates, places: Ints) -> pa.ChunkedArray:
    """The worker record at each place; null where there is none."""
    rows = np.r_[found.worker, NOBODY][places]
    return given.workers["worker_id"].take(pa.array(rows, mask=rows == NOBODY))


def _listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
