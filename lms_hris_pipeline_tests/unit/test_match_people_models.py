"""Weights: learned from decisions, estimated without any, kept, adopted by name; and a link's evidence as a chart."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest

from lms_hris_pipeline.match import people_em
from lms_hris_pipeline.match.adoptions import adoptions, staged_versions
from lms_hris_pipeline.match.people import match_people
from lms_hris_pipeline.match.people_compare import compare_people
from lms_hris_pipeline.match.people_em import estimate_weights
from lms_hris_pipeline.match.people_given import Given, read_given
from lms_hris_pipeline.match.people_models import (
    FEWEST_DECISIONS,
    Recalibrated,
    adopt_model,
    adopted_weights,
    keep_model,
    kept_model,
    recalibrate,
    stage_model,
)
from lms_hris_pipeline.match.people_weights import LEVELS, load_weights, read_weights, weights_text
from lms_hris_pipeline.model.errors import BadInput, ContractBroken
from lms_hris_pipeline.model.waterfall import chart_markdown, waterfall_lines, waterfall_svg
from lms_hris_pipeline.settings import MatchSettings
from lms_hris_pipeline.tables.match import PAIR_DECISIONS
from lms_hris_pipeline_tests.support.people import Firm, FirmMaker, decided_by_truth, match_world, people_batch, worker
from lms_hris_pipeline_tests.support.people import account as an_account

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def firm() -> Firm:
    return FirmMaker(300, 109, noise=3).make()


@pytest.fixture(scope="module")
def decided_firm(firm: Firm) -> tuple[Given, pa.Table]:
    """The firm, and what a person would say of every account's named worker."""
    said = decided_by_truth(firm)
    batch = people_batch(firm.workers, firm.accounts, (), said)
    try:
        return read_given(batch), batch.read(PAIR_DECISIONS)
    finally:
        batch.close()


@pytest.fixture(scope="module")
def recalibrated(decided_firm: tuple[Given, pa.Table]) -> Recalibrated:
    return recalibrate(*decided_firm, load_weights(), MatchSettings())


def test_decisions_kept_apart_are_no_worse_told_after_learning(recalibrated: Recalibrated) -> None:
    report = recalibrated.report
    assert report["learned_from"] + report["kept_apart"] == report["decisions"]
    assert report["kept_apart"] == report["before"]["pairs"] == report["after"]["pairs"] > 50
    assert report["after"]["log_loss"] <= report["before"]["log_loss"]
    assert recalibrated.weights.version.startswith(f"{load_weights().version}-r")


def test_learning_twice_gives_the_same_model(decided_firm: tuple[Given, pa.Table], recalibrated: Recalibrated) -> None:
    given, decisions = decided_firm
    order = np.random.default_rng(1).permutation(decisions.num_rows)
    assert recalibrate(given, decisions.take(pa.array(order)), load_weights(), MatchSettings()) == recalibrated


def test_few_decisions_teach_nothing(decided_firm: tuple[Given, pa.Table]) -> None:
    given, decisions = decided_firm
    with pytest.raises(BadInput, match=f"{FEWEST_DECISIONS} are needed"):
        recalibrate(given, decisions.slice(0, FEWEST_DECISIONS - 1), load_weights(), MatchSettings())


def test_a_model_is_used_once_somebody_adopted_it_and_is_named(tmp_path: Path, recalibrated: Recalibrated) -> None:
    folder = tmp_path / "models" / "people"
    assert adopted_weights(folder) == load_weights(), "nobody adopted anything"
    stage_model(folder, recalibrated)
    assert adopted_weights(folder) == load_weights(), "staged is not adopted"
    version = recalibrated.weights.version
    assert staged_versions(folder) == [version]
    adopt_model(folder, version, "ada", NOW)
    assert adopted_weights(folder) == recalibrated.weights
    batch = people_batch([worker("W1", "Ada", "Lorenz")], [an_account("1", "Ada", "Lorenz")])
    found = match_people(batch, MatchSettings(), adopted_weights(folder))
    batch.close()
    assert found.shown["model"] == json.loads(found.rows["evidence"][0].as_py())["model"] == version
    adopt_model(folder, load_weights().version, "bo", NOW)
    assert adopted_weights(folder) == load_weights()
    assert [(told["version"], told["by"]) for told in adoptions(folder)] == [
        (version, "ada"),
        (load_weights().version, "bo"),
    ]


def test_nobody_and_nothing_are_not_adopted(tmp_path: Path, recalibrated: Recalibrated) -> None:
    file = stage_model(tmp_path, recalibrated)
    with pytest.raises(BadInput, match="Say who"):
        adopt_model(tmp_path, file.stem, " ", NOW)
    with pytest.raises(BadInput, match="no model 'people-9'"):
        adopt_model(tmp_path, "people-9", "ada", NOW)
    adopt_model(tmp_path, file.stem, "ada", NOW)
    file.unlink()
    with pytest.raises(BadInput, match="adopted by ada, is not in"):
        adopted_weights(tmp_path)


def test_a_batch_keeps_its_model_whole(tmp_path: Path, recalibrated: Recalibrated) -> None:
    assert kept_model(tmp_path) is None, "its people were not matched yet"
    keep_model(tmp_path, recalibrated.weights)
    assert kept_model(tmp_path) == recalibrated.weights != load_weights()


def test_weights_that_do_not_fit_the_levels_are_refused() -> None:
    told = json.loads(weights_text(load_weights()))
    assert read_weights(json.dumps(told), "again") == load_weights()
    del told["fields"]["email"]["shared"]
    with pytest.raises(ContractBroken, match=r"email: \['shared'\]"):
        read_weights(json.dumps(told), "people_weights.json")


def test_estimates_without_labels_are_the_same_twice_and_stay_near(
    decided_firm: tuple[Given, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_em, "FURTHEST_BITS", 0.5)
    given, _ = decided_firm
    start, nobody = load_weights(), np.array([], dtype=np.int64)
    compared = compare_people(given, start, (nobody, nobody))
    first, second = (estimate_weights(given, compared, start, "people-em") for _ in range(2))
    assert first == second
    moves = {(field, level): first.fields[field][level] - start.fields[field][level] for field in LEVELS for level in LEVELS[field]}  # fmt: skip
    assert max(abs(move) for move in moves.values()) == 0.5, "a weight that wants to go further is held"
    assert any(moves.values())
    unseen = [("birth_date", level) for level in LEVELS["birth_date"]] + [("email", "missing"), ("first_name", "exact")]
    assert {moves[pair] for pair in unseen} == {0.0}, "what was not seen, is missing or follows rarity stays"
    assert first.fields["employee_number"]["exact"] > 8 > 0 > first.fields["employee_number"]["different"]


def test_a_chart_shows_every_weight_and_the_sum_and_is_whole_xml() -> None:
    ada = {"employee_number": "1001", "email": "ada.lorenz@firm.example"}
    rows = match_world([worker("W1", "Ada", "Lorenz", **ada)], [an_account("1", "Ada", "Lorenz", **ada)])
    evidence = rows["1"]["evidence"]
    chart = ElementTree.fromstring(waterfall_svg(evidence, "Ada & <Bo>"))
    told = json.loads(evidence)
    texts = [node.text for node in chart.iter("{http://www.w3.org/2000/svg}text")]
    weights = [told["prior"], *(field["weight"] for field in told["fields"].values() if field["weight"]), told["bits"]]
    assert texts[1::2] == [f"{weight:+.2f}" for weight in weights]
    assert chart[0].text == "Ada & <Bo>"
    assert "employee number exact" in " ".join(texts).replace(":", "")
    picture = base64.b64decode(chart_markdown(evidence, "Evidence").partition("base64,")[2].rstrip(")")).decode()
    assert ElementTree.fromstring(picture)[0].text == "Evidence"
    assert "Lorenz" not in picture
    assert waterfall_svg('{"model":"people-4","causes":["nobody"]}') == ""


def test_lines_go_step_by_step_from_the_odds_before_to_the_sum() -> None:
    fields = {"first_name": {"level": "exact", "weight": 4.0}, "hire_date": {"level": "different", "weight": -2.0}, "email": {"level": "missing", "weight": 0.0}}  # fmt: skip
    evidence = json.dumps({"prior": -8.0, "bits": -6.0, "fields": fields})
    assert waterfall_lines(evidence) == [
        "before any evidence     -8.00  --------------------------------",
        "first name: exact       +4.00  ++++++++++++++++",
        "hire date: different    -2.00          --------",
        "odds, log2              -6.00          ========================",
        "says nothing: email: missing",
    ]
    assert waterfall_lines('{"causes":["nobody"]}') == []


def test_the_likeliest_review_is_shown() -> None:
    workers = [worker("W1", "Ada", "Lorenz"), worker("W2", "Bo", "Kaya"), worker("W3", "Bo", "Kaya")]
    accounts = [an_account("1", "Ada", "Lorenz"), an_account("2", "Bo", "Kaya")]
    batch = people_batch(workers, accounts)
    found = match_people(batch, MatchSettings())
    batch.close()
    rows = {row["learner_id_lms"]: row for row in found.rows.to_pylist()}
    assert [rows[name]["decision"] for name in "12"] == ["review", "review"]
    assert rows["1"]["score"] > rows["2"]["score"]
    assert found.likeliest_review() == rows["1"]["evidence"]
