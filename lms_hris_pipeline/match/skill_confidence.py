"""How likely the nearest skill is the right one: a logistic model over what the scores and words say.

The coefficients stand in `data/skill_confidence.json`, made by `benchmarks/skill_calibration.py`; nothing here
learns.

Model card
    Purpose: the probability that the first candidate of `SkillIndex.search` is what a tag means, for tags that the
    dictionary does not settle; that the framework holds no skill for the tag counts as wrong. The dictionary's own
    probabilities are in the same file.
    Data, date, figures: in the file, under `card`. Fitted on English labels and aliases of ESCO (European Commission,
    reuse with attribution) with a third of the skills taken out, on frameworks from 150 to 14,046 skills, and on
    made-up misspellings and wrappings; occupation titles of O*NET (US Department of Labor, CC BY 4.0) serve as tags
    that mean no skill. Skills of the figures are not among those of the fit.
    Limits: another embedding model or another language shifts the scores; the probabilities are then too high or too
    low until the script is run on such data. Words alone cannot tell homonyms apart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from lms_hris_pipeline.match.skill_words import content_words
from lms_hris_pipeline.model.errors import BadInput, Permanent

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_index import Candidate, SkillIndex

DECIMALS = 6
FILE_NAME = "skill_confidence.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients by feature, intercept, and the dictionary's measured probabilities by form.

    `model_sha256` names the embedding model whose scores it was fitted on.
    """

    version: str
    model_sha256: str
    intercept: float
    coefficients: Mapping[str, float]
    dictionary: Mapping[str, float]

    def of_features(self, features: Mapping[str, float]) -> float:
        """The probability for one candidate, rounded to six decimals."""
        at = self.intercept + math.fsum(self.coefficients[name] * features[name] for name in sorted(self.coefficients))
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, at)))), DECIMALS)

    def of_dictionary(self, form: str) -> float:
        """The probability that the one skill which claims a tag in `form` is right."""
        return round(self.dictionary[form], DECIMALS)


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """The calibration that comes with the package.

    Raises:
        Permanent: its file is missing or is not what the calibration script writes.
    """
    file = files("lms_hris_pipeline.match") / "data" / FILE_NAME
    try:
        return read_calibration(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Permanent(
            f"The confidence model of skill matching cannot be read: {file}: {error!r}\n  Install the package anew."
        ) from error


def find_calibration(model_folder: Path, model_sha256: str) -> Calibration:
    """The calibration for a model: the shipped one for the shipped model, else the one in the model's own folder.

    Where that folder has none, the shipped one, which then names another model: good for an order, not for a decision.

    Raises:
        BadInput: the file in the model's folder is not what the calibration script writes.
        Permanent: the shipped calibration is damaged.
    """
    own = model_folder / FILE_NAME
    shipped = shipped_calibration()
    if shipped.model_sha256 == model_sha256 or not own.is_file():
        return shipped
    try:
        return read_calibration(own.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{own} is no confidence model of skill matching: {error!r}\n"
            "  Make it with benchmarks/skill_calibration.py, or remove it: tags then go to review."
        ) from error


def read_calibration(text: str) -> Calibration:
    """The calibration in the JSON that the script writes."""
    read = json.loads(text)
    return Calibration(
        version=str(read["version"]),
        model_sha256=str(read["model_sha256"]),
        intercept=float(read["intercept"]),
        coefficients={str(name): float(value) for name, value in read["coefficients"].items()},
        dictionary={str(name): float(value) for name, value in read["dictionary"].items()},
    )


def describe_first(index: SkillIndex, candidates: Sequence[Candidate]) -> dict[str, float]:
    """The features of the first of `candidates`, which must not be empty.

    Scores as they are; margins to the next skill (to nothing: the score itself); shares of telling words without a
    counterpart; and what makes a comparison of words doubtful: tags of one word or of few letters.
    """
    first = candidates[0].best
    runner_up = candidates[1].best if len(candidates) > 1 else None
    difference = index.difference(first)
    tag_words = content_words(first.text)
    unmatched_share = max(difference.share_of_tag, difference.share_of_entry)
    return {
        "cosine": first.cosine,
        "cosine_above_08": max(0.0, first.cosine - 0.8),
        "lexical": first.lexical,
        "lexical_above_06": max(0.0, first.lexical - 0.6),
        "edit": first.edit,
        "edit_above_08": max(0.0, first.edit - 0.8),
        "edit_margin": first.edit - max((one.best.edit for one in candidates[1:]), default=0.0),
        "edit_of_one_word": first.edit if len(tag_words) <= 1 else 0.0,
        "margin": first.score - (runner_up.score if runner_up else 0.0),
        "margin_up_to_01": min(0.1, first.score - (runner_up.score if runner_up else 0.0)),
        "cosine_margin": first.cosine - max((one.best.cosine for one in candidates[1:]), default=0.0),
        "lexical_margin": first.lexical - max((one.best.lexical for one in candidates[1:]), default=0.0),
        "second_entry": candidates[0].second_score,
        "only_in_tag": difference.share_of_tag,
        "only_in_entry": difference.share_of_entry,
        "tag_says_more": float(difference.share_of_entry == 0.0 and difference.share_of_tag > 0.0),
        "entry_says_more": float(difference.share_of_tag == 0.0 and difference.share_of_entry > 0.0),
        "both_differ": min(difference.share_of_tag, difference.share_of_entry),
        "all_words_match": float(unmatched_share == 0.0),
        "one_word": float(len(tag_words) <= 1),
        "few_letters": float(len(first.text) <= 4),
        "log_skills": math.log10(max(1, index.skill_count)),
    }
