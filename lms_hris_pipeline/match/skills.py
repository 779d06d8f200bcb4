"""What each skill tag means: people's decisions, then the framework's own words, then the model.

This module reads and writes tables and decides what follows from a confidence. How words are compared stands in
`skill_words` and `skill_dictionary`, how near a skill comes in `skill_index`, what that is worth in
`skill_confidence`; `skill_answers` joins them and remembers what they said.
"""

from __future__ import annotations

import json
import logging
import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from lms_hris_pipeline.match.skill_answers import CLAIMED_BY_SEVERAL, Mind, answer_tags
from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry, Hit
from lms_hris_pipeline.match.skill_model import MeaningModel
from lms_hris_pipeline.match.skill_probability import confidence_of, confidence_of_next
from lms_hris_pipeline.match.tag_decisions import TagDecisions, TagRefusals
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.tables.match import TAG_DECISIONS, TAG_REFUSALS
from lms_hris_pipeline.warehouse import Batch

logger = logging.getLogger("lms_hris_pipeline")

Decision = Literal["accept", "review", "no_match"]
TOP = 5

_SCHEMA = pa.schema(
    [
        ("tag", pa.string()),
        ("skill_id", pa.string()),
        ("decision", pa.string()),
        ("method", pa.string()),
        ("confidence", pa.decimal128(7, 6)),
        ("held_back", pa.string()),
        ("matched_alias", pa.string()),
        ("candidates", pa.string()),
        ("model", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class SkillsMatched:
    """The rows of `match.skills`, by tag, and figures worth showing."""

    rows: pa.Table
    shown: dict[str, int | float | str]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One row of `match.skills` but for the tag."""

    skill_id: str | None
    decision: Decision
    method: str
    confidence: float
    matched_alias: str | None
    candidates: Sequence[Mapping[str, Any]]
    model: str | None = None
    held_back: str | None = None


@dataclass(frozen=True)
class Framework:
    """The firm's skills: name by id, every text that names one, what people decided that tags mean and do not mean."""

    names: Mapping[str, str]
    entries: tuple[Entry, ...]
    decided: Mapping[str, str | None]
    refusals: TagRefusals

    @cached_property
    def decisions(self) -> TagDecisions:
        """What people decided, by every spelling of a tag."""
        return TagDecisions(self.decided)


def match_skills(batch: Batch, settings: SkillSettings, mind: Mind, cache_dir: Path) -> SkillsMatched:
    """What each distinct tag of `canonical.skill_tags` means, one row a tag, in the order of tags.

    A person's decision on a tag always wins, for all of its spellings, and is one more alias for other tags. What a
    tag does not mean by a person's word is left out of all that it may mean. A tag that two skills claim by the same
    words goes to review. The embedding model is loaded only for tags that neither settles and no earlier night has placed.
    The same tag has the same confidence every night: unlike for a file, the other tags do not move it.

    Raises:
        BadInput: `review_at` is above what `precision` asks for, or the model at `model_path` cannot be used.
        Permanent: what came with the package is damaged.
    """
    model = mind.model
    if settings.review_at > (accept_at := model.threshold(settings.precision)):
        raise BadInput(
            f"[skills] review_at = {settings.review_at} is above {accept_at}, from where tags are accepted at precision = "
            f"{settings.precision}\n  A tag must be surer to be accepted than to be shown to a person: lower review_at."
        )
    framework = read_framework(batch)
    tags = sorted({str(tag) for tag in batch.read(canonical.SKILL_TAGS).column("tag").to_pylist()})
    dictionary = Dictionary(framework.entries)
    hits = {tag: _but_for(framework.refusals.of(tag), dictionary.look_up(tag)) for tag in tags}
    meanings: dict[str, _Meaning] = {}
    for tag, hit in hits.items():
        if meaning := _of_decision(framework, tag, hit):
            meanings[tag] = meaning
        elif hit:
            meanings[tag] = _of_dictionary(framework, hit, model, accept_at)
    answers = answer_tags([tag for tag in tags if tag not in meanings], framework.entries, mind, cache_dir)
    for tag, rows in _by_tag(answers.rows).items():
        meanings[tag] = _of_model(framework, rows, settings, mind, accept_at)
    nothing = {tag: _Meaning(None, "no_match", "none", 0.0, None, ()) for tag in tags}
    meanings = {
        tag: _with_a_persons_word(meaning, framework, tag, hits[tag])
        for tag, meaning in sorted((nothing | meanings).items())
    }
    scored_by = mind.version if answers.rows.num_rows else None
    return SkillsMatched(_table(meanings), _shown(meanings.values(), answers.new_texts, scored_by))


def _by_tag(rows: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """The answers of each tag, best first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.sort_by([("tag", "ascending"), ("rank", "ascending")]).to_pylist():
        found.setdefault(row["tag"], []).append(row)
    return found


def read_framework(batch: Batch) -> Framework:
    """The framework of a batch, with what people decided of tags as further aliases."""
    names = {str(row["skill_id"]): str(row["name"]) for row in batch.read(canonical.FRAMEWORK_SKILLS).to_pylist()}
    decided = {str(row["tag"]): row["skill_id"] for row in batch.read(TAG_DECISIONS).to_pylist()}
    texts: dict[tuple[str, str], Entry] = {}
    for skill_id, name in names.items():
        texts[skill_id, name] = Entry.of(skill_id, "label", name)
    for row in batch.read(canonical.SKILL_ALIASES).to_pylist():
        if row["skill_id"] in names:
            texts.setdefault((row["skill_id"], row["alias"]), Entry.of(row["skill_id"], "alias", row["alias"]))
    for tag, skill_id in decided.items():
        if skill_id in names:
            texts.setdefault((skill_id, tag), Entry.of(skill_id, "decision", tag))
    refused = ((str(row["tag"]), str(row["skill_id"])) for row in batch.read(TAG_REFUSALS).to_pylist())
    return Framework(names, tuple(sorted(texts.values())), decided, TagRefusals(refused))


def _but_for(refused: Container[str], hit: Hit | None) -> Hit | None:
    """What the words say of a tag but for the skills that it does not mean."""
    left = tuple(entry for entry in hit.entries if entry.skill_id not in refused) if hit else ()
    return replace(hit, entries=left) if hit and left else None


def _of_decision(framework: Framework, tag: str, hit: Hit | None) -> _Meaning | None:
    """What a person decided of the tag or of another spelling; None where that settles nothing."""
    said = framework.decisions.look_up(tag)
    if said is None or not said.is_settled or not said.is_no_looser_than(hit):
        return None
    (skill_id,) = said.skills
    spelling = None if said.tag == tag else said.tag
    if skill_id is None:
        return _Meaning(None, "no_match", "decision", 0.0, spelling, ())
    if skill_id not in framework.names:
        return None
    name = framework.names[skill_id]
    candidate = {"skill_id": skill_id, "name": name, "score": 1.0, "form": said.form}
    return _Meaning(skill_id, "accept", "decision", 1.0, spelling or name, [candidate])


def _of_dictionary(framework: Framework, hit: Hit, model: MeaningModel, accept_at: float) -> _Meaning:
    """The one skill whose words these are; of several none is guessed, and each is as likely as the other."""
    confidence = round(model.form_share(hit.form) / len(hit.entries), 6)
    decision: Decision = "accept" if hit.is_sure and confidence >= accept_at else "review"
    stripped = [asdict(one) for one in hit.stripped]
    candidates = [
        {
            "skill_id": entry.skill_id,
            "name": framework.names[entry.skill_id],
            "alias": entry.text,
            "score": confidence,
            "form": hit.form,
            "stripped": stripped,
        }
        for entry in hit.entries[:TOP]
    ]
    first = hit.entries[0]
    held_back = None if hit.is_sure else CLAIMED_BY_SEVERAL
    return _Meaning(first.skill_id, decision, hit.method, confidence, first.text, candidates, held_back=held_back)


def _of_model(
    framework: Framework, rows: Sequence[Mapping[str, Any]], settings: SkillSettings, mind: Mind, accept_at: float
) -> _Meaning:
    """What the confidence of the nearest skill is worth, of those that a person did not rule out."""
    refused = framework.refusals.of(rows[0]["tag"])
    candidates = [_candidate(framework, row) for row in rows if row["skill_id"] not in refused]
    first, held_back = rows[0], rows[0]["held_back"]
    confidence = float(confidence_of(np.array(first["inside"]), np.array(first["right"])))
    if first["skill_id"] in refused:
        held_back = f"a person decided that it does not mean {framework.names[first['skill_id']]}"
        confidence = confidence_of_next(first["inside"], first["right"], _share_of_first(candidates))
    if not candidates or confidence < settings.review_at:
        return _Meaning(None, "no_match", "model", confidence, None, candidates, mind.version)
    decision: Decision = "accept" if confidence >= accept_at and not held_back else "review"
    best = candidates[0]
    return _Meaning(best["skill_id"], decision, "model", confidence, best["alias"], candidates, mind.version, held_back)


def _share_of_first(candidates: Sequence[Mapping[str, Any]]) -> float:
    """The first candidate's part of the likelihood of all; each has as much where nothing is left of it."""
    scores = [one["score"] for one in candidates]
    whole = math.fsum(scores)
    return scores[0] / whole if whole else 1 / max(1, len(scores))


def _candidate(framework: Framework, row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row["evidence"])
    return {
        "skill_id": row["skill_id"],
        "name": framework.names[row["skill_id"]],
        "alias": row["matched_alias"],
        "score": told.pop("share"),
        "cosine": row["cosine"],
        "lexical": row["lexical"],
        **told,
    }


def _with_a_persons_word(meaning: _Meaning, framework: Framework, tag: str, hit: Hit | None) -> _Meaning:
    """What a person's decision stands in the way of is not settled by the machine instead: a person decides again."""
    said = framework.decisions.look_up(tag)
    if meaning.method == "decision" or said is None or not said.is_no_looser_than(hit):
        return meaning
    gone = sorted(skill for skill in said.skills if skill and skill not in framework.names)
    if gone:
        note = f"a person decided {gone[0]}, which is no longer in the framework"
        logger.warning(json.dumps({"event": "skill_decision_outdated", "skill_id": gone[0]}))
    elif None in said.skills:
        note = "a person decided that words like these mean no skill"
    else:
        return meaning
    decision: Decision = "review" if meaning.decision == "accept" else meaning.decision
    return replace(meaning, decision=decision, held_back=note)


def _table(meanings: Mapping[str, _Meaning]) -> pa.Table:
    rows = [
        {
            "tag": tag,
            "skill_id": meaning.skill_id,
            "decision": meaning.decision,
            "method": meaning.method,
            "confidence": Decimal(f"{meaning.confidence:.6f}"),
            "held_back": meaning.held_back,
            "matched_alias": meaning.matched_alias,
            "candidates": json.dumps(meaning.candidates, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            "model": meaning.model,
        }
        for tag, meaning in meanings.items()
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _shown(meanings: Iterable[_Meaning], new_texts: int, model: str | None) -> dict[str, int | float | str]:
    found = list(meanings)
    decisions = Counter(meaning.decision for meaning in found)
    methods = Counter(meaning.method for meaning in found)
    return {
        **{name: decisions[name] for name in ("accept", "review", "no_match")},
        **{f"by_{name}": methods[name] for name in ("decision", "exact", "alias", "normalised", "model", "none")},
        "newly_embedded_texts": new_texts,
        "model": model or "not needed",
    }
