"""What follows from the answers of a whole table of tags: a confidence, a decision and its evidence, row by row.

Where the answers come from is `skill_answers`' business, files and their columns are `skill_files`'.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.skill_answers import Mind
from lms_hris_pipeline.match.skill_probability import confidence_of, shift_of

DECISIONS = ("accept", "review", "no_match")
_USUAL_WEIGHT = 20.0
"""As many tags the usual share of tags inside counts for, so that a small table hardly moves it."""
_LEAST_SHIFT, _MOST_SHIFT = -0.4, 2.5
"""How far the other tags of a table move the log odds of one at most: its meaning is its own first of all."""


def decide(answers: pa.Table, mind: Mind, precision: float, review_at: float) -> pa.Table:
    """`answers` with confidence and decision, the same on every rank of a tag.

    How many of the tags mean something outside the framework is estimated from those that come near enough to mean
    something in it: rooms, dates and other words that are no skill cost the skills beside them nothing. A tag is accepted
    from the confidence at which `precision` of the tags were right when the model was learnt; below `review_at` nothing
    is said to match.
    """
    first = answers.filter(pc.equal(answers["rank"], 1))
    is_known = first["known"].is_valid().to_numpy(zero_copy_only=False)
    inside, right = (first[name].to_numpy() for name in ("inside", "right"))
    # the model learnt from tags that no dictionary knows, so only those tell how its world differs from this table
    could_be = ~is_known & (pc.fill_null(first["cosine"], 0.0).to_numpy() >= mind.model.floor)
    shift = shift_of(inside[could_be], mind.model.share_above_floor, _USUAL_WEIGHT)
    shift = min(max(shift, _LEAST_SHIFT), _MOST_SHIFT)
    confidence = confidence_of(inside, right, shift)
    confidence = np.where(is_known, pc.fill_null(first["known"], 0.0).to_numpy(), confidence)
    is_taken = confidence >= mind.model.threshold(precision)
    is_taken &= first["held_back"].is_null().to_numpy(zero_copy_only=False)
    decision = np.where(is_taken, "accept", np.where(confidence >= review_at, "review", "no_match"))
    at = pc.index_in(answers["tag"], first["tag"].combine_chunks())
    for name, values in (("confidence", pa.array(confidence)), ("decision", pa.array(decision.tolist(), pa.string()))):
        answers = answers.append_column(name, pc.take(values, at))
    return answers
