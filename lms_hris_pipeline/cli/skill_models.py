"""`lms-hris skills train` and `skills adopt`: what tags and titles mean learnt from a firm's own words, and who lets it be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms_hris_pipeline.cli.clock import clock_of
from lms_hris_pipeline.cli.match_files import doing, folder_settings
from lms_hris_pipeline.cli.match_models import show_before_and_after, show_models
from lms_hris_pipeline.cli.terminal import decider, say
from lms_hris_pipeline.match.job_profiles import read_job_profiles
from lms_hris_pipeline.match.people_files import read_table
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_files import COLUMNS, take_decisions, take_framework
from lms_hris_pipeline.match.skill_model import Kind, shipped_model
from lms_hris_pipeline.match.skill_models import adopt_model, mind_of, models_folder, stage_model, train
from lms_hris_pipeline.match.skills import read_framework
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.warehouse import BatchShelf

_FIGURES = ("tags", "first_is_right", "log_loss", "accepted_and_right", "accepted_but_wrong")
_TARGETS: dict[Kind, str] = {"skills": "skills", "titles": "occupations"}
_FLAG: dict[Kind, str] = {"skills": "", "titles": " --titles"}
_Lesson = tuple[list[Entry], Mapping[str, str | None]]
"""The texts of a framework, and what people decided."""


@dataclass(frozen=True, slots=True)
class LessonFiles:
    """Files to learn from in place of a batch."""

    framework: Path | None = None
    aliases: Path | None = None
    decisions: Path | None = None


def run_train(kind: Kind, batch_id: str | None, files: LessonFiles) -> None:
    """Learn from a batch, or from files; stage the model, print before and after on decisions kept apart.

    Raises:
        BadInput: the options contradict each other, a file cannot be used, or there is nothing to learn from.
    """
    if files.aliases and not files.framework:
        raise BadInput("--aliases are other names of a framework\n  Name its file as well: --framework.")
    if files.decisions and not files.framework:
        raise BadInput("--decisions are about a framework\n  Name its file as well: --framework.")
    if files.framework and batch_id:
        raise BadInput("--framework and --batch are two things to learn from\n  Name one of them.")
    settings = folder_settings()
    data_dir = settings.firm.data_dir
    if files.framework:
        entries, decisions = _from_files(kind, files.framework, files)
    else:
        entries, decisions = _from_batch(kind, data_dir, batch_id)
    mind = mind_of(kind, settings.skills, data_dir)
    with doing(f"Learning from {len(entries):,} texts and {len(decisions):,} decisions"):
        made = train(entries, decisions, mind, settings.skills, data_dir / "cache")
    file = stage_model(models_folder(data_dir, kind), made)
    report: Mapping[str, Any] = made.report
    show_before_and_after(report, _FIGURES)
    say(
        f"Learned from {report['skills']:,} {_TARGETS[kind]}, {report['aliases']:,} other names; staged in {file}.\n"
        f"{report['before_version']} is used until somebody says: "
        f"lms-hris skills adopt {report['version']}{_FLAG[kind]} --by <name>"
    )


def run_adopt_meanings(kind: Kind, version: str | None, by: str) -> None:
    """Let nights and files use a model; without a version, list what there is and who adopted what."""
    settings = folder_settings()
    folder = models_folder(settings.firm.data_dir, kind)
    if version is None:
        used = mind_of(kind, settings.skills, settings.firm.data_dir).model.version
        show_models(folder, shipped_model(kind).version, used)
        return
    name = decider(by)
    adopt_model(folder, kind, version, name, clock_of(settings)())
    say(f"Nights and files use {version} from now on, says {name}.")


def _from_files(kind: Kind, framework: Path, files: LessonFiles) -> _Lesson:
    named = read_table(files.aliases) if files.aliases else None
    entries, notes = take_framework(read_table(framework), named, COLUMNS[kind])
    for note in notes:
        say(note)
    return entries, take_decisions(read_table(files.decisions), entries, COLUMNS[kind]) if files.decisions else {}


def _from_batch(kind: Kind, data_dir: Path, batch_id: str | None) -> _Lesson:
    with BatchShelf(data_dir).read(batch_id) as batch:
        if kind == "titles":
            return read_job_profiles(batch), {}
        found = read_framework(batch)
    return [entry for entry in found.entries if not entry.is_decision], found.decided
