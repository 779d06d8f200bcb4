"""Linking of two tables of people that somebody else brings, by the same engine as the nightly's.

Files, checks of what is in them and reports are not here: the columns come validated, ids unique and text, dates parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lms_hris_pipeline.match.people_duplicates import duplicates_within
from lms_hris_pipeline.match.people_engine import Matched, match_given
from lms_hris_pipeline.match.people_given import given_tables, whole_table
from lms_hris_pipeline.match.people_known import NO_LINKS, NO_TIME, read_known
from lms_hris_pipeline.match.people_shelf import Shelf
from lms_hris_pipeline.match.people_twins import join_rehires
from lms_hris_pipeline.match.people_weights import LEVELS, Weights, load_weights
from lms_hris_pipeline.settings import MatchSettings

_HOUSE_FIELDS = ("worker_type", "account_age")


@dataclass(frozen=True, slots=True)
class LinkedPeople:
    """One row a learner, by learner id, and figures about them worth showing.

    Columns: learner_id, worker_id (null for no_match), decision (link, review, duplicate, no_match), score,
    runner_up_worker_id, runner_up_score, evidence (JSON). A score is there always: of a no_match it is the runner-up's,
    0 where there is none.
    """

    rows: pa.Table
    shown: Mapping[str, int | float | str]


def link_people(
    workers: pa.Table,
    learners: pa.Table,
    decisions: pa.Table | None,
    settings: MatchSettings,
    weights: Weights | None = None,
    memory: Path | None = None,
) -> LinkedPeople:
    """Each learner's worker. Columns that are missing are taken as empty; `decisions` are obeyed always.

    `workers` has `worker_id`, `learners` has `learner_id`; both any of the columns in `people_given`; `decisions` has
    worker_id, learner_id and decision (same or different). Workers of one `universal_id` are one person.
    The folder `memory` spares what is remembered of earlier tables, and remembers these; the rows are the same without.
    """
    weights = weights or load_weights()
    given = given_tables(join_rehires(whole_table(workers, "worker_id")), learners)
    known = read_known(given, NO_LINKS, _pair_decisions(decisions))
    shelf = Shelf(memory) if memory else None
    told = match_given(given, known, weights, settings, _rows, keys_are_strict=False, shelf=shelf)
    return LinkedPeople(told.rows.drop_columns(["method"]), told.shown)


def _rows(matched: Matched) -> pa.Table:
    """The columns of the links; an account of nobody bears the probability of the likeliest worker."""
    columns = matched.columns([field for field in LEVELS if field not in _HOUSE_FIELDS])
    is_nobody, nearest = pc.equal(columns["decision"], "no_match"), pc.coalesce(columns["runner_up_score"], 0.0)
    columns["score"] = pc.if_else(is_nobody, nearest, columns["score"])
    return pa.table(columns)


def find_duplicates(people: pa.Table, settings: MatchSettings, weights: Weights | None = None) -> pa.Table:
    """Pairs of records of one table that are one person, or may be: id_a, id_b, score, decision, cluster_id, evidence.

    `people` has `person_id` and any of the columns in `people_given`. Decision is link or review; cluster_id is null
    for review.
    """
    given = given_tables(_renamed(people, "worker_id"), _renamed(people, "learner_id"))
    fields = tuple(field for field in LEVELS if field not in _HOUSE_FIELDS)
    return duplicates_within(given, weights or load_weights(), settings, fields)


def _renamed(people: pa.Table, key: str) -> pa.Table:
    return people.rename_columns([key if name == "person_id" else name for name in people.column_names])


def _pair_decisions(decisions: pa.Table | None) -> pa.Table:
    if decisions is None:
        decisions = pa.table({name: pa.array([], pa.string()) for name in ("worker_id", "learner_id", "decision")})
    count = decisions.num_rows
    return pa.table(
        {
            "learner_id_lms": decisions["learner_id"],
            "worker_id_hris": decisions["worker_id"],
            "verdict": decisions["decision"],
            "decided_at": pa.array([NO_TIME.replace(tzinfo=None)] * count, pa.timestamp("us")),
        }
    )
