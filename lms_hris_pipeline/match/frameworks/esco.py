"""ESCO's CSV files: skills or occupations of one language, and which concept lies above which.

Columns as in the releases 1.0 to 1.2 (`skills_en.csv`, `occupations_en.csv`, `broaderRelationsSkillPillar_en.csv`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.given import Broader, Gathered, GivenFramework, Kind
from lms_hris_pipeline.match.frameworks.sheets import Columns, sort_sheets
from lms_hris_pipeline.model.errors import BadInput

KINDS = {
    "broader relations": Columns(("conceptUri", "broaderUri")),
    "concepts": Columns(
        ("conceptUri", "preferredLabel", "altLabels"), ("conceptType", "hiddenLabels", "status", "description")
    ),
}
_TYPES: dict[str, Kind] = {"KnowledgeSkillCompetence": "skill", "Occupation": "occupation"}
_GROUPS = ("SkillGroup", "ISCOGroup", "ConceptScheme")


def read_esco(paths: Sequence[Path]) -> GivenFramework:
    """Skills, or occupations, with their alternative and hidden labels, one a line of the cell.

    Groups of concepts, and concepts that are no longer released, are left out and counted.

    Raises:
        BadInput: a file is none of ESCO's, none has concepts, or skills and occupations come together.
    """
    found, left_out = Gathered(), Counter[str]()
    kinds: dict[Kind, Path] = {}
    for name, sheet in sort_sheets(paths, KINDS, "ESCO"):
        for place, row in sheet.records(KINDS[name]):
            if name == "broader relations":
                found.broader.append(Broader(row["conceptUri"], row["broaderUri"], place))
            elif row["conceptType"] in _GROUPS:
                left_out["groups of concepts"] += 1
            elif row["status"] not in ("", "released"):
                left_out[f"concepts with the status {row['status']}"] += 1
            else:
                kinds.setdefault(_kind(row["conceptType"], place), sheet.path)
                words = [*_lines(row["altLabels"]), *_lines(row["hiddenLabels"])]
                found.add(row["conceptUri"], row["preferredLabel"], row["description"], words, place)
    if len(kinds) > 1:
        raise BadInput(
            f"{kinds['skill']} holds skills and {kinds['occupation']} occupations\n  Import each in a call of its own."
        )
    if not kinds:
        raise BadInput(
            f"None of the files holds skills or occupations\n  Name {paths[0].with_name('skills_en.csv')} as well."
        )
    # the groups stand in files that nobody needs for matching, so that what lies above may be unknown here
    notes = [f"{count:,} {what} were left out." for what, count in sorted(left_out.items())]
    return found.framework(next(iter(kinds)), groups=None, notes=notes)


def _kind(concept_type: str, place: str) -> Kind:
    if not concept_type:
        return "skill"
    if concept_type not in _TYPES:
        raise BadInput(
            f"{place}: the conceptType {concept_type!r} is none of {', '.join((*_TYPES, *_GROUPS))}\n"
            "  Name a file of ESCO's own, unchanged; a list of your own is imported with --from csv."
        )
    return _TYPES[concept_type]


def _lines(cell: str) -> Iterator[str]:
    return (line.strip() for line in cell.splitlines() if line.strip())
