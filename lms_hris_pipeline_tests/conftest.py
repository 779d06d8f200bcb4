"""What holds for every run of the tests: no settings of the shell reach them, and what was skipped is said at the end.

Fixtures live beside their tests.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from lms_hris_pipeline_tests.support.paths import SHARED_VARIABLE

for _name in [name for name in os.environ if name.startswith("LMS_HRIS_") and name != SHARED_VARIABLE]:
    # a data folder or an address in the environment would lead tests, which reset what they find, to real data
    del os.environ[_name]


LONGEST = ("crash/", "integration/test_nights_", "integration/test_reconcile_", "integration/test_truth_")
"""Where the tests are that take minutes: kills of processes, and whole nights."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first: else one process still has them to do when the others have nothing left."""
    items.sort(key=lambda item: not item.nodeid.removeprefix("lms_hris_pipeline_tests/").startswith(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line of what was skipped: a run without a vendor's specification, for example, is green and holds less."""
    skipped = terminalreporter.stats.get("skipped", [])
    if told := not_held([report.longrepr for report in skipped]):
        terminalreporter.write_line(told, yellow=True, bold=True)


def not_held(reasons: list[object]) -> str:
    """The line for these skips, the most frequent reason first; empty where nothing was skipped."""
    counted = Counter(
        str(reason[2] if isinstance(reason, tuple) else reason).removeprefix("Skipped: ") for reason in reasons
    )
    if not counted:
        return ""
    listed = "; ".join(f"{count} because {why}" for why, count in counted.most_common())
    return f"NOT HELD by this run (tests skipped: {counted.total()}): {listed}"
