"""What a night remembers for the next: what is known again, what is left aside, and what it spares."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lms_hris_pipeline.match import people_engine, people_memory, people_shelf
from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_bench import Bench
from lms_hris_pipeline.match.people_decide import Decisions
from lms_hris_pipeline.match.people_given import Given, people_query, read_given
from lms_hris_pipeline.match.people_shelf import Shelf
from lms_hris_pipeline.match.people_weights import load_weights
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables import match
from lms_hris_pipeline_tests.support.people import Firm, FirmMaker, people_batch, worker


@pytest.fixture(scope="module")
def firm() -> Firm:
    return FirmMaker(300, 109, noise=2).make()


def matched(firm: Firm, memory: Path | None) -> pa.Table:
    batch = people_batch(firm.workers, firm.accounts)
    try:
        return match_people(batch, MatchSettings(), None, memory).rows
    finally:
        batch.close()


def changed(firm: Firm) -> Firm:
    """The firm a night later: one left, one came, one married; an account is gone, another has a new number."""
    workers = sorted(firm.workers, key=lambda record: record["worker_id_hris"])
    accounts = sorted(firm.accounts, key=lambda record: record["learner_id_lms"])
    married = {**workers[7], "last_name": "Newname", "former_last_names": [workers[7]["last_name"]]}
    numbered = {**accounts[9], "employee_number": "77"}
    return Firm(
        [*workers[1:7], married, *workers[8:], worker("W0000000x", "Ada", "Lorenz")],
        [*accounts[1:9], numbered, *accounts[10:]],
    )


def test_accounts_of_many_whom_hr_does_not_know_reach_everybody(firm: Firm, tmp_path: Path) -> None:
    """How likely any account is a worker's follows from how many have nobody likely in HR."""
    memory = tmp_path / "people"
    strangers = [
        {**account, "learner_id_lms": f"9{account['learner_id_lms']}"}
        for account in FirmMaker(2_000, 7).make().accounts
    ]
    before, after = firm, Firm(firm.workers, [*firm.accounts, *strangers])
    alone = matched(before, memory)
    beside, whole = matched(after, memory), matched(after, None)
    assert beside.equals(whole)
    ours = pc.is_in(whole["learner_id_lms"], alone["learner_id_lms"].combine_chunks())
    assert not whole.filter(ours)["score"].equals(alone["score"]), "the strangers weigh"


def test_few_changes_reach_few(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared, decided = [], []
    compare, decide = Bench.compare, people_engine.decide

    def comparing(self: Bench, pairs: pa.Table) -> Any:
        compared.append(pairs.num_rows)
        return compare(self, pairs)

    def deciding(given: Given, *rest: Any, **options: Any) -> Decisions:
        decided.append(given.account_count)
        return decide(given, *rest, **options)

    monkeypatch.setattr(Bench, "compare", comparing)
    monkeypatch.setattr(people_engine, "decide", deciding)
    memory = tmp_path / "people"
    first = matched(firm, memory)
    assert matched(firm, memory).equals(first), "nothing changed"
    later = changed(firm)
    with_memory, without = matched(later, memory), matched(later, None)
    assert with_memory.equals(without)
    everybody, nobody, some, everybody_again = compared
    assert nobody == 0
    assert 0 < some < 0.1 * everybody < everybody_again
    assert decided[0] == len(firm.accounts)
    assert decided[1] == 0
    assert 0 < decided[2] < 0.3 * decided[3]


def test_a_memory_names_nobody(firm: Firm, tmp_path: Path) -> None:
    matched(firm, tmp_path)
    head = json.loads((tmp_path / "head.json").read_text(encoding="utf-8"))
    layouts = [part["layout"] for parts in head["parts"].values() for part in parts if "layout" in part]
    kinds = {np.dtype(kind).kind for layout in layouts for _, kind, _ in layout}
    assert kinds <= {"u", "i", "b", "f"}, "hashes, codes, levels, weights and flags; the rest are rows of the result"
    told = Shelf(tmp_path).read(head["frame"]).told  # type: ignore[union-attr]
    assert told[0].column_names == [name for name in match.PEOPLE.column_names if name != "learner_id_lms"]


@pytest.mark.parametrize(("side", "alias", "numbers"), [
    ("account", "given", ("account_no",)),
    ("worker", "given", ("worker_no",)),
    ("way", "ways", ("way_no", "worker_no")),
])  # fmt: skip
def test_a_mark_covers_whatever_is_given(firm: Firm, side: str, alias: str, numbers: tuple[str, ...]) -> None:
    batch = people_batch(firm.workers[:3], firm.accounts[:3])
    given = read_given(batch)
    batch.close()
    records = given.names if alias == "ways" else getattr(given, f"{side}s")
    named = set(re.findall(rf"\b{alias}\.(\w+)", people_query(f"{side}_marks").partition("hash(")[2]))
    assert set(records.rows.column_names) - set(numbers) <= named


@pytest.mark.parametrize("name", ["night", "way", "told", "head"])
@pytest.mark.parametrize("harm", ["cut", "other bytes", "gone"])
def test_a_damaged_memory_is_left_aside(
    firm: Firm, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, harm: str
) -> None:
    whole = matched(firm, tmp_path)
    [file] = tmp_path.glob(f"{name}*")
    content = file.read_bytes()
    middle = len(content) // 2
    if harm == "gone":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(content[:middle])
    else:
        file.write_bytes(
            content[:middle] + bytes(255 - byte for byte in content[middle : middle + 9]) + content[middle + 9 :]
        )
    with caplog.at_level(logging.WARNING, logger="lms_hris_pipeline"):
        assert matched(firm, tmp_path).equals(whole)
    told = [json.loads(record.message)["event"] for record in caplog.records]
    assert told == ([] if harm == "gone" and name == "head" else ["people_memory_discarded"])
    caplog.clear()
    assert matched(firm, tmp_path).equals(whole)
    assert not caplog.records, "the next night has one again"


def test_a_night_that_stopped_while_writing_leaves_the_memory_of_before(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matched(firm, tmp_path)
    head = (tmp_path / "head.json").read_bytes()

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(people_shelf, "write_atomically", stop)
        with pytest.raises(KeyboardInterrupt):
            matched(changed(firm), tmp_path)
    assert (tmp_path / "head.json").read_bytes() == head
    later = changed(firm)
    assert matched(later, tmp_path).equals(matched(later, None))
    parts = json.loads((tmp_path / "head.json").read_text(encoding="utf-8"))["parts"]
    named = {part["file"] for listed in parts.values() for part in listed}
    assert {file.name for file in tmp_path.iterdir()} == {"head.json", *named}, "nothing is left over"


@pytest.mark.parametrize("other", ["code", "model", "settings"])
def test_what_holds_under_another_frame_is_not_used(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    matched(firm, tmp_path)
    weights, settings = load_weights(), MatchSettings()
    if other == "code":
        monkeypatch.setattr(people_engine, "writer", lambda: "another release")
    elif other == "model":
        weights = replace(weights, version="people-4-other")
    else:
        settings = settings.model_copy(update={"link_at": 0.99})
    batch = people_batch(firm.workers, firm.accounts)
    try:
        remembering = match_people(batch, settings, weights, tmp_path)
        assert remembering.rows.equals(match_people(batch, settings, weights).rows)
    finally:
        batch.close()


def test_a_worn_memory_begins_anew(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_memory, "MOST_PARTS", 2)
    for _ in range(4):
        matched(firm, tmp_path)
    head = json.loads((tmp_path / "head.json").read_text(encoding="utf-8"))
    assert len(head["parts"]["told"]) == 1


def test_a_memory_that_cannot_be_kept_stops_nothing(
    firm: Firm, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "people").write_text("a file where a folder should be", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="lms_hris_pipeline"):
        rows = matched(firm, tmp_path / "people" / "more")
    assert rows.equals(matched(firm, None))
    assert "people_memory_not_kept" in {json.loads(record.message)["event"] for record in caplog.records}
