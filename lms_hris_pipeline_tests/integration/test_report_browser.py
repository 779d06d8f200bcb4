"""The pages in a real browser: filters, phones, print, accessibility, no network, nothing hostile runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.report.render import render_reports
from lms_hris_pipeline.tables import reconcile
from lms_hris_pipeline_tests.support.people_tables import linked_page_of
from lms_hris_pipeline_tests.support.reports import HOSTILE, busy_night, facts_of

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = ("index", "exceptions", "chargeback", "linked")
ROW = "#findings tr.finding"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: install the package chromium"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    batch = busy_night(40)
    target = tmp_path_factory.mktemp("reports") / "night"
    render_reports(batch, target, facts_of(batch))
    (target / "linked.html").write_text(linked_page_of(HOSTILE), encoding="utf-8")
    (target / "total").write_text(str(batch.count(reconcile.EXCEPTIONS)))
    batch.close()
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any, folder: Path) -> Iterator[Any]:
    """Opens a page of the night; afterwards nothing was asked of a network and nothing hostile had run."""
    contexts, asked, said = [], [], []

    def opened(name: str, *, fragment: str = "", width: int = 1200, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{(folder / name).as_uri()}.html{fragment}")
        return page

    yield opened
    assert said == []
    assert [url for url in asked if not url.startswith(folder.as_uri())] == []
    for context in contexts:
        assert "taken" not in {page.title() for page in context.pages}
        context.close()


def shown(page: Any) -> int:
    count: int = page.locator(f"{ROW}:visible").count()
    return count


def told(page: Any, beginning: str) -> None:
    """Waits until the line above the findings begins so; a policy on scripts rules out polling by script."""
    playwright.expect(page.locator("#status")).to_have_text(re.compile(f"^{beginning}"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_quiet(open_page: Any, name: str, scheme: str) -> None:
    found = axe.Axe().run(open_page(name, color_scheme=scheme)).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_sideways_scrolling(open_page: Any, name: str) -> None:
    page = open_page(name, width=360)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    widths = page.locator("tbody th:visible").evaluate_all("heads => heads.map(head => head.clientWidth)")
    assert min(widths) > 300, "each row is a card as wide as the screen"
    found = axe.Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found] == []


def test_filters_narrow_the_findings_and_say_how_many(open_page: Any, folder: Path) -> None:
    total = int((folder / "total").read_text())
    page = open_page("exceptions")
    status = page.locator("#status")
    assert f"All {total} findings" in status.inner_text()
    page.select_option("#type", "cost_center_closed")
    told(page, "20 of")
    assert shown(page) == 10
    page.get_by_role("button", name="Show all 20").click()
    assert shown(page) == 20
    page.select_option("#type", "")
    page.fill("#text", "first23 LAST23")
    told(page, r"\d of")
    assert shown(page) > 0
    assert all("First23" in text for text in page.locator(f"{ROW}:visible").all_inner_texts())
    page.fill("#text", "no such words")
    told(page, "0 of")
    page.get_by_role("button", name="Clear").click()
    told(page, "All")


def test_severity_cost_centre_and_next_step_filter_together(open_page: Any) -> None:
    page = open_page("exceptions")
    page.select_option("#severity", "high")
    page.select_option("#next", "person")
    told(page, r"\d+ of")
    before = page.locator("#status").inner_text()
    page.select_option("#center", "CC-9")
    playwright.expect(page.locator("#status")).not_to_have_text(before)
    rows = page.locator(f"{ROW}:visible")
    kinds = rows.evaluate_all("rows => rows.map(row => [row.dataset.severity, row.dataset.center, row.dataset.next])")
    assert kinds
    assert {tuple(kind) for kind in kinds} == {("high", "CC-9", "person")}


def test_figures_of_the_morning_page_lead_to_their_findings(open_page: Any) -> None:
    page = open_page("index")
    link = page.locator("table a[href*='severity=high'][href*='type=missing_account']")
    count = int(link.inner_text())
    link.click()
    page.wait_for_url("**/exceptions.html#*")
    assert page.locator("#type").input_value() == "missing_account"
    assert page.locator("#severity").input_value() == "high"
    assert shown(page) == count


def test_a_fragment_that_names_nothing_shows_everything(open_page: Any) -> None:
    page = open_page("exceptions", fragment="#type=<img>&severity=%22&center=nowhere")
    assert page.locator("#status").inner_text().startswith("All ")


def test_print_shows_all_rows_and_no_controls(open_page: Any, folder: Path) -> None:
    page = open_page("exceptions", fragment="#type=missing_account")
    page.emulate_media(media="print")
    assert shown(page) == int((folder / "total").read_text())
    assert page.locator(".controls:visible").count() == 0


def test_print_leaves_out_evidence_that_nobody_opened(open_page: Any) -> None:
    page = open_page("exceptions")
    page.evaluate(
        "document.querySelectorAll('td').forEach((cell, at) => at < 2 && cell.insertAdjacentHTML("
        "'beforeend', `<details ${at ? 'open' : ''}><summary>What speaks for it</summary><p>a chart</p></details>`))"
    )
    page.emulate_media(media="print")
    assert page.locator("td details").count() == 2
    assert page.locator("td details:visible").all_inner_texts() == ["a chart"]


def test_print_of_the_chargeback_holds_what_was_opened(open_page: Any) -> None:
    """All shares of a year are a hundred sheets of paper; closed parts say where they are."""
    page = open_page("chargeback")
    page.emulate_media(media="print")
    assert page.locator("details").count() > 1
    assert page.locator("details table:visible").count() == 0
    assert page.locator("summary:visible").count() == page.locator("details").count()
    page.evaluate("document.querySelector('details').open = true")
    assert page.locator("details table:visible").count() == 1
    assert page.locator("summary:visible").count() == page.locator("details").count() - 1


def test_without_scripts_everything_is_there(open_page: Any, folder: Path) -> None:
    page = open_page("exceptions", java_script_enabled=False)
    assert shown(page) == int((folder / "total").read_text())
    assert page.locator("#filters:visible").count() == 0
