"""Batches are built apart, sealed whole, and never touched again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms_hris_pipeline.model.errors import BadInput, Busy, ContractBroken, Permanent, SealedBatch
from lms_hris_pipeline.tables.canonical import COMPANIES
from lms_hris_pipeline.warehouse import BatchShelf, RunLock, history, shelf

AS_OF = datetime(2026, 1, 1, 21, tzinfo=UTC)


@pytest.fixture
def one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "ALL_TABLES", (COMPANIES,))
    monkeypatch.setattr(history, "KEPT", (COMPANIES,))


def build(place: BatchShelf, day: str, names: list[str]) -> str:
    batch_id = place.next_id(day)
    batch = place.begin(batch_id, AS_OF, {})
    rows = " union all ".join(
        f"select '{i}' as company_id, '{name}' as name, 'EUR' as currency" for i, name in enumerate(names)
    )
    batch.build(COMPANIES, rows)
    history.write_history(batch, place)
    place.seal(batch, {"as_of": AS_OF.isoformat()})
    history.publish_history(place)
    return batch_id


@pytest.mark.usefixtures("one_table")
def test_a_sealed_batch_is_current_read_only_and_final(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    assert place.current() is None
    first = build(place, "2026-01-01", ["a"])
    assert (first, place.current()) == ("2026-01-01-01", first)
    with pytest.raises(SealedBatch, match="stays as it is"):
        place.begin(first, AS_OF, {})
    assert build(place, "2026-01-01", ["b"]) == "2026-01-01-02"
    with place.read() as current, place.read(first) as earlier:
        assert current.execute("select name from canonical.companies") == [("b",)]
        assert earlier.execute("select name from canonical.companies") == [("a",)]
    mode = (place.folder(first) / "warehouse.duckdb").stat().st_mode
    assert mode & 0o222 == 0


@pytest.mark.usefixtures("one_table")
def test_an_unfinished_batch_is_not_sealed_and_the_last_good_one_stays(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    good = build(place, "2026-01-01", ["a"])
    batch = place.begin(place.next_id("2026-01-02"), AS_OF, {})
    with pytest.raises(ContractBroken, match=r"tables not built \['canonical.companies'\]"):
        place.seal(batch, {})
    assert place.current() == good
    assert place.sealed() == [good]


@pytest.mark.usefixtures("one_table")
def test_an_earlier_batch_is_not_sealed_behind_the_current_one(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    good = build(place, "2026-01-02", ["a"])
    with pytest.raises(Permanent, match=f"2026-01-01-01 was not sealed: {good} is current and later"):
        build(place, "2026-01-01", ["b"])
    assert (place.current(), place.sealed()) == (good, [good])


@pytest.mark.usefixtures("one_table")
def test_what_a_batch_of_another_version_lacks_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = BatchShelf(tmp_path)
    name = build(place, "2026-01-01", ["a"])
    with pytest.raises(Permanent, match="seat"), place.read() as batch:
        batch.execute("select companies.seat from canonical.companies")
    monkeypatch.setattr(shelf, "contracts_digest", lambda: "another")
    with place.read() as batch:
        assert batch.execute("select name from canonical.companies") == [("a",)], "what is there can be read"
    said = f"{name} was built by another version"
    with pytest.raises(BadInput, match=said), place.read() as batch:
        batch.execute("select companies.seat from canonical.companies")
    with pytest.raises(BadInput, match=said):
        place.check_version(name)


@pytest.mark.usefixtures("one_table")
def test_readers_see_the_old_batch_while_a_new_one_is_built(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    build(place, "2026-01-01", ["a"])
    place.begin(place.next_id("2026-01-02"), AS_OF, {}).build(
        COMPANIES, "select 'x' as company_id, 'y' as name, 'EUR' as currency"
    )
    with place.read() as current:
        assert current.execute("select name from canonical.companies") == [("a",)]


@pytest.mark.usefixtures("one_table")
def test_history_keeps_what_changed_and_what_went(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    for day, names in (("2026-01-01", ["a", "b"]), ("2026-01-02", ["a", "c"]), ("2026-01-03", ["a"])):
        build(place, day, names)
    with place.read() as batch:
        rows = batch.execute(
            f"select batch_id, change, company_id, name from read_parquet('{tmp_path}/history/companies/*.parquet') order by all"
        )
    assert rows == [
        ("2026-01-01-01", "seen", "0", "a"),
        ("2026-01-01-01", "seen", "1", "b"),
        ("2026-01-02-01", "seen", "1", "c"),
        ("2026-01-03-01", "gone", "1", "c"),
    ]


@pytest.mark.usefixtures("one_table")
def test_history_goes_on_where_a_new_version_keeps_one_column_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = BatchShelf(tmp_path)
    monkeypatch.setattr(history, "KEPT", (replace(COMPANIES, columns=COMPANIES.columns[:-1]),))
    build(place, "2026-01-01", ["a", "b"])
    monkeypatch.setattr(history, "KEPT", (COMPANIES,))
    build(place, "2026-01-02", ["a"])
    build(place, "2026-01-03", ["a"])
    with place.read() as batch:
        rows = batch.execute(
            f"select batch_id, change, company_id, currency "
            f"from read_parquet('{tmp_path}/history/companies/*.parquet', union_by_name = true) order by all"
        )
    assert rows == [
        ("2026-01-01-01", "seen", "0", None),
        ("2026-01-01-01", "seen", "1", None),
        ("2026-01-02-01", "gone", "1", None),
        ("2026-01-02-01", "seen", "0", "EUR"),
    ]


@pytest.mark.usefixtures("one_table")
def test_pruning_keeps_the_last_batches(tmp_path: Path) -> None:
    place = BatchShelf(tmp_path)
    names = [build(place, f"2026-01-0{day}", ["a"]) for day in (1, 2, 3)]
    assert place.prune(2) == names[:1]
    assert place.sealed() == names[1:]


def test_a_batch_name_is_checked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="YYYY-MM-DD-NN"):
        BatchShelf(tmp_path).folder("../../etc")


def test_reading_before_the_first_batch_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="lms-hris nightly"), BatchShelf(tmp_path).read():
        pass


def test_scenario_26_a_second_run_is_refused_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"""
import sys
from pathlib import Path
from lms_hris_pipeline.warehouse import RunLock
with RunLock(Path({str(tmp_path)!r})):
    print("held", flush=True)
    sys.stdin.read()
""",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"process {holder.pid}"), RunLock(tmp_path):
            pass
        holder.kill()
    with RunLock(tmp_path):
        pass
