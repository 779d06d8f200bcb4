"""How good skill and title matching is and how fast, beside what somebody would use instead. README.md tells the figures.

    python -m benchmarks.skills [--data FOLDER] [--cache FOLDER] [--most N] [--seeds N] [--json FILE] [--no-rivals] [--no-speed]

Every figure is of skills and occupations whose aliases the shipped models never saw; thresholds that are said to be set
on other skills are set on one half of those and measured on the other. The noise of decorated tags is `skill_noise`'s,
which shares no list with the normaliser. Without the public data it says so and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.run import ROOT
from benchmarks.skill_cases import CASES, RANKED_CASES, Case
from benchmarks.skill_model import FILES, read_vocabulary
from benchmarks.skill_rivals import RIVALS, Task, nearest
from benchmarks.skill_score import Told, accepted, at_precision, calibration_error, ranked
from benchmarks.skill_speed import measure_speed
from lms_hris_pipeline.match.embedding import embed_texts
from lms_hris_pipeline.match.skill_answers import Mind, answer_tags
from lms_hris_pipeline.match.skill_decisions import decide
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.match.skill_words import fold
from lms_hris_pipeline.settings import SkillSettings

PRECISION = 0.98
_RIVAL_TAGS = 400  # edit similarity with 30,000 texts takes 20 ms a tag


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = _parse(arguments)
    console = Console(highlight=False, width=120)
    if not (given.data / FILES["skills"][0]).exists():
        console.print(f"{given.data} has no {FILES['skills'][0]}: name the folder of the public data with --data.")
        return
    found: dict[str, Any] = {}
    for kind in FILES:
        vocabulary, mind = read_vocabulary(given.data, kind), mind_of(kind, SkillSettings(), given.cache)
        console.print(f"\n{kind}: {len(vocabulary.labels):,} targets, model {mind.version}")
        for make in CASES:
            found[f"{kind}: {make.__name__}"] = _measure(console, make, vocabulary, mind, given)
    if not given.no_speed:
        found["speed"] = measure_speed(given.data, given.cache)
        for name, figure in found["speed"].items():
            console.print(f"{name:40} {figure:,}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _measure(console: Console, make: Any, vocabulary: Any, mind: Mind, given: argparse.Namespace) -> dict[str, Any]:
    cases = [make(vocabulary, given.most, seed) for seed in range(given.seeds)]
    told = [one for case in cases for one in place(case, mind, given.cache)]
    figures: dict[str, Any] = {
        "ranked": ranked(told),
        "accepted": accepted(told),
        "threshold_set_on_others": at_precision(told, PRECISION),
        "calibration": calibration_error(told),
    }
    if not given.no_rivals and make in RANKED_CASES:
        figures["rivals"] = _rivals(cases[0], mind, given.cache)
    console.print(f"{cases[0].name}")
    for name, figure in figures.items():
        console.print(f"    {name:24} {figure}")
    return figures


def place(case: Case, mind: Mind, cache: Path) -> list[Told]:
    """What the engine says of each tag of a case."""
    found = answer_tags([tag.text for tag in case.tags], case.entries, mind, cache)
    decided = decide(found.rows, mind, PRECISION, SkillSettings().review_at)
    by_tag: dict[str, list[dict[str, Any]]] = {}
    for row in decided.sort_by([("tag", "ascending"), ("rank", "ascending")]).to_pylist():
        by_tag.setdefault(row["tag"], []).append(row)
    return [
        Told(
            tag,
            tuple(row["skill_id"] for row in by_tag.get(tag.text, ())),
            by_tag[tag.text][0]["confidence"] if tag.text in by_tag else 0.0,
            by_tag[tag.text][0]["decision"] if tag.text in by_tag else "no_match",
        )
        for tag in case.tags
    ]


def _rivals(case: Case, mind: Mind, cache: Path) -> dict[str, float]:
    """How often each rival puts a right skill first, over the first tags of the case, and this engine over the same."""
    tags = [tag for tag in case.tags if tag.means][:_RIVAL_TAGS]
    texts, written = [entry.folded for entry in case.entries], [fold(tag.text) for tag in tags]
    plain = replace(mind.embedding, update=b"")
    vectors = embed_texts([*texts, *written], plain, mind.threads, cache).vectors
    task = Task(
        texts, [entry.skill_id for entry in case.entries], vectors[: len(texts)], written, vectors[len(texts) :]
    )
    ours = ranked(place(Case(case.name, case.entries, tuple(tags)), mind, cache))["top1"]
    shares = {
        rival: sum(skill in tag.means for skill, tag in zip(nearest(task, rival), tags, strict=True)) / len(tags)
        for rival in RIVALS
    }
    return {"this engine": ours, **{rival: round(share, 4) for rival, share in shares.items()}, "n": len(tags)}


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("LMS_HRIS_SHARED_DATA") or ROOT.parent / "shared") / "data"
    options.add_argument("--data", type=Path, default=shared)
    options.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "skills-bench")
    options.add_argument("--most", type=int, default=2000, help="tags a case at most")
    options.add_argument("--seeds", type=int, default=2, help="times that each case is drawn")
    options.add_argument("--json", type=Path)
    options.add_argument("--no-rivals", action="store_true")
    options.add_argument("--no-speed", action="store_true")
    return options.parse_args(arguments)


if __name__ == "__main__":
    main()
