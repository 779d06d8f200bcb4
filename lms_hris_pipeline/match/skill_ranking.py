"""Which of the skills that came near to a tag is put first: a weighted sum of what scores and words say.

The weights are learnt by `skill_training`; the candidates come from `skill_index`. What the first one is worth is
`skill_confidence`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms_hris_pipeline.match.skill_difference import DECIMALS, Ends, WordDifference
from lms_hris_pipeline.match.skill_index import Floats, Ints, Looked, Query, SkillIndex
from lms_hris_pipeline.match.skill_words import content_words

RANKED_BY = (
    "cosine", "plain_cosine", "lexical", "edit", "label_cosine", "top_cosine", "top_lexical", "top_edit", "second_score",
    "support", "cosine_above_08", "edit_above_08", "lexical_above_06", "only_in_tag", "only_in_entry", "tag_says_more",
    "entry_says_more", "all_words_match", "is_label", "is_core", "log_entries", "edit_of_one_word",
    "first_only_in_tag", "last_only_in_tag", "first_only_in_entry", "last_only_in_entry",
)  # fmt: skip
_ENDS = RANKED_BY[-4:]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates of a number of tags, the likeliest first: arrays by tag and candidate, -1 beyond the last.

    `share` is each candidate's probability if one of them is right; `features` are the figures of `RANKED_BY`.
    """

    skill: Ints
    entry: Ints
    text: Ints
    share: Floats
    features: Floats
    differences: Sequence[Sequence[WordDifference | None]]

    def feature(self, name: str) -> Floats:
        """One figure of every candidate."""
        found: Floats = self.features[:, :, RANKED_BY.index(name)]
        return found


def describe_candidates(
    index: SkillIndex, queries: Sequence[Query], looked: Looked
) -> tuple[Floats, list[list[WordDifference | None]]]:
    """The figures of `RANKED_BY` of each candidate, in an array by tag, candidate and figure; and the words that differ."""
    found = looked.figures
    is_there = looked.skill >= 0
    contents = [[content_words(text) for text in query.texts] for query in queries]
    differences = [
        [
            index.words.difference(content[text], index.content_of(entry)) if entry >= 0 else None
            for entry, text in zip(entries, texts, strict=True)
        ]
        for content, entries, texts in zip(contents, looked.entry.tolist(), looked.text.tolist(), strict=True)
    ]
    only_in_tag = np.array([[one.share_of_tag if one else 1.0 for one in row] for row in differences])
    only_in_entry = np.array([[one.share_of_entry if one else 1.0 for one in row] for row in differences])
    ends = np.array([[one.ends if one else Ends(True, True, True, True) for one in row] for row in differences])
    one_word = np.array([len(content[-1]) <= 1 for content in contents])
    figures = {
        **found,
        "cosine_above_08": np.maximum(0.0, found["cosine"] - 0.8),
        "edit_above_08": np.maximum(0.0, found["edit"] - 0.8),
        "lexical_above_06": np.maximum(0.0, found["lexical"] - 0.6),
        "only_in_tag": only_in_tag,
        "only_in_entry": only_in_entry,
        "tag_says_more": (only_in_entry == 0.0) & (only_in_tag > 0.0),
        "entry_says_more": (only_in_tag == 0.0) & (only_in_entry > 0.0),
        "all_words_match": (only_in_tag == 0.0) & (only_in_entry == 0.0),
        "is_label": index.is_label[looked.entry],
        "is_core": looked.text > 0,
        "log_entries": np.round(np.log(index.entry_count[looked.skill]), DECIMALS),
        "edit_of_one_word": np.where(one_word[:, None], found["edit"], 0.0),
        **{name: ends[:, :, at] for at, name in enumerate(_ENDS)},
    }
    stacked = np.stack([figures[name].astype(np.float64) for name in RANKED_BY], axis=2)
    return np.where(is_there[:, :, None], np.round(stacked, DECIMALS), 0.0), differences


def rank(index: SkillIndex, queries: Sequence[Query], looked: Looked, weights: Floats) -> Ranked:
    """The candidates in the order of likelihood; ties in the order of skill ids."""
    features, differences = describe_candidates(index, queries, looked)
    worth = np.where(looked.skill >= 0, np.round((features * weights).sum(axis=2), DECIMALS), -np.inf)
    odds = np.exp(worth - worth.max(axis=1, keepdims=True))
    share = np.round(odds / odds.sum(axis=1, keepdims=True), DECIMALS)
    skill = np.where(looked.skill >= 0, looked.skill, len(index.skills))
    place = np.lexsort((skill, -worth), axis=1)
    ordered = {
        name: np.take_along_axis(values, place, axis=1)
        for name, values in (("skill", looked.skill), ("entry", looked.entry), ("text", looked.text), ("share", share))
    }
    moved = [[row[at] for at in order] for row, order in zip(differences, place.tolist(), strict=True)]
    return Ranked(**ordered, features=np.take_along_axis(features, place[:, :, None], axis=1), differences=moved)
