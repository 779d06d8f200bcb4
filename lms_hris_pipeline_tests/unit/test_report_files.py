"""The files of a night: the same bytes each time, whole or not at all, typed, inert, nothing left out in silence."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from lms_hris_pipeline.model.delta import DeltaState
from lms_hris_pipeline.report import pages, render, workbooks
from lms_hris_pipeline.report.facts import DeltaStanding
from lms_hris_pipeline.report.findings import by_cause, read_findings
from lms_hris_pipeline.report.inert import csv_cell, visible
from lms_hris_pipeline.report.render import REPORT_FILES, render_reports
from lms_hris_pipeline.tables import reconcile, report
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reports import HOSTILE, busy_night, facts_of, reported, text_of
from lms_hris_pipeline_tests.support.stage import ORGANISATION, job, rows_of, worker

PEOPLE = 40


@pytest.fixture(scope="module")
def night() -> Iterator[Batch]:
    batch = busy_night(PEOPLE)
    yield batch
    batch.close()


@pytest.fixture(scope="module")
def folder(night: Batch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("reports") / night.id
    assert render_reports(night, target, facts_of(night)) == [target / name for name in REPORT_FILES]
    return target


def sheet(file: Path, title: str) -> list[dict[str, Any]]:
    """The rows of a sheet as a spreadsheet reads them, by header."""
    head, *rows = openpyxl.load_workbook(file)[title].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_same_batch_and_facts_give_the_same_bytes(night: Batch, folder: Path, tmp_path: Path) -> None:
    render_reports(night, tmp_path / "again", facts_of(night))
    for name in REPORT_FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_folder_that_exists_keeps_what_is_not_ours(night: Batch, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "night"
    target.mkdir()
    (target / "publication.json").write_text("{}", encoding="utf-8")
    (target / "index.html").write_text("old", encoding="utf-8")
    (tmp_path / ".night.part").mkdir()
    (tmp_path / ".night.part" / "left over by a crash").touch()
    render_reports(night, target, facts_of(night))
    assert sorted(path.name for path in target.iterdir()) == sorted([*REPORT_FILES, "publication.json"])
    assert (target / "index.html").read_bytes() == (folder / "index.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["night"]


def test_a_failure_leaves_what_was_there(night: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OSError("disk full")

    target = tmp_path / "night"
    monkeypatch.setattr(render, "index_page", fail)
    with pytest.raises(OSError, match="disk full"):
        render_reports(night, target, facts_of(night))
    assert list(tmp_path.iterdir()) == []


def test_every_exception_is_in_workbook_and_csv_in_one_order(night: Batch, folder: Path) -> None:
    rows = sheet(folder / "exceptions.xlsx", "Exceptions")
    expected = {row["exception_id"]: row for row in rows_of(night, reconcile.EXCEPTIONS)}
    assert {row["exception_id"] for row in rows} == set(expected)
    ranks = [(reconcile.SEVERITIES.index(row["severity"]), row["first_seen"]) for row in rows]
    assert ranks == sorted(ranks)
    for row in rows:
        known = expected[row["exception_id"]]
        for name in ("type", "severity", "worker_id_hris", "learner_id_lms", "field"):
            assert row[name] == known[name]
        for name in ("hris_value", "lms_value"):
            # _x005F_ is how a workbook writes an underscore that begins an escape
            assert (row[name] or "").replace("_x005F_", "_").rstrip() == visible(known[name] or "").rstrip()
    with open(folder / "exceptions.csv", encoding="utf-8-sig", newline="") as handle:
        listed = list(csv.DictReader(handle))
    assert [row["exception_id"] for row in listed] == [row["exception_id"] for row in rows]
    assert [row["hris_value"] for row in listed] == [csv_cell(expected[row["exception_id"]]["hris_value"] or "") for row in listed]  # fmt: skip


def test_the_csv_is_utf_8_with_mark_and_rfc_4180(folder: Path) -> None:
    raw = (folder / "exceptions.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]


def test_scenario_31_workbooks_hold_text_and_no_formula(folder: Path) -> None:
    for name in ("exceptions.xlsx", "chargeback.xlsx"):
        for page in openpyxl.load_workbook(folder / name).worksheets:
            cells = [cell for row in page.iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}, page.title
            assert not [cell.coordinate for cell in cells if cell.hyperlink]
    names = {row["worker_name"] for row in sheet(folder / "exceptions.xlsx", "Exceptions")}
    for hostile in HOSTILE[::4]:
        assert any(name and visible(hostile.strip()) in name for name in names), hostile


def test_cells_are_typed_and_headers_stay_in_view(folder: Path, night: Batch) -> None:
    book = openpyxl.load_workbook(folder / "exceptions.xlsx")
    page = book["Exceptions"]
    head = [cell.value for cell in page[1]]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == page.dimensions
    by_name = dict(zip(head, page[2], strict=True))
    assert isinstance(by_name["first_seen"].value, datetime)
    assert isinstance(by_name["age_days"].value, int)
    numbers = [row["employee_number"] for row in sheet(folder / "exceptions.xlsx", "Exceptions")]
    assert "000014" in numbers
    assert book.properties.created == night.as_of.replace(tzinfo=None)
    lines = openpyxl.load_workbook(folder / "chargeback.xlsx")["Invoice lines"]
    formats = {cell.value: lines[2][number].number_format for number, cell in enumerate(lines[1])}
    assert (formats["net_amount"], formats["service_to_date"], formats["invoice_id"]) == ("#,##0.00", "yyyy-mm-dd", "@")


def test_the_about_sheets_say_what_every_column_means(folder: Path) -> None:
    for name, title in (("exceptions.xlsx", "Exceptions"), ("chargeback.xlsx", "Chargeback")):
        book = openpyxl.load_workbook(folder / name)
        about = [[cell or "" for cell in row] for row in book["About"].iter_rows(values_only=True)]
        assert ["Report", "", title] in about
        assert ["As at seal", "", "Monday 2 November 2026, 22:00 CET"] in about
        explained = {(line[0], line[1]) for line in about if line[2]}
        for page in book.worksheets[:-1]:
            assert {(page.title, cell.value) for cell in page[1]} <= explained


def test_scenario_28_the_workbook_sums_to_the_invoices(folder: Path, night: Batch) -> None:
    file = folder / "chargeback.xlsx"
    assert openpyxl.load_workbook(file).sheetnames == ["Summary", "Chargeback", "Shares", "Invoice lines", "About"]
    for total in sheet(file, "Summary"):
        assert total["net_difference"] == total["tax_difference"] == 0
        for title in ("Chargeback", "Shares", "Invoice lines"):
            rows = [row for row in sheet(file, title) if row["currency"] == total["currency"]]
            for name in ("net_amount", "tax_amount"):
                assert sum(Decimal(str(row[name])) for row in rows) == Decimal(str(total[name])), (title, name)
    assert len(sheet(file, "Shares")) == night.count(report.ALLOCATED_CHARGES)
    assert len(sheet(file, "Chargeback")) == night.count(report.CHARGEBACK)


def test_long_sheets_go_on_in_a_further_one(night: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_ROWS", 25)
    render_reports(night, tmp_path / "night", facts_of(night))
    book = openpyxl.load_workbook(tmp_path / "night" / "exceptions.xlsx")
    total = night.count(reconcile.EXCEPTIONS)
    parts = [page.max_row - 1 for page in book.worksheets[:-1]]
    assert sum(parts) == total
    assert max(parts) == 25
    assert book.sheetnames[:2] == ["Exceptions", "Exceptions 2"]


def test_scenario_32_one_closed_cost_centre_is_one_cause(night: Batch, folder: Path) -> None:
    causes = {cause.key: cause for cause in by_cause(read_findings(night, facts_of(night)))}
    closed = causes["cost_center:CC-9"]
    assert len(closed.findings) == PEOPLE // 2
    assert closed.title == "Cost centre CC-9 Nine & <Sons>"
    page = (folder / "exceptions.html").read_text(encoding="utf-8")
    assert page.count("Cost centre CC-9 Nine &amp; &lt;Sons&gt;") == 1
    assert page.count('class="cause"') == sum(len(cause.findings) > 1 for cause in causes.values())


def test_causes_come_by_severity_then_age(night: Batch) -> None:
    causes = by_cause(read_findings(night, facts_of(night)))
    keys = [(reconcile.SEVERITIES.index(cause.severity), cause.findings[0].first_seen) for cause in causes]
    assert keys == sorted(keys)


def test_what_does_not_fit_the_page_is_said(night: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = facts_of(night)
    causes = by_cause(read_findings(night, facts))
    total = night.count(reconcile.EXCEPTIONS)
    monkeypatch.setattr(pages, "MAX_FINDINGS", 30)
    monkeypatch.setattr(pages, "MAX_OF_CAUSE", 7)
    page = pages.exceptions_page(night, facts, causes)
    assert page.count('<tr class="finding"') == 30
    assert f"This page shows 30 of {total} findings" in text_of(page)
    assert f"The other {total - 30} are in the XLSX and CSV files" in text_of(page)
    assert "13 more of them are in the XLSX and CSV files." in text_of(page)


def test_scenario_31_pages_escape_what_they_show(folder: Path) -> None:
    for name in ("index.html", "exceptions.html", "chargeback.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert page.count("<script>") == (1 if name == "exceptions.html" else 0)
        assert "<img" not in page
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
        assert not re.findall(r"(?:src|href)=\"(?!#|[a-z]+\.(?:html|xlsx|csv|json)[#\"])[^\"]*\"?", page)
        assert "default-src 'none'" in html.unescape(page)
    assert "&lt;script&gt;document.title" in (folder / "exceptions.html").read_text(encoding="utf-8")


def test_the_morning_page_tells_the_night(night: Batch, folder: Path) -> None:
    text = text_of((folder / "index.html").read_text(encoding="utf-8"))
    counts = {row["severity"]: 0 for row in rows_of(night, reconcile.EXCEPTIONS)}
    for row in rows_of(night, reconcile.EXCEPTIONS):
        counts[row["severity"]] += 1
    assert f"The two systems disagree in {sum(counts.values())} places" in text
    assert f"high {counts['high']}" in text
    assert f"{PEOPLE} worker records: {PEOPLE} included, 0 left out." in text
    assert "As at seal: Monday 2 November 2026, 22:00 CET. Batch test-01." in text
    assert "lms-hris deltas approve --family organisation" in text
    assert "lms-hris matches review --out matches.xlsx" in text
    assert "publication.json" in text
    assert "EUR\u00a010.00 that no cost centre bears" in text.replace("EUR 10.00", "EUR\u00a010.00")
    assert "Not everything was read" not in text


def test_an_incomplete_extract_is_told_loudly() -> None:
    batch = busy_night(10, incomplete=("lms.enrolments",))
    facts = facts_of(batch)
    index = text_of(pages.index_page(batch, facts, render.read_morning(batch, facts, read_findings(batch, facts))))
    assert "Not everything was read Learning system, enrolments" in index
    assert "incomplete: no reason was recorded" in index
    costs = text_of(pages.chargeback_page(batch, facts, render.read_costs(batch)))
    assert "The shares below rest on what arrived." in costs
    assert "what it is shared by was not all read" in costs


def test_chargeback_names_what_is_odd(folder: Path) -> None:
    text = text_of((folder / "chargeback.html").read_text(encoding="utf-8"))
    assert "equal to the invoices, to the cent" in text
    assert "CC-9 bears charges and is closed on 15 Jan 2026." in text
    assert "CC-77 bears charges and is not known to the HR system." in text
    assert "I-1/2" in text
    assert "its course is not in the catalogue" in text
    assert "UNASSIGNED" in text
    assert "adjusted by a cent" in text
    assert "GBP −7.01" in text.replace("\u00a0", " ")


def test_a_quiet_night_says_so(tmp_path: Path) -> None:
    batch = reported({"cost_centers": ORGANISATION["cost_centers"]})
    render_reports(batch, tmp_path / "night", facts_of(batch))
    text = {name: text_of((tmp_path / "night" / f"{name}.html").read_text(encoding="utf-8")) for name in ("index", "exceptions", "chargeback")}  # fmt: skip
    assert "The two systems agree: no exceptions. No changes are proposed." in text["index"]
    assert "None: the two systems agree." in text["exceptions"]
    assert "No invoices were read." in text["chargeback"]
    assert sheet(tmp_path / "night" / "exceptions.xlsx", "Exceptions") == []


def test_a_finding_names_people_and_the_change_that_mends_it() -> None:
    batch = reported({"workers": [worker(1), worker(2, [job(2, Manager_WID=f"{1:032x}")])]})
    [mended] = [row for row in rows_of(batch, reconcile.EXCEPTIONS) if row["worker_id_hris"] == f"{2:032x}" and row["wish_id"]]  # fmt: skip
    wish = mended["wish_id"]
    facts = facts_of(
        batch,
        first_seen={mended["exception_id"]: batch.as_of - timedelta(days=3, hours=2)},
        deltas={wish: DeltaStanding(2, DeltaState.REJECTED)},
    )
    [finding] = [found for found in read_findings(batch, facts) if found.exception_id == mended["exception_id"]]
    assert (finding.name, finding.employee_number, finding.cost_center_id) == ("First2 Last2", "000002", "CC-1")
    assert (finding.change, str(finding.outlook), finding.age) == ("create account", "rejected", "3 days")
    page = text_of(pages.exceptions_page(batch, facts, by_cause(read_findings(batch, facts))))
    assert f"Proposed: create account; rejected before. Delta {facts.delta_id(wish)[:12]}" in page
    assert "HR names the manager" not in page or "First1 Last1" in page


def test_a_pair_to_be_decided_shows_its_evidence(night: Batch, folder: Path) -> None:
    page = (folder / "exceptions.html").read_text(encoding="utf-8")
    reviews = [row for row in rows_of(night, reconcile.EXCEPTIONS) if row["type"] == "identity_review"]
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') == page.count('class="waterfall"') == len(reviews) > 0
    assert page.count(">place: none</text>") == len(reviews)
    assert "email: missing" not in page, "what says nothing has no bar"


def test_quick_sheets_write_what_plain_ones_do(tmp_path: Path) -> None:
    texts = [
        *HOSTILE,
        "plain",
        "Zoë 李 🙂",
        " blank before",
        "blank after ",
        "a & b",
        "",
        "_x0041_",
        "line\nfeed",
        "\ufffe",
        "plain again",
    ]
    for is_quick in (True, False):
        book = xlsxwriter.Workbook(tmp_path / str(is_quick), {"constant_memory": True})
        book.set_properties({"created": datetime(2026, 11, 2)})  # noqa: DTZ001 - a workbook's dates have no zone
        page = book.add_worksheet("Texts", worksheet_class=workbooks.QuickSheet if is_quick else None)
        style, other = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        page.write_string(0, 1, "header", other)
        for number, text in enumerate(texts, start=1):
            cells = [(0, text, style), (27, "plain", other), (28, number / 7, style), (29, Decimal("1.50"), other)]
            if is_quick:
                page.write_line(number, cells[number % 2 :])
                continue
            for column, value, kind in cells[number % 2 :]:
                page.write(number, column, value, kind) if column > 27 else page.write_string(
                    number, column, value, kind
                )
        book.close()
    assert (tmp_path / "True").read_bytes() == (tmp_path / "False").read_bytes()
