"""A whole extract over real HTTP, and what becomes of it when the vendor misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from lms_hris_pipeline.connectors.protocols import Reader
from lms_hris_pipeline.extract.landing import data_path, read_lines, read_manifest
from lms_hris_pipeline.extract.load import raw_query
from lms_hris_pipeline.extract.run import EntityResult, ExtractPlan, extract_system
from lms_hris_pipeline.extract.verify import verify_landing
from lms_hris_pipeline.model.errors import ContractBroken, ExtractBlocked, Permanent, Transient, WrongTenant
from lms_hris_pipeline.settings import QuotaSettings
from lms_hris_pipeline.tables.raw import RAW_LMS
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.connectors import Vendors, vendors_of
from lms_hris_pipeline_tests.support.sandbox_api import USERS, WORKERS, Sandbox, sandbox_in

BATCH, NEXT = "2026-11-02-01", "2026-11-03-01"
LIST = "/manage/v1/user"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    yield shared
    shared.control("DELETE", "/faults")


@pytest.fixture
def vendors(sandbox: Sandbox) -> Iterator[Vendors]:
    with vendors_of(sandbox, timeout=2) as opened:
        yield opened


def extract(reader: Reader, root: Path, *entities: str, batch: str = BATCH, **plan: object) -> list[EntityResult]:
    return extract_system(reader, root / batch, ExtractPlan(entities=entities, **plan))  # type: ignore[arg-type]


def ids_in(root: Path, system: str, entity: str, key: str, batch: str = BATCH) -> list[str]:
    return [r[key] for line in read_lines(data_path(root / batch, system, entity)) for r in line["records"]]


def test_a_whole_system_lands_complete_and_verifies(vendors: Vendors, tmp_path: Path) -> None:
    for reader in (vendors.hris, vendors.lms):
        wanted = tuple(e for e in reader.entities if e not in {"companies", "requisitions", "invoices"})
        results = extract(reader, tmp_path, *wanted, fingerprint=f"lumen-sandbox-{reader.system}")
        assert [r.entity for r in results if not r.manifest.is_complete] == []
        verify_landing(tmp_path / BATCH, reader.system, wanted)
    workers = ids_in(tmp_path, "hris", "workers", "Worker_WID")
    assert len(workers) == len(set(workers)) == WORKERS
    assert len(ids_in(tmp_path, "lms", "users", "user_id")) == USERS


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "429", "retry_after": 1},
        {"name": "429"},
        {"name": "503", "retry_after": 1},
        {"name": "503"},
        {"name": "500"},
        {"name": "slow", "seconds": 0.3},
        {"name": "timeout", "seconds": 3},
        {"name": "cut_body", "cut": "connection"},
    ],
    ids=str,
)
def test_passing_faults_finish_right(
    sandbox: Sandbox, vendors: Vendors, tmp_path: Path, fault: dict[str, object]
) -> None:
    seen = len(sandbox.journal())
    sandbox.fault(str(fault["name"]), path=LIST, nth=2, **{k: v for k, v in fault.items() if k != "name"})
    result = extract(vendors.lms, tmp_path, "users")[0]
    assert [entry["fault"] for entry in sandbox.journal()[seen:] if entry["fault"]] == [fault["name"]]
    assert result.manifest.is_complete
    assert sorted(map(int, ids_in(tmp_path, "lms", "users", "user_id"))) == list(range(1, USERS + 1))
    if fault.get("retry_after"):
        assert vendors.slept == [1.0]


@pytest.mark.parametrize("threads", [1, 4])
def test_scenario_34_a_token_that_expires_in_a_page_loop_loses_and_doubles_nothing(
    sandbox: Sandbox, vendors: Vendors, tmp_path: Path, threads: int
) -> None:
    sandbox.fault("token_expiry", path="/learn/v1/enrollments", nth=3)
    result = extract(vendors.lms, tmp_path, "enrolments", threads=threads)[0]
    ids = ids_in(tmp_path, "lms", "enrolments", "id")
    assert len(ids) == len(set(ids)) == result.manifest.rows == result.manifest.expected_rows == 900
    assert vendors.lms.calls()["token"] == 2


@pytest.mark.parametrize(
    ("system", "entity", "fault", "says"),
    [
        ("lms", "users", {"fault": "cut_body", "path": LIST, "query": "page=2"}, "users, page 2"),
        ("lms", "users", {"fault": "duplicate_page", "path": LIST, "query": "page=2"}, "users, page 2"),
        ("lms", "users", {"fault": "missing_page", "path": LIST, "query": "page=2"}, "users, page"),
        ("lms", "users", {"fault": "renamed_field", "path": LIST, "query": "page=3", "field": "email", "to": "mail"},
         "users no longer has the field 'email'\n  page 3"),
        ("lms", "users", {"fault": "dropped_field", "path": LIST, "query": "page=1", "field": "field_4"}, "'field_4'"),
        ("lms", "enrolments", {"fault": "empty_200", "path": "/learn/v1/enrollments", "query": "page=3"}, "page 3"),
        ("hris", "workers", {"fault": "renamed_field", "query": "Location=LOC-PAR", "field": "Hire_Date", "to": "Hired"},
         "'Hire_Date'\n  Location LOC-PAR"),
        ("hris", "workers", {"fault": "cut_body", "query": "Location=LOC-BER"}, "workers, Location LOC-BER"),
        ("hris", "workers", {"fault": "empty_200", "query": "Location=LOC-BER", "times": None}, "independent count is 30"),
        ("hris", "learning_records", {"fault": "empty_200", "path": "/ccx/service/customreport2", "times": None,
         "query": "format=json"}, "Record_Count"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_scenario_33_what_breaks_the_contract_stops_and_names_entity_and_page(
    sandbox: Sandbox, vendors: Vendors, tmp_path: Path, system: str, entity: str, fault: dict[str, object], says: str
) -> None:
    sandbox.control("POST", "/faults", fault)
    reader = vendors.lms if system == "lms" else vendors.hris
    with pytest.raises(Permanent) as stopped:
        extract(reader, tmp_path, entity)
    assert says in str(stopped.value)
    assert entity.replace("_", " ") in str(stopped.value).replace("_", " ").lower()
    assert "lumen.example" not in str(stopped.value)
    manifest = read_manifest(tmp_path / BATCH, system, entity)
    assert manifest is None or not manifest.is_complete


def test_scenario_14_an_empty_answer_with_status_200_is_blocked(
    sandbox: Sandbox, vendors: Vendors, tmp_path: Path
) -> None:
    sandbox.fault("empty_200", path=LIST, times=None)
    with pytest.raises((ExtractBlocked, ContractBroken)) as stopped:
        extract(vendors.lms, tmp_path, "users")
    assert "users" in str(stopped.value)
    manifest = read_manifest(tmp_path / BATCH, "lms", "users")
    assert manifest is not None
    assert not manifest.is_complete


def test_scenario_15_a_page_that_fails_leaves_the_extract_incomplete_and_resumable(
    sandbox: Sandbox, vendors: Vendors, tmp_path: Path
) -> None:
    sandbox.fault("503", path="/learn/v1/enrollments", query="page=3", times=None)
    first = extract(vendors.lms, tmp_path, "enrolments", threads=1)[0].manifest
    assert not first.is_complete
    assert "page 3" in str(first.reason)
    verify_landing(tmp_path / BATCH, "lms", ["enrolments"])
    sandbox.control("DELETE", "/faults")
    before = vendors.lms.calls()["/learn/v1/enrollments"]
    second = extract(vendors.lms, tmp_path, "enrolments", threads=1)[0]
    assert second.manifest.is_complete
    assert second.resumed_pages == first.pages > 0
    assert vendors.lms.calls()["/learn/v1/enrollments"] - before == 5 - first.pages + 1
    ids = ids_in(tmp_path, "lms", "enrolments", "id")
    assert len(ids) == len(set(ids)) == 900


def test_scenario_36_the_quota_ends_and_the_extract_resumes_at_its_page(tmp_path: Path) -> None:
    entities = ("users", "enrolments", "courses")
    with sandbox_in(tmp_path, quota_per_hour=6) as sandbox, vendors_of(sandbox) as vendors:
        landing = tmp_path / "landing"
        results = {r.entity: r for r in extract(vendors.lms, landing, *entities, threads=1)}
        assert results["users"].manifest.is_complete
        assert 0 < results["enrolments"].manifest.rows < 900
        assert not results["enrolments"].manifest.is_complete
        assert results["courses"].manifest.reason is not None
        assert results["courses"].manifest.reason.startswith("not read")
        verify_landing(landing / BATCH, "lms", entities)
        sandbox.control("POST", "/clock", {"advance_minutes": 61})
        again = {r.entity: r for r in extract(vendors.lms, landing, *entities, threads=1)}
        assert again["enrolments"].resumed_pages == results["enrolments"].manifest.pages
        sandbox.control("POST", "/clock", {"advance_minutes": 61})
        extract(vendors.lms, landing, *entities, threads=1)
        ids = ids_in(landing, "lms", "enrolments", "id")
        assert len(ids) == len(set(ids)) == 900


@pytest.mark.parametrize("chosen", [("users", "enrolments", "courses"), ()], ids=["some", "all"])
def test_what_a_fresh_extract_did_not_get_to_is_not_taken_for_fresh(tmp_path: Path, chosen: tuple[str, ...]) -> None:
    with sandbox_in(tmp_path) as sandbox, vendors_of(sandbox) as vendors:
        landing = tmp_path / "landing"
        extract(vendors.lms, landing, *chosen)
        sandbox.control("POST", "/quota", {"per_hour": 6})
        sandbox.control("POST", "/clock", {"advance_minutes": 61})
        results = {r.entity: r.manifest for r in extract(vendors.lms, landing, *chosen, threads=1, fresh=True)}
        whole = {entity for entity, manifest in results.items() if manifest.is_complete}
        unread = {entity for entity, manifest in results.items() if str(manifest.reason).startswith("not read")}
        assert whole
        assert "courses" in unread
        assert [entity for entity in unread if data_path(landing / BATCH, "lms", entity).exists()] == []
        sandbox.control("POST", "/quota", {"per_hour": None})
        again = {r.entity: r for r in extract(vendors.lms, landing, *chosen)}
        assert all(result.manifest.is_complete for result in again.values())
        assert {entity for entity, result in again.items() if result.seconds == 0} == whole, "the rest was read anew"
        verify_landing(landing / BATCH, "lms", tuple(again))


def test_the_own_budget_stops_before_the_vendor_does(sandbox: Sandbox, tmp_path: Path) -> None:
    with vendors_of(sandbox, quota=QuotaSettings(lms_calls_per_hour=5, reserve_share=0.2)) as vendors:
        result = extract(vendors.lms, tmp_path, "enrolments", threads=1)[0]
    assert not result.manifest.is_complete
    assert result.manifest.pages == 3
    assert sum(vendors.lms.calls().values()) == 4


def test_scenario_45_another_tenant_is_refused(vendors: Vendors, tmp_path: Path) -> None:
    with pytest.raises(WrongTenant, match="lumen-production"):
        extract(vendors.lms, tmp_path, "users", fingerprint="lumen-production")
    assert not tmp_path.joinpath(BATCH).exists()


def test_a_vendor_that_is_down_stops_the_night(sandbox: Sandbox, vendors: Vendors, tmp_path: Path) -> None:
    sandbox.fault("503", path=LIST, times=None)
    with pytest.raises(Transient, match="users, page 1"):
        extract(vendors.lms, tmp_path, "users")


def test_changes_are_laid_over_the_last_full_extract(sandbox: Sandbox, vendors: Vendors, tmp_path: Path) -> None:
    extract(vendors.lms, tmp_path, "enrolments")
    row = sandbox.sql("select user_id from lms_enrolments where id = 5")[0][0]
    sandbox.sql_write(
        "update lms_enrolments set status = 'completed', completion_date = '2026-11-02 10:00:00',"
        " last_update = '2026-11-02 10:00:00' where id = 5"
    )
    manifest = extract(vendors.lms, tmp_path, "enrolments", batch=NEXT)[0].manifest
    assert (manifest.mode, manifest.base, manifest.rows_in_all) == ("changes", BATCH, 900)
    assert manifest.rows < 900
    assert manifest.watermark == "2026-11-02 10:00:00"
    verify_landing(tmp_path / NEXT, "lms", ["enrolments"])
    query = raw_query(tmp_path, manifest)
    batch = Batch.in_memory(as_of=datetime(2026, 11, 3, 21, tzinfo=UTC))
    assert batch.build(RAW_LMS["enrolments"], query.sql, query.params) == 900
    rows = batch.execute("select record from raw_lms.enrolments where record ->> '$.id' = '5'")
    record = orjson.loads(rows[0][0])
    assert (record["status"], record["user_id"]) == ("completed", str(row))
    batch.close()


def test_a_deletion_between_full_extracts_forces_a_full_one(sandbox: Sandbox, vendors: Vendors, tmp_path: Path) -> None:
    extract(vendors.lms, tmp_path, "enrolments")
    before = sandbox.sql("select count(*) from lms_enrolments")[0][0]
    kept = sandbox.sql("select * from lms_enrolments where id = 900")[0]
    sandbox.sql_write("delete from lms_enrolments where id = 900")
    try:
        manifest = extract(vendors.lms, tmp_path, "enrolments", batch=NEXT)[0].manifest
    finally:
        sandbox.sql_write(f"insert into lms_enrolments values({','.join('?' * len(kept))})", *kept)
    assert (manifest.mode, manifest.rows, manifest.is_complete) == ("full", before - 1, True)


def test_a_damaged_landing_file_is_not_loaded(vendors: Vendors, tmp_path: Path) -> None:
    extract(vendors.lms, tmp_path, "users")
    path = data_path(tmp_path / BATCH, "lms", "users")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ContractBroken, match="damaged"):
        verify_landing(tmp_path / BATCH, "lms", ["users"])
