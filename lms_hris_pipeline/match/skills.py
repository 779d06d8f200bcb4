"""What each skill tag means: people's decisions, then the framework's own words, then the model.

This module reads and writes tables and decides what follows from a confidence. How words are compared stands in
`skill_words` and `skill_dictionary`, how near a skill comes in `skill_index`, what that is worth in
`skill_confidence`; `skill_placing` joins those three and remembers what they said.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from lms_hris_pipeline.match.skill_confidence import shipped_calibration
from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry, Hit
from lms_hris_pipeline.match.skill_placing import Placed, place_tags
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.tables import canonical
from lms_hris_pipeline.tables.match import TAG_DECISIONS
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


@dataclass(frozen=True, slots=True)
class _Framework:
    """The firm's skills: name by id, every text that names one, and what people decided of tags."""

    names: Mapping[str, str]
    entries: tuple[Entry, ...]
    decided: Mapping[str, str | None]


def match_skills(batch: Batch, settings: SkillSettings, cache_dir: Path) -> SkillsMatched:
    """What each distinct tag of `canonical.skill_tags` means, one row a tag, in the order of tags.

    A person's decision on a tag always wins, and is one more alias for other tags. A tag that two skills claim by the
    same words goes to review. The model is loaded only for tags that neither settles and no earlier night has placed.

    Raises:
        BadInput: `review_at` is above `accept_at`, or the model at `model_path` cannot be used.
        Permanent: the model or the calibration that came with the package is damaged.
    """
    if settings.review_at > settings.accept_at:
        raise BadInput(
            f"[skills] review_at = {settings.review_at} is above accept_at = {settings.accept_at}\n"
            "  A tag must be surer to be accepted than to be shown to a person: lower review_at or raise accept_at."
        )
    framework = _read_framework(batch)
    tags = sorted({str(tag) for tag in batch.read(canonical.SKILL_TAGS).column("tag").to_pylist()})
    dictionary = Dictionary(framework.entries)
    meanings: dict[str, _Meaning] = {}
    for tag in tags:
        if tag in framework.decided and (meaning := _of_decision(framework, framework.decided[tag])):
            meanings[tag] = meaning
        elif hit := dictionary.look_up(tag):
            meanings[tag] = _of_dictionary(framework, hit, settings)
    placing = place_tags([tag for tag in tags if tag not in meanings], framework.entries, settings, cache_dir)
    for tag, placed in placing.placed.items():
        meanings[tag] = _of_model(framework, placed, settings, placing.model)
    meanings = {tag: _held_back(tag, meaning, framework) for tag, meaning in sorted(meanings.items())}
    return SkillsMatched(_table(meanings), _shown(meanings.values(), placing.new_texts, placing.model))


def _read_framework(batch: Batch) -> _Framework:
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
    return _Framework(names, tuple(sorted(texts.values())), decided)


def _of_decision(framework: _Framework, skill_id: str | None) -> _Meaning | None:
    """What a person decided; None where the skill has left the framework since, so that it cannot be written."""
    if skill_id is None:
        return _Meaning(None, "no_match", "decision", 0.0, None, ())
    if skill_id not in framework.names:
        return None
    name = framework.names[skill_id]
    return _Meaning(skill_id, "accept", "decision", 1.0, name, [{"skill_id": skill_id, "name": name, "score": 1.0}])


def _of_dictionary(framework: _Framework, hit: Hit, settings: SkillSettings) -> _Meaning:
    """The one skill whose words these are; of several none is guessed, and each is as likely as the other."""
    form_confidence = shipped_calibration().of_dictionary(hit.form)
    confidence = round(form_confidence / len(hit.entries), 6)
    decision: Decision = "accept" if hit.is_sure and confidence >= settings.accept_at else "review"
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
    return _Meaning(first.skill_id, decision, hit.method, confidence, first.text, candidates)


def _of_model(framework: _Framework, placed: Placed, settings: SkillSettings, model: str | None) -> _Meaning:
    """What the nearest skill's confidence is worth; a tag without a word of its own is near nothing."""
    if not placed.candidates:
        return _Meaning(None, "no_match", "none", 0.0, None, ())
    candidates = [{**one, "name": framework.names[one["skill_id"]]} for one in placed.candidates]
    first = candidates[0]
    if placed.confidence < settings.review_at:
        return _Meaning(None, "no_match", "model", placed.confidence, None, candidates, model)
    is_open = len(candidates) > 1 and candidates[1]["score"] == first["score"]
    accepts = placed.confidence >= settings.accept_at and placed.is_calibrated
    decision: Decision = "accept" if accepts and not is_open and not _differs_in_a_number(first) else "review"
    return _Meaning(first["skill_id"], decision, "model", placed.confidence, first["alias"], candidates, model)


def _differs_in_a_number(candidate: Mapping[str, Any]) -> bool:
    """Whether tag and alias name different numbers: ISO 9001 and ISO 14001 look alike and are never taken for one."""
    differing = (*candidate["only_in_tag"], *candidate["only_in_alias"])
    return any(sign.isdigit() for word in differing for sign in word)


def _held_back(tag: str, meaning: _Meaning, framework: _Framework) -> _Meaning:
    """A tag whose decided skill has left the framework is not settled by the machine instead: a person decides again."""
    gone = framework.decided.get(tag)
    if gone is None or gone in framework.names:
        return meaning
    note = f"a person decided {gone}, which is no longer in the framework"
    logger.warning(json.dumps({"event": "skill_decision_outdated", "skill_id": gone}))
    candidates = [{**one, "note": note} for one in meaning.candidates]
    decision: Decision = "review" if meaning.decision == "accept" else meaning.decision
    return _Meaning(
        meaning.skill_id, decision, meaning.method, meaning.confidence, meaning.matched_alias, candidates, meaning.model
    )


def _table(meanings: Mapping[str, _Meaning]) -> pa.Table:
    rows = [
        {
            "tag": tag,
            "skill_id": meaning.skill_id,
            "decision": meaning.decision,
            "method": meaning.method,
            "confidence": Decimal(f"{meaning.confidence:.6f}"),
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
