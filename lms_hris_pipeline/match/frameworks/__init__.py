"""Skill frameworks and occupations from outside: read as their publisher writes them, checked, written as plain tables.

One module a publisher says what its files hold (`esco`, `onet`, `lightcast`, `case`, `own`); what a framework is stands
in `given`, what must hold of it in `checks` and `shift`. Nothing here looks at a tag: matching starts from the files
that `files` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lms_hris_pipeline.match.frameworks.case import read_case
from lms_hris_pipeline.match.frameworks.checks import check_framework
from lms_hris_pipeline.match.frameworks.esco import read_esco
from lms_hris_pipeline.match.frameworks.files import check_folder, write_framework
from lms_hris_pipeline.match.frameworks.given import Framework, GivenFramework
from lms_hris_pipeline.match.frameworks.lightcast import read_lightcast
from lms_hris_pipeline.match.frameworks.onet import read_onet
from lms_hris_pipeline.match.frameworks.own import read_own

READERS: Mapping[str, Callable[[Sequence[Path]], GivenFramework]] = {
    "esco": read_esco,
    "onet": read_onet,
    "lightcast": read_lightcast,
    "case": read_case,
    "csv": read_own,
}

__all__ = ["READERS", "Framework", "check_folder", "check_framework", "write_framework"]
