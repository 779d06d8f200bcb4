"""Places tags that the dictionary does not settle among the framework's skills: index, confidence and memory joined.

What an earlier night said of a tag stands as long as the framework, the model and the calibration are the same; only
for other tags the index is built, and only for texts without a kept vector the model is loaded. What follows from a
confidence is decided in `skills`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms_hris_pipeline.match.embedding import ModelFiles, embed_texts, find_model
from lms_hris_pipeline.match.skill_cache import ScoreCache
from lms_hris_pipeline.match.skill_confidence import Calibration, describe_first, find_calibration
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_words import fold, read_words
from lms_hris_pipeline.settings import SkillSettings

if TYPE_CHECKING:
    from lms_hris_pipeline.match.skill_index import Candidate, SkillIndex

ENGINE = 1
"""Raised whenever the same inputs would be scored otherwise, so that no kept score outlives its engine."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the model says of one tag: the nearest skills, best first, and how likely the first is right.

    A candidate has `skill_id, alias, score, cosine, lexical, edit, stripped, only_in_tag, only_in_alias`. None where
    there is nothing to compare. `is_calibrated` is false where the confidence model was fitted on another model.
    """

    confidence: float
    candidates: tuple[Mapping[str, Any], ...]
    is_calibrated: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """What became of all tags, how many texts had to be embedded, and the version of what scored, if anything did."""

    placed: Mapping[str, Placed]
    new_texts: int
    model: str | None


def place_tags(tags: Sequence[str], entries: Sequence[Entry], settings: SkillSettings, cache_dir: Path) -> Placing:
    """The nearest skills of each of `tags`.

    Raises:
        BadInput: the model at `settings.model_path` cannot be used.
        Permanent: what came with the package is damaged.
    """
    named = [entry for entry in entries if entry.folded]
    worded = [tag for tag in tags if named and fold(tag)]
    nothing = {tag: Placed(0.0, (), True) for tag in tags}
    if not worded:
        return Placing(nothing, 0, None)
    model = find_model(settings.model_path)
    calibration = find_calibration(model.folder, model.sha256)
    cache = ScoreCache(cache_dir, _fingerprint(named, model, calibration, settings.threads))
    known = cache.read()
    new = [tag for tag in worded if tag not in known]
    scored, new_texts = _score(new, named, model, calibration, settings.threads, cache_dir) if new else ({}, 0)
    if scored:
        cache.add(scored)
    is_calibrated = calibration.model_sha256 == model.sha256
    found = {
        tag: Placed(said["confidence"], tuple(said["candidates"]), is_calibrated)
        for tag, said in ((tag, known.get(tag) or scored[tag]) for tag in worded)
    }
    version = f"{model.name}@{model.sha256[:8]}, confidence {calibration.version}"
    return Placing(nothing | found, new_texts, version if is_calibrated else f"{version} (of another model)")


def _fingerprint(entries: Sequence[Entry], model: ModelFiles, calibration: Calibration, threads: int) -> str:
    said_by = [ENGINE, model.sha256, calibration.version, threads]
    texts = [(entry.skill_id, entry.rank, entry.text) for entry in entries]
    return hashlib.sha256(json.dumps([said_by, texts]).encode()).hexdigest()


def _score(
    tags: Sequence[str],
    entries: Sequence[Entry],
    model: ModelFiles,
    calibration: Calibration,
    threads: int,
    cache_dir: Path,
) -> tuple[dict[str, dict[str, Any]], int]:
    # scikit-learn and scipy take a second to import, which a night with nothing new need not spend
    from lms_hris_pipeline.match.skill_index import SkillIndex, queries_of

    texts, queries = queries_of(tags, offset=len(entries))
    embedded = embed_texts([*(entry.folded for entry in entries), *texts], model, threads, cache_dir)
    index = SkillIndex(entries, embedded.vectors[: len(entries)])
    scored = {}
    for tag, candidates in zip(tags, index.search(queries, embedded.vectors), strict=True):
        tied = sum(one.best.score == candidates[0].best.score for one in candidates)
        scored[tag] = {
            "confidence": round(calibration.of_features(describe_first(index, candidates)) / tied, 6),
            "candidates": [_described(tag, index, candidate) for candidate in candidates],
        }
    return scored, embedded.new_count


def _described(tag: str, index: SkillIndex, candidate: Candidate) -> dict[str, Any]:
    near, words = candidate.best, read_words(tag)
    difference = index.difference(near)
    stripped = words.stripped if near.text == words.core else ()
    return {
        "skill_id": candidate.skill_id,
        "alias": near.entry.text,
        "score": near.score,
        "cosine": near.cosine,
        "lexical": near.lexical,
        "edit": near.edit,
        "stripped": [{"kind": one.kind, "words": one.words} for one in stripped],
        "only_in_tag": list(difference.only_in_tag),
        "only_in_alias": list(difference.only_in_entry),
    }
