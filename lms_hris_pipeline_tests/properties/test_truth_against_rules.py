"""The oracle against the SQL over random companies in which most things are wrong: both must read the rules alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lms_hris_pipeline.sandbox import truth
from lms_hris_pipeline.sandbox.truth.rules import Rules
from lms_hris_pipeline.settings import ExpectedSkill, NextJob
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.company import (
    expected_deltas,
    expected_exceptions,
    staged_company,
    true_meanings,
    true_people,
)
from lms_hris_pipeline_tests.support.random_company import RandomCompany
from lms_hris_pipeline_tests.support.reconcile import findings_of, match_and_reconcile
from lms_hris_pipeline_tests.support.stage import AS_OF, rows_of, sandbox_settings

SIZE = 60
KINDS_OF_DELTA, KINDS_OF_EXCEPTION = 13, 18
EXPECTED = {"JP-1": {"S-SQL": 1}, "JP-2": {"S-SQL": 2, "S-WOOD": 1}}
NEXT_JOBS = frozenset({("JP-1", "JP-2"), ("JP-2", "JP-1"), ("JP-1", "JP-1"), ("JP-9", "JP-1"), ("JP-2", "JP-9")})
"""What jobs call for and which may follow which; both readings are told it, each in its own words."""


def both(folder: Path, seed: int) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """The deltas of the SQL and of the oracle, after asserting that their exceptions agree."""
    RandomCompany(seed, SIZE).make(folder)
    truth.refresh(folder, Rules(expected=EXPECTED, next_jobs=NEXT_JOBS))
    expected_skills = [(job, skill, level) for job, wanted in EXPECTED.items() for skill, level in wanted.items()]
    settings = sandbox_settings(
        skills={
            "expected": [
                ExpectedSkill(job_profile=job, skill=skill, level=level) for job, skill, level in expected_skills
            ],
            "next_jobs": [NextJob(job_profile=job, next_job_profile=then) for job, then in sorted(NEXT_JOBS)],
        }
    )
    batch = staged_company(folder, AS_OF, settings)
    match_and_reconcile(batch, people=true_people(folder, batch), skills=true_meanings(folder, batch))
    proposed = {
        (
            *(row[name] for name in ("family", "entity", "operation", "target_key")),
            json.dumps(json.loads(row["desired"]), sort_keys=True),
        )
        for row in rows_of(batch, reconcile.PROPOSED_DELTAS)
    }
    raised, expected = findings_of(batch), expected_exceptions(folder)
    batch.close()
    assert sorted(expected - raised, key=str) == [], "expected and not raised"
    assert sorted(raised - expected, key=str) == [], "raised and not expected"
    return proposed, expected_deltas(folder)


@pytest.mark.parametrize("seed", range(1, 5))
def test_oracle_and_sql_agree_where_most_things_are_wrong(seed: int, tmp_path: Path) -> None:
    proposed, expected = both(tmp_path, seed)
    assert sorted(expected - proposed) == [], "expected and not proposed"
    assert sorted(proposed - expected) == [], "proposed and not expected"
    assert len({delta[1:3] for delta in expected}) == KINDS_OF_DELTA
    assert len({finding[0] for finding in expected_exceptions(tmp_path)}) >= KINDS_OF_EXCEPTION
