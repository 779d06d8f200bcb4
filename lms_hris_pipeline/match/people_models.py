"""Weights learned from people's decisions, or from records alone: estimated, held against decisions kept apart, staged, adopted by name.

A model lies in `<data>/models/people/<version>.json`, its before and after beside it. Which one the nights use stands
in `adopted.json`, with who said so and when; where nobody did, the shipped weights are used. Nothing is adopted by
itself. The one that a night used is kept whole beside its landing files. How weights are fitted is in `people_fit`.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.adoptions import REPORT_SUFFIX, adopted_version, check_adoption, note_adoption
from lms_hris_pipeline.match.people_candidates import Candidates, find_candidates
from lms_hris_pipeline.match.people_compare import compare_people
from lms_hris_pipeline.match.people_em import estimate_weights
from lms_hris_pipeline.match.people_fit import Sample, fit_weights
from lms_hris_pipeline.match.people_given import Given, Ints
from lms_hris_pipeline.match.people_known import NO_LINKS, read_known
from lms_hris_pipeline.match.people_weights import Weights, load_weights, read_weights, weights_text
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.warehouse.shelf import write_atomically

FEWEST_DECISIONS = 30
SIGMA_BITS = 0.7
"""How far a weight may easily move: a level that no decision tells about does not move at all."""
_KEPT_APART = 3
OF_NIGHT = "people_model.json"


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A model that was fitted to decisions, and how it and the one before it do on decisions kept apart."""

    weights: Weights
    report: Mapping[str, Any]


def recalibrate(given: Given, decisions: pa.Table, start: Weights, settings: MatchSettings) -> Recalibrated:
    """Weights fitted to two thirds of the decisions, and both models' figures on the other third.

    `decisions` has the columns of match.pair_decisions. A pair is kept apart by its account's id, so that the same
    decisions are always split the same way.

    Raises:
        BadInput: fewer than FEWEST_DECISIONS are about pairs that the records still hold.
    """
    known = read_known(given, NO_LINKS, decisions)
    nobody = np.array([], dtype=np.int64)
    found = find_candidates(given, compare_people(given, start, known.pairs), start, (nobody, nobody))
    told = _told(given, found, decisions)
    if told.num_rows < FEWEST_DECISIONS:
        raise BadInput(
            f"{told.num_rows} decisions are about pairs that the records hold; {FEWEST_DECISIONS} are needed\n"
            "  Decide more pairs: `lms-hris matches` lists those that wait."
        )
    learned = told.filter(pc.invert(told["is_apart"]))
    places = learned["place"].to_numpy()
    is_same = learned["is_same"].to_numpy(zero_copy_only=False)
    sample = Sample(found, found.account[places], places, is_same)
    fitted = _named(fit_weights([sample], start, SIGMA_BITS, ""), "r")
    return _recalibrated(given, found, start, fitted, told, settings)


def recalibrate_unlabelled(given: Given, decisions: pa.Table, start: Weights, settings: MatchSettings) -> Recalibrated:
    """Weights estimated from the records alone (`people_em`), and both models' figures on all `decisions` there are."""
    known = read_known(given, NO_LINKS, decisions)
    nobody = np.array([], dtype=np.int64)
    compared = compare_people(given, start, known.pairs)
    fitted = _named(estimate_weights(given, compared, start, ""), "e")
    found = find_candidates(given, compared, start, (nobody, nobody))
    told = _told(given, found, decisions)
    all_apart = told.set_column(2, "is_apart", pa.array(np.ones(told.num_rows, dtype=bool)))
    return _recalibrated(given, found, start, fitted, all_apart, settings)


def _named(weights: Weights, way: str) -> Weights:
    """With a version of its own: the shipped one's, how it was made, and what it says."""
    digest = hashlib.sha256(weights_text(replace(weights, version="")).encode()).hexdigest()
    return replace(weights, version=f"{load_weights().version}-{way}{digest[:8]}")


def _recalibrated(
    given: Given, found: Candidates, start: Weights, fitted: Weights, told: pa.Table, settings: MatchSettings
) -> Recalibrated:
    """The model, and how it and the one before do on what is kept apart in `told`; `found` is by the one before."""
    apart = told.filter(told["is_apart"])
    places, is_same = apart["place"].to_numpy(), apart["is_same"].to_numpy(zero_copy_only=False)
    nobody = np.array([], dtype=np.int64)
    after = find_candidates(given, found.compared, fitted, (nobody, nobody))
    report = {
        "version": fitted.version,
        "before_version": start.version,
        "decisions": told.num_rows,
        "learned_from": told.num_rows - apart.num_rows,
        "kept_apart": apart.num_rows,
        "before": _figures(_scores_at(found, found, places), is_same, settings),
        "after": _figures(_scores_at(found, after, places), is_same, settings),
        "moved": _moved(start, fitted),
    }
    return Recalibrated(fitted, report)


def _told(given: Given, found: Candidates, decisions: pa.Table) -> pa.Table:
    """Decisions about candidates: the candidate's place, what was said, whether the pair is kept apart."""
    accounts = {name: number for number, name in enumerate(given.accounts["learner_id"].to_pylist())}
    workers = {name: number for number, name in enumerate(given.workers["worker_id"].to_pylist())}
    place_of = {
        pair: place for place, pair in enumerate(zip(found.account.tolist(), found.person.tolist(), strict=True))
    }
    person_of = given.person_of
    rows: dict[tuple[int, int], tuple[int, bool, bool]] = {}
    for row in sorted(decisions.to_pylist(), key=lambda row: (row["decided_at"], row["verdict"] != "same")):
        account, worker = accounts.get(row["learner_id_lms"]), workers.get(row["worker_id_hris"])
        if account is None or worker is None:
            continue
        pair = (account, int(person_of[worker]))
        if pair in place_of:
            is_apart = zlib.crc32(row["learner_id_lms"].encode()) % _KEPT_APART == 0
            rows[pair] = (place_of[pair], row["verdict"] == "same", is_apart)
    listed = [rows[pair] for pair in sorted(rows)]
    return pa.table(
        {
            "place": pa.array([place for place, _, _ in listed], pa.int64()),
            "is_same": pa.array([said for _, said, _ in listed], pa.bool_()),
            "is_apart": pa.array([apart for _, _, apart in listed], pa.bool_()),
        }
    )


def _scores_at(found: Candidates, scored: Candidates, places: Ints) -> list[float]:
    """The probabilities under `scored` of the pairs that stand at `places` in `found`."""
    pairs = zip(scored.account.tolist(), scored.person.tolist(), strict=True)
    score_of = dict(zip(pairs, scored.score.tolist(), strict=True))
    return [score_of[int(found.account[place]), int(found.person[place])] for place in places.tolist()]


def _figures(scores: list[float], is_same: np.ndarray, settings: MatchSettings) -> dict[str, float | int]:
    """How well probabilities fit what was said: the lower log loss and Brier score, the better."""
    said = is_same.tolist()
    if not said:
        return {"pairs": 0}
    clipped = [min(max(score, 1e-6), 1 - 1e-6) for score in scores]
    loss = -math.fsum(math.log(p if same else 1 - p) for p, same in zip(clipped, said, strict=True)) / len(said)
    brier = math.fsum((p - same) ** 2 for p, same in zip(scores, said, strict=True)) / len(said)
    linked = [same for p, same in zip(scores, said, strict=True) if p >= settings.link_at]
    return {
        "pairs": len(said),
        "log_loss": round(loss, 4),
        "brier": round(brier, 4),
        "sure_and_same": sum(linked),
        "sure_but_different": len(linked) - sum(linked),
        "same_below_review": sum(same for p, same in zip(scores, said, strict=True) if p < settings.review_at),
    }


def _moved(before: Weights, after: Weights) -> dict[str, dict[str, list[float]]]:
    return {
        field: moved
        for field, levels in before.fields.items()
        if (
            moved := {
                level: [weight, after.fields[field][level]]
                for level, weight in levels.items()
                if weight != after.fields[field][level]
            }
        )
    }


# --- keeping ---------------------------------------------------------------------------------------------------------


def models_folder(data_dir: Path) -> Path:
    """Where the models of people matching lie."""
    return data_dir / "models" / "people"


def stage_model(folder: Path, made: Recalibrated) -> Path:
    """Keep a model and its report, for somebody to adopt; its file."""
    file = folder / f"{made.weights.version}.json"
    write_atomically(folder / f"{made.weights.version}{REPORT_SUFFIX}", json.dumps(made.report, indent=1) + "\n")
    write_atomically(file, weights_text(made.weights) + "\n")
    return file


def adopt_model(folder: Path, version: str, by: str, at: datetime) -> None:
    """Let the nights use a staged model, or the shipped one again.

    Raises:
        BadInput: there is no such model, or nobody is named.
    """
    check_adoption(folder, version, load_weights().version, by)
    if version != load_weights().version:
        read_weights((folder / f"{version}.json").read_text(encoding="utf-8"), f"{version}.json")
    note_adoption(folder, version, by, at)


def adopted_weights(folder: Path) -> Weights:
    """The weights that the nights use.

    Raises:
        BadInput: the model that was adopted is not there any more.
        ContractBroken: it does not fit the levels that are compared.
    """
    version = adopted_version(folder, load_weights().version, "lms-hris match adopt")
    if version is None:
        return load_weights()
    file = folder / f"{version}.json"
    return read_weights(file.read_text(encoding="utf-8"), file.name)


def keep_model(run_folder: Path, weights: Weights) -> None:
    """Keep the model of a night in the batch's `_run` folder: what is built from the batch later uses no other."""
    write_atomically(run_folder / OF_NIGHT, weights_text(weights) + "\n")


def kept_model(run_folder: Path) -> Weights | None:
    """The model that a night used; None where the batch's people were not matched yet.

    Raises:
        ContractBroken: it does not fit the levels that are compared, for example after an upgrade that changed them.
    """
    try:
        text = (run_folder / OF_NIGHT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return read_weights(text, f"{run_folder / OF_NIGHT}")
