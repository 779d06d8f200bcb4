"""A firm's own CSV files: one of skills, and one of aliases where there are any; likewise occupations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.given import AliasRow, Broader, Concept, Gathered, GivenFramework, Kind
from lms_hris_pipeline.match.frameworks.sheets import Columns, Sheet, sort_sheets
from lms_hris_pipeline.model.errors import BadInput

KINDS = {
    "aliases of skills": Columns(("skill_id", "alias")),
    "skills": Columns(("skill_id", "label"), ("description", "broader_id")),
    "aliases of occupations": Columns(("occupation_id", "alias")),
    "occupations": Columns(("occupation_id", "label"), ("description", "broader_id")),
}


def read_own(paths: Sequence[Path]) -> GivenFramework:
    """Skills (`skill_id,label[,description][,broader_id]`) with aliases (`skill_id,alias`); or `occupation_id` in both.

    `broader_id` is the id of another row, or empty. Other columns are named and left aside.

    Raises:
        BadInput: a file has other columns, or skills and occupations come together.
    """
    sheets = sort_sheets(paths, KINDS, "this kind")
    kinds: dict[Kind, Path] = {
        ("skill" if name.endswith("skills") else "occupation"): sheet.path for name, sheet in sheets
    }
    if len(kinds) > 1:
        raise BadInput(
            f"{kinds['skill']} is about skills and {kinds['occupation']} about occupations\n"
            "  Import each in a call of its own."
        )
    kind = next(iter(kinds))
    found = Gathered()
    for name, sheet in sheets:
        for place, row in sheet.records(KINDS[name]):
            own_id = row[f"{kind}_id"]
            if "alias" in row:
                found.rows.append(AliasRow(own_id, (row["alias"],), place))
                continue
            found.concepts.append(Concept(own_id, row["label"], row["description"], place))
            if row["broader_id"]:
                found.broader.append(Broader(own_id, row["broader_id"], place))
    return found.framework(kind, notes=[note for name, sheet in sheets for note in _ignored(sheet, KINDS[name])])


def _ignored(sheet: Sheet, columns: Columns) -> list[str]:
    known = {name.casefold() for name in (*columns.needed, *columns.optional)}
    others = [name for name in sheet.header if name.casefold() not in known]
    return [f"{sheet.path.name}: ignored {', '.join(others)}."] if others else []
