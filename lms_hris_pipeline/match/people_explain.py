"""Says in words and in figures why an account was linked, held back or left: the reason and the evidence.

Neither holds a name, an address or a number of anybody: levels, weights and ids only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from lms_hris_pipeline.match.people_candidates import Candidates, Records
from lms_hris_pipeline.match.people_decide import Decision
from lms_hris_pipeline.match.people_facts import NOBODY
from lms_hris_pipeline.match.people_known import Known
from lms_hris_pipeline.match.people_weights import FIELD_LEVELS, NAME_LEVELS, Weights
from lms_hris_pipeline.settings import MatchSettings

ALL_LEVELS: Mapping[str, tuple[str, ...]] = {**NAME_LEVELS, **FIELD_LEVELS}
_WORDS = {
    "first_name": "first name",
    "last_name": "last name",
    "employee_number": "employee number",
    "email": "e-mail",
    "hire_date": "hire date",
    "place": "place in the organisation",
    "worker_type": "worker type",
    "account_age": "age of the account",
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
    """Explains decisions of one run."""

    def __init__(
        self, records: Records, found: Candidates, known: Known, weights: Weights, settings: MatchSettings
    ) -> None:
        self._found = found
        self._known = known
        self._settings = settings
        self._accounts: list[str] = records.accounts["learner_id_lms"].to_pylist()
        self._workers: list[str] = records.workers["worker_id_hris"].to_pylist()
        self._current: list[str] = records.workers["current_worker_id_hris"].to_pylist()
        self._compared = found.worker.tolist()
        self._scores = found.score.tolist()
        self._bits = found.bits.tolist()
        self._levels = {field: found.levels[field].tolist() for field in ALL_LEVELS}
        self._weights = {field: found.weights[field].tolist() for field in ALL_LEVELS}
        self._frame = {
            "model": weights.version,
            "prior": round(found.prior, 3),
            "thresholds": {"link_at": settings.link_at, "review_at": settings.review_at, "margin": settings.margin},
        }

    def worker_of(self, decision: Decision) -> str | None:
        """The worker record that a decision names: the ledger's or a person's own, else the one that stands for the person."""
        if decision.decision == "no_match":
            return None
        if decision.decision != "review" and decision.account in self._known.fixed:
            return self._known.fixed[decision.account].worker_id
        return self.current_record(decision.chosen)

    def current_record(self, position: int) -> str | None:
        """The worker record that stands for a candidate person now."""
        return None if position == NOBODY else self._current[self._compared[position]]

    def score_of(self, position: int) -> float | None:
        """Probability of a candidate."""
        return None if position == NOBODY else self._scores[position]

    def evidence(self, decision: Decision) -> str:
        """Per field the level and weight of the chosen candidate, the nearest one where none was chosen, as JSON."""
        position = decision.chosen if decision.chosen != NOBODY else decision.runner_up
        told: dict[str, object] = {**self._frame, "causes": decision.causes}
        if position != NOBODY:
            told["compared_worker_id_hris"] = self._workers[self._compared[position]]
            told["bits"] = self._bits[position]
            told["fields"] = {
                field: {"level": names[self._levels[field][position]], "weight": self._weights[field][position]}
                for field, names in ALL_LEVELS.items()
            }
        if decision.chosen != NOBODY and decision.runner_up != NOBODY:
            told["runner_up"] = {
                "worker_id_hris": self.current_record(decision.runner_up),
                "score": self._scores[decision.runner_up],
                "fields": {
                    field: names[self._levels[field][decision.runner_up]] for field, names in ALL_LEVELS.items()
                },
            }
        return orjson.dumps(told).decode()

    def reason(self, decision: Decision) -> str:
        """In words: why this decision, and why not a better one."""
        if decision.decision == "no_match":
            return self._no_match(decision)
        if decision.decision == "review" and "comeback" in decision.causes:
            old = self._workers[self._compared[decision.runner_up]]
            return f"The account fits worker record {old}, but {self._doubts(decision)}."
        if decision.decision == "review":
            return f"{self._claim(decision)} Not linked by itself: {self._doubts(decision)}."
        known = self._known.fixed.get(decision.account)
        if known is None:
            told = self._claim(decision)
        elif known.method == "decision":
            told = "A person decided that account and worker are the same person."
        else:
            told = f"The ledger records this link; its origin is {known.origin}."
        against = [_CAUSES[cause] for cause in decision.causes if cause in _CAUSES]
        if against:
            told += f" It stands although {_listed(against)}."
        if decision.decision == "duplicate" and decision.primary_account is not None:
            told += f" The person's first account is {self._accounts[decision.primary_account]}: this is a further one."
        return told

    def _claim(self, decision: Decision) -> str:
        position = decision.chosen
        agreeing, opposing = self._sides(position)
        agreement = (
            f"{_listed(agreeing)} {'agree' if len(agreeing) > 1 else 'agrees'}" if agreeing else "Nothing agrees"
        )
        told = f"{agreement[0].upper()}{agreement[1:]}"
        if opposing:
            told += f", {_listed(opposing)} {'speak' if len(opposing) > 1 else 'speaks'} against it"
        if decision.method == "key":
            return f"{told}; nobody else has this key."
        return f"{told}; probability {self._scores[position]:.3f}."

    def _sides(self, position: int) -> tuple[list[str], list[str]]:
        agreeing, opposing = [], []
        for field, names in ALL_LEVELS.items():
            weight, level = self._weights[field][position], names[self._levels[field][position]]
            word = _WORDS[field] + (
                "" if level in ("exact", "all", "different", "none") else f" ({level.replace('_', ' ')})"
            )
            if weight >= 1:
                agreeing.append(word)
            elif weight <= -1:
                opposing.append(word)
        return agreeing, opposing

    def _doubts(self, decision: Decision) -> str:
        doubts = []
        for cause in decision.causes:
            if cause == "below_link":
                doubts.append(f"the probability is below {self._settings.link_at:g}")
            elif cause == "recorded":
                doubts.append("the ledger links the account to that record")
            elif cause in _CAUSES:
                doubts.append(_CAUSES[cause])
        return _listed(doubts)

    def _no_match(self, decision: Decision) -> str:
        if decision.runner_up == NOBODY:
            return f"{_CAUSES['nobody'].capitalize()}."
        score = self._scores[decision.runner_up]
        return f"The nearest worker has probability {score:.3f}, below the {self._settings.review_at:g} that a review needs."


def _listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
