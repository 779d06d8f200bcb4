"""A framework as the CSV files that `lms-hris match` reads: all of them in a new folder, or none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa

from lms_hris_pipeline.match.frameworks.given import Framework
from lms_hris_pipeline.match.people_files import check_place, write_table
from lms_hris_pipeline.model.errors import BadInput


def check_folder(folder: Path) -> None:
    """Files go into a folder of their own, so that none of an older import stays beside them.

    Raises:
        BadInput: it is there and not empty, its parent is missing, or nothing can be written there.
    """
    if not folder.absolute().parent.is_dir():
        raise BadInput(f"{folder.parent} is no folder, so {folder.name} cannot be made there\n  Make it first.")
    check_place(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            f"{folder} is there already\n  Name a folder that is new or empty, with the release in its name."
        )


def write_framework(folder: Path, framework: Framework) -> list[Path]:
    """Write concepts, and aliases and what lies above where there are any; the paths, in this order.

    Concepts stand in `skills.csv` or `occupations.csv`, with ids in `skill_id` or `occupation_id`; rows keep the
    publisher's order.
    """
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        written = [part / name for name, rows in _tables(framework).items() if _write(part / name, rows)]
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [folder / path.name for path in written]


def _tables(framework: Framework) -> dict[str, pa.Table]:
    own_id = f"{framework.kind}_id"
    return {
        f"{framework.kind}s.csv": pa.table(
            {
                own_id: [one.concept_id for one in framework.concepts],
                "label": [one.label for one in framework.concepts],
                "description": [one.description for one in framework.concepts],
            }
        ),
        "aliases.csv": pa.table(
            {
                own_id: [one.concept_id for one in framework.aliases],
                "alias": [one.alias for one in framework.aliases],
            }
        ),
        "broader.csv": pa.table(
            {
                own_id: [one.concept_id for one in framework.broader],
                "broader_id": [one.broader_id for one in framework.broader],
            }
        ),
    }


def _write(path: Path, rows: pa.Table) -> bool:
    if not rows.num_rows:
        return False
    write_table(path, rows)
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())
    return True
