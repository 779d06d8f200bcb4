"""Files as publishers write them, made up and small."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ESCO_SKILL = "http://data.europa.eu/esco/skill/"
ESCO_COLUMNS = [
    "conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "hiddenLabels", "status",
    "modifiedDate", "scopeNote", "definition", "inScheme", "description",
]  # fmt: skip
ONET_CODE = "O*NET-SOC Code"


def write_sheet(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> Path:
    """A CSV file; cells that a row does not name are empty. Tabs separate without any quoting, as O*NET's do."""
    columns = list(columns)
    with open(path, "w", encoding="utf-8", newline="") as handle:
        if delimiter == "\t":
            for row in ({name: name for name in columns}, *rows):
                handle.write("\t".join(row.get(name, "") for name in columns) + "\n")
        else:
            writer = csv.DictWriter(handle, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return path


def write_esco(path: Path, rows: Iterable[tuple[str, str, str]], **values: str) -> Path:
    """ESCO's skills: id, label, alternative labels one a line."""
    common = {"conceptType": "KnowledgeSkillCompetence", "status": "released", **values}
    return write_sheet(
        path,
        ESCO_COLUMNS,
        (
            {**common, "conceptUri": ESCO_SKILL + own_id, "preferredLabel": label, "altLabels": words}
            for own_id, label, words in rows
        ),
    )


def write_json(path: Path, document: Any) -> Path:
    """A JSON document."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def case_package(items: Iterable[Mapping[str, str]], above: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A CASE package of a document `doc`; `above` pairs child and parent."""
    return {
        "CFDocument": {"identifier": "doc", "title": "Nursing", "caseVersion": "1.1"},
        "CFItems": list(items),
        "CFAssociations": [
            {
                "identifier": f"{child}-{parent}",
                "associationType": "isChildOf",
                "originNodeURI": {"identifier": child, "uri": f"https://case.example/{child}", "title": child},
                "destinationNodeURI": {"identifier": parent, "uri": f"https://case.example/{parent}", "title": parent},
            }
            for child, parent in above
        ],
    }


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
