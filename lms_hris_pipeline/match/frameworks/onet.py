"""O*NET's text files: occupations with their alternate titles, or skills and technology skills.

Columns as in the releases 20 to 29 (`Occupation Data.txt`, `Alternate Titles.txt`, `Skills.txt`,
`Technology Skills.txt`, `Content Model Reference.txt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.given import AliasRow, Concept, Gathered, GivenFramework, Kind
from lms_hris_pipeline.match.frameworks.sheets import Columns, Sheet, sort_sheets
from lms_hris_pipeline.model.errors import BadInput

_CODE = "O*NET-SOC Code"
KINDS = {
    "alternate titles": Columns((_CODE, "Alternate Title"), ("Short Title",)),
    "technology skills": Columns((_CODE, "Example", "Commodity Code", "Commodity Title")),
    "skills": Columns((_CODE, "Element ID", "Element Name")),
    "content model": Columns(("Element ID", "Element Name", "Description")),
    "occupations": Columns((_CODE, "Title", "Description")),
}
_BRINGS: dict[str, Kind] = {"occupations": "occupation", "technology skills": "skill", "skills": "skill"}
_NOTHING = ("", "n/a")


def read_onet(paths: Sequence[Path]) -> GivenFramework:
    """Occupations with their alternate and short titles, or skills: elements of the content model and technologies.

    Skills come once an occupation and are told apart by their id. O*NET gives technologies no id; theirs is the
    commodity's code and their own words.

    Raises:
        BadInput: a file is none of these, occupations and skills come together, or neither is there.
    """
    sheets = sort_sheets(paths, KINDS, "O*NET")
    kinds = {_BRINGS[name]: sheet.path for name, sheet in sheets if name in _BRINGS}
    if len(kinds) > 1:
        raise BadInput(
            f"{kinds['occupation']} holds occupations and {kinds['skill']} skills\n  Import each in a call of its own."
        )
    if not kinds:
        raise BadInput(
            "None of the files holds occupations or skills\n"
            f"  Name {paths[0].with_name('Occupation Data.txt')}, Skills.txt or Technology Skills.txt as well."
        )
    kind = next(iter(kinds))
    return _occupations(sheets) if kind == "occupation" else _skills(sheets)


def _occupations(sheets: Sequence[tuple[str, Sheet]]) -> GivenFramework:
    found = Gathered()
    for name, sheet in sheets:
        for place, row in sheet.records(KINDS[name]):
            if name == "occupations":
                found.concepts.append(Concept(row[_CODE], row["Title"], row["Description"], place))
            elif name == "alternate titles":
                words = tuple(word for word in (row["Alternate Title"], row["Short Title"]) if word not in _NOTHING)
                found.rows.append(AliasRow(row[_CODE], words, place))
    return found.framework("occupation")


def _skills(sheets: Sequence[tuple[str, Sheet]]) -> GivenFramework:
    found: dict[tuple[str, str], Concept] = {}
    about: dict[str, str] = {}
    for name, sheet in sheets:
        for place, row in sheet.records(KINDS[name]):
            if name == "content model":
                about[row["Element ID"]] = row["Description"]
            elif name == "skills":
                found.setdefault(
                    (row["Element ID"], row["Element Name"]),
                    Concept(row["Element ID"], row["Element Name"], "", place),
                )
            elif name == "technology skills":
                technology = f"{row['Commodity Code']}/{row['Example']}"
                found.setdefault(
                    (technology, row["Example"]), Concept(technology, row["Example"], row["Commodity Title"], place)
                )
    described = (
        Concept(one.concept_id, one.label, one.description or about.get(one.concept_id, ""), one.place)
        for one in found.values()
    )
    return GivenFramework("skill", tuple(described))
