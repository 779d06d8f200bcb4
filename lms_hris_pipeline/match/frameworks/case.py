"""1EdTech CASE 1.1 (and 1.0): a package of CFDocument, CFItems and CFAssociations, as a service answers it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.documents import Entry, entries, read_document
from lms_hris_pipeline.match.frameworks.given import Broader, Gathered, GivenFramework
from lms_hris_pipeline.model.errors import BadInput

_PACKAGE = "a CASE package with CFDocument, CFItems and CFAssociations"


def read_case(paths: Sequence[Path]) -> GivenFramework:
    """Items as skills: by their short statement where they have one, else by the full one; the other is an alias.

    `isChildOf` says what lies above; a document stands above its items and is no skill. Other associations are left out.

    Raises:
        BadInput: a document is no such package.
    """
    found, documents = Gathered(), set[str]()
    for path in paths:
        package = read_document(path)
        if not isinstance(package, dict) or not isinstance(package.get("CFDocument"), dict):
            raise BadInput(f"{path} has no object CFDocument: it is not {_PACKAGE}\n  Ask the service for /CFPackages.")
        documents.add(Entry(package["CFDocument"], f"{path.name}, CFDocument").text("identifier"))
        for entry in entries(path, package.get("CFItems"), "CFItems", _PACKAGE):
            _add(found, entry)
        for entry in entries(path, package.get("CFAssociations", []), "CFAssociations", _PACKAGE):
            if entry.text("associationType") == "isChildOf":
                child, parent = (entry.text(f"{end}NodeURI", "identifier") for end in ("origin", "destination"))
                found.broader.append(Broader(child, parent, entry.place))
    return found.framework("skill", groups=frozenset(documents))


def _add(found: Gathered, entry: Entry) -> None:
    full, short = entry.text("fullStatement"), entry.text("abbreviatedStatement")
    words = [word for word in (full if short else "", entry.text("alternativeLabel")) if word]
    found.add(entry.text("identifier"), short or full, entry.text("notes"), words, entry.place)
