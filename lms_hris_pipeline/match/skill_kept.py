"""Which model of meanings a night used, kept in the batch's `_run` folder: what is built from the batch later uses no other.

A firm's own model is kept whole, for it may be gone by then. Of one that came with the package its name and digest do,
as long as the package still holds it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from lms_hris_pipeline.match.skill_model import Kind, MeaningModel, model_files, read_model, shipped_model, write_model
from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.warehouse.shelf import write_atomically


def keep_meanings(run_folder: Path, model: MeaningModel, kind: Kind) -> None:
    """Keep the model of a night; the file that names it comes last."""
    told = {"version": model.version, "sha256": _digest(model)}
    if told != _shipped(kind):
        write_model(run_folder, _copy(kind), model)
    write_atomically(_note(run_folder, kind), json.dumps(told) + "\n")


def kept_meanings(run_folder: Path, kind: Kind) -> MeaningModel | None:
    """The model that a night used; None where the batch kept none of the kind.

    Raises:
        BadInput: what was kept is damaged, or it came with another version of the package.
    """
    note = _note(run_folder, kind)
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if told == _shipped(kind):
        return shipped_model(kind)
    if not (run_folder / f"{_copy(kind)}.json").exists():
        raise BadInput(
            f"{note} names the model {told['version']}, which came with another version of the package\n"
            "  Build the batch again with that version."
        )
    model = read_model(run_folder, _copy(kind))
    if _digest(model) != told["sha256"]:
        raise BadInput(
            f"The model in {run_folder} is not the {told['version']} that {note.name} names\n  Restore both."
        )
    return model


def _note(run_folder: Path, kind: Kind) -> Path:
    return run_folder / f"{kind}_model.json"


def _copy(kind: Kind) -> str:
    return f"{kind}_model_own"


def _shipped(kind: Kind) -> dict[str, str]:
    model = shipped_model(kind)
    return {"version": model.version, "sha256": _digest(model)}


def _digest(model: MeaningModel) -> str:
    """Of the text, which names the adapter by its own."""
    return hashlib.sha256(model_files(model)[0].encode()).hexdigest()
