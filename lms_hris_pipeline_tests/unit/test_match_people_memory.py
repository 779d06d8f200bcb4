"""What a night remembers of its comparisons: what is known again, what is left aside, and what it spares."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match import people_memory
from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_bench import Bench
from lms_hris_pipeline.match.people_given import people_query, read_given
from lms_hris_pipeline.match.people_memory import read_memory
from lms_hris_pipeline.settings import MatchSettings
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


def test_few_changes_cost_few_comparisons(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare = Bench.compare

    def counted(self: Bench, pairs: pa.Table) -> Any:
        compared.append(pairs.num_rows)
        return compare(self, pairs)

    monkeypatch.setattr(Bench, "compare", counted)
    memory = tmp_path / "people" / "compared.npz"
    first = matched(firm, memory)
    assert matched(firm, memory).equals(first), "nothing changed"
    later = changed(firm)
    with_memory, without = matched(later, memory), matched(later, None)
    assert with_memory.equals(without)
    everybody, nobody, some, everybody_again = compared
    assert nobody == 0
    assert 0 < some < 0.1 * everybody < everybody_again


def test_a_memory_names_nobody(firm: Firm, tmp_path: Path) -> None:
    memory = tmp_path / "compared.npz"
    matched(firm, memory)
    with np.load(memory) as stored:
        kinds = {stored[name].dtype.kind for name in stored.files if name != "writer"}
    assert kinds <= {"u", "i", "b"}, "hashes, numbers, levels and flags"


@pytest.mark.parametrize(("side", "alias", "numbers"), [
    ("account", "given", ("account_no",)),
    ("worker", "given", ("worker_no", "person_no")),
    ("worker", "ways", ("way_no", "worker_no")),
])  # fmt: skip
def test_a_mark_covers_whatever_is_given(firm: Firm, side: str, alias: str, numbers: tuple[str, ...]) -> None:
    batch = people_batch(firm.workers[:3], firm.accounts[:3])
    given = read_given(batch)
    batch.close()
    table = given.names if alias == "ways" else getattr(given, f"{side}s")
    named = set(re.findall(rf"\b{alias}\.(\w+)", people_query(f"{side}_marks").partition("hash(")[2]))
    assert set(table.column_names) - set(numbers) <= named


@pytest.mark.parametrize("harm", ["cut", "other bytes", "no archive"])
def test_a_damaged_memory_is_left_aside_and_told(
    firm: Firm, tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    memory = tmp_path / "compared.npz"
    whole = matched(firm, memory)
    content = memory.read_bytes()
    middle = len(content) // 2
    memory.write_bytes(
        {
            "cut": content[:middle],
            "other bytes": content[:middle] + bytes(255 - byte for byte in content[middle : middle + 9]) + content[middle + 9 :],
            "no archive": b"nothing",
        }[harm]
    )  # fmt: skip
    with caplog.at_level(logging.WARNING, logger="lms_hris_pipeline"):
        assert matched(firm, memory).equals(whole)
    assert [json.loads(record.message)["event"] for record in caplog.records] == ["people_memory_discarded"]
    assert read_memory(memory) is not None, "the next night has one again"


def test_other_code_remembers_by_itself(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = tmp_path / "compared.npz"
    matched(firm, memory)
    assert read_memory(memory) is not None
    monkeypatch.setattr(people_memory, "writer", lambda: "another release")
    assert read_memory(memory) is None


def test_a_memory_that_cannot_be_kept_stops_nothing(
    firm: Firm, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "people").write_text("a file where a folder should be", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="lms_hris_pipeline"):
        rows = matched(firm, tmp_path / "people" / "compared.npz")
    assert rows.equals(matched(firm, None))
    assert "people_memory_not_kept" in {json.loads(record.message)["event"] for record in caplog.records}
