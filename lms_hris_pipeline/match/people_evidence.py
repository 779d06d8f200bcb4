"""The evidence of every decision as JSON, in columns: per field the level and weight, the runner-up, the causes.

No name, address or number of anybody: levels, weights and ids only. The reason in words is in `people_explain`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_candidates import Candidates, Floats
from lms_hris_pipeline.match.people_decide import Decisions
from lms_hris_pipeline.match.people_facts import NOBODY, causes_named
from lms_hris_pipeline.match.people_given import Given, Ints, distinct
from lms_hris_pipeline.match.people_weights import LEVELS, Weights
from lms_hris_pipeline.settings import MatchSettings

_AT_ONCE = 16_384
"""Accounts whose texts a thread puts together at once: four times as many take 0.1 GB more."""
_THREADS = 2
"""More would hold more texts at once, on a machine of many cores as many as there are."""


def evidence_of(
    given: Given,
    found: Candidates,
    decisions: Decisions,
    weights: Weights,
    settings: MatchSettings,
    fields: Sequence[str] = tuple(LEVELS),
) -> pa.ChunkedArray:
    """One JSON text an account: the chosen candidate's levels, the nearest one's where none was chosen."""
    frame = {
        "model": weights.version,
        "prior": round(found.prior, 3),
        "thresholds": _thresholds(settings),
    }
    causes = {
        mask: json.dumps({**frame, "causes": list(causes_named(mask))}, separators=(",", ":"))[:-1]
        for mask in distinct(decisions.causes).tolist()
    }
    ids = _Ids(_quoted(given.workers["worker_id"]), _quoted(given.workers["current_worker_id"]))

    def told(start: int) -> pa.Array:
        return _evidence_of(ids, found, decisions.of(slice(start, start + _AT_ONCE)), weights, causes, fields)

    with ThreadPoolExecutor(_THREADS) as pool:
        return pa.chunked_array(pool.map(told, range(0, len(decisions.decision), _AT_ONCE)), pa.string())


@dataclass(frozen=True, slots=True)
class _Ids:
    """By worker record, as JSON: its own id, and the id of the record that stands for the person."""

    own: pa.Array
    current: pa.Array


def _evidence_of(
    ids: _Ids,
    found: Candidates,
    decisions: Decisions,
    weights: Weights,
    causes: dict[int, str],
    fields: Sequence[str],
) -> pa.Array:
    head = _looked_up(decisions.causes, causes)
    place = np.where(decisions.chosen != NOBODY, decisions.chosen, decisions.runner_up)
    if not len(found.account):
        return _joined([head, "}"], len(place))
    at = np.maximum(place, 0)
    named = [',"compared_worker_id":', ids.own.take(pa.array(found.compared.worker[at]))]
    compared = _joined([*named, *_compared_parts(found, weights, at, fields)], len(place))
    parts = [head, _only(compared, place != NOBODY)]
    has_rival = (decisions.chosen != NOBODY) & (decisions.runner_up != NOBODY)
    parts.append(_runner_up(ids.current, found, decisions, fields, has_rival))
    return _joined([*parts, "}"], len(place))


def pair_evidence(found: Candidates, weights: Weights, settings: MatchSettings, fields: Sequence[str]) -> pa.Array:
    """One JSON text a candidate: its levels, their weights, and the frame in which they were weighed."""
    frame = {"model": weights.version, "prior": round(found.prior, 3), "thresholds": _thresholds(settings)}
    head = json.dumps(frame, separators=(",", ":"))[:-1]
    rows = len(found.account)
    return _joined([head, *_compared_parts(found, weights, np.arange(rows), fields), "}"], rows)


def _thresholds(settings: MatchSettings) -> dict[str, float]:
    return {"link_at": settings.link_at, "review_at": settings.review_at, "margin": settings.margin}


def _compared_parts(found: Candidates, weights: Weights, place: Ints, fields: Sequence[str]) -> list[pa.Array | str]:
    taken = found.compared.take(place)
    parts: list[pa.Array | str] = [',"bits":', _decimal(found.bits[place], 3), ',"fields":{']
    weighed = taken.weigh(weights)
    for number, field in enumerate(fields):
        opening = [f'{"," if number else ""}"{field}":{{"level":"{level}","weight":' for level in LEVELS[field]]
        if field in weights.rarities or field in ("both_names", "stale_record"):
            parts += [_coded(taken.levels[field], opening), _decimal(weighed[field], 2), "}"]
        else:
            table = weights.table(field)
            texts = [f"{text}{round(float(table[code]), 2)}}}" for code, text in enumerate(opening)]
            parts.append(_coded(taken.levels[field], texts))
    return [*parts, "}"]


def _runner_up(
    worker_id: pa.Array, found: Candidates, decisions: Decisions, fields: Sequence[str], has_rival: np.ndarray
) -> pa.Array:
    place = decisions.runner_up[has_rival]
    taken = found.compared.take(place)
    parts: list[pa.Array | str] = [
        ',"runner_up":{"worker_id":', worker_id.take(pa.array(taken.worker)),
        ',"score":', _decimal(decisions.runner_up_score[has_rival], 6), ',"fields":{',
    ]  # fmt: skip
    for number, field in enumerate(fields):
        texts = [f'{"," if number else ""}"{field}":"{level}"' for level in LEVELS[field]]
        parts.append(_coded(taken.levels[field], texts))
    told = _joined([*parts, "}}"], len(place))
    where = np.full(len(has_rival), -1, dtype=np.int64)
    where[has_rival] = np.arange(len(place))
    return pc.fill_null(told.take(pa.array(where, mask=where < 0)), "")


def _looked_up(values: Ints, texts: dict[int, str]) -> pa.Array:
    keys = np.array(sorted(texts), dtype=np.int64)
    codes = np.searchsorted(keys, values)
    return pa.array([texts[key] for key in keys.tolist()], pa.string()).take(pa.array(codes))


def _coded(codes: np.ndarray, texts: Sequence[str]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(codes))


def _quoted(ids: pa.ChunkedArray) -> pa.Array:
    """Ids as JSON texts."""
    plain = ids.combine_chunks()
    special = pc.match_substring_regex(plain, r'[\\"\x00-\x1f]')
    if pc.any(special).as_py():
        return pa.array([json.dumps(name, ensure_ascii=False) for name in plain.to_pylist()], pa.string())
    return _joined(['"', plain, '"'], len(plain))


def _decimal(values: Floats, digits: int) -> pa.Array:
    """Numbers as texts with so many digits at most."""
    rounded = pa.array(np.round(values, digits)).cast(pa.float64())
    return rounded.cast(pa.string())


def _only(texts: pa.Array, where: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(where), texts, "")


def _joined(parts: Sequence[pa.Array | str], rows: int) -> pa.Array:
    if not rows:
        return pa.array([], pa.string())
    joined = pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
