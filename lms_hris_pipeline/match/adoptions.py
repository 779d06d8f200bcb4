"""Who let the nights use which model, and when: `adopted.json` beside the models of a kind; the last entry counts.

What a model is, is its own module's business. Nothing is adopted by itself.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from lms_hris_pipeline.model.errors import BadInput
from lms_hris_pipeline.warehouse.shelf import write_atomically

ADOPTED = "adopted.json"
REPORT_SUFFIX = ".report.json"


def adoptions(folder: Path) -> list[dict[str, str]]:
    """Who adopted which version and when, in order."""
    file = folder / ADOPTED
    if not file.exists():
        return []
    found: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def staged_versions(folder: Path) -> list[str]:
    """The versions that are staged or were adopted, by name."""
    return sorted(
        file.stem for file in folder.glob("*.json") if file.name != ADOPTED and not file.name.endswith(REPORT_SUFFIX)
    )


def check_adoption(folder: Path, version: str, shipped: str, by: str) -> None:
    """A model is adopted by somebody, and is there.

    Raises:
        BadInput: nobody is named, or there is no such model.
    """
    if not by.strip():
        raise BadInput("A model is adopted by somebody\n  Say who: --by <name>.")
    known = [shipped, *staged_versions(folder)]
    if version not in known:
        raise BadInput(f"There is no model {version!r}\n  There are: {', '.join(known)}.")


def note_adoption(folder: Path, version: str, by: str, at: datetime) -> None:
    """Keep that somebody adopted a version."""
    history = [*adoptions(folder), {"version": version, "by": by, "at": at.isoformat(timespec="seconds")}]
    write_atomically(folder / ADOPTED, json.dumps(history, indent=1) + "\n")


def adopted_version(folder: Path, shipped: str, command: str) -> str | None:
    """The version that was adopted last, None where that is the shipped one or nobody adopted any.

    Raises:
        BadInput: its file is not there any more; the message names the `command` that adopts another.
    """
    told = adoptions(folder)
    if not told or told[-1]["version"] == shipped:
        return None
    version = told[-1]["version"]
    if not (folder / f"{version}.json").exists():
        raise BadInput(
            f"The model {version}, adopted by {told[-1]['by']}, is not in {folder}\n"
            f"  Restore its file, or adopt another: {command} {shipped} --by <name>."
        )
    return version
