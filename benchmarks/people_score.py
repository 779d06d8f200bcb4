"""How good links are, held against a made-up firm's truth. What each figure is stands in README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

_RIGHT = """
create or replace temp table told as
select
    truth.learner_id, truth.worker_id as true_worker_id, truth.is_second, truth.noise,
    links.worker_id, coalesce(links.decision, 'no_match') as decision, coalesce(links.score, 0) as score,
    coalesce(links.worker_id in (truth.worker_id, truth.other_worker_id), false) as is_right
from truth
left join links on links.learner_id = truth.learner_id
"""
_WORKERS = """
select
    count(*) as workers,
    avg(is_linked::int) as auto_recall,
    avg(is_found::int) as recall_with_review
from (
    select
        true_worker_id,
        bool_or(is_right and decision = 'link') as is_linked,
        bool_or(is_right and decision <> 'no_match') as is_found
    from told where true_worker_id is not null group by true_worker_id
)
"""
_LINKS = """
select
    count(*) filter (decision = 'link') as links,
    count(*) filter (decision = 'link' and not is_right) as wrong_links,
    avg((decision = 'link' and is_right)::int) / nullif(avg((decision = 'link')::int), 0) as auto_precision,
    avg((decision = 'review')::int) as review_share,
    avg((decision = 'duplicate')::int) as duplicate_share
from told
"""
_BEST = """
with best as (
    select *, row_number() over (partition by worker_id order by score desc, learner_id) as place
    from told where decision in ('link', 'review') and score >= 0.5
)
select 2.0 * count(*) filter (is_right and place = 1)
    / (count(*) + (select count(distinct true_worker_id) from told where true_worker_id is not null))
from best
"""
_SECOND = """
with seconds as (
    select true_worker_id from told where true_worker_id is not null group by true_worker_id having count(*) > 1
)
select 2.0 * count(*) filter (is_right and true_worker_id in (from seconds))
    / (count(*) + (select count(*) from seconds))
from told where decision = 'duplicate'
"""
_KINDS = """
with workers as (
    select
        true_worker_id,
        coalesce(max(noise) filter (not is_second), 'second account') as noise,
        bool_or(is_right and decision = 'link') as is_linked,
        bool_or(is_right and decision <> 'no_match') as is_found,
        count(*) filter (decision = 'link' and not is_right) as wrong_links
    from told where true_worker_id is not null group by true_worker_id
)

select noise, count(*) as workers, avg(is_linked::int), avg(is_found::int), sum(wrong_links)::int
from workers group by noise
union all
select
    'second account', count(*), avg((is_right and decision = 'duplicate')::int), avg((is_right and decision <> 'no_match')::int),
    count(*) filter (decision = 'link' and not is_right)
from told where is_second
order by 4, 1
"""
_OUTSIDE = """
select avg((decision = 'link')::int), avg((decision <> 'no_match')::int) from told where true_worker_id is null
"""


def score_links(links: Path, truth: Path) -> dict[str, Any]:
    """Every figure of the table for links in the layout of `lms-hris match people`."""
    with duckdb.connect() as connection:
        connection.execute(f"create view links as from read_parquet('{links.as_posix()}')")
        connection.execute(f"create view truth as from read_parquet('{truth.as_posix()}')")
        return score_views(connection)


def score_views(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The same for the views `links` and `truth` of a connection."""
    connection.execute(_RIGHT)
    found = {**_row(connection, _LINKS), **_row(connection, _WORKERS)}
    found["best_match_f1"] = connection.execute(_BEST).fetchall()[0][0]
    found["second_accounts_f1"] = connection.execute(_SECOND).fetchall()[0][0]
    found["asked_share"] = found["review_share"] + found["duplicate_share"]
    found["outside_linked"], found["outside_asked_or_linked"] = connection.execute(_OUTSIDE).fetchall()[0]
    rows = connection.execute(_KINDS).fetchall()
    found["kinds"] = {
        noise: {"people": people, "auto_recall": auto, "recall_with_review": recall, "wrong_links": wrong}
        for noise, people, auto, recall, wrong in rows
    }
    return found


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))
