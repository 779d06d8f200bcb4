"""JSON documents: read whole, and their members asked for by name, so that a fault names the file and the entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms_hris_pipeline.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a list in a document, and its place."""

    members: dict[str, Any]
    place: str

    def text(self, *names: str) -> str:
        """The text at a path of members, trimmed; empty where there is none.

        Raises:
            BadInput: what stands there is no text.
        """
        value: Any = self.members
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return ""
        if not isinstance(value, str):
            raise BadInput(f"{self.place}: {'.'.join(names)} is no text\n  Download the document again, unchanged.")
        return value.strip()


def read_document(path: Path) -> Any:
    """What a JSON file in UTF-8 holds.

    Raises:
        BadInput: there is no such file, or it is no JSON; the message names line and column.
    """
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError):
        what = "is a folder" if path.is_dir() else "does not exist"
        raise BadInput(f"{path} {what}\n  Name a JSON file.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no text in UTF-8\n  Name a JSON file.") from None
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{path}, line {error.lineno:,}, column {error.colno:,}: this is no JSON: {error.msg}\n"
            "  It may be cut off: download it again."
        ) from None
    except RecursionError:
        raise BadInput(f"{path} is nested too deeply for any framework\n  Download it again, unchanged.") from None


def entries(path: Path, found: Any, name: str, wanted: str) -> Iterator[Entry]:
    """The objects of a list; `name` says where in the document it stands, `wanted` what the document should be.

    Raises:
        BadInput: it is no list of objects.
    """
    if not isinstance(found, list):
        raise BadInput(f"{path} has no list {name}: it is not {wanted}\n  Name the document as its service answers it.")
    for number, members in enumerate(found):
        place = f"{path.name}, {name}[{number}]"
        if not isinstance(members, dict):
            raise BadInput(f"{place} is no object: {path.name} is not {wanted}\n  Download it again, unchanged.")
        yield Entry(members, place)
