"""`lms-hris skills import`: from a publisher's files to the tables that matching reads. What holds is decided in `match`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.cli.terminal import say
from lms_hris_pipeline.match.frameworks import READERS, check_folder, check_framework, write_framework


def run_import_framework(files: Sequence[Path], publisher: str, out: Path) -> None:
    """Read, check and write a framework; all of it or nothing.

    Raises:
        BadInput: a file is not the publisher's, the framework does not hold, or the folder is taken.
    """
    check_folder(out)
    framework = check_framework(READERS[publisher](files))
    written = write_framework(out, framework)
    for note in framework.notes:
        say(note)
    say(
        f"{len(framework.concepts):,} {framework.kind}s, {len(framework.aliases):,} aliases, "
        f"{len(framework.broader):,} steps up: {', '.join(map(str, written))}"
    )
