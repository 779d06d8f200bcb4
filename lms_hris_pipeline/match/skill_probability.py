"""From the log odds of being inside and of being right to one probability: that the first candidate is the right one.

Both have a model of their own, because how many tags mean something outside the framework differs from table to table,
while how well skills are told apart does not. What follows from a probability is decided elsewhere.
"""

from __future__ import annotations

import numpy as np

from lms_hris_pipeline.match.skill_trees import DECIMALS, Floats

_MOST_ROUNDS = 100


def confidence_of(inside: Floats, right: Floats, shift: float = 0.0) -> Floats:
    """The probability that the first candidate of each tag is right, rounded.

    Args:
        inside: log odds that the framework holds the tag's skill.
        right: log odds that the first candidate is it, if so.
        shift: what is added to `inside` where more (or fewer) tags mean something inside than where it was learnt.
    """
    found: Floats = np.round(_probability(inside + shift) * _probability(right), DECIMALS)
    return found


def confidence_of_next(inside: float, right: float, share: float) -> float:
    """The probability that the second candidate is right where a person ruled out the first.

    Args:
        inside, right: the log odds that the framework holds the skill, and that it is the first.
        share: the second's part of the likelihood of those that are left.
    """
    held, first = (float(_probability(np.array(one))) for one in (inside, right))
    return round(held * (1 - first) * share / (1 - held * first), DECIMALS)


def shift_of(inside: Floats, usual_share: float, weight: float) -> float:
    """How much likelier than usual it is, in log odds, that a tag of this table is inside.

    The share of tags inside is estimated from what the model says of all of them by expectation and maximisation
    (Saerens, Latinne and Decaestecker 2002), the usual share counting as much as `weight` tags.
    """
    usual = float(np.log(usual_share / (1 - usual_share)))
    shift = 0.0
    for _ in range(_MOST_ROUNDS):
        expected = float(np.round(_probability(inside + shift), DECIMALS).sum())
        share = (expected + weight * usual_share) / (len(inside) + weight)
        moved = round(float(np.log(share / (1 - share))) - usual, 4)
        if moved == shift:
            break
        shift = moved
    return shift


def _probability(log_odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
    return found
