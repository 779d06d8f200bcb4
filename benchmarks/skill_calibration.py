"""Fits the confidence model of skill matching, and prints how far it can be trusted on skills it was not fitted on.

    python -m benchmarks.skill_calibration --data FOLDER [--cache FOLDER] [--model FOLDER] [--out FILE]

FOLDER holds `esco/skills.csv`, `esco/aliases_dev.csv` and `onet/aliases_dev.csv`. Skills are split in two halves; one
fits, the other gives the figures. A world is a framework with a third of its skills taken out, and tags for it: aliases
held out, texts made messy, names of skills that were taken out, names with one more word that changes what they mean,
and titles of occupations that are no skill at all.
Only tags that the dictionary does not settle fit the model, for it sees no others. The whole takes about five minutes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.skill_noise import MESSES, extend
from lms_hris_pipeline.match.embedding import ModelFiles, embed_texts, find_model
from lms_hris_pipeline.match.skill_confidence import Calibration, describe_first, read_calibration
from lms_hris_pipeline.match.skill_dictionary import Dictionary, Entry
from lms_hris_pipeline.match.skill_index import SkillIndex, queries_of
from lms_hris_pipeline.match.skill_words import fold

TAKEN_OUT = 0.35
HALVES = ("fit", "held-out")
SIZES = {"fit": (14046, 3000, 600, 600, 300, 300, 150, 150), "held-out": (14046, 3000, 600, 600, 300, 300, 150)}
SHORT_MESSES = ("typo", "two typos", "wrapped, typo")
MAX_TAGS = 2000
THRESHOLDS = (0.80, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class Source:
    """The public data: labels and aliases of skills, titles of occupations, and who claims each folded text."""

    labels: dict[str, str]
    aliases: dict[str, list[str]]
    titles: list[str]
    claims: dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a world, the skills that it may mean (none: outside), and how it was made."""

    text: str
    means: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tag: settled by the dictionary, or by the first candidate with these features."""

    tag: Tag
    form: str
    features: dict[str, float]
    is_right: bool
    size: int


def read_source(folder: Path) -> Source:
    """The files below `folder`."""
    labels = {row["skill_id"]: row["label"] for row in _rows(folder / "esco" / "skills.csv")}
    aliases: dict[str, list[str]] = defaultdict(list)
    claims: dict[str, set[str]] = defaultdict(set)
    for row in _rows(folder / "esco" / "aliases_dev.csv"):
        aliases[row["skill_id"]].append(row["alias"])
    for skill_id, label in labels.items():
        for text in (label, *aliases.get(skill_id, ())):
            claims[fold(text)].add(skill_id)
    titles = sorted({row["alias"] for row in _rows(folder / "onet" / "aliases_dev.csv")})
    return Source(labels, dict(aliases), titles, dict(claims))


def half_of(skill_id: str) -> str:
    """In which half of the data a skill stands."""
    return HALVES[hashlib.sha256(skill_id.encode()).digest()[0] % 2]


def make_world(source: Source, half: str, size: int, seed: int) -> tuple[list[Entry], list[Tag]]:
    """A framework of about two thirds of `size` skills, and tags for it from skills of `half` alone."""
    rng = random.Random(f"{half} {size} {seed}")
    ours = sorted(skill_id for skill_id in source.labels if half_of(skill_id) == half)
    whole = sorted(source.labels) if size >= len(source.labels) else _topics(source, ours, size, rng)
    kept = {skill_id for skill_id in whole if rng.random() >= TAKEN_OUT}
    entries, tags = [], []
    most_aliases = rng.choice((0, 2, 4, 99)) if size < len(source.labels) else 99
    for skill_id in whole:
        known = list(source.aliases.get(skill_id, ()))
        rng.shuffle(known)
        held = known.pop() if known else None
        known = known[:most_aliases]
        if skill_id in kept:
            entries.append(Entry.of(skill_id, "label", source.labels[skill_id]))
            entries.extend(Entry.of(skill_id, "alias", alias) for alias in known)
        if half_of(skill_id) != half:
            continue
        if held:
            tags.append(Tag(held, frozenset(source.claims[fold(held)] & kept), "alias"))
        kind = rng.choice(sorted(MESSES))
        text = rng.choice((source.labels[skill_id], source.labels[skill_id], held or source.labels[skill_id], *known))
        tags.append(Tag(MESSES[kind](text, rng), frozenset(source.claims[fold(text)] & kept), kind))
        # a slip weighs more in a short name, and firms' tags are shorter than that framework's names
        for short in [one for one in (source.labels[skill_id], *known) if len(one.split()) <= 2][:2]:
            kind = rng.choice(SHORT_MESSES)
            tags.append(Tag(MESSES[kind](short, rng), frozenset(source.claims[fold(short)] & kept), f"short, {kind}"))
    words = sorted({word for skill_id in ours for word in source.labels[skill_id].split() if len(word) > 3})
    for skill_id in rng.sample(whole, len(tags) // 8):
        if half_of(skill_id) == half:
            known = sorted((source.labels[skill_id], *source.aliases.get(skill_id, ())), key=len)
            text = extend(rng.choice(known[:2]), rng.choice(words), rng)
            tags.append(Tag(text, frozenset(source.claims.get(fold(text), set()) & kept), "extended"))
    for title in rng.sample(source.titles, len(tags) // 12):
        tags.append(Tag(title, frozenset(source.claims.get(fold(title), set()) & kept), "title"))
    rng.shuffle(tags)
    return entries, tags[:MAX_TAGS]


def _topics(source: Source, ours: Sequence[str], size: int, rng: random.Random) -> list[str]:
    """Skills as a firm has them: half of them share a word with each other, half are anything."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for skill_id in ours:
        for word in set(fold(source.labels[skill_id]).split()):
            by_word[word].append(skill_id)
    words = sorted(word for word, found in by_word.items() if 5 <= len(found) <= 80)
    chosen = set(rng.sample(ours, size // 2))
    while len(chosen) < min(size, len(ours)):
        chosen.update(by_word[rng.choice(words)])
    return sorted(chosen)


def play(source: Source, half: str, model: ModelFiles, cache: Path) -> Iterator[Outcome]:
    """The outcomes of every world of `half`."""
    for seed, size in enumerate(SIZES[half]):
        entries, tags = make_world(source, half, size, seed)
        dictionary = Dictionary(entries)
        open_tags = []
        for tag in tags:
            hit = dictionary.look_up(tag.text)
            if hit is None:
                if fold(tag.text):
                    open_tags.append(tag)
            elif hit.is_sure:
                yield Outcome(tag, hit.form, {}, hit.entries[0].skill_id in tag.means, size)
        texts, queries = queries_of([tag.text for tag in open_tags], offset=len(entries))
        vectors = embed_texts([*(entry.folded for entry in entries), *texts], model, 1, cache).vectors
        index = SkillIndex(entries, vectors[: len(entries)])
        for tag, found in zip(open_tags, index.search(queries, vectors), strict=True):
            yield Outcome(tag, "model", describe_first(index, found), found[0].skill_id in tag.means, size)


def fit(outcomes: Sequence[Outcome]) -> tuple[float, dict[str, float]]:
    """Intercept and coefficients, in the units of the features."""
    seen = [one for one in outcomes if one.form == "model"]
    names = sorted(seen[0].features)
    scaler = StandardScaler()
    scaled = scaler.fit_transform(np.array([[one.features[name] for name in names] for one in seen]))
    learnt = LogisticRegression(C=1.0, max_iter=5000).fit(scaled, [one.is_right for one in seen])
    by_unit = learnt.coef_[0] / scaler.scale_
    intercept = float(learnt.intercept_[0] - (by_unit * scaler.mean_).sum())
    return round(intercept, 6), {name: round(float(value), 6) for name, value in zip(names, by_unit, strict=True)}


def dictionary_probabilities(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """How often each form of the dictionary was right. A text as the framework has it is right by definition."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for one in outcomes:
        if one.form not in ("model", "text"):
            counts[one.form].append(one.is_right)
    measured = {form: round((sum(found) + 1) / (len(found) + 2), 6) for form, found in sorted(counts.items())}
    return {"text": 1.0, **measured}


def probabilities(outcomes: Iterable[Outcome], calibration: Calibration) -> list[tuple[float, Outcome]]:
    """Each outcome with its confidence."""
    return [
        (
            calibration.of_features(one.features) if one.form == "model" else calibration.of_dictionary(one.form),
            one,
        )
        for one in outcomes
    ]


def figures(found: Sequence[tuple[float, Outcome]]) -> dict[str, float | int]:
    """Precision and coverage at each threshold, and the calibration error in twenty equal bins."""
    given: dict[str, float | int] = {"n": len(found)}
    inside = sum(bool(one.tag.means) for _, one in found)
    for threshold in THRESHOLDS:
        accepted = [one.is_right for confidence, one in found if confidence >= threshold]
        given[f"precision_{threshold:.2f}"] = round(sum(accepted) / len(accepted), 4) if accepted else 1.0
        given[f"coverage_{threshold:.2f}"] = round(len(accepted) / len(found), 4)
        given[f"coverage_of_inside_{threshold:.2f}"] = round(sum(accepted) / max(1, inside), 4)
    outside = [confidence >= 0.90 for confidence, one in found if not one.tag.means]
    given["outside_accepted_0.90"] = round(sum(outside) / max(1, len(outside)), 4)
    given["first_is_right_of_inside"] = round(sum(one.is_right for _, one in found) / max(1, inside), 4)
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, one in found:
        bins[min(19, int(confidence * 20))].append((confidence, one.is_right))
    error = sum(abs(sum(c for c, _ in part) - sum(right for _, right in part)) for part in bins.values())
    given["calibration_error"] = round(error / len(found), 4)
    return given


def show(title: str, found: Sequence[tuple[float, Outcome]]) -> None:
    """Print the figures of one group."""
    at = figures(found)
    print(
        f"{title:26} n={at['n']:6} first={at['first_is_right_of_inside']:.3f} ece={at['calibration_error']:.3f} "
        + " ".join(
            f"| {t:.2f}: prec {at[f'precision_{t:.2f}']:.4f} cov {at[f'coverage_{t:.2f}']:.3f}/{at[f'coverage_of_inside_{t:.2f}']:.3f}"
            for t in THRESHOLDS
        )
        + f" | outside accepted {at['outside_accepted_0.90']:.4f}"
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def main() -> None:
    """Fit, print, and write the file where `--out` names one."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--cache", type=Path, default=Path("data/cache"))
    options.add_argument("--model", default="")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    source, model = read_source(given.data), find_model(given.model)
    fitted_on = list(play(source, "fit", model, given.cache))
    intercept, coefficients = fit(fitted_on)
    content = {
        "version": "",
        "model_sha256": model.sha256,
        "intercept": intercept,
        "coefficients": coefficients,
        "dictionary": dictionary_probabilities(fitted_on),
    }
    calibration = read_calibration(json.dumps(content))
    held = probabilities(play(source, "held-out", model, given.cache), calibration)
    groups = {"all": held, "model": [pair for pair in held if pair[1].form == "model"]}
    groups |= {
        f"model, size {size}": [p for p in groups["model"] if p[1].size == size] for size in set(SIZES["held-out"])
    }
    kinds = sorted({one.tag.kind for _, one in held})
    groups |= {f"kind {kind}": [pair for pair in held if pair[1].tag.kind == kind] for kind in kinds}
    groups |= {f"form {form}": [pair for pair in held if pair[1].form == form] for form in content["dictionary"]}
    for title, found in groups.items():
        if found:
            show(title, found)
    today = datetime.now(UTC).date().isoformat()
    content["version"] = f"{today}-{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]}"
    content["card"] = {
        "made_on": today,
        "made_by": "benchmarks/skill_calibration.py",
        "fitted_on": f"{sum(one.form == 'model' for one in fitted_on)} tags; skills of the figures are others",
        "all_tags": figures(groups["all"]),
        "tags_the_dictionary_does_not_settle": figures(groups["model"]),
    }
    print(json.dumps({key: value for key, value in content.items() if key != "card"}, indent=1))
    if given.out:
        given.out.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
