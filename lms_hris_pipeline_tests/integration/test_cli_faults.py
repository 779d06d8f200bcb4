"""`lms-hris sandbox fault`: what is set from the shell is what callers of the running sandbox meet."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
from collections.abc import Iterator

import pytest

from lms_hris_pipeline.sandbox.company import FaultRates
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.sandbox_api import Sandbox, sandbox_in

__all__ = ["home"]
SET = ("sandbox", "fault", "set")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in(tmp_path_factory.mktemp("company")) as running:
        yield running


@pytest.fixture
def sandbox(serving: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The running sandbox with no faults, exported as `sandbox serve` says."""
    monkeypatch.setenv("LMS_HRIS_LMS__BASE_URL", serving.server.docebo_url)
    serving.control("DELETE", "/faults")
    return serving


def test_a_fault_is_set_met_listed_and_cleared(home: Home, sandbox: Sandbox) -> None:
    assert home.lms_hris("sandbox", "fault", "list").out == "No fault is armed.\n"
    ran = home.lms_hris(*SET, "429", "--path", "/manage/v1/user", "--times", "2", "--retry-after", "7")
    assert (ran.exit_code, "is armed: 429, 2 matching calls." in ran.out) == (0, True), ran.err
    token = sandbox.docebo_token()
    statuses = []
    for _ in range(3):
        reply = sandbox.http.get(
            f"{sandbox.server.docebo_url}/manage/v1/user", headers={"Authorization": f"Bearer {token}"}
        )
        statuses.append((reply.status_code, reply.headers.get("Retry-After")))
    assert statuses == [(429, "7"), (429, "7"), (200, None)]
    listed = home.lms_hris("sandbox", "fault", "list").out.splitlines()[-1].split()
    assert listed[1:] == ["429", "path", "/manage/v1/user,", "retry_after", "7", "2", "3", "2"]
    assert home.lms_hris("sandbox", "fault", "clear").out == "No fault is armed.\n"
    assert sandbox.control("GET", "/faults") == {"faults": []}


def test_always_is_every_matching_call(home: Home, sandbox: Sandbox) -> None:
    assert "every matching call" in home.lms_hris(*SET, "503", "--always").out
    assert "one matching call" in home.lms_hris(*SET, "500").out
    assert [fault["times"] for fault in sandbox.control("GET", "/faults")["faults"]] == [None, 1]
    assert "every one" in home.lms_hris("sandbox", "fault", "list", "--url", sandbox.server.docebo_url).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("earthquake",), "there is no fault 'earthquake'; there are 429, 500, 503,"),
        (("renamed_field",), "renamed_field needs 'field'"),
        (("cut_body", "--cut", "paper"), "Write --cut body or --cut connection"),
        (("503", "--url", "http://payroll.example"), "is not the sandbox: it answers on loopback alone"),
        (("503", "--url", "https://127.0.0.1"), "is not the sandbox"),
        (("503", "--url", "http://127.0.0.1.example"), "is not the sandbox"),
    ],
)
def test_what_cannot_be_meant_is_refused(home: Home, sandbox: Sandbox, arguments: tuple[str, ...], words: str) -> None:
    ran = home.lms_hris(*SET, *arguments)
    assert (ran.exit_code, words in ran.err) == (2, True), ran.err
    assert sandbox.control("GET", "/faults") == {"faults": []}


def test_a_sandbox_that_is_not_there_is_said(home: Home, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    ran = home.lms_hris("sandbox", "fault", "list", "--url", nobody)
    assert (ran.exit_code, ran.err.startswith("Transient: No sandbox answers at")) == (75, True), ran.err
    other = home.lms_hris("sandbox", "fault", "list", "--url", sandbox.server.workday_url)
    assert (other.exit_code, "Name the Docebo address" in other.err) == (2, True), other.err
    monkeypatch.delenv("LMS_HRIS_LMS__BASE_URL")
    unnamed = home.lms_hris("sandbox", "fault", "list")
    assert (unnamed.exit_code, "lms-hris sandbox serve" in unnamed.err) == (2, True), unnamed.err


@pytest.mark.parametrize("factor", [0.0, 2.0])
def test_a_new_company_disagrees_as_often_as_asked(home: Home, factor: float) -> None:
    home.configure(profile="sandbox")
    ran = home.lms_hris("sandbox", "reset", "--workers", "50", "--discrepancies", str(factor))
    assert ran.exit_code == 0, ran.err
    with contextlib.closing(sqlite3.connect(home.data / "sandbox" / "company.sqlite")) as company:
        (noted,) = company.execute("select value from meta where key = 'fault_rates'").fetchone()
    assert FaultRates.from_json(noted) == FaultRates.default().scaled(factor)
