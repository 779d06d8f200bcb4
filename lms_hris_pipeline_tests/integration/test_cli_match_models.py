"""`lms-hris match recalibrate` and `match adopt` at work: learning from a sealed batch's decisions, and who adopts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lms_hris_pipeline.cli import match_models
from lms_hris_pipeline.match.people_models import Recalibrated, models_folder, stage_model
from lms_hris_pipeline.match.people_weights import load_weights
from lms_hris_pipeline.warehouse import Batch
from lms_hris_pipeline_tests.support.cli import Home, home
from lms_hris_pipeline_tests.support.people import FirmMaker, decided_by_truth, people_batch

__all__ = ["home"]


def test_a_staged_model_is_listed_and_adopted_by_name(home: Home) -> None:
    shipped = load_weights()
    stage_model(models_folder(home.data), Recalibrated(replace(shipped, version="people-4-rtest"), {}))
    listed = home.lms_hris("match", "adopt").out
    assert [line.split() for line in listed.splitlines() if line.strip().startswith("people-4")] == [
        [shipped.version, "yes"],
        ["people-4-rtest"],
    ]
    assert home.lms_hris("match", "adopt", "people-4-rtest", "--by", "ada").exit_code == 0
    listed = home.lms_hris("match", "adopt").out
    assert "ada adopted people-4-rtest" in listed
    assert [line.split() for line in listed.splitlines() if line.strip().startswith("people-4")] == [
        [shipped.version],
        ["people-4-rtest", "yes"],
    ]
    unknown = home.lms_hris("match", "adopt", "people-9")
    assert (unknown.exit_code, "no model 'people-9'" in unknown.err) == (2, True)


@pytest.mark.parametrize("flags", [(), ("--unlabelled",)])
def test_a_batch_is_learned_from_and_nothing_is_adopted(
    home: Home, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    firm = FirmMaker(200, 111, noise=3).make()
    said = decided_by_truth(firm)

    class Shelf:
        def __init__(self, data_dir: object) -> None:
            pass

        def read(self, batch_id: str | None) -> Batch:
            batch = Batch.in_memory(as_of=datetime(2026, 11, 2, tzinfo=UTC))
            people_batch(firm.workers, firm.accounts, (), said, batch)
            return _Lent(batch)  # type: ignore[return-value]

    monkeypatch.setattr(match_models, "BatchShelf", Shelf)
    ran = home.lms_hris("match", "recalibrate", *flags)
    assert ran.exit_code == 0, ran.err
    assert "log loss" in ran.out
    report = json.loads(next(models_folder(home.data).glob("*.report.json")).read_text(encoding="utf-8"))
    assert report["decisions"] == report["learned_from"] + report["kept_apart"] > 100
    assert (report["learned_from"] == 0) == bool(flags)
    assert report["moved"]
    assert f"match adopt {report['version']} --by" in " ".join(ran.out.split())
    assert not (models_folder(home.data) / "adopted.json").exists()


class _Lent:
    """A batch that a `with` block closes."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def __enter__(self) -> Batch:
        return self._batch

    def __exit__(self, *_: object) -> None:
        self._batch.close()
