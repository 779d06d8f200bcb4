"""The review of role mappings as a workbook: what it shows, and what of a filled-in one is taken or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from lms_hris_pipeline.ledger import RoleDecision
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.report import pages, render
from lms_hris_pipeline.report.facts import NightFacts
from lms_hris_pipeline.report.role_lines import RoleLine, read_role_lines
from lms_hris_pipeline.report.role_review import Reviewed, judge_review
from lms_hris_pipeline.report.role_workbook import WORDS, read_role_workbook, write_role_workbook
from lms_hris_pipeline.settings import Settings
from lms_hris_pipeline.tables import match, report
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.reconcile import decided_role, link, reconciled
from lms_hris_pipeline_tests.support.reports import facts_of, text_of
from lms_hris_pipeline_tests.support.review_books import fill_in
from lms_hris_pipeline_tests.support.stage import build_all, job, sandbox_settings, user, worker

HOSTILE = '=cmd|"/c calc"!A1'
SETTINGS = sandbox_settings(scope={"roles": ({"source": "job_profile", "value": "JP-2", "group": "Builders"},)})


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Four mappings: one proposed, one by a rule, one approved, one rejected; and one that fills itself."""
    people = range(1, 33)
    jobs = {n: job(n, Job_Profile_ID="JP-1" if n < 13 else "JP-2") for n in people}
    groups = (
        (1, HOSTILE, "manual"),
        (2, "Builders", "manual"),
        (3, "Here", "automatic"),
        (4, "Four", "manual"),
        (5, "Five", "manual"),
    )
    members = [(1, n) for n in range(1, 13)] + [(2, n) for n in range(13, 33)] + [(3, n) for n in range(1, 13)]
    return reconciled(
        {"workers": [worker(n, [jobs[n]]) for n in people]},
        {
            "users": [user(n, field_2=jobs[n]["Job_Profile_ID"]) for n in people],
            "groups": [{"id": str(number), "name": name, "type": kind} for number, name, kind in groups],
            "group_members": [{"group_id": str(group), "user_id": str(10_000 + n)} for group, n in members],
        },
        people=[link(n, n) for n in people],
        roles=[
            decided_role("job_profile", "JP-1", "4", counts=(12, 0)),
            decided_role("job_profile", "JP-1", "5", "rejected", (12, 0)),
        ],
        settings=SETTINGS,
        as_of=datetime.fromisoformat("2026-02-01T21:00:00+00:00"),
    )


@pytest.fixture
def book(batch: Batch, tmp_path: Path) -> Path:
    """The workbook of the batch, nothing filled in."""
    file = tmp_path / "roles.xlsx"
    write_role_workbook(file, batch, NightFacts("Lumen", SETTINGS.firm.zone, SETTINGS.policy), lines_of(batch))
    return file


def lines_of(batch: Batch) -> list[RoleLine]:
    return read_role_lines(batch, [tuple(row.values()) for row in batch.read(match.ROLE_DECISIONS).to_pylist()])


def judged(batch: Batch, file: Path, settings: Settings = SETTINGS) -> Reviewed:
    return judge_review(read_role_workbook(file), lines_of(batch), settings.scope.is_privileged)


KEEP_OR_APPROVE = {"proposed": "approve", "in_force": "keep", "rejected": "Keep "}


def test_the_workbook_shows_every_mapping_with_its_evidence_and_nothing_that_acts(batch: Batch, book: Path) -> None:
    read = load_workbook(book)
    sheet = read["Mappings"]
    rows = [
        dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in row], strict=True)) for row in sheet[2:5]
    ]
    assert [(row["state"], row["origin"], row["group_name"]) for row in rows] == [
        ("proposed", "memberships", HOSTILE),
        ("in_force", "person", "Four"),
        ("in_force", "settings", "Builders"),
        ("rejected", "person", "Five"),
    ]
    assert rows[0]["evidence"] == (
        "12 of 12 accounts with it are in the group (100%), 2.67 times as often as everyone. "
        "Approved alone, it would add 0 and take 0 out of the group."
    )
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr", "d"}
    assert sheet.freeze_panes == "A2"
    [choice] = sheet.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == (f'"{",".join(WORDS)}"', "A2:A5")
    assert [row[0].value for row in read["Automatic groups"].iter_rows(min_row=2)] == ["automatic"]
    read.close()


def test_the_morning_page_says_that_mappings_wait(batch: Batch) -> None:
    build_all(batch, report.TABLES)
    facts = facts_of(batch)
    text = text_of(pages.index_page(batch, facts, render.read_morning(batch, facts, [])))
    assert "1 role mapping that memberships suggest. Look: lms-hris roles list --state proposed" in text
    assert "Role mappings in force 2" in text


def test_a_whole_review_is_taken(batch: Batch, book: Path) -> None:
    reviewed = judged(batch, fill_in(book, lambda row: KEEP_OR_APPROVE[row["state"]], B2="as agreed"))
    assert reviewed == Reviewed(
        (RoleDecision("job_profile", "JP-1", "1", HOSTILE, "approved", 12, 12, "as agreed"),), 4, is_whole=True
    )


def test_what_has_no_word_is_left_and_the_review_is_not_whole(batch: Batch, book: Path) -> None:
    reviewed = judged(
        batch, fill_in(book, lambda row: "reject" if row["origin"] == "person" and row["state"] == "in_force" else None)
    )
    assert [(one.group_name, one.verdict) for one in reviewed.decisions] == [("Four", "rejected")]
    assert (reviewed.mappings, reviewed.is_whole) == (1, False)


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    (
        "another word",
        {"A2": "yes"},
        "A2: 'yes' does not fit a mapping that is proposed by memberships; it is approve or reject",
    ),
    (
        "a rule is not rejected here",
        {"A4": "reject"},
        "A4: 'reject' does not fit a mapping that is in_force by settings",
    ),
    ("changed value", {"E2": "JP-9"}, "E2: value is 'JP-9', the mapping's is 'JP-1'"),
    ("changed group", {"G2": "Everybody"}, "G2: group_name is 'Everybody'"),
    ("changed group id", {"T2": "2"}, "T2: group_id_lms is '2', the mapping's is '1'"),
    ("unknown mapping", {"U2": "0000"}, "U2: the current batch has no mapping '0000'"),
    ("no mapping", {"U2": None}, "U2: the current batch has no mapping ''"),
    ("stale evidence", {"J2": 9}, "J2: 9 of 12 were in the group, now it is 12 of 12"),
    ("no count", {"I2": "many"}, "I2: people and members are counts"),
    ("decided since", {"C2": "rejected"}, "C2: the mapping was 'rejected' and is 'proposed' by now"),
    ("a long note", {"B2": "x" * 2001}, "B2: a note has at most 2,000 characters"),
]


@pytest.mark.parametrize(("case", "cells", "says"), FAULTS, ids=[case[0] for case in FAULTS])
def test_one_fault_and_nothing_is_taken(batch: Batch, book: Path, case: str, cells: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match="nothing was recorded") as refused:
        judged(batch, fill_in(book, lambda row: KEEP_OR_APPROVE[row["state"]], **cells))
    assert says in str(refused.value)


def test_all_faults_stand_in_one_message(batch: Batch, book: Path) -> None:
    with pytest.raises(BadInput) as refused:
        judged(batch, fill_in(book, lambda row: "perhaps", U3="0000"))
    assert str(refused.value).count("\n  ") == 4


def test_a_mapping_stands_once(batch: Batch, book: Path) -> None:
    rows = read_role_workbook(fill_in(book, lambda row: KEEP_OR_APPROVE[row["state"]]))
    copy = replace(rows[0], places={**rows[0].places, "mapping_id": "U9"})
    with pytest.raises(BadInput, match="stands in U2 already"):
        judge_review([*rows, copy], lines_of(batch), SETTINGS.scope.is_privileged)


def test_a_group_that_became_privileged_is_refused(batch: Batch, book: Path) -> None:
    strict = sandbox_settings(scope={"roles": (), "privileged_groups": ("=cmd*",)})
    with pytest.raises(BadInput, match="is privileged; such groups are given by hand alone"):
        judged(batch, fill_in(book, lambda row: KEEP_OR_APPROVE[row["state"]]), strict)


def test_a_review_without_a_word_says_so(batch: Batch, book: Path) -> None:
    with pytest.raises(BadInput, match="holds no decision"):
        judged(batch, book)


def test_what_was_decided_since_the_batch_is_shown(batch: Batch) -> None:
    later = datetime.fromisoformat("2026-02-02T08:00:00")
    word = ("job_profile", "JP-1", "1", HOSTILE, "approved", 12, 12, "Grace", later)
    [line] = [line for line in read_role_lines(batch, [word]) if line.group_name == HOSTILE]
    assert (line.state, line.origin, line.decided_by) == ("in_force", "person", "Grace")


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "There is no file"), (b"no zip", "is no workbook that can be read"), (b"PK\x03\x04", "is no workbook")],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "odd.xlsx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        read_role_workbook(file)


def test_a_workbook_without_its_columns_is_refused(book: Path) -> None:
    with pytest.raises(BadInput, match="amiss: decision"):
        read_role_workbook(fill_in(book, lambda row: None, A1="my decision"))
