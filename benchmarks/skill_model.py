"""Makes the models of meanings that come with the package, from public skills and job titles.

    python -m benchmarks.skill_model --data FOLDER [--cache FOLDER] [--out FOLDER] [skills] [titles]

FOLDER holds `esco/skills.csv`, `esco/aliases_dev.csv`, `onet/occupations.csv` and `onet/aliases_dev.csv`. The aliases of
a quarter of the skills are left out: `benchmarks.skills` measures on those, so that no figure is of what was learnt.
The whole takes ten minutes on one idle core, half of it in the embedding model, whose vectors are kept.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.match.embedding import embed_texts, find_model
from lms_hris_pipeline.match.skill_index import Vectors
from lms_hris_pipeline.match.skill_model import Kind, write_model
from lms_hris_pipeline.match.skill_training import learn_model
from lms_hris_pipeline.match.skill_worlds import Vocabulary, part_of

PARTS, REPORTED = 20, 15
"""Skills in parts 15 to 19 of 20 are kept for the figures."""
FILES: dict[Kind, tuple[str, str, str]] = {
    "skills": ("esco/skills.csv", "esco/aliases_dev.csv", "skill_id"),
    "titles": ("onet/occupations.csv", "onet/aliases_dev.csv", "occupation_id"),
}
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
    embedding = find_model("")

    def embed(texts: Sequence[str]) -> Vectors:
        return embed_texts(texts, embedding, 1, given.cache).vectors

    for kind in given.kinds or FILES:
        started = time.monotonic()
        whole = read_vocabulary(given.data, kind)
        learnt_from = {skill_id: texts for skill_id, texts in whole.aliases.items() if not is_reported(skill_id)}
        model = learn_model(Vocabulary(whole.labels, learnt_from, whole.strangers), embed, embedding.sha256, kind)
        write_model(given.out, f"meaning_{kind}", model)
        print(f"{kind}: {model.version} in {time.monotonic() - started:.0f} s")
        print(f"  thresholds {dict(model.thresholds)}")
        print(f"  ranking {dict(model.ranking)}")


if __name__ == "__main__":
    main()
