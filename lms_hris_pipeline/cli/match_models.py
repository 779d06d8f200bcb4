"""`lms-hris match recalibrate` and `match adopt`: weights learned from people's decisions, and who lets the nights use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.terminal import decider, say, show_table
from lms_hris_pipeline.match.adoptions import adoptions, staged_versions
from lms_hris_pipeline.match.people_given import read_given
from lms_hris_pipeline.match.people_models import (
    adopt_model,
    adopted_weights,
    models_folder,
    recalibrate,
    recalibrate_unlabelled,
    stage_model,
)
from lms_hris_pipeline.match.people_weights import load_weights
from lms_hris_pipeline.settings import load_settings
from lms_hris_pipeline.tables.match import PAIR_DECISIONS
from lms_hris_pipeline.warehouse import BatchShelf

_FIGURES = ("log_loss", "brier", "sure_and_same", "sure_but_different", "same_below_review")


def run_recalibrate(batch_id: str | None, *, unlabelled: bool) -> None:
    """Fit weights to the decisions that a batch knew, stage them, print before and after on decisions kept apart.

    Where `unlabelled`, to its records alone, and all decisions are kept apart.

    Raises:
        BadInput: there are too few decisions to learn from.
    """
    settings = load_settings()
    folder = models_folder(settings.firm.data_dir)
    with BatchShelf(settings.firm.data_dir).read(batch_id) as batch:
        given, decisions = read_given(batch), batch.read(PAIR_DECISIONS)
    learn = recalibrate_unlabelled if unlabelled else recalibrate
    made = learn(given, decisions, adopted_weights(folder), settings.matching)
    file = stage_model(folder, made)
    report: Mapping[str, Any] = made.report
    show_before_and_after(report, _FIGURES)
    learned = "the records alone" if unlabelled else f"{report['learned_from']} of {report['decisions']} decisions"
    say(
        f"Learned from {learned}; {len(report['moved'])} fields weigh otherwise. Staged in {file}.\n"
        f"The nights use {report['before_version']} until somebody says: lms-hris match adopt {report['version']} --by <name>"
    )


def run_adopt(version: str | None, by: str) -> None:
    """Let the nights use a model; without a version, list what there is and who adopted what."""
    settings = load_settings()
    folder = models_folder(settings.firm.data_dir)
    if version is None:
        used = adopted_weights(folder).version
        show_models(folder, load_weights().version, used)
        return
    name = decider(by)
    adopt_model(folder, version, name, clock_of(settings)())
    say(f"The nights use {version} from now on, says {name}.")


def show_before_and_after(report: Mapping[str, Any], figures: Sequence[str]) -> None:
    """Print how two models do on decisions that neither learnt from."""
    show_table(
        ("on decisions kept apart", report["before_version"], report["version"]),
        [(name.replace("_", " "), report["before"].get(name), report["after"].get(name)) for name in figures],
    )


def show_models(folder: Path, shipped: str, used: str) -> None:
    """List the models of a folder and who adopted which."""
    versions = [shipped, *staged_versions(folder)]
    show_table(("model", "used by the nights"), [(name, "yes" if name == used else "") for name in versions])
    for told in adoptions(folder):
        say(f"{told['at']}: {told['by']} adopted {told['version']}")
