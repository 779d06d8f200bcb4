"""Who is who, every night: each employee account's worker, with a decision, its evidence and its reason.

Reads the batch, lets `people_engine` match, writes the rows of match.people. How names are compared is in `names`,
how candidates are found and weighed in `people_candidates`, what follows in `people_decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_engine import Matched, match_given
from lms_hris_pipeline.match.people_explain import Explainer
from lms_hris_pipeline.match.people_facts import NOBODY
from lms_hris_pipeline.match.people_given import read_given
from lms_hris_pipeline.match.people_known import read_known
from lms_hris_pipeline.match.people_shelf import Shelf
from lms_hris_pipeline.match.people_weights import LEVELS, Weights, load_weights
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables.match import PAIR_DECISIONS, RECORDED_LINKS
from lms_hris_pipeline.warehouse import Batch

_PROBABILITY = pa.decimal128(7, 6)
_FIELDS = tuple(field for field in LEVELS if field not in ("birth_date", "address"))


@dataclass(frozen=True, slots=True)
class PeopleMatched:
    """The rows of match.people, and figures about them worth showing."""

    rows: pa.Table
    shown: Mapping[str, int | float | str]

    def likeliest_review(self) -> str:
        """The evidence of the account that came nearest to being linked; empty where no account went to a person."""
        held = self.rows.filter(pc.equal(self.rows["decision"], "review"))
        if not held.num_rows:
            return ""
        first = held.sort_by([("score", "descending"), ("learner_id_lms", "ascending")]).slice(0, 1)
        evidence: str = first["evidence"][0].as_py()
        return evidence


def match_people(
    batch: Batch, settings: MatchSettings, weights: Weights | None = None, memory: Path | None = None
) -> PeopleMatched:
    """One row for each account of kind employee, by learner id; the same whatever the order of the input.

    Reads canonical.workers, employments, learners and supervisory_organizations, and the ledger's snapshot in
    match.recorded_links and match.pair_decisions. Without `weights` the shipped ones are used. The folder `memory`
    spares what is remembered of an earlier night, and remembers this one; the rows are the same without.
    """
    weights = weights or load_weights()
    given = read_given(batch)
    known = read_known(given, batch.read(RECORDED_LINKS), batch.read(PAIR_DECISIONS))
    told = match_given(
        given, known, weights, settings, _rows, keys_are_strict=True, shelf=Shelf(memory) if memory else None
    )
    return PeopleMatched(told.rows.rename_columns(["learner_id_lms", *told.rows.column_names[1:]]), told.shown)


def _rows(matched: Matched) -> pa.Table:
    """The columns of match.people but the account's id."""
    columns, primary = matched.columns(_FIELDS), matched.decisions.primary
    explainer = Explainer(matched)
    ids = matched.given.accounts["learner_id"].combine_chunks()
    return pa.table(
        {
            "worker_id_hris": columns["worker_id"],
            "decision": columns["decision"],
            "method": columns["method"],
            "score": _decimals(columns["score"]),
            "reason": pa.array(explainer.reasons(), pa.string()),
            "primary_learner_id_lms": ids.take(pa.array(np.maximum(primary, 0), mask=primary == NOBODY)),
            "runner_up_worker_id_hris": columns["runner_up_worker_id"],
            "runner_up_score": _decimals(columns["runner_up_score"]),
            "evidence": columns["evidence"],
        }
    )


def _decimals(values: pa.Array) -> pa.Array:
    return pc.round(values, 6).cast(_PROBABILITY, safe=False)
