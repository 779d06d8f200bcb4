"""What each tag may mean, from the dictionary and from the engine, and the memory of it.

What was said of a tag stands as long as the framework, the models and the engine are the same: only for other tags the
index is built, and only for texts without a kept vector the embedding model is loaded. What follows from a confidence
is decided in `skill_decisions`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.embedding import ModelFiles, Tell, embed_texts, find_model
from lms_hris_pipeline.match.skill_cache import AnswerCache
from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry, Hit
from lms_hris_pipeline.match.skill_model import Kind, MeaningModel
from lms_hris_pipeline.match.skill_scripts import scripts_of
from lms_hris_pipeline.match.skill_words import fold, word_set
from lms_hris_pipeline.match.skill_wrappings import read_words, says_only_when

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_engine import Near, Placed
    from lms_hris_pipeline.match.skill_index import Query

ENGINE = 7
"""Raised whenever the same inputs would be answered otherwise, so that no kept answer outlives its engine."""
TOP = 5

SCHEMA = pa.schema(
    [
        ("tag", pa.string()),
        ("rank", pa.int8()),
        ("skill_id", pa.string()),
        ("method", pa.string()),
        ("known", pa.float64()),
        ("inside", pa.float64()),
        ("right", pa.float64()),
        ("held_back", pa.string()),
        ("matched_alias", pa.string()),
        ("cosine", pa.float64()),
        ("lexical", pa.float64()),
        ("evidence", pa.string()),
    ]
)
"""One row a tag and rank. `known` is the dictionary's probability of the first rank, null where the model speaks:
then `inside` and `right` are its log odds. `held_back`: why the first rank is not taken without a person, in words; null
where nothing stands in the way."""

CLAIMED_BY_SEVERAL = "several skills claim these words"
EQUALLY_NEAR = "two skills are equally near"
ANOTHER_NUMBER = "a number differs"
ANOTHER_RANK = "a word of rank differs"
UNKNOWN_SCRIPT = "words differ that are in a script on which nothing was learnt"
UNKNOWN_EMBEDDING = "nothing was learnt on this embedding model"
_RANKS = word_set(
    "aide apprentice assistant chief deputy director foreman head helper lead leader manager president superintendent "
    "supervisor vice"
)
"""Who leads, or helps, those who do a job has another one."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of all tags asked for, in no order; how many tags were new, and how many texts were embedded for them."""

    rows: pa.Table
    new_tags: int
    new_texts: int


@dataclass(frozen=True)
class Mind:
    """What answers: a kind of meaning, its model, where the embedding model lies, and the threads that it may use.

    `tell` hears how far the embedding of new texts is: of a large framework's, it takes minutes.
    """

    kind: Kind
    model: MeaningModel
    model_path: str
    threads: int
    tell: Tell | None = None

    @cached_property
    def embedding(self) -> ModelFiles:
        """The embedding model; looked for only where an answer needs it.

        Raises:
            BadInput: there is none where `model_path` says.
        """
        return find_model(self.model_path, self.kind)

    def adapter(self, side: int) -> npt.NDArray[np.float32]:
        """The matrix that turns vectors of so many numbers; it turns nothing where they are another model's."""
        return self.model.adapter if self.is_calibrated else np.eye(side, dtype=np.float32)

    @property
    def is_calibrated(self) -> bool:
        """Whether the model was learnt on this embedding model's vectors; else its confidences only give an order."""
        return self.model.embedding_sha256 == self.embedding.sha256

    @property
    def version(self) -> str:
        """What scored, for people."""
        told = f"{self.embedding.name}@{self.embedding.sha256[:8]}, {self.model.version}"
        return told if self.is_calibrated else f"{told} (of another model)"


def answer_tags(tags: Iterable[str], entries: Sequence[Entry], mind: Mind, cache_dir: Path) -> Answers:
    """The nearest skills of each distinct tag that holds a word, and not a time alone, up to five; others have no rows.

    Raises:
        BadInput: the embedding model cannot be used.
        Permanent: what came with the package is damaged.
    """
    asked = pa.array(sorted(set(tags)), pa.string())
    if not len(asked) or not any(entry.folded for entry in entries):
        return Answers(SCHEMA.empty_table(), 0, 0)
    cache = AnswerCache(cache_dir, mind.kind, _fingerprint(entries, mind))
    known = cache.read(SCHEMA)
    new = asked.filter(pc.invert(pc.is_in(asked, known["tag"].combine_chunks()))).to_pylist()
    names = {entry.folded for entry in entries}
    worded = [tag for tag in new if (text := fold(tag)) and (text in names or not says_only_when(tag, mind.kind))]
    if not worded:
        return Answers(known.filter(pc.is_in(known["tag"], asked)), 0, 0)
    made, new_texts = _answer(worded, entries, mind, cache_dir)
    cache.add(made)
    return Answers(pa.concat_tables([known.filter(pc.is_in(known["tag"], asked)), made]), len(worded), new_texts)


def _fingerprint(entries: Sequence[Entry], mind: Mind) -> str:
    found = hashlib.sha256(
        json.dumps([ENGINE, mind.kind, mind.embedding.sha256, mind.model.version, mind.threads]).encode()
    )
    for entry in sorted(entries):
        found.update(f"{entry.skill_id}\0{entry.rank}\0{entry.text}\1".encode())
    return found.hexdigest()


def _answer(tags: Sequence[str], entries: Sequence[Entry], mind: Mind, cache_dir: Path) -> tuple[pa.Table, int]:
    # scikit-learn and scipy take a second to import, which a night with nothing new need not spend
    from lms_hris_pipeline.match.skill_engine import Engine
    from lms_hris_pipeline.match.skill_index import SkillIndex

    named = sorted(entry for entry in entries if entry.folded)
    dictionary = Dictionary(named, mind.kind)
    hits = [dictionary.look_up(tag) for tag in tags]
    texts, queries = _queries(tags, hits, named, mind.kind)
    known_and_new = [*(entry.folded for entry in named), *texts]
    embedded = embed_texts(known_and_new, mind.embedding, mind.threads, cache_dir, mind.tell)
    known = embedded.vectors[: len(named)]
    engine = Engine(SkillIndex(named, known, mind.adapter(known.shape[1])), mind.model)
    rows: list[dict[str, Any]] = []
    for tag, hit, placed in zip(tags, hits, engine.place(queries, embedded.vectors), strict=True):
        rows.extend(_rows_of(tag, hit, placed, mind))
    return pa.Table.from_pylist(rows, schema=SCHEMA), embedded.new_count


def _queries(
    tags: Sequence[str], hits: Sequence[Hit | None], named: Sequence[Entry], kind: Kind
) -> tuple[list[str], list[Query]]:
    """The texts to embed, and a query a tag. What the dictionary is sure of stands where the text that it knows stands.

    Of decorated tags, typos among them, a third are so, and need no embedding model.
    """
    from lms_hris_pipeline.match.skill_index import Query, queries_of

    row_of = {entry: row for row, entry in enumerate(named)}
    known = [hit.entries[0] if hit and hit.is_sure else None for hit in hits]
    texts, asked = queries_of([tag for tag, entry in zip(tags, known, strict=True) if not entry], len(named), kind)
    rest = iter(asked)
    return texts, [Query((entry.folded,), (row_of[entry],)) if entry else next(rest) for entry in known]


def _rows_of(tag: str, hit: Hit | None, placed: Placed, mind: Mind) -> Iterator[dict[str, Any]]:
    """A tag's rows: what the dictionary knows stands first, the nearer of several skills before the others."""
    likeliest = {one.skill_id: at for at, one in enumerate(placed.near)}
    hits = sorted(hit.entries, key=lambda entry: likeliest.get(entry.skill_id, TOP)) if hit else []
    known = round(mind.model.form_share(hit.form) / len(hits), 6) if hit else None
    near = {one.skill_id: one for one in placed.near}
    others = [one for one in placed.near if one.skill_id not in {entry.skill_id for entry in hits}]
    first = others[0] if not hits else None
    is_tied = len(others) > 1 and others[0].share == others[1].share
    shared = {
        "tag": tag,
        "method": hit.method if hit else "model",
        "known": known,
        "inside": placed.inside,
        # of two that nothing tells apart, neither is likelier than the other
        "right": min(placed.right, 0.0) if is_tied else placed.right,
        "held_back": CLAIMED_BY_SEVERAL if len(hits) > 1 else _what_holds_back(first, mind, is_tied=is_tied),
    }
    for rank, entry in enumerate(hits[:TOP], 1):
        yield {**shared, "rank": rank, **_of_dictionary(entry, hit, near.get(entry.skill_id))}
    for rank, one in enumerate(others[: TOP - len(hits[:TOP])], len(hits[:TOP]) + 1):
        yield {**shared, "rank": rank, **_of_model(tag, one, mind.kind)}


def _of_dictionary(entry: Entry, hit: Hit | None, near: Near | None) -> dict[str, Any]:
    stripped = [{"kind": one.kind, "words": one.words} for one in hit.stripped] if hit else []
    return {
        "skill_id": entry.skill_id,
        "matched_alias": entry.text,
        "cosine": near.cosine if near else None,
        "lexical": near.lexical if near else None,
        "evidence": _written({"form": hit.form if hit else "", "stripped": stripped}),
    }


def _of_model(tag: str, near: Near, kind: Kind) -> dict[str, Any]:
    words = read_words(tag, kind)
    stripped = words.stripped if near.is_stripped else ()
    return {
        "skill_id": near.skill_id,
        "matched_alias": near.alias,
        "cosine": near.cosine,
        "lexical": near.lexical,
        "evidence": _written(
            {
                "share": near.share,
                "edit": near.edit,
                "stripped": [{"kind": one.kind, "words": one.words} for one in stripped],
                "only_in_tag": list(near.only_in_tag),
                "only_in_alias": list(near.only_in_alias),
            }
        ),
    }


def _what_holds_back(near: Near | None, mind: Mind, *, is_tied: bool) -> str | None:
    """Why a skill that the model puts first is not taken without a person, however sure the model is.

    ISO 9001 and ISO 14001 look alike and are never taken for one, nor is a head porter for a porter. An embedding model
    finds any two words alike whose script it hardly knows.
    """
    if near is None:
        return None
    if not mind.is_calibrated:
        return UNKNOWN_EMBEDDING
    if is_tied:
        return EQUALLY_NEAR
    differ = (*near.only_in_tag, *near.only_in_alias)
    if any(sign.isdigit() for word in differ for sign in word):
        return ANOTHER_NUMBER
    if mind.kind == "titles" and not _RANKS.isdisjoint(differ):
        return ANOTHER_RANK
    return None if scripts_of(differ) <= mind.model.scripts else UNKNOWN_SCRIPT


def _written(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
