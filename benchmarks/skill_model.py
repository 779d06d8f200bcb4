"""Makes the models of meanings that come with the package, from public skills and job titles.

    python -m benchmarks.skill_model --data FOLDER [--cache FOLDER] [--out FOLDER] [skills] [titles]

The embedding model learns from skills too (`embedding_training`): once without each part of them, so that how far a match is
to be trusted is learnt on tags that are new to it. The first of those updates is shipped.

FOLDER holds `esco/skills.csv`, `esco/aliases_dev.csv`, `onet/occupations.csv` and `onet/aliases_dev.csv`. The aliases of
a quarter of the skills are left out: `benchmarks.skills` measures on those, so that no figure is of what was learnt.
The whole takes half an hour on two idle cores, half of it to learn the updates.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from lms_hris_pipeline.match.embedding import UPDATES, ModelFiles, embed_texts, find_model
from lms_hris_pipeline.match.skill_model import Kind, MeaningModel, write_model
from lms_hris_pipeline.match.skill_training import PARTS as LEARNING_PARTS
from lms_hris_pipeline.match.skill_training import Embed, learn_model
from lms_hris_pipeline.match.skill_worlds import Vocabulary, part_of

PARTS, REPORTED = 20, 15
"""Skills in parts 15 to 19 of 20 are kept for the figures."""
FILES: dict[Kind, tuple[str, str, str]] = {
    "skills": ("esco/skills.csv", "esco/aliases_dev.csv", "skill_id"),
    "titles": ("onet/occupations.csv", "onet/aliases_dev.csv", "occupation_id"),
}
_THREADS = 2  # that learn the update; another number sums otherwise
OUT = Path(__file__).parents[1] / "lms_hris_pipeline" / "match" / "data"


def read_vocabulary(folder: Path, kind: Kind) -> Vocabulary:
    """All labels and aliases of the public data; the other kind's aliases are strangers to it."""
    labels_file, aliases_file, key = FILES[kind]
    labels = {row[key]: row["label"] for row in _rows(folder / labels_file)}
    aliases: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / aliases_file):
        aliases[row[key]].append(row["alias"])
    other: Kind = "titles" if kind == "skills" else "skills"
    strangers = sorted({row["alias"] for row in _rows(folder / FILES[other][1])})
    return Vocabulary(labels, dict(aliases), strangers)


def is_reported(skill_id: str) -> bool:
    """Whether nothing is learnt from a skill's aliases."""
    return part_of(skill_id, PARTS) >= REPORTED


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def main() -> None:
    """Learn and write the models that are named, or both."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kinds", nargs="*", choices=[*FILES, []], default=[])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--cache", type=Path, default=Path("data/cache"))
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    for kind in given.kinds or FILES:
        started = time.monotonic()
        whole = read_vocabulary(given.data, kind)
        learnt_from = {skill_id: texts for skill_id, texts in whole.aliases.items() if not is_reported(skill_id)}
        model = _learn(kind, Vocabulary(whole.labels, learnt_from, whole.strangers), given.cache, given.out)
        write_model(given.out, f"meaning_{kind}", model)
        print(f"{kind}: {model.version} in {time.monotonic() - started:.0f} s")
        print(f"  thresholds {dict(model.thresholds)}")
        print(f"  ranking {dict(model.ranking)}")


def _learn(kind: Kind, vocabulary: Vocabulary, cache: Path, out: Path) -> MeaningModel:
    """The model of a kind, and in `out` the update of the embedding model where the kind has one."""
    bare = replace(find_model("", kind), update=b"")
    if kind not in UPDATES:
        return learn_model(vocabulary, _embed(bare, cache), bare.sha256, kind)
    models = [replace(bare, update=_update(vocabulary, bare, cache, part)) for part in range(LEARNING_PARTS)]
    # one that learnt from all parts would know more than those by which trust is learnt: confidences would be too low
    shipped = models[0]
    (out / UPDATES[kind]).write_bytes(shipped.update)
    return learn_model(
        vocabulary,
        _embed(shipped, cache),
        shipped.sha256,
        kind,
        embed_without=lambda part: _embed(models[part], cache),
    )


def _embed(model: ModelFiles, cache: Path) -> Embed:
    return lambda texts: embed_texts(texts, model, 1, cache).vectors


def _update(vocabulary: Vocabulary, bare: ModelFiles, cache: Path, without: int) -> bytes:
    """An update that never saw the skills that are reported on, nor those of the part `without`."""
    seen = [one for one in vocabulary.labels if not is_reported(one) and part_of(one, LEARNING_PARTS) != without]
    labels = {skill_id: vocabulary.labels[skill_id] for skill_id in seen}
    aliases = {skill_id: vocabulary.aliases[skill_id] for skill_id in seen if skill_id in vocabulary.aliases}
    # imported here, because learning needs libraries that take seconds to load
    from benchmarks.embedding_training import learn_update

    started = time.monotonic()
    update = learn_update(Vocabulary(labels, aliases), bare, _embed(bare, cache), _THREADS)
    print(f"  update without part {without} in {time.monotonic() - started:.0f} s", flush=True)
    return update


if __name__ == "__main__":
    main()
