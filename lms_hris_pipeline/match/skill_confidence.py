"""What is known of a tag's first candidate when it is judged: its own figures, its lead over the others, the tag's.

The trees that judge are `skill_trees`' business, what their log odds are worth `skill_probability`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lms_hris_pipeline.match.skill_index import Floats, Query, SkillIndex
from lms_hris_pipeline.match.skill_ranking import RANKED_BY, Ranked
from lms_hris_pipeline.match.skill_trees import DECIMALS
from lms_hris_pipeline.match.skill_words import content_words

_MARGINS = ("cosine", "lexical", "edit", "label_cosine", "support", "top_cosine")
JUDGED_BY = (
    *RANKED_BY, *(f"{name}_margin" for name in _MARGINS), "share", "second_share", "rivals", "differs_in_a_number",
    "unknown_words", "words", "letters", "log_skills", "log_entries_a_skill",
)  # fmt: skip
_RIVAL_SHARE = 0.05


def describe_first(index: SkillIndex, queries: Sequence[Query], ranked: Ranked) -> Floats:
    """The figures of `JUDGED_BY`, one row a tag: the first candidate's own, its lead over the others, and the tag's.

    A framework of one skill has no second: its lead is the figure itself.
    """
    is_other = ranked.skill[:, 1:] >= 0
    margins = []
    for name in _MARGINS:
        figure = ranked.feature(name)
        least = -5.0 if name == "support" else 0.0
        others = np.where(is_other, figure[:, 1:], least).max(axis=1, initial=least)
        margins.append(figure[:, 0] - others)
    words = [content_words(query.texts[-1]) for query in queries]
    tags = np.array(
        [
            (index.words.unknown_share(one), len(one), len(query.texts[-1]))
            for one, query in zip(words, queries, strict=True)
        ]
    )
    own = np.column_stack(
        (
            ranked.share[:, 0],
            ranked.share[:, 1] if ranked.share.shape[1] > 1 else np.zeros(len(queries)),
            (ranked.share >= _RIVAL_SHARE).sum(axis=1),
            [
                _differ_in_a_number(row[0].only_in_tag, row[0].only_in_entry) if row[0] else 0
                for row in ranked.differences
            ],
            tags,
            np.full(len(queries), np.log10(len(index.skills))),
            np.full(len(queries), np.log2(len(index.entries) / len(index.skills))),
        )
    )
    stacked: Floats = np.column_stack((ranked.features[:, 0], *margins, own)).astype(np.float64)
    return np.round(stacked, DECIMALS)


def _differ_in_a_number(only_in_tag: Sequence[str], only_in_entry: Sequence[str]) -> bool:
    """Whether tag and text name different numbers: ISO 9001 and ISO 14001 look alike and are not one."""
    return any(sign.isdigit() for word in (*only_in_tag, *only_in_entry) for sign in word)
