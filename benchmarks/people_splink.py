"""Links a made-up firm's files with Splink 5, and says how well and at what cost.

`python -m benchmarks.people_splink` is a child of `benchmarks.people`. Without a saved model it trains one (and saves it);
with one it loads it. Thresholds are Splink's best: they are chosen on the truth, which nobody has. Needs the extra `compare`.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.meter import peak_mib, reset_peak_mib
from benchmarks.people_score import score_views

PRECISION, ASKED_SHARE = 0.9995, 0.045
"""What the thresholds are chosen for: links at least this precise, and so many accounts for people to look at."""
_PREPARED = """
select
    {key} as unique_id,
    lower(strip_accents(first_name)) as first_name,
    lower(strip_accents(last_name)) as last_name,
    concat_ws(' ', lower(strip_accents(first_name)), lower(strip_accents(last_name))) as full_name,
    case when count(*) over (partition by lower(email)) = 1 then lower(email) end as email,
    case when count(*) over (partition by lower(email)) = 1 then split_part(lower(email), '@', 1) end as local_part,
    ltrim(regexp_replace(employee_number, '[^0-9]', '', 'g'), '0') as number,
    hire_date, department, location, lower(manager_email) as manager, job_title
from read_parquet('{file}')
"""
_RULES = (
    block_on("number"),
    block_on("email"),
    block_on("local_part"),
    block_on("first_name", "last_name"),
    "l.first_name = r.last_name and l.last_name = r.first_name",
    block_on("last_name", "hire_date"),
    block_on("first_name", "hire_date"),
    block_on("last_name", "department"),
    block_on("first_name", "department"),
    block_on("substr(first_name, 1, 3)", "substr(last_name, 1, 4)"),
)
# each account's likeliest worker, and whether the account is the worker's likeliest too
_BEST = """
create table best as
with ranked as (
    select
        pairs.learner_id, pairs.worker_id, pairs.match_weight,
        row_number() over (partition by learner_id order by match_weight desc, worker_id) as place,
        row_number() over (partition by worker_id order by match_weight desc, learner_id) as worker_place
    from pairs
)
select learner_id, worker_id, match_weight, worker_place = 1 as is_mutual from ranked where place = 1
"""
_JUDGED = """
create table judged as
select
    best.*,
    coalesce(best.worker_id in (truth.worker_id, truth.other_worker_id), false) as is_right,
    truth.is_second
from best inner join truth using (learner_id)
"""
_LINK_AT = """
select min(match_weight) from (
    select match_weight, avg(is_right::int) over (order by match_weight desc, learner_id) as precise
    from judged where is_mutual
) where precise >= $precision
"""
_BEST_F1 = """
select max(2.0 * hits / (seen + (select count(distinct worker_id) from truth where worker_id is not null))) from (
    select
        sum(is_right::int) over (order by match_weight desc, learner_id) as hits,
        row_number() over (order by match_weight desc, learner_id) as seen
    from judged where is_mutual
)
"""
_DUPLICATE_AT = """
select arg_max(match_weight, f1) from (
    select match_weight, 2.0 * sum(is_right::int) over (order by match_weight desc, learner_id)
        / (row_number() over (order by match_weight desc, learner_id) + (select count(*) from truth where is_second)) as f1
    from judged where not is_mutual
)
"""
_DECIDED = """
create table links as
with decided as (
    select *, case
        when is_mutual and match_weight >= $link_at then 'link'
        when not is_mutual and match_weight >= $duplicate_at then 'duplicate'
    end as decision
    from judged
),
undecided as (
    select learner_id from decided where decision is null
    order by match_weight desc, learner_id
    limit greatest(0, $asked - (select count(*) from decided where decision = 'duplicate'))
)
select learner_id, worker_id, coalesce(decision, 'review') as decision, 1.0 / (1 + pow(2.0, -match_weight)) as score
from decided where decision is not null or learner_id in (from undecided)
"""


def measure_splink(firm: Path, model: Path) -> dict[str, Any]:
    """From two Parquet files to one with each account's best worker; figures as for the engine."""
    is_saved = model.exists()
    started, busy = time.perf_counter(), time.process_time()
    connection = duckdb.connect()
    for side, key in (("workers", "worker_id"), ("learners", "learner_id")):
        prepared = _PREPARED.format(key=key, file=(firm / f"{side}.parquet").as_posix())
        connection.execute(f"create table {side} as {prepared}")
    database = DuckDBAPI(connection=connection)
    tables = [database.register(side, dataset_display_name=f"a_{side}") for side in ("learners", "workers")]
    linker = Linker(tables, str(model) if is_saved else _settings(), log_level=logging.ERROR)
    if not is_saved:
        _train(linker)
        linker.misc.save_model_to_json(str(model))
    found = linker.inference.predict(threshold_match_weight=-15)
    connection.execute(
        f"create view pairs as select unique_id_l as learner_id, unique_id_r as worker_id, match_weight from {found.physical_name}"
    )
    connection.execute(_BEST)
    connection.execute(f"copy best to '{(firm / 'splink.parquet').as_posix()}'")
    cost = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - busy,
        "peak_mib": peak_mib(),
    }
    return {**_score(connection, firm), **cost}


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            compare.ForenameSurnameComparison("first_name", "last_name", forename_surname_concat_col_name="full_name"),
            compare.EmailComparison("email"),
            compare.LevenshteinAtThresholds("number", 1),
            compare.AbsoluteDateDifferenceAtThresholds(
                "hire_date", input_is_string=False, metrics=["day", "year"], thresholds=[31, 1]
            ),
            compare.ExactMatch("department").configure(term_frequency_adjustments=True),
            compare.ExactMatch("job_title").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=list(_RULES),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def _train(linker: Linker) -> None:
    sure = [block_on("number", "last_name"), block_on("email", "first_name"), block_on("full_name", "department")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.95)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("number"), block_on("first_name", "last_name"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)


def _score(connection: duckdb.DuckDBPyConnection, firm: Path) -> dict[str, Any]:
    """Thresholds chosen on the truth, then the figures that the engine is given too."""
    connection.execute(f"create view truth as from read_parquet('{(firm / 'truth.parquet').as_posix()}')")
    connection.execute(_JUDGED)
    [(accounts,)] = connection.execute("select count(*) from truth").fetchall()
    [(link_at,)] = connection.execute(_LINK_AT, {"precision": PRECISION}).fetchall()
    [(duplicate_at,)] = connection.execute(_DUPLICATE_AT).fetchall()
    [(best_f1,)] = connection.execute(_BEST_F1).fetchall()
    bounds = {"link_at": link_at, "duplicate_at": duplicate_at, "asked": round(ASKED_SHARE * accounts)}
    connection.execute(_DECIDED, bounds)
    [(pairs,)] = connection.execute("select count(*) from pairs").fetchall()
    return {**score_views(connection), "best_match_f1": best_f1, "pairs_scored": pairs}


def main() -> None:
    """Answer `benchmarks.run.run_child`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--firm", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="where the trained model is, or is put")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    reset_peak_mib()
    given.answer.write_text(json.dumps(measure_splink(given.firm, given.model)), encoding="utf-8")


if __name__ == "__main__":
    main()
