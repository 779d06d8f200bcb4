"""Where tests find what is not part of the project: public data and vendors' specifications."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED_VARIABLE = "LMS_HRIS_SHARED_DATA"


def shared_data(*parts: str) -> Path:
    """A path below the folder of public data; skips the test where that folder is absent.

    The folder stands beside the project, or where LMS_HRIS_SHARED_DATA says.
    """
    base = Path(os.environ.get(SHARED_VARIABLE) or ROOT.parent / "shared")
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"public test data {'/'.join(parts)} is not beside the project")
    return path
