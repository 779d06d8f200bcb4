"""The pure rules of an extract: pages that fit, extracts that can be believed, calls foreseen, files that go on."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lms_hris_pipeline.connectors.docebo.client import checked_page
from lms_hris_pipeline.connectors.protocols import EntityContract, Json, Page, Part
from lms_hris_pipeline.connectors.tally import EntityTally, ListMoved, check_lost_fields
from lms_hris_pipeline.connectors.workday.reader import completion_windows
from lms_hris_pipeline.extract import landing
from lms_hris_pipeline.extract.forecast import forecast_lms, hours_at_limit
from lms_hris_pipeline.extract.guard import check_believable
from lms_hris_pipeline.extract.landing import LandingFile, Manifest, file_digest, read_lines
from lms_hris_pipeline.extract.previous import Previous, changes_since
from lms_hris_pipeline.model.errors import ContractBroken, ExtractBlocked

AT = datetime(2026, 11, 2, 21, tzinfo=UTC)
CONTRACT = EntityContract(("id",), frozenset({"id", "name"}), {"jobs": frozenset({"start"})})
REPEATING = EntityContract(("id",), frozenset({"id"}), {}, repeats=True)


def page(number: int, *records: Json, total: int | None = None, cursor: str = "", series: str = "users") -> Page:
    part = Part("users", series, number, f"page {number}", "/list", (("page", str(number)),))
    return Page(part, AT + timedelta(seconds=number), list(records), total=total, cursor=cursor)


def row(number: int, **more: object) -> Json:
    return {"id": str(number), "name": None, **more}


def tally(contract: EntityContract = CONTRACT) -> EntityTally:
    return EntityTally("Vendor", "users", contract)


def test_pages_that_fit_are_counted() -> None:
    counted = tally()
    counted.admit(page(1, row(1), row(2), total=3, cursor="a"))
    counted.admit(page(2, row(3, jobs=[{"start": ""}]), total=3, cursor="b"))
    counted.finish(3)
    assert (counted.rows, counted.pages, counted.expected) == (3, 2, 3)
    assert counted.fields() == {"id": 3, "jobs": 1, "jobs.start": 1, "name": 3}


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (page(2, {"id": "3"}), "no longer has the field 'name'\n  page 2"),
        (page(2, row(3, jobs=[{}])), "'jobs.start'"),
        (page(2, row(1)), "page 2: a record came twice, first on page 1"),
        (page(2, row(3), cursor="a"), "page 2: the cursor came before, on 1"),
        (page(2, total=0), "page 2: the answer was good"),
    ],
)
def test_pages_that_break_the_contract_are_named(second: Page, says: str) -> None:
    counted = tally()
    counted.admit(page(1, row(1), row(2), total=4, cursor="a"))
    with pytest.raises(ContractBroken) as broken:
        counted.admit(second)
    assert says in str(broken.value)


def test_a_list_that_grows_at_its_end_fits_and_one_that_shrinks_does_not() -> None:
    counted = tally()
    counted.admit(page(2, row(2), total=2))
    counted.admit(page(1, row(1), total=1))
    counted.finish(None)
    shrinking = tally()
    shrinking.admit(page(1, row(1), total=3))
    with pytest.raises(ListMoved, match="shrank"):
        shrinking.admit(page(2, row(2), total=2))


def test_an_empty_page_is_named_even_if_a_later_page_came_first() -> None:
    counted = tally()
    counted.admit(page(1, row(1), total=3))
    counted.admit(page(3, row(3), total=3))
    with pytest.raises(ContractBroken, match="page 2: the answer was good"):
        counted.admit(page(2, total=0))


def test_the_independent_count_decides() -> None:
    counted = tally()
    counted.admit(page(1, row(1)))
    with pytest.raises(ListMoved, match="independent count is 2"):
        counted.finish(2)


def test_records_that_may_repeat_are_kept_once_and_must_agree() -> None:
    counted = tally(REPEATING)
    kept = counted.admit(page(1, {"id": "1", "jobs": [{"a": 1}, {"b": 2}], "x": "y"}))
    assert len(kept) == 1
    assert counted.admit(page(1, {"x": "y", "id": "1", "jobs": [{"b": 2}, {"a": 1}]}, series="other")) == []
    with pytest.raises(ListMoved, match="differs"):
        counted.admit(page(1, {"id": "1", "jobs": [], "x": "y"}, series="third"))


def test_a_field_that_vanished_from_every_record_is_named_with_the_batch_that_had_it() -> None:
    check_lost_fields("V", "workers", {"a": 20}, {"a": 20, "rare": 3}, 20, "2026-11-01-01")
    with pytest.raises(ContractBroken, match=r"'Cost_Center_ID'(.|\n)*last seen in 2026-11-01-01"):
        check_lost_fields("V", "workers", {"a": 20}, {"a": 20, "Cost_Center_ID": 18}, 20, "2026-11-01-01")


def envelope(**changes: object) -> dict[str, object]:
    data = {
        "items": [{}] * 200, "has_more_data": True, "total_page_count": 2, "total_count": 250, "current_page": 1,
        "cursor": "c", **changes,
    }  # fmt: skip
    return {"data": {name: value for name, value in data.items() if value != "absent"}}


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [{}] * 199},
        {"items": [{}] * 201},
        {"items": "absent"},
        {"items": [1] * 200},
        {"has_more_data": False},
        {"total_page_count": 3},
        {"total_count": "absent"},
        {"current_page": 2},
    ],
    ids=str,
)
def test_an_envelope_that_contradicts_itself_breaks_the_contract(changes: dict[str, object]) -> None:
    assert checked_page(envelope(), 1, "users, page 1").total == 250
    with pytest.raises(ContractBroken, match="users, page 1"):
        checked_page(envelope(**changes), 1, "users, page 1")


@pytest.mark.parametrize("count", [0, 20_000, 20_001, 100_001, 10_000_000])
def test_completion_windows_cover_all_time_once(count: int) -> None:
    windows = completion_windows(date(2026, 11, 2), count)
    assert windows[0][0] is None
    assert windows[-1][1] is None
    for (_, last), (first, _) in itertools.pairwise(windows):
        assert last is not None
        assert first == last + timedelta(days=1)
    assert len(windows) <= 122


@pytest.mark.parametrize(
    ("entity", "rows", "last", "is_blocked"),
    [
        ("workers", 0, None, True),
        ("workers", 0, 500, True),
        ("users", 399, 500, True),
        ("users", 400, 500, False),
        ("users", 1, 19, False),
        ("cost_centers", 0, None, False),
        ("cost_centers", 0, 5, True),
        ("requisitions", 0, 900, False),
        ("workers", 10, None, False),
    ],
)
def test_scenario_14_extracts_too_small_to_believe(entity: str, rows: int, last: int | None, is_blocked: bool) -> None:
    if is_blocked:
        with pytest.raises(ExtractBlocked, match=entity):
            check_believable("V", entity, rows, last, 0.8, "2026-11-01-01")
    else:
        check_believable("V", entity, rows, last, 0.8, "2026-11-01-01")


def test_the_forecast_for_a_hundred_thousand_users() -> None:
    rows = {"users": 100_000, "enrolments": 1_000_000, "courses": 200, "groups": 60, "group_members": 100_000}
    full = forecast_lms(rows, 1000)
    assert full.calls["/manage/v1/user"] == 500
    assert full.calls["/learn/v1/enrollments"] == 5001
    assert 6 < full.hours < 7
    assert forecast_lms(rows, 1000, changed_enrolments=4000).hours < 2
    assert [hours_at_limit(n, 1000) for n in (0, 1, 1000, 1001, 2001)] == [0, 0, 0.999, 1.0, 2.0]


def manifest(watermark: str | None) -> Manifest:
    return Manifest(
        "lms", "enrolments", "2026-11-02-01", "full", None, "", 0, 1, 1, 1, 1, True, None, watermark, "", {}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("previous", "today", "since"),
    [
        (None, date(2026, 11, 3), None),
        (Previous(manifest("2026-11-02 10:00:00"), date(2026, 11, 2)), date(2026, 11, 3), "2026-11-02 07:00:00"),
        (Previous(manifest("2026-11-02 10:00:00"), date(2026, 11, 2)), date(2026, 11, 9), None),
        (Previous(manifest("0000-00-00 00:00:00"), date(2026, 11, 2)), date(2026, 11, 3), None),
        (Previous(manifest(None), date(2026, 11, 2)), date(2026, 11, 3), None),
    ],
)
def test_scenario_11_changes_are_asked_for_with_overlap_and_in_full_every_week(
    previous: Previous | None, today: date, since: str | None
) -> None:
    assert changes_since(previous, today, full_every_days=7, overlap_minutes=180) == since


def open_file(folder: Path, **header: object) -> LandingFile:
    return LandingFile(folder, "lms", "users", {"since": None, **header})


def test_a_landing_file_goes_on_after_its_last_whole_page(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    for number in (1, 2):
        one = page(number, row(number), total=3)
        file.append(one, one.records)
    file.close()
    part = tmp_path / "lms" / "users.ndjson.zst.part"
    part.write_bytes(part.read_bytes()[:-3])
    again = open_file(tmp_path)
    assert again.is_resumed
    assert [(p.part.key, p.records, p.total) for p in again.landed()] == [("users#1", [row(1)], 3)]
    last = page(2, row(2), total=3)
    again.append(last, last.records)
    sha256, size = again.finish()
    assert (sha256, size) == file_digest(tmp_path / "lms" / "users.ndjson.zst")
    lines = list(read_lines(tmp_path / "lms" / "users.ndjson.zst"))
    assert [(line["page"], line["records"]) for line in lines] == [(1, [row(1)]), (2, [row(2)])]
    assert not part.exists()


def test_another_question_starts_anew(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    one = page(1, row(1))
    file.append(one, one.records)
    file.close()
    other = open_file(tmp_path, since="2026-11-01 00:00:00")
    assert not other.is_resumed
    assert list(other.landed()) == []
    other.discard()


def test_a_long_page_is_split_by_record_and_comes_back_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "LINE_BYTES", 100)
    file = open_file(tmp_path)
    long = page(1, *(row(n, text="x" * 60) for n in range(5)))
    file.append(long, long.records)
    assert file.lines == 5
    assert [p.records for p in file.landed()] == [long.records]
    file.discard()
