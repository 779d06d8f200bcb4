"""What somebody would use instead: edit similarity, BM25, character TF-IDF, plain sentence vectors. Each names one skill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from lms_hris_pipeline.match.skill_index import Vectors

_CHUNK = 200
_K1, _B = 1.2, 0.75  # the usual constants of BM25

Scores = npt.NDArray[np.float64]
Scorer = Callable[[slice], npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Task:
    """Texts of a framework with their vectors, the skill of each, and tags with theirs."""

    texts: Sequence[str]
    skills: Sequence[str]
    vectors: Vectors
    tags: Sequence[str]
    tag_vectors: Vectors


def nearest(task: Task, rival: str) -> list[str]:
    """The skill that a rival puts first for each tag; the first in the framework's order where texts tie."""
    score = RIVALS[rival](task)
    found: list[str] = []
    for start in range(0, len(task.tags), _CHUNK):
        found.extend(task.skills[at] for at in np.asarray(score(slice(start, start + _CHUNK))).argmax(axis=1).tolist())
    return found


def _wratio(task: Task) -> Scorer:
    return lambda rows: process.cdist(task.tags[rows], task.texts, scorer=fuzz.WRatio)


def _token_set(task: Task) -> Scorer:
    return lambda rows: process.cdist(task.tags[rows], task.texts, scorer=fuzz.token_set_ratio)


def _tfidf(task: Task) -> Scorer:
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    known = letters.fit_transform(task.texts).T.tocsr()
    return lambda rows: (letters.transform(task.tags[rows]) @ known).toarray()


def _bm25(task: Task) -> Scorer:
    counter = CountVectorizer(token_pattern=r"\S+")
    counts = counter.fit_transform(task.texts).astype(np.float64).tocoo()
    lengths = np.bincount(counts.row, weights=counts.data, minlength=len(task.texts))
    held_by = np.bincount(counts.col, minlength=counts.shape[1])
    rarity = np.log(1 + (len(task.texts) - held_by + 0.5) / (held_by + 0.5))
    worn = counts.data * (_K1 + 1) / (counts.data + _K1 * (1 - _B + _B * lengths[counts.row] / lengths.mean()))
    known = csr_matrix((worn * rarity[counts.col], (counts.col, counts.row)), shape=counts.shape[::-1])
    return lambda rows: (counter.transform(task.tags[rows]) @ known).toarray()


def _plain(task: Task) -> Scorer:
    return lambda rows: task.tag_vectors[rows] @ task.vectors.T


RIVALS: dict[str, Callable[[Task], Scorer]] = {
    "rapidfuzz WRatio": _wratio,
    "rapidfuzz token_set": _token_set,
    "BM25": _bm25,
    "TF-IDF": _tfidf,
    "plain MiniLM": _plain,
}
