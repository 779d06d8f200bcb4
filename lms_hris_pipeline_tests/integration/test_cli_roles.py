"""`lms-hris roles` over a made-up company: seen in memberships, exported, decided, imported, published, settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lms_hris_pipeline.sandbox import company
from lms_hris_pipeline_tests.support.cli import Home
from lms_hris_pipeline_tests.support.nights import House, house, proposed
from lms_hris_pipeline_tests.support.review_books import Row, fill_in

GROUP = "Leipzig plant tours"


def the_mapping(built: House) -> dict[str, Any]:
    with built.batch() as batch:
        query = "select state, origin, people, members, removals from match.roles where group_name = $group"
        [row] = batch.execute(query, {"group": GROUP})
    return dict(zip(("state", "origin", "people", "members", "removals"), row, strict=True))


def word(row: Row) -> str:
    """Approve the one group, reject what else is proposed, leave all others as they are."""
    if row["state"] != "proposed":
        return "keep"
    return "approve" if row["group_name"] == GROUP else "reject"


@pytest.mark.timeout(900)
def test_a_mapping_is_seen_approved_published_and_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, book = tmp_path / "company", tmp_path / "roles.xlsx"
    company.generate(folder, workers=500, seed=4, faults=company.FaultRates.none())
    shell = Home(tmp_path)
    with house(tmp_path, folder, monkeypatch) as built:
        built.automatic()
        built.night()
        with built.batch() as batch:
            assert proposed(batch) == set(), "what is proposed to a person changes nothing"
        before = the_mapping(built)
        assert (before["state"], before["origin"]) == ("proposed", "memberships")
        assert 0 < before["members"] < before["people"]
        listed = shell.lms_hris("roles", "list", "--state", "proposed")
        assert listed.exit_code == 0, listed.err
        assert GROUP in listed.out
        assert "never reviewed as a whole" in listed.out
        assert shell.lms_hris("roles", "review", "--out", str(book)).exit_code == 0
        taken = shell.lms_hris("roles", "review", "--in", str(fill_in(book, word)), "--by", "ada")
        assert taken.exit_code == 0, taken.err
        assert "Reviewed by ada: 1 mappings approved" in taken.out
        assert "does not count" not in taken.out
        again = shell.lms_hris("roles", "review", "--in", str(book), "--by", "ada")
        assert again.exit_code == 2
        assert "the mapping was 'proposed' and is 'in_force' by now" in again.err
        assert "by ada, 0 days ago" in shell.lms_hris("roles", "list").out
        decided = built.night()
        with built.batch() as batch:
            wishes = {wish[1:3] for wish in proposed(batch)}
            assert wishes == {("groups", "set_groups")}
            assert len(proposed(batch)) == before["people"] - before["members"] + before["removals"]
        built.night()
        after = the_mapping(built)
        assert (after["state"], after["origin"], after["removals"]) == ("in_force", "person", 0)
        assert after["members"] == after["people"] == before["people"]
        with built.batch() as batch:
            assert proposed(batch) == set()
            assert batch.execute("select count(*) from match.roles where state = 'proposed'") == [(0,)]
        built.night(replay_of=decided)
        with built.ledger() as ledger:
            ledger.verify_audit()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "either where to write the workbook"),
        (("--out", "a.xlsx", "--in", "b.xlsx"), "either where to write the workbook"),
        (("--out", "nowhere/a.xlsx"), "There is no folder nowhere"),
        (("--out", "a.ods"), "a.ods is no .xlsx file"),
        (("--out", "lms_hris.xlsx"), "It may hold decisions"),
    ],
)
def test_a_review_goes_one_way_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Home(tmp_path)
    shell.configure()
    (tmp_path / "lms_hris.xlsx").write_bytes(b"decisions")
    ran = shell.lms_hris("roles", "review", *arguments)
    assert ran.exit_code == 2
    assert says in ran.err
