"""Proposals of role mappings on made-up companies, held against what their groups really go by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lms_hris_pipeline.match.roles import groups_named_alike, match_roles
from lms_hris_pipeline.match.skill_models import mind_of
from lms_hris_pipeline.sandbox import company, store
from lms_hris_pipeline.sandbox.company.groups import PRIVILEGED_GROUP
from lms_hris_pipeline.tables import match
from lms_hris_pipeline_tests.support.company import staged_company, true_people
from lms_hris_pipeline_tests.support.reconcile import write_rows
from lms_hris_pipeline_tests.support.stage import Record, sandbox_settings


def mappings(folder: Path, workers: int, seed: int, *, with_names: bool = False) -> list[Record]:
    """The mappings of a company with faults of every kind, whose people are known; by memberships, or names as well."""
    company.generate(folder, workers=workers, seed=seed, faults=company.FaultRates.default(), with_truth=False)
    with closing(store.open_company(folder)) as opened:
        as_of = store.instant(opened)
    batch = staged_company(folder, as_of)
    write_rows(batch, match.PEOPLE, true_people(folder, batch))
    write_rows(batch, match.ROLE_DECISIONS, [])
    settings = sandbox_settings()
    alike = (
        groups_named_alike(batch, settings, mind_of("titles", settings.skills, folder), folder) if with_names else {}
    )
    rows: list[Record] = match_roles(batch, settings, alike).rows.to_pylist()
    batch.close()
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_groups_go_by_is_found_and_nothing_else(
    seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rows = mappings(tmp_path, 1500, seed)
    proposed = {(row["source"], row["value"], row["group_name"]) for row in rows if row["state"] == "proposed"}
    with closing(sqlite3.connect(tmp_path / "truth.sqlite")) as truth:
        right = set(truth.execute("select source, value, group_name from role_mappings"))
    precision, recall = len(proposed & right) / len(proposed), len(proposed & right) / len(right)
    record_property("precision", precision)
    record_property("recall", recall)
    assert sorted(proposed - right) == [], "proposed, and the group goes by something else"
    assert recall >= 0.85, sorted(right - proposed)
    assert PRIVILEGED_GROUP not in {row["group_name"] for row in rows}


def test_alike_names_find_more_and_nothing_wrong(tmp_path: Path) -> None:
    found = []
    for with_names in (False, True):
        folder = tmp_path / str(with_names)
        rows = mappings(folder, 600, 1, with_names=with_names)
        found.append({(row["source"], row["value"], row["group_name"]) for row in rows if row["state"] == "proposed"})
        with closing(sqlite3.connect(folder / "truth.sqlite")) as truth:
            right = set(truth.execute("select source, value, group_name from role_mappings"))
        assert found[-1] <= right
    assert found[0] < found[1]


def test_a_small_firm_gets_no_guesses_and_its_rules_are_in_force(tmp_path: Path) -> None:
    rows = mappings(tmp_path, 120, 1)
    in_force = [row for row in rows if row["state"] == "in_force"]
    assert {row["origin"] for row in in_force} == {"settings"}
    assert {row["source"] for row in in_force} == {"job_family"}
    assert len(in_force) == 12
    with closing(sqlite3.connect(tmp_path / "truth.sqlite")) as truth:
        right = set(truth.execute("select source, value, group_name from role_mappings"))
    assert {(row["source"], row["value"], row["group_name"]) for row in rows if row["state"] == "proposed"} <= right


def test_automatic_groups_are_told_with_the_field_that_fills_them(tmp_path: Path) -> None:
    rows = [row for row in mappings(tmp_path, 600, 2) if row["state"] == "automatic"]
    assert rows
    assert {(row["source"], row["driven_by"]) for row in rows} == {("location", "field_5")}
    assert all(row["group_name"].startswith("Location: ") for row in rows)
