"""Says in words why an account was linked, held back or left. No name, address or number of anybody.

The figures are in `people_evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lms_hris_pipeline.match.people_candidates import Candidates, Codes, Floats
from lms_hris_pipeline.match.people_decide import DECISIONS, DUPLICATE, METHODS, NO_MATCH, REVIEW, Decisions
from lms_hris_pipeline.match.people_facts import NOBODY, causes_named
from lms_hris_pipeline.match.people_given import Given
from lms_hris_pipeline.match.people_known import Known
from lms_hris_pipeline.match.people_weights import LEVELS, Weights
from lms_hris_pipeline.settings import MatchSettings

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
    "rival": "another worker is almost as likely",
    "comeback": "HR has a later record of this name, without an account, that may be the same person rehired or "
    "converted under a new id, and does not join the two",
    "not_mutual": "another account, itself in doubt, fits this worker better",
    "vanished": "HR no longer sends the worker record that it names",
    "vanished_comeback": "HR no longer sends the worker record that it names, and has another one of this name",
    "better_elsewhere": "another worker fits the account better",
}


class Explainer:
    """Explains decisions of one run; `decisions` are of `found`."""

    def __init__(
        self,
        given: Given,
        found: Candidates,
        decisions: Decisions,
        known: Known,
        weights: Weights,
        settings: MatchSettings,
    ) -> None:
        self._decisions = decisions
        self._known = known
        self._settings = settings
        self._accounts: list[str] = given.accounts["learner_id"].to_pylist()
        place = np.where(decisions.chosen != NOBODY, decisions.chosen, decisions.runner_up)
        self._sides = self._agreeing_and_opposing(found, weights, place)
        self._old_workers = _ids(given, found, decisions.runner_up)

    def reasons(self) -> list[str]:
        """In words, by account: why this decision, and why not a better one."""
        columns = (
            values.tolist()
            for values in (
                self._decisions.decision, self._decisions.method, self._decisions.causes, self._decisions.primary,
                self._decisions.score, self._decisions.runner_up, self._decisions.runner_up_score,
            )
        )  # fmt: skip
        return [self._reason(account, *row) for account, row in enumerate(zip(*columns, strict=True))]

    def _reason(
        self, account: int, decision: int, method: int, mask: int, primary: int, score: float, rival: int, near: float
    ) -> str:
        causes = causes_named(mask)
        if decision == NO_MATCH:
            if rival == NOBODY:
                return f"{_CAUSES['nobody'].capitalize()}."
            return f"The nearest worker has probability {near:.3f}, below the {self._settings.review_at:g} that a review needs."
        if decision == REVIEW and "comeback" in causes:
            return f"The account fits worker record {self._old_workers[account]}, but {self._doubts(causes)}."
        if decision == REVIEW:
            return f"{self._claim(account, method, score)} Not linked by itself: {self._doubts(causes)}."
        known = self._known.fixed.get(account)
        if known is None:
            told = self._claim(account, method, score)
            if "eliminated" in causes and DECISIONS[decision] == "link":
                told += " The others of this name have accounts of their own."
        elif known.method == "decision":
            told = "A person decided that account and worker are the same person."
        else:
            told = f"The ledger records this link; its origin is {known.origin}."
        against = [_CAUSES[cause] for cause in causes if cause in _CAUSES]
        if against:
            told += f" It stands although {_listed(against)}."
        if decision == DUPLICATE and primary != NOBODY:
            told += f" The person's first account is {self._accounts[primary]}: this is a further one."
        return told

    def _claim(self, account: int, method: int, score: float) -> str:
        told = self._sides[account]
        if METHODS[method] == "key":
            return f"{told}; nobody else has this key."
        return f"{told}; probability {score:.3f}."

    def _agreeing_and_opposing(self, found: Candidates, weights: Weights, place: np.ndarray) -> list[str]:
        """By account, which fields agree and which speak against it; accounts alike in that share their words."""
        if not len(found.account):
            return ["Nothing agrees"] * len(place)
        taken = found.compared.take(np.maximum(place, 0))
        weighed = taken.weigh(weights)
        codes = np.zeros(len(place), dtype=np.int64)
        for field in _WORDS:
            side = np.where(weighed[field] >= 1, 1, np.where(weighed[field] <= -1, 2, 0))
            codes = codes * 32 + np.where(side > 0, taken.levels[field].astype(np.int64) * 3 + side, 0)
        _, first, kind_of = np.unique(codes, return_index=True, return_inverse=True)
        words = [self._told(taken.levels, weighed, row) for row in first.tolist()]
        return [words[kind] for kind in kind_of.tolist()]

    def _told(self, levels: Mapping[str, Codes], weighed: Mapping[str, Floats], row: int) -> str:
        agreeing, opposing = [], []
        for field, word in _WORDS.items():
            level = LEVELS[field][levels[field][row]]
            named = word + ("" if level in ("exact", "all", "different", "none") else f" ({level.replace('_', ' ')})")
            if weighed[field][row] >= 1:
                agreeing.append(named)
            elif weighed[field][row] <= -1:
                opposing.append(named)
        agreement = (
            f"{_listed(agreeing)} {'agree' if len(agreeing) > 1 else 'agrees'}" if agreeing else "Nothing agrees"
        )
        told = f"{agreement[0].upper()}{agreement[1:]}"
        if opposing:
            told += f", {_listed(opposing)} {'speak' if len(opposing) > 1 else 'speaks'} against it"
        return told

    def _doubts(self, causes: Sequence[str]) -> str:
        doubts = []
        for cause in causes:
            if cause == "below_link":
                doubts.append(f"the probability is below {self._settings.link_at:g}")
            elif cause == "recorded":
                doubts.append("the ledger links the account to that record")
            elif cause in _CAUSES:
                doubts.append(_CAUSES[cause])
        return _listed(doubts)


def _ids(given: Given, found: Candidates, places: np.ndarray) -> list[str | None]:
    """The worker record at each place."""
    if not len(found.account):
        return [None] * len(places)
    ids: list[str] = given.workers["worker_id"].take(found.worker[np.maximum(places, 0)]).to_pylist()
    return ids  # type: ignore[return-value]


def _listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
