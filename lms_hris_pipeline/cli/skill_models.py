"""`lms-hris skills train` and `skills adopt`: what tags mean learnt from a firm's own words, and who lets it be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.match_files import doing, folder_settings
from lms_hris_pipeline.cli.match_models import show_before_and_after, show_models
from lms_hris_pipeline.cli.terminal import decider, say
from lms_hris_pipeline.match.people_files import read_table
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_files import COLUMNS, take_framework
from lms_hris_pipeline.match.skill_model import shipped_model
from lms_hris_pipeline.match.skill_models import adopt_model, mind_of, models_folder, stage_model, train
from lms_hris_pipeline.match.skills import read_framework
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.warehouse import BatchShelf

_FIGURES = ("tags", "first_is_right", "log_loss", "accepted_and_right", "accepted_but_wrong")


def run_train(batch_id: str | None, framework: Path | None, aliases: Path | None) -> None:
    """Learn from a batch, or from files; stage the model, print before and after on decisions kept apart.

    Raises:
        BadInput: the options contradict each other, a file cannot be used, or there is nothing to learn from.
    """
    if aliases and not framework:
        raise BadInput("--aliases are other names of a framework\n  Name its file as well: --framework.")
    if framework and batch_id:
        raise BadInput("--framework and --batch are two things to learn from\n  Name one of them.")
    settings = folder_settings()
    data_dir = settings.firm.data_dir
    entries, decisions = _from_files(framework, aliases) if framework else _from_batch(data_dir, batch_id)
    mind = mind_of("skills", settings.skills, data_dir)
    with doing(f"Learning from {len(entries):,} texts and {len(decisions):,} decisions"):
        made = train(entries, decisions, mind, settings.skills, data_dir / "cache")
    file = stage_model(models_folder(data_dir, "skills"), made)
    report: Mapping[str, Any] = made.report
    show_before_and_after(report, _FIGURES)
    say(
        f"Learned from {report['skills']:,} skills, {report['aliases']:,} other names; staged in {file}.\n"
        f"{report['before_version']} is used until somebody says: lms-hris skills adopt {report['version']} --by <name>"
    )


def run_adopt_skills(version: str | None, by: str) -> None:
    """Let nights and files use a model; without a version, list what there is and who adopted what."""
    settings = folder_settings()
    folder = models_folder(settings.firm.data_dir, "skills")
    if version is None:
        used = mind_of("skills", settings.skills, settings.firm.data_dir).model.version
        show_models(folder, shipped_model("skills").version, used)
        return
    name = decider(by)
    adopt_model(folder, "skills", version, name, clock_of(settings)())
    say(f"Nights and files use {version} from now on, says {name}.")


def _from_files(framework: Path, aliases: Path | None) -> tuple[list[Entry], Mapping[str, str | None]]:
    named = read_table(aliases) if aliases else None
    entries, notes = take_framework(read_table(framework), named, COLUMNS["skills"])
    for note in notes:
        say(note)
    return entries, {}


def _from_batch(data_dir: Path, batch_id: str | None) -> tuple[list[Entry], Mapping[str, str | None]]:
    with BatchShelf(data_dir).read(batch_id) as batch:
        found = read_framework(batch)
    return [entry for entry in found.entries if not entry.is_decision], found.decided
