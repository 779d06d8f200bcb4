"""Models of meanings learnt for a firm: from its framework and its decisions, held against decisions kept apart, staged.

A model lies in `<data>/models/skills/` or `titles/` with its before and after beside it. Which one answers is adopted by somebody by
name; where nobody did, the shipped one answers. How a model is learnt is `skill_training`'s business.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from lms_hris_pipeline.match.adoptions import REPORT_SUFFIX, adopted_version, check_adoption, note_adoption
from lms_hris_pipeline.match.embedding import embed_texts
from lms_hris_pipeline.match.skill_answers import Mind, answer_tags
from lms_hris_pipeline.match.skill_decisions import decide
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_model import Kind, MeaningModel, read_model, shipped_model, write_model
from lms_hris_pipeline.match.skill_words import fold
from lms_hris_pipeline.match.skill_worlds import Vocabulary
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import SkillSettings
from lms_hris_pipeline.warehouse.shelf import write_atomically

_KEPT_APART = 3
_LEAST, _MOST = 1e-6, 1 - 1e-6
_TARGETS: dict[Kind, str] = {"skills": "skills", "titles": "occupations or job profiles"}
_MORE: dict[Kind, str] = {
    "skills": "Add aliases to the framework, or decide more tags: `lms-hris matches` lists those that wait.",
    "titles": "Add other titles (--aliases) or decisions (--decisions).",
}


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was learnt, and how it and the one before it do on decisions kept apart."""

    model: MeaningModel
    report: Mapping[str, Any]


def train(
    entries: Sequence[Entry], decisions: Mapping[str, str | None], mind: Mind, settings: SkillSettings, cache_dir: Path
) -> Trained:
    """A model for a framework, learnt from its texts and two thirds of what people decided of tags.

    `decisions`: the skill that a person chose by tag, None where it means nothing. A tag is kept apart by its folded
    text, so that the same decisions are always split the same way, whatever their case.

    Raises:
        BadInput: the framework has fewer than two skills or no alias, or the embedding model cannot be used.
    """
    apart = {tag: skill for tag, skill in decisions.items() if zlib.crc32(fold(tag).encode()) % _KEPT_APART == 0}
    learnt_from = {tag: skill for tag, skill in decisions.items() if tag not in apart}
    known = sorted({*entries, *(Entry.of(skill, "decision", tag) for tag, skill in learnt_from.items() if skill)})
    vocabulary = _vocabulary(known, [tag for tag, skill in learnt_from.items() if skill is None])
    if len(vocabulary.labels) < 2 or not vocabulary.aliases:
        raise BadInput(
            f"{len(vocabulary.labels)} {_TARGETS[mind.kind]} with {len(vocabulary.aliases)} that have another name: nothing "
            f"to learn from\n  {_MORE[mind.kind]}"
        )
    # imported here, because learning needs libraries that take seconds to load
    from lms_hris_pipeline.match.skill_training import learn_model

    # what was learnt on other vectors teaches nothing; the shipped model may have been learnt on these
    known_models = (mind.model, shipped_model(mind.kind))
    start = next((one for one in known_models if one.embedding_sha256 == mind.embedding.sha256), None)
    model = learn_model(
        vocabulary,
        lambda texts: embed_texts(texts, mind.embedding, mind.threads, cache_dir).vectors,
        mind.embedding.sha256,
        f"{mind.model.version.partition('-')[0]}-own",
        start,
    )
    after = Mind(mind.kind, model, mind.model_path, mind.threads)
    report = {
        "version": model.version,
        "before_version": mind.model.version,
        "skills": len(vocabulary.labels),
        "aliases": sum(map(len, vocabulary.aliases.values())),
        "decisions": len(decisions),
        "kept_apart": len(apart),
        "before": _figures(apart, known, mind, settings, cache_dir),
        "after": _figures(apart, known, after, settings, cache_dir),
    }
    return Trained(model, report)


def _vocabulary(entries: Sequence[Entry], strangers: Sequence[str]) -> Vocabulary:
    labels: dict[str, str] = {}
    aliases: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.skill_id, one.rank, one.text)):
        if entry.skill_id not in labels:
            labels[entry.skill_id] = entry.text
        elif entry.folded:
            aliases[entry.skill_id].append(entry.text)
    return Vocabulary(labels, dict(aliases), sorted(strangers))


def _figures(
    apart: Mapping[str, str | None], entries: Sequence[Entry], mind: Mind, settings: SkillSettings, cache_dir: Path
) -> dict[str, float | int]:
    """How well a model does on decisions it has not seen: the lower log loss, the better."""
    answers = answer_tags(apart, entries, mind, cache_dir)
    decided = decide(answers.rows, mind, settings.precision, settings.review_at)
    first = {row["tag"]: row for row in decided.filter(pc.equal(decided["rank"], 1)).to_pylist()}
    if not first:
        return {"tags": 0}
    right = {tag: row["skill_id"] == apart[tag] for tag, row in first.items()}
    losses = (
        -math.log(min(max(row["confidence"] if right[tag] else 1 - row["confidence"], _LEAST), _MOST))
        for tag, row in first.items()
    )
    taken = [right[tag] for tag, row in first.items() if row["decision"] == "accept"]
    return {
        "tags": len(first),
        "first_is_right": sum(right.values()),
        "log_loss": round(math.fsum(losses) / len(first), 4),
        "accepted_and_right": sum(taken),
        "accepted_but_wrong": len(taken) - sum(taken),
    }


# --- keeping ---------------------------------------------------------------------------------------------------------


def models_folder(data_dir: Path, kind: Kind) -> Path:
    """Where the models of a kind lie."""
    return data_dir / "models" / kind


def stage_model(folder: Path, made: Trained) -> Path:
    """Keep a model and its report, for somebody to adopt; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{made.model.version}{REPORT_SUFFIX}", json.dumps(made.report, indent=1) + "\n")
    write_model(folder, made.model.version, made.model)
    return folder / f"{made.model.version}.json"


def adopt_model(folder: Path, kind: Kind, version: str, by: str, at: datetime) -> None:
    """Let a staged model answer, or the shipped one again.

    Raises:
        BadInput: there is no such model, it cannot be read, or nobody is named.
    """
    shipped = shipped_model(kind).version
    check_adoption(folder, version, shipped, by)
    if version != shipped:
        read_model(folder, version)
    note_adoption(folder, version, by, at)


def mind_of(kind: Kind, settings: SkillSettings, data_dir: Path, kept: MeaningModel | None = None) -> Mind:
    """What answers for `kind`: `kept`, the model that somebody adopted, or the one that comes with the package.

    Raises:
        BadInput: the adopted model is not there any more, or cannot be read.
        Permanent: the model that came with the package is damaged.
    """
    return Mind(kind, kept or _adopted_model(kind, data_dir), settings.model_path, settings.threads)


def _adopted_model(kind: Kind, data_dir: Path) -> MeaningModel:
    folder, shipped = models_folder(data_dir, kind), shipped_model(kind)
    command = "lms-hris skills adopt" + (" --titles" if kind == "titles" else "")
    version = adopted_version(folder, shipped.version, command)
    return read_model(folder, version) if version else shipped
