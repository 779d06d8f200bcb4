"""One index over labels and aliases: which skills come near to a tag, by meaning and by letters.

Candidates are found by a blend of cosine and character TF-IDF, and looked at closely by edit similarity too, which
retrieves badly by itself. Which of them is put first is `skill_ranking`'s business, how far it can be trusted
`skill_confidence`'s.

The same tag has the same candidates whatever stands beside it: what is near is found in single precision, but the
scores that decide are computed one pair at a time in double precision and rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_difference import DECIMALS, WordWeights
from lms_hris_pipeline.match.skill_scripts import in_pairs
from lms_hris_pipeline.match.skill_words import content_words
from lms_hris_pipeline.match.skill_wrappings import read_words

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_model import Kind

CANDIDATES = 10
"""Skills of a tag that are looked at closely; on the tuning data the right one is among them 98 times in 100."""

_COSINE_WEIGHT, _LEXICAL_WEIGHT, _EDIT_WEIGHT = 0.60, 0.25, 0.15
_FIND_BY_LEXICAL = 0.2  # beside the cosine; more loses texts in other words
_FIND_BY_LETTERS = 0.08  # what letters alone start from: a slip of the pen ruins the cosine, and most letters stay
_SLIP_ABOVE = 0.8  # edit similarity of "mentering" and "mentoring" is 0.89, their cosine 0.21
_NEAR = 40  # entries of a text that are looked at closely
_CHUNK = 256  # tags compared at once: with 64, the product of their vectors with all others costs half as much again
_CLOSE = 32  # texts looked at closely at once: the vectors of 32 x 40 entries are 4 MB, which stay near the processor
_BLOCK = 32  # values whose maximum is taken first
_SUPPORT_HEAT = 0.05  # an entry 0.05 further away than the nearest weighs a third of it

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Query:
    """A tag to place: its texts (folded, and stripped where that differs), and the row of each in the vectors."""

    texts: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """The skills that came near to a number of tags: arrays of one row a tag and one column a candidate.

    Candidates stand in the order in which they were found, ties in the order of skill ids. `skill` and `entry` are numbers
    in the index, -1 beyond the last candidate; `text` says which of the tag's texts came nearest. Figures are of the
    nearest entry; those named `top_` are the best of all of the skill's entries.
    """

    skill: Ints
    entry: Ints
    text: Ints
    figures: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Entries looked at closely, sorted by tag, skill, falling score and entry; `starts` begin each tag's skill."""

    tag: Ints
    skill: Ints
    entry: Ints
    text: Ints
    figures: dict[str, Floats]
    starts: Ints


def queries_of(tags: Sequence[str], offset: int, of: Kind = "skills") -> tuple[list[str], list[Query]]:
    """The texts to embed for `tags`, each once, and a query a tag; the first text's vector stands in row `offset`."""
    rows: dict[str, int] = {}
    queries = []
    for tag in tags:
        words = read_words(tag, of)
        texts = tuple(dict.fromkeys((words.folded, words.core)))
        queries.append(Query(texts, tuple(rows.setdefault(text, offset + len(rows)) for text in texts)))
    return list(rows), queries


class SkillIndex:
    """The framework's entries with their vectors. One thread at a time."""

    def __init__(self, entries: Sequence[Entry], vectors: Vectors, adapter: Vectors) -> None:
        if len(entries) != len(vectors):
            raise ValueError(f"{len(entries)} entries and {len(vectors)} vectors")
        self.entries = tuple(entries)
        self.skills = tuple(sorted({entry.skill_id for entry in entries}))
        number = {skill_id: at for at, skill_id in enumerate(self.skills)}
        self.skill_of = np.array([number[entry.skill_id] for entry in entries], dtype=np.int64)
        self.entry_count = np.bincount(self.skill_of, minlength=len(self.skills))
        self.is_label = np.array([entry.is_label for entry in self.entries], dtype=bool)
        self._label_of = _first_label(self.entries, self.skill_of, len(self.skills))
        self._adapter = adapter
        self._plain = np.ascontiguousarray(vectors)
        self._adapted = adapt(vectors, adapter)
        self._room = np.empty((_CHUNK, len(entries)), dtype=np.float32)
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, lowercase=False, dtype=np.float32
        )
        self._lexical: csr_matrix = self._letters.fit_transform([_spelt(entry.folded) for entry in entries])
        self._lists: csr_matrix = self._lexical.T.tocsr()  # of the entries that have each piece
        self.words = WordWeights([entry.folded for entry in entries])
        self._content: dict[int, tuple[str, ...]] = {}

    def content_of(self, entry: int) -> tuple[str, ...]:
        """The content words of an entry."""
        if entry not in self._content:
            self._content[entry] = content_words(self.entries[entry].folded)
        return self._content[entry]

    def search(self, queries: Sequence[Query], vectors: Vectors) -> Iterator[tuple[Sequence[Query], Looked]]:
        """What comes near to each query, some queries at a time."""
        for start in range(0, len(queries), _CHUNK):
            part = queries[start : start + _CHUNK]
            yield part, self._gather(self._look_closely(part, vectors), len(part))

    def _look_closely(self, queries: Sequence[Query], vectors: Vectors) -> _Pairs:
        """Every near entry of every text of the queries, with exact figures."""
        texts = [text for query in queries for text in query.texts]
        rows = [row for query in queries for row in query.rows]
        tag_of = np.repeat(np.arange(len(queries)), [len(query.texts) for query in queries])
        text_of = np.concatenate([np.arange(len(query.texts)) for query in queries])
        plain, adapted = vectors[rows], adapt(vectors[rows], self._adapter)
        letters = self._letters.transform(_spelt(text) for text in texts)
        near = self._nearest(adapted, letters)
        parts = [slice(start, start + _CLOSE) for start in range(0, len(texts), _CLOSE)]
        seen = [self._compare(texts[part], plain[part], adapted[part], letters[part], near[part]) for part in parts]
        figures = {name: np.concatenate([found[name] for found in seen]).ravel() for name in seen[0]}
        figures = {name: np.round(values, DECIMALS) for name, values in figures.items()}
        figures["score"] = _blended(figures)
        keep = near.shape[1]
        return self._sorted(np.repeat(tag_of, keep), np.repeat(text_of, keep), near.ravel(), figures)

    def _nearest(self, adapted: Vectors, letters: csr_matrix) -> Ints:
        """The entries nearest to each text, by their likeness in meaning and in letters."""
        keep = min(_NEAR, len(self.entries))
        found = np.empty((len(adapted), keep), dtype=np.int64)
        for row, (meaning, (start, end)) in enumerate(
            zip(self._meanings(adapted), pairwise(letters.indptr.tolist()), strict=True)
        ):
            # the text's pieces' own lists added up: a product of the whole matrices takes several times as long
            lexical = self._lists[letters.indices[start:end]].T @ letters.data[start:end]
            found[row] = greatest(_found_by(meaning, lexical), keep)
        return found

    def _meanings(self, adapted: Vectors) -> Iterator[Vectors]:
        """Each text's cosine with all entries, in a room that is used again: a new one a block costs a sixth more."""
        for start in range(0, len(adapted), _CHUNK):
            block = adapted[start : start + _CHUNK]
            yield from np.matmul(block, self._adapted.T, out=self._room[: len(block)])

    def _compare(
        self, texts: Sequence[str], plain: Vectors, adapted: Vectors, letters: csr_matrix, near: Ints
    ) -> dict[str, Floats]:
        """How near to each text its entries are in every respect."""
        return {
            "cosine": _dot(self._adapted[near], adapted),
            "plain_cosine": _dot(self._plain[near], plain),
            "lexical": self._likeness(letters, near),
            "edit": self._edits(texts, near),
            "label_cosine": _dot(self._adapted[self._label_of[self.skill_of[near]]], adapted),
        }

    def _likeness(self, letters: csr_matrix, near: Ints) -> Floats:
        """The likeness of letters of each text with each of its entries, in double precision but for its last sign."""
        entries = self._lexical[near.ravel()]
        pair_of = np.repeat(np.arange(near.size), np.diff(entries.indptr))
        products = entries.data * letters.toarray()[pair_of // near.shape[1], entries.indices]
        found: Floats = np.bincount(pair_of, products, near.size).astype(np.float32).astype(np.float64)
        return found.reshape(near.shape)

    def _edits(self, texts: Sequence[str], near: Ints) -> Floats:
        return np.concatenate(
            [
                cdist(
                    [text],
                    [self.entries[entry].folded for entry in entries],
                    scorer=OSA.normalized_similarity,
                    dtype=np.float64,
                )
                for text, entries in zip(texts, near.tolist(), strict=True)
            ]
        )

    def _sorted(self, tag: Ints, text: Ints, entry: Ints, figures: dict[str, Floats]) -> _Pairs:
        """The pairs in order, each entry of a tag once: by the text to which it comes nearest."""
        skill = self.skill_of[entry]
        order = np.lexsort((text, -figures["score"], entry, tag))
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = (tag[order][1:] != tag[order][:-1]) | (entry[order][1:] != entry[order][:-1])
        kept = order[is_first]
        kept = kept[np.lexsort((entry[kept], -figures["score"][kept], skill[kept], tag[kept]))]
        is_start = np.ones(len(kept), dtype=bool)
        is_start[1:] = (tag[kept][1:] != tag[kept][:-1]) | (skill[kept][1:] != skill[kept][:-1])
        found = {name: values[kept] for name, values in figures.items()}
        return _Pairs(tag[kept], skill[kept], entry[kept], text[kept], found, np.flatnonzero(is_start))

    def _gather(self, pairs: _Pairs, tag_count: int) -> Looked:
        """One candidate a skill, the best first."""
        first = pairs.starts
        figures = {name: values[first] for name, values in pairs.figures.items()}
        for name in ("cosine", "lexical", "edit"):
            figures[f"top_{name}"] = np.maximum.reduceat(pairs.figures[name], first)
        figures |= _support(pairs, figures["top_cosine"], tag_count)
        found_by = _found_by(figures["top_cosine"], figures["top_lexical"]) + _slip(figures["top_edit"])
        order = np.lexsort((pairs.skill[first], -np.round(found_by, DECIMALS), pairs.tag[first]))
        tag = pairs.tag[first][order]
        place = np.arange(len(tag)) - np.searchsorted(tag, tag)
        is_kept = place < CANDIDATES
        order, tag, place = order[is_kept], tag[is_kept], place[is_kept]

        def spread(values: npt.NDArray[Any], fill: float) -> npt.NDArray[Any]:
            found = np.full((tag_count, CANDIDATES), fill, dtype=values.dtype)
            found[tag, place] = values[order]
            return found

        return Looked(
            spread(pairs.skill[first], -1),
            spread(pairs.entry[first], -1),
            spread(pairs.text[first], -1),
            {name: spread(values, 0.0) for name, values in figures.items()},
        )


def greatest(values: npt.NDArray[Any], keep: int) -> Ints:
    """The places of the `keep` greatest of `values`, falling, the first of equal ones first.

    None of them is below the least of as many greatest maxima of blocks, and hardly any others are above it: a tenth of
    the time that sorting out all 44,000 takes.
    """
    is_long = len(values) >= 4 * keep * _BLOCK
    blocks = values[: len(values) - len(values) % _BLOCK].reshape(_BLOCK, -1) if is_long else values[None, :]
    maxima = blocks.max(axis=0)
    high = np.flatnonzero(values >= np.partition(maxima, len(maxima) - keep)[-keep])
    return high[np.argsort(-values[high], kind="stable")[:keep]]


def _spelt(folded: str) -> str:
    """A text as its letters are compared: a word boundary is a sign too, so that one of a single letter has a piece."""
    return f"{in_pairs(folded)} "


def adapt(vectors: Vectors, adapter: Vectors) -> Vectors:
    """Vectors of length 1, turned by the adapter so that texts of one skill come nearer to each other."""
    turned = vectors @ adapter
    scaled: Vectors = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), np.float32(1e-12))
    return scaled


def _dot(entries: npt.NDArray[Any], texts: Vectors) -> Floats:
    """The cosine of each text with each of its entries, in double precision whatever stands beside the pair."""
    found: Floats = np.matmul(entries.astype(np.float64), texts.astype(np.float64)[:, :, None])[:, :, 0]
    return found


def _found_by(cosine: npt.NDArray[Any], lexical: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """By what texts are found: meaning with some letters, or letters alone."""
    found: npt.NDArray[Any] = np.maximum(cosine + _FIND_BY_LEXICAL * lexical, lexical + _FIND_BY_LETTERS)
    return found


def _blended(figures: dict[str, Floats]) -> Floats:
    """One score of three. A slip of the pen ruins the cosine, so text that is nearly the same counts extra."""
    score = (
        _COSINE_WEIGHT * figures["cosine"]
        + _LEXICAL_WEIGHT * figures["lexical"]
        + _EDIT_WEIGHT * figures["edit"]
        + _slip(figures["edit"])
    )
    found: Floats = np.round(score, DECIMALS)
    return found


def _slip(edit: Floats) -> Floats:
    """What text that is nearly the same counts extra."""
    found: Floats = np.maximum(0.0, edit - _SLIP_ABOVE)
    return found


def _support(pairs: _Pairs, top_cosine: Floats, tag_count: int) -> dict[str, Floats]:
    """How many near entries speak for each skill: the second best score, and the log of their sum by heat.

    `support` is 0 where the nearest entry of all is the skill's only one, and falls with distance.
    """
    first = pairs.starts
    ends = np.append(first[1:], len(pairs.tag))
    second = np.where(ends - first > 1, pairs.figures["score"][np.minimum(first + 1, len(pairs.tag) - 1)], 0.0)
    best = np.zeros(tag_count)
    np.maximum.at(best, pairs.tag[first], top_cosine)
    heat = np.exp((pairs.figures["cosine"] - best[pairs.tag]) / _SUPPORT_HEAT)
    return {"second_score": second, "support": np.round(np.log(np.add.reduceat(heat, first)), DECIMALS)}


def _first_label(entries: Sequence[Entry], skill_of: Ints, skill_count: int) -> Ints:
    """The number of each skill's label, or of its first entry."""
    found = np.full(skill_count, -1, dtype=np.int64)
    for at in sorted(range(len(entries)), key=lambda at: (entries[at].rank, at)):
        if found[skill_of[at]] < 0:
            found[skill_of[at]] = at
    return found
