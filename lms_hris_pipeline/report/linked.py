"""The page about links between two tables that somebody brought: counts, scores, and each pair a person must look at.

What it shows is read from the result and the two tables; filling the template is `pages`' work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.report import words
from lms_hris_pipeline.report.charts import Bar, bars
from lms_hris_pipeline.report.inert import visible
from lms_hris_pipeline.report.pages import fill

MAX_REVIEWS = 1_000
"""Pairs on the page; a browser takes about two seconds to lay them out. All are in the table of links."""
DECISIONS = {
    "link": "Linked without a person",
    "review": "A person must look",
    "duplicate": "Second account of a linked worker",
    "no_match": "No worker found",
}
_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)
_COLUMNS = {
    "employee_number": ("Employee number", "employee_number"),
    "first_name": ("First name", "first_name"),
    "last_name": ("Last name", "last_name"),
    "email": ("E-mail", "email"),
    "hire_date": ("Hire date", "hire_date"),
    "birth_date": ("Birth date", "birth_date"),
    "department": ("Department", "place"),
    "manager_email": ("Manager", "place"),
    "location": ("Location", "place"),
    "job_title": ("Job title", "job_title"),
    "street": ("Street", "address"),
    "postcode": ("Postcode", "address"),
    "city": ("City", "address"),
}
"""Label of each column, and the comparison that it is part of."""


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """How many accounts of each decision have a score in a band."""

    label: str
    counts: tuple[int, ...]
    bar: Bar


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One column of both records, and what the comparison made of it."""

    label: str
    worker_value: str
    learner_value: str
    told: str


@dataclass(frozen=True, slots=True)
class ReviewedPair:
    """An account and the worker it may belong to."""

    learner_id: str
    worker_id: str
    score: str
    runner_up: str
    reason: str
    evidence: str
    fields: tuple[ComparedField, ...]


def linked_page(
    rows: pa.Table, workers: pa.Table, learners: pa.Table, *, sources: Sequence[str], notes: Sequence[str]
) -> str:
    """The page as HTML; the same tables give the same bytes.

    Args:
        rows: what linking gave: learner_id, worker_id, decision, score, runner_up_worker_id, runner_up_score, evidence.
        sources: the names of the two files.
        notes: what was noticed when they were read.
    """
    counted = {str(one["values"]): int(one["counts"]) for one in pc.value_counts(rows["decision"]).to_pylist()}
    review_count = counted.get("review", 0)
    return fill(
        "linked",
        page="linked",
        firm=" and ".join(visible(name) for name in sources),
        sources=[visible(name) for name in sources],
        notes=[visible(note) for note in notes],
        total=rows.num_rows,
        decisions=[
            (label, counted.get(name, 0), _share(counted.get(name, 0), rows.num_rows))
            for name, label in DECISIONS.items()
        ],
        bands=list(score_bands(rows)),
        pairs=list(reviewed_pairs(rows, workers, learners)),
        review_count=review_count,
        duplicate_count=counted.get("duplicate", 0),
    )


def score_bands(rows: pa.Table) -> Iterator[ScoreBand]:
    """Bands from 0 to 1, narrower near 1 where thresholds lie; accounts without a worker are in none."""
    found = []
    scores = {
        name: rows.filter(pc.equal(rows["decision"], name))["score"].to_numpy()
        for name in DECISIONS
        if name != "no_match"
    }
    for low, high in zip(_EDGES, (*_EDGES[1:], 1.01), strict=True):
        counts = tuple(int(((one >= low) & (one < high)).sum()) for one in scores.values())
        found.append((f"{low:g}" if low == 1 else f"{low:g} to {high:g}", counts))
    # by logarithm: nearly all accounts are in the last band, and the doubtful ones are the ones to see
    drawn = bars([Decimal(1 + sum(counts)).log10() for _, counts in found])
    for (label, counts), bar in zip(found, drawn, strict=True):
        yield ScoreBand(label, counts, bar)


def reviewed_pairs(rows: pa.Table, workers: pa.Table, learners: pa.Table) -> Iterator[ReviewedPair]:
    """The pairs to look at, the likeliest first, at most `MAX_REVIEWS`."""
    reviews = rows.filter(pc.equal(rows["decision"], "review"))
    reviews = reviews.sort_by([("score", "descending"), ("learner_id", "ascending")]).slice(0, MAX_REVIEWS)
    sides = [_records(table, reviews[name], name) for table, name in ((workers, "worker_id"), (learners, "learner_id"))]
    for row in reviews.to_pylist():
        evidence: Mapping[str, Any] = json.loads(row["evidence"] or "{}")
        worker, learner = sides[0][row["worker_id"]], sides[1][row["learner_id"]]
        runner_up = row["runner_up_worker_id"]
        yield ReviewedPair(
            learner_id=visible(row["learner_id"]),
            worker_id=visible(row["worker_id"]),
            score=_probability(row["score"]),
            runner_up=f"{visible(runner_up)} ({_probability(row['runner_up_score'])})" if runner_up else "",
            reason=visible(_reason(evidence)),
            evidence=row["evidence"],
            fields=tuple(_compared(worker, learner, evidence.get("fields") or {})),
        )


def _records(table: pa.Table, ids: pa.ChunkedArray, key: str) -> dict[str, dict[str, Any]]:
    """The records with these ids."""
    found = table.filter(pc.is_in(table[key], ids.combine_chunks().cast(pa.string())))
    return {str(row[key]): row for row in found.to_pylist()}


def _compared(
    worker: Mapping[str, Any], learner: Mapping[str, Any], levels: Mapping[str, Mapping[str, Any]]
) -> Iterator[ComparedField]:
    told = set()
    for column, (label, field) in _COLUMNS.items():
        if column not in worker and column not in learner:
            continue
        first, second = (visible(str(side.get(column) or "")) for side in (worker, learner))
        level = levels.get(field, {})
        text = ""
        if level and field not in told:
            told.add(field)
            weight = float(level.get("weight", 0))
            text = words.label({}, str(level.get("level", "")))
            text += f", {weight:+.1f}".replace("-", "\u2212") if weight else ""
        yield ComparedField(label, first, second, text)


def _reason(evidence: Mapping[str, Any]) -> str:
    """Why the pair waits for a person."""
    causes = [words.label(words.LINK_CAUSES, str(cause)) for cause in evidence.get("causes") or ()]
    return f"Why a person is asked: {'; '.join(causes)}." if causes else ""


def _probability(score: float) -> str:
    """With three digits; what is nearly sure or nearly impossible is not shown as if it were quite."""
    return "over 0.999" if score >= 0.9995 else "under 0.001" if score < 0.0005 else f"{score:.3f}"


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "–"
