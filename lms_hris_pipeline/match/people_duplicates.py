"""Who is there twice in one table: pairs of records of one person, and the clusters they form.

By the engine's comparison; nothing is decided one to one here, since a table may hold a person many times.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from lms_hris_pipeline.match.people_candidates import MAX_BITS, Candidates, Floats
from lms_hris_pipeline.match.people_compare import compare_people
from lms_hris_pipeline.match.people_evidence import pair_evidence
from lms_hris_pipeline.match.people_given import Bools, Given, Ints
from lms_hris_pipeline.match.people_weights import Weights
from lms_hris_pipeline.settings import MatchSettings

WIDEST_CLUSTER = 50
_ROUNDS = 30
_CAUTION_BITS = 2.0
"""Weights are cautious: sums of them say so much too little, looked at on FEBRL and on tables of accounts."""


def duplicates_within(given: Given, weights: Weights, settings: MatchSettings, fields: tuple[str, ...]) -> pa.Table:
    """One row a pair that is one person (link) or may be (review): id_a, id_b, score, decision, cluster_id, evidence.

    A cluster is named by its least id and holds all records that links join, directly or through others; pairs that
    are joined through others only have no score of their own but the weakest link's of the cluster, and say so; a
    pair that is doubtful by itself bears it too. They are listed among the first WIDEST_CLUSTER records of a cluster,
    so that one of thousands does not list millions.
    """
    nobody = np.array([], dtype=np.int64)
    compared = compare_people(given, weights, (nobody, nobody), is_within=True)
    # no record is stale beside others of its own table: what contradicts between namesakes adds up; addresses that
    # differ by a serial number are two people's there, however rare the name
    never = np.zeros(len(compared.account))
    compared = replace(
        compared,
        levels={**compared.levels, "stale_record": never.astype(np.uint8)},
        rarities={**compared.rarities, "email": never.astype(np.float32)},
    )
    alike = np.zeros(len(compared.account))
    for weight in compared.weigh(weights).values():
        alike += weight
    prior = _prior(alike, given.account_count, weights)
    bits = np.full(len(alike), prior)
    bits += alike
    bits = np.round(np.clip(bits, -MAX_BITS, MAX_BITS), 3)
    score: Floats = np.round(1.0 / (1.0 + np.exp2(-bits)), 6)
    kept = score >= settings.review_at
    rows = compared.take(np.flatnonzero(kept))
    found = Candidates(rows, rows.worker, bits[kept], score[kept], prior)
    is_link = found.score >= settings.link_at
    cluster = _clusters(given.account_count, rows.account[is_link], rows.worker[is_link])
    joined = _joined_through_others(rows.account, rows.worker, found.score, is_link, cluster)
    evidence = pair_evidence(found, weights, settings, fields)
    # what is doubtful by itself and joined through others is as sure as the weakest link of its cluster
    is_same = cluster[rows.account] == cluster[rows.worker]
    weakest = np.ones(given.account_count)
    np.minimum.at(weakest, cluster[rows.account[is_link]], found.score[is_link])
    told = np.where(is_same & ~is_link, weakest[cluster[rows.account]], found.score)
    return _table(given, replace(found, score=told), is_same, cluster, joined, evidence)


def _prior(alike: Floats, records: int, weights: Weights) -> float:
    """Log2 odds of any pair before its evidence, found by turns from the pairs that it lets expect itself.

    `duplicate_bits` at most: a table in which hardly anybody is twice needs more evidence a pair.
    """
    least = -math.log2(weights.population(records))
    prior = least + weights.duplicate_bits
    for _ in range(_ROUNDS):
        expected = float((1.0 / (1.0 + np.exp2(-np.clip(alike + prior, -MAX_BITS, MAX_BITS)))).sum())
        # one pair more than is expected: that nobody was seen twice does not prove that nobody is
        share = math.log2((expected + 1.0) / max(records, 1))
        prior = least + min(weights.duplicate_bits, share + _CAUTION_BITS)
    return round(prior, 3)


def _clusters(records: int, one: Ints, other: Ints) -> Ints:
    """By record, the least record that links join it to."""
    _, label = connected_components(
        coo_matrix((np.ones(len(one)), (one, other)), shape=(records, records)), directed=False
    )
    least = np.full(int(label.max()) + 1 if records else 0, records, dtype=np.int64)
    np.minimum.at(least, label, np.arange(records))
    named: Ints = least[label]
    return named


def _joined_through_others(
    one: Ints, other: Ints, score: Floats, is_link: Bools, cluster: Ints
) -> tuple[Ints, Ints, Floats]:
    """Pairs of one cluster that were not compared: joined only through others, with the weakest link of the cluster."""
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.r_[True, cluster[order][1:] != cluster[order][:-1]]) if len(order) else order
    sizes = np.diff(np.r_[starts, len(order)])
    weakest = np.ones(len(cluster))
    np.minimum.at(weakest, cluster[one[is_link]], score[is_link])
    known = set((one * len(cluster) + other).tolist()) if (sizes > 2).any() else set()
    firsts, seconds = [], []
    for start, size in zip(starts[sizes > 2].tolist(), sizes[sizes > 2].tolist(), strict=True):
        members = order[start : start + min(size, WIDEST_CLUSTER)].tolist()
        for place, member in enumerate(members):
            for later in members[place + 1 :]:
                if member * len(cluster) + later not in known:
                    firsts.append(member)
                    seconds.append(later)
    first = np.array(firsts, dtype=np.int64)
    return first, np.array(seconds, dtype=np.int64), weakest[cluster[first]] if firsts else np.array([])


def _table(
    given: Given,
    found: Candidates,
    is_same: Bools,
    cluster: Ints,
    joined: tuple[Ints, Ints, Floats],
    evidence: pa.Array,
) -> pa.Table:
    ids = given.accounts["learner_id"].combine_chunks()
    one, other = np.r_[found.account, joined[0]], np.r_[found.worker, joined[1]]
    decision = np.r_[np.where(is_same, "link", "review"), np.full(len(joined[0]), "link")]
    linked = decision == "link"
    through = pa.array(['{"causes":["through_others"]}'] * len(joined[0]), pa.string())
    order = np.lexsort((other, one))
    rows = pa.table(
        {
            "id_a": ids.take(pa.array(one)),
            "id_b": ids.take(pa.array(other)),
            "score": pa.array(np.r_[found.score, joined[2]], pa.float64()),
            "decision": pa.array(decision.tolist(), pa.string()),
            "cluster_id": ids.take(pa.array(cluster[one], mask=~linked)),
            "evidence": pa.concat_arrays([evidence, through]),
        }
    )
    return rows.take(pa.array(order))
