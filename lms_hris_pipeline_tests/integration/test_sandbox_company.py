"""The made-up company: deterministic, of any size, clean where nothing was injected, and honest about what was."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.connectors.docebo.contracts import entity_contracts as docebo_contracts
from lms_hris_pipeline.connectors.workday.contracts import entity_contracts as workday_contracts
from lms_hris_pipeline.sandbox.company import FaultRates, generate
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY
from lms_hris_pipeline.sandbox.store import instant, open_company
from lms_hris_pipeline.settings import LearnerFields, WorkerFields
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.company import is_noted_as, read_store, staged_company, true_meanings, true_people
from lms_hris_pipeline_tests.support.reconcile import findings_of, match_and_reconcile
from lms_hris_pipeline_tests.support.stage import rows_of

KINDS = [kind for kind, _ in FaultRates.default().as_pairs()]
MUDDLED_WORKERS = 700
MUDDLE = FaultRates(**dict.fromkeys(KINDS, 0.003))
"""Every kind twice at MUDDLED_WORKERS."""


def _reconciled(folder: Path) -> Batch:
    connection = open_company(folder)
    as_of = instant(connection)
    connection.close()
    batch = staged_company(folder, as_of)
    match_and_reconcile(batch, people=true_people(folder, batch), skills=true_meanings(folder, batch))
    return batch


def _rows(folder: Path, file: str, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{folder / file}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _company(folder: Path, query: str) -> list[tuple[Any, ...]]:
    return _rows(folder, "company.sqlite", query)


def _truth(folder: Path, query: str) -> list[tuple[Any, ...]]:
    return _rows(folder, "truth.sqlite", query)


@pytest.fixture(scope="module")
def muddled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with every kind of discrepancy."""
    folder = tmp_path_factory.mktemp("muddled")
    generate(folder, workers=MUDDLED_WORKERS, seed=11, faults=MUDDLE, with_truth=False)
    return folder


@pytest.fixture(scope="module")
def muddled_batch(muddled: Path) -> Iterator[Batch]:
    batch = _reconciled(muddled)
    yield batch
    batch.close()


@pytest.mark.parametrize(("workers", "seed"), [(50, 1), (61, 2), (300, 3), (800, 4)])
def test_a_company_without_discrepancies_wants_and_raises_nothing(tmp_path: Path, workers: int, seed: int) -> None:
    generate(tmp_path, workers=workers, seed=seed, faults=FaultRates.none(), with_truth=False)
    batch = _reconciled(tmp_path)
    try:
        assert rows_of(batch, reconcile.PROPOSED_DELTAS) == []
        assert sorted(findings_of(batch), key=str) == []
        situations = Counter(row["situation"] for row in rows_of(batch, reconcile.SITUATIONS))
        assert set(situations) == {"unlinked", "out_of_scope"}
        assert situations["unlinked"] > 1.5 * workers
    finally:
        batch.close()
    assert _truth(tmp_path, "select * from faults") == []


def test_every_kind_of_discrepancy_occurs_and_is_written_down(muddled: Path) -> None:
    found = dict(_truth(muddled, "select kind, count(*) from faults group by kind"))
    assert sorted(set(KINDS) - set(found)) == []
    assert sorted(set(found) - set(KINDS)) == []


def test_default_rates_show_every_kind_several_times_at_two_thousand_workers() -> None:
    rates = dict(FaultRates.default().as_pairs())
    assert min(rates.values()) * 2000 >= 2
    seconds = sum(rate for kind, rate in rates.items() if kind.startswith("duplicate"))
    assert seconds == pytest.approx(0.03)


def test_what_was_injected_is_raised_and_nothing_else(muddled: Path, muddled_batch: Batch) -> None:
    injected = set(
        _truth(
            muddled,
            "select exception_type, worker_id_hris, learner_id_lms, field, hris_value, lms_value from faults"
            " where exception_type is not null",
        )
    )
    raised = findings_of(muddled_batch)
    assert len(injected) > 100
    absent = [fault for fault in injected if not any(is_noted_as(fault, found) for found in raised)]
    assert absent == [], "injected and not raised"
    unexplained = [found for found in raised if not any(is_noted_as(fault, found) for fault in injected)]
    assert unexplained == [], "raised and not injected"


def test_only_the_kinds_that_are_asked_for_are_injected(tmp_path: Path) -> None:
    rates = FaultRates.only(worker_inactive=0.02, wrong_manager=0.01)
    generate(tmp_path, workers=200, seed=1, faults=rates, with_truth=False)
    assert _truth(tmp_path, "select kind, count(*) from faults group by kind order by kind") == [
        ("worker_inactive", 4),
        ("wrong_manager", 2),
    ]


def _dump(folder: Path) -> list[str]:
    texts = []
    for name in ("company.sqlite", "truth.sqlite"):
        connection = sqlite3.connect(folder / name)
        texts += list(connection.iterdump())
        connection.close()
    return texts


def test_the_same_seed_makes_the_same_company_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / name, workers=120, seed=seed, faults=MUDDLE.scaled(3), with_truth=False)
    assert _dump(tmp_path / "a") == _dump(tmp_path / "b")
    assert _dump(tmp_path / "a") != _dump(tmp_path / "c")


@pytest.mark.parametrize("workers", [50, 333])
def test_the_size_is_the_one_asked_for(tmp_path: Path, workers: int) -> None:
    generate(tmp_path, workers=workers, seed=2, faults=FaultRates.none(), with_truth=False)
    [(count,)] = _company(tmp_path, "select count(*) from hris_workers")
    assert count == workers
    [(completions,)] = _company(tmp_path, "select count(*) from lms_enrolments where status = 'completed'")
    assert 7 <= completions / workers <= 13


def test_a_company_is_neither_too_small_nor_made_twice(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too small"):
        generate(tmp_path, workers=49, seed=1, faults=FaultRates.none())
    generate(tmp_path, workers=50, seed=1, faults=FaultRates.none(), with_truth=False)
    with pytest.raises(ValueError, match="already"):
        generate(tmp_path, workers=50, seed=1, faults=FaultRates.none())


REFERENCES = (
    ("lms_users", "branch_id", "lms_branches", "id"),
    ("lms_users", "manager_id", "lms_users", "user_id"),
    ("lms_branches", "parent_id", "lms_branches", "id"),
    ("lms_group_members", "group_id", "lms_groups", "id"),
    ("lms_group_members", "user_id", "lms_users", "user_id"),
    ("lms_enrolments", "user_id", "lms_users", "user_id"),
    ("lms_enrolments", "course_id", "lms_courses", "id"),
    ("lms_enrolment_rules", "course_id", "lms_courses", "id"),
    ("lms_enrolment_rules", "group_id", "lms_groups", "id"),
    ("lms_enrolment_rules", "branch_id", "lms_branches", "id"),
    ("lms_certificates", "user_id", "lms_users", "user_id"),
    ("lms_certificates", "certification_id", "lms_certifications", "id"),
    ("lms_course_skills", "course_id", "lms_courses", "id"),
    ("lms_course_skills", "skill_id", "lms_skills", "skill_id"),
    ("hris_worker_locations", "wid", "hris_workers", "wid"),
    ("hris_skill_items", "wid", "hris_workers", "wid"),
    ("hris_learning_records", "wid", "hris_workers", "wid"),
    ("hris_learning_records", "content_id", "lms_courses", "code"),
)


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_what_a_row_refers_to_is_there(muddled: Path, table: str, column: str, target: str, key: str) -> None:
    lost = _company(
        muddled,
        f"select {column} from {table} where {column} is not null and {column} not in (select {key} from {target})",
    )
    assert lost == []


def test_worker_records_refer_to_what_hr_knows(muddled: Path) -> None:
    ids: dict[str, set[str]] = {}
    for report, key, record in _company(muddled, "select report, id, record from hris_objects"):
        ids.setdefault(report, set()).add(json.loads(record).get("code", key))
    wids = {wid for (wid,) in _company(muddled, "select wid from hris_workers")}
    places = set(_company(muddled, "select location_id, wid from hris_worker_locations"))
    for wid, text in _company(muddled, "select wid, record from hris_workers"):
        record = json.loads(text)
        assert record["Worker_WID"] == wid
        for job in record["Jobs_group"]:
            assert job["Job_Profile_ID"] in ids["jobProfiles"]
            assert job["Supervisory_Organization_ID"] in ids["supervisoryOrganizations"]
            assert job.get("Manager_WID", wid) in wids
            if job["Location_ID"]:
                assert (job["Location_ID"], wid) in places
    wids_with_a_place = {wid for _, wid in places}
    assert wids_with_a_place == wids, "the worker report is read by location"


def test_records_have_every_field_that_the_contracts_require(muddled: Path) -> None:
    hris, lms = read_store(muddled)
    for records, contracts in (
        (hris, workday_contracts(WorkerFields())),
        (lms, docebo_contracts(LearnerFields())),
    ):
        for entity, rows in records.items():
            contract = contracts[entity]
            for row in rows:
                record = json.loads(row) if isinstance(row, str) else row
                missing = contract.required - record.keys() - {"expiration_date"}
                assert missing == set(), entity
                for outer, inner in contract.nested.items():
                    assert all(inner <= element.keys() for element in record.get(outer) or ()), entity


def test_the_truth_knows_every_account_and_every_worker(muddled: Path) -> None:
    accounts = {str(user_id) for (user_id,) in _company(muddled, "select user_id from lms_users")}
    identities = _truth(muddled, "select learner_id_lms, worker_id_hris, kind from identities")
    assert {learner for learner, _, _ in identities} == accounts
    wids = {wid for (wid,) in _company(muddled, "select wid from hris_workers")}
    assert {wid for (wid,) in _truth(muddled, "select worker_id_hris from persons")} == wids
    for _, wid, kind in identities:
        assert (wid in wids) if kind in {"primary", "duplicate", "ambiguous"} else wid is None
    persons = dict(_truth(muddled, "select worker_id_hris, person_id from persons"))
    first_accounts = Counter(persons[wid] for _, wid, kind in identities if kind in {"primary", "ambiguous"})
    assert max(first_accounts.values()) == 1, "nobody has two first accounts"


def test_every_tag_has_one_meaning(muddled: Path) -> None:
    meant = dict(_truth(muddled, "select trim(tag), skill_id from tags"))
    used = _company(muddled, "select title from lms_skills") + _company(
        muddled, "select skill_name from hris_skill_items where skill_id is null"
    )
    assert {tag.strip() for (tag,) in used} <= set(meant)
    skills = {key for (key,) in _company(muddled, "select id from hris_objects where report = 'INT_LMS_Skills'")}
    assert 380 <= len(skills) <= 480
    assert {skill for skill in meant.values() if skill} <= skills


def test_the_company_looks_like_one(muddled: Path) -> None:
    counts = dict(_company(muddled, "select report, count(*) from hris_objects group by report"))
    assert counts["jobProfiles"] == pytest.approx(60, abs=5)
    assert counts["INT_LMS_Locations"] == 15
    published = [json.loads(record)["status"] for (record,) in _company(muddled, "select record from lms_courses")]
    assert published.count("published") == 200
    assert published.count("retired") >= 30
    [(company_date,)] = _company(muddled, "select value from meta where key = 'company_date'")
    assert date.fromisoformat(company_date) == FIRST_DAY
    assert FIRST_DAY.strftime("%A") == "Monday"
    records = [json.loads(record) for (record,) in _company(muddled, "select record from hris_workers")]
    assert {"Employee", "Contingent Worker"} == {record["Worker_Type"] for record in records}
    assert any("Leaves_group" in record for record in records)
    assert any("Name_History_group" in record for record in records)
    assert any(job["Is_Primary"] == "0" for record in records for job in record["Jobs_group"])
    currencies = {
        json.loads(record)["Currency"]
        for (record,) in _company(muddled, "select record from hris_objects where report = 'INT_LMS_Supplier_Invoices'")
    }
    assert currencies == {"EUR", "USD", "GBP"}


def test_leaders_are_staff_and_branches_are_a_nested_set(muddled: Path) -> None:
    active = {wid for (wid,) in _company(muddled, "select wid from hris_workers where is_terminated = 0")}
    for (text,) in _company(muddled, "select record from hris_objects where report = 'supervisoryOrganizations'"):
        assert json.loads(text)["manager"]["id"] in active
    edges = _company(muddled, "select ileft, iright from lms_branches")
    assert sorted(chain.from_iterable(edges)) == list(range(1, 2 * len(edges) + 1))
