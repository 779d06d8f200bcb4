"""The model of meanings that a night used: kept by name where the package has it, else whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lms_hris_pipeline.match.skill_kept import keep_meanings, kept_meanings
from lms_hris_pipeline.match.skill_model import MeaningModel, shipped_model
from lms_hris_pipeline.model.errors import BadInput

SHIPPED = shipped_model("titles")
OWN = replace(SHIPPED, version="titles-own-1", dictionary={"folded": 0.5})


def said(model: MeaningModel | None) -> tuple[object, ...]:
    assert model is not None
    return model.version, model.dictionary, model.thresholds, model.usual_share, float(np.abs(model.adapter).sum())


def test_of_a_shipped_model_the_name_is_kept(tmp_path: Path) -> None:
    assert kept_meanings(tmp_path, "titles") is None, "no titles were read yet"
    keep_meanings(tmp_path, SHIPPED, "titles")
    assert kept_meanings(tmp_path, "titles") is SHIPPED
    assert kept_meanings(tmp_path, "skills") is None
    assert [path.name for path in tmp_path.iterdir()] == ["titles_model.json"]


def test_a_firms_own_model_is_kept_whole(tmp_path: Path) -> None:
    keep_meanings(tmp_path, OWN, "titles")
    assert said(kept_meanings(tmp_path, "titles")) == said(OWN) != said(SHIPPED)
    keep_meanings(tmp_path, SHIPPED, "titles")
    assert kept_meanings(tmp_path, "titles") is SHIPPED, "the last night of the batch counts"


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("another package's", {"version": "titles-00000000", "sha256": "0"}),
        ("the name alone is the package's", {"version": SHIPPED.version, "sha256": "0"}),
    ],
)
def test_a_model_that_the_package_holds_no_longer_is_named(tmp_path: Path, case: str, told: dict[str, str]) -> None:
    (tmp_path / "titles_model.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"names the model {told['version']}, which came with another version"):
        kept_meanings(tmp_path, "titles")


def test_a_copy_that_is_another_one_is_refused(tmp_path: Path) -> None:
    keep_meanings(tmp_path, OWN, "titles")
    note = (tmp_path / "titles_model.json").read_text(encoding="utf-8")
    keep_meanings(tmp_path, replace(OWN, usual_share=0.1), "titles")
    (tmp_path / "titles_model.json").write_text(note, encoding="utf-8")
    with pytest.raises(BadInput, match="is not the titles-own-1"):
        kept_meanings(tmp_path, "titles")
