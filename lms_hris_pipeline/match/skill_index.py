"""One index over labels and aliases: which skills come nearest to a tag, by meaning and by letters.

Candidates are found by a blend of cosine and character TF-IDF; edit similarity only re-orders what was found, for
it retrieves badly by itself. How far the nearest can be trusted is `skill_confidence`'s business.

The same tag has the same candidates whatever stands beside it: what is near is found in single precision, but the
scores that decide are computed one pair at a time in double precision and rounded.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_words import content_words, read_words

DECIMALS = 6
COSINE_WEIGHT, LEXICAL_WEIGHT, EDIT_WEIGHT = 0.55, 0.30, 0.15
_NEAR = 50  # entries looked at closely; more change nothing on the calibration data
_CHUNK = 128  # tags compared at once: 128 x 50,000 entries are 26 MB a score
_SLIP_ABOVE = 0.8  # edit similarity of "mentering" and "mentoring" is 0.89, their cosine 0.21
_SAME_WORD = 0.8  # edit similarity from which two words count as one misspelt
_MIN_TYPO_LENGTH = 4  # shorter words differ in meaning when they differ in a letter

_NEGATIONS = frozenset({"a", "anti", "de", "dis", "il", "im", "in", "ir", "mis", "non", "un"})
_OPPOSITES = (
    ("ante", "anti"), ("em", "im"), ("ex", "im"), ("ex", "in"), ("hyper", "hypo"), ("inter", "intra"),
    ("macro", "micro"), ("mono", "poly"), ("over", "under"), ("post", "pre"),
)  # fmt: skip

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """A tag to place: its texts (folded, and stripped where that differs), and the row of each in the vectors."""

    texts: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """How near one entry comes to a tag. All figures are rounded and lie between 0 and 1, cosine between -1 and 1."""

    entry: Entry
    text: str
    cosine: float
    lexical: float
    edit: float
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One skill that a tag may mean: its nearest entry, and the score of its second nearest (0 where it has none)."""

    best: Near
    second_score: float

    @property
    def skill_id(self) -> str:
        """The skill."""
        return self.best.entry.skill_id


@dataclass(frozen=True, slots=True)
class WordDifference:
    """What the words of a tag and of an entry do not share, weighed by how telling each word is in the framework."""

    only_in_tag: tuple[str, ...]
    only_in_entry: tuple[str, ...]
    share_of_tag: float
    share_of_entry: float


def queries_of(tags: Sequence[str], offset: int) -> tuple[list[str], list[Query]]:
    """The texts to embed for `tags`, each once, and a query a tag; the first text's vector stands in row `offset`."""
    rows: dict[str, int] = {}
    queries = []
    for tag in tags:
        words = read_words(tag)
        texts = tuple(dict.fromkeys((words.folded, words.core)))
        queries.append(Query(texts, tuple(rows.setdefault(text, offset + len(rows)) for text in texts)))
    return list(rows), queries


class SkillIndex:
    """The framework's entries with their vectors. One thread at a time."""

    def __init__(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        if len(entries) != len(vectors):
            raise ValueError(f"{len(entries)} entries and {len(vectors)} vectors")
        self.entries = tuple(entries)
        self.skill_count = len({entry.skill_id for entry in entries})
        self._vectors = np.ascontiguousarray(vectors)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, lowercase=False)
        self._lexical: csr_matrix = self._letters.fit_transform([entry.folded for entry in entries]).tocsr()
        self._lexical.sort_indices()
        self._letters_of_query = np.zeros(self._lexical.shape[1])
        seen = Counter(word for entry in entries for word in set(content_words(entry.folded)))
        self._rarity = {word: math.log((1 + len(entries)) / (1 + count)) + 1 for word, count in seen.items()}
        self._unseen = math.log(1 + len(entries)) + 1

    def search(self, queries: Sequence[Query], vectors: Vectors, top: int = 5) -> list[list[Candidate]]:
        """The `top` nearest skills of each query, best first; ties in the order of skill ids."""
        found: list[list[Candidate]] = []
        for start in range(0, len(queries), _CHUNK):
            found.extend(self._search_chunk(queries[start : start + _CHUNK], vectors, top))
        return found

    def _search_chunk(self, queries: Sequence[Query], vectors: Vectors, top: int) -> list[list[Candidate]]:
        texts = [text for query in queries for text in query.texts]
        rows = [row for query in queries for row in query.rows]
        letters = self._letters.transform(texts).tocsr()
        letters.sort_indices()
        blend = COSINE_WEIGHT * (vectors[rows] @ self._vectors.T)
        blend += LEXICAL_WEIGHT * (letters @ self._lexical.T).toarray().astype(np.float32)
        found, at = [], 0
        for query in queries:
            rows_here = range(at, at + len(query.texts))
            at += len(query.texts)
            best = blend[rows_here.start : rows_here.stop].max(axis=0)
            keep = min(_NEAR, len(best))
            near = np.argpartition(-best, keep - 1)[:keep].tolist()
            looked_at = [
                one
                for row, text in zip(rows_here, query.texts, strict=True)
                for one in self._look_closely(near, text, vectors[rows[row]], letters[row])
            ]
            found.append(_by_skill(looked_at)[:top])
        return found

    def _look_closely(self, near: Sequence[int], text: str, vector: Vectors, letters: csr_matrix) -> list[Near]:
        """The exact scores of one text towards the entries of `near`; each pair's are free of the other pairs."""
        cosines = (self._vectors[near].astype(np.float64) * vector.astype(np.float64)).sum(axis=1)
        weights = self._letters_of_query
        weights[letters.indices] = letters.data
        found = []
        for entry_no, raw_cosine in zip(near, cosines.tolist(), strict=True):
            entry = self.entries[entry_no]
            own = slice(self._lexical.indptr[entry_no], self._lexical.indptr[entry_no + 1])
            cosine = round(raw_cosine, DECIMALS)
            lexical = round(float((self._lexical.data[own] * weights[self._lexical.indices[own]]).sum()), DECIMALS)
            edit = round(OSA.normalized_similarity(text, entry.folded), DECIMALS)
            found.append(Near(entry, text, cosine, lexical, edit, _blended(cosine, lexical, edit)))
        weights[letters.indices] = 0.0
        return found

    def difference(self, near: Near) -> WordDifference:
        """Which words of the tag have no counterpart in the entry, and the other way round."""
        ours, theirs = content_words(near.text), content_words(near.entry.folded)
        only_ours = tuple(word for word in ours if not _has_counterpart(word, theirs))
        only_theirs = tuple(word for word in theirs if not _has_counterpart(word, ours))
        return WordDifference(only_ours, only_theirs, self._share(only_ours, ours), self._share(only_theirs, theirs))

    def _share(self, part: Sequence[str], whole: Sequence[str]) -> float:
        total = sum(self._weight(word) for word in whole)
        return round(sum(self._weight(word) for word in part) / total, DECIMALS) if total else 0.0

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._unseen)


def _blended(cosine: float, lexical: float, edit: float) -> float:
    """One score of the three. A slip of the pen ruins the cosine, so text that is nearly the same counts extra."""
    score = COSINE_WEIGHT * cosine + LEXICAL_WEIGHT * lexical + EDIT_WEIGHT * edit + max(0.0, edit - _SLIP_ABOVE)
    return round(min(1.0, score), DECIMALS)


def _by_skill(near: Sequence[Near]) -> list[Candidate]:
    """One candidate a skill, best first."""
    best: dict[str, Candidate] = {}
    nearest: dict[Entry, Near] = {}
    for one in near:
        known_entry = nearest.get(one.entry)
        if known_entry is None or one.score > known_entry.score:
            nearest[one.entry] = one
    for one in sorted(nearest.values(), key=lambda one: (-one.score, one.entry)):
        known = best.get(one.entry.skill_id)
        if known is None:
            best[one.entry.skill_id] = Candidate(one, 0.0)
        elif not known.second_score:
            best[one.entry.skill_id] = Candidate(known.best, one.score)
    return sorted(best.values(), key=lambda one: (-one.best.score, one.skill_id))


def _has_counterpart(word: str, others: Sequence[str]) -> bool:
    return word in others or any(_is_misspelt(word, other) for other in others)


@lru_cache(maxsize=65536)
def _is_misspelt(word: str, other: str) -> bool:
    if min(len(word), len(other)) < _MIN_TYPO_LENGTH or any(sign.isdigit() for sign in word + other):
        return False
    return OSA.normalized_similarity(word, other) >= _SAME_WORD and not _are_opposed(word, other)


def _are_opposed(word: str, other: str) -> bool:
    """Whether two like words mean opposites: micro- and macroeconomics, assembly and disassembly."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    if longer.endswith(shorter) and longer.removesuffix(shorter) in _NEGATIONS:
        return True
    return any(
        longer.startswith(one)
        and shorter.startswith(another)
        and longer.removeprefix(one) == shorter.removeprefix(another)
        for pair in _OPPOSITES
        for one, another in (pair, pair[::-1])
    )
