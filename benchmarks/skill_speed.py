"""How many tags are placed in a second: new ones, and ones that were answered before."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.skill_cases import label_only
from benchmarks.skill_model import read_vocabulary
from lms_hris_pipeline.match.embedding import embed_texts
from lms_hris_pipeline.match.skill_answers import Mind, answer_tags
from lms_hris_pipeline.match.skill_decisions import decide
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_engine import Engine
from lms_hris_pipeline.match.skill_index import SkillIndex, queries_of
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.settings import SkillSettings

_ALIASES, _NEW = 30_000, 3_000
_PRODUCT = (128, 384, 1536)
"""A matrix product as the embedding model makes them; what it takes tells how fast the core is at that hour."""


def measure_speed(data: Path, cache: Path) -> dict[str, float]:
    """Strings a second of processor time on one thread, against every skill and 30,000 aliases."""
    vocabulary, mind = read_vocabulary(data, "skills"), mind_of("skills", SkillSettings(), cache)
    skills = sorted(vocabulary.labels)
    new = {tag.text for tag in label_only(vocabulary, _NEW, 1).tags}
    aliases = [
        (skill_id, alias) for skill_id in skills for alias in vocabulary.aliases.get(skill_id, ()) if alias not in new
    ]
    # the public half has too few aliases: job titles stand in for the rest
    filler = [(skills[at % len(skills)], title) for at, title in enumerate(vocabulary.strangers)]
    entries = sorted(
        {
            *(Entry.of(skill_id, "label", label) for skill_id, label in vocabulary.labels.items()),
            *(Entry.of(skill_id, "alias", alias) for skill_id, alias in [*aliases, *filler][:_ALIASES]),
        }
    )
    known = embed_texts([entry.folded for entry in entries], mind.embedding, mind.threads, cache).vectors
    engine = Engine(SkillIndex(entries, known, mind.adapter(known.shape[1])), mind.model)
    with threadpool_limits(1):
        found = {
            "the core: products of matrices, GFLOP/s": _core_speed(),
            "new strings/s": _new_speed(sorted(new), engine, mind),
        }
        return found | _known_speed(sorted(new), entries[:5000], mind)


def _core_speed() -> float:
    rows, inner, columns = _PRODUCT
    left, right = np.ones((rows, inner), dtype=np.float32), np.ones((inner, columns), dtype=np.float32)
    started = time.process_time()
    for _ in range(500):
        left @ right
    return round(500 * 2 * rows * inner * columns / (time.process_time() - started) / 1e9, 1)


def _new_speed(tags: list[str], engine: Engine, mind: Mind) -> float:
    """Embedding and placing; the embedding model is loaded before the clock starts, the index built."""
    with TemporaryDirectory() as folder:
        embed_texts(["warm"], mind.embedding, mind.threads, Path(folder))
        started = time.process_time()
        texts, queries = queries_of(tags, 0)
        vectors = embed_texts(texts, mind.embedding, mind.threads, Path(folder) / "new").vectors
        engine.place(queries, vectors)
        return round(len(tags) / (time.process_time() - started), 1)


def _known_speed(tags: list[str], entries: list[Entry], mind: Mind) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        answer_tags(tags, entries, mind, Path(folder))
        started = time.process_time()
        decide(answer_tags(tags, entries, mind, Path(folder)).rows, mind, 0.98, 0.35)
        again = round(len(tags) / (time.process_time() - started), 1)
    return {"known strings/s": again}
